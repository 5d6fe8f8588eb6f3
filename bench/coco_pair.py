"""Write a COCO train2017-sized annotation pair: the real counts, made-up content."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import orjson

IMAGES, INSTANCES, CAPTIONS = 118_287, 860_001, 591_753
NAMES = [
    "person",
    "bicycle",
    "car",
    "motorcycle",
    "airplane",
    "bus",
    "train",
    "truck",
    "boat",
    "traffic_light",
    "fire_hydrant",
    "-",
    "stop_sign",
    "parking_meter",
    "bench",
    "bird",
    "cat",
    "dog",
    "horse",
    "sheep",
    "cow",
    "elephant",
    "bear",
    "zebra",
    "giraffe",
    "-",
    "backpack",
    "umbrella",
    "-",
    "-",
    "handbag",
    "tie",
    "suitcase",
    "frisbee",
    "skis",
    "snowboard",
    "sports_ball",
    "kite",
    "baseball_bat",
    "baseball_glove",
    "skateboard",
    "surfboard",
    "tennis_racket",
    "bottle",
    "-",
    "wine_glass",
    "cup",
    "fork",
    "knife",
    "spoon",
    "bowl",
    "banana",
    "apple",
    "sandwich",
    "orange",
    "broccoli",
    "carrot",
    "hot_dog",
    "pizza",
    "donut",
    "cake",
    "chair",
    "couch",
    "potted_plant",
    "bed",
    "-",
    "dining_table",
    "-",
    "-",
    "toilet",
    "-",
    "tv",
    "laptop",
    "mouse",
    "remote",
    "keyboard",
    "cell_phone",
    "microwave",
    "oven",
    "toaster",
    "sink",
    "refrigerator",
    "-",
    "book",
    "clock",
    "vase",
    "scissors",
    "teddy_bear",
    "hair_drier",
    "toothbrush",
]
CATEGORIES = [
    {"id": number, "name": name.replace("_", " "), "supercategory": "thing"}
    for number, name in enumerate(NAMES, 1)
    if name != "-"
]
LICENCES = (
    *(f"http://creativecommons.org/licenses/{kind}/2.0/" for kind in ("by-nc-sa", "by-nc", "by-nc-nd")),
    *(f"http://creativecommons.org/licenses/{kind}/2.0/" for kind in ("by", "by-sa", "by-nd")),
    "http://flickr.com/commons/usage/",
    "http://www.usa.gov/copyright.shtml",
)
PHRASES = ("standing near", "next to", "in front of", "behind", "looking at", "on top of", "beside")


def write_pair(folder: Path, images: int = IMAGES, instances: int = INSTANCES, captions: int = CAPTIONS) -> None:
    """Write `annotations/instances_train2017.json` and `captions_train2017.json` below a folder."""
    random = np.random.default_rng(7)
    ids = np.sort(random.choice(600_000, images, replace=False)) + 1
    sizes = random.choice([640, 480, 427, 500, 612], (images, 2))
    pictures = [
        {
            "license": int(number % 8) + 1,
            "file_name": f"{ids[number]:012d}.jpg",
            "coco_url": f"http://images.cocodataset.org/train2017/{ids[number]:012d}.jpg",
            "height": int(sizes[number, 1]),
            "width": int(sizes[number, 0]),
            "date_captured": "2013-11-14 16:28:13",
            "flickr_url": f"http://farm9.staticflickr.com/8186/{ids[number]}_z.jpg",
            "id": int(ids[number]),
        }
        for number in range(images)
    ]
    licences = [{"url": url, "id": number, "name": url} for number, url in enumerate(LICENCES, 1)]
    head = {"info": {"year": 2017}, "licenses": licences, "images": pictures}
    annotations = folder / "annotations"
    annotations.mkdir(parents=True, exist_ok=True)
    _write(annotations / "captions_train2017.json", head, _captions(random, ids, captions))
    _write(
        annotations / "instances_train2017.json",
        {**head, "categories": CATEGORIES},
        _instances(random, ids, sizes, instances),
    )


def _instances(
    random: np.random.Generator, ids: np.ndarray, sizes: np.ndarray, count: int
) -> Iterator[dict[str, object]]:
    # About 1,000 pictures have no instance, as in COCO; people are the most frequent by far.
    chosen = random.integers(0, len(ids) - max(1, len(ids) // 116), count)
    kinds = np.minimum((random.random(count) ** 2 * 80).astype(int), 79)
    boxes = random.random((count, 4)).tolist()
    polygons = np.round(random.random((1000, 52)) * 400, 2)
    for number in range(count):
        image = chosen[number]
        width, height = (int(size) for size in sizes[image])
        x, y = round(boxes[number][0] * width * 0.8, 2), round(boxes[number][1] * height * 0.8, 2)
        w, h = round(max(2, boxes[number][2] * (width - x)), 2), round(max(2, boxes[number][3] * (height - y)), 2)
        crowd = int(number % 86 == 0)
        mask: object = {"counts": [5, 9, 30], "size": [height, width]} if crowd else [polygons[number % 1000].tolist()]
        yield {
            "segmentation": mask,
            "area": round(w * h * 0.6, 4),
            "iscrowd": crowd,
            "image_id": int(ids[image]),
            "bbox": [x, y, w, h],
            "category_id": CATEGORIES[kinds[number]]["id"],
            "id": number + 1,
        }


def _captions(random: np.random.Generator, ids: np.ndarray, count: int) -> Iterator[dict[str, object]]:
    things = random.integers(0, 80, (count, 2))
    for number in range(count):
        first, second = (CATEGORIES[kind]["name"] for kind in things[number])
        text = f"A {first} is {PHRASES[number % 7]} a {second} on a sunny day{' ' if number % 7 == 0 else ''}"
        yield {"image_id": int(ids[number % len(ids)]), "id": number + 1, "caption": text}


def _write(path: Path, head: Mapping[str, object], rows: Iterator[dict[str, object]]) -> None:
    with path.open("wb") as file:
        file.write(orjson.dumps(head)[:-1] + b', "annotations": [')
        for number, row in enumerate(rows):
            file.write((b", " if number else b"") + orjson.dumps(row))
        file.write(b"]}")


if __name__ == "__main__":
    write_pair(Path(sys.argv[1]))
