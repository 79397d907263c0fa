SELECT
  found.asset,
  found.time,
  found.product,
  found.units,
  found.reason,
  found.phase
FROM (
  SELECT
    scrap.asset AS asset,
    scrap.time AS time,
    scrap.product AS product,
    scrap.units AS units,
    scrap.reason AS reason,
    scrap.phase AS phase,
    scrap.time AS order_0
  FROM scrap
  WHERE
    scrap.asset IN (:assets_1) AND scrap.time < :before AND scrap.time >= :back
) AS found
ORDER BY
  found.order_0 DESC
OFFSET :offset ROWS
FETCH FIRST :limit ROWS ONLY
