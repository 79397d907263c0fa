"""The server: one address for the API, and what it has been asked."""

import asyncio
import dataclasses
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from tests.fakes.model import chat, chat_input, embeddings, responses, responses_input, sending
from tests.fakes.model.access import check_key, check_model, usual_headers
from tests.fakes.model.answer import EPOCH, Answer
from tests.fakes.model.calls import Call, make_request, read_body
from tests.fakes.model.errors import ApiError, Json, bad_request
from tests.fakes.model.faults import Fault, Faults
from tests.fakes.model.request import Request
from tests.fakes.model.script import Reactive, Script
from tests.fakes.model.turns import CallTools, Turn, cut
from tests.fakes.waiting import Changes

T = TypeVar("T")

SOON = 60.0  # never reached, also where the machine stands still
_LONG = "context_length_exceeded"
_PATHS = ("/chat/completions", "/responses", "/embeddings")


class FakeModel:
    """OpenAI's API on a free port of this machine, speaking what a script says.

    models: the names it knows; the first is `name`. Families have their rules (`models.py`).
    dimensions: of a vector unless the request says so. context: the most tokens of a prompt.
    keep_calls: remember only so many requests.

    Leaving the block raises what a reactive script raised, or that a script ended too early.
    """

    def __init__(
        self,
        *,
        models: Sequence[str] = ("gpt-4.1-mini", "gpt-6-luna"),
        embedding_models: Sequence[str] = ("text-embedding-3-small",),
        dimensions: int = 1_536,
        context: int = 128_000,
        keep_calls: int | None = None,
        port: int = 0,
    ) -> None:
        self.models = tuple(models)
        self.embedding_models = tuple(embedding_models)
        self.dimensions = dimensions
        self.context = context
        self.api_key = f"sk-fake-{secrets.token_hex(16)}"
        self.url = ""
        self.faults = Faults()
        self.calls: deque[Call] = deque(maxlen=keep_calls)
        self.under_way = 0
        self.most_at_once = 0
        self.hung = 0  # answers that stood still and never went on
        self._changes = Changes()
        self._script = Script()
        self._problem: Exception | None = None
        self._numbers = 0
        self._call_ids = 0
        self._port = port
        self._closing = asyncio.Event()
        self._runner: web.ServerRunner | None = None

    @property
    def name(self) -> str:
        return self.models[0]

    @property
    def embedding_name(self) -> str:
        return self.embedding_models[0]

    def script(self, turns: Iterable[Turn | Fault] | Reactive) -> None:
        """From now on say this: a list, one turn for each request, or a function of the request."""
        self._script = Script(turns)

    @property
    def left(self) -> int:
        """Turns and faults of the script that have not been used."""
        return len(self._script.left)

    @property
    def requests(self) -> list[Request]:
        """The turns asked for so far that were well formed, oldest first, also struck ones."""
        return [call.request for call in self.calls if call.request]

    async def call(self, n: int = 1, *, within: float = SOON) -> Call:
        """The n-th request of any kind, once it has ended."""

        def find() -> Call | None:
            return (
                self.calls[n - 1] if len(self.calls) >= n and not self.calls[n - 1].open else None
            )

        return await self.until(find, within, f"call {n}")

    async def until(
        self, find: Callable[[], T | None], within: float = SOON, what: str = "something"
    ) -> T:
        """The first value of `find` that is neither None nor False; it is asked again whenever a
        request begins, is understood, hangs, or ends. `within` is in seconds of the loop."""
        return await self._changes.until(find, within, what)

    async def changed(self) -> None:
        """Return at the next of these."""
        await self._changes.wait()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {k.lower(): v for k, v in request.headers.items() if k.lower() != "authorization"}
        call = Call(request.path, headers)
        self.calls.append(call)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        self._changes.happened()
        try:
            response = await self._answer(request, call)
            gone = request.transport is None or request.transport.is_closing()
            call.status = 0 if gone else response.status
            return response
        except ApiError as error:
            call.status, call.error = error.status, error.message
            more = {**usual_headers(self._numbers), **error.headers}
            return web.json_response(error.body(), status=error.status, headers=more)
        except asyncio.CancelledError:
            call.left = True
            raise
        finally:
            call.open = False
            self.under_way -= 1
            self._changes.happened()

    async def _answer(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        check_key(request.headers.get("Authorization"), self.api_key)
        path = request.path.removeprefix("/v1")
        if request.method == "GET" and path.startswith("/models"):
            return self._list(path.removeprefix("/models").removeprefix("/"))
        if request.method != "POST" or path not in _PATHS:
            raise ApiError(404, f"Invalid URL ({request.method} {request.path})")
        call.body = body = await read_body(request)
        if path == "/embeddings":
            out, fault = self._embed(body)
        else:
            out, fault = self._turn(body, path, call)
        call.fault = type(fault).__name__ if fault else None
        self._changes.happened()
        return await sending.send(request, out, fault, self._closing, self._hangs)

    def _hangs(self) -> None:
        self.hung += 1
        self._changes.happened()

    def _turn(self, body: Json, path: str, call: Call) -> tuple[sending.Outgoing, Fault | None]:
        check_model(body, self.models)
        read = chat_input.read if path == "/chat/completions" else responses_input.read
        call.request = asked = read(body, call.headers)
        if asked.prompt_tokens > self.context:
            raise self._too_long(asked)
        turn, fault = self._next(asked)
        call.turn = turn
        self._numbers += 1
        return self._outgoing(Answer(self._numbers, asked, turn)), fault

    def _too_long(self, asked: Request) -> ApiError:
        if asked.api == "responses":
            message = "Your input exceeds the context window of this model."
            return bad_request(f"{message} Please adjust your input and try again.", "input", _LONG)
        message = (
            f"This model's maximum context length is {self.context} tokens. However, your messages "
            f"resulted in {asked.prompt_tokens} tokens. Please reduce the length of the messages."
        )
        return bad_request(message, "messages", _LONG)

    def _next(self, asked: Request) -> tuple[Turn, Fault | None]:
        try:
            turn, fault = self._script.take(asked, self.faults.striking(asked))
        except Exception as problem:  # the test's own; raised when the block ends
            self._problem = self._problem or problem
            message = f"fake model: {type(problem).__name__}: {problem}"
            raise ApiError(500, message, headers={"x-should-retry": "false"}) from problem
        return self._with_ids(cut(turn, asked.most_tokens)), fault

    def _with_ids(self, turn: Turn) -> Turn:
        if not isinstance(turn, CallTools):
            return turn
        calls = []
        for call in turn.calls:
            self._call_ids += 1
            calls.append(dataclasses.replace(call, id=call.id or f"call_{self._call_ids:08d}"))
        return CallTools(calls, turn.say)

    def _outgoing(self, answer: Answer) -> sending.Outgoing:
        headers = usual_headers(self._numbers)
        in_chat = answer.request.api == "chat"
        if not answer.request.stream:
            body = chat.body(answer) if in_chat else responses.body(answer)
            return sending.whole(json.dumps(body, ensure_ascii=False).encode(), headers)
        events = list(chat.events(answer) if in_chat else responses.events(answer))
        if in_chat:
            failure = chat.failure(sending.SERVER_ERROR)
        else:
            failure = responses.failure(answer, sending.SERVER_ERROR, len(events))
        return sending.Outgoing(events, True, headers, failure)

    def _embed(self, body: Json) -> tuple[sending.Outgoing, Fault | None]:
        check_model(body, self.embedding_models)
        texts = embeddings.read(body)
        answer = embeddings.body(body, texts, body.get("dimensions") or self.dimensions)
        out = sending.whole(json.dumps(answer).encode(), usual_headers(self._numbers))
        return out, self.faults.striking(None)

    def _list(self, name: str) -> web.Response:
        known = {
            model: {"id": model, "object": "model", "created": EPOCH, "owned_by": "fake"}
            for model in (*self.models, *self.embedding_models)
        }
        if name:
            check_model({"model": name}, list(known))
            return web.json_response(known[name])
        return web.json_response({"object": "list", "data": list(known.values())})

    async def __aenter__(self) -> Self:
        server = web.Server(self._handle, request_factory=make_request, handler_cancellation=True)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1_024).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()
        await asyncio.sleep(0)  # connections are closed in the loop's next round
        if self._problem and error is None:
            raise self._problem
