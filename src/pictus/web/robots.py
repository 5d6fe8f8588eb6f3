"""What the owner of a picture says of its use by `X-Robots-Tag`.

The header is heard where it speaks to everybody, to us by name, or to programs that collect pictures in bulk by the
name of the best known. What it says to search engines alone (`googlebot: noindex`) is no word to us.
"""

import re
from collections.abc import Collection, Iterable

_EVERYBODY = frozenset({"", "*"})
_COLLECTORS = frozenset({"pictus", "img2dataset"})
_IMPLIED = {"none": ("noindex", "nofollow")}
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_NAME = re.compile(r"\s*([\w*.-]+)\s*:(.*)", re.DOTALL)


def forbidding(values: Iterable[str], obey: Collection[str], agent: str) -> str | None:
    """Give the first directive that is to be obeyed, or none.

    Args:
        values: the header as often as it was sent.
        obey: the directives that forbid.
        agent: what we call ourselves to the server, as `name/version`.
    """
    ours = _EVERYBODY | _COLLECTORS | {agent.partition("/")[0].strip().lower()}
    for value in values:
        spoken_to = ""  # a name holds for what follows it, until the next
        for piece in value.lower().split(","):
            named = _NAME.fullmatch(piece)
            if named and named[1] not in _VALUED:
                spoken_to, piece = named[1], named[2]
            directive = piece.strip()
            if spoken_to in ours:
                for one in (directive, *_IMPLIED.get(directive, ())):
                    if one in obey:
                        return str(one)
    return None
