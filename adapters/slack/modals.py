"""The modals: a whole answer page by page, the data behind a figure, feedback, settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from adapters.paging import paged
from adapters.settings_form import Settings
from adapters.slack.actions import Seal, row
from adapters.slack.blocks import (
    DIVIDER,
    button,
    buttons,
    fits,
    option,
    paragraph,
    plain_text,
    small,
)
from adapters.slack.limits import (
    OPTION_VALUE,
    SECTION_TEXT,
    VIEW_BYTES,
    VIEW_TITLE,
    Block,
    view_bytes,
)
from adapters.slack.parts import NOTICE_SIGNS, Drawing, lead
from core.answer import Actions, Answer, Part, Table, Text
from core.answer_text import citation_text
from core.request import Language
from core.words import Words

FEEDBACK, SETTINGS = "feedback", "settings"  # callback ids
REASON = "reason"
AREAS, LANGUAGE, QUIET_FROM, QUIET_TO = "areas", "language", "quiet_from", "quiet_to"
OWN_LANGUAGE = "own"

_PAGE_BLOCKS = 40  # 100 are allowed; nobody scrolls that far on a phone
_PAGE_BYTES = VIEW_BYTES // 2
_TABLE_ROWS = 20  # in one block
_CITATIONS = 5  # in one block
_ROW = 5
_LONGEST_REASON = 1_000
_MOST_AREAS = 100


def full_view(answer: Answer, *, seal: Seal, page: int = 1, state: str = "") -> Block:
    """The whole answer: all rows, sources and actions, a page of them at a time.

    The buttons between pages have the ids "page:NUMBER" and carry the answer's id and that number.
    """
    words = Words(answer.language)
    return _paged(answer, words.say("slack.all_title"), seal, page, state)


def data_view(answer: Answer, *, seal: Seal, page: int = 1, state: str = "") -> Block:
    """The answer to "/data ID …" as a modal; its buttons ("data:…") lead to more rows."""
    words = Words(answer.language)
    return _paged(answer, words.say("answer.show_data"), seal, page, state)


def loading_view(language: Language, *, state: str = "") -> Block:
    """Opened at once, since a trigger lives three seconds; replaced when the answer is there."""
    words = Words(language)
    return modal(words.say("slack.title"), [small(words.say("slack.loading"))], words, state)


def error_view(text: str, language: Language, *, state: str = "") -> Block:
    words = Words(language)
    return modal(
        words.say("slack.title"), [paragraph((NOTICE_SIGNS["warning"] + text, False))], words, state
    )


def feedback_view(language: Language, *, state: str) -> Block:
    """Asks why an answer was of no use; the reason may stay empty."""
    words = Words(language)
    field = {
        "type": "plain_text_input",
        "action_id": REASON,
        "multiline": True,
        "max_length": _LONGEST_REASON,
    }
    asked = entry(words.say("slack.feedback_question"), field, words.say("slack.feedback_hint"))
    title, send = words.say("slack.feedback_title"), words.say("slack.send")
    return modal(title, [asked], words, state, submit=send, callback=FEEDBACK)


def settings_view(settings: Settings, language: Language, *, state: str = "") -> Block:
    """Areas, language and quiet hours; every field may stay empty."""
    words = Words(language)
    title, save = words.say("slack.settings_title"), words.say("slack.save")
    blocks = list(_settings(settings, words))
    return modal(title, blocks, words, state, submit=save, callback=SETTINGS)


def _settings(settings: Settings, words: Words) -> Iterator[Block]:
    select = several("multi_static_select", AREAS, settings.areas, settings.chosen)
    if select["options"]:
        yield entry(
            words.say("slack.settings_areas"), select, words.say("slack.settings_areas_hint")
        )
    languages = [
        option(words.say("slack.language_own"), OWN_LANGUAGE),
        option(words.say("slack.language_en"), "en"),
        option(words.say("slack.language_de"), "de"),
    ]
    spoken = settings.language or OWN_LANGUAGE
    yield entry(
        words.say("slack.settings_language"),
        {
            "type": "static_select",
            "action_id": LANGUAGE,
            "options": languages,
            "initial_option": next(one for one in languages if one["value"] == spoken),
        },
    )
    hint = words.say("slack.settings_quiet_hint", zone=settings.zone)
    yield entry(
        words.say("slack.settings_quiet_from"), _time(QUIET_FROM, settings.quiet_from), hint
    )
    yield entry(words.say("slack.settings_quiet_to"), _time(QUIET_TO, settings.quiet_to))


def _paged(answer: Answer, title: str, seal: Seal, page: int, state: str) -> Block:
    words = Words(answer.language)
    pages = paged(_flow(answer, words, seal), view_bytes, _PAGE_BYTES, _PAGE_BLOCKS)
    page = min(max(page, 1), len(pages))
    blocks = list(pages[page - 1])
    if len(pages) > 1:
        blocks += _between(answer, words, seal, page, len(pages))
    return modal(title, blocks, words, state)


def _flow(answer: Answer, words: Words, seal: Seal) -> Iterator[Block]:
    """Everything the answer says, in the reader's order, as blocks of a bearable size."""
    drawing = Drawing(words, "plain")
    first = next((part for part in answer.parts if isinstance(part, Text)), None)
    for index, part in enumerate(answer.parts):
        if isinstance(part, Text) and part is first and len(part.text) <= SECTION_TEXT // 2:
            yield lead(part)
            continue
        for piece in _pieces(part):
            yield from _bearable(piece, index, drawing)
    actions = answer.actions
    for start in range(0, len(actions), _ROW):
        line, _ = row(actions[start : start + _ROW], seal)
        if line is not None:
            yield line
    cited = [citation_text(citation, words) for citation in answer.citations]
    if cited:
        yield DIVIDER
    for start in range(0, len(cited), _CITATIONS):
        yield small(*cited[start : start + _CITATIONS])


