"""`/alert ID reason jam`: a stop's reason by a word of it, `=` before it as it stands."""

from __future__ import annotations

from dataclasses import dataclass

from core.acts.alert_cards import card_of
from core.alerts.reasons import matching_reasons
from core.answer import Action, Actions, Answer, Notice, Text
from core.asking import Asking
from core.context import ToolContext
from core.store.alerts import StoredAlert

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Reason:
    text: str


async def chosen_reason(
    said: str, shown: StoredAlert, asking: Asking, context: ToolContext
) -> Reason | Answer:
    """The one that is meant, or those to choose from. Raises SourceUnavailable."""
    asset, words = asking.installation.hierarchy[shown.asset], asking.words
    if said.startswith("="):
        return Reason(said[1:].strip()[:_LONGEST])
    if not said:
        likely = (await card_of(shown, asking, context)).likely
        ask = Text(words.say("alert_card.reason_ask", asset=asset.name, id=shown.id))
        return Answer("clarify", (ask, *_buttons(likely, shown)))
    found = await matching_reasons(context, asset, said)
    exact = next((reason for reason in found if reason.casefold() == said.casefold()), None)
    if exact is not None:
        return Reason(exact)
    as_said = Action(
        words.say("alert_card.reason_as_said", said=said[:40]),
        f"/alert {shown.id} reason v{shown.version} ={said[:_LONGEST]}",
    )
    if not found:
        none = Notice(words.say("alert_card.reason_none", said=said[:40]), "neutral")
        ask = Text(words.say("alert_card.reason_ask", asset=asset.name, id=shown.id))
        return Answer("clarify", (ask, none, Actions((as_said,))))
    ask = Text(words.say("alert_card.reason_found", asset=asset.name))
    return Answer("clarify", (ask, *_buttons(found, shown, as_said)))


def _buttons(reasons: tuple[str, ...], shown: StoredAlert, *more: Action) -> tuple[Actions, ...]:
    own = f"/alert {shown.id} reason v{shown.version}"
    offered = (*(Action(reason[:75], f"{own} ={reason}") for reason in reasons), *more)
    return (Actions(offered),) if offered else ()
