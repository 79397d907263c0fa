SELECT
  production.asset AS asset,
  MAX(production.recorded_at) AS latest
FROM production
WHERE
  production.asset IN (:assets_1)
GROUP BY
  production.asset
