"""Quantities in writing: digits of any script, and number words of English and German."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from core.planner.lexicon import fold

# What a sentence may be made of besides Latin letters. Tally marks, clock faces, dice and the
# like could state a figure, and so could letters of other scripts.
_PLAIN = frozenset(" \t\n\u00a0\u202f.,;:!?'\"()[]/-–—…&+*°%’‘“”„«»‚›‹→=±×≈<>_#$€£")
# Nothing that long is a word of either language; it is not searched for numbers.
_LONGEST_WORD = 60
_WORD = re.compile(r"[^\W\d_]+")

_EN_ONES = "zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_EN_TEENS = "thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_EN_TENS = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety"
_EN_BIG = "hundred|thousand|million|billion|trillion|dozen|gross"
_EN = rf"(?:one|and|{_EN_TEENS}|{_EN_TENS}|{_EN_ONES}|{_EN_BIG})"
_EN_ENDING = r"(?:fold|th|ths|s|some|something|ish|odd|plus|ties|tieth|tieths|er|ers|nth)?"
_EN_WORD = re.compile(
    rf"{_EN}*(?:{_EN_TEENS}|{_EN_TENS}|{_EN_ONES}|{_EN_BIG}){_EN_ENDING}|{_EN}+one"
    r"|onefold|onehundred\w*|(?:twen|thir|for|fif|six|seven|eigh|nine)tie(?:s|th|ths)"
    r"|fifths?|eighths?|ninths?|twelfths?|fourths?|quarter(?:s|ed|ly)?|thirds?|thirdly"
    r"|hal(?:f|ves|ve|ved|ving)|doubl(?:e|es|ed|ing|y)|tripl(?:e|es|ed|ing)"
    r"|quadrupl(?:e|es|ed|ing)|quintupl(?:e|es|ed)|treble|trebled|twice|thrice|twofold|threefold"
    r"|manyfold|nil|nought|naught|zeros?|zeroes|dozens|couple|couples|twosome|threesome|score"
    r"|hundredfold|percents?|percentiles?|pct|permille|umpteen|zillions?|midnight|noon|oclock"
    r"|fortnight|fortnights|decade|decades|century|centuries|semi|duo|trio|quartet|pair|pairs"
)
_DE_UNIT = (
    "ein|eins|zwei|zwo|drei|vier|funf|fuenf|sechs|sech|sieben|sieb|acht|neun|zehn|elf|zwolf"
    "|zwoelf|zwanzig|dreissig|vierzig|funfzig|fuenfzig|sechzig|siebzig|achtzig|neunzig"
    "|hundert|tausend|million|millionen|milliarde|milliarden|und|einhalb|anderthalb"
)
_DE_ENDING = (
    r"(?:tel|teln|tels|stel|steln|fache?[nmrs]?|mal|malige?[nmrs]?|prozentige?[nmrs]?|stundige?[nmrs]?"
    r"|minutige?[nmrs]?|tagige?[nmrs]?|schichtige?[nmrs]?|t?e[nrms]?|ste[nrms]?|er|ern|e|en|ens"
    r"|stunden?|minuten?|tage?|wochen?|schichten?|prozent|euro|dollar|stellige?[nmrs]?)?"
)
_DE_WORD = re.compile(
    rf"(?:{_DE_UNIT})*(?:{_DE_UNIT}){_DE_ENDING}"
    r"|halb\w{0,2}|halfte[n]?|halbier\w{1,4}|halbzeit|halbstund\w*|viertelstunden?|viertel[ns]?"
    r"|dritte[nrms]?|drittel[ns]?|siebte[nrms]?|siebtel[ns]?|achtel[ns]?|dutzende?[ns]?|null"
    r"|doppel\w{1,3}|verdoppel\w{1,4}|verdreifach\w{1,4}|verzehnfach\w{1,4}|vervierfach\w{1,4}"
    r"|zweitel|prozent\w{0,2}|promille|anderthalb\w*|eineinhalb\w*|hunderte[rn]?|tausende[rn]?"
    r"|mitternachts?|jahrzehnte?[ns]?|zigmal|zig|dreiviertel\w*|paar"
)
# Full matches of the above that are no quantity, or not by themselves.
_FREE = frozenset(
    (
        *("und", "and", "ein", "eine", "einen", "einem", "einer", "eines", "einern"),
        *("einfach", "einfache", "einfachen", "einfacher", "einfaches", "einfachem"),
        *("zweite", "zweiten", "zweiter", "zweites", "zweitem"),
    )
)
_ROMAN = re.compile(r"[ivx]{2,}|[IVX]{2,}")
_ROMAN_BIG = re.compile(r"(?=[MDCLXVI]{2})M*(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})")
_TIMES = (
    r"(?:hours?|minutes?|seconds?|days?|weeks?|months?|years?|percent(?:age)?|dollars?|euros?|cents?"
    r"|millions?|thousand|hundred|stunden?|minuten?|sekunden?|tage?[ns]?|wochen?|monate?[ns]?"
    r"|jahre?[ns]?|prozent\w*|tausend)"
)
_ARTICLE = re.compile(
    rf"\b(?P<said>(?:an?|an? (?:full|whole|good|quarter)|ein(?:e[rnms]?)?"
    rf"|ein(?:e[rnms]?)? (?:volle|ganze|gute|knappe)[rnms]?)\s+{_TIMES}"
    r"|(?:a|the) single\s+\w+|(?:only|just|exactly) one|(?:genau|nur) ein(?:e[rnms]?)?"
    r"|(?:ein(?:e[rnms]?)? )?einzige[rnms]?)\b",
    re.IGNORECASE,
)
# "One" is a pronoun before these, and after those; anywhere else it counts.
_ONE_BEFORE = re.compile(
    r"\b(?:the|this|that|which|each|every|another|any|no|some|other|first|last|next|worst|best"
    r"|biggest|main|longest|good|bad|new|old|right|wrong|open|only the"
    r"|(?!number)\w{2,}(?:er|est))\s+$",
    re.IGNORECASE,
)
_ONE_AFTER = re.compile(
    r"^\s+(?:of (?:them|the|these|those|its|your|our|my|which)|by one|after the other|after another"
    r"|thing|reason|cause|possible|likely|explanation|way|should|can|could|may|might|must|would"
    r"|more thing|another|who|that)\b",
    re.IGNORECASE,
)
_ONCE = re.compile(r"^\s+(?:the|it|they|this|that|these|you|we|all|again|more)\b", re.IGNORECASE)
_EINMAL = re.compile(r"\b(?:noch|nicht|auf|erst|schon|wieder)\s+$", re.IGNORECASE)
_ACHTEN = re.compile(r"^\s+(?:sie|auf|bitte|darauf|wir)\b", re.IGNORECASE)
_SECOND_BEFORE = re.compile(r"(?:\b(?:the|their|its|this|that)\s+|^\s*)$", re.IGNORECASE)
_SECOND_AFTER = re.compile(r"^(?:,|\s+(?!half|of\b|later|ago)[a-z])", re.IGNORECASE)
_ORDINAL_FREE = re.compile(r"\b(?:the)\s+$", re.IGNORECASE)
_CLOCK = re.compile(r"\bper\s+cents?\b|\bo['’]?\s?clock\b|\bUhr\b", re.IGNORECASE)
_SPELLED = re.compile(r"\b(?:[^\W\d_][\s.\-·]+){2,}[^\W\d_]\b")
_LONG_WORDS = frozenset(
    (
        "eleven",
        "zwoelf",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "hundred",
        "thousand",
        "million",
        "seventy",
        "eighty",
        "ninety",
        "dreizehn",
        "vierzehn",
        "fuenfzehn",
        "sechzehn",
        "siebzehn",
        "achtzehn",
        "neunzehn",
        "zwanzig",
        "dreissig",
        "vierzig",
        "fuenfzig",
        "sechzig",
        "siebzig",
        "achtzig",
        "neunzig",
        "hundert",
        "tausend",
        "drittel",
        "viertel",
        "haelfte",
    )
)
_NOT_MISTYPED = frozenset(
    (
        "weighty",
        "thirsty",
        "hundreds",
        "mullion",
        "nifty",
        "shifty",
        "fifths",
        "sixths",
        "seventh",
        "sevens",
        "elevens",
        "fourteen",
        "plenty",
        "mighty",
        "eighth",
        "hunters",
        "haelften",
        "tausende",
    )
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A stretch that states a quantity, or a character that might."""

    start: int
    end: int
    said: str


