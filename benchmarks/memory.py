"""How well and how fast a person's earlier questions are found again."""

from __future__ import annotations

import asyncio
import json
import math
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import create_engine, insert

from core.memory import Embedder, Memory
from core.planner.lexicon import folded
from core.store import Store, StoredAnswer
from core.store.schema import answers, memories

PAIRS = Path(__file__).parents[1] / "tests" / "memory" / "paraphrases.jsonl"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
_MANY, _PEOPLE, _ROUNDS, _WIDTH = 10_000, 50, 60, 384
_K1, _B = 1.2, 0.75


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/andon.db")
        memory = Memory(store, Path(folder) / "memory")
        try:
            asyncio.run(_found(store, memory))
            asyncio.run(_fast(memory, f"sqlite:///{folder}/andon.db"))
        finally:
            memory.close()
            store.close()


# --- found again -----------------------------------------------------------------------------


async def _found(store: Store, memory: Memory) -> None:
    pairs = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    for n, pair in enumerate(pairs):
        await store.save_answer(_answer(f"p{n}", "reader", pair["asked"], pair["told"]))
    by_meaning = [
        [int(i[1:]) for i in await memory.similar("reader", pair["looked_for"])] for pair in pairs
    ]
    rank = _bm25([f"{pair['asked']}\n{pair['told']}" for pair in pairs])
    by_words = [rank(pair["looked_for"]) for pair in pairs]
    print(f"{len(pairs)} questions looked for in other words (English, German, across)")
    for most in (1, 3, 5):
        ours, theirs = (_recall(found, most) for found in (by_meaning, by_words))
        ratio = ours / theirs if theirs else math.inf
        print(f"  recall@{most}: memory {ours:.2f}, BM25 {theirs:.2f} ({ratio:.1f} ×)")


def _recall(found: Sequence[Sequence[int]], most: int) -> float:
    return statistics.fmean(n in ranked[:most] for n, ranked in enumerate(found))


def _bm25(documents: Sequence[str]) -> Callable[[str], list[int]]:
    """Okapi BM25 over the same texts: the documents that share a word, the best first."""
    counts = [Counter(folded(document)) for document in documents]
    lengths = [count.total() for count in counts]
    usual = statistics.fmean(lengths)
    holding = Counter(word for count in counts for word in count)

    def score(n: int, words: Sequence[str]) -> float:
        norm = _K1 * (1 - _B + _B * lengths[n] / usual)
        return sum(
            math.log(1 + (len(counts) - holding[w] + 0.5) / (holding[w] + 0.5))
            * counts[n][w] * (_K1 + 1) / (counts[n][w] + norm)
            for w in words
            if counts[n][w]
        )  # fmt: skip

    def ranked(text: str) -> list[int]:
        scores = {n: score(n, folded(text)) for n in range(len(counts))}
        return sorted((n for n in scores if scores[n] > 0), key=lambda n: -scores[n])

    return ranked


# --- fast enough -----------------------------------------------------------------------------


async def _fast(memory: Memory, url: str) -> None:
    vectors = np.random.default_rng(7).normal(size=(_MANY, _WIDTH)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    own = [f"person {n % _PEOPLE}" for n in range(_MANY)]
    _insert(url, "m", own, vectors)
    _insert(url, "s", ["one person"] * _MANY, vectors)
    spent = await _searches(memory, [f"person {n % _PEOPLE}" for n in range(_ROUNDS)])
    _print(f"search, {_MANY:,} memories of {_PEOPLE} people", spent)
    _print(
        f"search, {_MANY:,} memories of one person", await _searches(memory, ["one person"] * 20)
    )
    _print("  of that the question's embedding", _embeddings())
    _print(f"local Qdrant, {_MANY:,} of {_PEOPLE} people, without embedding", _qdrant(vectors, own))
    memory.open()
    began = time.perf_counter()
    for n in range(1_000):
        memory.note(f"person {n % _PEOPLE}")
    print(f"what an answer waits for it: {(time.perf_counter() - began) * 1_000:.1f} µs")


async def _searches(memory: Memory, people: Sequence[str]) -> list[float]:
    await memory.similar(people[0], "warm")
    spent = []
    for n, person in enumerate(people):
        began = time.perf_counter()
        await memory.similar(person, f"conveyor jams on line {n}")
        spent.append(time.perf_counter() - began)
    return spent


def _embeddings() -> list[float]:
    embedder, spent = Embedder(None), []
    for n in range(_ROUNDS):
        began = time.perf_counter()
        embedder.embed(f"conveyor jams on line {n}", "search")
        spent.append(time.perf_counter() - began)
    return spent


def _qdrant(vectors: np.ndarray[Any, Any], own: Sequence[str]) -> list[float]:
    """Mem0's usual store, in this process: it looks at every row's owner in Python."""
    from qdrant_client import QdrantClient, models

    client = QdrantClient(":memory:")
    size = models.VectorParams(size=_WIDTH, distance=models.Distance.COSINE)
    client.create_collection("memories", vectors_config=size)
    payload = [{"user_id": user} for user in own]
    client.upload_collection("memories", vectors, payload, ids=range(len(own)))
    spent = []
    for n in range(20):
        match = models.MatchValue(value=own[n])
        wanted = models.FieldCondition(key="user_id", match=match)
        began = time.perf_counter()
        client.query_points("memories", vectors[n], query_filter=models.Filter(must=[wanted]))
        spent.append(time.perf_counter() - began)
    return spent


def _insert(url: str, prefix: str, people: Sequence[str], vectors: np.ndarray[Any, Any]) -> None:
    told, kept = [], []
    for n, person in enumerate(people):
        stored = _answer(f"{prefix}{n}", person, f"question {n}", "what it was answered with")
        told.append({name: getattr(stored, name) for name in StoredAnswer.__slots__})
        payload = {"answer": stored.id, "data": stored.question, "user_id": person, "place": ""}
        kept.append({"id": stored.id, "answer_id": stored.id, "user_id": person, "place": "",
                     "vector": vectors[n].tobytes(), "payload": payload})  # fmt: skip
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(insert(answers), told)
        connection.execute(insert(memories), kept)
    engine.dispose()


def _answer(id: str, user: str, question: str, told: str) -> StoredAnswer:
    given: dict[str, Any] = {"assets": []}
    parts = [{"type": "text", "text": told, "cites": []}]
    answer = {"outcome": "answer", "id": id, "tool": "oee_query", "args": given, "parts": parts,
              "citations": []}  # fmt: skip
    args = {"tool": "oee_query", "args": {}}
    at = NOW - timedelta(minutes=len(id))
    key = f"console|here|1|{user}"
    return StoredAnswer(id, at, user, key, question, "oee_query", args, answer, ())


def _print(what: str, spent: Sequence[float]) -> None:
    p50, p95 = statistics.median(spent) * 1e3, sorted(spent)[int(len(spent) * 0.95)] * 1e3
    print(f"{what}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


if __name__ == "__main__":
    main()
