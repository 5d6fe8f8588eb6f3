"""What the files of somebody's WebDataset sample mean: pictures, captions, a conversation, facts about them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

import orjson

from pictus.reading.calls import tools_in
from pictus.reading.chat_messages import turns_of
from pictus.reading.marked_text import check_places, parts_of, pictures_named
from pictus.reading.row_kinds import kind_of
from pictus.reading.rows import BadRow, in_order, json_of, list_in, text_in
from pictus.reading.tar import Sample
from pictus.record import Facts, Media, MediaKind, Origin, Part, Record, Role, Turn, make_record

_KINDS: dict[MediaKind, frozenset[str]] = {
    "image": frozenset({"jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "img"}),
    "video": frozenset({"mp4", "webm", "mkv", "mov", "avi"}),
    "audio": frozenset({"wav", "mp3", "flac", "ogg", "opus", "m4a"}),
}
_KIND_OF: dict[str, MediaKind] = {ending: kind for kind, endings in _KINDS.items() for ending in endings}
_CAPTIONS = frozenset({"txt", "text", "caption"})
_TEXT_LIMIT = 10_000  # bytes of a file of unknown meaning that are kept as text
_SPEAKERS: dict[Any, Role] = {
    "system": "system",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
}


@dataclass(slots=True)
class Meaning:
    """What was found so far."""

    media: list[Media] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    tools: Any = None
    extra: dict[str, Any] = field(default_factory=dict)

    def record(self, origin: Origin) -> Record:
        """Make the record of what was found."""
        if not (self.media or self.captions or self.turns or self.present):
            raise BadRow("there is neither a picture nor a caption nor a conversation in it")
        facts = Facts(
            captions=tuple(dict.fromkeys(self.captions)),
            present=tuple(self.present),
            answers=tuple(self.answers),
            extra=json_of(self.extra) if self.extra else None,
        )
        made = make_record(origin, media=self.media, turns=self.turns, tools=tools_in(self.tools), facts=facts)
        return in_order(made) if self.turns else made


def json_in(data: bytes) -> Any:
    """Read a JSON file of a sample; `NaN`, which Python writes for what is missing, is None."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        problem = error
    try:
        return json.loads(data, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise BadRow(f"its `json` is not valid: {problem}") from None


def meaning_of(sample: Sample, row: Any, root: str) -> Meaning:
    """Say what the files of a sample mean; `row` is what its `json` holds, or None."""
    found = Meaning(media=_media(sample))
    for name, data in sample.fields.items():
        ending = name.rpartition(".")[2]
        if name == "json" or ending in _KIND_OF:
            continue
        if ending in _CAPTIONS:
            found.captions += _not_empty(_text(data, name))
        elif ending in ("cls", "cls2"):
            found.present += _not_empty(_text(data, name))
        else:
            found.extra[name] = _unknown(data)
    if isinstance(row, list) and row and all(isinstance(turn, Mapping) for turn in row):
        row = {"conversations" if "from" in row[0] else "messages": row}
    if isinstance(row, Mapping):
        _add_row(found, row, root)
    elif row is not None:
        found.extra["json"] = row
    return found


def add_facts(found: Meaning, row: Mapping[str, Any]) -> None:
    """Add what a row of metadata tells of the picture and its caption; the names are those of img2dataset and LAION."""
    rest = dict(row)
    for name in [name for name in row if name.lower() in _CAPTIONS]:
        if isinstance(row[name], str):
            found.captions += _not_empty(rest.pop(name))
    if isinstance(captions := row.get("captions"), list) and all(isinstance(text, str) for text in captions):
        found.captions += filter(str.strip, rest.pop("captions"))
    pictures = [medium for medium in found.media if medium.kind == "image"]
    if len(found.media) <= 1 and len(pictures) == len(found.media):
        found.media = _described(pictures[0] if pictures else None, rest)
    found.extra |= {name: value for name, value in rest.items() if value is not None}


def _described(picture: Media | None, rest: dict[str, Any]) -> list[Media]:
    """Give the one picture with its address, size and hash, which are taken out of the rest."""
    address = next(
        (name for name in rest if name.lower() == "url" and isinstance(rest[name], str) and rest[name]), None
    )
    if picture is None and address is None:
        return []
    known: dict[str, Any] = {} if address is None else {"url": rest.pop(address)}
    for name in ("width", "height"):
        if _is_size(rest.get(name)):
            known[name] = rest.pop(name)
    told = rest.get("sha256")
    # Tools that shrink pictures keep the hash of what they downloaded, which is not that of what lies here.
    if picture is not None and picture.data is not None and told == sha256(picture.data).hexdigest():
        known["sha256"] = rest.pop("sha256")
    return [replace(picture or Media(), **known)]


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def _media(sample: Sample) -> list[Media]:
    """Give the media of a sample in the order of their numbers, those without a number first, as they stand."""
    base = PurePosixPath(sample.key).name
    found = [(name, _KIND_OF.get(name.rpartition(".")[2])) for name in sample.fields]
    numbered = sorted(((name, kind) for name, kind in found if kind), key=lambda one: _number(one[0]))
    return [Media(kind=kind, data=sample.fields[name], path=f"{base}.{name}") for name, kind in numbered]


def _number(name: str) -> int:
    first = name.partition(".")[0]
    return int(first) if first.isdecimal() and len(first) < 10 else -1


def _add_row(found: Meaning, row: Mapping[str, Any], root: str) -> None:
    kind = kind_of(row)
    if kind is None or not row.get("messages", row.get("conversations")):
        add_facts(found, row)
        return
    if kind in ("hermes", "function_call", "llama3"):
        raise BadRow(f"its conversation calls tools as files of the format {kind} do, which is not read inside samples")
    name = "messages" if "messages" in row and "conversations" not in row else "conversations"
    rest = {key: value for key, value in row.items() if key not in (name, "tools", "system")}
    messages = list_in(row, name)
    turns = _spoken(messages) if "from" in messages[0] else turns_of(messages, _picture)
    if system := text_in(row, "system", ""):
        turns.insert(0, Turn.of("system", system))
    found.tools = row.get("tools")
    found.turns = _placed(found, turns, rest, root)
    add_facts(found, rest)


def _spoken(messages: Sequence[Mapping[str, Any]]) -> list[Turn]:
    turns = []
    for message in messages:
        role = _SPEAKERS.get(message["from"])
        if role is None:
            raise BadRow(f"unknown role: {message['from']!r:.80}")
        turns.append(Turn(role, parts_of(text_in(message, "value"))))
    return turns


def _picture(part: Mapping[str, Any]) -> Part:
    if part["type"] not in ("image", "image_url"):
        raise BadRow(f"unknown part: {part['type']!r:.80}")
    return Part("image")


def _placed(found: Meaning, turns: list[Turn], rest: dict[str, Any], root: str) -> list[Turn]:
    """Give each picture its place: those without one are shown before the first question."""
    if not any(part.type == "image" for turn in turns for part in turn.parts):
        turns = [_marked(turn) for turn in turns]
    places = sum(part.type == "image" for turn in turns for part in turn.parts)
    if not found.media:
        column = "images" if "images" in rest else "image"
        names = rest.pop(column, None) or []
        names = [names] if isinstance(names, str) else names
        found.media = pictures_named(names, root, turns if places else [Turn("user", (Part("image"),) * len(names))])
    pictures = sum(medium.kind == "image" for medium in found.media)
    if pictures and not places:
        first = next((number for number, turn in enumerate(turns) if turn.role == "user"), None)
        if first is None:
            raise BadRow("it has pictures, and no question that could show them")
        shown = replace(turns[first], parts=(*(Part("image"),) * pictures, *turns[first].parts))
        return [*turns[:first], shown, *turns[first + 1 :]]
    check_places(pictures, places)
    return turns


def _marked(turn: Turn) -> Turn:
    """Find the marks of pictures in the words of a user, as those write them who keep one text a message."""
    if turn.role != "user" or len(turn.parts) != 1:
        return turn
    return replace(turn, parts=parts_of(turn.parts[0].text or ""))


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise BadRow(f"its file `.{name}` is no UTF-8 text") from None


def _not_empty(text: str) -> list[str]:
    return [text.strip("\r\n")] if text.strip() else []


def _unknown(data: bytes) -> Any:
    """Keep what no field covers: JSON and short texts as they are, of the rest how large it is."""
    try:
        return orjson.loads(data) if len(data) <= _TEXT_LIMIT else {"bytes": len(data)}
    except orjson.JSONDecodeError:
        pass
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"bytes": len(data)}