def _pieces(part: Part) -> Iterator[Part]:
    """Long tables and texts cut into several, so that none of their rows is left out."""
    match part:
        case Table(columns, rows, align, title, cites) if len(rows) > _TABLE_ROWS:
            for start in range(0, len(rows), _TABLE_ROWS):
                cut = rows[start : start + _TABLE_ROWS]
                yield Table(columns, cut, align, title if start == 0 else "", cites)
                cites = ()
        case Text(text, cites) if len(text) > SECTION_TEXT // 2:
            for start in range(0, len(text), SECTION_TEXT // 2):
                last = start + SECTION_TEXT // 2 >= len(text)
                yield Text(text[start : start + SECTION_TEXT // 2], cites if last else ())
        case Actions():
            return
        case _:
            yield part


def _bearable(part: Part, index: int, drawing: Drawing) -> Iterator[Block]:
    """The part's blocks; a table whose cells are very long is halved until a page can hold it."""
    blocks = drawing.part(part, index, _TABLE_ROWS)
    half = len(part.rows) // 2 if isinstance(part, Table) else 0
    if isinstance(part, Table) and half and sum(map(view_bytes, blocks)) > _PAGE_BYTES:
        yield from _bearable(replace(part, rows=part.rows[:half]), index, drawing)
        yield from _bearable(replace(part, rows=part.rows[half:], title=""), index, drawing)
    else:
        yield from blocks


def _between(answer: Answer, words: Words, seal: Seal, page: int, pages: int) -> list[Block]:
    there = [
        button(words.say(f"slack.{name}_page"), f"page:{number}", seal(f"{answer.id} {number}"))
        for name, number in (("previous", page - 1), ("next", page + 1))
        if 1 <= number <= pages
    ]
    told = small(words.say("slack.page", page=page, pages=pages))
    able = [one for one in there if fits(one["value"])]
    return [told, buttons(able)] if able else [told]


def modal(
    title: str,
    blocks: list[Block],
    words: Words,
    state: str,
    *,
    submit: str = "",
    callback: str = "",
) -> Block:
    view: Block = {
        "type": "modal",
        "title": plain_text(title, VIEW_TITLE),
        "close": plain_text(words.say("slack.close"), VIEW_TITLE),
        "blocks": blocks or [small(words.say("slack.nothing"))],
        "private_metadata": state,
    }
    if submit:
        view["submit"] = plain_text(submit, VIEW_TITLE)
    if callback:
        view["callback_id"] = callback
    return view


def entry(label: str, element: Block, hint: str = "") -> Block:
    asked: Block = {
        "type": "input",
        "block_id": element["action_id"],
        "optional": True,
        "label": plain_text(label),
        "element": element,
    }
    return {**asked, "hint": plain_text(hint)} if hint else asked


def several(
    kind: str, action: str, choices: Sequence[tuple[str, str]], chosen: Sequence[str]
) -> Block:
    """An element in which several of the `choices`, keys with labels, may be chosen."""
    fitting = [option(label, key) for key, label in choices if fits(key, OPTION_VALUE)]
    options = fitting[:_MOST_AREAS]
    before = [one for one in options if one["value"] in chosen]
    initial = {"initial_options": before} if before else {}
    return {"type": kind, "action_id": action, "options": options, **initial}


def _time(action: str, chosen: str) -> Block:
    picker: Block = {"type": "timepicker", "action_id": action}
    return {**picker, "initial_time": chosen} if chosen else picker
