"""What Slack sends: one value for both ways, HTTP and Socket Mode.

docs.slack.dev/apis/events-api (event_callback), …/interactivity/implementing-slash-commands (a
form), …/reference/interaction-payloads (a form with one field `payload`).
"""

import json
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

Json = dict[str, Any]
EnvelopeKind = Literal["events_api", "slash_commands", "interactive", "url_verification"]


class NotDelivered(LookupError):
    """Slack would not tell the app of this: no subscription, no scope, not a member, or not in
    the manifest."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing to deliver. Deliver it again and it is the same one: same event_id, same trigger.

    `place` is where an ack's body is shown: channel, user and thread of a command.
    """

    kind: EnvelopeKind
    payload: Json
    place: tuple[str, str] | None = None
    view: str | None = None

    @property
    def retried(self) -> bool:
        """Slack retries events, never commands and clicks."""
        return self.kind == "events_api"

    @property
    def takes_answer(self) -> bool:
        return self.kind in ("slash_commands", "interactive")

    def body(self) -> tuple[bytes, str]:
        """The raw HTTP body and its content type."""
        if self.kind in ("events_api", "url_verification"):
            return json.dumps(self.payload).encode(), "application/json"
        form = self.payload if self.kind == "slash_commands" else {"payload": self._json()}
        return urlencode(form).encode(), "application/x-www-form-urlencoded"

    def _json(self) -> str:
        return json.dumps(self.payload)


@dataclass(slots=True)
class Ack:
    """What came back for one delivery.

    status: HTTP status (200 for an acked socket envelope); None: nothing came in time, or the
        connection broke; `problem` says which, in the words of x-slack-retry-reason.
    body: JSON as an object, else the text. seconds: real time until the answer.
    attempts: deliveries until this answer (1 = no retry was needed).
    refused: why Slack would not show the body (a bad block in it), where it had one.
    """

    envelope: Envelope
    status: int | None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    attempts: int = 1
    problem: str | None = None
    refused: Json | None = None

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
