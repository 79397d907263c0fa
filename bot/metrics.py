"""What is counted, for Prometheus. Importing its client takes longer than a whole answer may:
only what runs until it is stopped does it."""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from core.meter import Counted, Timed

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60)  # seconds


class Metrics:
    """A Meter; each has numbers of its own."""

    def __init__(self) -> None:
        # They are one more line for every number, which nothing reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._counters: dict[Counted, Counter] = {}
        self._times: dict[Timed, Histogram] = {}

    def add(self, what: Counted, amount: float = 1, label: str = "") -> None:
        counter = self._counters.get(what)
        if counter is None:
            labels = (what.label,) if what.label else ()
            counter = Counter(what.name, what.meaning, labels, registry=self._registry)
            self._counters[what] = counter
        (counter.labels(label) if what.label else counter).inc(amount)

    def took(self, what: Timed, seconds: float, label: str = "") -> None:
        times = self._times.get(what)
        if times is None:
            labels = (what.label,) if what.label else ()
            times = Histogram(
                what.name, what.meaning, labels, registry=self._registry, buckets=_BUCKETS
            )
            self._times[what] = times
        (times.labels(label) if what.label else times).observe(seconds)

    def exposed(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)
