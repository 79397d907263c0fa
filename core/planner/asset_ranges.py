"""Several assets by their numbers: "lines 1, 2 and 4", "L1 thru L4", "Schleifer 1 bis 6"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.planner.asset_terms import Key, Term, free, key
from core.planner.lexicon import folded, word_list
from core.planner.mentions import Mention

Ids = Mapping[Key, tuple[str, ...]]
# At most so many numbers in a list.
MOST_NUMBERS = 30


def filled(text: str, found: Sequence[Mention], ids: Ids) -> list[Mention]:
    """The mentions with those between the ends of "L1 thru L4"."""
    kept: list[Mention] = []
    for mention in found:
        between = folded(text[kept[-1].end : mention.start]) if kept else ()
        dash = bool(kept) and text[kept[-1].end : mention.start].strip() in ("-", "–")
        if dash or (len(between) == 1 and between[0] in word_list("whole_range")):
            kept += _between(kept[-1], mention, ids)
        kept.append(mention)
    return kept


def _between(first: Mention, last: Mention, ids: Ids) -> list[Mention]:
    if first.sort != "known" or last.sort != "known" or len(first.ids) + len(last.ids) != 2:
        return []
    stem, end = key(first.ids[0]), key(last.ids[0])
    if not stem or not end:
        return []
    numbers = stem[:-1] == end[:-1] and stem[-1].isdecimal() and end[-1].isdecimal()
    if not numbers or not 1 < int(end[-1]) - int(stem[-1]) < MOST_NUMBERS:
        return []
    keys = ((*stem[:-1], str(n)) for n in range(int(stem[-1]) + 1, int(end[-1])))
    known = (ids.get(each, ()) for each in keys)
    return [Mention(last.start, last.start, "", each, "known") for each in known if len(each) == 1]


def numbers_after(
    text: str, said: Sequence[Term], index: int, length: int, ids: Ids
) -> tuple[list[tuple[Term, str]], int]:
    """The rest of "lines 1, 2 and 4" or "lines 1 to 3" after the name of `length` terms at
    `index`: each number with the term that says it, and how many terms that is."""
    found: list[tuple[Term, str]] = []
    place, stem = index + length, [term.text for term in said[index : index + length]]
    if not stem[-1].isdecimal():
        return found, 0
    last = int(stem[-1]) if len(stem[-1]) < 4 else 0
    while place < len(said) and len(found) < MOST_NUMBERS:
        joined = said[place].said in word_list("list") or said[place].said == "&"
        ranged = said[place].said in word_list("range") and said[index].plural
        ranged = ranged or _whole_range(said, place, stem, ids)
        number = place + 1 if joined or ranged else place
        gap = text[said[place - 1].end : said[place].start].strip()
        ranged = ranged or (gap in ("-", "–") and said[index].plural)
        if number >= len(said) or not said[number].number or not free(said, number):
            break
        if number == place and gap not in (",", "/", "+", "-", "–"):
            break
        upto = int(said[number].text) if len(said[number].text) < 4 else 0
        numbers = range(last + 1, upto + 1) if ranged and upto - last < 20 else (upto,)
        found += ((said[number], str(each)) for each in numbers)
        last, place = upto, number + 1
    return found, place - index - length


def _whole_range(said: Sequence[Term], place: int, stem: Sequence[str], ids: Ids) -> bool:
    """As in "Schleifer 1 bis 6": the word is no plural, and no clock time may be meant."""
    if said[place].said not in word_list("whole_range") or place + 1 >= len(said):
        return False
    known = (*stem[:-1], said[place + 1].text) in ids
    after = said[place + 2].said if place + 2 < len(said) else ""
    return known and after not in word_list("clock_sign")
