"""The arguments of a tool in a question: assets, periods, what to compare with, how many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.planner.asset_words import AssetNames
from core.planner.lexicon import entries, fold, phrases, word_list
from core.planner.period_words import PeriodSpan, find_period
from core.planner.reading import Reading, read

Args = dict[str, object]

LARGEST_TOP = 50
# So many words at most stand between "without" and its reason ("without the planned setups").
BETWEEN = 2
SHIFTS = ("shift", "shift_on")


@dataclass(frozen=True, slots=True)
class Filled:
    """`args` holds words, for the tool's Args; `left` are words that nobody understood."""

    args: Args
    left: tuple[str, ...]


def fill(
    fields: Collection[str], text: str, names: AssetNames, shift_names: Sequence[str] = ()
) -> Filled:
    """What the words after a slash command mean for a tool that has these fields."""
    reading = read(text, names, shift_names)
    args, used = arguments(reading, fields)
    left = [i for i, _ in enumerate(reading.spots) if i not in used]
    numbers = [i for i in left if reading.spots[i].word.isdecimal()]
    if "top" in fields and "top" not in args and len(numbers) == 1:
        number = int(reading.spots[numbers[0]].word[:6])
        if 1 <= number <= LARGEST_TOP:
            args["top"] = number
            left.remove(numbers[0])
    if "focus" in fields and "focus" not in args:
        keys = {key for _, key in entries("focus")}  # "/downtime line-3 stops": as buttons say it
        for i in [i for i in left if reading.spots[i].word in keys][:1]:
            args["focus"] = reading.spots[i].word
            left.remove(i)
    polite = word_list("polite")
    said = (reading.spots[i] for i in left if reading.spots[i].word not in polite)
    return Filled(args, tuple(reading.text[spot.start : spot.end] for spot in said))


def arguments(reading: Reading, fields: Collection[str]) -> tuple[Args, set[int]]:
    """The arguments for those fields, and which of the reading's spots they come from."""
    used = {i for i, spot in enumerate(reading.spots) if spot.word.startswith("<")}
    args: Args = {}
    if reading.mentions and "assets" in fields:
        args["assets"] = named_assets(reading)
    split = _split(reading, used)
    if split and "by" in fields:
        args["by"] = split
    args |= _periods(reading, fields, used, split)
    top = _top(reading, used)
    if top and "top" in fields:
        args["top"] = top
    without = {i for start, end in excluded(reading) for i in range(start, end)}
    for field in ("kpi", "reason", "focus"):
        found = _first(reading, field, used, without) if field in fields else None
        if found:
            args[field] = found
    return args, used


def named_assets(reading: Reading) -> list[str]:
    """Ids, and the words themselves where they are ambiguous or unknown."""
    said: list[str] = []
    for mention in reading.mentions:
        said += mention.ids if mention.sort == "known" else (mention.said,)
    return list(dict.fromkeys(said))


def unsplit(reading: Reading, used: set[int]) -> str:
    """The words of a split that no answer has, as in "by product"."""
    plain = reading.plain
    for index in range(len(plain) - 1):
        by = word_list("by", "words").at(plain, index)
        place = index + by[1] if by else len(plain)
        other = phrases("by_other").at(plain, place) if place < len(plain) else None
        if other and plain[index] not in word_list("rate", "words"):
            last = place + other[1]
            used.update(range(index, last))
            return reading.text[reading.spots[place].start : reading.spots[last - 1].end]
    return ""


def _split(reading: Reading, used: set[int]) -> str | None:
    plain = reading.plain
    for index in range(len(plain)):
        alone = phrases("by_alone").at(plain, index)
        if alone:
            used.update(range(index, index + alone[1]))
            return alone[0]
        by = word_list("by", "words").at(plain, index)
        place = index + by[1] if by else 0
        split = phrases("by").at(plain, place) if by and place < len(plain) else None
        if by and split:
            used.update(range(index, place + split[1]))
            return split[0]
    return _shifts_side_by_side(reading)


def _shifts_side_by_side(reading: Reading) -> str | None:
    """As in "early vs late vs night": that asks for all shifts."""
    names = {key for _, _, key in phrases("time", "shift_name").all(reading.plain)}
    names |= {p.said.casefold() for p in reading.periods if p.name in SHIFTS}
    return "shift" if len(names) > 1 else None


