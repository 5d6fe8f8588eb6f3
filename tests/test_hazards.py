"""Eighteen places where public datasets trip whoever reads them as they look: a naive reader fails, pictus does not."""

import ast
import csv
import json
import math
import shutil
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from coco_files import write_dataset
from openimages_files import BOX, LABEL, PICTURE, box, csv_text, label, picture, put, put_names, put_train
from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Record, Reject, Turn

DATA = Path(__file__).parent / "data/sources"


def rows(name, root, split="train", **settings):
    return list(plugins.load("sources", name, settings).records(root, split))


def read(name, root, split="train", **settings):
    """The records of a source that sets nothing aside."""
    found = rows(name, root, split, **settings)
    assert [row for row in found if isinstance(row, Reject)] == []
    return found


def format_rows(name, path):
    return list(plugins.load("formats", name).read(path))


def put_json(path, content, *, lines=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, content)) if lines else json.dumps(content))
    return path


# 1


def test_01_pairs_between_tabs_have_no_header_either_order_and_quotes_that_mean_nothing(tmp_path):
    url = "https://p.example/{}.jpg"
    put(tmp_path / "Train_GCC-training.tsv", f'"never again\t{url.format(1)}\na red door\t{url.format(2)}\n')
    put(tmp_path / "cc12m.tsv", f'{url.format(1)}\t"never again\n{url.format(2)}\ta red door\n')

    def naive(name):
        with (tmp_path / name).open(newline="") as file:
            return [(row["url"], row["caption"]) for row in csv.DictReader(file, ["url", "caption"], delimiter="\t")]

    assert len(naive("cc12m.tsv")) == 1, "the quote swallows the next row"
    assert naive("Train_GCC-training.tsv")[0][0].startswith("never"), "the columns stand the other way round"
    for name in ("cc3m", "cc12m"):
        assert [(row.media[0].url, *row.facts.captions) for row in read(name, tmp_path)] == [
            (url.format(1), '"never again'),
            (url.format(2), "a red door"),
        ]


# 2


def test_02_sbu_is_an_object_of_columns_and_no_list_of_rows(tmp_path):
    urls = [f"http://p.example/{number}.jpg" for number in (1, 2)]
    columns = {"image_urls": urls, "user_ids": ["1@N00", "2@N01"], "captions": ["An old gate", "My dog"]}
    path = put_json(tmp_path / "sbu-captions-all.json", columns)
    with pytest.raises(TypeError):
        [row["captions"] for row in json.loads(path.read_text())]
    found = [(row.media[0].url, *row.facts.captions) for row in read("sbu", tmp_path)]
    assert found == list(zip(urls, columns["captions"], strict=True))


# 3


def function(name="units.convert"):
    properties = {"value": {"type": "float"}, "unit": {"type": "string"}}
    return {"name": name, "description": "Convert.", "parameters": {"type": "dict", "properties": properties}}


def test_03_bfcl_is_lines_named_json_with_nested_questions_and_lists_of_values_that_count(tmp_path):
    row = {"id": "q0", "question": [[{"role": "user", "content": "Twelve miles?"}]], "function": [function()]}
    answer = {"id": "q0", "ground_truth": [{"units.convert": {"value": [12.0, 12], "unit": ["", "km"]}}]}
    path = put_json(tmp_path / "BFCL_v4_simple_python.json", [row, {**row, "id": "q1"}], lines=True)
    put_json(tmp_path / "possible_answer" / path.name, [answer, {**answer, "id": "q1"}], lines=True)
    with pytest.raises(json.JSONDecodeError, match="Extra data"):
        json.loads(path.read_text())
    with pytest.raises(TypeError):
        row["question"][0]["role"]
    allowed = answer["ground_truth"][0]["units.convert"]
    naive = {key: values[0] for key, values in allowed.items()}
    assert naive["unit"] == "", "which means that it may be left out, and is no unit"
    for one in (*read("bfcl", tmp_path, "simple_python"), *format_rows("bfcl", path)):
        (call,) = one.turns[1].calls
        assert (call.name, json.loads(call.arguments)) == ("units.convert", {"value": 12.0, "unit": "km"})
        assert json.loads(one.tools[0].parameters)["type"] == "object" != row["function"][0]["parameters"]["type"]
        assert one.turns[0] == Turn.of("user", "Twelve miles?")


