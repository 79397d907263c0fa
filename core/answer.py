"""What leaves the one door: a closed union of parts that every channel can draw.

Words in parts are final text in the reader's language, without any markup: a channel escapes
them. Numbers travel as numbers beside their text where a channel may draw them (charts).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.request import Language

Outcome = Literal["answer", "clarify", "unknown_asset", "decline", "no_data", "error"]
Tone = Literal["good", "neutral", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `cites` are citation numbers (1-based)."""

    text: str
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: `value` as shown ("61.2 %"), `change` as shown ("−3.1 pp vs yesterday").

    `amount` is the figure itself for programs: a ratio (0.612), minutes, units or money; None
    where it is unknown or no number.
    """

    label: str
    value: str
    change: str = ""
    tone: Tone = "neutral"
    cites: tuple[int, ...] = ()
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Metrics:
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are shown as they are; `align` has one letter per column, l or r."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str = ""
    title: str = ""
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One value per category of the chart; None is a gap, not zero."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal mark across the chart: a target, a mean, a control limit."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Chart:
    """`kind` says how to read it:

    - bar: one bar per category and series
    - pareto: bars in falling order, the second series is the cumulative share in percent
    - waterfall: the first series holds signed steps, the last category is the total left
    - trend: a line over time with `lines` for the mean, target and control limits
    """

    kind: Literal["bar", "pareto", "waterfall", "trend"]
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    lines: tuple[Line, ...] = ()
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A caveat that belongs to the figures: preliminary, widened, withheld, stale."""

    text: str
    tone: Tone = "warning"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: `command` comes back as a Request with the clicker's rights."""

    label: str
    command: str


@dataclass(frozen=True, slots=True)
class Actions:
    actions: tuple[Action, ...]


Part = Heading | Text | Metrics | Table | Chart | Notice | Actions


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a figure comes from. `query` is the index into the answer's stored queries, `also`
    those of other periods of the same table and filter, whose rows are counted in; `zone` is the
    one in which the reader is told of `as_of`."""

    number: int
    source: str
    table: str
    filter: str
    period: str
    rows: int
    as_of: datetime | None
    query: int = -1
    note: str = ""
    zone: str = "UTC"
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The first Text part is the sentence that matters; `parts` follow the reader's order.

    `by_model`: a language model wrote that sentence, which platforms want to be labelled.
    """

    outcome: Outcome
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...] = ()
    tool: str | None = None
    args: dict[str, object] = field(default_factory=dict)
    id: str = ""
    language: Language = "en"
    by_model: bool = False

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(a for part in self.parts if isinstance(part, Actions) for a in part.actions)
