SELECT
  CASE WHEN (
    production.start >= '2026-03-10 19:00:00'
  ) THEN 1 ELSE 0 END AS segment,
  SUM(CAST(production.total_units AS FLOAT)) AS total_units,
  COUNT(*) AS rows,
  MIN(production.start) AS first,
  MAX(production.[end]) AS last,
  MAX(production.recorded_at) AS recorded
FROM production
WHERE
  production.asset IN (:assets_1)
  AND production.start < :before
  AND production.start >= :back
  AND production.[end] > :after
GROUP BY
  CASE WHEN (
    production.start >= '2026-03-10 19:00:00'
  ) THEN 1 ELSE 0 END