def test_03_rounds_of_bfcl_may_be_empty():
    (row,) = map(json.loads, (DATA / "bfcl/BFCL_v4_multi_turn_miss_func.json").read_text().splitlines())
    with pytest.raises(IndexError):
        [messages[0]["content"] for messages in row["question"]]
    (one,) = read("bfcl", DATA / "bfcl", "multi_turn_miss_func")
    assert json.loads(one.facts.extra)["question"] == row["question"]
    assert [turn.text for turn in one.turns] == [message["content"] for said in row["question"] for message in said]


# 4


def test_04_toolbench_lists_its_apis_as_python_and_arguments_as_json_inside_json():
    (row, *_) = json.loads((DATA / "toolbench/data/toolllama_G123_dfs_train.json").read_text())
    prompt = row["conversations"][0]["value"]
    listed = prompt[prompt.index("[{") :]
    with pytest.raises(json.JSONDecodeError):
        json.loads(listed)
    one, *_ = read("toolbench", DATA / "toolbench")
    assert [tool.name for tool in one.tools] == [api["name"] for api in ast.literal_eval(listed)]
    assert not isinstance(row["conversations"][2]["value"], dict)
    assert json.loads(one.turns[2].calls[0].arguments) == {"day": "tomorrow"}
    assert "APIs" not in one.turns[0].text


def test_04_toolbench_has_a_space_in_a_key_and_searches_that_led_nowhere():
    (question, *_) = json.loads((DATA / "toolbench/data/instruction/G1_query.json").read_text())
    with pytest.raises(KeyError):
        question["relevant_apis"]
    (one, *_) = read("toolbench", DATA / "toolbench", "G1_query")
    assert json.loads(one.facts.extra)["relevant APIs"] == question["relevant APIs"]
    folder = DATA / "toolbench/data/answer/G1_answer"
    with pytest.raises(KeyError):
        [json.loads(path.read_text())["answer_generation"]["train_messages"] for path in folder.iterdir()]
    found, aside = rows("toolbench", DATA / "toolbench", "G1_answer")
    assert isinstance(found, Record) and "found no answer" in aside.reasons[0]


# 5


def test_05_options_of_mmmu_are_text_that_looks_like_a_list_and_may_be_more_than_four(tmp_path):
    options = str(["a", "it's b", "c", "d", "e"])
    common = {"question": "Which?", "img_type": "['Maps', 'Plots']", "explanation": ""}
    told = [
        {"id": "validation_Art_1", "options": options, "answer": "E", **common},
        {"id": "validation_Art_2", "options": "[]", "answer": "['two', '2']", **common},
    ]
    (tmp_path / "Art").mkdir()
    pq.write_table(pa.Table.from_pylist(told), tmp_path / "Art/validation-00000-of-00001.parquet")
    assert list(options)[:2] == ["[", "'"], "it is a text"
    with pytest.raises(json.JSONDecodeError):
        json.loads(options)
    with pytest.raises(ValueError, match="substring not found"):
        "ABCD".index(told[0]["answer"])
    first, second = read("mmmu", tmp_path, "validation")
    assert first.facts.choices == ("a", "it's b", "c", "d", "e") and first.facts.answers == ("e",)
    assert first.turns[1].text == "(E) e"
    assert second.facts.answers == ("two", "2") != (told[1]["answer"],)
    assert json.loads(first.facts.extra)["img_type"] == ["Maps", "Plots"]


# 6


