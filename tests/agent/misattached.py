"""True figures that are told of something else: made from the legitimate sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.agent.figure import REFERENCE, Figure
from core.agent.guard import Released
from core.request import Language
from tests.agent.legitimate import CASES
from tests.agent.turns import Plant, Turn

# What else was asked in the same turn, so that there are figures to mistake for another.
_ELSE: dict[Language, tuple[str, ...]] = {
    "en": ("/oee line-4 yesterday", "/downtime line-4 last night", "/oee line-3 last week"),
    "de": ("/oee line-4 gestern", "/downtime line-4 letzte Nacht", "/oee line-3 letzte Woche"),
}
# A name, measure, row or period in place of another.
_SWAPS = (
    ("Line 3", "Line 4"), ("Linie 3", "Linie 4"), ("Line 1", "Line 4"), ("Linie 1", "Linie 4"),
    ("Line 2", "Line 3"), ("Linie 2", "Linie 3"), ("Line 4", "Line 2"), ("Grinder 5", "Grinder 4"),
    ("Oven 1", "Press 1"), ("Packaging", "Machining"), ("packaging", "machining"),
    ("CNC 4", "CNC 3"), ("line-3", "line-2"), ("OEE", "TEEP"), ("OEE", "quality"),
    ("vailability", " quality"), ("uality", " availability"), ("erformance", " OEE"),
    (r"(?<!inor )stops", "alerts"), ("was down", "was behind plan"), ("made", "scrapped"),
    ("cost(?! another)", "produced"), ("target of", "mean of"), (r"\(target", "(mean"),
    ("The target", "The mean"), ("MTBF", "MTTR"), ("Verfügbarkeit", "Qualität"),
    ("Leistung", "OEE"), ("Qualität", "Leistung"), ("Ziel von", "Mittelwert von"),
    (r"\(Ziel", "(Mittelwert"), ("produziert", "verworfen"), ("Stillstände", "Alarme"),
    ("share", "MTBF"), ("Anteil", "MTBF"), ("yesterday", "today"), ("yesterday", "last week"),
    ("Yesterday", "Last month"), ("last night", "yesterday"), ("Last night", "On Monday"),
    ("last week", "this week"), ("Last week", "Yesterday"), ("last 30 days", "last 7 days"),
    ("this shift", "last night"), ("gestern", "heute"), ("Gestern", "Letzte Woche"),
    ("letzte Nacht", "gestern"), ("Letzte Nacht", "Am Montag"), ("letzte Woche", "diese Woche"),
    ("dieser Schicht", "KW 7"), ("early shift", "late shift"), ("night shift", "early shift"),
    ("Nachtschicht", "Frühschicht"), ("infeed conveyor jam", "palletizer down"),
    ("palletizer down", "fill level out of range"), ("Palletizer down", "Infeed conveyor jam"),
    ("conveyor jam", "fill level"), ("reakdowns", " setup"), ("Setup", "Minor stops"),
    ("setup", "breakdowns"), ("educed speed", " setup"), ("Minor stops", "Setup"),
    ("Störungen", "Rüsten"), ("Rüsten", "Störungen"), ("Kurzstillstände", "Rüsten"),
    ("near miss", "first aid"), ("high priority", "low priority"), ("medium", "high"),
    ("Blocked", "No order"),
)  # fmt: skip
# Written by hand: of Line 3 and Line 4 yesterday, and of Line 3 last night.
ASKED = (
    "how do line 3 and line 4 compare yesterday?",
    "/oee line-3 yesterday",
    "/oee line-4 yesterday",
    "/downtime line-3 last night",
)
BY_HAND = (
    "Line 4 made [[a Made]].",
    "Line 3 made [[b Made]] and Line 4 [[a Made]].",
    "[[a OEE]] is the OEE of Line 4.",
    "With [[a OEE]] OEE, Line 4 is ahead.",
    "Line 4, unlike Line 3, had an OEE of [[a OEE]].",
    "Line 3 is fine, but Line 4's OEE of [[a OEE]] is low.",
    "OEE: [[b OEE]] (Line 3), [[a OEE]] (Line 4).",
    "OEE was [[b OEE]] on Line 3, [[a OEE]] on Line 4.",
    "Availability was [[a OEE]] on Line 3.",
    "OEE and availability of Line 3 were [[a Availability]].",
    "The OEE of Line 3 was [[a OEE target]].",
    "Line 3's OEE target was [[a OEE]].",
    "Line 3 missed its OEE target of [[a OEE]].",
    "Line 3 lost [[a OEE]] of its availability.",
    "Line 3 was down [[c Downtime]] yesterday.",
    "Yesterday's downtime of Line 3 was [[c Downtime]].",
    "Last night the OEE of Line 3 was [[a OEE]].",
    "Today Line 3 has an OEE of [[a OEE]].",
    "On Monday Line 3 had an OEE of [[a OEE]].",
    "This week Line 3 made [[a Made]].",
    "Line 3 will make [[a Made]] tomorrow.",
    "Line 3 made [[a Made]] per hour.",
    "Setup on Line 3 took [[a Duration / Breakdowns]].",
    "Breakdowns on Line 4 took [[a Duration / Breakdowns]].",
    "The infeed conveyor jam stopped Line 3 for [[c Downtime]] last night.",
    "Line 3 was down [[c Duration / infeed conveyor jam]] last night.",
    "Palletizer down caused [[c Duration / infeed conveyor jam]] of downtime on Line 3 last night.",
    "Last night Line 3 had [[c Stops / infeed conveyor jam]] stops.",
    "The scrap ratio of Line 3 was [[a Quality]].",
    "Line 3 scrapped [[a Made]].",
    "Packaging made [[a Made]] yesterday.",
    "The plant made [[a Made]] yesterday.",
    "All lines made [[a Made]] yesterday.",
    "Line 1 and Line 3 made [[a Made]].",
    "Lines 3 and 4 made [[a Made]].",
    "Grinder 5 had an OEE of [[a OEE]] yesterday.",
    "It had an OEE of [[a OEE]].",
    "OEE was [[a OEE]].",
    "The better line had an OEE of [[b OEE]].",
    "OEE fell by [[a OEE]] on Line 3.",
    "OEE of Line 3 fell by [[a Change OEE change]].",
    "OEE of Line 3 is [[a OEE]] higher than that of Line 4.",
    "Line 3: availability [[a Performance]], performance [[a Availability]].",
    "Line 3 produced [[a Units / Breakdowns]] bottles.",
    "The median stop of Line 3 took [[c Downtime]] last night.",
    "The longest stop on Line 3 took [[c Downtime]] last night.",
    "Line 3's MTBF was [[c Median stop]] last night.",
    "Line 3 earned [[a Cost / Breakdowns]].",
    "Breakdowns account for [[a OEE]] of the loss on Line 3.",
    "Line 4 [[a OEE]], Line 3 [[b OEE]].",
    "On Line 4 OEE [[a OEE]] yesterday.",
    "In machining, OEE was [[a OEE]].",
    "Filler 3 had an availability of [[a Availability]] yesterday.",
    "The night shift on Line 3 made [[a Made]].",
    "Line 3's early shift yesterday had an OEE of [[a OEE]].",
    "Linie 4 hatte eine OEE von [[a OEE]].",
)
_TOOK = re.compile(r"took|cost|worth|dauer|kost|teuer", re.IGNORECASE)
_OF_ONE_ROW = 3


def mistaken_references(plant: Plant, most: int = _OF_ONE_ROW) -> Iterator[tuple[Turn, str, str]]:
    """Each figure of each sentence replaced by others, first by those that differ the least."""
    for turn, before, written in _turns(plant):
        for match in REFERENCE.finditer(written):
            figure = turn.by_id[match[1]]
            if figure.kind in ("label", "quote"):
                continue
            for other in _others(figure, turn.figures, written)[:most]:
                mistaken = written[: match.start()] + f"[[{other.id}]]" + written[match.end() :]
                yield turn, before, mistaken


def mistaken_words(plant: Plant) -> Iterator[tuple[Turn, str, str]]:
    """Each sentence with one name, measure, row or period replaced by another."""
    for turn, before, written in _turns(plant):
        if all(turn.by_id[m[1]].kind == "quote" for m in REFERENCE.finditer(written)):
            continue
        if "stands out" in written:
            continue  # it has a name that no figure belongs to
        for said, instead in _SWAPS:
            if len(re.findall(rf"{said}(?!\w)", written)) == 1:
                yield turn, before, re.sub(rf"{said}(?!\w)", instead, written, count=1)


def _turns(plant: Plant) -> Iterator[tuple[Turn, str, str]]:
    for case in CASES:
        more = [c for c in _ELSE[case.language] if c not in case.commands]
        commands = (*case.commands, *more)[:4]
        turn = plant.turn(case.question, *commands, language=case.language)
        for said in case.sentences:
            before, sentence = ("", said) if isinstance(said, str) else said
            before, written = turn.written(before), turn.written(sentence)
            if isinstance(turn.guard.check(written, before), Released):
                yield turn, before, written


def _others(figure: Figure, figures: Sequence[Figure], sentence: str) -> list[Figure]:
    """Figures that the sentence would be wrong with, the most alike first."""
    found = []
    for other in figures:
        if other.kind in ("label", "quote") or other.shown == figure.shown:
            continue
        if other.amount == figure.amount and other.measures & figure.measures:
            continue
        row = (figure.assets, figure.subject, figure.shift, figure.period)
        others = (other.assets, other.subject, other.shift, other.period)
        if row == others and figure.subject and not _TOOK.search(sentence):
            continue  # what a row lost is as true in money as in time
        if sentence.startswith("That is "):
            continue  # whatever it is, it says of itself
        differ = sum(a != b for a, b in zip(row, others, strict=True))
        differ += (figure.measures != other.measures) + (figure.kind != other.kind)
        found.append((differ, other.id, other))
    return [other for _, _, other in sorted(found)]
