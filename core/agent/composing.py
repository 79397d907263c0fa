"""What a model said and what the tools found, as one answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.agent.turn import Ran, Spoken
from core.answer import Actions, Answer, Citation, Heading, Notice, Outcome, Part, Text
from core.citing import recited
from core.words import Words


def composed(spoken: Spoken, words: Words) -> Answer:
    """The model's text first, then the parts of the tools that it speaks of: without their first
    sentences, which it stands for, unless the model did not finish. Citations are numbered as in
    `spoken.rans`."""
    answered = [ran for ran in spoken.rans if ran.answer.outcome == "answer"]
    said = (Text(spoken.text, spoken.cites),) if spoken.text else ()
    if not answered:
        return _asked_back(spoken, said)
    pointed = [ran for n, ran in enumerate(spoken.rans) if n in spoken.pointed]
    is_whole = bool(spoken.text) and not spoken.unfinished
    shown = pointed if is_whole and pointed else answered
    told: list[Part] = [*said]
    if spoken.unfinished:
        told.append(Notice(words.say(f"model.{spoken.unfinished}"), "neutral"))
    last = shown[-1].answer
    answer = Answer(
        "answer",
        tuple(_arranged(told, shown, keep_lead=not is_whole)),
        tuple(citation for ran in answered for citation in ran.answer.citations),
        " ".join(dict.fromkeys(str(ran.answer.tool) for ran in shown)),
        _arguments(answered, last),
        language=words.language,
        by_model=bool(spoken.text),
    )
    return _cited_once(answer)


def _arranged(told: Sequence[Part], shown: Sequence[Ran], *, keep_lead: bool) -> Iterator[Part]:
    """One tool's heading goes before everything, several tools' headings before what is theirs;
    buttons are those of the last."""
    if len(shown) == 1:
        yield from (part for part in shown[0].answer.parts if isinstance(part, Heading))
    yield from told
    for ran in shown:
        parts = list(ran.answer.parts)
        lead = next((n for n, part in enumerate(parts) if isinstance(part, Text)), None)
        if lead is not None and not keep_lead:
            del parts[lead]
        for part in parts:
            if isinstance(part, Actions) or (isinstance(part, Heading) and len(shown) == 1):
                continue
            yield part
    yield from (part for part in shown[-1].answer.parts if isinstance(part, Actions))


def _asked_back(spoken: Spoken, said: tuple[Part, ...]) -> Answer:
    """No tool answered: the model asks back or declines; with the buttons of the tool that could
    not answer, as those of assets that may be meant."""
    if spoken.rans:
        last = spoken.rans[-1].answer
        if not said:
            return last
        offered = tuple(part for part in last.parts if isinstance(part, Actions))
        return Answer(last.outcome, (*said, *offered), by_model=True)
    outcome: Outcome = "clarify" if spoken.text.rstrip().endswith("?") else "decline"
    return Answer(outcome, said, by_model=True)


def _arguments(answered: Sequence[Ran], last: Answer) -> dict[str, object]:
    """Those of the last tool, but the assets of all: who looks at the data of the answer later
    must be allowed to see them all. `calls` are what "run again" repeats."""
    lists = (ran.answer.args.get("assets") for ran in answered)
    assets = dict.fromkeys(a for given in lists if isinstance(given, list) for a in given)
    args = {**last.args, "assets": [*assets]}
    if len(answered) > 1:
        args["calls"] = [{**ran.call, "period": ran.answer.args.get("period")} for ran in answered]
    return args


def _cited_once(answer: Answer) -> Answer:
    """What several tools read alike stands under one number."""
    first: dict[Citation, int] = {}
    same: dict[int, int] = {}
    for citation in answer.citations:
        alike = replace(citation, number=0, query=0, also=())
        same[citation.number] = first.setdefault(alike, citation.number)
    return replace(answer, parts=tuple(recited(part, same) for part in answer.parts))
