"""Files of the Hugging Face Hub, as its own library knows them: how large they are, their checksums, where they lie.

The token is the one that the library knows: `HF_TOKEN`, or what `hf auth login` keeps. `HF_ENDPOINT` names another Hub.
"""

import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pictus.errors import PictusError

_HUB = "https://huggingface.co"
_ADDRESS = re.compile(rf"{_HUB}/datasets/([\w.-]+/[\w.-]+)(?:/resolve/([^/]+)/(.+))?")
_KIND = "dataset"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HOLDS_SECONDS = 300  # far less than addresses of the Hub hold


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file in a repository of data; without a path, the repository."""

    repository: str
    revision: str
    path: str

    @property
    def page(self) -> str:
        """Give the page of the repository."""
        return f"{_HUB}/datasets/{self.repository}"

    def named(self, path: str) -> str:
        """Give the address of a file of the same repository."""
        return f"{self.page}/resolve/{self.revision}/{path}"


@dataclass(frozen=True, slots=True)
class HubFacts:
    """What the Hub says of a file."""

    path: str
    size_bytes: int
    sha256: str | None  # of the large ones


def hub_file(url: str) -> HubFile | None:
    """Read an address of the Hub; None for any other."""
    found = _ADDRESS.fullmatch(url)
    return HubFile(found[1], found[2] or "main", found[3] or "") if found else None


def facts_of(one: HubFile, paths: Sequence[str]) -> list[HubFacts]:
    """Ask what the Hub knows of some files of a repository; of all, where none is named."""
    with _explained(one):
        api = _api()
        where = {"repo_id": one.repository, "repo_type": _KIND, "revision": one.revision}
        # The list of all files is asked for again and again for half a minute, so first whether anybody answers.
        found = api.get_paths_info(paths=list(paths) or ["README.md"], **where)
        if not paths:
            found = api.list_repo_tree(recursive=True, **where)
        # Folders have no size.
        return [
            HubFacts(file.path, file.size, file.lfs.sha256 if file.lfs else None)
            for file in found
            if hasattr(file, "size")
        ]


class HubWay:
    """The way to the bytes of a file: the Hub knows it, shows it to who may have it, and it holds for a while.

    The library itself would fetch a file of many gigabytes from its beginning after every interruption.
    """

    def __init__(self, one: HubFile) -> None:
        self.one, self._lock = one, threading.Lock()
        self._known: tuple[str, dict[str, str]] | None = None
        self._asked = 0.0
        self.facts: HubFacts | None = None

    def __call__(self, url: str) -> tuple[str, dict[str, str]]:
        """Give the address where the file lies now, and the headers that are to be sent there."""
        with self._lock:
            if self._known is None or time.monotonic() - self._asked > _HOLDS_SECONDS:
                self._known, self._asked = self._ask(), time.monotonic()
            return self._known

    def look(self) -> HubFacts:
        """Say how large the file is, and its checksum where the Hub knows it."""
        self("")
        assert self.facts is not None, "it was asked for"
        return self.facts

    def _ask(self) -> tuple[str, dict[str, str]]:
        import huggingface_hub as hub

        one, endpoint = self.one, (os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/")
        with _explained(one):
            url = hub.hf_hub_url(one.repository, one.path, repo_type=_KIND, revision=one.revision, endpoint=endpoint)
            found = hub.get_hf_file_metadata(url, endpoint=endpoint)
        sha256 = found.etag if found.etag and _SHA256.fullmatch(found.etag) else None
        self.facts = HubFacts(one.path, found.size or 0, sha256)
        # The token is for the Hub alone: where a file lies elsewhere, its address says enough.
        is_hub = urlsplit(found.location).netloc == urlsplit(endpoint).netloc
        headers = hub.utils.build_hf_headers(library_name="pictus") if is_hub else {}
        return found.location, {key.lower(): value for key, value in headers.items() if key.lower() == "authorization"}


def _api() -> Any:
    import huggingface_hub

    return huggingface_hub.HfApi(endpoint=os.environ.get("HF_ENDPOINT"), library_name="pictus")


@contextmanager
def _explained(one: HubFile) -> Iterator[None]:
    """Say in words what stands in the way, and what to do."""
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError:
        what = f"{one.repository} is given only to those who accept its terms"
        mend = f"accept them at {one.page}, make a token at {_HUB}/settings/tokens, and set HF_TOKEN to it"
        raise PictusError(what, where=one.page, mend=mend) from None
    except errors.RepositoryNotFoundError:
        mend = "look at the page; if it is private, set HF_TOKEN to a token that may read it"
        raise PictusError(f"the Hub shows no repository {one.repository}", where=one.page, mend=mend) from None
    except (errors.RemoteEntryNotFoundError, errors.RevisionNotFoundError):
        mend = "look at the page: it may have been renamed or removed"
        raise PictusError(f"{one.repository} has no file {one.path}", where=one.page, mend=mend) from None
    except (errors.HTTPError, errors.LocalEntryNotFoundError) as error:
        mend = "run the same command again: it goes on here"
        raise PictusError(f"the Hub does not give it: {_first_line(error)}", where=one.page, mend=mend) from None


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