def numerals(text: str) -> list[Numeral]:
    """All stretches of `text` that state a quantity, in order, possibly overlapping.

    Digits, fractions, superscripts and numerals of every script, number words, fractions and
    multiples in English and German, Roman numerals, and characters that are neither Latin letters
    nor plain punctuation. "First", "one of them" and the German article are none.
    """
    found = [*_characters(text), *_words(text), *_phrases(text)]
    return sorted(found, key=lambda numeral: (numeral.start, numeral.end))


def _characters(text: str) -> Iterator[Numeral]:
    for place, char in enumerate(text):
        if not (char in _PLAIN or _is_latin(char)):
            start, end = _run(text, place)
            yield Numeral(start, end, text[start:end])


def _is_latin(char: str) -> bool:
    if char.isascii():
        return char.isalpha()
    if unicodedata.normalize("NFKC", char) != char or char.isnumeric():
        return False
    return char.isalpha() and unicodedata.name(char, "").startswith("LATIN")


def _run(text: str, place: int) -> tuple[int, int]:
    """The figure around a character: "1,234.5"."""
    if not text[place].isnumeric():
        return place, place + 1
    start = end = place
    while start > 0 and (text[start - 1].isnumeric() or _joins(text, start - 1)):
        start -= 1
    while end < len(text) and (text[end].isnumeric() or _joins(text, end)):
        end += 1
    return start, end