def test_06_cocos_ids_have_gaps_captions_have_lines_and_crowds_have_other_masks(tmp_path):
    write_dataset(tmp_path, 1)
    images = [{"id": 9, "file_name": "9.jpg", "width": 10, "height": 10, "license": 4}]
    images += [{**images[0], "id": 2, "file_name": "2.jpg"}]
    captions = [
        {"id": number, "image_id": 9 if number < 7 else 2, "caption": f"Number {number}.\n"} for number in range(12)
    ]
    crowd = {"id": 1, "image_id": 9, "category_id": 1, "bbox": [0, 0, 5, 5], "area": 20, "iscrowd": 1}
    crowd["segmentation"] = {"counts": [5, 5, 90], "size": [10, 10]}
    for kind, told in (("captions", captions), ("instances", [crowd])):
        path = tmp_path / f"annotations/{kind}_train2017.json"
        put_json(path, {**json.loads(path.read_text()), "images": images, "annotations": told})
    with pytest.raises(IndexError):
        images[captions[0]["image_id"] - 1]
    assert {caption["image_id"] for caption in captions[5:10]} == {9, 2}, "they do not come five by five"
    assert len("\n".join(caption["caption"] for caption in captions).split("\n")) > len(captions)
    with pytest.raises(KeyError):
        crowd["segmentation"][0]
    with pytest.raises(KeyError):
        {crowd["image_id"]: crowd}[2]
    first, second = read("coco2017", tmp_path)
    assert first.facts.captions == tuple(f"Number {number}." for number in range(7))
    assert second.facts.captions == tuple(f"Number {number}." for number in range(7, 12))
    assert [one.is_group for one in first.facts.boxes] == [True] and second.facts.boxes == ()


# 7


def test_07_covers_of_ocr_vqa_are_named_by_keys_with_zeros_and_end_otherwise_than_their_addresses():
    books = json.loads((DATA / "ocr_vqa/dataset.json").read_text())
    with pytest.raises(ValueError, match="invalid literal"):
        [int(key) for key in books]
    assert str(int("0009900017")) not in books
    naive = {key: f"images/{key}{Path(book['imageURL']).suffix}" for key, book in books.items()}
    found = {
        one.origin.key: one for split in ("train", "val", "test") for one in read("ocr_vqa", DATA / "ocr_vqa", split)
    }
    assert found.keys() == books.keys()
    assert found["0009900025"].media[0].path == "images/0009900025.jpg" != naive["0009900025"]
    # Many addresses lead nowhere by now: they are kept, and nothing is fetched to read a record.
    assert all(one.media[0].url == books[key]["imageURL"] for key, one in found.items())


# 8

ONE = "00e1000000000000"


def test_08_minus_one_in_a_flag_of_open_images_is_unknown_and_sides_come_before_tops(tmp_path):
    row = box(ONE, corners=(0.1, 0.2, 0.5, 0.6), flags=(-1, 1, 0, "", -1))
    put_train(tmp_path, boxes=[row])
    assert bool(int(row[BOX.index("IsOccluded")])) is True
    _, top, right, _ = row[4:8]
    assert top > right, "taken for corners, they would be upside down"
    (one,) = read("openimages_v7", tmp_path)
    (found,) = one.facts.boxes
    flags = (found.is_occluded, found.is_truncated, found.is_group, found.is_depiction, found.is_inside)
    assert flags == (None, True, False, None, None)
    assert (found.left, found.top, found.right, found.bottom) == (0.1, 0.2, 0.5, 0.6)


def test_08_a_label_of_confidence_zero_was_looked_for_and_not_found(tmp_path):
    told = [label(ONE, "/m/01", 1), label(ONE, "/m/02", 0)]
    put_train(tmp_path, pictures=[picture(ONE)], labels=told)
    assert len({row[LABEL.index("LabelName")] for row in told}) == 2, "a list of labels says that both are there"
    (one,) = read("openimages_v7", tmp_path)
    assert (one.facts.present, one.facts.absent) == (("person",), ("dog",))


@pytest.mark.parametrize("header", [["LabelName", "DisplayName"], None])
def test_08_files_of_names_may_have_a_header_and_have_commas_in_quotes(tmp_path, header):
    put_names(tmp_path)
    put(tmp_path / "train-images-boxable-with-rotation.csv", csv_text(PICTURE, [picture(ONE, title='A "mug",\nred')]))
    put(tmp_path / "oidv6-train-annotations-bbox.csv", csv_text(BOX, [box(ONE, "/m/01"), box(ONE, "/m/03")]))
    names = csv_text(header, [["/m/01", "Person"], ["/m/03", "Ducks, geese and swans"]])
    put(tmp_path / "oidv7-class-descriptions.csv", names)
    naive = dict(line.split(",")[:2] for line in names.splitlines()[1:])
    assert naive != {"/m/01": "Person", "/m/03": "Ducks, geese and swans"}
    (one,) = read("openimages_v7", tmp_path)
    assert [found.label for found in one.facts.boxes] == ["person", "ducks, geese and swans"]
    assert json.loads(one.facts.extra)["title"] == 'A "mug", red'


