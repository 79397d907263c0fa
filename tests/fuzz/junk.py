"""What may come from outside: values of every kind, and real documents with a few places spoilt."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.answers import HOSTILE
from tests.data.test_fuzz import NASTY
from tests.slack.test_edge_fuzz import paths

TEXTS = st.sampled_from([*HOSTILE, *NASTY]) | st.text(max_size=30)
NUMBERS = st.sampled_from(
    [0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 10**400, 0.0, -0.0, 0.1, 1e300, -1e300, 5e-324]
)
VALUES = st.one_of(st.none(), st.booleans(), NUMBERS, st.integers(), st.floats(), TEXTS)
ANYTHING = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def spoilt(
    draw: st.DrawFn, document: Mapping[str, Any], anything: st.SearchStrategy[Any] = ANYTHING
) -> dict[str, Any]:
    """The document with up to three places made into anything, taken away, or joined by one that
    is not known."""
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    for _ in range(draw(st.integers(1, 3))):
        if not changed:
            break
        *way, last = draw(st.sampled_from(sorted(paths(changed), key=str)))
        node: Any = changed
        for step in way:
            node = node[step]
        match draw(st.sampled_from(["change", "change", "remove", "add"])):
            case "remove" if isinstance(node, dict):
                del node[last]
            case "add" if isinstance(node, dict):
                node[draw(TEXTS)] = draw(anything)
            case _:
                node[last] = draw(anything)
    return changed
