"""YAML as typed models: every mistake of a file is told at once, with its line and the mend."""

from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pictus.errors import ManyErrors, PictusError, unknown_name

_SHOWN = 80  # signs of what was written


class Section(BaseModel):
    """A part of a file; a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Model = TypeVar("Model", bound=Section)


def read_yaml(path: Path, *, what: str) -> tuple[Any, dict[tuple[str, ...], int]]:
    """Read a file as plain data, and the line on which each key stands."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise PictusError(f"cannot read the {what}: {error.strerror}", where=str(path), mend="check the path") from None
    except UnicodeDecodeError as error:
        raise PictusError(
            f"the {what} is no UTF-8 text: {error.reason}", where=str(path), mend="save it as UTF-8"
        ) from None
    try:
        return yaml.safe_load(text), _lines(yaml.compose(text), (), set())
    except RecursionError:
        mend = "write it flat: nobody needs a hundred levels"
        raise PictusError(f"the {what} is nested too deep", where=str(path), mend=mend) from None
    except (yaml.YAMLError, ValueError) as error:  # a date that is none is a ValueError
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise PictusError(
            f"not valid YAML: {getattr(error, 'problem', None) or error}",
            where=where,
            mend="check the indentation and the colons there",
        ) from None


def typed(
    model: type[Model], data: Any, lines: dict[tuple[str, ...], int], path: Path, *, at: tuple[str, ...] = ()
) -> Model:
    """Make a model of plain data, or tell all that is wrong with it; `at` is where in the file the data stands."""
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        told = sorted((_explain(problem, model, lines, path, at) for problem in error.errors()), key=lambda one: one[0])
    errors = [error for _, error in told]
    raise errors[0] if len(errors) == 1 else ManyErrors(errors, where=str(path))


def _lines(node: yaml.Node | None, at: tuple[str, ...], seen: set[int]) -> dict[tuple[str, ...], int]:
    """Note on which line each key stands; a key that stands twice is refused, for one of the two would be lost."""
    lines: dict[tuple[str, ...], int] = {}
    if id(node) in seen:  # an alias, which may stand for itself
        return lines
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*at, str(key.value))
            if place in lines and key.value != "<<":
                raise yaml.MarkedYAMLError(problem=f"the key `{key.value}` stands twice", problem_mark=key.start_mark)
            lines[place] = key.start_mark.line + 1
            lines |= _lines(value, place, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            lines[*at, str(number)] = item.start_mark.line + 1
            lines |= _lines(item, (*at, str(number)), seen)
    return lines


def _explain(
    problem: Any, model: type[Section], lines: dict[tuple[str, ...], int], path: Path, at: tuple[str, ...]
) -> tuple[int, PictusError]:
    inner = tuple(str(part) for part in problem["loc"])
    place = (*at, *inner)
    line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 1)
    where = f"{path}, line {line}, {'.'.join(place[:-1]) or 'top'}"
    if problem["type"] == "extra_forbidden":
        return line, unknown_name("key", place[-1], list(_section(model, inner[:-1]).model_fields), where=where)
    what = f"`{place[-1] if place else 'top'}`: {problem['msg'].removeprefix('Value error, ')}"
    wrote = repr(problem["input"])
    wrote = wrote if len(wrote) <= _SHOWN else f"{wrote[:_SHOWN]}…"
    return line, PictusError(what, where=where, mend=f"you wrote `{wrote}`")


def _section(model: type[Section], place: tuple[str, ...]) -> type[Section]:
    """Find the model of the part of a file in which a key stands."""
    for name in place:
        if name in model.model_fields:
            annotation = model.model_fields[name].annotation
            inner = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type)]
            model = next((one for one in inner if issubclass(one, Section)), model)
    return model