# 9


def chat(*said):
    return [{"from": ("human", "gpt")[number % 2], "value": text} for number, text in enumerate(said)]


def test_09_rows_of_llava_may_have_no_picture_the_mark_last_ids_again_and_numbers_for_ids(tmp_path):
    told = [
        {"id": "7", "conversations": chat("Name a river.", "The Rhine.")},
        {"id": 8, "image": "8.jpg", "conversations": chat("What is it?\n<image>", "A mug.")},
        {"id": 8, "image": "8.jpg", "conversations": chat("<image>\nWhose?", "Ann's.")},
    ]
    path = put_json(tmp_path / "chat.json", told)
    with pytest.raises(KeyError):
        [row["image"] for row in told]
    assert "<image>" in told[1]["conversations"][0]["value"].removeprefix("<image>\n")
    assert len({row["id"]: row for row in told}) == 2
    with pytest.raises(TypeError):
        [row["id"] + ".jpg" for row in told]
    first, second, third = found = format_rows("llava", path)
    assert first.media == () and [part.type for part in second.turns[0].parts] == ["text", "image"]
    assert [one.origin.key for one in found] == ["7", "8", "8"] and len({one.id for one in found}) == 3
    assert [part.type for part in third.turns[0].parts] == ["image", "text"]


def test_09_pictures_of_llava_are_named_as_coco_2017_names_them(tmp_path):
    row = {"id": "000000990001", "image": "000000990001.jpg", "conversations": chat("<image>\nWhat?", "A mug.")}
    put_json(tmp_path / "llava_instruct_150k.json", [row])
    naive = f"train2014/COCO_train2014_{row['image']}"
    (one,) = read("llava_instruct_150k", tmp_path)
    assert one.media[0].path == "coco/train2017/000000990001.jpg" != f"coco/{naive}"


# 10


def test_10_the_ten_answers_of_vqa_keep_their_number_and_order():
    """The metric itself, which averages over nine of ten and normalises only where people differ, is no matter here.

    It belongs to the evaluation; a source can only see that it finds all that it needs.
    """
    questions = json.loads((DATA / "vqav2/v2_mscoco_train2014_annotations.json").read_text())["annotations"]
    told = {str(one["question_id"]): [answer["answer"] for answer in one["answers"]] for one in questions}
    assert any(len(set(answers)) < 10 for answers in told.values()), "a set of answers cannot be averaged"
    for one in read("vqav2", DATA / "vqav2"):
        assert list(one.facts.answers) == told[one.origin.key] and len(one.facts.answers) == 10


# 11


def test_11_visual_genome_calls_a_picture_and_a_name_differently_from_file_to_file(tmp_path):
    pictures = [{"id": 5, "url": "https://p.example/x/VG_100K_2/5.jpg", "width": 10, "height": 10}]
    things = [{"object_id": 1, "x": 0, "y": 0, "w": 5, "h": 5, "name": "mug"}]
    things += [{"object_id": 2, "x": 5, "y": 5, "w": 5, "h": 5, "names": ["cup"]}]
    put_json(tmp_path / "image_data.json", pictures)
    put_json(tmp_path / "objects.json", [{"image_id": 5, "objects": things}])
    put_json(tmp_path / "question_answers.json", [{"id": 5, "qas": []}])
    with pytest.raises(KeyError):
        pictures[0]["image_id"]
    with pytest.raises(KeyError):
        [thing["names"][0] for thing in things]
    (one,) = read("visual_genome", tmp_path)
    assert [found.label for found in one.facts.boxes] == ["mug", "cup"] and one.origin.key == "5"
    assert one.media[0].path == "VG_100K_2/5.jpg" != f"VG_100K/{pictures[0]['id']}.jpg"


