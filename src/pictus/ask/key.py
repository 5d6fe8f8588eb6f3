"""The name of a request: a hash over everything that shapes its answer, and over nothing else.

Addresses, keys and time limits are left out, so that an answer is found again through another door; facts are, since
a model never sees them.
"""

from hashlib import blake2b

import orjson

from pictus.chat.pictures import digest
from pictus.plugins import Model
from pictus.prompt import Prompt


def shape_of(model: Model) -> bytes:
    """Give the part of every key that the model decides."""
    return orjson.dumps({"model": model.model, **model.shape()}, option=orjson.OPT_SORT_KEYS)


def key_of(prompt: Prompt, shape: bytes) -> bytes:
    """Name a request to a model of that shape."""
    said = (prompt.messages, prompt.tools, prompt.sampling, prompt.schema, prompt.seed)
    seen = [digest(medium) for medium in prompt.media]
    return blake2b(orjson.dumps((said, seen)), digest_size=16, key=blake2b(shape, digest_size=32).digest()).digest()
