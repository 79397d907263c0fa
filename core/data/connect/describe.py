"""A chosen table as a fact of plant.toml: its columns, times and reasons, with the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from core.data.connect import grain, links, times
from core.data.connect.candidates import DAY_MINUTES, Candidate
from core.data.connect.choices import choices_of
from core.data.connect.names import table_fit, tokens
from core.data.connect.proposal import Choice, Confidence, FactProposal
from core.data.connect.reasons import guess_losses, is_loss_column
from core.data.connect.survey import Surveyor, TableLook
from core.data.schema import LOSSES, SCHEMA

_MOST_REASONS = 60
_MOST_OTHERS = 3


def described(
    found: Candidate,
    ranked: Sequence[Candidate],
    tables: Sequence[TableLook],
    surveyor: Surveyor,
) -> FactProposal:
    """The proposal for one fact; `ranked` holds all that would have done, the best first."""
    others = [
        other
        for other in ranked
        if other.fact == found.fact and other.table.name != found.table.name
    ]
    made = FactProposal(
        fact=found.fact,
        table=found.table.name,
        confidence=_confidence(found),
        evidence=_evidence(found),
        choices=choices_of(found, surveyor.dialect, surveyor.quoted),
        others=tuple(_against(other, found) for other in others[:_MOST_OTHERS]),
    )
    made = _with_times(made, found)
    return _with_reasons(made, found, tables, surveyor) if found.fact == "downtime" else made


def _confidence(found: Candidate) -> Confidence:
    if found.table.rows == 0:
        return "guess"
    named = table_fit(found.table.name, found.fact) >= 0.6 and not found.sums
    key = {"production": ("start", "total_units"), "downtime": ("start",)}.get(
        found.fact, SCHEMA[found.fact].required
    )
    clear = all(name in found.roles and found.roles[name].score >= 0.65 for name in key)
    if found.fact == "downtime" and "asset" not in found.roles:
        clear = clear and named  # times and a reason alone are not yet a machine's stop
    return "sure" if named and clear else "likely" if named or clear else "guess"


def _evidence(found: Candidate) -> str:
    parts = ", ".join(found.roles)
    if found.table.rows == 0:
        return f"empty: only names and types speak for it ({parts})"
    return f"{found.table.rows:,}{'' if found.table.whole else '+'} rows; found {parts}"


def _against(other: Candidate, chosen: Candidate) -> str:
    """Why a table that would do was not taken."""
    missing = [name for name in chosen.roles if name not in other.roles]
    gaps = [
        f"{role.look.name} empty in {1 - role.look.filled:.0%}"
        for role in other.roles.values()
        if role.look.filled < 0.99
    ]
    why = [f"no {', '.join(missing[:4])}"] if missing else []
    said = "; ".join([*why, *gaps[:2], *_totals(other, chosen)])
    return f"{other.table.name} ({said or 'fewer fitting columns'})"


def _totals(other: Candidate, chosen: Candidate) -> list[str]:
    """Both tables' counts, where the whole of both was seen and they differ."""
    there, here = other.look("total_units"), chosen.look("total_units")
    if there is None or here is None or not (other.table.whole and chosen.table.whole):
        return []
    sums = [sum(n for n in role.look.numbers if n is not None) for role in (there, here)]
    return [f"counts {sums[0]:,.0f} against {sums[1]:,.0f} here"] if sums[0] != sums[1] else []


def _with_times(fact: FactProposal, found: Candidate) -> FactProposal:
    """Whether the fact's times need a zone, and how long its longest rows are."""
    kinds = SCHEMA[found.fact].columns
    local = [
        role.look.name
        for name, role in found.roles.items()
        if kinds.get(name) == "time" and role.form is not None and role.form not in times.IN_UTC
    ]
    in_utc = [name for name in local if {"utc", "gmt"} & set(tokens(name))]
    lengths = [n for n in grain.spans(found.look("start"), found.look("end")) if n]
    days = int(max(lengths, default=0) / DAY_MINUTES) + 1
    return replace(
        fact,
        local_times=bool(local),
        utc_evidence=f"{', '.join(local)} says so" if local and local == in_utc else "",
        longest_days=days if days > SCHEMA[found.fact].longest.days else None,
    )


# --- stops -----------------------------------------------------------------------------------


def _with_reasons(
    fact: FactProposal, found: Candidate, tables: Sequence[TableLook], surveyor: Surveyor
) -> FactProposal:
    if found.sums:
        column = surveyor.quoted(found.roles["minutes"].look.name)
        fact = replace(fact, rows_are="sums", where=f"{column} > 0")
    loss = found.look("loss")
    if loss is not None:
        if is_loss_column(map(str, loss.look.known), LOSSES):
            return fact
        fact = replace(fact, choices=tuple(c for c in fact.choices if c.logical != "loss"))
    key = found.look("reason_code") or found.look("reason")
    if key is None:
        return fact
    codes = surveyor.distinct(found.table.name, key.look.name)[:_MOST_REASONS]
    texts = _texts_beside(found)
    lookup = None if texts else _lookup(found, codes, tables)
    if lookup is not None:
        fact = replace(fact, choices=(*fact.choices, _joined(lookup, found, surveyor)))
        texts = dict(lookup.texts)
    losses, unguessed = guess_losses({code: texts.get(code, code) for code in codes})
    return replace(fact, losses=losses, unguessed=unguessed)


def _texts_beside(found: Candidate) -> dict[str, str]:
    """Code → code and text, where the same rows hold both."""
    code, text = found.look("reason_code"), found.look("reason")
    if code is None or text is None:
        return {}
    pairs = Counter(zip(code.look.values, text.look.values, strict=True))
    return {str(c): f"{c} {t}" for (c, t), _ in reversed(pairs.most_common())}


def _lookup(
    found: Candidate, codes: Sequence[str], tables: Sequence[TableLook]
) -> links.Lookup | None:
    if found.look("reason_code") is None or found.look("reason") is not None:
        return None
    return links.reason_table(tables, codes, {found.table.name})


def _joined(lookup: links.Lookup, found: Candidate, surveyor: Surveyor) -> Choice:
    """The text of a code from its own table: a subquery that the mapping can hold."""
    there, here = lookup.table.split("."), found.table.name.split(".")
    quote, code = surveyor.quoted, found.roles["reason_code"].look.name
    expression = (
        f"SELECT {quote(*there, lookup.text)} FROM {quote(*there)} "  # noqa: S608 - quoted names
        f"WHERE {quote(*there, lookup.code)} = {quote(*here, code)}"
    )
    said = f"the codes' texts stand in {lookup.table}"
    return Choice("reason", {"expression": f"({expression})"}, "likely", said)
