"""The dialogs: a whole answer page by page, the data behind a figure, one's settings.

Each function gives a TaskInfo, for {"task": {"type": "continue", "value": TaskInfo}}. What is
pressed inside comes back as task/submit with data {"verb", "command"} and the inputs:
Action.Execute and msteams do not work there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from adapters.clipping import clip
from adapters.paging import paged
from adapters.settings_form import Settings
from adapters.subscription_form import Form
from adapters.teams import buttons
from adapters.teams.buttons import Button, Seal
from adapters.teams.elements import card, paragraph, run, small
from adapters.teams.escape import plain
from adapters.teams.limits import CARD_BYTES, Element, weight
from adapters.teams.parts import NOTICE_SIGNS, Detail, drawn, lead
from core.answer import Actions, Answer, Metrics, Part, Table, Text
from core.answer_text import citation_text
from core.request import Language
from core.words import Words

CARD = "application/vnd.microsoft.card.adaptive"
AREAS, LANGUAGE, QUIET_FROM, QUIET_TO = "areas", "language", "quiet_from", "quiet_to"
KINDS = "kinds"
OWN_LANGUAGE = "own"

_PAGE_BYTES = CARD_BYTES * 2 // 3
_PAGE_ELEMENTS = 60
_ROW, _ROWS, _METRICS = 5, 10, 6  # buttons, rows of a table and metrics in one element
_SHORT_CELL = 40
_TEXT = 1_000
_TITLE = 60
_MOST_AREAS = 100
_DETAIL = Detail(bars=False, rows=_ROWS, wide=_ROWS)


def full_dialog(answer: Answer, *, seal: Seal, page: int = 1) -> Element:
    """The whole answer: all rows, sources and actions, a page of them at a time.

    The buttons between pages have the verb "page" and the sealed command "ID NUMBER".
    """
    words = Words(answer.language)
    return _paged(answer, words.say("teams.card_all_title"), seal, page)


def data_dialog(answer: Answer, *, seal: Seal, page: int = 1) -> Element:
    """The answer to "/data ID …"; its buttons (verb "data") lead to more rows."""
    words = Words(answer.language)
    return _paged(answer, words.say("answer.show_data"), seal, page)


def error_dialog(text: str, language: Language) -> Element:
    """Says in a dialog that something is not possible."""
    words = Words(language)
    said = paragraph(run(NOTICE_SIGNS["warning"] + text, _TEXT))
    return _task(words.say("teams.card_title"), card([said]), "small")


def settings_dialog(settings: Settings, language: Language) -> Element:
    """Areas, language and quiet hours; every field may stay empty. The chosen areas come back
    joined by commas."""
    words = Words(language)
    save = buttons.submit(Button(words.say("teams.card_save"), "settings", ""))
    body = list(_settings(settings, words))
    return _task(words.say("teams.card_settings_title"), card(body, [save]), "medium")


def subscription_dialog(form: Form, language: Language, *, seal: Seal) -> Element:
    """Places and kinds; without a kind there is nothing to come. What is chosen comes back joined
    by commas, with the command that the form was made of."""
    words = Words(language)
    body: list[Element] = []
    for name, offered, before in (
        (AREAS, form.places, form.chosen),
        (KINDS, form.kinds, form.chosen_kinds),
    ):
        choices = [_choice(label, key) for key, label in offered.items() if "," not in key]
        label = words.say(f"chat.subscription_{name}")
        value = ",".join(key for key in before if key in offered)
        if choices:
            more = {"choices": choices[:_MOST_AREAS], "isMultiSelect": True, "value": value}
            body.append(_input("Input.ChoiceSet", name, label, **more))
    body.insert(-1, small(words.say("chat.subscription_areas_hint"), spacing="none"))
    command = seal(f"/andon change {form.id}".strip())
    save = buttons.submit(Button(words.say("teams.card_save"), "subscribe", command))
    return _task(words.say("chat.subscription_title"), card(body, [save]), "medium")


def _settings(settings: Settings, words: Words) -> Iterator[Element]:
    areas = [_choice(name, key) for key, name in settings.areas if "," not in key][:_MOST_AREAS]
    if areas:
        known = {one["value"] for one in areas}
        yield _input(
            "Input.ChoiceSet",
            AREAS,
            words.say("teams.card_settings_areas"),
            choices=areas,
            isMultiSelect=True,
            value=",".join(key for key in settings.chosen if key in known),
        )
        yield small(words.say("teams.card_settings_areas_hint"), spacing="none")
    languages = [
        _choice(words.say("teams.card_language_own"), OWN_LANGUAGE),
        _choice(words.say("teams.card_language_en"), "en"),
        _choice(words.say("teams.card_language_de"), "de"),
    ]
    yield _input(
        "Input.ChoiceSet",
        LANGUAGE,
        words.say("teams.card_settings_language"),
        choices=languages,
        style="compact",
        value=settings.language or OWN_LANGUAGE,
    )
    for action, chosen in ((QUIET_FROM, settings.quiet_from), (QUIET_TO, settings.quiet_to)):
        more = {"value": chosen} if chosen else {}
        yield _input("Input.Time", action, words.say(f"teams.card_settings_{action}"), **more)
    yield small(words.say("teams.card_settings_quiet_hint", zone=settings.zone), spacing="none")


# --- pages


def _paged(answer: Answer, title: str, seal: Seal, page: int) -> Element:
    words = Words(answer.language)
    pages = paged(_flow(answer, words, seal), weight, _PAGE_BYTES, _PAGE_ELEMENTS)
    page = min(max(page, 1), len(pages))
    body = list(pages[page - 1]) or [small(words.say("teams.card_nothing"))]
    turning: list[Element] = []
    if len(pages) > 1:
        body.append(small(words.say("teams.card_page", page=page, pages=len(pages))))
        turning = _turning(answer, words, seal, page, len(pages))
    return _task(title, card(body, turning), "large")


def _flow(answer: Answer, words: Words, seal: Seal) -> Iterator[Element]:
    """Everything the answer says, in the reader's order, as elements of a bearable size."""
    first = next((part for part in answer.parts if isinstance(part, Text)), None)
    for part in answer.parts:
        if isinstance(part, Text) and part is first and len(part.text) <= _TEXT:
            yield lead(part)
            continue
        for piece in _small_pieces(part):
            yield from _bearable(piece, words)
    actions = answer.actions
    for start in range(0, len(actions), _ROW):
        shown = buttons.plain_row(actions[start : start + _ROW], seal)
        if shown:
            yield {"type": "ActionSet", "actions": shown}
    for number, citation in enumerate(answer.citations):
        edge = {"separator": True} if number == 0 else {"spacing": "none"}
        yield small(citation_text(citation, words), _TEXT, **edge)


