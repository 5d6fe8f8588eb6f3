"""A tokenizer that knows where in a conversation a text stands, and takes no words of people for a mark of its own."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from tokenizers import Tokenizer

from pictus.errors import PictusError
from pictus.learn.step import Marks, Tokens

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Follows: TypeAlias = Literal["start", "mark", "text"]  # what stands before a text: nothing, a special token, or text
Piece: TypeAlias = tuple[Follows, str]

WHERE = "the model's tokenizer"


class Words:
    """Makes tokens of pieces of one text, as if the text had been tokenised at once.

    Tokenizers of the sentencepiece kind put a space in front of a text. Of a text that goes on they are used without.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", image_id: int) -> None:
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if not isinstance(backend, Tokenizer):
            mend = "save the tokenizer once with transformers' save_pretrained, which writes tokenizer.json"
            raise PictusError("the tokenizer is not of the fast kind", where=WHERE, mend=mend)
        added = backend.get_added_tokens_decoder()
        if image_id not in added:
            mend = "add a token such as `<image>` to the tokenizer, as a special one"
            raise PictusError(f"token {image_id} stands for no picture: nobody added it", where=WHERE, mend=mend)
        self.image_id = image_id
        self.image_token: str = added[image_id].content
        self.end_id: int | None = tokenizer.eos_token_id
        begins = backend.encode("").ids[:1]  # with what the tokenizer itself puts around a text
        self.begin_id = begins[0] if begins and begins[0] == tokenizer.bos_token_id else None
        self.begin_token: str | None = tokenizer.bos_token
        special = {number: one for number, one in added.items() if one.special or number == image_id}
        self._special_ids = frozenset(special) - {tokenizer.unk_token_id}  # a sign that nobody knows is no danger
        self._special = np.array(sorted(self._special_ids), np.int64)
        self.special = _any_of(one.content for one in special.values())
        self.marks = _any_of(one.content for one in added.values() if one.content.strip())
        self._greedy = tuple(one.content for one in added.values() if one.rstrip)
        # The file may ask to cut or fill up each text, as its last user had it.
        spec = {**json.loads(backend.to_str()), "truncation": None, "padding": None}
        self.told = json.dumps([spec, self.begin_id, self.end_id], ensure_ascii=False)
        self._tokenizers = _by_what_stands_before(spec)

    def plain(self, text: str) -> list[str]:
        """Cut a text of people inside whatever reads like a special token, so that it stays text."""
        found = [match.start() + 1 for match in self.special.finditer(text)]
        if not found:  # nearly all texts
            return [text]
        return [text[begin:end] for begin, end in zip([0, *found], [*found, None], strict=True)]

    def standing(self, before: str) -> tuple[Follows, bool]:
        """Say what a text that comes after this one follows, and whether white space in front of it is swallowed."""
        bare = before.rstrip()
        if self._greedy and bare.endswith(self._greedy):
            return "mark", True
        if not before:
            return "start", False
        ends = any(match.end() == len(before) for match in self.marks.finditer(before))
        return "mark" if ends else "text", False

    def tokens(self, pieces: Sequence[Piece]) -> list[list[int]]:
        """Give the tokens of each piece."""
        found: list[list[int]] = [[]] * len(pieces)
        for tokenizer, follows in self._tokenizers:
            places = [place for place, (before, text) in enumerate(pieces) if text and before in follows]
            # Where in the text each token stands is not asked for, and takes as long as finding it.
            encoded = tokenizer.encode_batch_fast([pieces[place][1] for place in places], add_special_tokens=False)
            for place, one in zip(places, encoded, strict=True):
                found[place] = one.ids
        return found

    def special_in(self, tokens: Iterable[int]) -> int:
        """Count special tokens."""
        return sum(map(self._special_ids.__contains__, tokens))

    def are_special(self, tokens: Tokens) -> Marks:
        """Say of each token whether it is a special one."""
        return np.isin(tokens, self._special)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    # The longest first, as tokenizers find them.
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _by_what_stands_before(spec: dict[str, Any]) -> list[tuple[Tokenizer, set[Follows]]]:
    specs: dict[Follows, dict[str, Any]] = {
        "start": spec,
        "mark": _without_space(spec, only_first=True),
        "text": _without_space(spec, only_first=False),
    }
    told: dict[str, set[Follows]] = {}  # most tokenizers are the same three times
    for follows, one in specs.items():
        told.setdefault(json.dumps(one, ensure_ascii=False), set()).add(follows)
    return [(Tokenizer.from_str(text), those) for text, those in told.items()]


def _without_space(spec: dict[str, Any], *, only_first: bool) -> dict[str, Any]:
    """Leave away the space that is put in front of a text: everywhere, or where only the very first has it."""

    def without(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        kind = part.get("type")
        if kind == "Sequence":
            name = "normalizers" if "normalizers" in part else "pretokenizers"
            kept = [one for one in map(without, part[name]) if one is not None]
            return {**part, name: kept}
        if kind == "Metaspace" and (part.get("prepend_scheme") == "first" or not only_first):
            return {**part, "prepend_scheme": "never"}
        if kind == "ByteLevel" and not only_first:
            return {**part, "add_prefix_space": False}
        return None if kind == "Prepend" and not only_first else part

    return {**spec, "normalizer": without(spec["normalizer"]), "pre_tokenizer": without(spec["pre_tokenizer"])}
