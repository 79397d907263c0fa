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
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS covered,
    CASE WHEN (
      stop.begins IS NULL OR stop.ends IS NULL
    ) THEN 1 ELSE 0 END AS unreadable
  FROM (
    SELECT
      downtime.id AS event,
      downtime.asset AS asset,
      DATEDIFF_BIG(SECOND, CAST('1970-01-01' AS DATETIME2), CAST(downtime.start AS DATETIME2)) AS begins,
      DATEDIFF_BIG(SECOND, CAST('1970-01-01' AS DATETIME2), CAST(downtime.[end] AS DATETIME2)) AS ends,
      CAST(NULL AS FLOAT) AS whole,
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
      downtime.asset IN (:assets_1)
      AND downtime.start < :before
      AND downtime.start >= :back
      AND downtime.[end] >= :after
    UNION ALL
    SELECT
      downtime.id AS event,
      downtime.asset AS asset,
      DATEDIFF_BIG(SECOND, CAST('1970-01-01' AS DATETIME2), CAST(downtime.start AS DATETIME2)) AS begins,
      :until AS ends,
      CAST(NULL AS FLOAT) AS whole,
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
      downtime.asset IN (:assets_1)
      AND downtime.start < :before
      AND downtime.[end] IS NULL
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
    CAST(event.begins AS BIGINT) / 86400 AS first,
    CAST(CASE
      WHEN (
        event.ends > event.begins + 1
      )
      THEN event.ends
      ELSE event.begins + 1
    END - 1 AS BIGINT) / 86400 AS last
  FROM event
  WHERE
    CAST(CASE
      WHEN (
        event.ends > event.begins + 1
      )
      THEN event.ends
      ELSE event.begins + 1
    END - 1 AS BIGINT) / 86400 > CAST(event.begins AS BIGINT) / 86400
), days AS (
  SELECT
    CAST(days_list.day AS BIGINT) AS day
  FROM (VALUES
    (20522),
    (20523)) AS days_list(day)
), scope AS (
  SELECT
    CAST(scope_list.asset AS NVARCHAR(400)) AS asset,
    CAST(scope_list.grp AS INTEGER) AS grp
  FROM (VALUES
    (N'line-3', 0),
    (N'line-4', 0)) AS scope_list(asset, grp)
), spans AS (
  SELECT
    CAST(spans_list.begins AS BIGINT) AS begins,
    CAST(spans_list.ends AS BIGINT) AS ends,
    CAST(spans_list.opens AS BIGINT) AS opens,
    CAST(spans_list.number AS INTEGER) AS number,
    CAST(spans_list.grp AS INTEGER) AS grp,
    CAST(spans_list.leads AS INTEGER) AS leads,
    CAST(spans_list.day AS BIGINT) AS day
  FROM (VALUES
    (1773140400, 1773169200, 1773140400, 0, 0, 1, 20522),
    (1773169200, 1773187200, 1773169200, 1, 0, 0, 20522),
    (1773187200, 1773198000, 1773187200, 1, 0, 0, 20523)) AS spans_list(begins, ends, opens, number, grp, leads, day)
)
SELECT
  AVG(
    CASE
      WHEN (
        ranked.counted = 1 AND ranked.place * 2 BETWEEN ranked.many AND ranked.many + 2
      )
      THEN ranked.whole
    END
  ) AS median,
  MAX(CASE WHEN (
    ranked.counted = 1
  ) THEN ranked.whole END) AS longest,
  SUM(CASE WHEN (
    ranked.counted = 1 OR ranked.leads = 1
  ) THEN 1 ELSE 0 END) AS rows,
  MAX(ranked.unreadable) AS not_time
FROM (
  SELECT
    piece.event AS event,
    piece.asset AS asset,
    piece.is_open AS is_open,
    piece.begins AS begins,
    piece.whole AS whole,
    piece.unreadable AS unreadable,
    piece.loss AS loss,
    piece.seconds AS seconds,
    piece.counted AS counted,
    piece.leads AS leads,
    piece.[window] AS [window],
    ROW_NUMBER() OVER (PARTITION BY piece.counted ORDER BY piece.whole) AS place,
    COUNT(*) OVER (PARTITION BY piece.counted) AS many
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
      spans.number AS [window]
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
        CAST(event.begins AS BIGINT) / 86400 AS day
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
      JOIN days
        ON days.day > late.first AND days.day <= late.last
    ) AS touched
    JOIN scope
      ON scope.asset = touched.asset
    JOIN spans
      ON touched.day = spans.day
      AND touched.begins < spans.ends
      AND touched.reach > spans.begins
      AND scope.grp = spans.grp
  ) AS piece
) AS ranked
