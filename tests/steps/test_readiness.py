"""What trainings need is found or named, with the reason and the place to get it."""

import json
import shutil
import unicodedata

import pytest

from downloads import ANNOTATIONS, CELEBRITY, FLAN, HUNDRED, LCS, jpeg, row, write_annotations, write_archives
from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.steps import arrange
from pictus.steps.arrange.readiness import is_tree, readiness
from pictus.steps.arrange.trainings import TRAININGS
from pictus.steps.arrange.tree import ALIASES
from pictus.steps.check import check, fitting_sources


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = tmp_path_factory.mktemp("whole")
    write_archives(root / "downloads")
    write_annotations(root / "downloads/json")
    arrange.run(arrange.plan(root / "data", [root / "downloads"], by="copy"), Events(), workers=1)
    return root / "data"


@pytest.fixture
def data(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "data", symlinks=True)
    return tmp_path / "data"


def gaps(found, source):
    return {(gap.place, gap.why): (gap.count, gap.samples) for gap in found.supplies[source].gaps}


def test_all_trainings_can_run_with_a_whole_tree(whole):
    rows = []
    found = readiness(whole, events=Events((lambda event: rows.append(event["rows"]),)))
    assert found.is_ready and [one.name for one in found.trainings] == [one.name for one in TRAININGS]
    assert rows[-1] == sum(map(len, ANNOTATIONS.values())) == sum(one.rows for one in found.supplies.values())
    assert found.supplies["sharegpt4v"].pictures == len(HUNDRED) and not found.supplies["alpaca_gpt4"].pictures


@pytest.mark.serial
def test_large_files_are_read_by_several_processes_with_the_same_result(whole, monkeypatch):
    one = readiness(whole, ["convllava_projector"]).supplies
    monkeypatch.setattr("pictus.steps.arrange.wanted._SMALL_BYTES", 0)
    monkeypatch.setattr("pictus.steps.arrange.readiness.default_workers", lambda: 2)
    monkeypatch.setattr("pictus.steps.arrange.wanted._PORTION_ROWS", 2)
    assert readiness(whole, ["convllava_projector"]).supplies == one and one["sharegpt4v"].rows == len(HUNDRED)


def test_the_needs_of_trainings_are_sources_and_their_splits():
    for need in {need for training in TRAININGS for need in training.needs}:
        assert set(need.splits) <= set(plugins.load_class("sources", need.source).splits)


def test_each_reason_why_a_picture_is_not_there_is_told_apart(data):
    (data / "coco/train2017/000000990001.jpg").unlink()
    (data / "vg/VG_100K_2/992.jpg").write_bytes(b"")
    (data / "textvqa/train_images/0aa00bb00cc00dd0.jpg").write_bytes(b"<html>Not found</html>")
    (data / "gqa/images/990001.jpg").rename(data / "gqa/images/990001.JPG")
    (data / "gqa/images/n990002.jpg").unlink()
    (data / "gqa/images/n990002.jpg").symlink_to(data / "unplugged.jpg")
    told = []
    found = readiness(data, ["llava15_finetune"], missing=lambda *pair: told.append(pair))
    supply = found.supplies["llava_mix665k"]
    assert (supply.pictures, supply.missing, found.is_ready) == (8, 5, False)
    assert gaps(found, "llava_mix665k") == {
        ("coco/train2017", "missing"): (1, ["coco/train2017/000000990001.jpg"]),
        ("vg/VG_100K_2", "empty"): (1, ["vg/VG_100K_2/992.jpg"]),
        ("textvqa/train_images", "no picture"): (1, ["textvqa/train_images/0aa00bb00cc00dd0.jpg"]),
        ("gqa/images", "named otherwise"): (1, ["gqa/images/990001.jpg (here: 990001.JPG)"]),
        ("gqa/images", "missing"): (1, ["gqa/images/n990002.jpg (here: a link that leads nowhere)"]),
    }
    assert dict(told)["vg/VG_100K_2/992.jpg"] == "empty" and len(told) == 5
    gap = next(gap for gap in supply.gaps if gap.why == "empty")
    assert gap.source == "visual_genome" and gap.get.endswith("images2.zip") and "170" in gap.known
    fast = readiness(data, ["llava15_finetune"], fast=True).supplies["llava_mix665k"]
    assert {gap.why for gap in fast.gaps} == {"missing", "named otherwise"} and fast.missing == 2


def test_a_name_whose_letters_were_taken_apart_is_told(data):
    folder = data / "web-celebrity/images"
    (folder / CELEBRITY).rename(folder / unicodedata.normalize("NFD", CELEBRITY))
    assert [why for _, why in gaps(readiness(data, ["convllava_projector"]), "sharegpt4v")] == ["named otherwise"]


