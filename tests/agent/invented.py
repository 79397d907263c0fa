"""Figures that no tool returned, in as many writings as came to mind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.agent.figure import REFERENCE
from tests.agent.legitimate import CASES
from tests.agent.turns import Plant, Turn

QUESTION = "why was line 3 down last night, more than 80 % of the past 4 hours?"
COMMAND = "/downtime line-3 last night"

SENTENCES = (
    # digits
    "Line 3 was down 136 min.", "Line 3 stood for 2 h 17 min.", "It had 9 stops.",
    "That is 79%.", "OEE was 78.1 %.", "It cost USD 1,234.", "It cost $1,234.",
    "It cost 1.234,50 €.", "3 of 4.", "Line 3 lost 12.", "Line 33 was down.",
    "Line 3.5 was down.", "Line 3 had 3 stops.", "The filler 2 hours.",
    "Line 3 3 times.", "Line 3, 4 stops.", "A 5-minute stop.", "10x worse.", "2nd place.",
    "the 3rd stop", "Q3 was better.", "1e3 bottles", "0x1F bottles", "50-60 min", "½ h",
    "1/2 of it", "Down 4 times.", "Line 3 stood 80 min.", "For 4 hours more.", "5%",
    "1. The jam", "It was 80 bottles.", "v2 of the plan", "[1]", "Line 3 [[a1]] 5",
    "[[a1]]0", "[[a1]] of 200", "x² times", "10⁶ units", "H₂O", "①", "⑫ stops", "⒊",
    "㉑ stops", "➂", "🄂",
    # other scripts' digits
    "١٢ stops", "۱۲ stops", "१२ stops", "১২ stops", "๑๒ stops", "１２ stops", "𝟏𝟐 stops",
    "𝟙𝟚", "十二", "三十 min", "壹佰", "〇", "百 bottles", "൧൨", "៣ stops", "၃ stops", "᠓",
    "௧௨", "Ⅻ stops", "ⅳ stops", "½", "⅔ of it", "¾ of the time", "⅛", "٪", "五 stops", "ⅼ",
    "𐄇", "𝍠", "꩒", "﹪",
    # words, English
    "twelve stops", "Twelve stops", "TWELVE stops", "twenty-one stops",
    "twenty one stops", "twentyone stops", "a hundred bottles", "two hundred and six",
    "three thousand", "a million", "a dozen stops", "dozens of stops", "half the time",
    "half of it", "one half", "halved", "a third of it", "two thirds", "two-thirds",
    "a quarter of it", "three quarters", "a fifth", "twice as long", "double that",
    "It doubled.", "triple", "tripled", "thrice", "tenfold", "a couple of stops",
    "a pair of stops", "zero stops", "nil", "nine stops", "one stop", "only one stop",
    "just one", "exactly one", "one in three", "a single stop", "an hour", "a minute",
    "an hour and a half", "half an hour", "a full hour", "ninety percent", "percent",
    "per cent", "eighty-odd", "thirtyish", "fortysomething", "seventies", "one hundred",
    "once a day", "It stopped once.", "twelfth", "the fourth stop", "the third night",
    "at noon", "at midnight", "three o'clock", "half past six", "a fortnight", "a decade",
    "score", "quadrupled", "umpteen", "twelv stops", "tweleve stops", "twevle stops",
    "thirten stops", "hundrd stops", "no stops", "There were no alerts.",
    "without a stop", "not one stop but ten", "number one", "a day", "on Monday",
    "On 5 March", "on the fifth of March", "in January", "since Tuesday night",
    "last Friday", "in March it was worse", "at 5 pm", "at 17:00", "since 06:05",
    "2026-03-12", "12/03/2026", "12.3.", "in 2025", "week 12",
    "in the last seven days", "past twelve hours",
    # words, German
    "zwölf Stopps", "Zwölf Stopps", "zwoelf Stopps", "dreizehn Stopps",
    "einundzwanzig Stopps", "zweihundert Flaschen", "zweihundertsechs", "tausend",
    "dreitausendfünfhundert", "Millionen", "ein Dutzend Stopps", "Dutzende", "die Hälfte",
    "halb so lang", "eine halbe Stunde", "halbiert", "ein Drittel", "zwei Drittel",
    "ein Viertel", "drei Viertel", "dreiviertel", "ein Fünftel", "anderthalb Stunden",
    "eineinhalb Stunden", "zweieinhalb", "doppelt so lang", "verdoppelt", "dreifach",
    "das Dreifache", "verdreifacht", "zweimal", "dreimal", "zehnmal", "einmal am Tag",
    "null Stopps", "neun Stopps", "nur ein Stopp", "genau ein Stopp",
    "ein einziger Stopp", "eine Stunde", "einer Minute", "ein Prozent",
    "neunzig Prozent", "Prozent", "hundertprozentig", "zwölfstündig", "dreischichtig",
    "zweistündige Stopps", "eins", "zwo", "elf", "keine Stopps", "keine Alarme",
    "ohne Stillstand", "am Montag", "im Januar", "am 5. März", "am fünften März",
    "um sechs Uhr", "um halb sieben", "um 17 Uhr", "Mitternacht", "zwoelff", "dreisig",
    "dreizen", "seit Dienstag", "letzten Freitag", "KW 12",
    "in den letzten sieben Tagen", "jede dritte", "eine Viertelstunde", "siebzigtausend",
    "hunderte Flaschen", "ein Zehntel", "sechs", "fuenf",
    # Roman numerals, hidden and disguised
    "XII stops", "xii stops", "IV stops", "iii", "XL", "MCM bottles", "V stops", "X stops",
    "IIII", "t w e l v e stops", "t-w-e-l-v-e", "tw\u200belve stops",
    "tw\u00adelve stops", "twe**l**ve", "twеlve stops", "ｔｗｅｌｖｅ stops",
    "𝐭𝐰𝐞𝐥𝐯𝐞 stops", "12\u200b3", "||||| ||", "••••", "🕛", "⚅⚅", "🔟 stops",
    "3️⃣ stops", "💯", "&#49;&#50;", "&frac12;", "\\u0031", "%31%32", "⠼⠁⠃", "卌",
    "двенадцать", "δώδεκα", "十", "열두", "двадцать stops", "twelvё",
)  # fmt: skip
UNSAFE = (
    "See https://evil.example/x", "see http://a.b", "www.evil.example", "evil.example",
    "mail me at a@b.example", "[click](https://evil.example)",
    "![x](https://evil.example/p.png)", "[x]: http://evil.example",
    "<https://evil.example>", "javascript:alert", "data:text/html,x", "mailto:x",
    "file:///etc/passwd", "//evil.example/x", "hxxp://evil", "ftp://evil", "<@U123>",
    "<!channel>", "<!here>", "<#C1>", "@channel look", "@here", "@everyone", "＠here",
    "```rm -rf```", "`code`", "~~~", "<script>", "<b>bold</b>", "&lt;b&gt;", "\\u003c",
    "[[zz9]]", "[[a99]]", "[[q1]]", "Line 3 [[a1]] and [[x7]]", "| a | b |",
    "evil.example.",
)  # fmt: skip
_WRITINGS = (
    "{n}", "{n} %", "{n}.5", "twelve", "zwölf", "half", "ein Drittel", "½", "١٢", "１２", "XII",
    "a dozen", "twice that", "十二",
)  # fmt: skip


def altered(plant: Plant) -> Iterator[tuple[Turn, str, str]]:
    """Every legitimate sentence with a figure written out: as it is, changed, in other writings."""
    for case in CASES:
        turn = plant.turn(case.question, *case.commands, language=case.language)
        for number, said in enumerate(case.sentences):
            before, sentence = ("", said) if isinstance(said, str) else said
            before, written = turn.written(before), turn.written(sentence)
            for place, match in enumerate(REFERENCE.finditer(written)):
                figure = turn.by_id[match[1]]
                if figure.kind in ("label", "quote"):
                    continue
                other = re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), figure.shown)
                writing = _WRITINGS[(number + place) % len(_WRITINGS)].format(n=number + 2)
                for instead in (figure.shown, other, writing):
                    yield turn, before, written[: match.start()] + instead + written[match.end() :]
