"""Whatever an answer holds, its message is one that Slack takes and that pings nobody."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adapters.slack.actions import MENU
from adapters.slack.home import Home, home_view
from adapters.slack.limits import MESSAGE_WEIGHT, weight
from adapters.slack.modals import full_view
from adapters.slack.render import Look, charts_to_draw, render
from core.answer import Action, Answer
from tests.answers import actions, answers, moments, texts
from tests.slack.checks import check, check_modal, nodes, seal

slowly = settings(
    deadline=None,
    max_examples=settings().max_examples // 5,  # far more in `make prove`
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # tables of 60,000 cells shrink slowly
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@slowly
@given(answers, st.sampled_from(["native", "picture", "plain"]), st.booleans(), st.booleans())
def test_no_limit_is_exceeded_and_nothing_is_live(
    answer: Answer, look: Look, sharing: bool, uploaded: bool
) -> None:
    files = {n: f"F{n:07}" for n, _ in charts_to_draw(answer, look)} if uploaded else {}
    message = render(answer, look=look, seal=seal, files=files, sharing=sharing)
    check(message)
    assert weight(message.blocks) <= MESSAGE_WEIGHT
    ids = [node["action_id"] for node in nodes(message.blocks) if "action_id" in node]
    assert len(ids) == len(set(ids))
    assert ("show_all" in ids) == (message.shortened and bool(answer.id))


@slowly
@given(answers)
def test_every_page_of_the_whole_answer_fits_a_modal(answer: Answer) -> None:
    first = full_view(answer, seal=seal)
    check_modal(first)
    check_modal(full_view(answer, seal=seal, page=2))
    check_modal(full_view(answer, seal=seal, page=10**6))


@slowly
@given(
    st.builds(
        Home,
        language=st.sampled_from(["en", "de"]),
        now=moments,
        zone=st.just("Europe/Berlin"),
        areas=st.lists(texts, max_size=40).map(tuple),
        shift=st.none() | answers,
        alerts=st.none() | answers,
        actions=st.none() | answers,
        questions=st.lists(actions, max_size=20).map(tuple),
        chosen_language=st.sampled_from([None, "en", "de"]),
        quiet=st.none() | st.just(("22:00", "06:00")),
    )
)
def test_the_home_tab_fits(home: Home) -> None:
    check_modal(home_view(home, seal=seal))


@pytest.mark.parametrize("count", [0, 1, 5, 6, 7, 10, 11, 100])
def test_every_action_is_a_button_a_menu_entry_or_behind_show_all(count: int) -> None:
    from core.answer import Actions, Text

    offered = tuple(Action(f"Go {n}", f"/oee line-{n}") for n in range(count))
    message = render(Answer("answer", (Text("Yes."), Actions(offered)), id="a-1"), seal=seal)
    rows = [block for block in message.blocks if block["type"] == "actions"]
    elements = rows[0]["elements"] if rows else []
    buttons = [e for e in elements if e["type"] == "button"]
    menu = [o for e in elements if e.get("action_id") == MENU for o in e["options"]]
    assert len(buttons) <= 5
    shown = [b for b in buttons if b["action_id"].startswith("ask:")]
    assert (len(shown) + len(menu) == count) != message.shortened
