WITH event AS (
  SELECT
    stop.event AS event,
    stop.asset AS asset,
    stop.is_open AS is_open,
    stop.loss AS loss,
    COALESCE(stop.begins, stop.ends, 0) AS begins,
    COALESCE(stop.ends, :until) AS ends,
    COALESCE(
      stop.whole,
      CASE
        WHEN (
          COALESCE(stop.ends, :until) - COALESCE(stop.begins, stop.ends, 0) > 0
        )
        THEN COALESCE(stop.ends, :until) - COALESCE(stop.begins, stop.ends, 0)
        ELSE 0
      END / 60E0
    ) AS whole,
    MAX(COALESCE(stop.ends, :until)) OVER (
      PARTITION BY stop.asset
      ORDER BY COALESCE(stop.begins, stop.ends, 0), COALESCE(stop.ends, :until) DESC, stop.event
      ROWS BETWEEN UNBOUNDED PRECEDING AND :param_1 PRECEDING
    ) AS covered,
    CASE WHEN (
      stop.begins IS NULL OR stop.ends IS NULL
    ) THEN 1 ELSE 0 END AS unreadable
  FROM (
    SELECT
      downtime.id AS event,
      downtime.asset AS asset,
      TIMESTAMPDIFF(SECOND, '1970-01-01', downtime.start) AS begins,
      TIMESTAMPDIFF(SECOND, '1970-01-01', downtime.end) AS ends,
      NULL AS whole,
      0 AS is_open,
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
      END AS loss
    FROM downtime
    WHERE
      downtime.asset IN (:assets_1, :assets_2)
      AND downtime.start < :before
      AND downtime.start >= :back
      AND downtime.end >= :after
    UNION ALL
    SELECT
      downtime.id AS event,
      downtime.asset AS asset,
      TIMESTAMPDIFF(SECOND, '1970-01-01', downtime.start) AS begins,
      :until AS ends,
      NULL AS whole,
      1 AS is_open,
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
      END AS loss
    FROM downtime
    WHERE
      downtime.asset IN (:assets_1, :assets_2)
      AND downtime.start < :before
      AND downtime.end IS NULL
  ) AS stop
), late AS (
  SELECT
    event.event AS event,
    event.asset AS asset,
    event.is_open AS is_open,
    event.loss AS loss,
    event.begins AS begins,
    event.ends AS ends,
    event.whole AS whole,
    event.covered AS covered,
    event.unreadable AS unreadable,
    CASE
      WHEN (
        event.ends > event.begins + 1
      )
      THEN event.ends
      ELSE event.begins + 1
    END AS reach,
    FLOOR(CAST(event.begins AS SIGNED) / 86400) AS first,
    FLOOR(
      CAST(CASE
        WHEN (
          event.ends > event.begins + 1
        )
        THEN event.ends
        ELSE event.begins + 1
      END - 1 AS SIGNED) / 86400
    ) AS last
  FROM event
  WHERE
    FLOOR(
      CAST(CASE
        WHEN (
          event.ends > event.begins + 1
        )
        THEN event.ends
        ELSE event.begins + 1
      END - 1 AS SIGNED) / 86400
    ) > FLOOR(CAST(event.begins AS SIGNED) / 86400)
), days AS (
  SELECT
    CAST(days_list.day AS SIGNED) AS day
  FROM (
    SELECT
      20522 AS day
    UNION ALL
    SELECT
      20523 AS day
  ) AS days_list
), spans AS (
  SELECT
    CAST(spans_list.begins AS SIGNED) AS begins,
    CAST(spans_list.ends AS SIGNED) AS ends,
    CAST(spans_list.opens AS SIGNED) AS opens,
    CAST(spans_list.number AS SIGNED) AS number,
    CAST(spans_list.grp AS SIGNED) AS grp,
    CAST(spans_list.leads AS SIGNED) AS leads,
    CAST(spans_list.day AS SIGNED) AS day
  FROM (
    SELECT
      1773140400 AS begins,
      1773169200 AS ends,
      1773140400 AS opens,
      0 AS number,
      0 AS grp,
      1 AS leads,
      20522 AS day
    UNION ALL
    SELECT
      1773169200 AS begins,
      1773187200 AS ends,
      1773169200 AS opens,
      1 AS number,
      0 AS grp,
      0 AS leads,
      20522 AS day
    UNION ALL
    SELECT
      1773187200 AS begins,
      1773198000 AS ends,
      1773187200 AS opens,
      1 AS number,
      0 AS grp,
      0 AS leads,
      20523 AS day
  ) AS spans_list
)
SELECT
  piece.asset AS asset,
  piece.loss AS loss,
  SUM(piece.seconds) / 60E0 AS minutes,
  SUM(piece.counted) AS stops,
  SUM(CASE WHEN (
    piece.counted = 1 OR piece.leads = 1
  ) THEN 1 ELSE 0 END) AS `rows`,
  MAX(piece.unreadable) AS not_time
