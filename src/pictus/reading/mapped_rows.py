"""Rows of a table to records, by a mapping of its columns."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pictus import licence
from pictus.reading.choices import choice_question, lettered
from pictus.reading.column_mapping import ColumnMapping
from pictus.reading.hub_rows import picture_of
from pictus.reading.listed_texts import texts_listed
from pictus.reading.places import placed
from pictus.reading.rows import BadRow, in_order, json_of
from pictus.reading.tabbed_captions import NOTHING
from pictus.record import NO_FACTS, Facts, Media, Origin, Record, Turn, make_record


def mapped_record(
    row: Mapping[str, Any], where: str, mapping: ColumnMapping, *, dataset: str, split: str | None, root: str
) -> Record:
    """Make the record of a row; `dataset` and `split` are what the file is called, where nothing else says."""
    columns = mapping.columns
    media = _media(row, mapping, root)
    captions = _texts(row, columns.captions)
    choices, answers = _texts(row, columns.choices), _texts(row, columns.answers)
    facts = Facts(
        captions=tuple(one for text in captions if (one := " ".join(text.split())) not in NOTHING),
        present=tuple(_texts(row, columns.labels)),
        texts=tuple(_texts(row, columns.texts)),
        choices=tuple(choices),
        extra=_extra(row, columns.extra),
    )
    question = _said(row, columns.question, mapping.constants.question)
    turns: list[Turn] = []
    if question is not None:
        turns.append(Turn.of("user", choice_question(question, choices), images=len(media)))
        answer = _said(row, columns.answer, None)
        if answer is not None:
            number = _chosen(answer, choices, mapping.answer_counts_from) if choices else None
            said, answer = (answer, answer) if number is None else (lettered(number, choices[number]), choices[number])
            turns.append(Turn.of("assistant", said))
            answers = [answer, *(one for one in answers if one != answer)]
    facts = replace(facts, answers=tuple(answers))
    if not media and not turns:
        raise BadRow("it has neither a picture nor a question")
    if not turns and facts == NO_FACTS and (columns.captions or columns.labels or columns.texts):
        raise BadRow("nothing is said of its picture")
    record = make_record(_origin(row, where, mapping, dataset, split), media=media, turns=turns, facts=facts)
    return in_order(record) if turns else record


def _media(row: Mapping[str, Any], mapping: ColumnMapping, root: str) -> list[Media]:
    values = [one for column in mapping.columns.image for one in _several(row.get(column))]
    media = [placed(one, root) if isinstance(one, str) else picture_of(one, root) for one in values]
    url = _said(row, mapping.columns.url, None)
    if url is None:
        return media
    if not url.startswith(("http://", "https://")):
        raise BadRow("the address of its picture is none")
    if not media:
        return [Media(url=url)]
    if len(media) > 1:
        raise BadRow("it has several pictures, and one address")
    return [replace(media[0], url=url)]


def _several(value: Any) -> Iterable[Any]:
    if isinstance(value, str):
        return texts_listed(value) or ([value] if value.strip() else [])
    return value if isinstance(value, list) else [] if value is None else [value]


def _chosen(answer: str, choices: Sequence[str], counts_from: int | None) -> int:
    """Find the choice that an answer is, or that its letter or number stands for."""
    bare = answer.strip("(). ")
    if counts_from is not None and bare.isdecimal():
        number = int(bare) - counts_from
    elif answer in choices:
        number = choices.index(answer)
    elif bare.isdecimal():
        raise BadRow("its answer is a number and no choice: `answer_counts_from` in the mapping says what it counts")
    else:
        number = ord(bare.upper()) - ord("A") if len(bare) == 1 and bare.isascii() else -1
    if not 0 <= number < len(choices):
        raise BadRow("its answer is none of its choices")
    return number


def _origin(row: Mapping[str, Any], where: str, mapping: ColumnMapping, dataset: str, split: str | None) -> Origin:
    columns, constants = mapping.columns, mapping.constants
    address = _said(row, columns.page, constants.page) or _said(row, columns.url, None)
    terms = _said(row, columns.model_terms, constants.model_terms)
    return Origin(
        dataset=_said(row, columns.dataset, constants.dataset) or dataset,
        key=_said(row, columns.key, None) or where.partition(", byte")[0],
        split=_said(row, columns.split, constants.split) or split,
        address=address,
        author=_said(row, columns.author, constants.author),
        picture_licence=licence.find(_said(row, columns.picture_licence, constants.picture_licence) or "unknown").name,
        text_licence=licence.find(_said(row, columns.text_licence, constants.text_licence) or "unknown").name,
        model_terms=terms and licence.find(terms).name,
    )


def _said(row: Mapping[str, Any], column: str | None, constant: str | None) -> str | None:
    """Give the text of a column, else what is the same in every row."""
    value = None if column is None else row.get(column)
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    text = _text(value, column or "")
    return constant if text is None else text


def _texts(row: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    found: list[str] = []
    for column in columns:
        value = row.get(column)
        if isinstance(value, str):
            value = texts_listed(value) or value
        cells = value if isinstance(value, list) else [value]
        found += [text for one in cells if (text := _text(one, column)) is not None]
    return found


def _text(value: Any, column: str) -> str | None:
    """Give a value as text: a number as it is written, a date as ISO has it; what is empty says nothing."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, bytes | list | Mapping):
        raise BadRow(f"`{column}` is no text")
    text = str(value)
    return text if text.strip() else None


def _extra(row: Mapping[str, Any], columns: Sequence[str]) -> str | None:
    kept = {column: value for column in columns if (value := row.get(column)) not in (None, "")}
    return json_of({name: _plain(value) for name, value in kept.items()}) if kept else None


def _plain(value: Any) -> Any:
    """Give a value as JSON has it; a date is its text."""
    if isinstance(value, bytes):
        raise BadRow("a column to keep holds bytes")
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)
