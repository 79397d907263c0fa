"""An answer's actions as buttons. A button carries a command, sealed by the caller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.clipping import clip
from adapters.teams.escape import plain
from adapters.teams.limits import (
    BUTTON_TEXT,
    BUTTON_VALUE,
    VISIBLE_BUTTONS,
    Element,
    weight,
)
from core.acts.subscribe_words import form_of
from core.answer import Action, Answer
from core.words import Words

Seal = Callable[[str], str]
DIALOGS = frozenset({"data", "show_all", "subscription"})  # verbs that open one
_OWN = {"/data": "data", "/again": "again"}


@dataclass(frozen=True, slots=True)
class Button:
    """`command` is sealed; `verb` tells what it is."""

    label: str
    verb: str
    command: str

    @property
    def fits(self) -> bool:
        return bool(self.command) and weight(self.command) <= BUTTON_VALUE


def of(action: Action, seal: Seal) -> Button:
    word = action.command.split(" ", 1)[0]
    if command := form_of(action.command):
        return Button(action.label, "subscription", seal(command))
    return Button(action.label, _OWN.get(word, "ask"), seal(action.command))


def row(
    answer: Answer, seal: Seal, words: Words, most: int, *, shortened: bool
) -> tuple[list[Element], bool]:
    """The card's actions, at most `most`, and whether one found no room.

    What the answer offers to ask next is what people press: it comes first. What would be too
    many buttons side by side is in the menu beside them.
    """
    asked = [of(action, seal) for action in answer.actions]
    own = [button for button in asked if button.verb != "ask"]
    if shortened and answer.id:
        own.insert(0, Button(words.say("teams.card_show_all"), "show_all", seal(answer.id)))
    own = [button for button in own if button.fits][:VISIBLE_BUTTONS]
    able = [button for button in asked if button.verb == "ask" and button.fits]
    shown = able[: max(0, most - len(own))]
    missing = len(able) < sum(button.verb == "ask" for button in asked) or len(shown) < len(able)
    first = max(VISIBLE_BUTTONS - len(own), 3)
    visible = [*shown[:first], *own]
    return _drawn(visible[:VISIBLE_BUTTONS], visible[VISIBLE_BUTTONS:] + shown[first:]), missing


def plain_row(actions: Sequence[Action], seal: Seal) -> list[Element]:
    """Buttons inside a dialog, which knows neither Action.Execute nor menus."""
    buttons = [of(action, seal) for action in actions]
    return [submit(button) for button in buttons if button.fits]


def execute(button: Button, **more: object) -> Element:
    """For clients that do not know Action.Execute (1.4) an Action.Submit says the same."""
    title = _title(button)
    return {
        "type": "Action.Execute",
        **title,
        "verb": button.verb,
        "data": {"command": button.command},
        **more,
        "fallback": {**submit(button), **more},
    }


def submit(button: Button, **data: object) -> Element:
    return {
        "type": "Action.Submit",
        **_title(button),
        "data": {**data, "verb": button.verb, "command": button.command},
    }


def _drawn(visible: Sequence[Button], menu: Sequence[Button]) -> list[Element]:
    return [_one(button) for button in visible] + [_one(b, mode="secondary") for b in menu]


def _one(button: Button, **more: object) -> Element:
    if button.verb in DIALOGS:
        return {**submit(button, msteams={"type": "task/fetch"}), **more}
    return execute(button, **more)


def _title(button: Button) -> Element:
    return {"title": clip(plain(button.label), BUTTON_TEXT)}
