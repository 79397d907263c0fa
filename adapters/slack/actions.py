"""An answer's actions as buttons. A button carries a command, sealed by the caller."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.slack.blocks import button, buttons, fits, option
from adapters.slack.limits import OPTION_VALUE, OPTIONS, Block
from core.answer import Action
from core.words import Words

Seal = Callable[[str], str]
VISIBLE = 5
MENU = "ask:more"


def action_id(command: str, number: int) -> str:
    """ "data:CITATION" and "again" for the answer's own commands, "ask:NUMBER" for others."""
    word, *rest = command.split() or [""]
    match word:
        case "/data":
            return f"data:{rest[1] if len(rest) > 1 and rest[1].isdigit() else 1}"
        case "/again":
            return "again"
        case _:
            return f"ask:{number}"


def row(
    actions: Sequence[Action], seal: Seal, extra: Sequence[Block] = ()
) -> tuple[Block | None, bool]:
    """One row: at most five buttons with the `extra` ones among them, and a menu for the rest.

    Also tells whether an action found no room. The answer's own commands come last, for what it
    offers to ask next is what people press.
    """
    ordered = sorted(actions, key=lambda action: _is_own(action.command))
    sealed = [
        (action, seal(action.command), action_id(action.command, number))
        for number, action in enumerate(ordered)
    ]
    room = VISIBLE - len(extra)
    able = _with_own([one for one in sealed if fits(one[1])], room + OPTIONS)
    shown, rest = able[:room], able[room:]
    menu = [one for one in rest if fits(one[1], OPTION_VALUE)][:OPTIONS]
    elements = [button(action.label, name, value) for action, value, name in shown]
    _make_unique(elements)
    elements += extra
    if menu:
        options = [option(action.label, value) for action, value, _ in menu]
        elements.append({"type": "overflow", "action_id": MENU, "options": options})
    missing = len(shown) + len(menu) < len(ordered)
    return (buttons(elements) if elements else None), missing


def feedback(answer_id: str, seal: Seal, words: Words, *, native: bool) -> Block | None:
    """Whether the answer was of use: Slack's own pair of thumbs, or two plain buttons."""
    up, down = (seal(f"/feedback {answer_id} {verdict}") for verdict in ("up", "down"))
    if not (fits(up) and fits(down)):
        return None
    yes, no = words.say("slack.helpful"), words.say("slack.not_helpful")
    if not native:
        return buttons([button(yes, "feedback:up", up), button(no, "feedback:down", down)])
    pair = button(yes, "", up), button(no, "", down)
    positive, negative = ({"text": one["text"], "value": one["value"]} for one in pair)
    element = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": positive,
        "negative_button": negative,
    }
    return {"type": "context_actions", "elements": [element]}


def _with_own(able: list[tuple[Action, str, str]], most: int) -> list[tuple[Action, str, str]]:
    """At most so many; the answer's own, which come last, are always among them."""
    own = [one for one in able if _is_own(one[0].command)]
    return able if len(able) <= most else [*able[: most - len(own)], *own]


def is_data(command: str) -> bool:
    """Whether it opens the rows behind a figure: from a button of its own or from the menu."""
    return command.split(" ", 1)[0] == "/data"


def _is_own(command: str) -> bool:
    return is_data(command) or command.split(" ", 1)[0] == "/again"


def _make_unique(elements: Sequence[Block]) -> None:
    """Ids must differ within a row; the channel reads what stands before the second colon."""
    seen: set[str] = set()
    for number, element in enumerate(elements):
        if element["action_id"] in seen:
            element["action_id"] += f":{number}"
        seen.add(element["action_id"])
