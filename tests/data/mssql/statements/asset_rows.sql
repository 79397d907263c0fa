SELECT
  found.id,
  found.name,
  found.aliases,
  found.kind,
  found.parent,
  found.area,
  found.plant,
  found.ideal_rate,
  found.cost_center,
  found.sequence,
  found.[constraint],
  found.output_point,
  found.unit,
  found.contact,
  found.active
FROM (
  SELECT
    asset.id AS id,
    asset.name AS name,
    asset.aliases AS aliases,
    asset.kind AS kind,
    asset.parent AS parent,
    asset.area AS area,
    asset.plant AS plant,
    asset.ideal_rate AS ideal_rate,
    asset.cost_center AS cost_center,
    asset.sequence AS sequence,
    asset.[constraint] AS [constraint],
    asset.output_point AS output_point,
    asset.unit AS unit,
    asset.contact AS contact,
    asset.active AS active
  FROM asset
) AS found
