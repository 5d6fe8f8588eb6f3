"""Answers answer: they neither refuse, nor speak as an assistant at work, nor leave a blank."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictus.checks.refusal import english, languages
from pictus.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record whose answers answer: no refusal, no assistant's small talk, no blank.

    Refusals are known in English, German, Dutch, French, Spanish, Italian, Portuguese, Russian, Chinese, Japanese,
    Korean, Arabic and Hindi. That a thing cannot be seen in a picture is an answer.
    """

    small_talk: bool = True  # also set aside "Sure! Here is …" and "I hope this helps"

    def problems(self, record: Record) -> Iterator[str]:
        """Name each answer that is none."""
        for number, turn in enumerate(record.turns, 1):
            if turn.role != "assistant" or turn.calls:
                continue
            text = turn.text
            if english.BLANK.fullmatch(text):
                yield f'the answer is blank: "{text.strip()}" in turn {number}'
            elif found := _refusal(text):
                yield f'a refusal instead of an answer: "{found}" in turn {number}'
            elif self.small_talk and (found := _small_talk(text)):
                yield f'an assistant at work is heard: "{found}" in turn {number}'


def _refusal(text: str) -> str:
    lower = text.lower()
    found = None
    if any(hint in lower for hint in english.REFUSAL_HINTS):
        found = english.REFUSES.search(text.replace("’", "'"))
    if found is None and (not text.isascii() or any(hint in lower for hint in languages.HINTS)):
        found = languages.REFUSES.search(text)
    return " ".join(found.group().split()) if found else ""


def _small_talk(text: str) -> str:
    lower = text.lower()
    if any(hint in lower for hint in english.TALK_HINTS):
        found = english.SMALL_TALK.search(text.replace("’", "'"))
        return " ".join(found.group().split()) if found else ""
    return ""
