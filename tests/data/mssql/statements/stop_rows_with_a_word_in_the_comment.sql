SELECT
  found.id,
  found.asset,
  found.start,
  found.[end],
  found.reason_code,
  found.reason,
  found.reason_group,
  found.loss,
  found.cause_asset,
  found.repair_start,
  found.repair_end,
  found.comment,
  found.recorded_at
FROM (
  SELECT
    downtime.id AS id,
    downtime.asset AS asset,
    downtime.start AS start,
    downtime.[end] AS [end],
    downtime.reason_code AS reason_code,
    downtime.reason AS reason,
    downtime.reason_group AS reason_group,
    CASE
      WHEN (
        downtime.loss IN (
          'breakdown',
          'setup',
          'minor',
          'blocked',
          'starved',
          'no_order',
          'planned',
          'unclassified'
        )
      )
      THEN downtime.loss
      WHEN (
        LOWER(TRIM(downtime.loss)) IN (
          'breakdown',
          'setup',
          'minor',
          'blocked',
          'starved',
          'no_order',
          'planned',
          'unclassified'
        )
      )
      THEN LOWER(TRIM(downtime.loss))
      ELSE 'unclassified'
    END AS loss,
    downtime.cause_asset AS cause_asset,
    downtime.repair_start AS repair_start,
    downtime.repair_end AS repair_end,
    downtime.comment AS comment,
    downtime.recorded_at AS recorded_at,
    downtime.start AS order_0
  FROM downtime
  WHERE
    downtime.asset IN (:assets_1)
    AND LOWER(downtime.comment) LIKE :where_0 ESCAPE '\'
    AND downtime.start < :before
    AND downtime.start >= :back
    AND downtime.[end] > :after
  UNION ALL
  SELECT
    downtime.id AS id,
    downtime.asset AS asset,
    downtime.start AS start,
    downtime.[end] AS [end],
    downtime.reason_code AS reason_code,
    downtime.reason AS reason,
    downtime.reason_group AS reason_group,
    CASE
      WHEN (
        downtime.loss IN (
          'breakdown',
          'setup',
          'minor',
          'blocked',
          'starved',
          'no_order',
          'planned',
          'unclassified'
        )
      )
      THEN downtime.loss
      WHEN (
        LOWER(TRIM(downtime.loss)) IN (
          'breakdown',
          'setup',
          'minor',
          'blocked',
          'starved',
          'no_order',
          'planned',
          'unclassified'
        )
      )
      THEN LOWER(TRIM(downtime.loss))
      ELSE 'unclassified'
    END AS loss,
    downtime.cause_asset AS cause_asset,
    downtime.repair_start AS repair_start,
    downtime.repair_end AS repair_end,
    downtime.comment AS comment,
    downtime.recorded_at AS recorded_at,
    downtime.start AS order_0
  FROM downtime
  WHERE
    downtime.asset IN (:assets_1)
    AND LOWER(downtime.comment) LIKE :where_0 ESCAPE '\'
    AND downtime.start < :before
    AND downtime.[end] IS NULL
) AS found
ORDER BY
  found.order_0 DESC
OFFSET :offset ROWS
FETCH FIRST :limit ROWS ONLY
