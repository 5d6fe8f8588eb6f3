"""About how many tokens a record has: by what the signs of each script cost, or by a model's own tokenizer.

`prompt_sets/tokens.py` leans to the high side and must never change, since prompts are cut by it. Here sums over
millions of records are wanted, so the estimate aims at the middle between tokenizers, and it has to be quick.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pictus.errors import PictusError
from pictus.record import Record

Count: TypeAlias = Callable[[str], int]  # the tokens of a text

MARKS_OF_A_TURN = 5  # who speaks, and where it begins and ends
_INSTALL = "pip install 'pictus[huggingface]'"

# Tokens by the first byte of a sign in UTF-8, which tells the script. Halfway between the tokenizers of Llama 2 and
# Qwen 3, which were asked for hundreds of messages in each of 25 languages.
_BY_FIRST_BYTE = (
    (0x00, 0x80, 0.9),  # signs and line breaks; the rest of ASCII follows
    (0xC2, 0xCE, 2.6),  # é and ß: a word with one of them falls into more pieces
    (0xCE, 0xD0, 1.05),  # Greek
    (0xD0, 0xD4, 0.45),  # Cyrillic
    (0xD4, 0xDC, 0.8),  # Armenian, Hebrew, Arabic
    (0xDC, 0xE1, 1.1),  # the scripts of India, Thai
    (0xE1, 0xE2, 1.2),  # Georgian, Khmer
    (0xE2, 0xE3, 0.9),  # dashes, curly quotes, symbols
    (0xE3, 0xEA, 1.0),  # Chinese, Japanese
    (0xEA, 0xEE, 1.1),  # Korean
    (0xEE, 0xF0, 1.0),  # wide signs
    (0xF0, 0xF5, 2.5),  # emoji
)
_LETTER, _SPACE, _DIGIT = 0.18, 0.33, 1.05


def _weights() -> npt.NDArray[np.float64]:
    weights = np.zeros(256)
    for first, end, tokens in _BY_FIRST_BYTE:
        weights[first:end] = tokens
    weights[ord(" ")] = _SPACE
    weights[ord("0") : ord("9") + 1] = _DIGIT
    for first in b"aA":
        weights[first : first + 26] = _LETTER
    return weights


_WEIGHTS = _weights()


def estimated_text_tokens(text: str) -> int:
    """Estimate the tokens of a text without a tokenizer."""
    signs = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    return int(np.ceil(_WEIGHTS[signs].sum()))


def estimated_tokens_of_all(signs: npt.NDArray[np.uint8], texts: int) -> int:
    """Estimate the tokens of so many texts, whose signs in UTF-8 stand one after the other.

    Only how often each sign occurs matters. Rounding up adds about half a token to each text.
    """
    return round(float(np.bincount(signs, minlength=256) @ _WEIGHTS) + texts / 2)


def estimated_tokens(record: Record, *, image_tokens: int = 0, count: Count = estimated_text_tokens) -> int:
    """Estimate the tokens that a record has in training: its words, the marks between turns, and its pictures.

    What a chat template says of tools and turns differs from model to model, so it stays an estimate where `count` is a
    tokenizer's. Of a record without turns, one of its captions is taken for the conversation that it will become.
    """
    pictures = image_tokens * sum(medium.kind == "image" for medium in record.media)
    if record.turns:
        return pictures + MARKS_OF_A_TURN * len(record.turns) + sum(map(count, _words(record)))
    facts = record.facts
    said = [*facts.captions, *(narrative.text for narrative in facts.narratives), *facts.motions]
    return pictures + (2 * MARKS_OF_A_TURN + round(sum(map(count, said)) / len(said)) if said else 0)


def _words(record: Record) -> Iterator[str]:
    for tool in record.tools:
        yield from (tool.name, tool.description, tool.parameters)
    for turn in record.turns:
        yield from (part.text for part in turn.parts if part.text is not None)
        for call in turn.calls:
            yield from (call.name, call.arguments)


def tokenizer_in(folder: Path) -> Count:
    """Count with the tokenizer of a model that lies in a folder."""
    try:
        from tokenizers import Tokenizer  # extra: huggingface
    except ImportError:
        raise PictusError("the library `tokenizers` is missing", where=str(folder), mend=_INSTALL) from None
    path = folder / "tokenizer.json"
    if not path.is_file():
        mend = "name a model's folder; where it has an older kind of tokenizer, transformers' save_pretrained writes it"
        raise PictusError("there is no tokenizer.json", where=str(folder), mend=mend)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library knows no narrower one
        mend = "download the model again, or update `tokenizers`"
        raise PictusError(f"the tokenizer cannot be read: {error}", where=str(path), mend=mend) from None
    # The file may ask to cut or fill up each text, as its last user had it.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))
