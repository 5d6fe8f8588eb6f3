"""A conversation is held in the language that is wanted."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictus.errors import unknown_name
from pictus.reading.languages import LANGUAGES, language_of
from pictus.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record whose questions and answers are in `language`; a text of fewer than `words` words may be in any."""

    language: str = "en"
    words: int = 6

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise unknown_name("language", self.language, LANGUAGES, where="check language")

    def problems(self, record: Record) -> Iterator[str]:
        """Name each turn in another language."""
        for number, turn in enumerate(record.turns, 1):
            if turn.role in ("user", "assistant"):
                found = language_of(turn.text, words=self.words)
                if found is not None and found != self.language:
                    yield f'not in the wanted language: "{found}" instead of "{self.language}" in turn {number}'
