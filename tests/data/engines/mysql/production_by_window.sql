WITH windows AS (
  SELECT
    CAST(windows_list.begins AS DATETIME) AS begins,
    CAST(windows_list.ends AS DATETIME) AS ends,
    CAST(windows_list.number AS SIGNED) AS number
  FROM (
    SELECT
      '2026-03-10 11:00:00' AS begins,
      '2026-03-10 19:00:00' AS ends,
      0 AS number
    UNION ALL
    SELECT
      '2026-03-10 19:00:00' AS begins,
      '2026-03-11 03:00:00' AS ends,
      1 AS number
  ) AS windows_list
)
SELECT
  production.asset AS asset,
  windows.number AS `window`,
  SUM(production.total_units) AS total_units,
  COUNT(*) AS `rows`,
  MIN(production.start) AS first,
  MAX(production.end) AS last
FROM production
INNER JOIN windows
  ON production.start >= windows.begins AND production.start < windows.ends
WHERE
  production.asset IN (:assets_1)
GROUP BY
  production.asset,
  windows.number
