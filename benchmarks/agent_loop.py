"""What the model's loop costs by itself, and 200 turns at once; `python -m benchmarks agent_loop`.

The model answers at once and within the process, the tool gives an answer that was fetched before:
what is left is the loop. Beside it a loop written by hand, with the same model and the same tool,
once bare and once with the same figures and the same guard.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from core.agent.conversation import Conversation
from core.agent.guard import Offender
from core.agent.limits import Limits, Price
from core.agent.loop import Loop
from core.agent.models import Model, ModelChoice
from core.agent.prompt import context_of, prompt
from core.agent.speaker import ModelSpeaker
from core.agent.speech import Heard, Speech
from core.agent.tools import wrapped
from core.agent.turn import Ran, Spoken, Turn
from core.answer_text import as_text
from core.assistant import Assistant
from core.data.cache import CachedSource
from core.data.sample import make_sample
from core.data.sql import SqlDataSource
from core.request import Place, Request, User
from core.store import Store
from core.tool import AnyTool, Args
from tests.agent.turns import sample_file
from tests.fakes.model import CallTools, FakeModel, Say, ToolCall, step_by_step
from tests.plants import NOW

TURNS = 200
QUESTION = "How was line 3 yesterday?"
ARGS = {"assets": ["line-3"], "period": "yesterday"}
SAID = "The OEE of Line 3 was [[a1]]."
Play = Callable[[], Awaitable[None]]


class Instant(BaseChatModel):
    """Calls a tool, then says its sentence; as a stream of a few pieces, as vendors send it."""

    @property
    def _llm_type(self) -> str:
        return "instant"

    def bind_tools(self, tools: Sequence[Any], **_settings: Any) -> Runnable[Any, AIMessage]:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("it only streams")

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        if isinstance(messages[-1], ToolMessage):
            for word in SAID.split(" "):
                yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))
            end = {"finish_reason": "stop"}
        else:
            call = {"name": "oee_query", "args": '{"assets": ["line-3"], "period": "yesterday"}'}
            chunk = {**call, "id": "c1", "index": 0, "type": "tool_call_chunk"}
            message = AIMessageChunk(content="", tool_call_chunks=[chunk])  # type: ignore[list-item]
            yield ChatGenerationChunk(message=message)
            end = {"finish_reason": "tool_calls"}
        usage: Any = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
        last = AIMessageChunk(content="", response_metadata=end, usage_metadata=usage)
        yield ChatGenerationChunk(message=last)


@dataclass(eq=False)
class Unguarded(Conversation):
    """A turn in which nothing is made of figures, and everything passes."""

    told: str = ""

    def __post_init__(self) -> None:
        self.speech = Speech()

    async def call(self, name: str, given: Mapping[str, Any]) -> tuple[str, Ran | None]:
        return self.told, None

    def listen(self) -> Heard:
        return Unheard(self.speech)


class Unheard(Heard):
    def __init__(self, speech: Speech) -> None:
        self.text, self.offenders, self._speech = "", [], speech

    def hear(self, text: str) -> None:
        self.text += text

    def end(self) -> Sequence[Offender]:
        return ()


async def by_hand(
    model: Runnable[Any, AIMessage], turn: Turn, call: Callable[[str, Any], Awaitable[str]]
) -> str:
    """The loop as one would write it: no limits, no retries, no checks."""
    messages: list[BaseMessage] = [
        SystemMessage(prompt("en")),
        HumanMessage(context_of(turn)),
        HumanMessage(turn.question),
    ]
    while True:
        chunks = [chunk async for chunk in model.astream(messages)]
        message = add_ai_message_chunks(*chunks)  # type: ignore[arg-type]
        messages.append(message)
        if not message.tool_calls:
            return message.text
        messages += [
            ToolMessage(await call(one["name"], one["args"]), tool_call_id=one["id"])
            for one in message.tool_calls
        ]


async def costs(*plays: Play, rounds: int = 15, turns: int = 10) -> list[float]:
    """Milliseconds of CPU a turn, medians; in turns, so that a busy machine slows all of them."""
    runs: list[list[float]] = [[] for _ in plays]
    for _ in range(rounds + 1):
        for play, took in zip(plays, runs, strict=True):
            began = time.process_time()
            for _ in range(turns):
                await play()
            took.append((time.process_time() - began) * 1_000 / turns)
    return [median(took[1:]) for took in runs]  # without the round that warms up


async def loops(path: Path) -> None:
    turn = await one_turn(path)
    chat, limits = Instant(), Limits(tokens_per_day=None)
    tools: Sequence[BaseTool] = wrapped()
    bound = chat.bind_tools(tools)
    loop = Loop([Model("instant", chat, Price())], limits)
    told = (await Conversation(turn, limits).call("oee_query", ARGS))[0]

    async def bare() -> None:
        async def call(_name: str, _args: Any) -> str:
            return told

        await by_hand(bound, turn, call)

    async def guarded() -> None:
        talk = Conversation(turn, limits)

        async def call(name: str, args: Any) -> str:
            return (await talk.call(name, args))[0]

        text, heard = await by_hand(bound, turn, call), talk.listen()
        heard.hear(text)
        heard.end()
        checked(talk.spoken())

    async def ours() -> None:
        talk = Conversation(turn, limits)
        await loop.run(talk)
        checked(talk.spoken())

    async def unguarded() -> None:
        await loop.run(Unguarded(turn, limits, told=told))

    print(f"{'a turn of two model calls and one of ' + str(len(tools)) + ' tools':56}{'CPU ms':>8}")
    one, two, three, four = await costs(bare, unguarded, guarded, ours)
    print(f"{'by hand, without figures and guard':56}{one:8.2f}")
    print(f"{'Andon, without figures and guard':56}{two:8.2f}{two / one:8.2f} ×")
    print(f"{'by hand, with figures and guard':56}{three:8.2f}")
    print(f"{'Andon':56}{four:8.2f}{four / three:8.2f} ×")


def checked(spoken: Spoken | None) -> None:
    if spoken is None or spoken.text != "The OEE of Line 3 was 78.1\u00a0%.":
        raise AssertionError(f"not what was to be said: {spoken}")


async def one_turn(path: Path) -> Turn:
    """A turn on the sample plant, with the tool's answer fetched once."""
    kept: list[Turn] = []

    class Noting:
        async def answer(self, turn: Turn) -> None:
            kept.append(turn)

        async def ready(self) -> None: ...

        async def close(self) -> None: ...

    file = sample_file(path)
    source = CachedSource(SqlDataSource(file), lambda: NOW)
    assistant = Assistant(file, source, None, speaker=Noting())
    await assistant.handle(Request(User("console:ana"), Place("console"), QUESTION, NOW))
    (turn,) = kept
    ran: dict[str, Ran] = {}

    async def run_tool(tool: AnyTool, args: Args) -> Ran:
        if tool.name not in ran:
            ran[tool.name] = await turn.run_tool(tool, args)
        return ran[tool.name]

    return replace(turn, run_tool=run_tool)


