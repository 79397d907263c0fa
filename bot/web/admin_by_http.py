"""What whoever shows the admin token may see and do: the same words as in chat and terminal."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.at_work import AtWork
from bot.clock import Clock
from core.acts.admin import administered
from core.admin import By, status
from core.answer_json import to_json
from core.errors import SourceUnavailable, UserError
from core.request import Place, Request, User
from core.words import Words

_USER, _PLACE = User("http:admin"), Place("http", "admin")


class AdminByHttp:
    """A bot.web.admin.Admin, for whatever edition is at work. `now` is the plant's time."""

    def __init__(self, at_work: AtWork, now: Clock) -> None:
        self._at_work = at_work
        self._now = now

    @property
    def admin_token(self) -> str:
        return self._at_work.settings.serving.admin_token

    async def status(self) -> dict[str, Any]:
        """Each part with its state, jobs, deliveries, alerts, today's usage and the last errors; as
        JSON, times as ISO 8601."""
        seen = await status(self._at_work.edition.app.desk, self._now())
        told = json.loads(json.dumps(asdict(seen), default=_text))
        return {"readiness": self._at_work.readiness.report(), **told}

    async def reload(self) -> str:
        """Why the settings are not taken as they are now, "" where they are."""
        return await self._at_work.reload()

    async def told(self, said: str) -> tuple[int, dict[str, Any]]:
        """An HTTP status and the answer as JSON to words such as "pause 4 stocktaking"."""
        edition, now = self._at_work.edition, self._now()
        words = Words(edition.settings.language, now)
        text = f"/andon admin {said}".strip()
        request = Request(_USER, _PLACE, text, now)
        try:
            answer = await administered(text, By.of(request), edition.app.desk, request, words)
        except UserError as error:
            return 400, {"error": words.say(error.key, **error.arguments)}
        except SourceUnavailable as error:
            return 503, {"error": f"{error.system}: {error.problem}"}
        return 200, to_json(answer)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return str(value)
