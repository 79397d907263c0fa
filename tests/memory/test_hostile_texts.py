"""The embedding runs C code on what people type: whatever that is, the process lives."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata

import pytest

from core.memory import Embedder

LIGATURE = "\ufdfa"  # one character, which the model's table spells out as 18
IN_A_PROCESS = """
import sys
from core.memory import Embedder
embedder = Embedder(None)
for text in sys.argv[1:]:
    for doing in ("search", "add"):
        vector = embedder.embed(text, doing)
        assert len(vector) == 384 and abs(sum(x * x for x in vector) - 1) < 1e-3, vector
"""


@pytest.mark.parametrize(
    "text",
    [LIGATURE * 300, f"why {LIGATURE * 4}" * 60, "", " " * 300, "\u0300" * 300, "\U0010ffff" * 300],
    ids=["ligatures", "among words", "nothing", "blanks", "accents", "private use"],
)
def test_no_text_ends_the_process(text: str) -> None:
    """In a process of its own, which looks after its heap: it would take this one with it."""
    environ = os.environ | {"MALLOC_CHECK_": "3", "MALLOC_PERTURB_": "165"}
    command = [sys.executable, "-c", IN_A_PROCESS, text]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]


def test_no_other_character_is_spelt_out_in_more_than_there_is_room_for() -> None:
    """Four code points a byte; the model's table is that of NFKC."""
    every = map(chr, (n for n in range(1, sys.maxunicode + 1) if not 0xD800 <= n < 0xE000))
    long = [c for c in every if len(unicodedata.normalize("NFKC", c)) > 4 * len(c.encode())]
    assert long == [LIGATURE]


def test_a_ligature_means_what_it_is_spelt_out_as() -> None:
    embedder = Embedder(None)
    spelt = unicodedata.normalize("NFKC", LIGATURE)
    assert embedder.embed(LIGATURE, "search") == embedder.embed(spelt, "search")
    assert embedder.embed("a\0b", "search") == embedder.embed("ab", "search")
