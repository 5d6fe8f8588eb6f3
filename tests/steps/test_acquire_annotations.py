"""Annotations are fetched when they are missing, whole, once; pictures never."""

import io
import zipfile
from collections import namedtuple

import pytest

from coco_files import write_dataset
from fileserver import file_server
from openimages_files import BOX, box, csv_text, put, put_names
from pictus import plugins
from pictus.card import Asset
from pictus.engine.events import Events
from pictus.errors import ManyErrors, PictusError
from pictus.steps.acquire.measure import measured
from pictus.steps.acquire.plan import plan_enough, refuse_forms
from pictus.steps.acquire.run import run

ZIP = "/files/annotations/annotations_trainval2017.zip"


def coco_zip(folder, *more, splits=("train", "val")):
    write_dataset(folder, 5)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted((folder / "annotations").iterdir()):
            for split in splits:
                file.writestr(f"annotations/{path.name.replace('train', split)}", path.read_bytes())
        for name in more:
            file.writestr(name, "evil")
    return data.getvalue()


@pytest.fixture
def server(tmp_path, monkeypatch):
    with file_server({ZIP: coco_zip(tmp_path / "made")}) as server:
        monkeypatch.setattr("pictus.reading.coco_release._SITE", server.base)
        monkeypatch.setattr("pictus.reading.openimages.release._BUCKET", server.base)
        monkeypatch.setattr("pictus.reading.openimages.release._NARRATIVES", server.base)
        yield server


def fetched(name, root, *splits):
    plan = plan_enough(name, root, splits)
    refuse_forms(plan)
    run(plan, Events())
    return plan


def test_annotations_are_fetched_once_and_pictures_never(server, tmp_path):
    plan = measured(plan_enough("coco2017", tmp_path / "d"))
    assert plan.splits == ("train", "val") and plan.size_bytes == len(server.files[ZIP])
    assert server.got() == []
    run(plan, Events())
    again = fetched("coco2017", tmp_path / "d")
    assert again.splits == again.items == ()
    assert server.got() == [ZIP]
    assert {path for _, path, _ in server.log} == {ZIP}  # not one picture, not even its size
    assert len(plugins.load("sources", "coco2017").files(tmp_path / "d", "val")) == 2


def test_what_is_here_is_taken_as_it_is(server, tmp_path):
    write_dataset(tmp_path / "d", 3)
    assert fetched("coco2017", tmp_path / "d").splits == ()  # the split that is here is meant
    assert fetched("coco2017", tmp_path / "d", "train").splits == ()
    assert server.log == []
    mine = (tmp_path / "d/annotations/captions_train2017.json").read_bytes()
    assert fetched("coco2017", tmp_path / "d", "val").splits == ("val",)
    assert (tmp_path / "d/annotations/captions_train2017.json").read_bytes() == mine


def test_an_interrupted_fetch_goes_on(server, tmp_path):
    whole = server.files[ZIP]
    server.stop_after, server.statuses = [100], []
    stopped = Events((lambda event: (_ for _ in ()).throw(KeyboardInterrupt),))
    with pytest.raises(KeyboardInterrupt):
        run(plan_enough("coco2017", tmp_path / "d"), stopped)
    assert 0 < (tmp_path / f"d/{ZIP.rpartition('/')[2]}.part").stat().st_size <= len(whole)
    server.stop_after = []
    fetched("coco2017", tmp_path / "d")
    assert server.log[-1][2].startswith("bytes=")
    assert plan_enough("coco2017", tmp_path / "d").splits == ()


def test_some_files_of_many_do_not_pass_for_all(server, tmp_path):
    """Open Images can be read as soon as one table is there, which a run may have fetched before it was stopped."""
    root = tmp_path / "oi"
    put_names(tmp_path / "made")
    names = {path.name: path.read_bytes() for path in (tmp_path / "made").glob("*.csv")}
    names["oidv7-class-descriptions-boxable.csv"] = names["oidv7-class-descriptions.csv"]
    assets = [item.asset for item in plan_enough("openimages-v7", root, ["validation"]).items]
    assert not any("train" in asset.path or "test" in asset.path for asset in assets)
    boxes = csv_text(BOX, [box("0aa00bb00cc00dd0")]).encode()
    last = assets[-1].path
    for asset in assets:
        path = "/files" + asset.url.removeprefix(server.base)
        server.files[path] = names.get(asset.path, boxes if "bbox" in asset.path else b"\n")
    missing = server.files.pop(f"/files/{last}")
    with pytest.raises(PictusError, match="404"):
        fetched("openimages-v7", root, "validation")
    assert plugins.load("sources", "openimages_v7").files(root, "validation")
    server.files[f"/files/{last}"] = missing
    assert [item.asset.path for item in fetched("openimages-v7", root).items] == [last]
    assert fetched("openimages-v7", root).splits == ()
    assert len(server.got()) == len(assets) + 1


def test_own_tables_of_open_images_are_enough(server, tmp_path):
    put_names(tmp_path)
    put(tmp_path / "validation-annotations-bbox.csv", csv_text(BOX, [box("0aa00bb00cc00dd0")]))
    assert fetched("openimages-v7", tmp_path).splits == ()
    assert server.log == []


def test_what_leads_out_of_an_archive_is_refused(server, tmp_path):
    server.files[ZIP] = coco_zip(tmp_path / "more", "../evil")
    fetched("coco2017", tmp_path / "d")
    assert not (tmp_path / "evil").exists() and (tmp_path / "d/annotations").is_dir()


def test_an_archive_without_what_is_needed_says_so(server, tmp_path):
    server.files[ZIP] = coco_zip(tmp_path / "more", splits=("train",))
    with pytest.raises(PictusError, match="val2017"):
        fetched("coco2017", tmp_path / "d")


def test_mistakes_are_told_before_anything_is_fetched(server, tmp_path, monkeypatch):
    with pytest.raises(PictusError, match="unknown split `vall`") as told:
        fetched("coco2017", tmp_path, "vall")
    assert told.value.mend == "did you mean `val`?"
    monkeypatch.setattr("shutil.disk_usage", lambda path: namedtuple("Usage", "free")(10))
    plan = measured(plan_enough("coco2017", tmp_path / "d"))
    with pytest.raises(PictusError, match="room for 10"):
        run(plan, Events())
    assert server.got() == []


def test_a_dataset_of_ones_own_is_never_fetched(tmp_path):
    plan = plan_enough("coco", tmp_path)
    assert plan.splits == plan.items == ()


def test_files_that_only_a_person_can_fetch_are_told_together(tmp_path, monkeypatch):
    source = plugins.load_class("sources", "humanml3d")
    form = "accept the terms there"
    assets = [Asset(url=f"https://forms.example/{name}", path=name, by_hand=form) for name in ("a.json", "b.json")]
    monkeypatch.setattr(source, "assets", lambda self: tuple(assets))
    with pytest.raises(ManyErrors, match=r"(?s)a\.json cannot.*b\.json cannot") as caught:
        fetched("humanml3d", tmp_path / "d")
    assert caught.value.errors[0].mend.startswith(f"{form}; it belongs here: ") and not (tmp_path / "d").exists()
