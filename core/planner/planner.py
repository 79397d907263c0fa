"""Free text → a tool and its arguments, without a language model.

A linear model (model.py) believes in tools and in reasons to decline; this file decides what
follows from its beliefs, from what the question names, and from the thread it is asked in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from core.planner.arguments import Args, arguments, excluded, named_assets, unsplit
from core.planner.asset_words import AssetNames
from core.planner.features import features
from core.planner.leftover import leftover, with_unknown
from core.planner.lexicon import phrases, word_list
from core.planner.model import Model, trained
from core.planner.plans import (
    FIELDS,
    NEAREST_KPI,
    SPLITS,
    Choice,
    Clarify,
    Decline,
    Plan,
    ThreadContext,
    command,
)
from core.planner.reading import Reading, read
from core.planner.thread_periods import in_thread, is_long

DECLINED = ("control", "future", "person", "safety_advice", "not_plant")
# What the model calls a question that names something and asks nothing.
UNASKED = "clarify"
# Where two tools are this close in belief the most believed ones are offered, at most so many;
# a belief below DOUBT is none.
MARGIN, OFFERED, DOUBT = 0.08, 3, 0.25
# Above this a question in a thread is a new one, however few words it has.
SURE = 0.8
# An example of a tool that the model was not trained on must be at least this much alike.
ALIKE = 0.45
# In a thread these are about the whole plant unless the question points back.
PLANTWIDE = ("production_status", "safety_events", "action_list", "alert_check", "help",
             "memory_recall")  # fmt: skip
# What is asked for the hours ahead is no forecast.
UNTIMED = ("help", "memory_recall", "action_list")
# A question with more words of its own than this, and a period, stands for itself.
SHORT = 3
KPI_OF = {"oee_query": "oee", "downtime_analysis": "downtime", "production_status": "output"}


__all__ = ["FIELDS", "Choice", "Clarify", "Decline", "Plan", "Planner", "ThreadContext", "command"]


class Planner:
    """Chooses among the tools of `fields`, which says what arguments each takes.

    `examples` are the questions that the tools' files carry: a tool that the model was not
    trained on is chosen when a question is like one of its examples.
    """

    def __init__(
        self,
        fields: Mapping[str, Collection[str]] = FIELDS,
        examples: Mapping[str, Sequence[str]] | None = None,
        model: Model | None = None,
    ) -> None:
        self._fields = {**fields, "help": frozenset[str]()}
        self._model = model or trained()
        self._examples = {
            tool: said for tool, said in (examples or {}).items() if tool not in self._model.aims
        }

    def plan(
        self,
        text: str,
        names: AssetNames,
        shift_names: Sequence[str] = (),
        context: ThreadContext | None = None,
    ) -> Plan | Clarify | Decline:
        """What to do about `text`; only its first 1,200 characters are read."""
        as_said = read(text, names, shift_names)
        if not as_said.spots:
            return Decline("empty")
        reading = with_unknown(as_said)
        own = _own_words(reading, "polite")
        bare = not _own_words(reading, "bare", opened=False)
        beliefs = self._beliefs(reading, names, shift_names)
        if (
            context is not None
            and context.tool in self._fields
            and (self._goes_on(reading, own, beliefs) or self._only_compared(reading, own, context))
        ):
            return self._continued(reading, context)
        if bare and (reading.mentions or reading.periods):
            return self._ask_what(reading)
        aim = self._aim(as_said, beliefs, context is not None)
        if aim in DECLINED:
            return Decline(aim)
        ranked = sorted((t for t in beliefs if t in self._fields), key=lambda t: -beliefs[t])
        margin = beliefs[ranked[0]] - beliefs[ranked[1]]
        if aim == UNASKED or (margin < MARGIN and ranked[0] != "help"):
            tools = [tool for tool in ranked if tool != "help"][:OFFERED]
            return self._clarify("did_you_mean", tools, reading, own, context)
        return self._planned(aim, reading, self._arguments(aim, reading, own, context), margin)

    def _goes_on(self, reading: Reading, own: Sequence[str], beliefs: Mapping[str, float]) -> bool:
        """Whether a question in a thread only names something for the thread's question."""
        named = bool(reading.mentions or reading.periods)
        named = named or bool(arguments(reading, ("top", "by"))[0])
        named = named or bool(phrases("time", "before_that").all(reading.plain))
        sure = max(beliefs[tool] for tool in beliefs if tool in self._fields) > SURE
        rest = [w for w in _own_words(reading, "bare") if w not in word_list("thread")]
        if not rest:
            return named or not sure
        pointed = any(word in word_list("pronouns") for word in reading.plain)
        return not own and (pointed or not sure)

    def _planned(self, tool: str, reading: Reading, args: Args, margin: float) -> Plan:
        """The plan, with what of the question it leaves out."""
        fields = self._fields[tool]
        _, used = arguments(reading, fields)
        other = unsplit(reading, used) if tool in SPLITS else ""
        split, _ = arguments(reading, ("by",))
        if tool in SPLITS and split and "by" not in args:
            other = other or str(split["by"])
        timed = "period" in fields and args.get("by") != "shift"  # "nights against days"
        timed = timed and tool != "safety_events"  # "days since the last accident"
        without = excluded(reading)
        told = [reading.said(start, end) for start, end in without]
        if timed:
            told.append(leftover(reading, used.union(*(range(*stretch) for stretch in without))))
        return Plan(tool, args, margin, " ".join(filter(None, told)), other)

    def _beliefs(
        self, reading: Reading, names: AssetNames, shift_names: Sequence[str]
    ) -> dict[str, float]:
        said = set(_features(reading))
        beliefs = self._model.shares(said)
        for tool, questions in self._examples.items():
            others = (set(_features(read(q, names, shift_names))) for q in questions)
            alike = max((len(said & o) / len(said | o) for o in others), default=0.0)
            if alike >= ALIKE:
                beliefs = {aim: share * (1 - alike) for aim, share in beliefs.items()}
                beliefs[tool] = alike
        return beliefs

    def _aim(self, reading: Reading, beliefs: Mapping[str, float], threaded: bool) -> str:
        """The tool, the reason to decline, or UNASKED."""
        aims = [a for a in beliefs if a in self._fields or a in DECLINED or a == UNASKED]
        aim, second, *_ = sorted(aims, key=lambda a: -beliefs[a])
        named = bool(reading.mentions or reading.periods) or threaded
        if not named and _strange(reading, aim, beliefs[aim]):
            return "not_plant"
        of_plant = bool(reading.mentions) or (aim == "not_plant" and _cued(reading))
        if aim in ("not_plant", "help") and of_plant and beliefs[aim] < 0.85:
            aim = second  # what names an asset, or is said as at a plant, is hardly small talk
        ahead = any(period.when == "future" for period in reading.periods)
        if ahead and aim in self._fields and aim not in UNTIMED:
            return "future"
        return UNASKED if beliefs[aim] < DOUBT else aim

    def _named(self, tool: str, reading: Reading) -> Args:
        """The arguments that the question itself names."""
        args, _ = arguments(reading, self._fields[tool])
        if tool in SPLITS and args.get("by") not in SPLITS[tool]:
            args.pop("by", None)
        kpi = str(args.get("kpi", ""))
        if kpi in NEAREST_KPI and tool != "oee_query":
            args["kpi"] = NEAREST_KPI[kpi]
        return args

    # -- threads --

    def _continued(self, reading: Reading, context: ThreadContext) -> Plan | Decline:
        """As in "and line 4?": the thread's question again, with what is named anew."""
        if any(period.when == "future" for period in reading.periods):
            return Decline("future")
        fields = self._fields[context.tool]
        args = self._named(context.tool, reading)
        kept = {name: value for name, value in context.args.items() if name in fields}
        period = in_thread(reading, context.args.get("period"))
        if period and "period" in fields:
            args["period"] = period
        if "period" in args:
            kept.pop("versus", None)
        before = kept.get("assets")
        if "assets" in args and isinstance(before, (list, tuple)) and _others(reading):
            args["assets"] = [i for i in named_assets(reading) if i not in before]
        return self._planned(context.tool, reading, {**kept, **args}, 1.0)

    def _arguments(
        self, tool: str, reading: Reading, own: Sequence[str], context: ThreadContext | None
    ) -> Args:
        fields = self._fields[tool]
        args = self._named(tool, reading)
        if context is None or not _points_back(tool, reading, own):
            return args
        before = context.args
        assets = before.get("assets")
        if "assets" in fields and isinstance(assets, (list, tuple)):
            if not reading.mentions:
                args["assets"] = list(assets)
            elif tool == "comparative_analysis" and len(named_assets(reading)) == 1:
                args["assets"] = list(dict.fromkeys((*assets, *named_assets(reading))))
        period = before.get("period")
        fits = tool != "trend_analysis" or is_long(str(period))  # a day or a shift has no trend
        if "period" in fields and "period" not in args and period and fits:
            args["period"] = period
        relative = in_thread(reading, period)
        if relative and "period" in fields:
            compared = "versus" in fields and word_list("strong_versus").at(reading.plain, 0)
            args["versus" if compared else "period"] = relative
        kpi = before.get("kpi") or KPI_OF.get(context.tool)
        if "kpi" in fields and "kpi" not in args and kpi:
            args["kpi"] = kpi
        return args

    def _only_compared(self, reading: Reading, own: Sequence[str], context: ThreadContext) -> bool:
        """As in "vs last week": the thread's question with something to compare."""
        versus = word_list("strong_versus")
        named = bool(reading.periods) and not reading.mentions
        fits = named and "versus" in self._fields[context.tool]
        return fits and bool(own) and all(word in versus for word in own)

    # -- asking back --

    def _ask_what(self, reading: Reading) -> Clarify:
        tools = ["asset_lookup", "oee_query", "downtime_analysis", "production_status"]
        if reading.periods:
            tools = ["oee_query", "downtime_analysis", "financial_impact"]
        elif len(named_assets(reading)) > 1:
            tools = ["comparative_analysis", "oee_query", "downtime_analysis"]
        return self._clarify("what_about", tools, reading, (), None)

    def _clarify(
        self,
        key: str,
        tools: Sequence[str],
        reading: Reading,
        own: Sequence[str],
        context: ThreadContext | None,
    ) -> Clarify:
        known = [tool for tool in tools if tool in self._fields]
        made = [(tool, self._arguments(tool, reading, own, context)) for tool in known]
        return Clarify(key, tuple(Choice(tool, args, command(tool, args)) for tool, args in made))


