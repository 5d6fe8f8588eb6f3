"""Why a picture was not made: a short code of the table of outcomes, and what was seen."""

import re

_ADDRESS = re.compile(r" ?(at )?0x[0-9a-fA-F]{6,}")  # of an object in memory: another one in every run
_LONGEST = 120


class Unfit(Exception):
    """It is no picture, a damaged one, or one that nobody wants."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = _plain(detail)

    @property
    def text(self) -> str:
        """The code, and what was seen."""
        return f"{self.reason}: {self.detail}" if self.detail else self.reason

    def __str__(self) -> str:
        return self.text


def _plain(detail: str) -> str:
    """Make one short line that is the same in every run."""
    words = " ".join(_ADDRESS.sub("", detail).split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
