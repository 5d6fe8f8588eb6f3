"""The one error a user can mend: what happened, where, and the mend."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any


class PictusError(Exception):
    """Something the user can mend."""

    def __init__(self, what: str, *, where: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.where, self.mend = what, where, mend

    def __str__(self) -> str:
        return f"error: {self.what}\nwhere: {self.where}\nmend:  {self.mend}"

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process borders by pickling, which knows no keyword-only arguments.
        return (_rebuild, (type(self), self.what, self.where, self.mend))


class DamagedFile(PictusError):
    """A file that is there, and cannot be what it is called: not to be taken for one that is missing."""


class ManyErrors(PictusError):
    """All problems of one file, told together."""

    def __init__(self, errors: Sequence[PictusError], *, where: str) -> None:
        count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
        super().__init__(count, where=where, mend="see each problem above")
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n\n".join(str(error) for error in self.errors)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_many, (self.errors, self.where))


def together(errors: Sequence[PictusError], *, where: str) -> PictusError:
    """Give all problems of one file as one error."""
    return errors[0] if len(errors) == 1 else ManyErrors(errors, where=where)


def apart(error: PictusError) -> tuple[PictusError, ...]:
    """Give the problems that an error tells of."""
    return error.errors if isinstance(error, ManyErrors) else (error,)


def unknown_name(kind: str, name: str, known: Sequence[str], *, where: str) -> PictusError:
    """Explain a name that nothing has, and give the one probably meant."""
    return PictusError(f"unknown {kind} `{name}`", where=where, mend=meant(name, known))


def meant(name: str, known: Sequence[str], *, listing: str = "known: ") -> str:
    """Give the known name that was probably meant, or all of them."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"{listing}{', '.join(sorted(known)) or 'none'}"


class Fault(ValueError):
    """What a validator finds wrong with a value, and the mend; whoever knows the place makes an error of it."""

    def __init__(self, what: str, *, mend: str) -> None:
        super().__init__(f"{what}: {mend}")
        self.what, self.mend = what, mend


def misfit(problem: Mapping[str, Any], name: str = "") -> tuple[str, str]:
    """Say in plain words what pydantic found wrong with a value, and what to write instead.

    Args:
        problem: one of the `errors()` of its ValidationError.
        name: the key of the value; empty for what has none, as the items of a list.
    """
    kind, value, known = str(problem["type"]), problem["input"], dict(problem.get("ctx", {}))
    subject = f"`{name}`" if name else "it"
    if kind == "value_error":
        error = known["error"]
        return (error.what, error.mend) if isinstance(error, Fault) else (str(error), f"write {subject} otherwise")
    if kind == "invalid_key":
        return f"the key {_shown(value)} is no text", f"write it in quotes, or take it out: '{value}'"
    if kind == "missing":
        return f"{subject} is missing", f"add `{name}: …`"
    if kind == "literal_error":
        choices = known["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{subject} cannot be {_shown(value)}", meant(str(value), choices, listing="write one of ")
    wanted, example = _wanted(kind, known, str(problem["msg"]))
    mend = f"write {wanted}" + (f", as `{name}: {example}`" if name and example else "")
    if kind in ("int_type", "float_type") and isinstance(value, str) and value.strip().isdigit():
        mend = f"write it without quotes: {value.strip()}"
    if kind == "list_type" and isinstance(value, str):
        mend = "write it in brackets" + (f": `{name}: [{value}]`" if name else f": [{value}]")
    return f"{subject} must be {wanted}, and is {_shown(value)}", mend


_TYPES = {  # of pydantic's mistakes, by the beginning of their names: what is wanted, and an example
    "string": ("a text", "words"),
    "int": ("a whole number", "1"),
    "float": ("a number", "0.5"),
    "bool": ("true or false", "true"),
    "list": ("a list", "[a, b]"),
    "tuple": ("a list", "[a, b]"),
    "dict": ("keys with values", "{key: value}"),
    "model": ("keys with values", "{key: value}"),
    "finite": ("a number that is finite", "0.5"),
}
_BOUNDS = {
    "greater_than": ("more than {gt}", ""),
    "greater_than_equal": ("{ge} or more", "{ge}"),
    "less_than": ("less than {lt}", ""),
    "less_than_equal": ("{le} or less", "{le}"),
    "too_short": ("a list of {min_length} or more", ""),
    "too_long": ("a list of {max_length} or fewer", ""),
    "string_pattern_mismatch": ("a text with at least one word", "words"),
}


def _wanted(kind: str, known: Mapping[str, Any], said: str) -> tuple[str, str]:
    unknown = (said.removeprefix("Input should be "), "")
    wanted, example = _BOUNDS.get(kind) or _TYPES.get(kind.partition("_")[0], unknown)
    return wanted.format_map(known), example.format_map(known) if kind in _BOUNDS else example


_SHOWN = 60  # signs of what was written


def _shown(value: Any) -> str:
    """Show what was written, as it was written."""
    if value is None or not str(value).strip():
        return "empty"
    if isinstance(value, list | dict):
        count = f"{len(value)} {'item' if isinstance(value, list) else 'key'}"
        kind = "a list" if isinstance(value, list) else "keys with values"
        return f"{kind} ({count}{'s' * (len(value) != 1)})"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, str) and text.strip().isdigit():
        text = f'"{text}"'  # the quotes are what is wrong with it
    return f"`{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}`"


def _rebuild(kind: type[PictusError], what: str, where: str, mend: str) -> PictusError:
    return kind(what, where=where, mend=mend)


def _rebuild_many(errors: tuple[PictusError, ...], where: str) -> ManyErrors:
    return ManyErrors(errors, where=where)