def test_a_path_that_leads_out_of_the_tree_is_not_looked_at(data):
    (data / "secret.jpg").write_bytes(jpeg(1))
    path = data / "llava/llava_pretrain/blip_laion_cc_sbu_558k.json"
    path.write_text(path.read_text().replace("00453/", "../../../../data/"))
    assert [why for _, why in gaps(readiness(data, ["llava15_pretrain"]), "lcs558k")] == ["outside the tree"]


@pytest.mark.parametrize(
    "name", ["a\0b/1.jpg", "a\nb/\x1b[31m.jpg", f"{'long' * 100}/1.jpg", "/etc/passwd", "a" * 5000]
)
def test_no_name_in_annotations_does_harm(data, name):
    path = data / "llava/llava_pretrain/blip_laion_cc_sbu_558k.json"
    path.write_text(json.dumps([row(name), row(LCS[0])]))
    told = []
    supply = readiness(data, ["llava15_pretrain"], missing=lambda *pair: told.append(pair)).supplies["lcs558k"]
    assert supply.missing + supply.unreadable == 1
    assert all(text.isprintable() for gap in supply.gaps for text in (gap.place, *gap.samples, *told[0]))


def test_a_link_that_trainers_need_is_told_until_it_is_made_again(data):
    (alias,) = ALIASES
    (data / alias.path).unlink()
    found = readiness(data, ["convllava_projector"])
    assert found.supplies["allava_caption"].links == [alias.path] and not found.is_ready
    arrange.run(arrange.plan(data), Events())
    assert readiness(data, ["convllava_projector"]).is_ready and (data / alias.path / FLAN).is_file()


def test_annotations_that_are_not_there_are_told_with_their_address(data):
    (data / "allava/allava_vflan/ALLaVA-Caption-VFLAN-4V.json").unlink()
    (data / "sharegpt4v/sharegpt4v_instruct_gpt4-vision_cap100k.json").unlink()
    found = readiness(data, ["convllava_projector"])
    (address,) = found.supplies["allava_caption"].problems
    assert address.startswith("https://") and address.endswith("ALLaVA-Caption-VFLAN-4V.json")
    assert [one.source for one in found.lacks(found.trainings[0])] == ["sharegpt4v", "allava_caption"]
    assert found.supplies["allava_caption"].rows == 1, "what is there is looked at"


def test_before_there_are_annotations_the_empty_folders_of_their_pictures_are_told(tmp_path):
    arrange.run(arrange.plan(tmp_path), Events())
    (tmp_path / "gqa/images/1.jpg").write_bytes(jpeg(1))
    supply = readiness(tmp_path, ["llava15_finetune"]).supplies["llava_mix665k"]
    assert {gap.why for gap in supply.gaps} == {"all missing"} and all(gap.get for gap in supply.gaps)
    places = {"coco/train2017", "ocr_vqa/images", "textvqa/train_images", "vg/VG_100K", "vg/VG_100K_2"}
    assert {gap.place for gap in supply.gaps} == places


def test_rows_that_cannot_be_read_are_counted(data):
    path = data / "vflan/annotation_191-task_1k.json"
    path.write_text(path.read_text()[:-1] + ', {"image": 3}]')
    assert readiness(data, ["convllava_pretrain"]).supplies["vision_flan"].unreadable == 1


def test_annotations_that_were_cut_short_are_told(data):
    path = data / "vflan/annotation_191-task_1k.json"
    path.write_text(path.read_text()[:-5])
    found = readiness(data, ["convllava_pretrain"])
    assert "cut short" in found.supplies["vision_flan"].problems[0] and not found.is_ready


def test_a_training_that_nobody_knows_is_an_error(data):
    with pytest.raises(PictusError) as caught:
        readiness(data, ["llava15_finetun"])
    assert "llava15_finetune" in caught.value.mend


def test_a_tree_is_told_from_the_folder_of_one_dataset(whole, tmp_path):
    assert is_tree(whole)
    (tmp_path / "coco/train2017").mkdir(parents=True)
    assert not is_tree(tmp_path)
    (tmp_path / "gqa/images").mkdir(parents=True)
    assert is_tree(tmp_path)


def test_a_folder_that_several_sources_fit_is_read_as_one_and_the_others_are_named(whole, tmp_path):
    found = fitting_sources(whole)
    folders_alone = {"web_celebrity", "web_landmark", "wikiart", "share_textvqa", "sa1b"}
    files = {"llava_mix665k", "lcs558k", "sharegpt4v", "sharegpt4v_pt", "vision_flan", "alpaca_gpt4"}
    assert files | folders_alone <= set(found)
    assert max(map(found.index, files)) < min(map(found.index, folders_alone))
    report = check(str(whole), only=("turn_order",), source="lcs558k")
    assert report.what == "data of lcs558k, train" and report.records == 2 and not report.others
    with pytest.raises(PictusError, match="missing"):
        check(str(whole), source="toolbench")
    (whole / "vflan").rename(tmp_path / "vision_flan")
    try:
        assert fitting_sources(tmp_path / "vision_flan")[0] == "vision_flan"
    finally:
        (tmp_path / "vision_flan").rename(whole / "vflan")
