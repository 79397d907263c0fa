"""Actions and handovers as rows of the store, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from core.domain.handing_over import Handover, Signature
from core.domain.periods import Interval
from core.domain.tracking import Standing, Subject, Tracked, Who

Values = dict[str, Any]


def action_row(action: Tracked) -> Values:
    """What may change of an action; see `action_identity` for the rest."""
    return {
        "open_key": action.subject.key if action.is_open else None,
        "state": action.now.state,
        "standing": _standing_json(action.now),
        "before": _standing_json(action.before) if action.before else None,
        "version": action.version,
        "changed_at": action.changed_at,
        "changed_by": action.changed_by,
        "due_at": action.now.due,
        "ended_at": action.now.ended_at,
        "measured_at": action.measured_at,
        "verdict": action.verdict,
    }


def action_identity(action: Tracked) -> Values:
    subject = action.subject
    return {
        "id": action.id,
        "key": subject.key,
        "asset": subject.asset,
        "kind": subject.kind,
        "about": subject.about,
        "plant": action.plant,
        "role": action.role,
        "proposed_at": action.proposed_at,
    }


def action(row: Row[Any]) -> Tracked:
    return Tracked(
        id=row.id,
        subject=Subject(row.asset, row.kind, row.about),
        plant=row.plant,
        role=row.role,
        proposed_at=row.proposed_at,
        now=_standing(row.standing),
        version=row.version,
        before=None if row.before is None else _standing(row.before),
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        measured_at=row.measured_at,
        verdict=row.verdict,
    )


def handover_row(handover: Handover) -> Values:
    """What may change of a handover."""
    return {
        "completed": _signature_json(handover.completed),
        "signed": _signature_json(handover.signed),
        "alone": handover.alone,
        "version": handover.version,
        "escalated_at": handover.escalated_at,
    }


def handover_identity(handover: Handover) -> Values:
    return {
        "id": handover.id,
        "scope": " ".join(handover.scope),
        "plant": handover.plant,
        "shift": handover.shift,
        "start": handover.interval.start,
        "end": handover.interval.end,
    }


def handover(row: Row[Any]) -> Handover:
    return Handover(
        id=row.id,
        scope=tuple(row.scope.split()),
        plant=row.plant,
        shift=row.shift,
        interval=Interval(row.start, row.end),
        completed=_signature(row.completed),
        signed=_signature(row.signed),
        alone=row.alone,
        version=row.version,
        escalated_at=row.escalated_at,
    )


# --- values inside a row ---------------------------------------------------------------------


def _standing_json(standing: Standing) -> Values:
    return {
        "state": standing.state,
        "owner": _who_json(standing.owner) if standing.owner else None,
        "due": _iso(standing.due),
        "carried": standing.carried,
        "why": _clean(standing.why),
        "taken_at": _iso(standing.taken_at),
        "ended_at": _iso(standing.ended_at),
    }


def _standing(stored: Mapping[str, Any]) -> Standing:
    return Standing(
        state=stored["state"],
        owner=_who(stored["owner"]) if stored["owner"] else None,
        due=_instant(stored["due"]),
        carried=stored["carried"],
        why=stored["why"],
        taken_at=_instant(stored["taken_at"]),
        ended_at=_instant(stored["ended_at"]),
    )


def _signature_json(signature: Signature | None) -> Values | None:
    if signature is None:
        return None
    return {"who": _who_json(signature.who), "at": signature.at.isoformat()}


def _signature(stored: Mapping[str, Any] | None) -> Signature | None:
    if stored is None:
        return None
    return Signature(_who(stored["who"]), datetime.fromisoformat(stored["at"]))


def _who_json(who: Who) -> Values:
    return {"id": who.id, "name": _clean(who.name), "place": who.place}


def _who(stored: Mapping[str, Any]) -> Who:
    return Who(stored["id"], stored["name"], stored["place"])


def _clean(text: str) -> str:
    """Postgres takes neither NUL nor half a surrogate pair in JSON."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{SYMBOL FOR NULL}")


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
