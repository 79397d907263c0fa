"""What a soak came to, as a table: what grew after the warm-up, and whether it got slower."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median, quantiles

from benchmarks.soak.crowd import Crowd, Done
from benchmarks.soak.held import MEMORY, PROCESSOR, Sample

WARM = 0.5
"""The share of the time that caches, pools and the allocator take to fill: of half an hour the 15
minutes for which figures of closed periods are kept."""


def grown(samples: Sequence[Sample], name: str) -> tuple[float, float]:
    """Medians of a tenth of the time: right after the warm-up, and of the last one."""
    end = samples[-1].at
    first = [s.held[name] for s in samples if WARM * end <= s.at < (WARM + 0.1) * end]
    last = [s.held[name] for s in samples if s.at >= 0.9 * end]
    return median(first), median(last)


def tenths(samples: Sequence[Sample], name: str) -> list[float]:
    """Medians of each tenth of the time: whether it still grows at the end."""
    end = samples[-1].at
    parts = [[s.held[name] for s in samples if n <= 10 * s.at / end < n + 1] for n in range(10)]
    return [median(part) for part in parts if part]


def spent_in_tenths(samples: Sequence[Sample], done: Sequence[Done]) -> list[float]:
    """Milliseconds of a core for each thing that began in a tenth of the time."""
    end = samples[-1].at
    spent = [
        [s.held[PROCESSOR] for s in samples if n <= 10 * s.at / end <= n + 1] for n in range(10)
    ]
    things = [sum(n <= 10 * one.at / end < n + 1 for one in done) for n in range(10)]
    return [
        (some[-1] - some[0]) / count * 1e3
        for some, count in zip(spent, things, strict=True)
        if some and count
    ]


def p99(done: Sequence[Done]) -> float:
    return quantiles((one.seconds for one in done), n=100)[98] * 1e3


def thirds(done: Sequence[Done], seconds: float) -> tuple[list[Done], list[Done]]:
    """The first and the last third of what began after the warm-up."""
    begin = WARM * seconds
    length = (seconds - begin) / 3
    return (
        [one for one in done if begin <= one.at < begin + length],
        [one for one in done if one.at >= seconds - length],
    )


def table(
    crowd: Crowd,
    samples: Sequence[Sample],
    rest: tuple[Mapping[str, float], Mapping[str, float]],
    seconds: float,
    rows: Mapping[str, tuple[int, int]],
) -> Iterator[str]:
    right = [one for one in crowd.done if not one.problem]
    said = len(crowd.done) / seconds
    yield f"{len(crowd.done)} things done in {seconds / 60:.0f} min, {said:.1f} a second;"
    yield f"{len(crowd.done) - len(right)} of them went wrong, {crowd.nobody_free} were left out"
    yield "because everybody was waiting already."
    spent = samples[-1].held[PROCESSOR] - samples[0].held[PROCESSOR]
    yield f"The bot's process took {spent / len(crowd.done) * 1e3:.0f} ms of a core for each."
    yield ""
    names = [name for name in samples[-1].held if name != PROCESSOR]
    before, after = rest
    yield "| held while nobody asks | before the load | after it |"
    yield "|---|---|---|"
    for name in names:
        yield f"| {name} | {_figure(name, before[name])} | {_figure(name, after[name])} |"
    yield ""
    yield "| held under the load | after the warm-up | at the end | change |"
    yield "|---|---|---|---|"
    for name in names:
        first, last = grown(samples, name)
        change = f"{(last - first) / first:+.1%}" if first else f"{last - first:+.0f}"
        yield f"| {name} | {_figure(name, first)} | {_figure(name, last)} | {change} |"
    yield ""
    megabytes = ", ".join(f"{one:.0f}" for one in tenths(samples, MEMORY))
    yield f"Memory in each tenth of the time, the warm-up included: {megabytes} MB."
    each = ", ".join(f"{one:.0f}" for one in spent_in_tenths(samples, crowd.done))
    yield f"Of a core for each thing, in each tenth: {each} ms."
    yield ""
    yield (
        "| until it is there to be seen | number | p50 first third | last third "
        "| p99 first third | last third | drift of p99 |"
    )
    yield "|---|---|---|---|---|---|---|"
    kinds = sorted({one.what for one in right})
    for kind in ("everything", *kinds):
        of_kind = [one for one in right if kind in ("everything", one.what)]
        early, late = thirds(of_kind, seconds)
        if min(len(early), len(late)) < 20:
            continue
        p50 = [median(one.seconds for one in some) * 1e3 for some in (early, late)]
        drift = p99(late) / p99(early) - 1
        yield (f"| {kind} | {len(of_kind)} | {p50[0]:.0f} ms | {p50[1]:.0f} ms "
               f"| {p99(early):.0f} ms | {p99(late):.0f} ms | {drift:+.1%} |")  # fmt: skip
    yield ""
    yield "| rows in the store | in the middle | at the end |"
    yield "|---|---|---|"
    for name, (early_rows, late_rows) in rows.items():
        if early_rows or late_rows:
            yield f"| {name} | {early_rows} | {late_rows} |"


def _figure(name: str, value: float) -> str:
    return f"{value:.1f}" if name == MEMORY else f"{value:.0f}"
