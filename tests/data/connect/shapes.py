"""Databases of several shapes, none of them ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.data.databases import Database

DAYS = 30
FIRST = datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None)  # a wall clock


def wide_shift_table(database: Database) -> None:
    """One row per date, shift and line; everything in it, no time of day anywhere."""
    database.run(
        "CREATE TABLE shift_report (report_date DATE, shift TEXT, line TEXT, planned INTEGER, "
        "produced INTEGER, good INTEGER, scrap INTEGER, downtime_min REAL, reason TEXT)"
    )
    reasons = ("changeover", "no material", "conveyor jam")
    rows: list[dict[str, Any]] = []
    for day in range(DAYS):
        for number, shift in enumerate(("Early", "Late", "Night")):
            for line in ("Line 1", "Line 2"):
                n = day * 6 + number * 2 + (line == "Line 2")
                date = (FIRST + timedelta(days=day)).date()
                down = (n % 4) * 12.5
                rows.append(
                    {
                        "report_date": date.isoformat() if database.is_sqlite else date,
                        "shift": shift,
                        "line": line,
                        "planned": 1_100,
                        "produced": 900 + n,
                        "good": 890 + n,
                        "scrap": 10,
                        "downtime_min": down,
                        "reason": reasons[n % 3] if down else None,
                    }
                )
    database.insert("shift_report", rows)


def german_plant(database: Database) -> None:
    """German names, seconds, umlauts in a table's name, local timestamps."""
    time = "TEXT" if database.is_sqlite else "TIMESTAMP"
    database.run(
        f'CREATE TABLE "BDE_Produktion" ("ID" INTEGER, "Maschine" TEXT, "Schichtbeginn" {time}, '
        f'"Schichtende" {time}, "Schicht" TEXT, "Planbelegungszeit_Min" REAL, '
        '"Laufzeit_Min" REAL, "Gutmenge" INTEGER, "Ausschuss" INTEGER, "Gesamtmenge" INTEGER)',
        f'CREATE TABLE "Stillstände" ("Nr" INTEGER, "MaschinenNr" TEXT, "Beginn" {time}, '
        f'"Ende" {time}, "Dauer_Sek" INTEGER, "Störgrund" TEXT)',
    )

    def at(moment: datetime) -> object:
        return moment.isoformat(" ") if database.is_sqlite else moment

    reasons = ("Umrüsten", "Materialmangel", "Störung Greifer", "Wartung", "Sonstiges", "XY 7")
    rows, stops = [], []
    for n in range(DAYS * 4):
        day, rest = divmod(n, 4)
        late, second = divmod(rest, 2)
        start = FIRST + timedelta(days=day, hours=14 if late else 6)
        machine = f"Presse {second + 1}"
        rows.append(
            {"ID": n, "Maschine": machine, "Schichtbeginn": at(start),
             "Schichtende": at(start + timedelta(hours=8)), "Schicht": "Spät" if late else "Früh",
             "Planbelegungszeit_Min": 480, "Laufzeit_Min": 400 + n % 50, "Gutmenge": 300 + n,
             "Ausschuss": n % 7, "Gesamtmenge": 300 + n + n % 7}
        )  # fmt: skip
        begins, seconds = start + timedelta(minutes=n), 60 + 37 * (n % 60)
        stops.append(
            {"Nr": n, "MaschinenNr": machine, "Beginn": at(begins),
             "Ende": at(begins + timedelta(seconds=seconds)), "Dauer_Sek": seconds,
             "Störgrund": reasons[n % len(reasons)]}
        )  # fmt: skip
    database.insert("BDE_Produktion", rows)
    database.insert("Stillstände", stops)


