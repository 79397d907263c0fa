"""Figures made of figures: the only way to a number that no tool gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, get_args

from core.agent.figure import Figure
from core.agent.shown import is_currency
from core.domain.periods import Period
from core.errors import UserError
from core.request import Language
from core.words import Words

Operation = Literal["difference", "sum", "share", "ratio"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
MOST = 12
_SAID_OF: Mapping[Operation, frozenset[str]] = {
    "difference": frozenset({"difference", "comparison"}),
    "sum": frozenset({"sum"}),
    "share": frozenset({"share"}),
    "ratio": frozenset({"ratio"}),
}
_RATIOS = frozenset({"%", "pp"})


class Calculator:
    """Calculates over the figures of one turn; what it makes gets the ids z1, z2, … and can be
    calculated with again."""

    def __init__(self, figures: Sequence[Figure], language: Language, prefix: str = "z") -> None:
        self._figures: dict[str, Figure] = {figure.id: figure for figure in figures}
        self._words = Words(language)
        self._prefix = prefix
        self._made = 0

    def calculate(self, operation: Operation, ids: Sequence[str]) -> Figure:
        """The difference (first minus second), share (first of second), ratio (first by second)
        or sum of figures that all have one unit.

        As exact as the figures are shown. Raises UserError where one is unknown, where units or
        currencies differ, for a sum of ratios, and for a division by zero.
        """
        figures = self._chosen(operation, ids)
        amounts = [figure.amount for figure in figures if figure.amount is not None]
        if len(amounts) != len(figures):
            lacking = next(figure for figure in figures if figure.amount is None)
            raise UserError("agent.no_amount", id=lacking.id)
        units = {figure.unit for figure in figures}
        if len(units) > 1:
            raise UserError("agent.units_differ", units=", ".join(sorted(u or "–" for u in units)))
        (unit,) = units
        if operation == "sum" and unit in (*_RATIOS, "×"):
            raise UserError("agent.no_sum")
        if operation in ("share", "ratio") and not amounts[1]:
            raise UserError("agent.by_zero", id=figures[1].id)
        amount, unit = _OPERATIONS[operation](amounts, unit)
        return self._figure(operation, figures, amount, unit)

    def _chosen(self, operation: Operation, ids: Sequence[str]) -> list[Figure]:
        most = MOST if operation == "sum" else 2
        if not 2 <= len(ids) <= most or len(set(ids)) != len(ids):
            raise UserError("agent.how_many", operation=operation, n=most)
        for name in ids:
            if name not in self._figures:
                raise UserError("agent.why_unknown_id", said=name)
        return [self._figures[name] for name in ids]

    def _figure(
        self, operation: Operation, figures: Sequence[Figure], amount: float, unit: str
    ) -> Figure:
        names = [self._named(figure, figures) for figure in figures]
        first, *others = names
        what = self._words.say(
            f"agent.{operation}_of",
            first=first,
            second=others[0],
            all=self._words.joined(names),
            measure=figures[0].measure,
        )
        self._made += 1
        measures = frozenset.intersection(*(figure.measures for figure in figures))
        periods = {figure.period for figure in figures}
        subjects = {figure.subject for figure in figures}
        period: Period | None = figures[0].period if len(periods) == 1 else None
        made = Figure(
            id=f"{self._prefix}{self._made}",
            kind="derived",
            shown=f"{self._shown(amount, unit)} ({what})",
            measure=what,
            measures=measures | _SAID_OF[operation],
            needs=frozenset({operation}),
            assets=frozenset(asset for figure in figures for asset in figure.assets),
            asset_names=self._words.joined(list(dict.fromkeys(f.asset_names for f in figures))),
            subject=figures[0].subject if len(subjects) == 1 else "",
            shift=figures[0].shift if len({f.shift for f in figures}) == 1 else "",
            period=period,
            period_name=figures[0].period_name if period else "",
            amount=amount,
            unit=unit,
            cites=tuple(dict.fromkeys(cite for figure in figures for cite in figure.cites)),
        )
        self._figures[made.id] = made
        return made

    @staticmethod
    def _named(figure: Figure, among: Sequence[Figure]) -> str:
        """What tells the figure from the others: its asset, row, shift, period, else measure."""
        told = [
            text
            for name in ("asset_names", "subject", "shift", "period_name", "measure")
            if (text := getattr(figure, name)) and len({getattr(f, name) for f in among}) > 1
        ]
        return ", ".join(told) or figure.measure

    def _shown(self, amount: float, unit: str) -> str:
        if unit == "%":
            return self._words.percent(amount)
        if unit == "pp":
            return self._words.points(amount)
        if unit == "min":
            return self._words.minutes(amount)
        if unit == "×":
            return f"×{self._words.number(amount, 2)}"
        if is_currency(unit):
            return self._words.money(amount, unit)
        number = self._words.number(amount, 0 if float(amount).is_integer() else 1)
        return f"{number}\u00a0{unit}" if unit else number


def _difference(amounts: Sequence[float], unit: str) -> tuple[float, str]:
    return amounts[0] - amounts[1], "pp" if unit in _RATIOS else unit


_OPERATIONS: Mapping[Operation, Callable[[Sequence[float], str], tuple[float, str]]] = {
    "difference": _difference,
    "sum": lambda amounts, unit: (sum(amounts), unit),
    "share": lambda amounts, _unit: (amounts[0] / amounts[1], "%"),
    "ratio": lambda amounts, _unit: (amounts[0] / amounts[1], "×"),
}
