"""The batch files of OpenAI's protocol: half the price, an answer within a day, and no request in flight to lose.

Four steps, of which two need no network: write request files, submit them, poll, and ingest the files of answers into
the journal. A line is named by the key of its request, so that answers are found in any order and never counted twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from pictus.ask.journal import Journal
from pictus.ask.key import key_of, shape_of
from pictus.ask.money import Price, Purse, most_tokens
from pictus.ask.question import Question, Slot, came_of
from pictus.backends.openai import Backend
from pictus.chat.faults import fault_of
from pictus.chat.reply import read_reply
from pictus.errors import PictusError
from pictus.prompt import Fault, Prompt
from pictus.store.whole_file import whole_file

_MOST_LINES, _MOST_BYTES = 50_000, 190_000_000  # of one file; vendors take 200 MB
_STATE = "batches.json"
_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One request file, and how far its answers are."""

    file: str
    requests: int
    file_id: str = ""  # at the vendor
    batch_id: str = ""
    status: str = "written"  # then what the vendor says, and at last ingested

    @property
    def is_open(self) -> bool:
        """Say whether answers are still to come."""
        return self.status != "ingested"


@dataclass(slots=True)
class Ingested:
    """What files of answers held."""

    answers: int = 0
    failed: int = 0  # set aside for good
    passing: int = 0  # failed for reasons that may pass: they are asked again
    unreadable: int = 0  # broken lines


def missing(questions: Iterable[Question], backend: Backend, journal: Journal) -> Iterator[tuple[bytes, Prompt]]:
    """Give the requests whose answers are not in the journal, each once; unusable answers ask for their next try."""
    shape, seen = shape_of(backend), set()
    for question in questions:
        slot = Slot(question)
        while True:
            key = key_of(slot.prompt, shape)
            kept = journal.get(key)
            if kept is None:
                if key not in seen:
                    seen.add(key)
                    yield key, slot.prompt
                break
            if slot.take(came_of(kept)):
                break


async def write(
    requests: Iterable[tuple[bytes, Prompt]],
    backend: Backend,
    journal: Journal,
    folder: Path,
    *,
    purse: Purse,
    price: Price | None,
) -> list[Batch]:
    """Write request files, as many lines as the purse affords; a prompt that cannot be sent is journaled as such."""
    known = read_state(folder)
    lines: list[bytes] = []
    size = 0
    for key, prompt in requests:
        most = 0.0 if price is None else price.cost(most_tokens(prompt, backend.model), batch=True)
        if not purse.affords(most):
            break
        line = await _line(key, prompt, backend, journal)
        if len(lines) == _MOST_LINES or size + len(line) > _MOST_BYTES:
            _write_file(lines, known, folder)
            lines, size = [], 0
        if line:
            purse.reserve(most)
            lines.append(line)
            size += len(line)
    _write_file(lines, known, folder)
    return known


def _write_file(lines: list[bytes], known: list[Batch], folder: Path) -> None:
    if lines:
        name = f"requests-{len(known):03d}.jsonl"
        with whole_file(folder / name) as file:
            file.writelines(lines)
        known.append(Batch(file=name, requests=len(lines)))
        write_state(folder, known)


