"""Commands about an answer that was given, and about what the asker chose for themselves."""

from __future__ import annotations

from core import replay
from core.acts.action import action
from core.acts.admin import notice
from core.acts.alert import alert
from core.acts.choices import choices, subject
from core.acts.feedback import feedback
from core.acts.forget import forget, is_forget
from core.acts.handover import handover, in_thread, note
from core.acts.remember import remember, told
from core.acts.report import briefing, summary
from core.acts.subscribe import subscriptions
from core.acts.subscribe_words import act_of, in_words
from core.admin_acts import NOTICE
from core.answer import Answer
from core.answer_json import from_json
from core.answering import Answering
from core.asking import Asking
from core.kept import Kept, stands_in
from core.prompts import prompts

_OF_THE_SHIFT = {
    "/action": action,
    "/alert": alert,
    "/briefing": briefing,
    "/handover": handover,
    "/summary": summary,
}


async def own_command(text: str, asking: Asking, kept: Kept, answering: Answering) -> Answer | None:
    """The answer to such a command; None for anything else. Raises UserError, NoData,
    SourceUnavailable."""
    request, words = asking.request, asking.words
    command, _, rest = text.partition(" ")
    match command.lower():
        case "/data" | "/again" | "/show" | "/share":
            return await _replayed(command.lower(), text, asking, kept, answering)
        case "/feedback":
            return await feedback(text, request, kept, words)
        case "/andon" if rest.strip() == "prompts":
            return prompts(request.user, asking.installation, asking.access, request.now, words)
        case "/andon" if rest.startswith(f"{NOTICE} "):
            return await notice(rest.split()[1], kept.store, words)
        case "/andon" if subject(text):
            return await choices(text, request, kept, asking.installation, asking.access, words)
        case "/andon" if is_forget(text):
            return await forget(text, asking, kept)
        case "/andon" if act_of(text):
            return await subscriptions(text, asking, kept)
        case _ if request.addressed and (said := in_words(text)):
            return await subscriptions(said, asking, kept)
        case shift if shift in _OF_THE_SHIFT:
            return await _OF_THE_SHIFT[shift](rest, asking, answering)
        case _ if said := await in_thread(text, request, kept):
            return await note(said, asking, answering)
        case _ if request.addressed and (said := told(text)):
            return await remember(said, asking, kept)
        case _:
            return None


async def _replayed(
    command: str, text: str, asking: Asking, kept: Kept, answering: Answering
) -> Answer:
    """What is asked of an answer that was given: its rows, what changed, all of it, or the same
    for another audience."""
    place = asking.request.place
    stored = await replay.stored_answer(text, asking.request, kept)
    match command:
        case "/data":
            return await replay.data(text, stored, answering.context(asking))
        case "/show" if place.private or stands_in(stored, place):
            await kept.resume(asking.request, stored)
            return from_json(stored.answer)
    now = await answering.all_of(replay.again(stored), asking)
    return replay.compared(stored, now, asking.words) if command == "/again" else now
