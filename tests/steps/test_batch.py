"""The batch files: written, sent, polled and taken in, over a loopback vendor or by hand; same rows, half the price."""

import json

import orjson
import pytest
from aiohttp import web

from answering import play
from coco_files import write_dataset
from endpoint import good, serving
from pictus.ask import batch as files
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.steps import generate, import_


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("coco")
    write_dataset(root / "data", 12)
    import_.run(import_.plan("coco2017", root / "data", str(root / "corpus")), Events())
    return str(root / "corpus")


def answered(line):
    """Answer a request line as a batch does."""
    request = json.loads(line)
    reply = play(request["body"], 0)
    body = json.loads(good(request["body"], reply).body)
    return {"id": "x", "custom_id": request["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


class Vendor:
    """The files and batches of a vendor, answered one poll after they were made."""

    def __init__(self):
        self.files, self.batches, self.polls, self.fails = {}, {}, 0, ""

    def routes(self, app):
        app.router.add_post("/v1/files", self.upload)
        app.router.add_post("/v1/batches", self.make)
        app.router.add_get("/v1/batches/{id}", self.look)
        app.router.add_get("/v1/files/{id}/content", self.content)

    async def upload(self, request):
        form = await request.post()
        assert form["purpose"] == "batch"
        name = f"file-{len(self.files)}"
        self.files[name] = form["file"].file.read()
        return web.json_response({"id": name})

    async def make(self, request):
        asked = await request.json()
        assert asked["endpoint"] == "/v1/chat/completions" and asked["completion_window"] == "24h"
        name = f"batch-{len(self.batches)}"
        self.batches[name] = {"id": name, "status": "validating", "input": asked["input_file_id"], "looks": 0}
        return web.json_response(self.batches[name])

    async def look(self, request):
        batch = self.batches[request.match_info["id"]]
        batch["looks"] += 1
        if self.fails:
            batch |= {"status": "failed", "errors": {"data": [{"message": self.fails}]}}
        elif batch["looks"] == 1:
            batch["status"] = "in_progress"
        else:
            rows = [answered(line) for line in self.files[batch["input"]].splitlines()]
            rows.reverse()  # in any order
            broken = {"custom_id": rows[0]["custom_id"], "response": None, "error": {"code": "batch_expired"}}
            expired = len(rows) > 5
            self.files["out"] = b"\n".join(map(orjson.dumps, rows[expired:]))
            self.files["err"] = orjson.dumps(broken) if expired else b""
            batch |= {"status": "completed", "output_file_id": "out", "error_file_id": "err"}
        return web.json_response(batch)

    async def content(self, request):
        return web.Response(body=self.files[request.match_info["id"]])


def plan(corpus, to, base, **more):
    settings = {"model": "gpt-4o-mini", "base_url": base}
    return generate.plan(corpus, str(to), backend="openai", prompts="llava", settings=settings, **more)


def run(corpus, to, base, **more):
    return generate.run(plan(corpus, to, base, **more), Events())


def until_done(corpus, to, base, **more):
    waited = []
    for _ in range(20):
        try:
            return run(corpus, to, base, **more), waited
        except PictusError as error:
            assert "wait for their answers" in error.what, error
            waited.append(error.what)
    raise AssertionError(waited)


def test_batches_give_the_rows_of_a_live_run_at_half_the_price(corpus, tmp_path):
    vendor = Vendor()
    with serving(play, routes=vendor.routes) as endpoint:
        live = run(corpus, tmp_path / "live", endpoint.base)
        asked = len(endpoint.asked)
        made, waited = until_done(corpus, tmp_path / "g", endpoint.base, batch="go")
        assert len(endpoint.asked) == asked  # nothing was asked one by one
    assert made.summary["shards"] == live.summary["shards"]
    assert "1 validating" in waited[0] and "1 in progress" in waited[1]
    assert len(vendor.batches) >= 2  # what expired, and what could not be read, went into further ones
    cost = [json.loads((tmp_path / name / "asked.json").read_text())["dollars"] for name in ("live", "g")]
    assert cost[1] == pytest.approx(cost[0] / 2, abs=1e-6)


def test_files_can_be_written_and_read_with_no_network(corpus, tmp_path):
    nowhere = "http://127.0.0.1:1/v1"
    to = tmp_path / "g"
    for _ in range(6):
        with pytest.raises(PictusError, match="wait for their answers: 1 written") as caught:
            run(corpus, to, nowhere, batch="write")
        assert "--batch submit" in caught.value.mend
        newest = max((to / "batch").glob("requests-*.jsonl"))
        lines = newest.read_bytes().splitlines()
        answers = files.answers_folder(to / "batch")
        answers.mkdir(exist_ok=True)
        rows = b"\n".join(orjson.dumps(answered(line)) for line in lines)
        (answers / newest.name).write_bytes(b"broken {\n\n" + rows)
        try:
            made = run(corpus, to, nowhere, batch="ingest")
            break
        except PictusError as error:
            assert "wait for their answers" in error.what
    with serving(play) as endpoint:
        live = run(corpus, tmp_path / "live", endpoint.base)
    assert made.summary["shards"] == live.summary["shards"]


def test_a_line_is_what_a_live_request_would_be(corpus, tmp_path):
    with pytest.raises(PictusError):
        run(corpus, tmp_path / "g", "http://127.0.0.1:1/v1", batch="write", limit=1, kinds=("conversation",))
    (line,) = (tmp_path / "g/batch/requests-000.jsonl").read_bytes().splitlines()
    with serving(lambda body, times: "no") as endpoint:
        run(corpus, tmp_path / "live", endpoint.base, limit=1, kinds=("conversation",))
    request = json.loads(line)
    assert request["body"] == endpoint.asked[0]
    assert (request["method"], request["url"], len(request["custom_id"])) == ("POST", "/v1/chat/completions", 32)


def test_requests_are_not_sent_twice_when_a_run_is_repeated_or_cut_off(corpus, tmp_path):
    vendor = Vendor()
    with serving(routes=vendor.routes) as endpoint:
        for step in ("write", "write", "submit", "submit"):
            with pytest.raises(PictusError, match="wait"):
                run(corpus, tmp_path / "g", endpoint.base, batch=step)
        assert len(vendor.batches) == 1 and len(vendor.files) == 1


def test_a_batch_that_failed_says_why_and_is_written_anew(corpus, tmp_path):
    vendor = Vendor()
    with serving(play, routes=vendor.routes) as endpoint:
        with pytest.raises(PictusError, match="wait"):
            run(corpus, tmp_path / "g", endpoint.base, batch="go")
        vendor.fails = "the model does not do batches"
        with pytest.raises(PictusError, match="failed: the model does not do batches"):
            run(corpus, tmp_path / "g", endpoint.base, batch="go")
        vendor.fails = ""
        with pytest.raises(PictusError, match="wait"):
            run(corpus, tmp_path / "g", endpoint.base, batch="go")
        assert len(vendor.batches) == 2


def test_large_runs_are_cut_into_files(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_MOST_LINES", 10)
    with pytest.raises(PictusError, match="36 requests in 4 batches"):
        run(corpus, tmp_path / "g", "http://127.0.0.1:1/v1", batch="write")
    monkeypatch.setattr(files, "_MOST_LINES", 50_000)
    monkeypatch.setattr(files, "_MOST_BYTES", 40_000)
    with pytest.raises(PictusError, match="wait"):
        run(corpus, tmp_path / "h", "http://127.0.0.1:1/v1", batch="write")
    sizes = [path.stat().st_size for path in (tmp_path / "h/batch").glob("requests-*")]
    assert len(sizes) > 2 and max(sizes) <= 40_000


def test_a_budget_bounds_what_is_written(corpus, tmp_path):
    with pytest.raises(PictusError, match="wait"):
        run(corpus, tmp_path / "g", "http://127.0.0.1:1/v1", batch="write", budget=0.004)
    (one,) = files.read_state(tmp_path / "g/batch")
    assert 2 < one.requests < 36
    with pytest.raises(PictusError, match="budget"):
        run(corpus, tmp_path / "h", "http://127.0.0.1:1/v1", batch="write", budget=0.00001)


@pytest.mark.parametrize("more", [{"backend": "echo", "settings": {}}, {"target": 5}])
def test_what_batches_cannot_do_is_refused(corpus, tmp_path, more):
    options = {"backend": "openai", "settings": {"model": "m", "base_url": "http://x"}, **more}
    with pytest.raises(PictusError, match="with `--batch`"):
        generate.plan(corpus, str(tmp_path / "g"), prompts="llava", batch="go", **options)
