"""What every channel must do, checked on each; and what each does in its own way, with the test
that shows it. docs/parity.md is made of this."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.channels.rigs import Rig, rated

Check = Callable[[Rig], Awaitable[None]]
CHANNELS = ("slack", "teams", "console")
NO = "–"


@dataclass(frozen=True, slots=True)
class Feature:
    """`how` says per channel what people see there, "– …" where the platform cannot do it and
    what it does instead. `check` is run on every channel that can; `proof` names, per channel, a
    test of its own (file::function under tests/)."""

    title: str
    how: dict[str, str]
    check: Check | None = None
    proof: dict[str, str] = field(default_factory=dict)

    def can(self, channel: str) -> bool:
        return not self.how[channel].startswith(NO)


async def question(rig: Rig) -> None:
    assert "OEE of Line 3 yesterday" in await rig.alone("what was the oee of line 3 yesterday?")


async def command(rig: Rig) -> None:
    assert "OEE of Line 3 yesterday" in await rig.alone("/oee line-3 yesterday")


async def follow_up(rig: Rig) -> None:
    await rig.alone("oee of line 3 yesterday")
    assert "Line 4" in await rig.alone("and line 4?")


async def in_a_thread(rig: Rig) -> None:
    await rig.together("oee of line 3 yesterday")
    assert "Line 4" in await rig.together("and line 4?", goes_on=True)


async def german(rig: Rig) -> None:
    assert "Verfügbarkeit" in await rig.alone("OEE von Linie 3 gestern", german=True)


async def cited(rig: Rig) -> None:
    told = await rig.alone("why was line 3 down last night?")
    assert "sample plant" in told
    assert "downtime" in told
    assert "[1" in told


async def asked_back(rig: Rig) -> None:
    await rig.alone("oee of grinder yesterday")
    assert "Grinder 5" in await rig.press("grinder 5")


async def data(rig: Rig) -> None:
    await rig.alone("why was line 3 down last night?")
    assert "Conveyor" in await rig.press("data")


async def again(rig: Rig) -> None:
    await rig.alone("oee of line 3 yesterday")
    assert "OEE" in await rig.press("again")


async def feedback(rig: Rig) -> None:
    await rig.alone("oee of line 3 yesterday")
    before = rated(rig)
    await rig.rate()
    assert rated(rig) == before + 1


async def own_settings(rig: Rig) -> None:
    assert "Packaging" in await rig.alone("/andon areas packaging")


async def declined(rig: Rig) -> None:
    assert "%" not in await rig.alone("tell me a joke")


async def helped(rig: Rig) -> None:
    told = await rig.alone("/andon")
    assert all(f"/{command}" in told for command in ("oee", "downtime", "recall"))


def everywhere(text: str) -> dict[str, str]:
    return dict.fromkeys(CHANNELS, text)


FEATURES = (
    Feature("A question in one's own words", {
        "slack": "direct message, mention, thread, agent view, *Ask Andon about this*",
        "teams": "personal chat; mention in a group chat or channel",
        "console": "a typed line",
    }, question),
    Feature("Commands", {
        "slack": "slash commands, all with hints",
        "teams": "typed, with or without the slash; ten of them in the menu",
        "console": "typed",
    }, command, {"teams": "bot/test_teams_package.py::test_its_commands_are_those_of_the_code",
                 "slack": "bot/test_manifest.py::"}),
    Feature("Follow-ups (“and line 4?”)", everywhere("yes"), follow_up),
    Feature("Answers in the thread", {
        "slack": "yes, also without naming the bot again",
        "teams": "yes; Teams brings a reply only if it names the bot",
        "console": f"{NO} one conversation",
    }, in_a_thread, {
        "slack": "slack/test_threads.py::",
        "teams": "teams/test_conversation.py::test_what_is_said_to_others_stays_unanswered",
    }),
    Feature("English and German", {
        "slack": "the person's choice, the question's words, their Slack's language",
        "teams": "the person's choice, the question's words, their Teams' language",
        "console": "the question's words, `--language`",
    }, german),
    Feature("Figures with their sources", {
        "slack": "numbered, as context blocks",
        "teams": "numbered on the card, and as Teams' own citations",
        "console": "numbered",
    }, cited),
    Feature("Charts", {
        "slack": "Slack's own, else a picture, else text",
        "teams": "Teams' own, with bars made of text where a client has none",
        "console": "drawn in characters",
    }, None, {"slack": "slack/test_render.py::", "teams": "teams/test_card_limits.py::",
              "console": "console/test_drawing.py::"}),
    Feature("Asked back when it is not clear", {
        "slack": "buttons", "teams": "buttons", "console": "numbers to type",
    }, asked_back),
    Feature("*Show the data*", {
        "slack": "a modal, with pages, for who opened it",
        "teams": "a dialog, with pages, for who opened it",
        "console": "printed",
    }, data),
    Feature("*Run again*", {
        "slack": "a new message",
        "teams": "the card is refreshed in place, for who pressed it",
        "console": "printed",
    }, again, {"teams": "teams/test_invokes.py::test_run_again_refreshes_the_card_in_place"}),
    Feature("Feedback, with a reason", {
        "slack": "👍 and 👎; a modal asks why",
        "teams": "Teams' own thumbs, which ask why",
        "console": "`/feedback ID up`",
    }, feedback, {"slack": "slack/test_feedback.py::",
                  "teams": "teams/test_invokes.py::test_a_thumb_is_kept_with_its_reason"}),
    Feature("One's own settings", {
        "slack": "`/andon me`, and a form on the Home tab",
        "teams": "`/andon me`, and a form in a dialog",
        "console": "`/andon me`",
    }, own_settings, {"teams": "teams/test_invokes.py::test_ones_settings_in_a_dialog",
                      "slack": "slack/test_home.py::"}),
    Feature("Help", everywhere("`/andon`"), helped),
    Feature("Declines what it is not for", everywhere("yes"), declined),
    Feature("Buttons have the rights of who presses them", {
        "slack": "yes", "teams": "yes", "console": f"{NO} one person",
    }, None, {
        "slack": "slack/test_audience.py::test_a_button_has_the_rights_of_whoever_presses_it",
        "teams": "teams/test_audience.py::test_a_button_has_the_rights_of_whoever_presses_it",
    }),
    Feature("Where others read along, only what all may see", {
        "slack": "yes; a slash command's answer is for the asker's eyes only",
        "teams": "yes; what the asker alone may see comes in the personal chat, with a note",
        "console": f"{NO} one person",
    }, None, {
        "slack": "slack/test_audience.py::test_what_the_channel_may_not_see_is_not_said_there",
        "teams": "teams/test_audience.py::"
                 "test_what_not_everyone_may_see_goes_to_the_asker_alone",
    }),
    Feature("*Share in channel*", {
        "slack": "under a slash command's answer; asks again with the channel's rights",
        "teams": f"{NO} answers stand in the channel already; a personal one is asked again there",
        "console": f"{NO}",
    }, None, {"slack": "slack/test_share.py::"}),
    Feature("User groups in access.toml", {
        "slack": "yes", "teams": f"{NO} people and conversations only", "console": f"{NO}",
    }, None, {"slack": "slack/test_audience.py::test_a_user_group_sees_what_is_its_own"}),
    Feature("While it takes long", {
        "slack": "the pane's status line; else a note that the answer replaces",
        "teams": "dots; a stream in a personal chat, else a note that the answer replaces",
        "console": "a status line",
    }, None, {"slack": "slack/test_faults.py::",
              "teams": "teams/test_waiting.py::test_a_slow_answer_is_announced",
              "console": "console/test_live.py::"}),
    Feature("A model's sentences as they come", {
        "slack": "streamed, else the note grows",
        "teams": "streamed in a personal chat (two minutes at most), else the note grows",
        "console": "written as they come",
    }, None, {"slack": "slack/test_pane.py::",
              "teams": "teams/test_waiting.py::test_sentences_are_streamed_in_a_personal_chat",
              "console": "console/test_live.py::"}),
    Feature("Says hello", {
        "slack": "the pane offers questions; the Home tab",
        "teams": "a card with questions, once per conversation",
        "console": f"{NO}",
    }, None, {"slack": "slack/test_pane.py::",
              "teams": "teams/test_conversation.py::test_the_bot_introduces_itself_once"}),
    Feature("A page of one's own", {
        "slack": "the Home tab: the shift so far, alerts, actions",
        "teams": f"{NO} ask `production`, `alerts`, `actions`",
        "console": f"{NO}",
    }, None, {"slack": "slack/test_home.py::"}),
    Feature("The same thing delivered again", {
        "slack": "acts once", "teams": "acts once", "console": f"{NO}",
    }, None, {"slack": "slack/test_duplicates.py::test_four_times_to_two_processes",
              "teams": "teams/test_recovery.py::test_four_times_to_two_processes"}),
    Feature("A process dies over a question", {
        "slack": "another one answers, after looking whether the answer stands there",
        "teams": "another one answers if nothing had been sent; else it is left as unknown, for a "
                 "bot cannot read what it said",
        "console": f"{NO}",
    }, None, {"slack": "slack/test_recovery.py::",
              "teams": "teams/test_recovery.py::"
                       "test_what_may_have_been_shown_is_left_as_unknown"}),
    Feature("Sent unasked", {
        "slack": "to any conversation it is in",
        "teams": "to any conversation it was in once, also after a restart",
        "console": "printed by `andon demo --fast 60`",
    }, None, {"slack": "slack/test_unasked.py::"
                       "test_a_subscription_is_answered_and_its_place_is_written_to",
              "teams": "teams/test_recovery.py::test_sent_unasked_after_a_restart",
              "console": "console/test_channel.py::test_what_is_sent_unasked_is_printed_once"}),
    Feature("Killed while it sends unasked", {
        "slack": "looked for by its mark: never lost, never twice",
        "teams": "never twice; what may have been shown is listed as unknown",
        "console": f"{NO}",
    }, None, {"slack": "prove/test_deliveries.py::test_a_few_deaths",
              "teams": "prove/test_teams_deliveries.py::test_a_few_deaths"}),
    Feature("What comes by itself is chosen", {
        "slack": "a form, from `/andon subscribe`, its list and the Home tab; or in words",
        "teams": "a form, from the buttons under `/andon list`; or in words",
        "console": "`/andon subscribe …`",
    }, None, {"slack": "slack/test_subscribing.py::"
                       "test_a_channel_is_subscribed_changed_and_ended_in_a_form",
              "teams": "teams/test_invokes.py::test_what_comes_by_itself_in_a_dialog",
              "console": "assistant/test_subscribe.py::"
                         "test_a_command_subscribes_places_and_kinds"}),
    Feature("An edited question", {
        "slack": "is not answered again", "teams": "is not answered again", "console": f"{NO}",
    }, None, {"slack": "slack/test_inbound.py::",
              "teams": "teams/test_conversation.py::"
                       "test_an_edited_message_is_not_answered_again"}),
)  # fmt: skip


def table() -> str:
    """The features as Markdown."""
    rows = ["| | Slack | Teams | Terminal |", "|---|---|---|---|"]
    for one in FEATURES:
        cells = (one.title, *(one.how[channel] for channel in CHANNELS))
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows) + "\n"
