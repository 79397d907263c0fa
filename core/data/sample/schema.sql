-- The facts of core/data/schema.py under their logical names. Times are UTC text.
CREATE TABLE sample (
    seed INTEGER NOT NULL, anchor TEXT NOT NULL, days INTEGER NOT NULL,
    made_at TEXT NOT NULL, ticked_to TEXT NOT NULL
);
CREATE TABLE asset (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, aliases TEXT NOT NULL, kind TEXT NOT NULL,
    parent TEXT, area TEXT, plant TEXT NOT NULL, ideal_rate REAL, cost_center TEXT,
    sequence INTEGER, "constraint" INTEGER NOT NULL, output_point INTEGER NOT NULL, unit TEXT,
    contact TEXT, active INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE product (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, material_cost REAL, margin REAL,
    currency TEXT
) WITHOUT ROWID;
CREATE TABLE product_rate (
    asset TEXT, product TEXT, per_min REAL NOT NULL, valid_from TEXT,
    PRIMARY KEY (asset, product, valid_from)
);
CREATE TABLE calendar (
    plant TEXT, area TEXT, asset TEXT, start TEXT NOT NULL, "end" TEXT NOT NULL, shift TEXT,
    kind TEXT NOT NULL
);
CREATE INDEX calendar_start ON calendar (start, "end", kind, shift, plant, area, asset);
-- Clustered, so that a period of an asset is one stretch of the file. No column before the
-- key's last one is NOT NULL: SQLite 3.40's integrity_check would report it as null.
CREATE TABLE production (
    asset TEXT, start TEXT, "end" TEXT NOT NULL, shift TEXT NOT NULL, product TEXT, "order" TEXT,
    planned_min REAL NOT NULL, run_min REAL, target_units INTEGER, total_units INTEGER NOT NULL,
    good_units INTEGER NOT NULL, scrap_units INTEGER NOT NULL, rework_units INTEGER NOT NULL,
    first_pass_units INTEGER, recorded_at TEXT NOT NULL,
    PRIMARY KEY (asset, start)
) WITHOUT ROWID;
CREATE TABLE downtime (
    id TEXT, asset TEXT, start TEXT, "end" TEXT, reason_code TEXT, reason TEXT,
    reason_group TEXT, loss TEXT NOT NULL, cause_asset TEXT, repair_start TEXT, repair_end TEXT,
    comment TEXT, recorded_at TEXT NOT NULL,
    PRIMARY KEY (asset, start)
) WITHOUT ROWID;
CREATE TABLE scrap (
    asset TEXT, time TEXT, product TEXT, units INTEGER NOT NULL, reason TEXT NOT NULL,
    phase TEXT NOT NULL,
    PRIMARY KEY (asset, time)
) WITHOUT ROWID;
CREATE TABLE "order" (
    id TEXT PRIMARY KEY, asset TEXT NOT NULL, product TEXT NOT NULL, planned_units INTEGER NOT NULL,
    start TEXT NOT NULL, due TEXT NOT NULL, status TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX order_asset ON "order" (asset, start);
CREATE TABLE safety (
    id TEXT PRIMARY KEY, asset TEXT, area TEXT NOT NULL, time TEXT NOT NULL, severity TEXT NOT NULL,
    status TEXT NOT NULL, description TEXT, days_lost INTEGER
) WITHOUT ROWID;
CREATE INDEX safety_area ON safety (area, time);
CREATE TABLE live (
    asset TEXT PRIMARY KEY, state TEXT NOT NULL, since TEXT, rate REAL, shift_units INTEGER,
    shift_target INTEGER, updated TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE target (
    asset TEXT NOT NULL, product TEXT, shift TEXT NOT NULL, oee REAL, units INTEGER,
    valid_from TEXT NOT NULL
);
CREATE INDEX target_asset ON target (asset, shift, valid_from);
CREATE TABLE cost (
    cost_center TEXT, per_hour REAL NOT NULL, currency TEXT NOT NULL, valid_from TEXT,
    PRIMARY KEY (cost_center, valid_from)
);
