from __future__ import annotations

from core.answer import Table
from core.tables import durations, figures, table, texts
from core.words import Words

EN = Words("en")
STOPS = [("jam", 107.0, 3), ("setup", 7.0, 1), ("other", 2.0, 9)]


def test_heads_cells_and_alignment_go_together() -> None:
    (made,) = table(
        STOPS,
        texts("Reason", lambda stop: stop[0]),
        durations("Time", lambda stop: stop[1], EN),
        None,
        figures("Stops", lambda stop: str(stop[2])),
        title="Stops",
        cites=(2,),
        more="4 more",
    )
    rows = (
        ("jam", "1\u00a0h\u00a047\u00a0min", "3"),
        ("setup", "0\u00a0h\u00a007\u00a0min", "1"),
        ("other", "0\u00a0h\u00a002\u00a0min", "9"),
        ("4 more", "", ""),
    )
    assert made == Table(("Reason", "Time", "Stops"), rows, "lrr", "Stops", (2,))


def test_what_is_said_of_a_duration_may_differ_by_entry() -> None:
    (made,) = table(
        STOPS,
        durations("Time", lambda s: s[1], EN, lambda s, said: said if s[2] < 9 else ""),
    )
    assert [row[0] for row in made.rows][-1] == ""


def test_without_entries_there_is_no_table() -> None:
    assert table([], texts("Reason", str), more="4 more") == ()
