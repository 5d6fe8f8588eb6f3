"""What a model said, read into turns: tolerant of how models write, strict in what comes out.

The parts of a conversation stand between lines of the separator. Labels (`Question:`, `**Answer:**`, `2. Q:`) are
removed only where a part begins with one; the words "Question:" inside an answer belong to it.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import orjson

from pictus.json_schema import problems_with
from pictus.prompt import Answer, Prompt
from pictus.prompt_sets.model import Entry
from pictus.record import Part, Turn

_FENCE = re.compile(r"\A\s*```[\w-]*\n(.*?)(?:\n```\s*)?\Z", re.DOTALL)
_QUESTION = re.compile(r"question|q|user|human|instruction", re.IGNORECASE)
_NUMBER = r"(?:[\-*>#•]+\s+|\(?\d{1,2}[.)]\s*)?"
_AROUND = " \t\r>*`"
_SEPARATOR = re.compile(r"={3,}|-{3,}")
_USUAL_LABELS = ("Question", "Answer", "Q", "A", "User", "Assistant", "Human", "Caption")


class Unusable(ValueError):
    """An answer that cannot be read; the same prompt may be asked again with another seed."""


def read_turns(prompt: Prompt, entry: Entry, answer: Answer) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """Read an answer into turns, the pictures placed in the first, and say what had to be mended."""
    text = _text_of(answer)
    is_cut = answer.finish == "length"
    if entry.kind == "conversation":
        pairs, mended = _conversation(text, entry, prompt.seed, is_cut=is_cut)
    elif entry.kind == "json":
        pairs, mended = _from_json(text, entry, prompt.seed)
    else:
        if is_cut:
            raise Unusable("the answer is cut off")
        said = _without_label(text, _labels(tuple(entry.stopwords)))[1]
        if not said:
            raise Unusable("the answer is empty")
        if any(line.strip().startswith("===") and not line.strip("= ") for line in said.splitlines()):
            raise Unusable("it is a conversation where one text was asked for")
        pairs, mended = [(_canned(entry, prompt.seed), said)], []
    return _turns(pairs), tuple(mended)


def read_json(answer: Answer, schema: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """Read an answer as JSON that fits a schema, and say what had to be mended."""
    return _fitting_json(_text_of(answer), schema)


def _text_of(answer: Answer) -> str:
    text = answer.turns[0].text.strip()
    if not text:
        raise Unusable("the answer is empty")
    found = _FENCE.match(text)
    return found[1].strip() if found else text


def _conversation(text: str, entry: Entry, seed: int, *, is_cut: bool) -> tuple[list[tuple[str, str]], list[str]]:
    mended: list[str] = []
    labels = _labels(tuple(entry.stopwords))
    split = entry.split_user_assistant or ""
    parts = _parts(text, split, labels, mended)
    read = [_without_label(part, labels) for part in parts]
    read = [(label, words) for label, words in read if words and not _is_separator(words, split)]
    if is_cut and read:
        read.pop()  # the last part is the one that was cut
        mended.append("cut off")
    if not read:
        raise Unusable("there is nothing between the separators" if not is_cut else "the answer is cut off")
    first = _role(read[0][0])
    if entry.instructions and (first == "answer" or (first is None and len(read) % 2)):
        read.insert(0, ("question", _canned(entry, seed)))
    pairs: list[tuple[str, str]] = []
    for place in range(0, len(read) - 1, 2):
        (asked, question), (said, reply) = read[place], read[place + 1]
        if _role(asked) == "answer" or _role(said) == "question":
            raise Unusable("questions and answers do not alternate")
        pairs.append((question, reply))
    if len(read) % 2:
        mended.append("trailing question")
    if len(pairs) < entry.turns.least:
        raise Unusable(f"it holds {len(pairs)} questions with answers, fewer than {entry.turns.least}")
    return pairs[: entry.turns.most], mended


def _parts(text: str, split: str, labels: re.Pattern[str], mended: list[str]) -> list[str]:
    """Cut an answer at lines of the separator; where the model forgot them, at the labels."""
    parts = [part for part in _between_lines(text, split) if part]
    if len(parts) < 2 and f" {split} " in text:
        mended.append("separators inside lines")
        parts = [part.strip() for part in text.split(split) if part.strip()]
    cut = [piece for part in parts for piece in _at_labels(part, labels)]
    if len(cut) > len(parts):
        mended.append("missing separators")
    return cut


def _between_lines(text: str, split: str) -> Iterator[str]:
    part: list[str] = []
    for line in text.split("\n"):
        if _is_separator(line, split):
            yield "\n".join(part).strip()
            part = []
        else:
            part.append(line)
    yield "\n".join(part).strip()


def _is_separator(line: str, split: str) -> bool:
    """Say whether a line is the separator, or one of those that models write for it, perhaps quoted or in bold."""
    before, found, after = line.partition(split)
    if found and not before.strip(_AROUND) and not after.strip(_AROUND):
        return True
    # Stars decorate and separate; a pattern that lets them do both takes minutes for a line of thousands.
    bare = line.strip(_AROUND)
    return _SEPARATOR.fullmatch(bare) is not None if bare else "***" in line


def _at_labels(part: str, labels: re.Pattern[str]) -> list[str]:
    """Cut a part that holds a question and its answer, each with its label on a line of its own."""
    found = [(one.start(), _role(one["label"])) for one in labels.finditer(part) if _role(one["label"]) is not None]
    starts = [start for start, _ in found]
    if len(starts) < 2 or starts[0] != 0:
        return [part]
    if any(one == other for (_, one), (_, other) in pairwise(found)):
        return [part]  # the same label twice in a row: they may be words of the text
    return [part[start:end].strip() for start, end in zip(starts, [*starts[1:], len(part)], strict=True)]


@lru_cache(maxsize=64)
def _labels(stopwords: tuple[str, ...]) -> re.Pattern[str]:
    words = {word.rstrip(": ").strip() for word in stopwords if word.strip(": ")} | set(_USUAL_LABELS)
    any_word = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(
        rf"^{_NUMBER}[*_]{{0,2}}(?P<label>{any_word})(?: *\d{{1,2}})?[*_]{{0,2}} *:[*_]{{0,2}}[ \t]*",
        re.MULTILINE | re.IGNORECASE,
    )


def _without_label(part: str, labels: re.Pattern[str]) -> tuple[str, str]:
    """Take the label off the beginning of a part, and numbering and bold that stand for one."""
    found = labels.match(part)
    if found is None:
        return "", _plain(part)
    return found["label"].lower(), _plain(part[found.end() :])


def _plain(text: str) -> str:
    text = text.strip()
    if text.startswith("**") and text.endswith("**") and text.count("**") == 2:
        text = text[2:-2].strip()
    return text


def _role(label: str) -> str | None:
    if not label:
        return None
    if _QUESTION.fullmatch(label):
        return "question"
    return "answer" if label.lower() in ("answer", "a", "assistant", "caption") else None


def _from_json(text: str, entry: Entry, seed: int) -> tuple[list[tuple[str, str]], list[str]]:
    """Read an answer in JSON: pairs of `question` and `answer` where it holds such, else the object itself."""
    assert entry.answer_schema is not None
    value, mended = _fitting_json(text, entry.answer_schema)
    inside = value.values() if isinstance(value, dict) else ()
    rows = value if isinstance(value, list) else next((one for one in inside if isinstance(one, list)), None)
    if rows and all(_is_pair(row) for row in rows):
        return [_pair(row) for row in rows][: entry.turns.most], mended
    if _is_pair(value):
        return [_pair(value)], mended
    if not entry.instructions:
        raise Unusable("the JSON holds no pairs of `question` and `answer`")
    try:
        return [(_canned(entry, seed), orjson.dumps(value).decode())], mended
    except orjson.JSONEncodeError:
        raise Unusable("the JSON goes too deep") from None


def _is_pair(value: Any) -> bool:
    return isinstance(value, dict) and {"question", "answer"} <= value.keys()


def _pair(row: dict[str, Any]) -> tuple[str, str]:
    question, reply = row["question"], row["answer"]
    if not isinstance(question, str) or not isinstance(reply, str | int | float):
        raise Unusable("a question or an answer is no text")
    question, reply = question.strip(), str(reply).strip()
    if not question or not reply:
        raise Unusable("a question or an answer is empty")
    return question, reply


def json_in(text: str) -> tuple[Any, list[str]]:
    """Read the JSON of an answer, past a fence or words around it, and say what had to be mended."""
    text = text.strip()
    if found := _FENCE.match(text):
        text = found[1].strip()
    try:
        return orjson.loads(text), []
    except orjson.JSONDecodeError:
        return _inner_json(text), ["words around the JSON"]


def _fitting_json(text: str, schema: Mapping[str, Any]) -> tuple[Any, list[str]]:
    value, mended = json_in(text)
    try:
        problem = next(problems_with(value, schema), None)
    except (TypeError, ValueError, AttributeError) as error:  # what `Entry` does not look for, such as `enum: 5`
        problem = f"the schema cannot be used, {error}"
    if problem is not None:
        raise Unusable(f"the JSON does not fit its schema: {problem}")
    return value, mended


def _inner_json(text: str) -> Any:
    for start, end in (("{", "}"), ("[", "]")):
        inside = text[text.find(start) : text.rfind(end) + 1]
        try:
            if inside:
                return orjson.loads(inside)
        except orjson.JSONDecodeError:
            continue
    raise Unusable("the answer is no JSON")


def _canned(entry: Entry, seed: int) -> str:
    return entry.instructions[seed % len(entry.instructions)]


def _turns(pairs: list[tuple[str, str]]) -> tuple[Turn, ...]:
    turns = []
    for question, reply in pairs:
        turns += [Turn.of("user", question), Turn.of("assistant", reply)]
    return tuple(turns)


def place_media(turns: tuple[Turn, ...], kinds: tuple[Any, ...], seed: int) -> tuple[Turn, ...]:
    """Put the places of media into the first turn, before or after its words by the seed, as LLaVA does."""
    if not kinds or not turns:
        return turns
    first = turns[0]
    places = tuple(Part(kind) for kind in kinds)
    parts = (*places, *first.parts) if seed % 2 else (*first.parts, *places)
    return (Turn(first.role, parts, first.calls), *turns[1:])
