"""An answer as a Teams message: the sentence that matters as its text, the rest as a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.clipping import clip, size
from adapters.reading import first_sentence, ordered
from adapters.teams import buttons, citations
from adapters.teams.body import Frame, fitted
from adapters.teams.buttons import Seal
from adapters.teams.elements import card, paragraph, run, small
from adapters.teams.escape import markdown, plain
from adapters.teams.limits import (
    CARD_BYTES,
    PARAGRAPH,
    SUMMARY,
    TEXT,
    Element,
    weight,
)
from adapters.teams.parts import NOTICE_SIGNS
from core.answer import Action, Answer, Chart, Heading, Metrics, Notice, Table, Text
from core.request import Language
from core.words import Words

__all__ = ["Message", "Seal", "render", "welcome"]

CARD = "application/vnd.microsoft.card.adaptive"
_QUESTIONS = 6


@dataclass(frozen=True, slots=True)
class Message:
    """What goes into an activity. `text` is Teams' Markdown, "" where the card says everything;
    `summary` what notifications say, never empty. `shortened`: something was left out."""

    text: str
    summary: str
    card: Element | None
    entities: list[Element]
    channel_data: Element
    shortened: bool

    def activity(self) -> dict[str, Any]:
        """The message as an activity's JSON, but for where it goes."""
        made: dict[str, Any] = {"type": "message", "summary": self.summary}
        if self.text:
            made |= {"text": self.text, "textFormat": "markdown"}
        if self.card is not None:
            made["attachments"] = [{"contentType": CARD, "content": self.card}]
        if self.entities:
            made["entities"] = self.entities
        if self.channel_data:
            made["channelData"] = self.channel_data
        return made


def render(
    answer: Answer,
    *,
    seal: Seal,
    whole: bool = False,
) -> Message:
    """The message that shows `answer`.

    `seal` makes what a button carries from a command, or from the answer's id for "show_all"; a
    button that would be too long is left out. `whole` puts the first sentence into the card, too,
    for a card that stands alone: an invoke's response.

    Buttons are Action.Execute with a verb (ask, again) and data {"command": SEALED}; for older
    clients Action.Submit with data {"verb", "command"}. What opens a dialog (data, show_all) is
    Action.Submit with {"msteams": {"type": "task/fetch"}, "verb", "command"}.
    """
    words = Words(answer.language)
    first = next((part for part in answer.parts if isinstance(part, Text)), None)
    named: list[int] = []
    text = ""
    if first is not None and not whole:
        named = citations.numbers(answer, first.cites)
        text = _text(answer, first, named)
    summary = _summary(answer, words)
    room = CARD_BYTES - weight(card([], fallbackText=summary))
    body = fitted(answer, Frame(seal, words, whole), room)
    made = (
        card(body.elements, body.actions, fallbackText=summary)
        if body.elements or body.actions
        else None
    )
    if made is None and not text:
        text = words.say("teams.card_nothing")
    judged = bool(answer.id) and answer.outcome == "answer"
    return Message(
        text,
        summary,
        made,
        citations.entities(answer, named, words),
        {"feedbackLoop": {"type": "default"}} if judged else {},
        body.shortened,
    )


def welcome(language: Language, *, seal: Seal, questions: Sequence[Action] = ()) -> Message:
    """What is said when the app is installed; `questions` are buttons."""
    words = Words(language)
    said = words.say("teams.card_welcome")
    body = [
        paragraph(run(words.say("teams.card_welcome_title"), weight="bolder", size="large")),
        paragraph(run(said)),
        small(words.say("teams.card_welcome_how")),
    ]
    offered = [buttons.of(action, seal) for action in questions]
    actions = [buttons.execute(button) for button in offered if button.fits][:_QUESTIONS]
    made = card(body, actions, fallbackText=said)
    return Message("", clip(said, SUMMARY), made, [], {}, shortened=False)


def _text(answer: Answer, first: Text, named: Sequence[int]) -> str:
    """The first sentence, bold, what follows it, and the numbers of its sources."""
    sign = NOTICE_SIGNS["warning"] if answer.outcome == "error" else ""
    cited = "".join(f"[{number}]" for number in named)
    room = PARAGRAPH
    while True:
        bold, rest = first_sentence(clip(plain(first.text), room))
        said = f"**{sign}{markdown(bold)}**" if bold else sign
        said += (" " if bold and rest else "") + (markdown(rest) if rest.strip() else "")
        if size(said := f"{said} {cited}".strip()) <= TEXT:
            return said
        room = room * 3 // 4


def _summary(answer: Answer, words: Words) -> str:
    """The sentences, caveats and figures."""
    front = ordered(answer.parts)
    said = [part.text for part in front if isinstance(part, Text | Notice)]
    said += [f"{m.label}: {m.value}" for p in front if isinstance(p, Metrics) for m in p.metrics]
    said = said or [part.text for part in front if isinstance(part, Heading)]
    said = said or [part.title for part in front if isinstance(part, Table | Chart)]
    joined = " · ".join(plain(text) for text in said if text.strip())
    return clip(joined, SUMMARY) or words.say("teams.card_nothing")
