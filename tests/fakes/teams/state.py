"""Who and what there is in the tenant, and what was asked of the connector."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.clock import Clock
from tests.fakes.waiting import Changes

Json = dict[str, Any]
Kind = Literal["personal", "groupChat", "channel"]
APP = "11111111-2222-3333-4444-555555555555"
TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
BOT = f"28:{APP}"


@dataclass(frozen=True, slots=True)
class Person:
    """`id` is what activities name, `object_id` the directory's."""

    id: str
    object_id: str
    name: str
    locale: str = "en-US"
    timezone: str = "America/Chicago"

    @property
    def account(self) -> Json:
        return {"id": self.id, "name": self.name, "aadObjectId": self.object_id}

    @property
    def member(self) -> Json:
        """As the list of members shows a person."""
        mail = f"{self.name.split()[0].lower()}@plant.example"
        return {**self.account, "objectId": self.object_id, "userRole": "user", "email": mail,
                "userPrincipalName": mail, "tenantId": TENANT}  # fmt: skip


@dataclass(slots=True)
class Message:
    """A message of the bot or of a person. `activity` is how it stands now, `revisions` what it
    was before. `thread` is the first message of its thread in a channel."""

    id: str
    conversation: str
    activity: Json
    by_bot: bool
    at: float
    thread: str | None = None
    revisions: list[Json] = field(default_factory=list)
    deleted: bool = False

    @property
    def text(self) -> str:
        return str(self.activity.get("text") or "")

    @property
    def cards(self) -> list[Json]:
        """The Adaptive Cards attached."""
        return [
            one["content"]
            for one in self.activity.get("attachments") or ()
            if one.get("contentType") == "application/vnd.microsoft.card.adaptive"
        ]


@dataclass(slots=True)
class Stream:
    """A message that is being streamed, since `at`; `texts` are its parts, `said` is what of them
    is the message."""

    id: str
    at: float
    sequence: int
    texts: list[str] = field(default_factory=list)
    said: str = ""
    over: bool = False


@dataclass(slots=True)
class Conversation:
    """`gone`: nobody may write any more; the code that the connector then gives."""

    id: str
    kind: Kind
    name: str
    people: list[Person]
    team: str | None = None
    gone: str | None = None
    messages: dict[str, Message] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)
    typing: int = 0


@dataclass(slots=True)
class Call:
    """A request to the connector: its operation, what it held, what was answered."""

    operation: str
    conversation: str
    body: Json
    at: float
    status: int = 0
    fault: str | None = None


class Tenant:
    """People, conversations, calls."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changes = Changes()
        self.conversations: dict[str, Conversation] = {}
        self.people: dict[str, Person] = {}
        self.calls: list[Call] = []
        self._numbers = 1_700_000_000_000

    def new_id(self) -> str:
        """Message ids look like times in milliseconds."""
        self._numbers += 1
        return str(self._numbers)

    def person(self, name: str, locale: str = "en-US", timezone: str = "America/Chicago") -> Person:
        number = self.new_id()
        object_id = f"00000000-0000-0000-0000-{number[-12:]:>012}"
        one = Person(f"29:{number}", object_id, name, locale, timezone)
        self.people[one.id] = one
        return one

    def conversation(self, kind: Kind, name: str, people: Iterable[Person]) -> Conversation:
        number = self.new_id()
        match kind:
            case "personal":
                place = Conversation(f"a:{number}", kind, name, list(people))
            case "groupChat":
                place = Conversation(f"19:{number}@thread.v2", kind, name, list(people))
            case "channel":
                team = f"19:{self.new_id()}@thread.tacv2"
                place = Conversation(f"19:{number}@thread.tacv2", kind, name, list(people), team)
        self.conversations[place.id] = place
        return place

    def personal(self, person: Person) -> Conversation:
        """The one personal chat of the person with the bot."""
        for one in self.conversations.values():
            if one.kind == "personal" and one.people == [person]:
                return one
        return self.conversation("personal", person.name, [person])

    def find(self, conversation: str) -> tuple[Conversation | None, str | None]:
        """The conversation of an id, and the thread that the id names."""
        base, _, thread = conversation.partition(";messageid=")
        return self.conversations.get(base), thread or None

    def add(self, place: Conversation, activity: Json, *, by_bot: bool,
            thread: str | None) -> Message:  # fmt: skip
        message = Message(self.new_id(), place.id, activity, by_bot, self.clock.now(), thread)
        place.messages[message.id] = message
        self.changes.happened()
        return message
