"""Answers that no tool gives: asked back, declined, or an error."""

from __future__ import annotations

from core import commands, registry
from core.answer import Action, Actions, Answer, Outcome, Part, Text
from core.commands import Command
from core.errors import (
    AmbiguousAsset,
    NoData,
    PlantsDiffer,
    SourceUnavailable,
    UnknownAsset,
    UserError,
)
from core.installation import Installation
from core.planner.planner import Choice
from core.words import Words

_DECLINED = frozenset({"period_future"})


def offer(choice: Choice, installation: Installation, words: Words) -> Action:
    said = choice.args.get("assets")
    ids = said if isinstance(said, list | tuple) else ()
    shown = [a.name if (a := installation.hierarchy.get(str(i))) else str(i) for i in ids]
    label = words.say(f"planner.{choice.tool}", assets=", ".join(shown)).strip(" :")
    return Action(label, _command(choice))


def _command(choice: Choice) -> str:
    """The planner does not know what a tool that it was not trained on is called in chat."""
    known = {tool: command for command, tool in registry.by_command().items()}
    if choice.tool not in known:
        return choice.command
    _, gap, said = choice.command.partition(" ")
    return f"/{known[choice.tool]}{gap}{said}"


def told(outcome: Outcome, text: str, *more: Part) -> Answer:
    return Answer(outcome, (Text(text), *more))


def problem(error: UserError | SourceUnavailable, words: Words) -> Answer:
    """What stands in the way of an answer."""
    if isinstance(error, SourceUnavailable):
        return told("error", unavailable(error, words))
    said = words.say(error.key, **error.arguments)
    if isinstance(error, NoData):
        return told("no_data", said)
    return told("decline" if error.key in _DECLINED else "clarify", said)


def unavailable(error: SourceUnavailable, words: Words) -> str:
    key = f"problems.{error.problem}"
    problem = words.say(key) if words.has(key) else error.problem
    return words.say("errors.source_unavailable", system=error.system, problem=problem)


def unknown_asset(
    error: UnknownAsset, command: Command, installation: Installation, words: Words
) -> Answer:
    nearest = [asset for i in error.nearest if (asset := installation.hierarchy.get(i))]
    if not nearest:
        return told("unknown_asset", words.say("errors.unknown_asset", said=error.said))
    shown = words.joined([asset.name for asset in nearest], "or")
    text = words.say("errors.unknown_asset_nearest", said=error.said, nearest=shown)
    choices = _choices(error.said, tuple(asset.id for asset in nearest), command, installation)
    return told("unknown_asset", text, choices)


def ambiguous_asset(
    error: AmbiguousAsset, command: Command, installation: Installation, words: Words
) -> Answer:
    text = words.say("errors.ambiguous_asset", said=error.said)
    return told("clarify", text, _choices(error.said, error.candidates, command, installation))


def plants_differ(error: PlantsDiffer, command: Command, words: Words) -> Answer:
    """One button per plant: the same question for its own assets alone."""
    tool, args = command.tool, command.args
    offered = (
        Action(name, commands.render(tool, args, assets=ids)) for name, ids in error.asked.items()
    )
    text = words.say("errors.plants_differ", **error.arguments)
    return told("clarify", text, Actions(tuple(offered)))


def _choices(
    said: str, ids: tuple[str, ...], command: Command, installation: Installation
) -> Actions:
    """One button per asset that may be meant: the same question with its name put right."""
    offered = []
    given = getattr(command.args, "assets", ())
    for asset_id in [i for i in ids if i not in given][:8]:
        assets = tuple(asset_id if name == said else name for name in given) or (asset_id,)
        asset = installation.hierarchy[asset_id]
        label = f"{asset.name} ({asset.area or asset.plant})"
        offered.append(Action(label, commands.render(command.tool, command.args, assets=assets)))
    return Actions(tuple(offered))
