"""A small dataset in COCO's layout, made on the spot."""

import json
from pathlib import Path
from random import Random

NAMES = ["person", "dog", "cat", "car", "kite", "bench", "clock", "boat"]


def write_dataset(root: Path, count: int, *, seed: int = 0) -> None:
    """Write annotations of `count` pictures below `annotations/`, as COCO 2017's train split."""
    random = Random(seed)
    images = [
        {"id": n, "file_name": f"{n:012d}.jpg", "width": 640, "height": 480, "license": 4} for n in range(1, count + 1)
    ]
    instances, captions = [], []
    for image in images:
        for _ in range(random.randint(0, 6)):
            x, y = random.randint(0, 500), random.randint(0, 400)
            box = [x, y, random.randint(10, 130), random.randint(10, 70)]
            category = random.randint(1, len(NAMES))
            instances.append(
                {"id": len(instances), "image_id": image["id"], "category_id": category, "bbox": box, "iscrowd": 0}
            )
        captions.append(
            {"id": len(captions), "image_id": image["id"], "caption": f"Scene number {image['id']} in the park."}
        )
    licences = [{"id": 4, "name": "Attribution License", "url": "http://creativecommons.org/licenses/by/2.0/"}]
    head = {"licenses": licences, "images": images}
    categories = [{"id": number, "name": name} for number, name in enumerate(NAMES, 1)]
    folder = root / "annotations"
    folder.mkdir(parents=True)
    (folder / "captions_train2017.json").write_text(json.dumps({**head, "annotations": captions}))
    body = {**head, "categories": categories, "annotations": instances}
    (folder / "instances_train2017.json").write_text(json.dumps(body))
