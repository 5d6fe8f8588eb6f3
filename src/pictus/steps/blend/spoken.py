"""What people said of a picture or a motion becomes a conversation: the picture alone and the text, or with a request.

All is a function of the record, the style, the seed and the epoch, so that any process, started at any row, makes the
same. The facts stay with the record it was made from, which the new one names: a trainer reads turns alone.
"""

from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from pictus.reading.rows import BadRow
from pictus.record import MediaKind, Part, Record, Reject, Turn, digest_of, make_record, reject_record
from pictus.stages import CaptionStyle
from pictus.steps.blend.requests import Manner, requests_for

PROGRAM = "pictus-phrasing-1"  # another number when the same seed would choose or say something else

Saying: TypeAlias = tuple[str, Manner]


def spoken(record: Record, style: CaptionStyle, *, seed: int = 0, epoch: int = 0) -> Record | Reject:
    """Make a conversation of a record, or say why there is none.

    Plain is the picture alone with one of its captions, or with the answer where there is a request already. Asked puts
    a request in front of the caption; a record that has turns stays as it is. Of several captions each epoch takes
    another one, until all have been used.
    """
    try:
        turns = conversation(record, style, seed=seed, epoch=epoch)
    except BadRow as error:
        return reject_record(record, [str(error)], where=f"{record.origin.dataset} {record.origin.key}")
    if turns is record.turns:
        return record
    origin = replace(record.origin, made_by=f"{PROGRAM}, {style}, seed {seed}", parents=(record.id,))
    return make_record(origin, media=record.media, turns=turns)


def conversation(record: Record, style: CaptionStyle, *, seed: int = 0, epoch: int = 0) -> tuple[Turn, ...]:
    """Give the turns of the conversation that a record becomes, or raise `BadRow` with the reason for none."""
    if record.turns:
        return _answer_alone(record) if style == "plain" else _answered(record)
    text, manner = _taken(_sayings(record), record, seed, epoch)
    answer = Turn("assistant", (Part("text", text),))
    alone = _media_alone(tuple([medium.kind for medium in record.media]))
    if style == "plain":
        return alone, answer
    requests = requests_for(text, manner, pictures=len(alone.parts))
    rest, place = divmod(_number(f"request {seed} {epoch} {record.id}"), len(requests))
    request = Part("text", requests[place])
    return Turn("user", (*alone.parts, request) if rest % 2 else (request, *alone.parts)), answer


@lru_cache(64)  # nearly all records have one picture
def _media_alone(kinds: tuple[MediaKind, ...]) -> Turn:
    return Turn("user", tuple(Part(kind) for kind in kinds))


def _answered(record: Record) -> tuple[Turn, ...]:
    """Let a conversation through as it is, if there is something in it to learn."""
    if not any(turn.role == "assistant" for turn in record.turns):
        raise BadRow("no turn is the assistant's, so there is nothing to learn")
    return record.turns


def _answer_alone(record: Record) -> tuple[Turn, ...]:
    """Leave the request of a caption away: only the picture and the answer stay."""
    if [turn.role for turn in record.turns] != ["user", "assistant"]:
        raise BadRow("it is a conversation and no caption: it has other turns than a request and its answer")
    if record.facts.answers or record.facts.choices:
        raise BadRow("its answer is to a question, without which it would mean nothing")
    request, answer = record.turns
    if answer.calls or any(part.type != "text" for part in answer.parts):
        raise BadRow("its answer is no text alone")
    places = tuple(part for part in request.parts if part.type != "text")
    if not places:
        raise BadRow("there is no picture and no motion")
    if [part.type for part in places] != [medium.kind for medium in record.media]:
        raise BadRow("its media and the places for them differ")
    text = answer.text.strip()  # line breaks stay: whoever wrote the answer meant them
    if not text:
        raise BadRow("its answer is empty")
    return Turn("user", places), Turn.of("assistant", text)


def _sayings(record: Record) -> list[Saying]:
    """List the different texts about the picture or motion, each with how it came about."""
    told = _told(record)
    manners: dict[str, Manner] = {}
    for text, manner in told:
        if tidy := " ".join(text.split()):
            manners.setdefault(tidy, manner)
    if not manners:
        raise BadRow("its captions are empty" if told else "nobody said what is to be seen: there is no caption")
    return list(manners.items())


def _told(record: Record) -> list[Saying]:
    kinds = {medium.kind for medium in record.media}
    facts = record.facts
    if kinds == {"image"}:
        written: list[Saying] = [(text, "written") for text in facts.captions]
        return written + [(narrative.text, "narrated") for narrative in facts.narratives]
    if not kinds:
        raise BadRow("there is no picture and no motion")
    if kinds != {"motion"}:
        raise BadRow("its media are neither all pictures nor all motions")
    if len(record.media) > 1:
        raise BadRow("it has several motions, and its sentences are about one")
    return [(text, "motion") for text in facts.motions]


def _taken(sayings: list[Saying], record: Record, seed: int, epoch: int) -> Saying:
    """Take the text whose turn it is: they come in an order of the record's own, one an epoch, and then again."""
    if len(sayings) == 1:
        return sayings[0]
    order = list(range(len(sayings)))
    rest = _number(f"caption {seed} {record.id}")
    for last in range(len(order) - 1, 0, -1):
        rest, place = divmod(rest, last + 1)
        order[last], order[place] = order[place], order[last]
    return sayings[order[epoch % len(order)]]


def _number(text: str) -> int:
    return int.from_bytes(digest_of(text.encode("utf-8", "surrogatepass")))
