"""YAML as typed models: every mistake of a file is told at once, with its line and the mend."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import reduce
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pictus.errors import PictusError, meant, misfit, together

Place: TypeAlias = tuple[str, ...]  # keys, and numbers of items from 0 on
Lines: TypeAlias = Mapping[Place, int]  # on which each stands
_KEY = "[key]"  # by which pydantic says that a key is wrong, and not what stands behind it


class Section(BaseModel):
    """A part of a file; a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Model = TypeVar("Model", bound=Section)


def read_yaml(path: Path, *, what: str) -> tuple[Any, dict[Place, int]]:
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


def typed(model: type[Model], data: Any, lines: Lines, path: Path, *, at: Place = ()) -> Model:
    """Make a model of plain data, or tell all that is wrong with it; `at` is where in the file the data stands."""
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        told = [_explain(problem, model, lines, path, at) for problem in error.errors()]
    different = {str(error): (line, error) for line, error in told}  # one key can fail in several ways
    errors = [error for _, error in sorted(different.values(), key=lambda one: one[0])]
    raise together(errors, where=str(path))


def _lines(node: yaml.Node | None, at: Place, seen: set[int]) -> dict[Place, int]:
    """Note on which line each key stands; a key that stands twice is refused, for one of the two would be lost."""
    lines: dict[Place, int] = {}
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


def told_place(path: str | Path, lines: Lines, place: Place, way: Iterable[str]) -> str:
    """Say where something stands: the file, its line, and the way there, as `align: data: part 2`."""
    return ", ".join(filter(None, (f"{path}, line {_line_of(lines, place)}", ": ".join(way))))


def way_to(model: type[Section], place: Place) -> Iterator[str]:
    """Name the keys and items on the way to a place; `stages`, which only gathers what is named, is no station."""
    annotation: Any = model
    for number, name in enumerate(place, 1):
        inside, annotation = annotation, _within(annotation, name)
        kind = section.__name__.lower() if (section := _section(annotation)) is not None else "item"
        if name.isdigit() and get_origin(inside) is list:
            yield f"{kind} {int(name) + 1}"
        elif number == len(place) or name != f"{kind}s":
            yield name


def _line_of(lines: Lines, place: Place) -> int:
    return next((lines[place[:count]] for count in range(len(place), 0, -1) if place[:count] in lines), 1)


def _explain(problem: Any, model: type[Section], lines: Lines, path: Path, at: Place) -> tuple[int, PictusError]:
    inner = tuple(map(str, _before_tags(problem["loc"])))
    name = inner[-1] if inner and not inner[-1].isdigit() else ""
    what, mend = _told(problem, model, inner, name)
    # A mistake that names its key is told where that stands; a validator speaks of a whole section.
    named = inner[:-1] if name and problem["type"] != "value_error" else inner
    where = told_place(path, lines, (*at, *inner), (*at, *way_to(model, named)))
    return _line_of(lines, (*at, *inner)), PictusError(what, where=where, mend=mend)


def _before_tags(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Leave out what pydantic adds to the way where a key itself is wrong."""
    return loc[: loc.index(_KEY)] if _KEY in loc else loc


def _told(problem: Any, model: type[Section], inner: Place, name: str) -> tuple[str, str]:
    """Say what is wrong and what to write, with what only the model knows: its keys, and what they take."""
    kind, outer = str(problem["type"]), reduce(_within, inner[:-1], model)
    section = _section(outer)
    if kind == "extra_forbidden" and section is not None:
        return f"unknown key `{name}`", _meant_key(name, section)
    if _KEY in problem["loc"]:
        gathered = inner[-2] if len(inner) > 1 and inner[-2].endswith("s") else "keys"
        known = _choices(get_args(outer)[0]) if get_origin(outer) is dict else []
        return f"unknown {gathered[:-1]} `{name}`", meant(name, known)
    what, mend = misfit(problem, name)
    wanted = _section(reduce(_within, inner, model)) if kind == "model_type" else None
    if wanted is not None:
        mend = f"write keys with values, of these: {', '.join(sorted(_keys(wanted)))}"
    if kind == "missing" and name:
        mend = f"add `{name}: …`, {_taken(_within(outer, name))}"
    return what, mend


def _meant_key(name: str, section: type[Section]) -> str:
    """Give the key that was probably meant, which may belong below another."""
    known = list(_keys(section))
    if not get_close_matches(name, known):
        for outer, annotation in _keys(section).items():
            below = _section(annotation)
            for close in get_close_matches(name, _keys(below) if below is not None else (), n=1):
                return f"write it below `{outer}:`" if close == name else f"did you mean `{close}`, below `{outer}:`?"
    return meant(name, known, listing="known keys: ")


def _keys(section: type[Section]) -> dict[str, Any]:
    """Give the type of each key, under the name that a file has for it."""
    return {field.alias or name: field.annotation for name, field in section.model_fields.items()}


def _within(annotation: Any, name: str) -> Any:
    """Give the type of a key or an item of a type."""
    if get_origin(annotation) in (dict, list):
        return _bare(get_args(annotation)[-1])
    section = _section(annotation)
    return _bare(_keys(section).get(name)) if section is not None else None


def _bare(annotation: Any) -> Any:
    """Take off what says more than the type, and that it may be missing."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(one for one in get_args(annotation) if one is not NoneType))
    return annotation


def _section(annotation: Any) -> type[Section] | None:
    """Find the section that a type is, or gathers."""
    bare = _bare(annotation)
    if get_origin(bare) in (dict, list):
        return _section(get_args(bare)[-1])
    return bare if isinstance(bare, type) and issubclass(bare, Section) else None


def _choices(annotation: Any) -> list[str]:
    """List the words that a type takes, where it takes some alone."""
    inner = [_bare(one) for one in get_args(annotation)]
    return [word for one in inner for word in (_choices(one) if get_args(one) else [str(one)])]


def _taken(annotation: Any) -> str:
    """Say what a key takes."""
    if get_origin(annotation) is Literal:
        return f"one of {', '.join(_choices(annotation))}"
    if _section(annotation) is not None and get_origin(annotation) is None:
        return "with keys below it"
    kinds = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", list: "a list"}
    return kinds.get(get_origin(annotation) or annotation, "keys with values")