# 12


def test_12_a_time_of_humanml3d_that_is_no_number_means_the_whole_motion(tmp_path):
    lines = ["a man waves#man/NOUN#nan#nan", "a man nods#man/NOUN#NaN#3.0"]
    put(tmp_path / "texts/M000001.txt", "\n".join(lines))
    put(tmp_path / "train.txt", "M000001")
    begin, end = map(float, lines[0].split("#")[2:])
    assert not (begin == 0 and end == 0) and math.isnan(end - begin)
    with pytest.raises(ValueError, match="invalid literal"):
        int("M000001")
    (one,) = read("humanml3d", tmp_path)
    assert one.origin.key == "M000001" and one.facts.motions == ("a man waves",)
    assert json.loads(one.facts.extra) == {"segments": [{"text": "a man nods", "start": 0.0, "end": 3.0}]}


def test_12_names_of_humanml3d_are_fewer_than_its_texts_and_belong_to_them_by_name(tmp_path):
    texts = {f"00000{number}": f"motion {number}" for number in range(5)}
    names = [name for name in texts if name not in ("000001", "000003")]
    for name, text in texts.items():
        put(tmp_path / f"texts/{name}.txt", f"{text}#x/NOUN#0.0#0.0")
    put(tmp_path / "train.txt", "\n".join(names))
    naive = dict(zip(names, texts.values(), strict=False))
    assert naive["000004"] == "motion 2"
    found = {one.origin.key: one.facts.motions for one in read("humanml3d", tmp_path)}
    assert found == {name: (texts[name],) for name in names}


# 13


def test_13_scienceqa_is_an_object_by_key_with_null_pictures_and_captions_a_level_down():
    problems = json.loads((DATA / "scienceqa/problems.json").read_text())
    with pytest.raises(TypeError):
        [problem["question"] for problem in problems]
    key = next(key for key, problem in problems.items() if problem["image"] is None and problem["split"] == "train")
    with pytest.raises(TypeError):
        Path(key) / problems[key]["image"]
    captions = json.loads((DATA / "scienceqa/captions.json").read_text())
    assert not captions.keys() & problems.keys()
    found = {one.origin.key: one for one in read("scienceqa", DATA / "scienceqa")}
    assert found[key].media == () and [part.type for part in found[key].turns[0].parts] == ["text"]
    assert {key: one.facts.captions for key, one in found.items() if one.facts.captions} == {
        key: (" ".join(caption.split()),) for key, caption in captions["captions"].items() if key in found
    }


# 14

QUESTION = '{"imageId": "7", "question": "What?", "answer": "a mug"}'


def test_14_a_sample_of_gqa_is_no_json_and_a_broken_question_is_no_broken_file(tmp_path):
    text = f'{{"0201": {QUESTION}, "0202": {{"imageId": "7", "question": …}}, "0203": {QUESTION}}}'
    put(tmp_path / "val_balanced_questions.json", text)
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    first, broken, last = rows("gqa", tmp_path, "val_balanced")
    assert (first.origin.key, last.origin.key) == ("0201", "0203") and isinstance(broken, Reject)
    assert "not valid JSON" in broken.reasons[0] and str(int("0201")) != first.origin.key


def test_14_all_questions_of_gqas_training_split_stand_in_a_folder_of_parts_in_the_order_of_their_numbers(tmp_path):
    folder = tmp_path / "gqa/train_all_questions"
    for part in (10, 2, 0):
        put(folder / f"train_all_questions_{part}.json", f'{{"0{part}": {QUESTION}}}')
    naive = [next(iter(json.loads(path.read_text()))) for path in sorted(folder.iterdir())]
    assert naive == ["00", "010", "02"]
    found = read("gqa", tmp_path, "train_all")
    assert [one.origin.key for one in found] == ["00", "02", "010"]
    assert {one.media[0].path for one in found} == {"gqa/images/7.jpg"}


# 15


