"""What benchmarks share that ask a model: questions from records, choices behind letters, and plain short answers."""

from dataclasses import replace

from pictus.grade import Item
from pictus.reading.choices import letter, lettered
from pictus.reading.rows import BadRow
from pictus.record import Part, Record, Turn

IN_A_WORD = "Answer the question using a single word or phrase."
BY_LETTER = "Answer with the option's letter from the given choices directly."


def item_of(record: Record) -> Item:
    """Take the question of a record, with its pictures."""
    asked = next((turn for turn in record.turns if turn.role == "user"), None)
    if asked is None:
        raise BadRow("nobody asks anything")
    return Item(
        id=record.origin.key, turns=(asked,), media=record.media, tools=record.tools, truth=record.facts.answers
    )


def choice_item_of(record: Record) -> Item:
    """Take a question whose choices stand below it, each behind "A. ", as graders look for it in answers."""
    item, choices = item_of(record), record.facts.choices
    turn = item.turns[0]
    rest, last = turn.parts[:-1], turn.parts[-1].text or ""
    told = "\n".join(lettered(*one) for one in enumerate(choices))
    if not choices or not last.endswith(told):
        return item  # a choice is a picture, or there are none: the question stays as its dataset tells it
    mended = "\n".join(f"{letter(number)}. {choice}" for number, choice in enumerate(choices))
    turn = Turn(turn.role, (*rest, Part("text", last[: len(last) - len(told)] + mended)))
    return replace(item, turns=(turn,))


def short(text: str) -> str:
    """Write an answer as annotators did: in small letters, without a period at the end."""
    return text.strip().rstrip(".").rstrip().lower()


def official_id(key: str) -> int | str:
    """Write an id as files do that have numbers for ids."""
    return int(key) if key.isdecimal() and str(int(key)) == key else key
