"""`pictus acquire` by the name of a dataset, as people type it and as its guide shows it."""

import io
import json
import re
import shlex
import zipfile
from pathlib import Path

import pytest

from coco_files import write_dataset
from downloads import jpeg
from faults import faulty
from fileserver import file_server
from pictus.card import Asset
from web_pictures import jpeg as picture

GUIDE = (Path(__file__).parent.parent.parent / "docs/acquire.md").read_text("utf-8")
SHOWN = [line for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]
CONSOLE = re.findall(r"```console\n\$ pictus ([^\n]*)\n(.*?)```", GUIDE, re.DOTALL)


def packed(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return data.getvalue()


@pytest.fixture
def server(tmp_path, monkeypatch):
    write_dataset(tmp_path / "made", 2)
    told = {f"annotations/{path.name}": path.read_bytes() for path in (tmp_path / "made/annotations").iterdir()}
    told |= {name.replace("train", "val"): body for name, body in told.items()}
    files = {"/files/annotations/annotations_trainval2017.zip": packed(told)}
    for split in ("train", "val"):
        files[f"/files/zips/{split}2017.zip"] = packed({f"{split}2017/{n:012}.jpg": jpeg(n) for n in (1, 2)})
    with file_server(files) as server:
        monkeypatch.setattr("pictus.reading.coco_release._SITE", server.base)
        monkeypatch.chdir(tmp_path)
        yield server


@pytest.fixture
def offline(monkeypatch, tmp_path):
    monkeypatch.setattr("pictus.store.remote.urlopen", refuse)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    (tmp_path / "links.txt").write_text("sa_000000.tar\thttps://files.example/sa_000000.tar\n")
    monkeypatch.chdir(tmp_path)


def refuse(*_, **__):
    raise ConnectionRefusedError


def test_a_dataset_is_shown_fetched_and_found(server, run):
    out, _ = run("acquire", "COCO2017", "--to", "data", "--dry-run")
    assert "coco2017, COCO 2017: 3 files into data/coco" in out and "texts CC-BY-4.0" in out
    assert not Path("data").exists()
    out, err = run("acquire", "coco2017", "--to", "data", "--workers", 1)
    assert re.search(r"files fetched\s+3\n\s+archives unpacked\s+3\n\s+files unpacked\s+8\n", out)
    assert err.rstrip().endswith("next: pictus import coco2017 --from data/coco --to corpora/coco2017")
    run("import", "coco2017", "--from", "data/coco", "--to", "corpora/coco2017", "--workers", 1)
    run("import", "coco2017", "--from", "data", "--to", "corpora/shared", "--workers", 1)
    run("check", "corpora/shared", code=(0, 3))
    out, _ = run("acquire", "coco2017", "--to", "data")
    assert out == "data/coco: coco2017, all is here\n"


def test_json_says_what_is_here_and_what_was_done(server, run):
    told = json.loads(run("acquire", "coco2017", "--to", "data", "--split", "val", "--json", "--workers", 1)[0])
    assert {one["state"] for one in told["files"]} == {"here"} and told["done"]["refused"] == {}
    assert sorted(told["done"]["fetched"]) == ["annotations_trainval2017.zip", "val2017.zip"]
    assert told["licences"] == {"pictures": "per-item", "texts": "CC-BY-4.0", "model": None}
    plan = json.loads(run("acquire", "coco2017", "--to", "data", "--dry-run", "--json")[0])
    assert {one["path"]: one["state"] for one in plan["files"]}["train2017.zip"] == "missing" and plan["free_bytes"]


def test_what_was_refused_is_told_and_the_exit_says_so(server, run):
    server.files["/files/zips/val2017.zip"] = packed({"val2017/000000000001.jpg": jpeg(1), "../e\x1bvil": b"x"})
    _, err = run("acquire", "coco2017", "--to", "data", "--split", "val", "--workers", 1, code=3)
    assert "its name leads out of the folder" in err and "../e\N{REPLACEMENT CHARACTER}vil" in err


def test_options_that_mean_nothing_and_names_that_nobody_has_are_refused(offline, run):
    run("acquire", "coco2017", "--to", "data", "--tars", "0-1", "--dry-run", code=2)
    assert "did you mean `coco2017`?" in run("acquire", "coco20177", "--to", "data", code=1)[1]
    assert "no such dataset, file or corpus" in run("acquire", "urls.parquet", "--to", "data", code=1)[1]
    assert "can be fetched" in run("acquire", "laion400m", "--to", "data", code=1)[1]
    assert "leave out" in run("acquire", "sa1b", "--to", "data", "--annotations", code=1)[1]
    assert "no range" in run("acquire", "sa1b", "--to", "data", "--tars", "x", code=1)[1]
    assert not Path("data").exists()


@pytest.mark.parametrize("line", SHOWN)
def test_each_command_of_the_guide_runs(line, offline, run):
    program, *words = shlex.split(line)
    assert program == "pictus"
    run(*words, *([] if "--dry-run" in words else ["--dry-run"]))


@pytest.mark.parametrize(("command", "shown"), CONSOLE)
def test_what_the_guide_shows_is_what_is_printed(command, shown, offline, run):
    out, err = run(*shlex.split(command), code=3)
    assert out + err == shown


def test_settings_of_a_dataset_may_need_more_files(offline, run):
    command = ["acquire", "gqa", "--to", "data", "--dry-run"]
    assert "sceneGraphs.zip" not in run(*command)[0]
    assert "sceneGraphs.zip" in run(*command, "--set", "scene_graphs=true")[0]


def test_pictures_of_others_are_named(offline, run):
    out, err = run("acquire", "llava_mix665k", "--to", "data", "--dry-run")
    assert "~1.0 GB" in out and "coco2017: 2 files to fetch, 19.0 GB" in err
    out, _ = run("acquire", "llava_mix665k", "--to", "data", "--dry-run", "--with-needs")
    assert "gqa, GQA: 1 file into data/gqa" in out and "ocr_vqa, OCR-VQA: 1 file into data/ocr_vqa" in out


def test_the_commands_that_are_named_next_get_the_pictures_of_a_dataset_of_addresses(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    with faulty() as web, file_server({}) as server:
        web.files["/1.jpg"] = picture(1)
        server.files["/files/cc12m.tsv"] = f"{web.base}/1.jpg\ta cup\n{web.base}/status/404\ta cat\n".encode()
        assets = (Asset(url=f"{server.base}/cc12m.tsv", path="cc12m.tsv"),)
        monkeypatch.setattr("pictus.sources.cc12m.Source.assets", lambda source: assets)
        _, err = run("acquire", "cc12m", "--to", "data")
        said = [line.removeprefix("next: pictus ") for line in err.splitlines() if line.startswith("next: ")]
        assert said == [
            "import cc12m --from data/cc12m --to corpora/cc12m",
            "acquire corpora/cc12m --to corpora/cc12m-pictures",
        ]
        run(*said[0].split())
        out, _ = run(*said[1].split(), "--allow-network", "127.0.0.0/8", "--workers", 1, code=3)
    assert out == "corpora/cc12m-pictures: 1 record, 1 picture\n"
