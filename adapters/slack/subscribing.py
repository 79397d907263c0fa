"""The form in which somebody chooses what comes to a place by itself."""

from __future__ import annotations

from adapters.seal import Seal
from adapters.slack.ask import Ask
from adapters.slack.dialogs import Dialogs
from adapters.slack.inbound import NAME, Clicked, Submitted, Target
from adapters.slack.limits import Block
from adapters.slack.modals import AREAS, entry, error_view, loading_view, modal, several
from adapters.subscription_form import Form, chosen, form_in
from core.answer import Answer
from core.answer_text import as_text
from core.request import Language, Place
from core.words import Words

SUBSCRIPTION = "subscription"  # callback id
KINDS = "kinds"
_CHECKBOXES = 10


class Subscribing:
    """The form belongs to the place it was asked for in, and is sent off with the rights of whoever
    does so. Raises Refused, Unreachable and OutcomeUnknown."""

    def __init__(self, dialogs: Dialogs, seal: Seal, ask: Ask) -> None:
        self._dialogs = dialogs
        self._seal = seal
        self._ask = ask

    async def open(self, clicked: Clicked, command: str, place: Place) -> None:
        """Shows the form that the answer to the `command` makes. Raises TooLate."""
        language = await self._ask.language(clicked.author)
        view = await self._dialogs.open(clicked, loading_view(language))
        answer = await self._ask.answer(clicked.author, command, place, typed=False)
        form = form_in(answer)
        if form is None:
            await self._dialogs.fill(view, error_view(as_text(answer), answer.language))
            return
        room = place.room
        url = clicked.reply_url or clicked.target.response_url
        carried = (room.address, "private" if room.private else "", clicked.target.channel, url)
        state = self._seal.close("\n".join((*carried, form.id)))
        await self._dialogs.fill(view, subscription_view(form, answer.language, state=state))

    async def submitted(self, sent: Submitted) -> tuple[Target, Answer] | None:
        """Subscribes as was chosen; what there is to say, and where the person alone reads it."""
        address, *rest = (self._seal.open(sent.state) or "").split("\n")
        if len(rest) != 4:
            return None
        private, channel, url, id = rest
        place = Place(NAME, address, private=bool(private))
        areas, kinds = (tuple(sent.values.get(name) or ()) for name in (AREAS, KINDS))
        command = chosen(id, areas, kinds)
        answer = await self._ask.answer(sent.author, command, place, typed=False)
        return Target(channel, place, response_url=url), answer


def subscription_view(form: Form, language: Language, *, state: str) -> Block:
    """Places and kinds; without a kind there is nothing to come."""
    words = Words(language)
    places = several("multi_static_select", AREAS, tuple(form.places.items()), form.chosen)
    offered = tuple(form.kinds.items())[:_CHECKBOXES]
    kinds = several("checkboxes", KINDS, offered, form.chosen_kinds)
    hint = words.say("chat.subscription_areas_hint")
    asked = [entry(words.say("chat.subscription_areas"), places, hint)] if form.places else []
    asked.append(entry(words.say("chat.subscription_kinds"), kinds))
    title, save = words.say("chat.subscription_title"), words.say("slack.save")
    return modal(title, asked, words, state, submit=save, callback=SUBSCRIPTION)
