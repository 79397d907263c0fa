"""What live data says of assets, in words and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from core.answer import Part
from core.measures.live_states import State
from core.tables import table, texts
from core.words import Words


def named(state: str, words: Words) -> str:
    """A state that is known in the reader's language, another as it is recorded."""
    key = f"production_status.state_{state}"
    return words.say(key) if words.has(key) else state or words.unknown


def counted(states: Sequence[State], words: Words) -> str:
    """ "3 × running and 1 × stopped" """
    counts = Counter(state.state for state in states)
    return words.joined([f"{n}\u00a0× {named(state, words)}" for state, n in counts.most_common()])


def listed(
    states: Sequence[State], most: int, zone: str, cites: tuple[int, ...], words: Words
) -> tuple[Part, ...]:
    """Those that do not run first; of a feed that is silent its last moment."""

    def since(state: State) -> str:
        if state.stale is not None:
            moment = words.moment(state.stale, zone)
            return words.say("asset_lookup.silent_since", clock=moment)
        return words.moment(state.since, zone) if state.since else ""

    def shown(state: State) -> str:
        return named(state.state, words) if state.stale is None else words.unknown

    rest = len(states) - most
    return table(
        sorted(states, key=lambda s: (s.stale is not None, s.is_running))[:most],
        texts(words.say("common.asset"), lambda s: s.asset.name),
        texts(words.say("common.state"), shown),
        texts(words.say("asset_lookup.since"), since),
        title=words.say("asset_lookup.states"),
        cites=cites,
        more=words.say("common.more", n=rest) if rest > 0 else "",
    )