FROM (
  SELECT
    touched.event AS event,
    touched.asset AS asset,
    touched.is_open AS is_open,
    touched.begins AS begins,
    touched.whole AS whole,
    touched.unreadable AS unreadable,
    CASE
      WHEN (
        touched.is_open = 0
        AND touched.loss IN ('breakdown', 'unclassified')
        AND touched.whole < :minor
      )
      THEN 'minor'
      ELSE touched.loss
    END AS loss,
    CASE
      WHEN (
        CASE WHEN (
          touched.ends < spans.ends
        ) THEN touched.ends ELSE spans.ends END - CASE
          WHEN (
            CASE
              WHEN (
                touched.covered > touched.begins
              )
              THEN touched.covered
              ELSE touched.begins
            END > spans.begins
          )
          THEN CASE
            WHEN (
              touched.covered > touched.begins
            )
            THEN touched.covered
            ELSE touched.begins
          END
          ELSE spans.begins
        END > 0
      )
      THEN CASE WHEN (
        touched.ends < spans.ends
      ) THEN touched.ends ELSE spans.ends END - CASE
        WHEN (
          CASE
            WHEN (
              touched.covered > touched.begins
            )
            THEN touched.covered
            ELSE touched.begins
          END > spans.begins
        )
        THEN CASE
          WHEN (
            touched.covered > touched.begins
          )
          THEN touched.covered
          ELSE touched.begins
        END
        ELSE spans.begins
      END
      ELSE 0
    END AS seconds,
    CASE WHEN (
      touched.begins >= spans.opens
    ) THEN 1 ELSE 0 END AS counted,
    spans.leads AS leads,
    spans.number AS `window`
  FROM (
    SELECT
      event.event AS event,
      event.asset AS asset,
      event.is_open AS is_open,
      event.loss AS loss,
      event.begins AS begins,
      event.ends AS ends,
      event.whole AS whole,
      event.covered AS covered,
      event.unreadable AS unreadable,
      CASE
        WHEN (
          event.ends > event.begins + 1
        )
        THEN event.ends
        ELSE event.begins + 1
      END AS reach,
      FLOOR(CAST(event.begins AS SIGNED) / 86400) AS day
    FROM event
    UNION ALL
    SELECT
      late.event AS event,
      late.asset AS asset,
      late.is_open AS is_open,
      late.loss AS loss,
      late.begins AS begins,
      late.ends AS ends,
      late.whole AS whole,
      late.covered AS covered,
      late.unreadable AS unreadable,
      late.reach AS reach,
      days.day AS day
    FROM late
    INNER JOIN days
      ON days.day > late.first AND days.day <= late.last
  ) AS touched
  INNER JOIN spans
    ON touched.day = spans.day
    AND touched.begins < spans.ends
    AND touched.reach > spans.begins
) AS piece
GROUP BY
  piece.asset,
  piece.loss
