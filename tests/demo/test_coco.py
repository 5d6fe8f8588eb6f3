import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pictus.demo.coco import write_coco
from pictus.demo.world import KINDS, draw

COUNT = 12


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coco")
    write_coco(folder, COUNT)
    return folder


def _read(folder: Path, what: str) -> dict[str, Any]:
    return json.loads((folder / "annotations" / f"{what}_train2017.json").read_text("utf-8"))


def test_every_image_of_the_files_exists_in_its_size(dataset: Path) -> None:
    for what in ("instances", "captions"):
        images = _read(dataset, what)["images"]
        assert len(images) == COUNT
        for image in images:
            with Image.open(dataset / "train2017" / image["file_name"]) as picture:
                assert picture.size == (image["width"], image["height"])
    names = sorted(path.name for path in (dataset / "train2017").iterdir())
    assert names == [f"{number:012}.jpg" for number in range(1, COUNT + 1)]


def test_instances_are_the_boxes_that_were_drawn(dataset: Path) -> None:
    file = _read(dataset, "instances")
    labels = {row["id"]: row["name"] for row in file["categories"]}
    for number in range(1, COUNT + 1):
        drawing = draw(number)
        rows = [row for row in file["annotations"] if row["image_id"] == number]
        for row, box in zip(rows, drawing.facts.boxes, strict=True):
            left, top, wide, high = row["bbox"]
            assert labels[row["category_id"]] == box.label
            assert left == pytest.approx(box.left * drawing.width, abs=0.01)
            assert top + high == pytest.approx(box.bottom * drawing.height, abs=0.011)
            assert row["area"] == pytest.approx((box.area or 0) * drawing.width * drawing.height, abs=0.01)
            assert 0 < row["area"] <= wide * high + 1
            assert row["attributes"] == list(box.attributes)
            assert row["occluded"] is box.is_occluded


def test_ids_are_unique_and_categories_have_gaps(dataset: Path) -> None:
    file = _read(dataset, "instances")
    ids = [row["id"] for row in file["annotations"]]
    assert len(ids) == len(set(ids))
    categories = [row["id"] for row in file["categories"]]
    assert [row["name"] for row in file["categories"]] == list(KINDS)
    assert max(categories) > len(categories) == len(set(categories))


def test_the_quirks_of_the_real_files_are_there(dataset: Path) -> None:
    instances, captions = _read(dataset, "instances"), _read(dataset, "captions")
    counts = Counter(row["image_id"] for row in instances["annotations"])
    bare = [image["id"] for image in instances["images"] if not counts[image["id"]]]
    assert len(bare) == 1
    assert any(row["image_id"] == bare[0] for row in captions["annotations"])
    assert any(row["iscrowd"] == 1 for row in instances["annotations"])
    assert any(row["caption"] != row["caption"].rstrip() for row in captions["annotations"])


def test_the_licence_is_stated(dataset: Path) -> None:
    file = _read(dataset, "captions")
    assert [row["name"] for row in file["licenses"]] == ["CC0 1.0"]
    assert {image["license"] for image in file["images"]} == {file["licenses"][0]["id"]}


def test_writing_again_gives_the_same_bytes(dataset: Path, tmp_path: Path) -> None:
    write_coco(tmp_path, COUNT)
    files = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(files) == COUNT + 2
    for file in files:
        assert (tmp_path / file).read_bytes() == (dataset / file).read_bytes()
