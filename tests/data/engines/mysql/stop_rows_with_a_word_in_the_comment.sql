SELECT
  found.id,
  found.asset,
  found.start,
  found.end,
  found.reason,
  found.loss,
  found.comment
FROM (
  SELECT
    downtime.id AS id,
    downtime.asset AS asset,
    downtime.start AS start,
    downtime.end AS end,
    downtime.reason AS reason,
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
    downtime.comment AS comment,
    downtime.start AS order_0
  FROM downtime
  WHERE
    downtime.asset IN (:assets_1)
    AND LOWER(downtime.comment) LIKE :where_0 ESCAPE '\\'
    AND downtime.start < :before
    AND downtime.start >= :back
    AND downtime.end > :after
  UNION ALL
  SELECT
    downtime.id AS id,
    downtime.asset AS asset,
    downtime.start AS start,
    downtime.end AS end,
    downtime.reason AS reason,
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
    downtime.comment AS comment,
    downtime.start AS order_0
  FROM downtime
  WHERE
    downtime.asset IN (:assets_1)
    AND LOWER(downtime.comment) LIKE :where_0 ESCAPE '\\'
    AND downtime.start < :before
    AND downtime.end IS NULL
) AS found
ORDER BY
  found.order_0 DESC
LIMIT :limit
OFFSET :offset
