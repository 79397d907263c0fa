"""What a person sees in the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.console.drawing import draw
from adapters.console.paper import ASCII, UNICODE, Glyphs, Paper, Row, cells, plain, wrap
from core.answer import Answer, Chart, Metric, Metrics, Part, Series, Table, Text
from core.words import Words
from tests.console import answers as made

EN = Words("en")


def rows(part: Part, width: int = 60, glyphs: Glyphs = UNICODE) -> list[Row]:
    return draw(Answer("answer", (part,)), Paper(width, EN, glyphs))


def lines(part: Part, width: int = 60, glyphs: Glyphs = UNICODE) -> list[str]:
    return [plain(row) for row in rows(part, width, glyphs)]


def bar_lengths(part: Part, width: int = 60) -> dict[str, int]:
    return {line.split()[0]: line.count("█") for line in lines(part, width)[1:] if line.strip()}


@pytest.mark.parametrize("width", [40, 44, 60, 80, 100])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_no_row_is_wider_than_the_terminal(width: int, glyphs: Glyphs) -> None:
    for row in draw(made.FULL, Paper(width, EN, glyphs)):
        assert cells(plain(row)) <= width


def test_the_sentence_that_matters_comes_first_and_bold() -> None:
    drawn = draw(Answer("answer", (Text("It stood."), Text("Twice."))), Paper(60, EN))
    assert drawn[0][-1] == ("It stood.", "strong")
    assert drawn[2][-1] == ("Twice.", "")


def test_what_matters_figures_sources_and_choices_follow_one_another() -> None:
    text = "\n".join(plain(row) for row in draw(made.FULL, Paper(80, EN)))
    order = [
        "Line 3 stood still for 3 h 12 min last night. [1]",
        "61.2 %",
        "Downtime by reason (min) [1]",
        "Longest stops [1]",
        "▲ Preliminary",
        "[1] sample plant · downtime · asset = line-3 · last night",
        "1  Show the losses   2  Trend",
    ]
    places = [text.index(piece) for piece in order]
    assert places == sorted(places)


def test_words_of_a_model_are_labelled() -> None:
    labelled = [plain(row) for row in draw(replace(made.FULL, by_model=True), Paper(80, EN))]
    assert sum("(AI)" in row for row in labelled) == 1
    assert not any("(AI)" in plain(row) for row in draw(made.FULL, Paper(80, EN)))


def test_where_no_number_can_be_typed_choices_show_their_command() -> None:
    drawn = draw(made.FULL, Paper(80, EN), numbered=False)
    assert plain(drawn[-1]) == "• Trend  /trend line-3"


def test_bars_are_to_scale_and_a_gap_is_not_a_zero() -> None:
    lengths = bar_lengths(made.LINES)
    assert lengths["line-2"] == pytest.approx(2 * lengths["line-1"], abs=1)
    assert lengths["line-3"] == pytest.approx(1.5 * lengths["line-1"], abs=1)
    gap = next(line for line in lines(made.LINES) if line.startswith("line-4"))
    assert "█" not in gap
    assert gap.endswith(" –")


def test_a_target_is_marked_across_the_bars_and_named() -> None:
    drawn = lines(made.LINES)
    columns = {line.index("┃") for line in drawn if line.startswith("line-")}
    assert len(columns) == 1
    assert any(line.strip() == "┃ target 70" for line in drawn)
    reached = next(line for line in drawn if line.startswith("line-2"))
    missed = next(line for line in drawn if line.startswith("line-3"))
    assert reached[columns.copy().pop() + 1] == "█"
    assert "█" not in missed[columns.pop() :]


def test_negative_bars_go_the_other_way() -> None:
    chart = Chart("bar", "Change", ("up", "down"), (Series("x", (5, -5)),), "pp")
    up, down = (line for line in lines(chart) if line.startswith(("up", "down")))
    assert up.index("█") >= down.rindex("█")
    assert down.endswith("−5")


def test_a_pareto_shows_the_cumulative_share() -> None:
    drawn = lines(made.DOWNTIME)
    assert [line.split()[-2] for line in drawn if line.endswith("%")] == ["66", "89", "100"]
    assert drawn[-1].endswith("cumulative")
    assert bar_lengths(made.DOWNTIME)["Conveyor"] > bar_lengths(made.DOWNTIME)["Filler"]


def test_a_waterfall_steps_down_from_the_start_to_what_is_left() -> None:
    drawn = lines(made.STEPS)[1:]
    first, *steps, last = drawn
    ends = [line.rindex("▓") for line in steps]
    assert ends == sorted(ends, reverse=True)
    assert first.rindex("█") >= ends[0]
    assert last.count("█") == pytest.approx(first.count("█") / 2, abs=1)
    assert [line.split()[-1] for line in drawn] == ["480", "−120", "−40", "−80", "240"]


def test_a_trend_has_gaps_limits_and_outliers() -> None:
    drawn = lines(made.NIGHTS, 80)
    text = "\n".join(drawn)
    assert text.count("●") + text.count("◉") == 10
    assert text.count("◉") == 1
    assert "◉" in drawn[-2]  # the worst night is the lowest row above the axis of time
    assert drawn[-1].split()[:2] == ["1", "Mar"]
    assert drawn[-1].endswith("12 Mar")
    for name in ("upper limit 70", "mean 61", "lower limit 52"):
        assert name in text


def test_a_trend_without_values_says_so() -> None:
    chart = Chart("trend", "OEE", ("a",), (Series("OEE", (None,)),), "%")
    assert lines(chart)[-1] == "no data"


def test_sources_in_a_row_are_a_range() -> None:
    assert lines(Text("It stood.", (1, 3, 4, 5)))[0] == "It stood. [1] [3–5]"


def test_metrics_carry_their_tone() -> None:
    part = Metrics((Metric("OEE", "61 %", "−3 pp", "bad"), Metric("Quality", "99 %")))
    spans = [span for row in rows(part) for span in row]
    assert ("−3 pp", "bad") in [(text.strip(), style) for text, style in spans]


def test_a_long_name_of_a_figure_keeps_its_sources() -> None:
    name = "Tage ohne meldepflichtiges Ereignis in Halle 3"
    drawn = lines(Metrics((Metric(name, "12", cites=(1, 3)), Metric("b", "1")) * 3), 60)
    assert "".join(drawn[:2]).count("[1] [3]") == 1
    assert not any("…" in line for line in drawn)


def test_a_narrow_table_wraps_its_words_and_keeps_its_figures() -> None:
    table = Table(
        ("Reason", "Duration"),
        (("caps did not arrive in time from the supplier", "1,234 min"),),
        "lr",
    )
    drawn = lines(table, 30)
    assert any(line.endswith("1,234 min") for line in drawn)
    assert len(drawn) > 3


def test_a_table_too_wide_to_wrap_becomes_blocks() -> None:
    table = Table(tuple("ABCDEFGH"), (tuple(["12345678"] * 8),), "r" * 8)
    assert lines(table, 40) == [f"{name}: 12345678" for name in "ABCDEFGH"]


def test_data_cannot_steer_the_terminal() -> None:
    evil = "\x1b[31mred\x1b]0;title\x07\x9b2J\r\n[bold]x[/bold]\u202e"
    for part in (Text(evil), Table((evil,), ((evil,),)), Metrics((Metric(evil, evil, evil),))):
        text = "\n".join(lines(part))
        assert "[bold]x[/bold]" in text.replace("\n", "")
        assert all(c.isprintable() or c == "\n" for c in text)


def test_ascii_draws_without_a_single_other_sign() -> None:
    text = "\n".join(plain(row) for row in draw(made.FULL, Paper(60, EN, ASCII)))
    assert text.isascii()


def test_wide_signs_count_twice() -> None:
    assert (cells("ab"), cells("漢字"), cells("🏭"), cells("é")) == (2, 4, 2, 1)
    assert wrap("漢字漢字 ab", 4) == ["漢字", "漢字", "ab"]


@given(st.text(max_size=200), st.integers(2, 60))
def test_wrapping_loses_nothing_and_stays_within(text: str, width: int) -> None:
    wrapped = wrap(text, width)
    assert all(cells(line) <= width for line in wrapped)
    assert "".join(wrapped).replace(" ", "") == text.replace(" ", "")


@settings(max_examples=60, deadline=None)
@given(made.answers, st.sampled_from([20, 40, 80]), st.sampled_from([UNICODE, ASCII]))
def test_any_answer_can_be_drawn(answer: Answer, width: int, glyphs: Glyphs) -> None:
    for row in draw(answer, Paper(width, EN, glyphs)):
        text = plain(row)
        assert "\x1b" not in text
        assert "\n" not in text
        assert cells(text) <= width
