"""What is counted, for Prometheus. Importing its client takes longer than a whole answer may:
only what runs until it is stopped does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from core.meter import Counted, Level, Timed

CONTENT_TYPE = CONTENT_TYPE_LATEST
Values = Callable[[], Mapping[tuple[str, ...], float]]


class Metrics:
    """A Meter; each has numbers of its own."""

    def __init__(self) -> None:
        # They are one more line for every number, which nothing reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        # By name, and by name and labels: the client looks every label up anew under a lock.
        self._counters: dict[str, Counter] = {}
        self._times: dict[str, Histogram] = {}
        self._levels: dict[str, Gauge] = {}
        self._counter: dict[tuple[str, ...], Counter] = {}
        self._time: dict[tuple[str, ...], Histogram] = {}
        ProcessCollector(registry=self._registry)  # memory, open files, CPU; on Linux

    def add(self, what: Counted, amount: float = 1, *labels: str) -> None:
        counter = self._counter.get((what.name, *labels))
        if counter is None:
            if what.name not in self._counters:
                made = Counter(what.name, what.meaning, what.labels, registry=self._registry)
                self._counters[what.name] = made
            counter = self._counters[what.name]
            counter = counter.labels(*labels) if what.labels else counter
            self._counter[what.name, *labels] = counter
        counter.inc(amount)

    def took(self, what: Timed, seconds: float, *labels: str) -> None:
        times = self._time.get((what.name, *labels))
        if times is None:
            if what.name not in self._times:
                self._times[what.name] = Histogram(
                    what.name,
                    what.meaning,
                    what.labels,
                    registry=self._registry,
                    buckets=what.within,
                )
            times = self._times[what.name]
            times = times.labels(*labels) if what.labels else times
            self._time[what.name, *labels] = times
        times.observe(seconds)

    def set(self, what: Level, value: float, *labels: str) -> None:
        """As it is now."""
        level = self._levels.get(what.name)
        if level is None:
            level = Gauge(what.name, what.meaning, what.labels, registry=self._registry)
            self._levels[what.name] = level
        (level.labels(*labels) if what.labels else level).set(value)

    def read(self, what: Counted, values: Values) -> None:
        """Lets something be read, by its labels, whenever the numbers are looked at."""
        self._registry.register(_Read(what, values))

    def exposed(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)


class _Read(Collector):
    """What something else counts anyway."""

    def __init__(self, what: Counted, values: Values) -> None:
        self._what = what
        self._values = values

    def collect(self) -> Iterator[CounterMetricFamily]:
        what = self._what
        family = CounterMetricFamily(what.name, what.meaning, labels=what.labels)
        for labels, value in self._values().items():
            family.add_metric(labels, value)
        yield family
