"""A dataset is acquired by its name: fetched, verified, unpacked where its source and trainers look, and only once."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest

from coco_files import write_dataset
from downloads import jpeg
from fakehub import fake_hub
from fileserver import file_server
from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import ManyErrors, PictusError
from pictus.steps import arrange, import_
from pictus.steps.acquire.links import numbers_of, read_links
from pictus.steps.acquire.measure import measured
from pictus.steps.acquire.plan import plan_below
from pictus.steps.acquire.run import run
from pictus.steps.arrange.tree import PLACES, assets_of
from pictus.store.remote import Unreachable

PICTURES = {split: [f"{split}2017/{number:012}.jpg" for number in (1, 2, 3)] for split in ("train", "val")}


def packed(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return data.getvalue()


def coco_files(folder):
    write_dataset(folder, 3)
    told = {f"annotations/{path.name}": path.read_bytes() for path in (folder / "annotations").iterdir()}
    told |= {name.replace("train", "val"): body for name, body in told.items()}
    pictures = {
        f"/files/zips/{split}2017.zip": packed({name: jpeg(place) for place, name in enumerate(names)})
        for split, names in PICTURES.items()
    }
    return {"/files/annotations/annotations_trainval2017.zip": packed(told), **pictures}


@pytest.fixture(autouse=True)
def large_disk(monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 2**50}))


@pytest.fixture
def server(tmp_path, monkeypatch):
    with file_server(coco_files(tmp_path / "made")) as server:
        monkeypatch.setattr("pictus.reading.coco_release._SITE", server.base)
        monkeypatch.setattr("pictus.store.download.time.sleep", lambda seconds: None)
        yield server


def acquire(data, name, *splits, keep_archives=True, **options):
    return run(measured(plan_below(data, name, splits, **options)), Events(), workers=1, keep_archives=keep_archives)


def states(data, name, *splits, **options):
    return {item.asset.path: item.state for item in plan_below(data, name, splits, **options).all_items}


def tree(folder):
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".pictus" not in path.parts
    }


def test_a_dataset_is_here_whole_and_comes_once(server, tmp_path):
    data = tmp_path / "data"
    done = acquire(data, "coco2017")
    assert len(done.fetched) == len(done.unpacked) == 3 and done.files.written == 4 + 6
    assert set(states(data, "coco2017").values()) == {"here"}
    source = plugins.load("sources", "coco2017")
    pictures = [record.media[0] for record in source.records(data / "coco", "val")]
    assert len(pictures) == 3 and all((data / "coco" / one.path).is_file() for one in pictures)
    before = len(server.log)
    again = acquire(data, "coco2017")
    assert not (again.fetched or again.unpacked) and len(server.log) == before


def test_archives_may_be_dropped_and_are_not_fetched_again(server, tmp_path):
    acquire(tmp_path, "coco2017", keep_archives=False)
    assert not [name for name in tree(tmp_path / "coco") if name.endswith(".zip")]
    before = len(server.log)
    assert acquire(tmp_path, "coco2017").fetched == [] and len(server.log) == before
    for path in (tmp_path / "coco/val2017").iterdir():
        path.unlink()
    assert states(tmp_path, "coco2017")["val2017.zip"] == "missing"


def test_annotations_alone_and_one_split_alone(server, tmp_path):
    acquire(tmp_path, "coco2017", pictures=False)
    assert server.got() == ["/files/annotations/annotations_trainval2017.zip"]
    acquire(tmp_path, "coco2017", "val")
    assert server.got()[1:] == ["/files/zips/val2017.zip"]
    with pytest.raises(PictusError, match="unknown split `vall`"):
        acquire(tmp_path, "coco2017", "vall")


def test_pictures_that_somebody_unpacked_are_taken_as_they_are(server, tmp_path):
    (tmp_path / "coco/train2017").mkdir(parents=True)
    (tmp_path / "coco/train2017/000000000001.jpg").write_bytes(jpeg(1))
    assert states(tmp_path, "coco2017")["train2017.zip"] == "here"
    acquire(tmp_path, "coco2017")
    assert "/files/zips/train2017.zip" not in server.got()


def test_an_archive_that_somebody_fetched_is_unpacked(server, tmp_path):
    (tmp_path / "coco").mkdir()
    (tmp_path / "coco/val2017.zip").write_bytes(server.files["/files/zips/val2017.zip"])
    assert states(tmp_path, "coco2017", "val")["val2017.zip"] == "packed"
    acquire(tmp_path, "coco2017", "val")
    assert {*PICTURES["val"]} <= tree(tmp_path / "coco") and "/files/zips/val2017.zip" not in server.got()


def test_a_file_that_cannot_be_had_keeps_no_other_from_coming(server, tmp_path):
    body = server.files.pop("/files/zips/train2017.zip")
    with pytest.raises(PictusError, match="404"):
        acquire(tmp_path, "coco2017")
    assert {*PICTURES["val"]} <= tree(tmp_path / "coco")
    assert states(tmp_path, "coco2017") == {
        "annotations_trainval2017.zip": "here",
        "train2017.zip": "missing",
        "val2017.zip": "here",
    }
    server.files["/files/zips/train2017.zip"] = body
    assert acquire(tmp_path, "coco2017").fetched == ["train2017.zip"]


def test_a_run_that_was_stopped_goes_on(server, tmp_path):
    server.stop_after = [500]
    stopped = Events((lambda event: (_ for _ in ()).throw(KeyboardInterrupt),))
    with pytest.raises(KeyboardInterrupt):
        run(plan_below(tmp_path, "coco2017", ["val"]), stopped, workers=1)
    assert "partial" in states(tmp_path, "coco2017", "val").values()
    server.stop_after = []
    acquire(tmp_path, "coco2017", "val")
    assert set(states(tmp_path, "coco2017", "val").values()) == {"here"}
    assert any(span and span.startswith("bytes=") for _, _, span in server.log)


def known_to_be(monkeypatch, **facts):
    cls = plugins.load_class("sources", "coco2017")
    assets = cls().assets()
    monkeypatch.setattr(cls, "assets", lambda self: tuple(replace(one, **facts) for one in assets[:1]))


def test_what_is_known_of_a_file_must_be_so_and_is_looked_at_once(server, tmp_path, monkeypatch):
    body = server.files["/files/annotations/annotations_trainval2017.zip"]
    known_to_be(monkeypatch, sha256=hashlib.sha256(body).hexdigest(), size_bytes=len(body))
    (tmp_path / "coco").mkdir()
    (tmp_path / "coco/annotations_trainval2017.zip").write_bytes(body[:-1] + b"x")
    with pytest.raises(PictusError, match="not the file that is wanted: its sha256"):
        acquire(tmp_path, "coco2017")
    (tmp_path / "coco/annotations_trainval2017.zip").write_bytes(body)
    acquire(tmp_path, "coco2017")
    told = json.loads((tmp_path / "coco/.pictus/acquired/coco2017.json").read_bytes())
    assert told["files"]["annotations_trainval2017.zip"]["sha256"] == hashlib.sha256(body).hexdigest()
    assert told["begun"] == [] and server.got() == []


def test_a_disk_without_room_is_noticed_before_anything_comes(server, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10}))
    with pytest.raises(PictusError, match="room for 10"):
        acquire(tmp_path, "coco2017")
    assert server.got() == []


def test_what_is_refused_of_an_archive_is_told_each_time(server, tmp_path):
    server.files["/files/zips/val2017.zip"] = packed({PICTURES["val"][0]: jpeg(1), "../evil": b"x"})
    for written in (1, 0):
        done = acquire(tmp_path, "coco2017", "val")
        assert done.files.refused.counts == {"its name leads out of the folder": 1}
        assert (tmp_path / "coco" / PICTURES["val"][0]).is_file() and not (tmp_path / "evil").exists()
        assert done.files.written >= written
    assert states(tmp_path, "coco2017", "val")["val2017.zip"] == "packed"


def test_the_same_dataset_may_have_the_folder_for_itself(server, tmp_path):
    write_dataset(tmp_path / "mine", 3)
    assert plan_below(tmp_path / "mine", "coco2017").root == tmp_path / "mine"
    assert plan_below(tmp_path / "new", "coco2017").root == tmp_path / "new/coco"


def test_what_only_a_person_can_fetch_is_told_then_verified_and_unpacked(tmp_path):
    rows = json.dumps([{"id": "q", "conversations": []}]).encode()
    inner = packed({"data/toolllama_G123_dfs_train.json": rows, "data/toolllama_G123_dfs_eval.json": rows})
    done = acquire(tmp_path, "toolbench")
    (item,) = done.by_hand
    assert item.path == tmp_path / "toolbench/data.zip" and "browser" in item.asset.by_hand
    item.path.parent.mkdir(exist_ok=True)
    item.path.write_bytes(inner[:-50])
    with pytest.raises(PictusError, match="damaged"):
        acquire(tmp_path, "toolbench")
    item.path.write_bytes(packed({"data.zip": inner}))  # as a browser packs a folder of Google Drive
    done = acquire(tmp_path, "toolbench")
    assert done.by_hand == [] and set(states(tmp_path, "toolbench").values()) == {"here"}
    assert {"toolbench/data/toolllama_G123_dfs_train.json"} <= tree(tmp_path)


def test_a_wrong_archive_put_by_hand_is_noticed(tmp_path):
    (tmp_path / "toolbench").mkdir()
    (tmp_path / "toolbench/data.zip").write_bytes(packed({"holiday.jpg": b"x"}))
    with pytest.raises(ManyErrors, match="toolllama"):
        acquire(tmp_path, "toolbench")


def test_a_page_that_was_saved_in_place_of_a_file_is_noticed(tmp_path):
    (tmp_path / "ocr_vqa").mkdir()
    file = tmp_path / "ocr_vqa/dataset.json"
    file.write_text("<!doctype html><title>Sign in</title>")
    with pytest.raises(PictusError, match="page for browsers"):
        acquire(tmp_path, "ocr_vqa")
    file.write_text('{"0009900017": {"imageURL": "http://x.example/1.jpg"')
    with pytest.raises(ManyErrors, match="cut short"):
        acquire(tmp_path, "ocr_vqa")
    file.write_text("{}")
    assert acquire(tmp_path, "ocr_vqa").by_hand == []


def test_tars_of_sa1b_come_by_the_links_that_a_person_got(server, tmp_path):
    names = [f"sa_{number:06}.tar" for number in range(4)]
    server.files |= {f"/files/{name}": name.encode() for name in names}
    (tmp_path / "links.txt").write_text(
        "file_name\tcdn_link\n" + "".join(f"{name}\t{server.base}/{name}\n" for name in names[:3])
    )
    rows = {"links": read_links(tmp_path / "links.txt"), "numbers": numbers_of("000001-000003")}
    done = acquire(tmp_path / "data", "sa1b", **rows)
    assert tree(tmp_path / "data") == {"sam/sa_000001.tar", "sam/sa_000002.tar"}
    assert [item.asset.path for item in done.by_hand] == ["sa_000003.tar"]  # which the list does not have
    assert states(tmp_path / "data", "sa1b", links=rows["links"])["sa_000000.tar"] == "missing"
    assert set(states(tmp_path / "data", "sa1b")) == {"sa_000000.tar"}
    server.statuses = [403]
    with pytest.raises(PictusError, match="403") as told:
        acquire(tmp_path / "data", "sa1b", links=rows["links"], numbers=range(1))
    assert "expired" in told.value.mend


@pytest.mark.parametrize("text", ["", "x", "5-4", "1-2-3", "1-9999999"])
def test_a_range_of_tars_that_is_none_is_refused(text):
    with pytest.raises(PictusError, match="no range"):
        numbers_of(text)


def test_a_list_without_links_is_refused(tmp_path):
    (tmp_path / "page.html").write_text("<html><body>Sign in</body></html>")
    with pytest.raises(PictusError, match="no link"):
        read_links(tmp_path / "page.html")


@pytest.fixture
def hub(monkeypatch):
    with fake_hub({}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.base)
        yield hub


def row(number):
    turns = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A square."}]
    return {"id": f"{number:012}", "image": f"{number:012}.jpg", "conversations": turns}


def test_pictures_that_a_dataset_needs_come_with_it(server, hub, tmp_path):
    names = [asset.path.rpartition("/")[2] for asset in plugins.load("sources", "llava_instruct_150k").assets()]
    hub.repositories["liuhaotian/LLaVA-Instruct-150K"] = {name: json.dumps([row(1), row(2)]).encode() for name in names}
    acquire(tmp_path, "llava_instruct_150k", "train", with_needs=True)
    assert {"llava/llava_instruct_150k.json", *(f"coco/{name}" for name in PICTURES["train"])} <= tree(tmp_path)
    assert "/files/annotations/annotations_trainval2017.zip" not in server.got()
    corpus = import_.run(import_.plan("llava_instruct_150k", tmp_path, str(tmp_path / "c"), workers=1), Events())
    assert [record.media[0].path for record in corpus.records()] == [f"coco/train2017/{n:012}.jpg" for n in (1, 2)]
    left = arrange.plan(tmp_path)
    assert not (left.archives or left.pictures or left.annotations)  # all is where trainers look


def test_archives_of_the_hub_go_where_trainers_look(hub, tmp_path):
    hub.repositories["liuhaotian/LLaVA-Pretrain"] = {
        "blip_laion_cc_sbu_558k.json": json.dumps([row(1)]).encode(),
        "images.zip": packed({"00453/004530001.jpg": jpeg(1)}),
    }
    chunks = {f"allava_laion/image_chunks/images_{n}.zip": packed({f"x/{n}/{n}.jpeg": jpeg(n)}) for n in range(10)}
    texts = {f"allava_laion/ALLaVA-{kind}-LAION-4V.json": b"[]" for kind in ("Caption", "Instruct")}
    hub.repositories["FreedomIntelligence/ALLaVA-4V"] = {**chunks, **texts}
    acquire(tmp_path, "lcs558k")
    acquire(tmp_path, "allava_caption", "laion", keep_archives=False)
    pictures = {f"allava/allava_laion/images/{n}.jpeg" for n in range(10)}
    assert {"llava/llava_pretrain/images/00453/004530001.jpg", *pictures} <= tree(tmp_path)
    assert set(states(tmp_path, "allava_caption", "laion").values()) == {"here"}


def test_a_whole_repository_becomes_a_folder(hub, tmp_path):
    parts = {f"part-{number:05}.parquet": bytes([number]) * 5000 for number in range(3)}
    hub.repositories["laion/relaion2B-en-research-safe"] = {**parts, ".gitattributes": b"x"}
    plan = plan_below(tmp_path, "laion5b", ["en"])
    assert [item.asset.path for item in plan.items] == ["relaion2B-en-research-safe"]
    assert sum(item.size_bytes for item in measured(plan).items) == 15_000
    hub.gated.add("laion/relaion2B-en-research-safe")
    with pytest.raises(ManyErrors, match="accept its terms"):
        acquire(tmp_path, "laion5b", "en")
    hub.gated.clear()
    del hub.repositories["laion/relaion2B-en-research-safe"]["part-00002.parquet"]
    body = parts["part-00001.parquet"]
    hub.lies["part-00001.parquet"] = "0" * 64
    with pytest.raises(PictusError, match="sha256"):
        acquire(tmp_path, "laion5b", "en")
    assert set(states(tmp_path, "laion5b", "en").values()) == {"partial"}  # one of its files would do for the source
    hub.lies.clear()
    run(plan_below(tmp_path, "laion5b", ["en"]), Events())
    folder = tmp_path / "laion5b/relaion2B-en-research-safe"
    assert sorted(path.name for path in folder.iterdir()) == ["part-00000.parquet", "part-00001.parquet"]
    assert (folder / "part-00001.parquet").read_bytes() == body
    assert set(states(tmp_path, "laion5b", "en").values()) == {"here"}


def test_servers_that_do_not_answer_are_asked_once(monkeypatch, tmp_path):
    asked = []

    def refuse(url, *_, **__):
        asked.append(url)
        raise ConnectionRefusedError

    monkeypatch.setattr("pictus.store.remote.urlopen", lambda request, **_: refuse(request.full_url))
    plan = measured(plan_below(tmp_path, "bfcl"))
    assert len(plan.items) > 20 and len(asked) == 1 and plan.size_bytes is None


def test_a_server_that_falls_silent_is_left_alone(monkeypatch, tmp_path):
    asked = []

    def answer(url):
        asked.append(url)
        if len(asked) > 3:
            raise Unreachable("it is silent")
        return 7

    monkeypatch.setattr("pictus.steps.acquire.measure.remote_size", answer)
    plan = measured(plan_below(tmp_path, "bfcl"))
    assert sum(item.size_bytes == 7 for item in plan.items) == 3 and len(asked) <= 3 + 4


PLACED = [place for place in PLACES if any(asset.unpack for asset in assets_of(place.source))]


@pytest.mark.parametrize("place", PLACED, ids=lambda place: place.path)
def test_pictures_are_unpacked_where_trainers_look(place):
    home = plugins.load_class("sources", place.source).card.home
    made = {f"{home}/{one.makes or one.unpack}".strip("/") for one in assets_of(place.source) if one.kind == "pictures"}
    assert place.path in made


@pytest.mark.serial
def test_several_processes_unpack_one_archive(server, tmp_path):
    names = [f"val2017/{number:012}.jpg" for number in range(1001)]
    server.files["/files/zips/val2017.zip"] = packed({name: name.encode() for name in names})
    plan = measured(plan_below(tmp_path, "coco2017", ["val"], annotations=False))
    assert run(plan, Events(), workers=2).files.written == 1001
    assert all((tmp_path / "coco" / name).read_bytes() == name.encode() for name in names)
