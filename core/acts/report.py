"""`/briefing` and `/summary`, typed by a person or asked for by the schedule."""

from __future__ import annotations

from dataclasses import replace

from core import reports
from core.answer import Answer, Notice
from core.answering import Answering
from core.asking import Asking
from core.errors import NoData, UserError

_KINDS = {"weekly": "week", "week": "week", "woche": "week", "wöchentlich": "week",
          "monthly": "month", "month": "month", "monat": "month", "monatlich": "month"}  # fmt: skip


async def briefing(rest: str, asking: Asking, answering: Answering) -> Answer:
    """An unasked one without data is an answer without parts, which is not sent."""
    said, at = reports.moment_of(rest)
    words = said.split()
    late = bool(words) and words[-1].lower() in ("late", "verspätet")
    place = " ".join(words[:-1] if late else words)
    scheduled = at is not None and not asking.request.typed
    places, left = reports.places_and_rest(place, asking.installation, asking.plant)
    values = {"assets": places, "at": at, "late": late, "scheduled": scheduled}
    try:
        answer = await answering.run(reports.command_of("briefing", values), asking)
        return _brief(answer, left, asking)
    except NoData:
        if scheduled:
            return Answer("no_data", ())
        raise


async def summary(rest: str, asking: Asking, answering: Answering) -> Answer:
    """Raises UserError where neither week nor month is named."""
    said, at = reports.moment_of(rest)
    word, _, place = said.partition(" ")
    kind = _KINDS.get(word.lower())
    if kind is None:
        raise UserError("briefing.summary_usage")
    places, left = reports.places_and_rest(place, asking.installation, asking.plant)
    values = {"assets": places, "at": at, "kind": kind}
    try:
        answer = await answering.run(reports.command_of("summary", values), asking)
        return _brief(answer, left, asking)
    except NoData:
        if at is not None and not asking.request.typed:
            return Answer("no_data", ())
        raise


def _brief(answer: Answer, left: str, asking: Asking) -> Answer:
    """With sources in a line: what each was filtered by stands in the answer that is kept, and
    behind "show the data". Says which words were `left`: they changed nothing."""
    ids = answer.args.get("assets")
    hierarchy = asking.installation.hierarchy
    known = [hierarchy[i].name for i in (ids if isinstance(ids, list) else ()) if i in hierarchy]
    scope = asking.words.joined(known)
    cited = tuple(replace(c, filter=scope, period="", as_of=None) for c in answer.citations)
    told = (Notice(asking.words.say("briefing.left_out", said=left[:40])),) if left else ()
    return replace(answer, parts=(*answer.parts, *told), citations=cited)
