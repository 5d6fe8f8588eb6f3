"""The user's YAML that says what the columns of a table mean."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pictus import licence
from pictus.errors import Fault, PictusError, meant, together
from pictus.typed_yaml import Section, read_yaml, typed

MAPPING = "columns.yaml"  # what says it, beside a table

Names = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


def _known_licence(text: str) -> str:
    name, known = licence.find(text).name, [one.name for one in licence.known()]
    if name not in known:
        raise Fault(f"unknown licence `{text}`", mend=meant(text, known))
    return name


LicenceName = Annotated[str, AfterValidator(_known_licence)]


class Columns(Section):
    """Which column holds what; where several may be named, each of them, and each item of a list in them, counts."""

    key: str | None = None  # the row's name in your data; else its file and number
    image: Names = Field(default_factory=list)  # a path below the pictures, an address, or the picture itself
    url: str | None = None  # the address that the picture is from
    page: str | None = None  # an address to look at
    author: str | None = None  # of the picture
    captions: Names = Field(default_factory=list)
    labels: Names = Field(default_factory=list)  # of what is in the picture
    texts: Names = Field(default_factory=list)  # that are seen in the picture
    question: str | None = None
    answer: str | None = None  # what the assistant says
    answers: Names = Field(default_factory=list)  # reference answers beside it
    choices: Names = Field(default_factory=list)
    picture_licence: str | None = None
    text_licence: str | None = None
    model_terms: str | None = None
    dataset: str | None = None
    split: str | None = None
    extra: Names = Field(default_factory=list)  # columns to keep as they are

    def named(self) -> Iterator[tuple[str, str]]:
        """Give each field with each column that it names."""
        for field in type(self).model_fields:
            value = getattr(self, field)
            for column in [value] if isinstance(value, str) else value or []:
                yield field, column


class Constants(Section):
    """What is the same in every row; a column says otherwise where both are given."""

    dataset: str | None = None
    split: str | None = None
    author: str | None = None
    page: str | None = None
    question: str | None = None
    picture_licence: LicenceName | None = None
    text_licence: LicenceName | None = None
    model_terms: LicenceName | None = None


class ColumnMapping(Section):
    """All that a mapping may hold."""

    columns: Columns
    constants: Constants = Constants()
    answer_counts_from: Literal[0, 1] | None = None  # where an answer is the number of a choice

    @model_validator(mode="after")
    def _makes_records(self) -> Self:
        columns = self.columns
        if not (columns.image or columns.url or columns.question):
            raise Fault(
                "no column is named for `image`, `url` or `question`: a record has one of these",
                mend="name one, as `columns: {image: file_name}`",
            )
        if (columns.answer or columns.answers or columns.choices) and not (columns.question or self.constants.question):
            raise Fault(
                "an answer belongs to a question, and there is none",
                mend="name a column, as `question: text`, or write one under `constants`",
            )
        return self


def read_mapping(path: Path) -> tuple[ColumnMapping, dict[tuple[str, ...], int]]:
    """Read a mapping, or tell all that is wrong with it; and give the line on which each key stands."""
    data, lines = read_yaml(path, what="mapping")
    return typed(ColumnMapping, data, lines, path), lines


def check_columns(
    mapping: ColumnMapping, lines: dict[tuple[str, ...], int], names: Sequence[str], *, where: Path, table: Path
) -> None:
    """Refuse a mapping that names columns which a table has not, telling which it has."""
    errors = []
    for field, column in mapping.columns.named():
        if column not in names:
            close = get_close_matches(column, names, n=1)
            there = f"columns of {table.name}: {', '.join(names) or 'none'}"
            errors.append(
                PictusError(
                    f"there is no column `{column}`",
                    where=f"{where}, line {lines.get(('columns', field), 1)}, columns.{field}",
                    mend=f"did you mean `{close[0]}`? {there}" if close else there,
                )
            )
    if errors:
        raise together(errors, where=str(where))
