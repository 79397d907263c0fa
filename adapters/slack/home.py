"""The home tab: the shift so far, what is open, what to do, what can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.slack.actions import Seal, row
from adapters.slack.blocks import DIVIDER, button, buttons, header, small
from adapters.slack.limits import SECTION_TEXT, VIEW_BLOCKS, VIEW_BYTES, Block, clip, view_bytes
from adapters.slack.parts import Drawing, lead, notice, text
from core.answer import Action, Answer, Heading, Metrics, Notice, Part, Table, Text
from core.request import Language
from core.words import Words

REFRESH, SETTINGS, SUBSCRIPTIONS = "home:refresh", "home:settings", "home:subscriptions"
_ROWS = 5
_PARAGRAPHS = 4
_MOST_QUESTIONS = 10
_TEXT = SECTION_TEXT // 4


@dataclass(frozen=True, slots=True)
class Home:
    """What the tab shows. The answers come through the one door with the user's rights; one that
    is None (its source does not answer, or nobody asked yet) leaves its section empty."""

    language: Language
    now: datetime
    zone: str
    areas: tuple[str, ...] = ()
    shift: Answer | None = None
    alerts: Answer | None = None
    actions: Answer | None = None
    questions: tuple[Action, ...] = ()
    chosen_language: Language | None = None
    quiet: tuple[str, str] | None = None


def home_view(home: Home, *, seal: Seal) -> Block:
    """The tab's view. Buttons: "ask:…" with a sealed command, "home:refresh", "home:settings",
    "home:subscriptions"."""
    words = Words(home.language)
    blocks = [*_top(home, words)]
    for section, title, answer in (
        ("shift", "home_shift", home.shift),
        ("alerts", "home_alerts", home.alerts),
        ("actions", "home_actions", home.actions),
    ):
        blocks += _section(section, words.say(f"slack.{title}"), answer, words, seal)
    blocks += _questions(home, words, seal)
    blocks += _settings(home, words)
    return {"type": "home", "blocks": _within(blocks)}


def _top(home: Home, words: Words) -> Iterator[Block]:
    areas = words.joined(home.areas) if home.areas else words.say("slack.home_no_areas")
    yield small(
        clip(words.say("slack.home_areas", areas=areas), _TEXT),
        words.say("slack.home_as_of", moment=words.moment(home.now, home.zone)),
    )
    yield buttons(
        [
            button(words.say("slack.home_refresh"), REFRESH, REFRESH),
            button(words.say("slack.home_change"), SETTINGS, SETTINGS),
            button(words.say("chat.home_subscriptions"), SUBSCRIPTIONS, SUBSCRIPTIONS),
        ]
    )


def _section(name: str, title: str, answer: Answer | None, words: Words, seal: Seal) -> list[Block]:
    """A headline, its figures and a few rows; the buttons ask further."""
    blocks = [header(title)]
    if answer is None:
        return [*blocks, small(words.say("slack.nothing"))]
    drawing = Drawing(words, "plain")
    paragraphs = [part for part in answer.parts if isinstance(part, Text)][:_PARAGRAPHS]
    shown = [Text(clip(part.text, _TEXT)) for part in paragraphs]
    if shown:
        blocks.append(lead(shown[0]))
    blocks += [small(clip(p.text, _TEXT)) for p in answer.parts if isinstance(p, Heading)][:1]
    grave = [p for p in answer.parts if isinstance(p, Notice) and p.tone in ("warning", "bad")]
    blocks += [notice(Notice(clip(p.text, _TEXT), p.tone)) for p in grave[:2]]
    blocks += [text(part) for part in shown[1:]]
    for kind in (Metrics, Table):
        part = next((part for part in answer.parts if isinstance(part, kind)), None)
        blocks += drawing.part(_uncited(part), 0, _ROWS) if part else []
    asked, _ = row(_further(answer.actions), seal)
    return [*blocks, _named(asked, name)] if asked else blocks


def _questions(home: Home, words: Words, seal: Seal) -> Iterator[Block]:
    yield DIVIDER
    yield header(words.say("slack.home_questions"))
    yield small(words.say("slack.home_questions_hint"))
    asked, _ = row(home.questions[:_MOST_QUESTIONS], seal)
    if asked:
        yield _named(asked, "questions")


def _settings(home: Home, words: Words) -> Iterator[Block]:
    yield header(words.say("slack.home_settings"))
    spoken = words.say(f"slack.language_{home.chosen_language or 'own'}")
    quiet = words.say("slack.home_no_quiet")
    if home.quiet:
        quiet = words.say("slack.home_quiet", start=home.quiet[0], end=home.quiet[1])
    yield small(words.say("slack.home_language", language=spoken), quiet)


def _uncited(part: Metrics | Table) -> Part:
    """Without the numbers of sources, which the tab does not list."""
    if isinstance(part, Table):
        return replace(part, cites=())
    return Metrics(tuple(replace(metric, cites=()) for metric in part.metrics))


def _further(actions: Sequence[Action]) -> list[Action]:
    """Without the answer's own commands, which belong to a message."""
    return [a for a in actions if not a.command.startswith(("/data", "/again"))]


def _named(asked: Block, section: str) -> Block:
    """Ids of one view must differ between its rows, too."""
    for element in asked["elements"]:
        element["action_id"] = f"{element['action_id']}:{section}"
    return asked


def _within(blocks: Sequence[Block]) -> list[Block]:
    """The blocks that fit; the sections are short, so only a strange answer is cut."""
    kept: list[Block] = []
    taken = 0
    for block in blocks:
        taken += view_bytes(block)
        if len(kept) < VIEW_BLOCKS and taken <= VIEW_BYTES:
            kept.append(block)
    return kept
