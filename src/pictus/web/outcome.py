"""What became of an address: its bytes, or the reason why there are none."""

from dataclasses import dataclass

# All words for a row that gave no picture; those of the bytes and the pixels are found out after the visit.
REASONS = {
    "bad_address": "This is no address of the web: http and https only, with a host, and without a password.",
    "blocked_address": "The host is not on the public internet.",
    "dns": "The name of the host cannot be looked up.",
    "connect": "The host takes no connection.",
    "tls": "The host cannot prove who it is, or speaks no TLS that is safe.",
    "timeout": "The host took longer than is allowed.",
    "reset": "The connection ended before an answer came.",
    "protocol": "The answer is not HTTP.",
    "redirects": "The address leads from one to the next without an end.",
    "robots": "The owner does not want this to be taken (`X-Robots-Tag`).",
    "cut_short": "The body ended before it was whole.",
    "too_large": "The body has more bytes than are allowed.",
    "encoding": "The body is packed in a way that cannot be unpacked, and was not asked for.",
    "empty": "The answer has no body.",
    "failed": "The answer could not be dealt with.",
    "stopped": "The run was stopped before the answer came.",
    "not_image": "The bytes are no picture: often a page that says why.",
    "too_small": "The picture is smaller than wanted.",
    "aspect": "The picture is too wide or too tall.",
    "too_many_pixels": "The picture has more pixels than are allowed.",
    "decode_failed": "The picture is broken.",
    "bad_box": "A box to blur is none.",
    "checksum": "The bytes are not those that the list names.",
}


@dataclass(frozen=True, slots=True)
class Got:
    """The body of an answer, and the address that gave it in the end."""

    data: bytes
    address: str


@dataclass(frozen=True, slots=True)
class Missed:
    """Why there is no body; the text is the same in every run that fails in the same way."""

    reason: str  # one of REASONS, or `http_404` and the like
    detail: str = ""
    passing: bool = False  # asking again may help
    wait_seconds: float | None = None  # what the server asked for

    @property
    def text(self) -> str:
        """Give reason and detail on one line."""
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


Outcome = Got | Missed


def is_outcome(text: str) -> bool:
    """Say whether a text begins with the word for what became of an address."""
    word = text.partition(":")[0]
    return word in REASONS or word.startswith("http_")


def meaning(reason: str) -> str:
    """Explain a reason in one sentence."""
    if reason.startswith("http_"):
        return f"The server answered with status {reason.removeprefix('http_')}."
    return REASONS[reason]
