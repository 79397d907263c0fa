"""How everything is, for a program: the same as `/andon admin` shows, as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from core.admin import Status


def status_json(status: Status) -> dict[str, object]:
    """Times in ISO 8601 in UTC; a part's `problem` is "" while it is well."""
    parts = [{"name": "store", "problem": status.store, "since": None}]
    parts += [
        {"name": one.name, "problem": one.problem, "since": _iso(one.since)}
        for one in (*status.channels, *status.jobs)
    ]
    sources = [
        {
            "name": one.name,
            "problem": one.problem,
            "ms": round(one.seconds * 1000),
            "newest": _iso(one.newest),
        }
        for one in status.sources
    ]
    pause, used = status.pause, status.used
    return {
        "at": _iso(status.at),
        "troubles": status.troubles,
        "parts": parts,
        "sources": sources,
        "deliveries": dict(status.deliveries),
        "alerts": asdict(status.alerts) if status.alerts else None,
        "today": asdict(used) | {"day": used.day.isoformat()} if used else None,
        "pause": {"until": _iso(pause.until), "why": pause.why} if pause else None,
        "errors": [{"at": _iso(one.at), "what": one.what} for one in status.errors],
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
