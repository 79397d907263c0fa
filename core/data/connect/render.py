"""A proposal as a commented plant.toml."""

from __future__ import annotations

import json
import re

from core.data.connect.proposal import Choice, FactProposal, Given, Proposal, ShiftGuess
from core.data.connect.survey import SAMPLE_ROWS
from core.database_url import database_url

_BARE = re.compile(r"[A-Za-z0-9_-]+$")
_WIDTH = 44


def render(proposal: Proposal) -> str:
    """The text of a plant.toml that core.data.mapping reads as it stands."""
    blocks = [
        _head(proposal),
        _source(proposal),
        _plants(proposal),
        _assets(proposal),
        *(_fact(fact, proposal) for fact in proposal.facts),
        _tail(proposal),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(proposal: Proposal) -> str:
    return _comment(
        f"Proposed by `andon connect` from {proposal.source}, read-only, from at most "
        f"{SAMPLE_ROWS:,} rows a table.\n"
        "Each line says how sure the choice is (sure, likely, guess) and why.\n"
        "Correct what is wrong, then let `andon check` prove it."
    )


def _source(proposal: Proposal) -> str:
    lines = ["[source]", f"url = {_text(proposal.url)}"]
    if database_url(proposal.url, "url").password:
        lines.insert(0, "# The address holds a password: keep this file to yourself.")
    return "\n".join(lines)


def _plants(proposal: Proposal) -> str:
    if proposal.zone_given:
        said = "as given"
    elif any(fact.local_times and not fact.utc_evidence for fact in proposal.facts):
        said = "check this: no database tells its wall clock's zone; `--zone America/Chicago` does"
    else:
        said = "check this: the zone of the plant's days and shifts"
    blocks = []
    for name in proposal.plants:
        lines = [f"[plants.{_key(name)}]", _line(f"zone = {_text(proposal.zone)}", said)]
        if not proposal.shifts:
            lines.append(f"# {_without_shifts(proposal)}")
        blocks += ["\n".join(lines), *(_shift(shift, name) for shift in proposal.shifts)]
    return "\n\n".join(blocks)


def _without_shifts(proposal: Proposal) -> str:
    if proposal.fact("calendar") is not None:
        return "The shifts come from the calendar."
    return "No shifts were found: production days run from midnight to midnight."


def _shift(shift: ShiftGuess, plant: str) -> str:
    said = f"{shift.confidence}: {shift.evidence}"
    lines = [
        f"[[plants.{_key(plant)}.shifts]]",
        _line(f"name = {_text(shift.name)}", said),
        f"start = {shift.start}:00",
        f"end = {shift.end}:00",
    ]
    if shift.days:
        days = ", ".join(map(_text, shift.days))
        lines.append(_line(f"days = [{days}]", "guess: hardly any rows lie on other weekdays"))
    return "\n".join(lines)


def _assets(proposal: Proposal) -> str:
    if not proposal.assets:
        return ""
    lines = [
        _comment(
            f"Assets: {proposal.assets_evidence}.\n"
            "Worth adding where known: parent, ideal_rate (pieces per minute), cost_center,\n"
            "unit, constraint, output_point."
        )
    ]
    for asset in proposal.assets:
        lines += ["[[assets]]", f"id = {_text(asset.id)}"]
        lines += [f"name = {_text(asset.name)}"] if asset.name else []
        lines += [f"kind = {_text(asset.kind)}", f"plant = {_text(proposal.plants[0])}"]
        lines += [_line(f"key = {_text(asset.key)}", "as the tables hold it")] if asset.key else []
        lines.append("")
    return "\n".join(lines).rstrip()


def _fact(fact: FactProposal, proposal: Proposal) -> str:
    lines = [_comment(f"{fact.fact}: {fact.confidence}. {fact.evidence}.")]
    lines += [_comment(f"not taken: {other}") for other in fact.others]
    lines += [f"[facts.{fact.fact}]", f"table = {_text(fact.table)}"]
    lines += _times(fact, proposal)
    if fact.where:
        lines.append(f"where = {_text(fact.where)}")
    if fact.rows_are == "sums":
        lines.append(
            _line('rows_are = "sums"', "sums per row, no single stops: no counts, no MTBF")
        )
    if fact.longest_days is not None:
        said = "the longest row that was seen, rounded up"
        lines.append(_line(f'longest = "{fact.longest_days}d"', said))
    lines += ["", f"[facts.{fact.fact}.columns]", *map(_choice, fact.choices), *_losses(fact)]
    return "\n".join(lines)


def _times(fact: FactProposal, proposal: Proposal) -> list[str]:
    if not fact.local_times:
        return []
    if fact.utc_evidence:
        return [_line('time_zone = "UTC"', f"sure: {fact.utc_evidence}")]
    said = (
        "likely: times without a zone are the plant's wall clock; check that they are not UTC"
        if proposal.zone_given
        else "check this: times without a zone, taken as UTC"
    )
    return [_line(f"time_zone = {_text(proposal.zone)}", said)]


def _losses(fact: FactProposal) -> list[str]:
    if fact.fact != "downtime":
        return []
    if not fact.losses and not fact.unguessed:
        has_loss = fact.choice("loss") is not None
        return [] if has_loss else ["# No reasons were found: every stop stays unclassified."]
    lines = ["", "# Guessed from the reasons' words; everything not listed is unclassified.",
             "# One of breakdown, setup, minor, blocked, starved, no_order, planned, unclassified.",
             f"[facts.{fact.fact}.losses]"]  # fmt: skip
    lines += [
        _line(f"{_text(guess.key)} = {_text(guess.loss)}", f"guess: “{guess.word}”")
        for guess in fact.losses
    ]
    lines += [f'# {_text(key)} = "unclassified"  # no word tells' for key in fact.unguessed]
    return lines


def _tail(proposal: Proposal) -> str:
    said: list[str] = []
    if proposal.unused:
        said.append(f"Tables that no fact needs: {', '.join(proposal.unused)}.")
    if proposal.unread:
        said.append(f"Could not be read: {', '.join(proposal.unread)}.")
    if proposal.left_out:
        said.append(f"{proposal.left_out} more tables were not looked at.")
    return "\n".join(map(_comment, said))


# --- TOML ------------------------------------------------------------------------------------


def _choice(choice: Choice) -> str:
    return _line(
        f"{choice.logical} = {_given(choice.given)}", f"{choice.confidence}: {choice.evidence}"
    )


def _given(given: Given) -> str:
    if isinstance(given, str):
        return _text(given)
    inside = ", ".join(
        f"{name} = {_text(value) if isinstance(value, str) else value}"
        for name, value in given.items()
    )
    return f"{{ {inside} }}"


def _line(code: str, said: str) -> str:
    return f"{code:<{_WIDTH}}  # {_clean(said)}"


def _comment(text: str) -> str:
    return "\n".join(f"# {_clean(line)}" for line in text.split("\n"))


def _key(name: str) -> str:
    return name if _BARE.match(name) else _text(name)


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _clean(text: str) -> str:
    """Fit for a comment: names come from a stranger's database."""
    return "".join(c if c.isprintable() else "·" for c in text)
