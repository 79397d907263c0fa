SELECT
  found.id,
  found.asset,
  found.area,
  found.time,
  found.severity,
  found.status,
  found.description,
  found.days_lost
FROM (
  SELECT
    safety.id AS id,
    safety.asset AS asset,
    safety.area AS area,
    safety.time AS time,
    safety.severity AS severity,
    safety.status AS status,
    safety.description AS description,
    safety.days_lost AS days_lost
  FROM safety
  WHERE
    safety.status IN (:where_0_1, :where_0_2)
) AS found
