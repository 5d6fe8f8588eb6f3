"""No way to begin a question is worn out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pictus.reading.wording import exchanges, words_of
from pictus.record import Record
from pictus.scene.names import name_of
from pictus.scene.vocabulary import Vocabulary, common, name_at, particular

_WORDS = 4


@dataclass(frozen=True, slots=True)
class Check:
    """Keep records, by the order of ids, until an opening is more than `share` of all questions and than `minimum`.

    The opening of a question is its first four words, with names of things left open: "is there a #".
    """

    share: float = 0.1
    minimum: int = 50

    def problems_of(self, records: Iterable[Record]) -> Iterator[tuple[str, str]]:
        """Name the records whose questions begin as too many did before."""
        openings: dict[str, int] = {}
        asked: list[tuple[str, tuple[int, ...]]] = []
        totals: Counter[int] = Counter()
        for record in records:
            found = [opening(one.question, _vocabularies(record)) for one in exchanges(record.turns)]
            numbers = tuple(openings.setdefault(text, len(openings)) for text in found if text)
            totals.update(numbers)
            asked.append((record.id, numbers))
        limit = max(int(self.share * totals.total()), self.minimum)
        worn = {number for number, count in totals.items() if count > limit}
        texts = list(openings)
        used: Counter[int] = Counter()
        for identity, numbers in sorted(asked):
            mine = Counter(number for number in numbers if number in worn)
            over = [number for number, count in mine.items() if used[number] + count > limit]
            if over:
                yield identity, f'too many questions begin alike: "{texts[over[0]]}"'
            else:
                used += mine


def opening(question: str, vocabularies: Iterable[Vocabulary]) -> str:
    """Give the first words of a question, with "#" for each thing that it names."""
    words = words_of(question)
    found: list[str] = []
    place = 0
    while place < len(words) and len(found) < _WORDS:
        named = name_at(words, place, vocabularies)
        found.append("#" if named else words[place])
        place += named[0] if named else 1
    return " ".join(found)


def _vocabularies(record: Record) -> tuple[Vocabulary, ...]:
    labels = dict.fromkeys(box.label for box in record.facts.boxes)
    names = tuple(name.one for name in map(name_of, labels) if name)
    return particular(names), common()
