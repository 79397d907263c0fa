"""Rows that change seldom: master data, targets, costs, orders, safety events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from core.data.sample.calendar import SHIFTS, Shift, off_times, shifts
from core.data.sample.clock import DAY, HOUR, text
from core.data.sample.output import RATE_CHANGE_DAYS, order_of, pace, product_of
from core.data.sample.plant import COSTS, CURRENCIES, MACHINES, PLACES, PRODUCTS
from core.data.sample.stories import Sample

Row = tuple[object, ...]
SAFETY_SLOT = 20 * HOUR
LONGEST_OPEN = 6 * DAY
ORDERS_AHEAD = 2 * DAY
_OLD = date(2020, 1, 1)

_EVENTS = (
    (78, "near miss", ("pallet at the edge of the rack", "oil on the floor", "guard left open")),
    (18, "first aid", ("small cut at the hand", "bruise at the knee")),
    (3, "recordable", ("burn at the forearm", "deep cut, stitched")),
    (1, "lost time", ("ankle sprained at the stairs",)),
)


def _midnight(day: date) -> str:
    return f"{day.isoformat()} 00:00:00"


def asset_rows() -> Iterator[Row]:
    for place in PLACES:
        kind = "area" if place.area else "plant"
        parent = place.plant if place.area else None
        yield (
            place.id, place.name, place.aliases, kind, parent, place.area, place.plant, None, None,
            None, 0, 0, None, None, 1,
        )  # fmt: skip
    for plant, machines in MACHINES.items():
        for m in machines:
            yield (
                m.id, m.name, m.aliases, m.kind, m.parent, m.place.id, plant, m.rate,
                m.cost_center, m.sequence, int(m.constraint), int(m.output_point), m.unit,
                m.contact, 1,
            )  # fmt: skip


def product_rows() -> Iterator[Row]:
    for plant, products in PRODUCTS.items():
        for product in products:
            yield (*product, CURRENCIES[plant])


def rate_rows(sample: Sample) -> Iterator[Row]:
    """Rates by product, of assets with more than one of them; robot-2 has none at all."""
    changed = sample.anchor - timedelta(days=RATE_CHANGE_DAYS)
    for plant, machines in MACHINES.items():
        for machine in machines:
            if machine.rate is None or machine.unit not in ("bottles", "pumps", "parts"):
                continue
            for product in machine.products if len(machine.products) > 1 else ():
                for day in (_OLD, changed) if product == "water-1500" else (_OLD,):
                    as_if = Shift(plant, day, "", 0, 0, 0)
                    rate = pace(sample, machine, product, as_if)
                    yield machine.id, product, rate, _midnight(day)


def target_rows(sample: Sample) -> Iterator[Row]:
    """Per output point and shift; line-1's was raised 45 days before the anchor."""
    raised = sample.anchor - timedelta(days=45)
    for plant, machines in MACHINES.items():
        for machine in machines:
            if not machine.output_point:
                continue
            steps = ((_OLD, 0.70), (raised, 0.75)) if machine.id == "line-1" else (
                (_OLD, machine.oee_target),
            )  # fmt: skip
            for day, oee in steps:
                for shift, _, _ in SHIFTS[plant]:
                    units = None if machine.rate is None else round(450 * machine.rate * oee, -1)
                    yield machine.id, None, shift, oee, units, _midnight(day)
    for product, units in (("juice-1000", 28_000), ("icetea-1000", 38_000)):
        for shift, _, _ in SHIFTS["riverside"]:
            yield "line-4", product, shift, 0.72, units, _midnight(_OLD)


def cost_rows(sample: Sample) -> Iterator[Row]:
    """cc-oven has no row; line-3 became dearer 50 days before the anchor."""
    for center, per_hour in COSTS.items():
        currency = "EUR" if center in _HAMBURG_CENTERS else "USD"
        if center == "cc-line-3":
            yield center, per_hour * 0.95, currency, _midnight(_OLD)
            raised = sample.anchor - timedelta(days=50)
            yield center, per_hour, currency, _midnight(raised)
        else:
            yield center, per_hour, currency, _midnight(_OLD)


_HAMBURG_CENTERS = {machine.cost_center for machine in MACHINES["hamburg"]}


def order_rows(sample: Sample, plant: str, first: date, now: int) -> Iterator[Row]:
    """Orders whose run of shifts begins on or after the production day `first`.

    Those that begin within two days from `now` are known already, as planned.
    """
    last = date(1970, 1, 1) + timedelta(now // DAY + 8)
    schedule = {shift.number: shift for shift in shifts(plant, first, last)}
    numbers = range(first.toordinal() * len(SHIFTS[plant]), max(schedule))
    for machine in (m for m in MACHINES[plant] if m.kind == "line"):
        for run in range(-(-numbers.start // machine.run), numbers.stop // machine.run):
            every = range(run * machine.run, (run + 1) * machine.run)
            worked = [schedule[number] for number in every if number in schedule]
            if worked and worked[0].start < now + ORDERS_AHEAD:
                yield _order(sample, machine.id, worked, now)


def _order(sample: Sample, line: str, worked: list[Shift], now: int) -> Row:
    machine = next(m for m in MACHINES[worked[0].plant] if m.id == line)
    product = product_of(machine, worked[0])
    minutes = 0
    for shift in worked:
        off = sum(end - start for start, end in off_times(shift)[line])
        minutes += (shift.end - shift.start - off) // 60
    units = minutes * pace(sample, machine, product, worked[0]) * machine.oee_target
    start, due = worked[0].start, worked[-1].end
    status = "done" if due <= now else "running" if start <= now else "planned"
    return (
        order_of(machine, worked[0]), line, product, int(units) // 50 * 50, text(start), text(due),
        status,
    )  # fmt: skip


def safety_rows(sample: Sample, since: int, now: int) -> Iterator[Row]:
    """Events from the first slot after `since` to `now`; each is open for one to six days.

    riverside has one in every slot of 20 hours, in its first four, so that at every moment there
    is one in the last 24 hours; hamburg has one in every eighth, on a weekday by day.
    """
    for slot in range(-(-since // SAFETY_SLOT), now // SAFETY_SLOT + 1):
        for plant in MACHINES:
            draw = sample.random(f"safety {plant}", slot)
            time = slot * SAFETY_SLOT + int(draw.random() * 4 * HOUR) // 60 * 60
            if plant == "hamburg":
                time += 8 * HOUR - time % DAY // (4 * HOUR) * (4 * HOUR)
                if slot % 8 or (time // DAY + 3) % 7 > 4:
                    continue
            machine = MACHINES[plant][int(draw.random() * len(MACHINES[plant]))]
            weights = [weight for weight, _, _ in _EVENTS]
            _, severity, texts = draw.choices(_EVENTS, weights)[0]
            description = texts[int(draw.random() * len(texts))]
            closed = time + DAY + int(draw.random() * (LONGEST_OPEN - DAY))
            days_lost = 1 + int(draw.random() * 9) if severity == "lost time" else 0
            asset = machine.id if draw.random() < 0.7 else None
            if time < now:
                yield (
                    f"S-{plant[0].upper()}-{slot}", asset, machine.place.id, text(time), severity,
                    "closed" if closed <= now else "open", description, days_lost,
                )  # fmt: skip