def epoch_star(database: Database) -> None:
    """Keys into other tables, times as epoch seconds, a cycle time instead of a rate."""
    database.run(
        "CREATE TABLE machines (machine_id INTEGER, machine_name TEXT, ideal_cycle_time_s REAL)",
        "CREATE TABLE stop_reasons (reason_code INTEGER, description TEXT)",
        "CREATE TABLE stops (stop_id INTEGER, machine_id INTEGER, started_at BIGINT, "
        "ended_at BIGINT, duration INTEGER, reason_code INTEGER)",
        "CREATE TABLE hourly_output (machine_id INTEGER, ts BIGINT, units_produced INTEGER, "
        "rejects INTEGER)",
    )
    texts = {1: "Tool change", 2: "Breakdown spindle", 3: "Waiting for material", 9: "Other"}
    database.insert(
        "stop_reasons", [{"reason_code": k, "description": t} for k, t in texts.items()]
    )
    database.insert(
        "machines",
        [{"machine_id": n, "machine_name": f"CNC {n}", "ideal_cycle_time_s": 12.5} for n in (1, 2)],
    )
    first, codes = 1_767_225_600, tuple(texts)
    hours = [(hour, n) for hour in range(24 * DAYS) for n in (1, 2)]
    database.insert(
        "hourly_output",
        [{"machine_id": n, "ts": first + 3600 * hour, "units_produced": 100 + hour % 90,
          "rejects": hour % 3} for hour, n in hours],
    )  # fmt: skip
    database.insert(
        "stops",
        [{"stop_id": hour * 2 + n, "machine_id": n, "started_at": first + 3600 * hour + 60,
          "ended_at": first + 3600 * hour + 60 + 30 * (1 + hour % 20),
          "duration": 30 * (1 + hour % 20), "reason_code": codes[hour % 4]}
         for hour, n in hours[::5]],
    )  # fmt: skip


def shop(database: Database) -> None:
    """A web shop: times, quantities and durations everywhere, and no plant."""
    time = "TEXT" if database.is_sqlite else "TIMESTAMP"
    database.run(
        f"CREATE TABLE customers (id INTEGER, name TEXT, email TEXT, created_at {time})",
        "CREATE TABLE products (id INTEGER, name TEXT, price REAL, stock INTEGER)",
        f"CREATE TABLE orders (id INTEGER, customer_id INTEGER, created_at {time}, status TEXT, "
        "total REAL)",
        "CREATE TABLE order_items (id INTEGER, order_id INTEGER, product_id INTEGER, "
        f"quantity INTEGER, unit_price REAL, created_at {time})",
        f"CREATE TABLE page_views (id INTEGER, user_id INTEGER, started_at {time}, "
        f"ended_at {time}, duration INTEGER, url TEXT)",
        f'CREATE TABLE shipments (id INTEGER, order_id INTEGER, start {time}, "end" {time}, '
        "status TEXT)",
    )
    when: Any = "2026-01-02 10:00:00" if database.is_sqlite else FIRST
    later: Any = "2026-01-02 10:03:00" if database.is_sqlite else FIRST + timedelta(minutes=3)
    many = range(50)
    database.insert("customers", [{"id": n, "name": f"C{n}", "email": f"c{n}@x.org",
                                   "created_at": when} for n in many])  # fmt: skip
    database.insert("products", [{"id": n, "name": f"P{n}", "price": 9.5, "stock": n}
                                 for n in many])  # fmt: skip
    database.insert("orders", [{"id": n, "customer_id": n, "created_at": when, "status": "paid",
                                "total": 99.5} for n in many])  # fmt: skip
    database.insert("order_items", [
        {"id": n, "order_id": n, "product_id": n, "quantity": 3, "unit_price": 9.5,
         "created_at": when} for n in many])  # fmt: skip
    database.insert("page_views", [{"id": n, "user_id": n, "started_at": when, "ended_at": later,
                                    "duration": 180, "url": "/a"} for n in many])  # fmt: skip
    database.insert("shipments", [{"id": n, "order_id": n, "start": when, "end": later,
                                   "status": "sent"} for n in many])  # fmt: skip
