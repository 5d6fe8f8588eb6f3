"""The datasets in LLaVA's layout: their quirks, the places of their pictures, and the licences of each row."""

import json
from pathlib import Path

import orjson
import pytest

from pictus import plugins
from pictus.record import Record, Reject

DATA = Path(__file__).parent.parent / "data/sources"


def read(name, split="train", root=None):
    return list(plugins.load("sources", name).records(root or DATA / name, split))


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows))


def talk(*said):
    return [{"from": ("human", "gpt")[number % 2], "value": text} for number, text in enumerate(said)]


def test_each_row_of_the_mix_has_the_licences_of_what_it_was_made_for():
    rows = {row.origin.key: row for row in read("llava_mix665k")}
    told = {
        key: (orjson.loads(row.facts.extra)["task"], row.origin.picture_licence, row.origin.text_licence)
        for key, row in rows.items()
    }
    assert told == {
        "000000990001": ("llava", "per-item", "CC-BY-4.0"),
        "000000990002": ("vqa", "per-item", "unknown"),
        "000000990003": ("aokvqa", "per-item", "unknown"),
        "000000990004": ("refcoco", "per-item", "unknown"),
        "n990005": ("gqa", "per-item", "CC-BY-4.0"),
        "0009900017": ("ocr_vqa", "third-party-copyright", "unknown"),
        "0aa00bb00cc00dd0": ("textcaps", "per-item", "CC-BY-4.0"),
        "vg990": ("visual_genome", "per-item", "CC-BY-4.0"),
        "zzTop99_0": ("sharegpt", "unknown", "unknown"),
        "zzTop99_1": ("sharegpt", "unknown", "unknown"),
        "990011": ("visual_genome", "per-item", "CC-BY-4.0"),
    }
    terms = {key for key, row in rows.items() if row.origin.model_terms == "openai-output-terms"}
    assert terms == {"000000990001", "zzTop99_0", "zzTop99_1"}


def test_rows_without_a_picture_numbers_for_ids_and_marks_at_either_end_are_read():
    rows = {row.origin.key: row for row in read("llava_mix665k")}
    assert rows["zzTop99_0"].media == () and rows["zzTop99_0"].turns[0].text == "Name three rivers."
    last = rows["990011"]  # a number in the file
    assert [part.type for part in last.turns[0].parts] == ["text", "image"]
    assert [part.type for part in rows["vg990"].turns[0].parts] == ["image", "text"]
    begun = rows["zzTop99_1"]
    assert [turn.role for turn in begun.turns] == ["user", "assistant"]
    assert orjson.loads(begun.facts.extra)["said_before"] == "And further?"


def test_a_picture_is_named_in_cocos_2017_folder_and_ids_come_again():
    rows = read("llava_instruct_150k")
    assert [row.origin.key for row in rows] == ["000000990001", "000000990001", "000000990002"]
    assert len({row.id for row in rows}) == 3
    assert {row.media[0].path for row in rows} == {f"coco/train2017/00000099000{number}.jpg" for number in (1, 2)}


def test_the_parts_of_llava_instruct_are_splits(tmp_path):
    write(tmp_path / "detail_23k.json", [{"id": "1", "image": "1.jpg", "conversations": talk("<image>\nx", "y")}])
    (row,) = read("llava_instruct_150k", "detail", tmp_path)
    assert row.origin.split == "detail"


@pytest.mark.parametrize("own", [False, True])
def test_pictures_are_found_in_a_shared_tree_and_in_a_folder_of_their_own(tmp_path, own):
    base = tmp_path if own else tmp_path / "allava"
    rows = [
        {
            "id": "a",
            "image": "allava_laion/images/1.jpeg",
            "conversations": talk("<image>\nx", "y"),
            "url": "http://a/1",
        },
        {"id": "b", "image": "allava_vflan/images/images_191task_1k/b+1.png", "conversations": talk("<image>\nx", "y")},
    ]
    write(base / "allava_laion/ALLaVA-Caption-LAION-4V.json", rows)
    (tmp_path / "vflan/images_191task_1k").mkdir(parents=True)
    first, second = read("allava_caption", "laion", tmp_path)
    prefix = "" if own else "allava/"
    assert first.media[0].path == f"{prefix}allava_laion/images/1.jpeg" and first.media[0].url == "http://a/1"
    assert second.media[0].path == "vflan/images_191task_1k/b+1.png"
    (base / "allava_vflan/images/images_191task_1k").mkdir(parents=True)
    second = read("allava_caption", "laion", tmp_path)[1]
    assert second.media[0].path == f"{prefix}allava_vflan/images/images_191task_1k/b+1.png"


def test_what_stood_beside_a_picture_on_the_web_is_no_caption():
    first, second = read("allava_caption", "laion")
    assert first.facts.captions == () and orjson.loads(first.facts.extra) == {"original_caption": "old map folded"}
    assert second.facts.extra is None
    assert first.origin.picture_licence == "third-party-copyright"


def test_text_alone_has_its_key_in_another_column():
    rows = read("allava_instruct", "text")
    assert [row.origin.key for row in rows] == ["evol_1", "evol_2"] and not any(row.media for row in rows)


def test_sharegpt4v_tells_the_licence_of_a_picture_by_its_folder():
    licences = [row.origin.picture_licence for row in [*read("sharegpt4v"), *read("sharegpt4v_pt")]]
    assert licences == [
        "sa-1b-research",
        "per-item",
        "research-only",
        "third-party-copyright",
        "sa-1b-research",
        "per-item",
    ]


def test_vision_flan_keeps_the_task_and_reads_its_misnamed_file(tmp_path):
    assert orjson.loads(read("vision_flan")[0].facts.extra) == {"task": "Zoo+animal_naming"}
    rows = [{"id": "x", "image": "x.jpg", "conversations": talk("<image>\na", ""), "task_name": "T"}]
    write(tmp_path / "xnnotation_191-task_1k.json", rows)
    assert [type(row) for row in read("vision_flan", root=tmp_path)] == [Record]


def test_rows_that_are_no_conversations_are_set_aside(tmp_path):
    rows = [
        {"id": "1", "image": "gqa/images/1.jpg", "conversations": talk("no place", "y")},
        {"id": "2", "conversations": []},
        {"id": "3", "image": ["a", "b"], "conversations": talk("<image>\nx", "y")},
        {"id": "4", "conversations": [{"from": "ghost", "value": "x"}]},
        {"id": "5", "image": None, "conversations": talk("fine", "y")},
    ]
    write(tmp_path / "llava_v1_5_mix665k.json", rows)
    found = read("llava_mix665k", root=tmp_path)
    assert [type(row) for row in found] == [Reject, Reject, Reject, Reject, Record]
    assert "unknown role" in found[3].reasons[0]


@pytest.mark.parametrize("name", ["web_celebrity", "web_landmark"])
def test_the_names_of_files_tell_what_is_shown(name):
    rows = read(name)
    shown = [orjson.loads(row.facts.extra)["name"] for row in rows]
    assert [word.replace(" ", "_") for word in shown] == [row.origin.key for row in rows]
    assert "_" not in "".join(shown) and all(Path(row.media[0].path).stem == row.origin.key for row in rows)


def test_the_licence_of_a_folder_is_that_of_the_dataset_whose_pictures_it_holds():
    from pictus.reading.picture_folders import FOLDERS

    known = set(plugins.names("sources"))
    for folder in FOLDERS:
        if folder.source in known - {"allava_caption"}:  # which has pictures of two datasets
            assert plugins.load_class("sources", folder.source).card.picture_licence == folder.licence, folder
