"""What an administrator does, for the chat, the terminal and the web edge alike.

Every act writes its row of the audit log in its own transaction. Whoever calls these functions has
made sure that it is an administrator who asks. All of them raise SourceUnavailable where the bot's
own database does not answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from core.admin import By, Desk
from core.errors import UserError
from core.store import Store, Subscription, Wanted, audit, notices, pauses
from core.store.listing import resend_one
from core.store.notices import Told
from core.store.pauses import Pause

USUAL_PAUSE, LONGEST_PAUSE = timedelta(hours=4), timedelta(hours=72)
LONGEST_NOTICE = 1_000
NOTICE = "notice"
_DRAFT_HOLDS = timedelta(hours=1)
_WORTH_SENDING = timedelta(hours=24)


async def pause(desk: Desk, by: By, hold: timedelta, why: str, now: datetime) -> Pause:
    """Holds back what is sent unasked: all but safety, notices, and changes of what is shown.

    Nothing is lost: rows wait, and those that are too late then end as they always do. Raises
    UserError where it would be too long or has no reason.
    """
    if not timedelta(0) < hold <= LONGEST_PAUSE:
        raise UserError("admin.bad_pause", hours=int(LONGEST_PAUSE.total_seconds() // 3600))
    if not why.strip():
        raise UserError("admin.pause_why")
    held = Pause(now, now + hold, by.user_id, " ".join(why.split())[:200])
    detail = {"until": held.until.isoformat(timespec="minutes"), "why": held.why}

    def write(connection: Connection) -> None:
        pauses.pause(connection, held)
        _record(connection, by, "pause", "", now, detail)

    await desk.opened.write(write)
    return held


async def resume(desk: Desk, by: By, now: datetime) -> bool:
    """Ends the pause; False where there is none."""

    def write(connection: Connection) -> bool:
        running = pauses.pause_at(connection, now) is not None
        pauses.resume(connection)
        if running:
            _record(connection, by, "resume", "", now)
        return running

    return await desk.opened.write(write)


async def resend(desk: Desk, by: By, id: str, now: datetime) -> bool:
    """Lets a delivery that is dead or unknown be sent as if it never had been; False where there is
    none of that id."""
    return await resend_from(desk.opened, by, id, now)


async def resend_from(store: Store, by: By, id: str, now: datetime) -> bool:
    """The same where there is nothing but the store."""

    def write(connection: Connection) -> bool:
        done = resend_one(connection, id, now)
        if done:
            _record(connection, by, "resend", id, now)
        return done

    return await store.write(write)


async def clear_cache(desk: Desk, by: By, now: datetime) -> int:
    """How many answers this process kept. Where the database does not answer it is cleared, but
    not written down."""
    cleared = desk.house.clear_cache()
    await note(desk, by, "cache", "", now)
    return cleared


async def note(desk: Desk, by: By, what: str, subject: str, now: datetime) -> None:
    """Writes down what changes nothing of the store: "access" of a person was looked at."""
    await desk.opened.write(lambda connection: _record(connection, by, what, subject, now))


async def refused(desk: Desk, by: By, now: datetime) -> None:
    """Writes down that somebody asked who is no administrator."""
    entry = audit.Entry(now, by.user_id, by.place, "door.refused", "admin")
    await desk.opened.write(lambda connection: audit.record(connection, entry))


async def draft(desk: Desk, by: By, said: str, now: datetime) -> tuple[Told, int, int]:
    """A notice that `send` sends; how many places get it, and how many of them are one person's.
    Raises UserError for one that is too long."""
    words = " ".join(said.split())
    if not words or len(words) > LONGEST_NOTICE:
        raise UserError("admin.bad_notice", most=LONGEST_NOTICE)
    told = Told(secrets.token_hex(4), now, by.user_id, by.name, words)
    found = _once_each(await desk.opened.subscriptions.all())
    await desk.opened.write(lambda connection: notices.draft(connection, told))
    return told, len(found), sum(one.place.private for one in found)


async def send(desk: Desk, by: By, id: str, now: datetime) -> int:
    """Sends the notice to every place that gets anything unasked, once; to how many. Raises
    UserError where it is no draft any more."""
    store = desk.opened
    found = _once_each(await store.subscriptions.all())

    def write(connection: Connection) -> int:
        told = notices.notice_of(connection, id)
        if told is None or now - told.at > _DRAFT_HOLDS:
            raise UserError("admin.no_draft", id=id[:20])
        if not notices.sent(connection, id, now):
            raise UserError("admin.sent_before")
        wanted = [_wanted(told, one, now) for one in found]
        store.outbox.want(connection, wanted, now)
        _record(connection, by, "broadcast", id, now, {"places": len(wanted), "said": told.said})
        return len(wanted)

    return await store.write(write)


def _once_each(several: Sequence[Subscription]) -> tuple[Subscription, ...]:
    """One subscription of each place, the oldest."""
    return tuple({one.place.room: one for one in reversed(several)}.values())


def _wanted(told: Told, one: Subscription, now: datetime) -> Wanted:
    return Wanted(
        key=f"{NOTICE}:{told.id}:{one.id}",
        place=one.place,
        kind=NOTICE,
        rank=4,
        command=f"/andon {NOTICE} {told.id}",
        user=one.owner,
        language=one.language,
        due_at=now,
        until=now + _WORTH_SENDING,
    )


def _record(
    connection: Connection,
    by: By,
    what: str,
    subject: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    entry = audit.Entry(now, by.user_id, by.place, f"{audit.ADMIN}{what}", subject, detail or {})
    audit.record(connection, entry)