def _periods(reading: Reading, fields: Collection[str], used: set[int], split: str | None) -> Args:
    periods = list(reading.periods)
    if split == "shift" and _shifts_side_by_side(reading):
        periods = [day for p in periods for day in _day_of_shift(p)]
    if "period" not in fields or not periods:
        return {}
    if "versus" not in fields:
        return {"period": periods[0].said}
    first, *more = periods
    if not more and _compared(reading, first.start, used):
        return {"versus": first.said}
    if more and _compared(reading, first.start, used):
        first, more = more[0], [first]
    if more:
        _compared(reading, more[0].start, used)
    elif shortened := _shortened(reading, first, used):
        return {"period": first.said, "versus": shortened}
    versus: Args = {"versus": more[0].said} if more else {}
    return {"period": first.said, **versus}


def _day_of_shift(period: PeriodSpan) -> tuple[PeriodSpan, ...]:
    """The day alone of "late yesterday"; any other period as it is."""
    if period.name not in SHIFTS:
        return (period,)
    shifts = phrases("time", "shift_name")
    said = " ".join(word for word in period.said.split() if fold(word) not in shifts)
    return tuple(found for found in find_period(said) if found.name not in SHIFTS)


def _shortened(reading: Reading, period: PeriodSpan, used: set[int]) -> str | None:
    """As in "this week vs last": the unit is said once for both."""
    unit = reading.text[: period.end].split()[-1]
    if unit.casefold() not in phrases("time", "unit"):
        return None
    after = [i for i, spot in enumerate(reading.spots) if spot.start >= period.end]
    for before, last in pairwise(after):
        spot = reading.spots[last]
        if reading.plain[before] in word_list("versus") and spot.word in word_list("last", "time"):
            used.update((before, last))
            return f"{reading.text[spot.start : spot.end]} {unit}"
    return None


def _compared(reading: Reading, start: int, used: set[int]) -> bool:
    """Whether the words before `start` say that what follows is to compare with."""
    before = [i for i, spot in enumerate(reading.spots) if spot.end <= start]
    plain, fillers = reading.plain, word_list("filler", "time")
    while before and plain[before[-1]] in fillers:
        before.pop()
    for length in (3, 2, 1):
        part = before[-length:]
        match = len(part) == length and word_list("strong_versus").at(plain, part[0])
        if match and match[1] == length:
            used.update(part)
            return True
    return False


def _top(reading: Reading, used: set[int]) -> int | None:
    """As in "top 5", "the three longest", "5 most expensive"."""
    plain = reading.plain
    for index, word in enumerate(plain):
        number = _number(word)
        if not 1 <= number <= LARGEST_TOP:
            continue
        near = [*range(max(0, index - 1), index), *range(index + 1, min(index + 5, len(plain)))]
        beside = [i for i in near if plain[i] in word_list("top")]
        if beside:
            used.update((index, *beside))
            return number
    return None


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word) if len(word) < 4 else 0
    key = phrases("numbers").at((word,), 0)
    return int(key[0]) if key and key[0].isdecimal() else 0


def _first(reading: Reading, section: str, used: set[int], without: set[int]) -> str | None:
    for index, length, key in phrases(section).all(reading.plain):
        if index not in without:
            used.update(range(index, index + length))
            return key
    return None


def excluded(reading: Reading) -> tuple[tuple[int, int], ...]:
    """The stretches of spots, from and until, that say what stop reasons to leave out, as
    "without changeovers and jams", "Rüsten ausgenommen"."""
    plain, found, done = reading.plain, list[tuple[int, int]](), 0
    for start, length, _ in phrases("reason").all(plain):
        if start < done:
            continue
        end = _reasons_end(plain, start + length)
        before = _without_before(plain, start, done)
        after = word_list("left_out").at(plain, end) if end < len(plain) else None
        if before is not None or after:
            done = end + (after[1] if after and before is None else 0)
            found.append((start if before is None else before, done))
    return tuple(found)


def _reasons_end(plain: Sequence[str], end: int) -> int:
    """Where reasons said in one go end: "conveyor jams and setups"."""
    while end < len(plain):
        joint = end + (plain[end] in word_list("list"))
        more = phrases("reason").at(plain, joint) if joint < len(plain) else None
        if more is None:
            break
        end = joint + more[1]
    return end


def _without_before(plain: Sequence[str], reason: int, done: int) -> int | None:
    """Where a word like "without" shortly before a reason begins."""
    for index in range(done, reason):
        match = word_list("without").at(plain, index)
        between = plain[index + match[1] : reason] if match else ()
        if match and index + match[1] <= reason and len(between) <= BETWEEN:
            return None if any(word.startswith("<") for word in between) else index
    return None
