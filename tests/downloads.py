"""Downloads as people have them: archives of the datasets that LLaVA's trainings need, small but of the real layout."""

import gzip
import io
import json
import tarfile
import zipfile

from PIL import Image

CELEBRITY = "Zoë_O'Hara,_Jr.jpg"


def jpeg(number, *, side=8):
    data = io.BytesIO()
    Image.new("RGB", (side, side), (number * 37 % 256, number * 91 % 256, 128)).save(data, "JPEG")
    return data.getvalue()


def gif(*, frames=2, transparent=True):
    """Draw a GIF: its first frame red with a transparent half, the next ones blue."""
    first = Image.new("RGBA", (64, 32), (255, 0, 0, 255))
    if transparent:
        first.paste((0, 0, 0, 0), (0, 0, 32, 32))
    others = [Image.new("RGBA", (64, 32), (0, 0, 255, 255)) for _ in range(frames - 1)]
    data = io.BytesIO()
    first.save(data, "GIF", save_all=True, append_images=others)
    return data.getvalue()


def write_zip(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def write_tar(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz" if path.name.lower().endswith("gz") else "w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def row(image, number=0, **more):
    turns = [{"from": "human", "value": "<image>\nWhat is shown?"}, {"from": "gpt", "value": "A plain square."}]
    if image is None:
        return {
            "id": f"t{number}",
            "conversations": [{"from": "human", "value": "Hi."}, {"from": "gpt", "value": "Hello."}],
        }
    return {"id": f"r{number}", "image": image, "conversations": turns, **more}


MIX = [
    "coco/train2017/000000990001.jpg",
    "gqa/images/990001.jpg",
    "gqa/images/n990002.jpg",
    "ocr_vqa/images/0009900017.jpg",
    "ocr_vqa/images/B0099ABCDE.jpg",
    "textvqa/train_images/0aa00bb00cc00dd0.jpg",
    "vg/VG_100K/991.jpg",
    "vg/VG_100K_2/992.jpg",
]
LCS = ["00453/004530001.jpg", "00000/000000002.jpg"]
PT = ["coco/train2017/000000990001.jpg", f"llava/llava_pretrain/images/{LCS[0]}", "sam/images/sa_990001.jpg"]
HUNDRED = [
    *PT,
    f"web-celebrity/images/{CELEBRITY}",
    "web-landmark/images/Mont_Blanc.jpg",
    "wikiart/images/77.jpg",
    "share_textvqa/images/1bb00bb00cc00dd0.jpg",
]
FLAN = "PACS+dog_830_n0-5.png"
ANNOTATIONS = {
    "llava_v1_5_mix665k.json": [*(row(image, number) for number, image in enumerate(MIX)), row(None, 99)],
    "blip_laion_cc_sbu_558k.json": [row(image) for image in LCS],
    "share-captioner_coco_lcs_sam_1246k_1107.json": [row(image) for image in PT],
    "sharegpt4v_instruct_gpt4-vision_cap100k.json": [row(image) for image in HUNDRED],
    "ALLaVA-Caption-LAION-4V.json": [row("allava_laion/images/990.jpeg")],
    "ALLaVA-Instruct-LAION-4V.json": [row("allava_laion/images/991.jpeg")],
    "ALLaVA-Caption-VFLAN-4V.json": [row(f"allava_vflan/images/images_191task_1k/{FLAN}")],
    "ALLaVA-Instruct-VFLAN-4V.json": [row(f"allava_vflan/images/images_191task_1k/{FLAN}")],
    "annotation_191-task_1k.json": [row(FLAN, task_name="PACS+dog")],
    "llava_instruct_150k.json": [row("000000990001.jpg")],
    **{
        name: [{"instruction": "Say hello.", "input": "", "output": "Hello."}]
        for name in ("alpaca_gpt4_data.json", "alpaca_gpt4_data_zh.json", "alpaca_data_zh_51k.json")
    },
}


def write_annotations(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in ANNOTATIONS.items():
        (folder / name).write_text(json.dumps(rows))
    mix = folder / "llava_v1_5_mix665k.json"
    (folder / f"{mix.name}.gz").write_bytes(gzip.compress(mix.read_bytes()))
    mix.unlink()


def write_archives(folder):
    """Write the archives as they are published: four of them are called `images.zip`."""
    write_zip(folder / "train2017.zip", {"train2017/": b"", "train2017/000000990001.jpg": jpeg(1)})
    write_zip(folder / "gqa/images.zip", {"images/990001.jpg": jpeg(2), "images/n990002.jpg": jpeg(3)})
    write_zip(
        folder / "ocr/images.zip",
        {"images/0009900017.gif": gif(), "images/B0099ABCDE.jpg": jpeg(4), "images/0009900033.jpg": gif()},
    )
    write_zip(folder / "train_val_images.zip", {"train_images/0aa00bb00cc00dd0.jpg": jpeg(5)})
    write_zip(folder / "vg/images.zip", {"VG_100K/991.jpg": jpeg(6)})
    write_zip(folder / "vg/images2.zip", {"VG_100K_2/992.jpg": jpeg(7)})
    write_zip(folder / "lcs/images.zip", {name: jpeg(8 + place) for place, name in enumerate(LCS)})
    for number in (0, 1):
        files = {f"image_chunks/{number}/{990 + number}.jpeg": jpeg(10 + number)}
        write_zip(folder / f"images_{number}.zip", files)
    write_zip(folder / "image_191-task_1k.zip", {f"images_191task_1k/{FLAN}": jpeg(12)})
    sam = {"./sa_990001.jpg": jpeg(13), "./sa_990001.json": b"{}"}
    write_tar(folder / "sa_000000.tar", sam)
    web = {f"data/{image}": jpeg(20 + place) for place, image in enumerate(HUNDRED[3:])}
    write_tar(folder / "web-data.tar.gz", web)
    write_zip(folder / "holiday.zip", {"beach/1.jpg": jpeg(40), "images/2.jpg": jpeg(41)})