def test_15_pictures_of_textvqas_validation_split_are_in_train_images_and_its_test_split_only_asks():
    splits = ("train", "val", "test")
    found = {split: read("textvqa", DATA / "textvqa", split)[0] for split in splits}
    folders = {split: one.media[0].path.split("/")[0] for split, one in found.items()}
    assert folders == {"train": "train_images", "val": "train_images", "test": "test_images"}
    assert folders["val"] != "{}_images".format("val")
    (row, *_) = json.loads((DATA / "textvqa/TextVQA_0.5.1_test.json").read_text())["data"]
    with pytest.raises(KeyError):
        row["answers"][0]
    assert [turn.role for turn in found["test"].turns] == ["user"] and found["test"].facts.answers == ()


# 16


def test_16_a_file_that_was_cut_inside_a_text_is_told_before_any_record(tmp_path):
    shutil.copytree(DATA / "scienceqa", tmp_path, dirs_exist_ok=True)
    text = (DATA / "scienceqa/problems.json").read_text()
    cut = text[: text.rindex("question") + 20]
    put(tmp_path / "problems.json", cut)

    def naive():
        """Decode one problem after the other, and stop where there is none."""
        place, decoder = cut.index("{") + 1, json.JSONDecoder()
        while '"' in cut[place:]:
            key, place = decoder.raw_decode(cut, cut.index('"', place))
            try:
                problem, place = decoder.raw_decode(cut, cut.index("{", place))
            except ValueError:
                return
            yield key, problem

    assert 0 < len(list(naive())) < len(json.loads(text)), "it ends early, and nobody knows"
    with pytest.raises(PictusError, match=f"after {len(cut.encode()):,} bytes it stops in the middle"):
        next(iter(rows("scienceqa", tmp_path)))


# 17


def test_17_a_csv_of_imagebind_has_tabs_quotes_and_whole_paths(tmp_path):
    caption = 'a sign with "stop", and red'
    quoted = caption.replace('"', '""')
    text = f'url\tcaption\n{tmp_path}/disk/1.jpg\t"{quoted}"\n{tmp_path}/disk/2.jpg\tplain\n'
    put(tmp_path / "meta/a.csv", text)
    put(tmp_path / "meta/all.yaml", "META: [a.csv]")
    with pytest.raises(KeyError):
        [row["caption"] for row in csv.DictReader(text.splitlines())]
    assert text.splitlines()[1].split("\t")[1] != caption
    assert tmp_path / "elsewhere" / text.splitlines()[2].split("\t")[0] == tmp_path / "disk/2.jpg", "the root is lost"
    first, second = read("imagebind_meta", tmp_path / "meta", "all", pictures=str(tmp_path / "disk"))
    assert first.facts.captions == (caption,) and second.facts.captions == ("plain",)
    assert [one.media[0].path for one in (first, second)] == ["1.jpg", "2.jpg"]


# 18


@pytest.mark.parametrize(
    ("name", "columns", "row"),
    [
        ("alpaca", {"prompt": "q", "response": "a"}, {"q": "How many?", "a": "Two.", "input": "of what?"}),
        ("sharegpt", {"messages": "talk"}, {"talk": chat("How many?", "Two."), "system": "Be brief."}),
    ],
)
def test_18_what_the_columns_of_llama_factory_do_not_name_is_absent(tmp_path, name, columns, row):
    usual = {"query": "input"} if name == "alpaca" else {"system": "system"}
    naive = {**usual, **columns}
    assert any(row.get(column) in ("of what?", "Be brief.") for column in naive.values()), "LLaMA-Factory sees no such"
    put_json(tmp_path / "dataset_info.json", {"d": {"file_name": "d.json", "formatting": name, "columns": columns}})
    (one,) = format_rows(name, put_json(tmp_path / "d.json", [row]))
    assert one.turns == (Turn.of("user", "How many?"), Turn.of("assistant", "Two."))


def test_there_is_a_test_of_each_of_the_eighteen_in_their_order():
    numbers = [int(name.split("_")[1]) for name in globals() if name.startswith("test_") and name[5:7].isdigit()]
    assert set(numbers) == set(range(1, 19)) and all(one <= other for one, other in pairwise(numbers))
