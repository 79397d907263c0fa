"""A stored alert as a card, for whoever asks for it."""

from __future__ import annotations

from sqlalchemy import Connection

from core.alerts.card import Card
from core.alerts.reasons import HISTORY, likely_reasons
from core.alerts.snapshot import STOPS
from core.answer import Answer, Notice
from core.asking import Asking
from core.context import ToolContext
from core.store import stop_reasons
from core.store.alerts import StoredAlert, alert_of
from core.store.stop_reasons import StopReason

_USUAL = 6
_Beside = tuple[StopReason | None, dict[str, int], StoredAlert | None]


async def card_of(shown: StoredAlert, asking: Asking, context: ToolContext) -> Card:
    """Raises SourceUnavailable where the store does not answer; without the plant's data only the
    likely reasons are missing."""
    installation, now = asking.installation, asking.request.now

    def read(connection: Connection) -> _Beside:
        stop = str(shown.facts.get("subject", ""))
        given = stop_reasons.reason_of(connection, shown.asset, stop)
        usual = stop_reasons.usual(connection, shown.asset, now - HISTORY, _USUAL)
        cause = alert_of(connection, shown.suppressed_by) if shown.suppressed_by else None
        return given, usual, cause

    given: StopReason | None = None
    cause: StoredAlert | None = None
    likely: tuple[str, ...] = ()
    if context.store is not None and (shown.rule in STOPS or shown.suppressed_by):
        given, usual, cause = await context.store.read(read)
        if shown.rule in STOPS and given is None:
            asset, said = installation.hierarchy[shown.asset], shown.facts.get("about")
            likely = await likely_reasons(context, asset, usual, said)
    return Card(
        shown,
        asking.words,
        installation.hierarchy,
        asking.access,
        installation.plants[shown.plant].zone,
        now,
        given,
        likely,
        cause,
    )


def refused(card: Card) -> Answer:
    """It was changed since the clicker saw it: nothing was done, here is how it stands."""
    return Answer("decline", (Notice(card.words.say("alert_card.stale_card")), *card.parts))
