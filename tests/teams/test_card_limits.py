"""Whatever an answer holds, its message is one that Teams takes and in which nothing is live."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adapters.teams.dialogs import data_dialog, full_dialog
from adapters.teams.escape import markdown
from adapters.teams.render import render, welcome
from core.answer import Action, Answer
from tests.answers import actions, answers, texts
from tests.teams.card_checks import check, check_card, check_text, nodes, opened, seal, shown

slowly = settings(
    deadline=None,
    max_examples=40,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # tables of 60,000 cells shrink slowly
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@slowly
@given(answers, st.booleans())
def test_no_limit_is_exceeded_and_nothing_is_live(answer: Answer, whole: bool) -> None:
    message = render(answer, seal=seal, whole=whole)
    check(message)
    verbs = [node["data"]["verb"] for node in nodes(message.card) if "verb" in node.get("data", {})]
    assert ("show_all" in verbs) == (message.shortened and bool(answer.id))
    offered = {action.command for action in answer.actions}
    for node in nodes(message.card):
        data = node.get("data", {})
        if node.get("type") == "Action.Submit" and data["verb"] != "show_all":
            assert opened(data["command"]) in offered


@settings(slowly, max_examples=15)
@given(answers)
def test_every_page_of_the_whole_answer_is_a_card(answer: Answer) -> None:
    for page in (1, 2, 10**6):
        check_card(full_dialog(answer, seal=seal, page=page)["card"]["content"])
    check_card(data_dialog(answer, seal=seal)["card"]["content"])


@slowly
@given(texts)
def test_a_message_says_what_the_data_say(text: str) -> None:
    said = markdown(text)
    check_text(said, [])
    check_text(f"**{said}** {said}", [])
    assert len(shown(said)) >= min(len(text.split()), 1)


@slowly
@given(st.lists(actions, max_size=20))
def test_the_welcome_card_fits(questions: list[Action]) -> None:
    for language in ("en", "de"):
        check(welcome(language, seal=seal, questions=questions))
