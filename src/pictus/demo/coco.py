"""Write the drawn world as a dataset in the layout of COCO 2017."""

from pathlib import Path
from typing import Any, TypeAlias

import orjson

from pictus.demo.things import KINDS, THINGS
from pictus.demo.world import Drawing, draw
from pictus.licence import find
from pictus.record import Box

Row: TypeAlias = dict[str, Any]

LICENCE = {"id": 1, "name": "CC0 1.0", "url": find("CC0-1.0").url}
INFO = {"description": "The drawn world of pictus", "version": "1.0", "year": 2025, "contributor": "pictus"}
# COCO's ids have gaps, and readers that count instead of looking ids up must fail here too.
CATEGORY_IDS = {kind: 1 + index + index // 4 for index, kind in enumerate(KINDS)}
UNTIDY_CAPTION = 10  # COCO has captions that end in blanks; every so many captions, this one does too


def write_coco(folder: Path, count: int = 60, seed: int = 0) -> None:
    """Draw `count` pictures and write them with their instances and captions."""
    pictures = folder / "train2017"
    pictures.mkdir(parents=True, exist_ok=True)
    images: list[Row] = []
    instances: list[Row] = []
    sentences: list[Row] = []
    for number in range(1, count + 1):
        drawing = draw(number, seed)
        name = f"{number:012}.jpg"
        _write(pictures / name, drawing.picture)
        images.append(_image(number, name, drawing))
        for box in drawing.facts.boxes:
            instances.append(_instance(len(instances) + 1, number, drawing, box))
        for caption in drawing.facts.captions:
            sentences.append(_sentence(len(sentences) + 1, number, caption))
    head = {"info": INFO, "licenses": [LICENCE], "images": images}
    annotations = folder / "annotations"
    annotations.mkdir(exist_ok=True)
    whole = {**head, "annotations": instances, "categories": _categories()}
    _write(annotations / "instances_train2017.json", orjson.dumps(whole))
    _write(annotations / "captions_train2017.json", orjson.dumps({**head, "annotations": sentences}))


def _image(number: int, name: str, drawing: Drawing) -> Row:
    return {"id": number, "file_name": name, "width": drawing.width, "height": drawing.height, "license": 1}


def _instance(number: int, image: int, drawing: Drawing, box: Box) -> Row:
    wide, high = drawing.width, drawing.height
    corner = [box.left * wide, box.top * high, box.width * wide, box.height * high]
    return {
        "id": number,
        "image_id": image,
        "category_id": CATEGORY_IDS[box.label],
        "bbox": [round(value, 2) for value in corner],
        "area": round((box.area or 0.0) * wide * high, 2),
        "iscrowd": int(bool(box.is_group)),
        "segmentation": [],
        "attributes": list(box.attributes),
        "occluded": bool(box.is_occluded),
    }


def _sentence(number: int, image: int, caption: str) -> Row:
    untidy = "  \n" if number % UNTIDY_CAPTION == 0 else ""
    return {"id": number, "image_id": image, "caption": caption + untidy}


def _categories() -> list[Row]:
    return [{"id": CATEGORY_IDS[kind], "name": kind, "supercategory": thing.group} for kind, thing in THINGS.items()]


def _write(path: Path, data: bytes) -> None:
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(data)
    unfinished.replace(path)