def _features(reading: Reading) -> tuple[int, ...]:
    return features(reading.words, sorted({aim for aim, _ in reading.cues}))


def _strange(reading: Reading, aim: str, belief: float) -> bool:
    """Whether a question that names nothing has no word of the plant's either."""
    if aim in DECLINED:
        return False
    return belief < (0.2 if _cued(reading) else 0.4 if aim == UNASKED else 0.5)


def _cued(reading: Reading) -> bool:
    """Whether something is said that speaks plainly for a tool."""
    return any(weight > 1 and aim not in DECLINED for aim, weight in reading.cues)


def _own_words(reading: Reading, without: str, opened: bool = True) -> list[str]:
    """The words that ask something: not mentions, nothing like "top 3", none of the vocabulary's
    list `without`, and where it is `opened` by "and what about", not that."""
    _, used = arguments(reading, ("top", "by"))
    plain, opening = reading.plain, 0
    while opened and opening < len(plain) and (match := word_list("follow_up").at(plain, opening)):
        opening += match[1]
    little = word_list(without)
    for start, length, _ in phrases("time", "before_that").all(plain) if opened else ():
        used.update(range(start, start + length))
    rest = (word for i, word in enumerate(plain) if i >= opening and i not in used)
    return [word for word in rest if word not in little]


def _others(reading: Reading) -> bool:
    """As in "and the other presses"."""
    return any(word in word_list("other") for word in reading.plain)


def _points_back(tool: str, reading: Reading, own: Sequence[str]) -> bool:
    """Whether a question in a thread goes on with what the thread is about."""
    plain = reading.plain
    opened = bool(word_list("follow_up").at(plain, 0) or word_list("strong_versus").at(plain, 0))
    if opened or any(word in word_list("pronouns") for word in plain):
        return True
    among_all = any(key == "asset" for _, _, key in phrases("by_alone").all(plain))
    if tool in PLANTWIDE or among_all:
        return False
    return not reading.periods or len(own) <= SHORT
