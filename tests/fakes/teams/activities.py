"""What Teams sends to a bot: the forms of learn.microsoft.com's pages on conversations, invokes
and conversation events."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.teams.state import BOT, TENANT, Conversation, Json, Message, Person, Tenant

BOT_NAME = "Andon"


class Activities:
    """Each method gives an activity that is not sent yet: `FakeTeams.deliver` does that."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.service_url = ""

    def message(
        self,
        person: Person,
        place: Conversation,
        text: str,
        *,
        mention: bool | None = None,
        thread: Message | str | None = None,
        **more: Any,
    ) -> Json:
        """Something written. Outside a personal chat Teams brings only what mentions the bot; the
        mention is put before the text, unless `mention` is False."""
        mentioned = place.kind != "personal" if mention is None else mention
        name = f"<at>{BOT_NAME}</at>"
        body = {
            **self._base("message", person, place, thread=thread),
            "text": f"{name} {text}" if mentioned else text,
            "textFormat": "plain",
            "attachments": [{"contentType": "text/html", "content": f"<div>{text}</div>"}],
            **more,
        }
        if mentioned:
            who = {"id": BOT, "name": BOT_NAME}
            body["entities"].append({"type": "mention", "text": name, "mentioned": who})
        said = self._tenant.add(place, body, by_bot=False, thread=_thread_of(thread))
        body["id"] = said.id
        if place.kind == "channel" and thread is None:
            body["conversation"]["id"] = f"{place.id};messageid={said.id}"
        return body

    def edit(self, person: Person, place: Conversation, sent: Json, text: str) -> Json:
        """A message written before, with another text."""
        data = {**sent["channelData"], "eventType": "editMessage"}
        return {**self._base("messageUpdate", person, place), "id": sent["id"], "text": text,
                "conversation": sent["conversation"], "channelData": data,
                "entities": sent["entities"]}  # fmt: skip

    def submit(self, person: Person, message: Message, place: Conversation, data: Any) -> Json:
        """Action.Submit: a message with a value and no text."""
        body = self._base("message", person, place, thread=_thread_of(message.thread))
        return {**body, "value": data, "replyToId": message.id, "id": self._tenant.new_id()}

    def execute(
        self, person: Person, message: Message, place: Conversation, verb: str, data: Any,
        *, trigger: str = "manual",
    ) -> Json:  # fmt: skip
        """Action.Execute: adaptiveCard/action; `trigger` "automatic" is a card's refresh."""
        action = {"type": "Action.Execute", "verb": verb, "data": data}
        value = {"action": action, "trigger": trigger}
        return self.invoke("adaptiveCard/action", person, place, value, message)

    def task(
        self, person: Person, place: Conversation, data: Any, *, submit: bool = False,
        message: Message | None = None,
    ) -> Json:  # fmt: skip
        """A dialog is asked for, or handed in."""
        value = {"data": data, "context": {"theme": "default"}}
        name = "task/submit" if submit else "task/fetch"
        return self.invoke(name, person, place, value, message)

    def feedback(
        self, person: Person, message: Message, place: Conversation, reaction: str, text: str = ""
    ) -> Json:
        """A thumb under a message: `reaction` is like or dislike."""
        said = {"reaction": reaction, "feedback": f'{{"feedbackText":"{text}"}}'}
        value = {"actionName": "feedback", "actionValue": said}
        return self.invoke("message/submitAction", person, place, value, message)

    def invoke(
        self, name: str, person: Person, place: Conversation, value: Any,
        message: Message | None = None,
    ) -> Json:  # fmt: skip
        thread = _thread_of(message.thread or message.id) if message else None
        body = self._base("invoke", person, place, thread=thread)
        reply = {"replyToId": message.id} if message else {}
        return {**body, **reply, "name": name, "value": value,
                "id": f"f:{self._tenant.new_id()}"}  # fmt: skip

    def members_added(
        self, person: Person, place: Conversation, added: Sequence[Person] = ()
    ) -> Json:
        """People came, or (nobody named) the bot itself."""
        ids = [{"id": one.id, "aadObjectId": one.object_id} for one in added] or [{"id": BOT}]
        return {**self._event("conversationUpdate", person, place), "membersAdded": ids}

    def members_removed(
        self, person: Person, place: Conversation, removed: Sequence[Person] = ()
    ) -> Json:
        ids = [{"id": one.id, "aadObjectId": one.object_id} for one in removed] or [{"id": BOT}]
        return {**self._event("conversationUpdate", person, place), "membersRemoved": ids}

    def installed(self, person: Person, place: Conversation, action: str = "add") -> Json:
        """`action`: add, remove, add-upgrade or remove-upgrade."""
        return {**self._event("installationUpdate", person, place), "action": action}

    def _event(self, kind: str, person: Person, place: Conversation) -> Json:
        return {**self._base(kind, person, place), "id": f"f:{self._tenant.new_id()}"}

    def _base(
        self, kind: str, person: Person, place: Conversation,
        *, thread: Message | str | None = None,
    ) -> Json:  # fmt: skip
        at = datetime.fromtimestamp(self._tenant.clock.now(), UTC)
        root = _thread_of(thread)
        in_thread = place.kind == "channel" and root is not None
        conversation: Json = {
            "id": f"{place.id};messageid={root}" if in_thread else place.id,
            "conversationType": place.kind,
            "tenantId": TENANT,
        }
        if place.kind != "personal":
            conversation["isGroup"] = True
        return {
            "type": kind,
            "id": self._tenant.new_id(),
            "timestamp": at.isoformat().replace("+00:00", "Z"),
            "localTimestamp": at.astimezone(ZoneInfo(person.timezone)).isoformat(),
            "localTimezone": person.timezone,
            "serviceUrl": self.service_url,
            "channelId": "msteams",
            "from": person.account,
            "conversation": conversation,
            "recipient": {"id": BOT, "name": BOT_NAME},
            "entities": [{"type": "clientInfo", "locale": person.locale, "country": "US",
                          "platform": "Web", "timezone": person.timezone}],
            "channelData": _channel_data(place),
            "locale": person.locale,
        }  # fmt: skip


def _channel_data(place: Conversation) -> Json:
    data: Json = {"tenant": {"id": TENANT}}
    if place.kind == "channel":
        data |= {"team": {"id": place.team}, "channel": {"id": place.id}}
    return data


def _thread_of(thread: Message | str | None) -> str | None:
    return (thread.thread or thread.id) if isinstance(thread, Message) else thread
