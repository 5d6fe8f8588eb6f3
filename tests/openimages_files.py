"""Write small files as Open Images has them."""

import csv
import gzip
import io
import json

NAMES = {
    "/m/01": "Person",
    "/m/02": "Dog",
    "/m/03": "Ducks, geese and swans",
    "/m/04": "Coffee table",
    "/g/05": 'The "blue" Mug',
}
ATTRIBUTES = {"/m/91": "Wooden", "/m/92": "(made of)Leather"}
PICTURE = ["ImageID", "Subset", "OriginalURL", "OriginalLandingURL", "License", "AuthorProfileURL", "Author", "Title"]
PICTURE += ["OriginalSize", "OriginalMD5", "Thumbnail300KURL", "Rotation"]
BOX = ["ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax"]
BOX += ["IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside"]
LABEL = ["ImageID", "Source", "LabelName", "Confidence"]
PAIR = ["ImageID", "LabelName1", "LabelName2"]
PAIR += [f"{side}{number}" for number in (1, 2) for side in ("XMin", "XMax", "YMin", "YMax")] + ["RelationshipLabel"]
MASK = [
    "MaskPath",
    "ImageID",
    "LabelName",
    "BoxID",
    "BoxXMin",
    "BoxXMax",
    "BoxYMin",
    "BoxYMax",
    "PredictedIoU",
    "Clicks",
]
BY = "https://creativecommons.org/licenses/by/2.0/"


def picture(key, *, title="", author="Doe, J.", licence=BY, rotation="", subset="train"):
    url, page = f"https://photos1.example/{key}_o.jpg", f"https://photos.example/p/{key}"
    return [key, subset, url, page, licence, "https://photos.example/u/1", author, title, "9", "AAAA", "", rotation]


def box(key, label="/m/01", corners=(0.1, 0.2, 0.5, 0.6), flags=(0, 0, 0, 0, 0), confidence=1):
    """Corners are left, top, right, bottom; flags are occluded, truncated, group, depiction, inside."""
    left, top, right, bottom = corners
    return [key, "xclick", label, confidence, left, right, top, bottom, *flags]


def label(key, name, confidence):
    return [key, "verification", name, confidence]


def pair(key, subject, predicate, object_, at=(0.1, 0.2, 0.5, 0.6), object_at=(0.1, 0.2, 0.5, 0.6)):
    corners = [(left, right, top, bottom) for left, top, right, bottom in (at, object_at)]
    return [key, subject, object_, *corners[0], *corners[1], predicate]


def mask(key, name, at=(0.1, 0.2, 0.5, 0.6)):
    left, top, right, bottom = at
    path = f"{key}_{name.replace('/', '')}_1f2e.png"
    return [path, key, name, "1f2e", left, right, top, bottom, 0.9, "0.1 0.2 1;0.3 0.4 0"]


def narrative(key, text, points=()):
    row = {"dataset_id": "open_images_train", "image_id": key, "annotator_id": 7, "caption": text}
    if points:
        row["traces"] = [[dict(zip("xyt", point, strict=True)) for point in points]]
    return row


def csv_text(header, rows, *, line_end="\n"):
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end).writerows([*([header] if header else []), *rows])
    return text.getvalue()


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def put_names(root):
    put(root / "oidv7-class-descriptions.csv", csv_text(["LabelName", "DisplayName"], NAMES.items()))
    put(root / "oidv6-attributes-description.csv", csv_text(None, ATTRIBUTES.items()))


def put_train(root, *, pictures=None, boxes=None, labels=None, machine=None, pairs=None, masks=None, narratives=None):
    """Write the tables that are given as files of the split `train`."""
    put_names(root)
    tables = {
        "train-images-boxable-with-rotation.csv": (PICTURE, pictures),
        "oidv6-train-annotations-bbox.csv": (BOX, boxes),
        "oidv7-train-annotations-human-imagelabels.csv": (LABEL, labels),
        "oidv7-train-annotations-machine-imagelabels.csv": (LABEL, machine),
        "oidv6-train-annotations-vrd.csv": (PAIR, pairs),
        "train-annotations-object-segmentation.csv": (MASK, masks),
    }
    for name, (header, rows) in tables.items():
        if rows is not None:
            put(root / name, csv_text(header, rows))
    if narratives is not None:
        lines = [json.dumps(row) for row in narratives]
        put(root / "open_images_train_v6_localized_narratives-00000-of-00010.jsonl", "\n".join(lines) + "\n")