def _joins(text: str, place: int) -> bool:
    around = text[max(place - 1, 0)] + text[min(place + 1, len(text) - 1)]
    return (
        0 < place < len(text) - 1 and text[place] in ".,:/-" and all(c.isnumeric() for c in around)
    )


def _words(text: str) -> Iterator[Numeral]:
    for match in _WORD.finditer(text):
        said, start, end = match.group(), match.start(), match.end()
        is_counted = _is_number_word(said) and not _is_free(fold(said), text[:start], text[end:])
        if is_counted or _is_roman(said) or len(said) > _LONGEST_WORD:
            yield Numeral(start, end, said)


def _is_roman(said: str) -> bool:
    if len(said) == 1:
        return said in "VXLM"
    return bool(_ROMAN.fullmatch(said) or _ROMAN_BIG.fullmatch(said))


def _is_number_word(said: str) -> bool:
    if len(said) > _LONGEST_WORD:
        return False
    word = fold(said)
    german = word.replace("ß", "ss")
    return bool(
        word in ("one", "eins", "once", "einmal", "second", "seconds", "zweite", "achten")
        or _EN_WORD.fullmatch(word)
        or _DE_WORD.fullmatch(german)
        or _DE_WORD.fullmatch(german.replace("ue", "u").replace("oe", "o").replace("ae", "a"))
        or _is_mistyped(german)
    )


def _is_mistyped(word: str) -> bool:
    if not 5 <= len(word) <= 11 or word in _NOT_MISTYPED:
        return False
    return any(_differs_by_one(word, known) for known in _LONG_WORDS)


def _differs_by_one(one: str, other: str) -> bool:
    """Whether a letter more, less, another or two letters swapped make one of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, known = one[start:], other[start:]
    swapped = rest[:2] == known[:2][::-1] and rest[2:] == known[2:]
    return rest[1:] == known[1:] or rest[1:] == known or rest == known[1:] or swapped


def _is_free(word: str, before: str, after: str) -> bool:
    match word:
        case "one":
            return bool(_ONE_BEFORE.search(before) or _ONE_AFTER.search(after))
        case "once":
            return bool(_ONCE.search(after))
        case "einmal":
            return bool(_EINMAL.search(before))
        case "achten":
            return bool(_ACHTEN.search(after))
        case "second":
            return bool(_SECOND_BEFORE.search(before) and _SECOND_AFTER.search(after))
        case "paar" | "couple":
            return word == "paar"
        case _:
            return word in _FREE


def _phrases(text: str) -> Iterator[Numeral]:
    for match in _ARTICLE.finditer(text):
        yield Numeral(match.start(), match.end(), match.group())
    for pattern in (_CLOCK, _SPELLED):
        for match in pattern.finditer(text):
            yield Numeral(match.start(), match.end(), match.group())
