"""What a person states of themselves, in their own words: a language model may point at them,
what is kept is the clause that the person wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_BETWEEN = re.compile(
    r"[,:]\s+|\s+[–—-]\s+"
    r"|,?\s+(?:and|but|so|because|since|as|und|aber|weil|da|denn|also|deshalb)\s+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„«»][^\"“”„«»]*[\"“”»«]|^\s*(?:>|&gt;).*$", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+")

_I = r"(?<!\.)\b(?:i|my|mine|ich|mein\w*)\b(?!\.)"  # "n.i.O." speaks of nobody
_LASTING = (
    r"\b(?:always|never|prefer|rather|usually|from now on|in (?:the )?future"
    r"|immer|nie|niemals|lieber|meistens|künftig|ab jetzt|in zukunft)\b"
)
_OF_SELF = re.compile(f"{_I}|{_LASTING}", re.IGNORECASE)
_KEPT_ASKING = re.compile(_LASTING, re.IGNORECASE)
# How a question begins, and what holds only under a condition.
_NO_STATEMENT = re.compile(
    r"(?:and |but |so |und |aber )?(?:what|when|which|who|how|why|where|whether|did|do|does|have"
    r"|has|had|are|am|were|was|is|can|could|should|shall|may|must|will|would|if|unless|suppose"
    r"|was|wann|welche\w*|wer|wie|warum|wieso|wo|wofür|ob|habe|haben|hatten?|bin|ist|sind|waren?"
    r"|kann|können|soll|sollen|sollte|muss|müssen|darf|dürfen|wenn|falls)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:please |bitte )?(?:show|tell|give|list|compare|zeig\w*|sag\w*|gib|nenn\w*|vergleich\w*)\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"[<>@]|://|\bwww\.|passwor[dt]|kennwort|\btokens?\b|api[ -]?key|\bignore\b", re.IGNORECASE
)
# Words that carry nothing, and those in which a model tells what somebody said.
_EMPTY = frozenset(
    _WORD.findall(
        "a an the i my me mine is am are be to of in on at for and or that this with as it user"
        " users person prefers prefer wants want likes their they ich mein meine meinen der die"
        " das den dem ein eine einen bin ist zu von im am auf für und oder dass mit als es nutzer"
        " möchte"
    )
)
_SHORTEST, _LONGEST = 3, 200
_MOST = 3
_ALIKE = 80  # percent of letters: "runs" is "run"

_TOPICS = (
    ("shift", re.compile(rf"(?=.*{_I}).*(?:\bshifts?|schicht)\b", re.IGNORECASE)),
    (
        "time unit",
        re.compile(
            rf"(?=.*{_LASTING}).*\b(?:seconds|minutes|hours|sekunden|minuten|stunden)\b",
            re.IGNORECASE,
        ),
    ),
)


def tells_of_self(text: str) -> bool:
    """Whether something in it may be worth keeping: most questions hold nothing of the kind, and
    cost no call of a model."""
    return any(_tells(clause) for clause, *_ in _runs(text))


def stated(pointed: Iterable[str], text: str) -> tuple[str, ...]:
    """The clauses of `text` that are meant, as the person wrote them: the shortest in which all
    the words occur that carry something. What the person did not say, asked, quoted or said of
    others is left out."""
    runs = sorted(_runs(text), key=lambda run: len(run[0]))
    found: dict[str, None] = {}
    for one in pointed:
        wanted = set(_words(one[: 2 * _LONGEST])) - _EMPTY
        meant = next((clause for clause, words in runs if _holds(wanted, words)), "")
        if meant and _tells(meant):
            found.setdefault(meant)
        if len(found) == _MOST:
            break
    return tuple(found)


def topic(text: str) -> str:
    """Of what there is only one at a time: the newest statement of a topic holds, the older ones
    do not. Where it is of no such topic, its own words."""
    named = next((name for name, pattern in _TOPICS if pattern.match(text)), "")
    return named or " ".join(_words(text))


def _tells(clause: str) -> bool:
    if not _SHORTEST <= len(clause) <= _LONGEST or _FOREIGN.search(clause):
        return False
    if clause.endswith("?") or _NO_STATEMENT.match(clause) or not _OF_SELF.search(clause):
        return False
    return bool(_KEPT_ASKING.search(clause)) or not _ORDER.match(clause)


def _runs(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each clause, and clauses of a sentence that follow one another, with their words."""
    lines = (" ".join(line.split()) for line in _QUOTED.sub("\n", text).splitlines())
    for sentence in _SENTENCE.split("\n".join(filter(None, lines))):
        cuts = list(_BETWEEN.finditer(sentence))
        starts = [0, *(cut.end() for cut in cuts)]
        ends = [*(cut.start() for cut in cuts), len(sentence)]
        for first, start in enumerate(starts):
            for end in ends[first : first + _MOST]:
                clause = sentence[start:end].strip(" \t.!;,:–—-()")
                yield clause, frozenset(_words(clause))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _holds(wanted: set[str], words: frozenset[str]) -> bool:
    return bool(wanted) and all(_is_in(word, words) for word in wanted)


def _is_in(word: str, words: frozenset[str]) -> bool:
    if word in words or not word.isalpha():  # a figure is itself or another
        return word in words
    return any(other.isalpha() and fuzz.ratio(word, other) >= _ALIKE for other in words)