def _small_pieces(part: Part) -> Iterator[Part]:
    """Long tables and texts cut into several, so that none of their rows is left out."""
    match part:
        case Table(columns, rows, align, title, cites) if len(rows) > _ROWS:
            for start in range(0, len(rows), _ROWS):
                yield Table(columns, rows[start : start + _ROWS], align, title, cites)
                title, cites = "", ()
        case Metrics(metrics) if len(metrics) > _METRICS:
            for start in range(0, len(metrics), _METRICS):
                yield Metrics(metrics[start : start + _METRICS])
        case Text(text, cites) if len(text) > _TEXT:
            for start in range(0, len(text), _TEXT):
                last = start + _TEXT >= len(text)
                yield Text(text[start : start + _TEXT], cites if last else ())
        case Actions():
            return
        case _:
            yield part


def _bearable(part: Part, words: Words) -> Iterator[Element]:
    """The part's elements; a table whose cells are very long is halved until a page can hold it."""
    elements = drawn(part, words, _DETAIL)
    half = len(part.rows) // 2 if isinstance(part, Table) else 0
    if isinstance(part, Table) and half and weight(elements) > _PAGE_BYTES // 2:
        yield from _bearable(replace(part, rows=part.rows[:half]), words)
        yield from _bearable(replace(part, rows=part.rows[half:], title="", cites=()), words)
    elif weight(elements) > _PAGE_BYTES:
        yield from drawn(part, words, replace(_DETAIL, charts=False, cell=_SHORT_CELL))
    else:
        yield from elements


def _turning(answer: Answer, words: Words, seal: Seal, page: int, pages: int) -> list[Element]:
    """The buttons to the pages before and after."""
    there = [
        Button(words.say(f"teams.card_{name}_page"), "page", seal(f"{answer.id} {number}"))
        for name, number in (("previous", page - 1), ("next", page + 1))
        if 1 <= number <= pages
    ]
    return [buttons.submit(button) for button in there if button.fits]


# --- small parts


def _task(title: str, content: Element, size: Literal["small", "medium", "large"]) -> Element:
    return {
        "title": clip(plain(title), _TITLE),
        "width": "large" if size == "large" else "medium",
        "height": size,
        "card": {"contentType": CARD, "content": content},
    }


def _choice(label: str, value: str) -> Element:
    return {"title": clip(plain(label), _TITLE), "value": value}


def _input(kind: str, name: str, label: str, **more: object) -> Element:
    """Clients of 1.2 know no `label`: they show the same words where nothing is chosen."""
    return {"type": kind, "id": name, "label": label, "placeholder": label, **more}