async def submit(batches: list[Batch], backend: Backend, folder: Path) -> list[Batch]:
    """Send the request files that were not sent yet; each is noted at once, so that none is sent twice."""
    for place, batch in enumerate(batches):
        if batch.status != "written":
            continue
        if not batch.file_id:
            batches[place] = batch = replace(batch, file_id=await _upload(folder / batch.file, backend))
            write_state(folder, batches)
        asked = {"input_file_id": batch.file_id, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        made = await _called(backend, "batches", orjson.dumps(asked))
        batches[place] = replace(batch, batch_id=str(made["id"]), status=str(made.get("status") or "validating"))
        write_state(folder, batches)
    return batches


async def poll(batches: list[Batch], backend: Backend, folder: Path) -> list[Batch]:
    """Ask how far the batches are, and bring the answers of those that ended."""
    for place, batch in enumerate(batches):
        if not batch.batch_id or not batch.is_open or batch.status in _ENDED:
            continue
        told = await _called(backend, f"batches/{batch.batch_id}")
        status = str(told["status"])
        if status in _ENDED:
            for kind in ("output_file_id", "error_file_id"):
                if told.get(kind):
                    name = f"{batch.batch_id}-{kind.removesuffix('_file_id')}.jsonl"
                    await _download(str(told[kind]), backend, answers_folder(folder) / name)
        batches[place] = replace(batch, status=status)
        write_state(folder, batches)
        if status == "failed":
            errors = (told.get("errors") or {}).get("data") or [{}]
            what = errors[0].get("message") or "the vendor does not say why"
            mend = "mend what it names, then run the same command again: the requests are written anew"
            raise Fault(f"the batch {batch.batch_id} failed: {what}", "stop", mend=mend)
    return batches


def ingest(files: Iterable[Path], journal: Journal, price: Price | None) -> Ingested:
    """Read files of answers into the journal; reading one twice changes nothing."""
    found = Ingested()
    for path in files:
        with path.open("rb") as lines:
            for line in lines:
                if line.strip():
                    _ingest_line(line, journal, price, found)
    return found


def ended(batches: list[Batch], folder: Path, journal: Journal) -> list[Batch]:
    """Note which batches are done with: those that ended at the vendor, and those answered by files put there."""
    done = [
        replace(one, status="ingested") if one.status in _ENDED or _is_answered(folder / one.file, journal) else one
        for one in batches
    ]
    write_state(folder, done)
    return done


def _is_answered(path: Path, journal: Journal) -> bool:
    """Say whether any answer to a request file came."""
    with path.open("rb") as lines:
        return any(journal.get(bytes.fromhex(orjson.loads(line)["custom_id"])) is not None for line in lines)


def answers_folder(folder: Path) -> Path:
    """Say where files of answers are looked for: beside the requests, in a folder of their own."""
    return folder / "answers"


def read_state(folder: Path) -> list[Batch]:
    """Read what is known of the batches of a folder."""
    path = folder / _STATE
    if not path.exists():
        return []
    try:
        return [Batch(**row) for row in orjson.loads(path.read_bytes())]
    except (orjson.JSONDecodeError, TypeError) as error:
        mend = "bring it back from a copy, or remove the folder: answers in the journal stay"
        raise PictusError(f"the state of the batches cannot be read: {error}", where=str(path), mend=mend) from None


def write_state(folder: Path, batches: list[Batch]) -> None:
    """Write what is known of the batches."""
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / _STATE) as file:
        file.write(orjson.dumps([asdict(batch) for batch in batches], option=orjson.OPT_INDENT_2))


async def _line(key: bytes, prompt: Prompt, backend: Backend, journal: Journal) -> bytes:
    try:
        body = await backend.body(prompt)
    except Fault as fault:  # a picture that cannot be read
        journal.put(key, b"", failed=fault.what, remedy="set_aside")
        return b""
    line = {"custom_id": key.hex(), "method": "POST", "url": "/v1/chat/completions", "body": body}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _ingest_line(line: bytes, journal: Journal, price: Price | None, found: Ingested) -> None:
    try:
        row = orjson.loads(line)
        key = bytes.fromhex(row["custom_id"])
        response, error = row.get("response") or {}, row.get("error")
        body = response.get("body")
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        found.unreadable += 1
        return
    try:
        if error or int(response.get("status_code") or 0) != 200:
            text = orjson.dumps(body or {"error": error or "no answer"})
            raise fault_of(int(response.get("status_code") or 500), {}, text, address="the batch")
        reply = orjson.dumps(body)
        answer = read_reply(reply)
    except Fault as fault:
        if fault.remedy in ("set_aside", "vary"):
            journal.put(key, b"", failed=fault.what, remedy=fault.remedy)
            found.failed += 1
        else:
            found.passing += 1
        return
    cost = 0.0 if price is None or answer.usage is None else price.cost(answer.usage, batch=True)
    journal.put(key, reply, usage=answer.usage, cost=cost)
    found.answers += 1


async def _upload(path: Path, backend: Backend) -> str:
    import aiohttp

    form = aiohttp.FormData()
    form.add_field("purpose", "batch")
    with path.open("rb") as file:
        form.add_field("file", file, filename=path.name, content_type="application/jsonl")
        made = await _called(backend, "files", form())
    return str(made["id"])


async def _download(file_id: str, backend: Backend, path: Path) -> None:
    status, headers, data = await backend.connection.get(f"files/{file_id}/content")
    if status != 200:
        raise fault_of(status, headers, data, address=backend.connection.address("files"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(data)


async def _called(backend: Backend, path: str, data: Any = None) -> dict[str, Any]:
    connection = backend.connection
    status, headers, reply = await (connection.get(path) if data is None else connection.post(path, data))
    if status not in (200, 201):
        raise fault_of(status, headers, reply, address=connection.address(path))
    told: dict[str, Any] = orjson.loads(reply)
    return told
