"""POST /v1/embeddings: vectors that depend on the words of a text alone.

Texts with words in common are near to one another, so that a search finds something sensible; it
is no measure of how well a real model searches.
"""

import base64
import functools
import hashlib
import math
import re
import struct
from typing import Any

from tests.fakes.model.errors import Json, bad_request, missing, unknown
from tests.fakes.model.tokens import count

FIELDS = {"input", "model", "dimensions", "encoding_format", "user"}
MOST_TEXTS = 2_048
_PLACES = 8


def read(body: Json) -> list[str]:
    """The texts to embed; lists of token numbers stand for words of their own.

    Raises:
        ApiError: for unknown fields, no text, an empty one, or more than 2,048.
    """
    for field in body:
        if field not in FIELDS:
            raise unknown(field)
    given = body.get("input")
    if given is None:
        raise missing("input")
    texts = [given] if isinstance(given, str) or _is_tokens(given) else given
    if not isinstance(texts, list) or not texts or not all(texts):
        raise bad_request("'$.input' is invalid. Please check the API reference.")
    if len(texts) > MOST_TEXTS:
        message = (
            f"Invalid 'input': array too long. Expected an array with maximum length {MOST_TEXTS}, "
            f"but got an array with length {len(texts)} instead."
        )
        raise bad_request(message, "input", "array_above_max_length")
    return [text if isinstance(text, str) else " ".join(map(str, text)) for text in texts]


def body(request: Json, texts: list[str], dimensions: int) -> Json:
    """The answer, in floats or in base64 of little-endian 32-bit floats as openai asks for it."""
    in_base64 = request.get("encoding_format") == "base64"
    data = []
    for index, text in enumerate(texts):
        values: Any = vector(text, dimensions)
        if in_base64:
            values = base64.b64encode(struct.pack(f"<{dimensions}f", *values)).decode()
        data.append({"object": "embedding", "index": index, "embedding": values})
    used = sum(count(text) for text in texts)
    usage = {"prompt_tokens": used, "total_tokens": used}
    return {"object": "list", "data": data, "model": request["model"], "usage": usage}


@functools.lru_cache(maxsize=20_000)
def vector(text: str, dimensions: int) -> tuple[float, ...]:
    """A unit vector: each word adds or takes 1 at eight places that its hash names."""
    values = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()) or [text]:
        digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=40).digest()
        for place, sign in struct.iter_unpack("<IB", digest[: 5 * _PLACES]):
            values[place % dimensions] += 1.0 if sign % 2 else -1.0
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return tuple(value / length for value in values)


def _is_tokens(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(n, int) for n in given)
