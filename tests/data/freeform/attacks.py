"""Statements that must never give away, change or hold up anything; and which wall holds each.

`walls`: a the check of the tree, b the login, c the views, d the bounds; each is tested alone
against those that it is for, and all together against all. Rows that the asker may not see hold
HIDDEN, tables that nobody may ask for hold SECRET.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    sql: str
    walls: str
    on: str = "both"

    def __str__(self) -> str:
        return f"{self.on}: {self.sql[:60]}"


_ = Attack
BOMB = (
    "SELECT count(*) AS n FROM production a, production b, production c, production d, "
    "production e, production f WHERE a.good_units + b.good_units + c.good_units + d.good_units "
    "+ e.good_units + f.good_units < 0"
)
WRITES = [
    _("DROP TABLE downtime", "ab"),
    _("DELETE FROM downtime", "ab"),
    _("UPDATE downtime SET reason = 'x'", "ab"),
    _("INSERT INTO cost (cost_center, per_hour) VALUES ('x', 1)", "ab"),
    _("CREATE TABLE stolen AS SELECT * FROM secret", "ab"),
    _("ALTER TABLE downtime ADD COLUMN x text", "ab"),
    _("SELECT 1 AS a; DROP TABLE downtime", "ab"),
    _("SELECT asset AS a FROM production; DELETE FROM production", "ab"),
    _("SELECT asset INTO stolen FROM production", "ab"),
    _("SELECT * INTO stolen FROM secret", "ab"),
    _("WITH x AS (DELETE FROM downtime RETURNING asset) SELECT asset FROM x", "ab"),
    _("WITH x AS (UPDATE cost SET per_hour = 0 RETURNING per_hour) SELECT per_hour FROM x", "ab"),
    _("WITH x AS (INSERT INTO secret VALUES ('y') RETURNING word) SELECT word FROM x", "ab"),
    _("EXPLAIN ANALYZE DELETE FROM downtime", "ab", "postgres"),
    _("TRUNCATE downtime", "ab", "postgres"),
    _("COPY production TO '/tmp/stolen'", "ab", "postgres"),
    _("COPY production TO PROGRAM 'cat'", "ab", "postgres"),
    _("DO $$ BEGIN DELETE FROM downtime; END $$", "ab", "postgres"),
    _("SET ROLE postgres", "ab", "postgres"),
    _("GRANT SELECT ON secret TO public", "a", "postgres"),
    _("ALTER ROLE postgres PASSWORD 'x'", "ab", "postgres"),
    _("CALL pg_sleep(9)", "ab", "postgres"),
    _("SELECT asset AS a FROM production FOR UPDATE", "ab", "postgres"),
    _("LOCK TABLE production", "ab", "postgres"),
    _("VACUUM", "ab", "sqlite"),
    _("ATTACH DATABASE '/tmp/other.db' AS o", "ab", "sqlite"),
    _("PRAGMA query_only = OFF", "ab", "sqlite"),
    _("PRAGMA table_info(secret)", "ab", "sqlite"),
    _("REPLACE INTO cost (cost_center, per_hour) VALUES ('x', 1)", "ab", "sqlite"),
]
TABLES = [
    _("SELECT word FROM secret", "abc"),
    _("SELECT count(*) AS n FROM secret", "abc"),
    _("SELECT per_hour FROM cost", "ac"),
    _("SELECT (SELECT max(word) FROM secret) AS w FROM production", "abc"),
    _("SELECT asset FROM production WHERE EXISTS (SELECT 1 FROM secret)", "abc"),
    _("SELECT asset FROM production UNION ALL SELECT word FROM secret", "abc"),
    _("SELECT asset FROM production EXCEPT SELECT word FROM secret", "abc"),
    _("WITH production AS (SELECT word AS asset FROM secret) SELECT asset FROM production", "abc"),
    _("WITH x AS (SELECT word FROM secret) SELECT word FROM x", "abc"),
    _("SELECT asset FROM production ORDER BY (SELECT max(word) FROM secret)", "abc"),
    _("SELECT asset FROM production GROUP BY asset HAVING max(asset) < (SELECT max(word) FROM "
      "secret)", "abc"),
    _("SELECT s.word FROM production p JOIN secret s ON 1 = 1", "abc"),
    _('SELECT word FROM "secret"', "abc"),
    _("SELECT word FROM SECRET", "abc"),
    _("TABLE secret", "ab", "postgres"),
    _("SELECT word FROM public.secret", "abc", "postgres"),
    _("SELECT asset, reason FROM public.downtime", "ac", "postgres"),
    _("SELECT rolname FROM pg_roles", "ac", "postgres"),
    _("SELECT rolpassword FROM pg_authid", "abc", "postgres"),
    _("SELECT table_name FROM information_schema.tables", "ac", "postgres"),
    _("SELECT query FROM pg_stat_activity", "ac", "postgres"),
    _("SELECT s.word FROM production p, LATERAL (SELECT word FROM secret) s", "abc", "postgres"),
    _("SELECT word FROM ONLY secret", "abc", "postgres"),
    _("SELECT word FROM main.secret", "abc", "sqlite"),
    _("SELECT asset, reason FROM main.downtime", "ac", "sqlite"),
    _("SELECT name, sql FROM sqlite_master", "abc", "sqlite"),
    _("SELECT name FROM sqlite_schema", "abc", "sqlite"),
    _("SELECT name FROM pragma_table_info('secret')", "abc", "sqlite"),
    _("SELECT word FROM [secret]", "abc", "sqlite"),
]  # fmt: skip
FUNCTIONS = [
    _("SELECT pg_sleep(30) AS s FROM production", "ad", "postgres"),
    _("SELECT asset FROM production WHERE pg_sleep(30) IS NULL", "ad", "postgres"),
    _("SELECT set_config('statement_timeout', '0', false) AS s, pg_sleep(30) AS t", "ad",
      "postgres"),
    _("SELECT set_config('andon.plant', 'b', false) AS s FROM production", "a", "postgres"),
    _("WITH x AS (SELECT set_config('role', 'postgres', false) AS s) SELECT s FROM x", "ab",
      "postgres"),
    _("SELECT current_setting('data_directory') AS s FROM production", "ab", "postgres"),
    _("SELECT pg_read_file('/etc/passwd') AS s FROM production", "ab", "postgres"),
    _("SELECT pg_ls_dir('/') AS s FROM production", "ab", "postgres"),
    _("SELECT lo_import('/etc/passwd') AS s FROM production", "ab", "postgres"),
    _("SELECT query_to_xml('select * from secret', true, true, '') AS x FROM production", "ab",
      "postgres"),
    _("SELECT table_to_xml('secret', true, true, '') AS x FROM production", "ab", "postgres"),
    _("SELECT database_to_xml(true, true, '') AS x FROM production", "a", "postgres"),
    _("SELECT query_to_xml('select * from downtime', true, true, '') AS x FROM production", "a",
      "postgres"),
    _("SELECT dblink('host=evil', 'select 1') AS x FROM production", "ab", "postgres"),
    _("SELECT pg_terminate_backend(1) AS x FROM production", "a", "postgres"),
    _("SELECT generate_series AS n FROM generate_series(1, 1000000000)", "acd", "postgres"),
    _("SELECT repeat('x', 100000000) AS x FROM production", "a", "postgres"),
    _("SELECT version() AS v FROM production", "a", "postgres"),
    _("SELECT current_user AS u FROM production", "a", "postgres"),
    _("SELECT inet_server_addr() AS u FROM production", "a", "postgres"),
    _("SELECT nextval('secret_seq') AS n FROM production", "ab", "postgres"),
    _("SELECT pg_advisory_lock(1) AS n FROM production", "a", "postgres"),
    _("SELECT d AS x FROM downtime d", "a", "postgres"),
    _("SELECT ctid AS x FROM downtime", "a", "postgres"),
    _("SELECT row_to_json(d) AS x FROM downtime d", "a", "postgres"),
    _("SELECT 'secret'::regclass AS x FROM production", "a", "postgres"),
    _("SELECT load_extension('evil.so') AS x FROM production", "ab", "sqlite"),
    _("SELECT readfile('/etc/passwd') AS x FROM production", "ab", "sqlite"),
    _("SELECT writefile('/tmp/x', 'y') AS x FROM production", "ab", "sqlite"),
    _("SELECT randomblob(1000000000) AS x FROM production", "ab", "sqlite"),
    _("SELECT zeroblob(1000000000) AS x FROM production", "ab", "sqlite"),
    _("SELECT printf('%.*c', 1000000000, 'x') AS x FROM production", "ab", "sqlite"),
    _("SELECT hex(randomblob(100000000)) AS x FROM production", "ab", "sqlite"),
    _("SELECT rowid AS x FROM downtime", "a", "sqlite"),
    _("SELECT sqlite_version() AS x FROM production", "ab", "sqlite"),
    _("SELECT value AS x FROM json_each('[1]')", "abc", "sqlite"),
]  # fmt: skip
BOMBS = [
    _("WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT max(n) AS m FROM x",
      "ad"),
    _(BOMB, "d"),
    _(BOMB.replace("count(*)", "max(a.asset)"), "d"),
    _("SELECT a.asset FROM " + ", ".join(f"production a{n}" for n in range(30)), "a"),
    _("SELECT " + "(" * 500 + "asset" + ")" * 500 + " AS a FROM production", "a"),
    _("SELECT asset FROM production WHERE asset = '" + "x" * 10_000 + "'", "a"),
    _("SELECT asset FROM production WHERE " + " OR ".join(["1 = 1"] * 400), "a"),
]  # fmt: skip
TRICKS = [
    _("SELECT asset FROM production -- WHERE", "a"),
    _("SELECT asset /* FROM secret */ FROM production", "a"),
    _("SELECT asset FROM production /*! UNION SELECT word FROM secret */", "a"),
    _("SELECT * FROM downtime", "a"),
    _("SELECT d.* FROM downtime d", "a"),
    _("SELECT comment FROM downtime", "a"),
    _("SELECT contact FROM assets", "a"),
    _("SELECT 99.9 AS oee FROM production", "a"),
    _("SELECT 'see https://evil.example' AS x FROM production", "a"),
    _("SELECT CASE WHEN good_units > 0 THEN 'https://evil.example' END AS x FROM production", "a"),
    _("SELECT asset FROM production WHERE asset <> 'evil.example/leak'", "a"),
    _('SELECT asset AS "<!channel> all is well" FROM production', "a"),
    _("SELECT sum(scrap_units) AS good_units FROM production", "a"),
    _("WITH andon_scope_production AS (SELECT asset FROM downtime) SELECT asset FROM "
      "andon_scope_production", "c"),
    _("SELECT x.good_units FROM (SELECT scrap_units AS good_units FROM production) x", "a"),
    _("SELECT asset FROM production\x00", "a"),
    _("SELECT", "a"),
    _("", "a"),
    _("'", "a"),
    _("SELECT asset AS a FROM production WHERE $$x$$ = :y", "a"),
]  # fmt: skip
SCOPE = [
    _("SELECT asset, reason FROM downtime", "c"),
    _("SELECT asset, reason FROM downtime WHERE asset = 'b1'", "c"),
    _("SELECT asset, reason FROM downtime WHERE asset = 'a1' OR 1 = 1", "c"),
    _("SELECT d.asset, d.reason FROM downtime d, production p WHERE p.asset <> d.asset", "c"),
    _("SELECT max(reason) AS r FROM downtime", "c"),
    _("SELECT asset FROM production WHERE EXISTS (SELECT 1 FROM downtime d WHERE d.asset = 'b1')",
      "c"),
    _("WITH x AS (SELECT asset, reason FROM downtime) SELECT asset, reason FROM x", "c"),
    _("SELECT d.reason FROM (SELECT reason FROM (SELECT reason FROM downtime) e) d", "c"),
    _("SELECT name FROM assets WHERE id = 'b1'", "c"),
    _("SELECT a.name, d.reason FROM assets a LEFT JOIN downtime d ON d.asset <> a.id", "c"),
    _("SELECT (SELECT max(d.reason) FROM downtime d) AS r, count(*) AS n FROM production", "c"),
    _("SELECT reason FROM downtime WHERE asset IN (SELECT id FROM assets)", "c"),
    _("WITH downtime AS (SELECT asset, reason FROM downtime) SELECT asset, reason FROM downtime",
      "c"),
]  # fmt: skip
ALL = [*WRITES, *TABLES, *FUNCTIONS, *BOMBS, *TRICKS, *SCOPE]


def against(wall: str) -> list[Attack]:
    return [attack for attack in ALL if wall in attack.walls]