async def at_once(path: Path, folder: Path) -> None:
    """200 people ask at the same moment, over HTTP, with tools that read the plant."""
    file, store = sample_file(path), Store.open(f"sqlite:///{folder}/andon.db")
    async with FakeModel(keep_calls=10) as model:
        model.script(step_by_step([CallTools([ToolCall("oee_query", ARGS)]), Say(SAID)]))
        choice = ModelChoice((model.name,), model.api_key, model.url, limits=Limits())
        speaker = ModelSpeaker(choice, store)
        source = CachedSource(SqlDataSource(file), lambda: NOW)
        assistant = Assistant(file, source, store, speaker=speaker)

        async def ask(person: int) -> tuple[float, bool]:
            began = time.perf_counter()
            user, place = User(f"console:{person}"), Place("console", str(person))
            answer = await assistant.handle(Request(user, place, QUESTION, NOW))
            if "78.1" not in as_text(answer):
                raise AssertionError(f"a wrong answer: {as_text(answer)}")
            return time.perf_counter() - began, answer.by_model

        await ask(0)
        spent, began = time.process_time(), time.perf_counter()
        asked = await asyncio.gather(*(ask(person) for person in range(1, TURNS + 1)))
        wall, spent = time.perf_counter() - began, time.process_time() - spent
        await speaker.close()
        await source.close()
    store.close()
    took = sorted(seconds for seconds, _ in asked)
    print(
        f"{TURNS} turns at once: all answered rightly, {sum(by for _, by in asked)} of them by the "
        f"model, in {wall:.1f} s, p50 {took[len(took) // 2]:.1f} s, p95 "
        f"{took[int(len(took) * 0.95)]:.1f} s, {spent * 1_000 / TURNS:.0f} ms CPU a turn with the "
        "scripted server in it"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plant.db"
        make_sample(path, days=70, now=NOW, seed=7)
        asyncio.run(loops(path))
        asyncio.run(at_once(path, Path(folder)))


if __name__ == "__main__":
    main()
