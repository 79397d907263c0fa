-- The plant of benchmarks/big_plant.py; {names} are its numbers. Statements end with ";" and a
-- line's end. Columns are named, so that the sample's schema may change their order.
INSERT INTO asset (id, name, aliases, kind, parent, area, plant, "constraint", output_point, active)
VALUES ('bench', 'Bench', '', 'plant', NULL, NULL, 'bench', 0, 0, 1);

WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {areas} - 1)
INSERT INTO asset (id, name, aliases, kind, parent, area, plant, "constraint", output_point, active)
SELECT 'area-' || n, 'Area ' || n, '', 'area', 'bench', 'area-' || n, 'bench', 0, 0, 1 FROM s;

WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {machines} - 1)
INSERT INTO asset (id, name, aliases, kind, parent, area, plant, ideal_rate, cost_center, sequence,
    "constraint", output_point, unit, active)
SELECT printf('m-%03d', n), 'Machine ' || n, 'M' || n, 'machine', 'area-' || (n / 10),
    'area-' || (n / 10), 'bench', 1 + n % 5, 'cc-' || (n / 10), n % 10, n % 10 = 4, 1, 'pieces', 1
FROM s;

INSERT INTO product (id, name, unit, material_cost, margin, currency)
VALUES ('p-0', 'Product 0', 'pieces', 1.5, 0.8, 'USD'),
    ('p-1', 'Product 1', 'pieces', 2.5, 1.1, 'USD'),
    ('p-2', 'Product 2', 'pieces', 0.5, 0.2, 'USD');

INSERT INTO product_rate (asset, product, per_min, valid_from)
SELECT asset.id, product.id, ideal_rate * (1 - 0.1 * (product.id > 'p-1')), '2020-01-01 00:00:00'
FROM asset, product WHERE asset.kind = 'machine';

INSERT INTO target (asset, product, shift, oee, units, valid_from)
SELECT id, NULL, shift, 0.75, 360 * ideal_rate, '2020-01-01 00:00:00'
FROM asset, (SELECT 'Early' AS shift UNION SELECT 'Late' UNION SELECT 'Night')
WHERE kind = 'machine';

INSERT INTO cost (cost_center, per_hour, currency, valid_from)
SELECT DISTINCT cost_center, 120, 'USD', '2020-01-01 00:00:00' FROM asset
WHERE cost_center IS NOT NULL;

WITH RECURSIVE hour(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM hour WHERE n < {days} * 24 - 1),
machine(a) AS (SELECT 0 UNION ALL SELECT a + 1 FROM machine WHERE a < {machines} - 1),
mixed AS (SELECT a, n, ((a * 7919 + n * 104729 + a * n * 31) & 1048575) % 1000 AS r,
    1 + a % 5 AS rate FROM machine, hour),
made AS (SELECT *, CAST((60 - r % 17) * rate * (0.80 + (r % 11) * 0.02) AS INTEGER) AS units
    FROM mixed)
INSERT INTO production (asset, start, "end", shift, product, "order", planned_min, run_min,
    target_units, total_units, good_units, scrap_units, rework_units, first_pass_units, recorded_at)
SELECT printf('m-%03d', a), datetime({start} + n * 3600, 'unixepoch'),
    datetime({start} + n * 3600 + 3600, 'unixepoch'),
    CASE WHEN n % 24 BETWEEN 11 AND 18 THEN 'Early' WHEN n % 24 < 3 OR n % 24 > 18 THEN 'Late'
        ELSE 'Night' END,
    'p-' || ((n / 8 + a) % 3), NULL, 60, 60 - r % 17, CAST(48 * rate AS INTEGER), units,
    units - units * (r % 5) / 100, units * (r % 5) / 100, 0, NULL,
    datetime({start} + n * 3600 + 3660, 'unixepoch')
FROM made;

WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {each} - 1),
machine(a) AS (SELECT 0 UNION ALL SELECT a + 1 FROM machine WHERE a < {machines} - 1),
mixed AS (SELECT a, n, ((a * 6007 + n * 15485863 + a * n * 17) & 1048575) % 1000 AS r
    FROM machine, series),
placed AS (SELECT *, {start} + n * {apart} + r * 20 AS at, CASE WHEN r % 10 < 6 THEN 60 + r % 240
    WHEN r % 10 < 9 THEN 300 + r * 2 ELSE 1800 + r * 25 END AS length FROM mixed)
INSERT INTO downtime (id, asset, start, "end", reason_code, reason, reason_group, loss,
    repair_start, repair_end, recorded_at)
SELECT printf('s-%d-%d', a, n), printf('m-%03d', a), datetime(at, 'unixepoch'),
    datetime(at + length, 'unixepoch'), printf('K%02d', r % 12), 'reason ' || (r % 12),
    'group ' || (r % 4),
    CASE WHEN r % 12 < 5 THEN 'breakdown' WHEN r % 12 < 7 THEN 'setup' WHEN r % 12 < 9
        THEN 'starved' WHEN r % 12 < 10 THEN 'blocked' ELSE 'unclassified' END,
    CASE WHEN r % 12 < 5 AND length > 1200 THEN datetime(at + 300, 'unixepoch') END,
    CASE WHEN r % 12 < 5 AND length > 1200 THEN datetime(at + length - 60, 'unixepoch') END,
    datetime(at + length, 'unixepoch')
FROM placed;

WITH RECURSIVE shift(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM shift WHERE n < {days} * 3 - 1)
INSERT INTO calendar (plant, area, asset, start, "end", shift, kind)
SELECT 'bench', NULL, NULL, datetime({start} + n * 28800 + 54000, 'unixepoch'),
    datetime({start} + n * 28800 + 55800, 'unixepoch'), NULL, 'break'
FROM shift;

INSERT INTO scrap (asset, time, product, units, reason, phase)
SELECT asset, datetime(start, '+13 minutes'), product, scrap_units,
    CASE WHEN scrap_units > 4 THEN 'burr' ELSE 'scratch' END, 'run'
FROM production WHERE scrap_units > 0 AND substr(start, 12, 2) IN ('02', '13', '20');

INSERT INTO live (asset, state, since, rate, shift_units, shift_target, updated)
SELECT id, 'running', datetime({end} - 3000, 'unixepoch'), ideal_rate * 0.9, 120, 360,
    datetime({end}, 'unixepoch')
FROM asset WHERE kind = 'machine';

INSERT INTO "order" (id, asset, product, planned_units, start, due, status)
SELECT 'o-' || id, id, 'p-1', 5000, datetime({end} - 86400, 'unixepoch'),
    datetime({end} + 86400, 'unixepoch'), 'running'
FROM asset WHERE kind = 'machine';

WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 400)
INSERT INTO safety (id, asset, area, time, severity, status, description, days_lost)
SELECT 'safety-' || n, NULL, 'area-' || (n % {areas}),
    datetime({start} + n * 180000, 'unixepoch'),
    CASE n % 9 WHEN 0 THEN 'recordable' WHEN 1 THEN 'first aid' ELSE 'near miss' END,
    'closed', NULL, 0
FROM s;
