WITH windows AS (
  SELECT
    CAST(windows_list.begins AS DATETIME) AS begins,
    CAST(windows_list.ends AS DATETIME) AS ends,
    CAST(windows_list.number AS BIGINT) AS number
  FROM (VALUES
    ('2026-03-10 11:00:00', '2026-03-10 19:00:00', 0),
    ('2026-03-10 19:00:00', '2026-03-11 03:00:00', 1)) AS windows_list(begins, ends, number)
)
SELECT
  production.asset AS asset,
  windows.number AS [window],
  SUM(CAST(production.total_units AS FLOAT)) AS total_units,
  COUNT(*) AS rows,
  MIN(production.start) AS first,
  MAX(production.[end]) AS last,
  MAX(production.recorded_at) AS recorded
FROM production
JOIN windows
  ON production.start >= windows.begins AND production.start < windows.ends
WHERE
  production.asset IN (:assets_1)
GROUP BY
  production.asset,
  windows.number
