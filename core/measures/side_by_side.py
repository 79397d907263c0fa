"""Assets, shifts or periods side by side, and which of them stand out beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from core.domain.contrast import Standing, standing
from core.measures.series import LOWER_IS_BETTER
from core.measures.subjects import MAIN, Subject

By = Literal["asset", "shift", "period"]


@dataclass(frozen=True)
class SideBySide:
    """`kpi` is the figure that was asked about."""

    by: By
    kpi: str
    subjects: tuple[Subject, ...]
    cites: tuple[int, ...]

    def subject(self, key: str | None) -> Subject | None:
        return next((subject for subject in self.subjects if subject.key == key), None)

    @property
    def columns(self) -> tuple[str, ...]:
        return MAIN if self.kpi in MAIN else (self.kpi, *MAIN)

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """By KPI. Output compares only for the same assets."""
        return {
            kpi: standing(
                {subject.key: subject.figures[kpi] for subject in self.subjects},
                lower_is_better=kpi in LOWER_IS_BETTER,
            )
            for kpi in self.columns
            if kpi != "output" or self.by != "asset"
        }

    @property
    def ranked(self) -> list[Subject]:
        """Worst first for assets; shifts and periods in their own order."""
        if self.by != "asset":
            return list(self.subjects)
        sign = -1.0 if self.kpi in LOWER_IS_BETTER else 1.0

        def order(subject: Subject) -> tuple[bool, float]:
            figure = subject.figures[self.kpi].value
            return figure is None, sign * (figure or 0.0)

        return sorted(self.subjects, key=order)

    @property
    def unit(self) -> str:
        """The one unit that all of them count in; empty where there are several."""
        units = frozenset[str]().union(*(subject.units for subject in self.subjects))
        return next(iter(units)) if len(units) == 1 else ""
