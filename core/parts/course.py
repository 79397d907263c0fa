"""A figure over time as parts of an answer: its points with their limits, and the unusual ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.answer import Chart, Line, Part, Series
from core.domain.periods import DAY, WEEK
from core.figures import kpi_figure
from core.measures.course import Course, Unusual
from core.measures.series import LossChange, Slot
from core.tables import Column, durations, figures, table, texts
from core.words import Words

_SHOWN_WEEKS = 13
_UNUSUAL = 8
_MINUTES = frozenset({"downtime", "mtbf"})


def kpi_name(course: Course, words: Words) -> str:
    return words.say("trend_analysis.output" if course.kpi == "output" else f"kpis.{course.kpi}")


def shown_figure(course: Course, value: float | None, words: Words) -> str:
    return kpi_figure(course.kpi, value, course.unit, words)


def shown_limits(course: Course, words: Words) -> tuple[str, ...]:
    """Both limits of normal variation; nothing where there are none."""
    limits = course.verdict.limits
    edges = (limits.lower, limits.upper) if limits else ()
    return tuple(shown_figure(course, edge, words) for edge in edges)


def slot_name(course: Course, slot: Slot, words: Words) -> str:
    """In a sentence: a week is said to be one."""
    if course.by == "week" and not slot.shift:
        return words.say("periods.week", first=words.day(slot.day))
    return slot_label(slot, words)


def slot_label(slot: Slot, words: Words) -> str:
    """In a chart or a table, whose title says that they are weeks."""
    return f"{words.day(slot.day)} {slot.shift}".strip()


def edge_name(course: Course, index: int, words: Words, *, last: bool = False) -> str:
    """Where a stretch of points begins or ends: of weeks the first or the `last` day."""
    slot = course.label(index)
    if course.by != "week":
        return slot_name(course, slot, words)
    return words.day(slot.day + WEEK - DAY if last else slot.day)


def chart_of(
    course: Course, target: float | None, words: Words, cites: tuple[int, ...]
) -> tuple[Part, ...]:
    """The period's points; weeks are few, so those before them are drawn too."""
    drawn = course.drawn(_SHOWN_WEEKS if course.by == "week" else 0)
    if not any(point is not None for _, point in drawn):
        return ()
    factor, unit = _scale(course, words)
    label = kpi_name(course, words)
    values = tuple(None if point is None else point * factor for _, point in drawn)
    marks = _marks(course, target)
    return (
        Chart(
            "trend",
            words.say(f"trend_analysis.chart_{course.by}", kpi=label),
            tuple(slot_label(slot, words) for slot, _ in drawn),
            (Series(label, values),),
            unit,
            tuple(Line(words.say(f"charts.{name}"), y * factor) for name, y in marks),
            cites,
        ),
    )


def _marks(course: Course, target: float | None) -> Iterator[tuple[str, float]]:
    limits = course.verdict.limits
    if limits is not None:
        yield "mean", limits.center
        yield "upper_limit", limits.upper
        yield "lower_limit", limits.lower
    if target is not None:
        yield "target", target


def _scale(course: Course, words: Words) -> tuple[float, str]:
    match course.kpi:
        case "downtime":
            return 1.0, words.say("charts.minutes")
        case "mtbf":
            return 1 / 60, "h"
        case "output":
            return 1.0, words.unit(course.unit)
        case _:
            return 100.0, "%"


def table_of(
    course: Course, unusual: Sequence[Unusual], words: Words, cites: tuple[int, ...]
) -> tuple[Part, ...]:
    """The first of the unusual points, with what was lost then."""
    head = words.say(f"kpis.{course.kpi}")
    amount: Column[Unusual] = (
        durations(head, lambda one: one.value, words)
        if course.kpi in _MINUTES
        else figures(head, lambda one: shown_figure(course, one.value, words))
    )
    loss: Column[Unusual] = texts(
        words.say("trend_analysis.main_loss"), lambda one: _said_of_loss(one.loss, words)
    )
    return table(
        unusual[:_UNUSUAL],
        texts(words.say(f"trend_analysis.{course.by}"), lambda one: slot_label(one.slot, words)),
        amount,
        loss if any(one.loss for one in unusual) else None,
        title=words.say(f"trend_analysis.table_{course.by}", n=len(unusual)),
        cites=cites,
    )


def _said_of_loss(loss: LossChange | None, words: Words) -> str:
    if loss is None:
        return words.unknown
    key = "more" if loss.extra > 0 else "less"
    return words.say(
        f"trend_analysis.{key}",
        loss=words.say(f"losses.{loss.name}"),
        minutes=words.minutes(loss.minutes),
        extra=words.minutes(abs(loss.extra)),
    )
