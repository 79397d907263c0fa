SELECT
  production.asset AS asset,
  production.product AS product,
  SUM(CAST(production.total_units AS FLOAT)) AS total_units,
  SUM(CAST(production.good_units AS FLOAT)) AS good_units,
  SUM(CAST(production.run_min AS FLOAT)) AS run_min,
  SUM(
    DATEDIFF_BIG(SECOND, CAST('1970-01-01' AS DATETIME2), CAST(production.[end] AS DATETIME2)) - DATEDIFF_BIG(SECOND, CAST('1970-01-01' AS DATETIME2), CAST(production.start AS DATETIME2))
  ) / 60E0 AS row_min,
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
  production.asset,
  production.product
