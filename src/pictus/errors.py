"""The one error a user can mend: what happened, where, and the mend."""

from collections.abc import Sequence
from difflib import get_close_matches


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


def unknown_name(kind: str, name: str, known: Sequence[str], *, where: str) -> PictusError:
    """Explain a name that nothing has, and give the one probably meant."""
    close = get_close_matches(name, known, n=1)
    listing = ", ".join(sorted(known)) or "none"
    mend = f"did you mean `{close[0]}`?" if close else f"known: {listing}"
    return PictusError(f"unknown {kind} `{name}`", where=where, mend=mend)


def _rebuild(kind: type[PictusError], what: str, where: str, mend: str) -> PictusError:
    return kind(what, where=where, mend=mend)


def _rebuild_many(errors: tuple[PictusError, ...], where: str) -> ManyErrors:
    return ManyErrors(errors, where=where)
