"""The tree is made from archives and loose files, as often as wanted, and nothing that was there is touched."""

import io
import json
import os

import pytest
from PIL import Image

from downloads import (
    ANNOTATIONS,
    CELEBRITY,
    FLAN,
    HUNDRED,
    LCS,
    MIX,
    gif,
    jpeg,
    write_annotations,
    write_archives,
    write_tar,
    write_zip,
)
from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.reading.picture_folders import FOLDERS
from pictus.steps import arrange
from pictus.steps.arrange.jpeg import as_jpeg
from pictus.steps.arrange.tree import ALIASES, PLACES, annotation_files, place_of, where_to_get

PICTURES = {
    *(path for path in MIX),
    "ocr_vqa/images/0009900033.jpg",
    *(f"llava/llava_pretrain/images/{name}" for name in LCS),
    *HUNDRED,
    "allava/allava_laion/images/990.jpeg",
    "allava/allava_laion/images/991.jpeg",
    f"vflan/images_191task_1k/{FLAN}",
}


def go(data, *folders, by="link", workers=1):
    return arrange.run(arrange.plan(data, folders, by=by), Events(), workers=workers)


def tree(folder):
    """Give all files below a folder with their bytes; what arranging keeps for itself left out."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(files.items()) if not name.startswith(".pictus/")}


def reasons(done):
    return dict(done.pictures.left.counts)


def test_every_archive_and_annotation_file_finds_its_place(tmp_path):
    write_archives(tmp_path / "downloads")
    write_annotations(tmp_path / "downloads/json")
    plan = arrange.plan(tmp_path / "data", [tmp_path / "downloads"])
    assert not (tmp_path / "data").exists(), "a plan writes nothing"
    assert [path.name for path in plan.strangers] == ["holiday.zip"]
    done = arrange.run(plan, Events(), workers=1)
    assert reasons(done) == {} and done.pictures.written == len(PICTURES) and done.pictures.converted == 2
    found = tree(tmp_path / "data")
    names = {annotation_files()[name] for name in ANNOTATIONS}
    packed = "llava/llava_v1_5_mix665k.json"
    assert set(found) == PICTURES | names - {packed} | {f"{packed}.gz"}
    assert all(as_jpeg(found[name]) is found[name] for name in PICTURES)
    assert found["vg/VG_100K_2/992.jpg"] == jpeg(7) and found[f"web-celebrity/images/{CELEBRITY}"] == jpeg(20)
    again = arrange.plan(tmp_path / "data", [tmp_path / "downloads"])
    assert again.is_nothing and arrange.run(again, Events()).pictures.written == 0
    assert tree(tmp_path / "data") == found


def test_the_alias_of_vision_flan_leads_to_its_pictures_wherever_the_tree_is_moved(tmp_path):
    write_archives(tmp_path / "downloads")
    go(tmp_path / "data", tmp_path / "downloads")
    (tmp_path / "data").rename(tmp_path / "moved")
    (alias,) = ALIASES
    assert (tmp_path / "moved" / alias.path / FLAN).read_bytes() == jpeg(12)


def test_pictures_that_lie_under_the_alias_are_found_under_the_other_name_too(tmp_path):
    (alias,) = ALIASES
    (tmp_path / alias.path).mkdir(parents=True)
    (tmp_path / alias.path / FLAN).write_bytes(jpeg(12))
    go(tmp_path)
    assert (tmp_path / alias.place / FLAN).read_bytes() == jpeg(12) and not (tmp_path / alias.path).is_symlink()
    assert arrange.plan(tmp_path).is_nothing


def test_archives_that_lie_in_the_tree_itself_are_unpacked_without_being_asked_for(tmp_path):
    write_zip(tmp_path / "data/coco/train2017.zip", {"train2017/000000990001.jpg": jpeg(1)})
    go(tmp_path / "data")
    assert (tmp_path / "data/coco/train2017/000000990001.jpg").read_bytes() == jpeg(1)


def test_loose_pictures_come_as_links_or_are_moved_or_copied(tmp_path):
    for by in ("link", "move", "copy"):
        loose = tmp_path / by / "train2017"
        loose.mkdir(parents=True)
        (loose / "000000990001.jpg").write_bytes(jpeg(1))
        (loose / "notes.txt").write_text("mine")
        done = go(tmp_path / f"{by}-data", loose, by=by)
        picture = tmp_path / f"{by}-data/coco/train2017/000000990001.jpg"
        assert done.pictures.written == 1 and picture.read_bytes() == jpeg(1)
        assert picture.is_symlink() == (by == "link") and (loose / "notes.txt").exists()
        assert (loose / "000000990001.jpg").exists() == (by != "move")
        assert arrange.plan(tmp_path / f"{by}-data", [loose], by=by).is_nothing


def test_a_picture_that_only_looks_like_one_of_the_tree_is_left_alone():
    for path in ("images/12.jpg", "holiday/images/990001.jpg", "images_0/12.jpeg", "train2017/._000000990001.jpg"):
        assert place_of(path) is None, path
    assert place_of("cc3m/00453/004530001.jpg") is None, "whatever img2dataset downloads has such names"
    assert place_of("train2017/000000990001.png", archive="stuffthingmaps_trainval2017.zip") is None
    assert place_of("images/vacation01.jpg", archive="images.zip") is None
    assert place_of("images/990001.jpg", archive="holiday.zip") is None


def test_no_file_is_written_over_and_one_that_differs_is_told(tmp_path):
    write_zip(tmp_path / "train2017.zip", {"train2017/1.jpg": jpeg(1), "train2017/2.jpg": jpeg(2)})
    (tmp_path / "data/coco/train2017").mkdir(parents=True)
    mine = tmp_path / "data/coco/train2017/1.jpg"
    mine.write_bytes(b"mine")
    (tmp_path / "data/coco/train2017/2.jpg").write_bytes(b"")  # nothing is lost with it
    (tmp_path / "data/llava").mkdir()
    (tmp_path / "data/llava/llava_v1_5_mix665k.json").write_text("[]")
    (tmp_path / "llava_v1_5_mix665k.json").write_text("[ ]")
    done = go(tmp_path / "data", tmp_path)
    assert reasons(done) == {"another file has its name, which was left as it is": 2}
    assert mine.read_bytes() == b"mine" and (tmp_path / "data/coco/train2017/2.jpg").read_bytes() == jpeg(2)
    assert (tmp_path / "data/llava/llava_v1_5_mix665k.json").read_text() == "[]"


def test_a_link_that_leads_nowhere_is_told_and_left(tmp_path):
    write_zip(tmp_path / "train2017.zip", {"train2017/1.jpg": jpeg(1)})
    (tmp_path / "data/coco/train2017").mkdir(parents=True)
    (tmp_path / "data/coco/train2017/1.jpg").symlink_to(tmp_path / "unplugged/1.jpg")
    assert reasons(go(tmp_path / "data", tmp_path)) == {"a link that leads nowhere has its name": 1}
    assert (tmp_path / "data/coco/train2017/1.jpg").is_symlink()


def test_a_damaged_archive_or_picture_keeps_none_of_the_others(tmp_path):
    write_zip(tmp_path / "train2017.zip", {f"train2017/{n}.jpg": jpeg(n) for n in (1, 2)})
    data = bytearray((tmp_path / "train2017.zip").read_bytes())
    data[data.index(jpeg(1)) + 30] ^= 255
    (tmp_path / "train2017.zip").write_bytes(data)
    (tmp_path / "images2.zip").write_bytes(b"half of it")
    write_zip(tmp_path / "images.zip", {"VG_100K/1.jpg": jpeg(3), "VG_100K/2.jpg": b""})
    covers = {"images/0000000001.gif": b"GIF89a broken", "images/0000000002.gif": gif()}
    write_zip(tmp_path / "ocr_vqa.zip", covers)
    done = go(tmp_path / "data", tmp_path)
    assert done.pictures.written == 3 and sum(reasons(done).values()) == 4
    assert set(tree(tmp_path / "data")) == {
        *("coco/train2017/2.jpg", "vg/VG_100K/1.jpg", "ocr_vqa/images/0000000002.jpg")
    }


def test_a_tar_that_was_cut_short_is_told_and_gives_what_it_holds_until_it_is_whole(tmp_path):
    files = {f"sa_{n}.jpg": jpeg(n, side=64) for n in range(200)}
    write_tar(tmp_path / "whole.tar", files)
    data = (tmp_path / "whole.tar").read_bytes()
    (tmp_path / "whole.tar").unlink()
    (tmp_path / "sa_000000.tar").write_bytes(data[: len(data) * 3 // 4])
    write_zip(tmp_path / "train2017.zip", {"train2017/1.jpg": jpeg(1)})
    done = go(tmp_path / "data", tmp_path)
    assert "damaged" in str(reasons(done)) and (tmp_path / "data/coco/train2017/1.jpg").exists()
    there = list((tmp_path / "data/sam/images").iterdir())
    assert 100 < len(there) < 200 and all(path.read_bytes() == files[path.name] for path in there)
    (tmp_path / "sa_000000.tar").write_bytes(data)
    assert reasons(go(tmp_path / "data", tmp_path)) == {}
    assert len(list((tmp_path / "data/sam/images").iterdir())) == 200


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_that_would_write_outside_is_not_begun(tmp_path, kind):
    write = write_zip if kind == "zip" else write_tar
    write(tmp_path / f"a.{kind}", {"gqa/images/1.jpg": jpeg(1), "gqa/images/../../../evil.jpg": jpeg(2)})
    done = go(tmp_path / "data", tmp_path)
    assert "outside its folder" in str(reasons(done)) and tree(tmp_path / "data") == {}
    assert not list(tmp_path.rglob("evil.jpg"))


def test_an_archive_larger_than_the_disk_is_refused_before_the_first_file(tmp_path, monkeypatch):
    write_zip(tmp_path / "train2017.zip", {"train2017/1.jpg": jpeg(1)})
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 5}))
    with pytest.raises(PictusError, match="the disk has room for 5"):
        go(tmp_path / "data", tmp_path)
    assert tree(tmp_path / "data") == {}


def test_a_member_that_no_picture_could_be_is_left_packed(tmp_path, monkeypatch):
    monkeypatch.setattr("pictus.steps.arrange.taking._PICTURE_LIMIT_BYTES", 2000)
    write_zip(tmp_path / "train2017.zip", {"train2017/1.jpg": bytes(2001), "train2017/2.jpg": jpeg(2)})
    assert reasons(go(tmp_path / "data", tmp_path)) == {"no picture has # bytes": 1}
    assert set(tree(tmp_path / "data")) == {"coco/train2017/2.jpg"}


def test_two_files_of_one_name_that_differ_are_told(tmp_path):
    name = "blip_laion_cc_sbu_558k.json"
    for folder, text in (("a", "[]"), ("b", "[ ]"), ("c", "[]")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    done = go(tmp_path / "data", tmp_path)
    assert sum(reasons(done).values()) == 1 and "differs" in str(reasons(done))
    assert (tmp_path / "data/llava/llava_pretrain" / name).read_text() == "[]"


def test_the_places_are_those_of_the_sources_and_each_can_be_got_somewhere():
    assert {place.path for place in PLACES} == {folder.path for folder in FOLDERS}
    known = [place for place in PLACES if place.source in plugins.names("sources")]
    assert len(known) >= 8 and all(where_to_get(place).startswith("http") for place in known)


# The covers of OCR-VQA.


def pixels(data):
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG" and picture.mode == "RGB"
        return picture.size, picture.getpixel((0, 0)), picture.getpixel((63, 31))


def near(pixel, wanted):
    return max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) < 60


def test_a_gif_becomes_the_jpeg_of_its_first_frame_on_white():
    size, corner, middle = pixels(as_jpeg(gif()))
    assert size == (64, 32) and near(corner, (255, 255, 255)) and near(middle, (255, 0, 0))
    _, corner, _ = pixels(as_jpeg(gif(transparent=False)))
    assert near(corner, (255, 0, 0))
    assert as_jpeg(jpeg(1)) == jpeg(1)


def test_whatever_cannot_be_decoded_is_one_error(monkeypatch):
    whole = gif(frames=1)
    for length in range(0, len(whole) - 40, 7):
        with pytest.raises(ValueError, match=r"no picture|cannot be decoded"):
            as_jpeg(whole[:length])
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    for most in (1000, 1500):  # far too large, and a little
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
        with pytest.raises(ValueError, match="cannot be decoded: Image size"):
            as_jpeg(whole)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "CMYK", "I;16"])
def test_pictures_of_any_mode_become_jpeg(mode):
    data = io.BytesIO()
    kind = "TIFF" if mode in ("CMYK", "PA", "LA") else "PNG"
    Image.new("RGB" if mode in ("P", "PA") else mode, (64, 32)).convert(mode).save(data, kind)
    assert pixels(as_jpeg(data.getvalue()))[0] == (64, 32)


def test_covers_in_the_tree_are_converted_beside_the_originals(tmp_path):
    folder = tmp_path / "data/ocr_vqa/images"
    folder.mkdir(parents=True)
    (folder / "0009900017.gif").write_bytes(gif())
    (folder / "0009900025.jpg").write_bytes(gif())  # as renaming scripts leave them
    (folder / "0009900033.jpg").write_bytes(jpeg(1))
    done = go(tmp_path / "data")
    assert done.pictures.converted == 1 and pixels((folder / "0009900017.jpg").read_bytes())
    assert (folder / "0009900017.gif").read_bytes() == gif() == (folder / "0009900025.jpg").read_bytes()
    assert sum(reasons(done).values()) == 1 and "--by move" in str(reasons(done))
    done = go(tmp_path / "data", by="move")
    assert done.pictures.converted == 1 and reasons(done) == {}
    assert pixels((folder / "0009900025.jpg").read_bytes())
    assert (tmp_path / "data/ocr_vqa/originals/0009900025.gif").read_bytes() == gif()
    assert arrange.plan(tmp_path / "data", by="move").is_nothing
    (folder / "0009900025.jpg").unlink()  # as a kill between the two steps leaves it
    assert go(tmp_path / "data").pictures.converted == 1


def test_loose_covers_stay_where_they_are_whatever_their_names_say(tmp_path):
    loose = tmp_path / "OCR-VQA-200K/images"
    loose.mkdir(parents=True)
    files = {"0009900017.gif": gif(), "0009900025.jpg": gif(), "0009900033.jpg": jpeg(1), "0009900041.png": b""}
    for name, data in files.items():
        (loose / name).write_bytes(data)
    done = go(tmp_path / "data", tmp_path / "OCR-VQA-200K")
    assert done.pictures.converted == 2 and done.pictures.written == 3 and reasons(done) == {"it is empty": 1}
    assert {path.name: path.read_bytes() for path in loose.iterdir()} == files
    assert set(tree(tmp_path / "data")) == {
        f"ocr_vqa/images/{n}.jpg" for n in ("0009900017", "0009900025", "0009900033")
    }


def test_links_that_are_moved_become_files_and_those_that_lead_nowhere_are_told(tmp_path):
    cache = tmp_path / "cache"
    (cache / "blobs").mkdir(parents=True)
    (cache / "train2017").mkdir()
    (cache / "blobs/abc").write_bytes(jpeg(1))
    (cache / "train2017/1.jpg").symlink_to("../blobs/abc")
    (cache / "train2017/2.jpg").symlink_to("../blobs/gone")
    done = go(tmp_path / "data", cache, by="move")
    assert reasons(done) == {"it cannot be looked at": 1} and done.pictures.written == 1
    picture = tmp_path / "data/coco/train2017/1.jpg"
    assert picture.read_bytes() == jpeg(1) and not picture.is_symlink() and (cache / "blobs/abc").exists()


def test_what_was_made_is_listed(tmp_path):
    write_archives(tmp_path / "downloads")
    go(tmp_path / "data", tmp_path / "downloads")
    lines = [json.loads(line) for line in (tmp_path / "data/.pictus/arranged.jsonl").read_text().splitlines()]
    did = [line["did"] for line in lines]
    assert did.count("unpack") == 12 and did.count("folder") == len(PLACES) and did.count("alias") == 1
    assert all(os.path.isabs(line["archive"]) for line in lines if line["did"] == "unpack")  # noqa: PTH117


def test_what_a_killed_run_left_half_written_is_removed_by_the_next(tmp_path):
    go(tmp_path)
    left = [tmp_path / "coco/train2017/.1.jpg.77.part", tmp_path / "llava/.llava_v1_5_mix665k.json.77.part"]
    for path in left:
        path.write_bytes(b"half")
    go(tmp_path)
    assert all(path.exists() for path in left), "they are looked for after a kill alone"
    (tmp_path / ".pictus/arranging").write_text("running")
    go(tmp_path)
    assert not any(path.exists() for path in left)


def test_what_is_told_of_a_plan_stays_as_it_is_when_it_is_run(tmp_path):
    (tmp_path / "images2.zip").write_bytes(b"half of it")
    write_zip(tmp_path / "images.zip", {"VG_100K/2.jpg": b""})
    plan = arrange.plan(tmp_path / "data", [tmp_path])
    done = arrange.run(plan, Events(), workers=1)
    assert sum(plan.left.counts.values()) == 1 and sum(reasons(done).values()) == 2


def test_two_runs_keep_off_each_other(tmp_path):
    write_zip(tmp_path / "train2017.zip", {"train2017/1.jpg": jpeg(1)})
    plan = arrange.plan(tmp_path / "data", [tmp_path])
    seen = []

    def listen(event):
        with pytest.raises(PictusError, match="another run") as caught:
            arrange.run(plan, Events())
        seen.append(caught)

    arrange.run(plan, Events((listen,)), workers=1)
    assert seen
