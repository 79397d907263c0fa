"""OEE with its factors, and what was made, against target and the period before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.answer import Metric, Metrics, Part
from core.domain import oee
from core.domain.assets import Asset
from core.domain.oee import Sums
from core.figures import RATIOS, amount_metric, ratio_metric
from core.measures.compared import Compared, before_all
from core.measures.measurement import Measurement
from core.words import Words


def outputs(parts: Mapping[str, Sums]) -> dict[str | None, Sums]:
    """Per counting unit the sums of the assets whose output is known: unknown is not nothing."""
    return oee.by_unit(part for part in parts.values() if part.total is not None)


def uncounted(found: Measurement) -> tuple[Asset, ...]:
    """The assets whose output is unknown, and so not in what is said to be made."""
    return tuple(asset for asset in found.assets if found.parts[asset.id].total is None)


def metrics_of(
    kpi: str,
    found: Measurement,
    compared: Compared[Measurement] | None,
    target: float | None,
    words: Words,
    aimed: tuple[int, ...],
) -> tuple[Part, ...]:
    """The figure asked about before the others; nothing where none is known. `aimed` cites the
    OEE's `target`."""
    asked_first = () if kpi in (*RATIOS, "output") else (kpi,)
    against = _Against(found, compared, words)
    shown = [
        against.ratio(name, target, aimed) if name == "oee" else against.ratio(name)
        for name in (*asked_first, *RATIOS)
    ]
    shown += [
        against.output(unit, sums.total)
        for unit, sums in outputs(found.parts).items()
        if sums.total is not None
    ]
    known = [metric for metric in shown if metric.value != words.unknown]
    return (Metrics(tuple(shown)),) if known else ()


@dataclass(frozen=True, slots=True)
class _Against:
    """Makes metrics of what was found against what it is compared with."""

    found: Measurement
    compared: Compared[Measurement] | None
    words: Words

    @property
    def _reference(self) -> str:
        return self.words.period_name(self.compared.reference) if self.compared else ""

    @property
    def _cites(self) -> tuple[int, ...]:
        return self.found.cites + (self.compared.before.cites if self.compared else ())

    def ratio(self, kpi: str, target: float | None = None, aimed: tuple[int, ...] = ()) -> Metric:
        shown, pair, before = getattr(self.found.kpis, kpi), self.compared, None
        if shown is not None and pair is not None:
            now, earlier = getattr(pair.now.kpis, kpi), getattr(pair.before.kpis, kpi)
            # Where only a part compares, the change is that of the part.
            before = None if now is None or earlier is None else shown - (now - earlier)
        return ratio_metric(
            self.words.say(f"kpis.{kpi}"),
            shown,
            self.words,
            before=before,
            reference=self._reference,
            target=target,
            higher_is_better=kpi != "scrap_ratio",
            cites=self._cites + aimed,
        )

    def output(self, unit: str | None, made: float) -> Metric:
        pair = self.compared
        part = _made_in(pair.now, unit) if pair else None
        earlier = _made_in(pair.before, unit) if pair else None
        # What only some of the assets made is not compared with what all of them did.
        is_whole = all((asset.unit or None) != unit for asset in uncounted(self.found))
        return amount_metric(
            self.words.say("kpis.output"),
            made,
            self.words.units(made, unit),
            self.words,
            before=before_all(made, part, earlier) if is_whole else None,
            reference=self._reference,
            cites=self._cites,
        )


def _made_in(found: Measurement, unit: str | None) -> float | None:
    sums = oee.by_unit(found.parts.values()).get(unit)
    return sums.total if sums else None
