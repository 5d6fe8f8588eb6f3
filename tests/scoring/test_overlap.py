"""Names, hashes and words by which a benchmark is found in a corpus: each with what is nearly, but not, the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from pictus.reading.rows import BadRow
from pictus.record import Facts, Media, Origin, Record, Turn
from pictus.scoring.overlap.names import names_of, partners_of, with_partners
from pictus.scoring.overlap.nearness import Lookalikes, are_unlike
from pictus.scoring.overlap.prints import pixels_of, print_of, prints_both_ways
from pictus.scoring.overlap.texts import LongTexts, question_hash, said_in
from scenes import encoded, scene


def record(path=None, *, dataset="made", key="k", url=None, extra=None, media=1):
    pictures = (Media(path=path, root="/data", url=url),) * media
    return Record(id="1", origin=Origin(dataset=dataset, key=key), media=pictures, facts=Facts(extra=extra))


@pytest.mark.parametrize(
    "path, name",
    [
        ("coco/val2014/COCO_val2014_000000123456.jpg", "coco:123456"),
        ("COCO_train2014_000000000009.jpg", "coco:9"),
        ("train2017/000000123456.jpg", "coco:123456"),
        ("coco/test2015/COCO_test2015_000000000001.jpg", "coco:1"),
        ("vg/VG_100K_2/2345.jpg", "vg:2345"),
        ("gqa/images/2345.jpg", "vg:2345"),
        ("gqa/images/n161313.jpg", "gqa:n161313"),
        ("textvqa/train_images/0054c91397f2fe05.jpg", "openimages:0054c91397f2fe05"),
        ("ocr_vqa/images/0316881880.jpg", "ocr_vqa:0316881880"),
        ("scienceqa/images/test/101/image.png", "scienceqa:101"),
        ("sam/images/sa_545504.jpg", "sa1b:545504"),
        ("pictures/000000123456.jpg", None),  # twelve digits alone are nobody's
        ("my/2345.jpg", None),
        ("train/0054c91397f2fe05.jpg", None),
        ("train2017/cat.jpg", None),
        ("COCO_val2014_000000123456.jpg.txt", None),
    ],
)
def test_the_name_of_a_picture_is_told_by_its_path(path, name):
    assert names_of(record(path)) == [(name,) if name else ()]


def test_names_are_told_by_addresses_and_by_datasets_whose_key_they_are():
    address = "http://images.cocodataset.org/train2017/000000000030.jpg"
    assert names_of(record(url=address)) == [("coco:30",)]
    assert names_of(record(url="https://farm5.staticflickr.com/4/123456789_0a1b2c3d4e_z.jpg")) == [
        ("flickr:123456789",)
    ]
    assert names_of(record(url="https://example.org/4/123456789_0a1b2c3d4e_z.jpg")) == [()]
    assert names_of(record(dataset="coco2017", key="000030")) == [("coco:30",)]
    assert names_of(record(dataset="openimages_v7", key="0054c91397f2fe05")) == [("openimages:0054c91397f2fe05",)]
    assert names_of(record("images/77.jpg", dataset="gqa")) == [("vg:77",)]  # the dataset's own folder as data root
    assert names_of(record(dataset="coco2017", key="30", media=2)) == [(), ()]  # the key is of neither alone
    told = '{"coco_id": 30, "flickr_id": null}'
    assert names_of(record("VG_100K/1.jpg", dataset="visual_genome", key="1", extra=told)) == [("vg:1", "coco:30")]


@given(
    path=st.text(max_size=60), url=st.text(max_size=60).map("http://{}".format), extra=st.none() | st.text(max_size=9)
)
def test_nothing_that_a_row_says_ends_the_naming(path, url, extra):
    (names,) = names_of(record(path, url=url, extra=extra, dataset="visual_genome", key=path))
    assert names[-1].startswith("vg:")


def test_what_is_no_address_or_path_has_no_name():
    assert names_of(record(url="http://[")) == [()]
    assert names_of(record("gqa/" * 250_000 + "1.jpg")) == [()]
    assert names_of(record(dataset="coco2017", key="0" * 5_000 + "7")) == [("coco:7",)]


def test_pictures_of_visual_genome_are_known_as_those_of_coco_where_its_list_says_so():
    rows = [{"image_id": 1, "coco_id": 30}, {"image_id": 2, "coco_id": None}, {"id": 3, "coco_id": -1}]
    partners = partners_of(rows)
    assert with_partners(("vg:1",), partners) == ("vg:1", "coco:30")
    assert with_partners(("coco:30",), partners) == ("coco:30", "vg:1")
    assert with_partners(("vg:2",), partners) == ("vg:2",) and with_partners(("vg:3",), partners) == ("vg:3",)


def like(originals, copies):
    """Give which copy looks like which original."""
    prints = [print_of(data) for data in copies]
    known = Lookalikes([prints_both_ways(data) for data in originals])
    nears = [(one.near, one.detail) for one in prints if one.near is not None]
    return set(known.like(nears))


COPIES = {
    "smaller": lambda one: encoded(one.resize((100, 75))),
    "larger": lambda one: encoded(one.resize((400, 300))),
    "squeezed": lambda one: encoded(one.resize((150, 150))),
    "worse": lambda one: encoded(one, quality=30),
    "lossless": lambda one: encoded(one, "PNG"),
    "grey": lambda one: encoded(ImageOps.grayscale(one)),
    "mirrored": lambda one: encoded(ImageOps.mirror(one)),
    "cropped": lambda one: encoded(one.crop((2, 1, 199, 149))),
}


@pytest.mark.parametrize("way", COPIES)
def test_copies_are_known_by_their_looks_and_others_are_not(way):
    scenes = [scene(number) for number in range(12)]
    found = like([encoded(one) for one in scenes], [COPIES[way](one) for one in scenes])
    assert found == {(number, number) for number in range(12)}


def test_pictures_without_shapes_are_known_by_nothing_but_their_file():
    flat = encoded(Image.new("RGB", (80, 60), "red"))
    assert print_of(flat).near is None
    assert like([flat], [encoded(Image.new("RGB", (80, 60), "red"), "PNG")]) == set()


def test_charts_with_the_same_axes_are_candidates_that_details_do_not_confirm():
    def chart(colour, heights):
        picture = Image.new("RGB", (200, 150), "white")
        for place, high in enumerate(heights):
            picture.paste(colour, (20 + 30 * place, 140 - high, 40 + 30 * place, 140))
        return picture

    one, other = chart("#4477aa", [100, 40, 90, 60, 120]), chart("#aa3333", [96, 44, 90, 62, 118])
    first, second = print_of(encoded(one)), print_of(encoded(other))
    assert 0 < (first.near ^ second.near).bit_count() <= 10
    assert like([encoded(one)], [encoded(other)]) == set()
    assert like([encoded(one)], [encoded(one.resize((150, 110)))]) == {(0, 0)}


def test_pixels_are_the_same_in_any_lossless_file_and_upright():
    one = scene(3)
    assert pixels_of(encoded(one, "PNG")) == pixels_of(encoded(one, "BMP")) != pixels_of(encoded(one))
    turned = one.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert pixels_of(encoded(turned, "PNG", exif=exif)) == pixels_of(encoded(one, "PNG"))
    assert pixels_of(encoded(turned, "PNG")) != pixels_of(encoded(one, "PNG"))
    changed = one.copy()
    changed.putpixel((0, 0), (1, 2, 3))
    assert pixels_of(encoded(changed, "PNG")) != pixels_of(encoded(one, "PNG"))


def test_pictures_that_have_nothing_in_common_are_told_apart():
    both = prints_both_ways(encoded(scene(1)))
    assert are_unlike(print_of(encoded(scene(2))), both)
    assert not are_unlike(print_of(encoded(ImageOps.mirror(scene(1)), quality=40)), both)
    assert not are_unlike(print_of(encoded(Image.new("RGB", (9, 9)))), both)  # nobody knows


@given(st.binary(max_size=200))
def test_what_is_no_picture_is_told(data):
    with pytest.raises(BadRow):
        print_of(data)


def test_many_pictures_are_compared_in_blocks_that_miss_none():
    random = np.random.default_rng(0)
    originals = [encoded(scene(number, (64, 48))) for number in range(40)]
    order = random.permutation(40).tolist()
    assert like(originals, [originals[place] for place in order]) == set(enumerate(order))


def talk(*said):
    roles = ("user", "assistant")
    return said_in([Turn.of(roles[number % 2], text) for number, text in enumerate(said)])


def test_a_question_is_the_same_without_signs_case_and_the_usual_instruction():
    asked = question_hash("Is the dog RED?")
    told = talk("Is the dog red\nAnswer the question using a single word or phrase.", "Yes.", "And the cat?", "No")
    assert asked in told.questions and question_hash("and the cat") in told.questions
    assert question_hash("Is the dog read?") not in told.questions
    hinted = talk("Is the dog red?\nReference OCR token: RED, DOG\nAnswer the question using a single word.", "Yes")
    assert asked in hinted.questions and len(hinted.questions) == 2
    assert question_hash("") == 0 == question_hash("Answer the question using a single word or phrase.")


def test_an_answer_counts_with_its_question_alone():
    one, other = talk("Is it red?", "yes", "Is it blue?", "no"), talk("Is it red?", "no", "Is it blue?", "yes")
    assert one.questions == other.questions and one.answers == other.answers
    assert not one.pairs & other.pairs


def test_half_of_the_runs_of_a_long_text_are_enough_and_less_is_not():
    words = [f"word{number}" for number in range(30)]  # 23 runs of eight
    texts = LongTexts()
    texts.add(0, " ".join(words))
    texts.add(1, "too short to be known by its words")
    assert texts.covered_by([" ".join(words[:19])]) == [0]  # 12 runs
    assert texts.covered_by([" ".join(words[:18])]) == []  # 11
    assert texts.covered_by([" ".join(words[:13]), " ".join(words[17:])]) == [0]  # 6 and 6
    assert texts.covered_by(["too short to be known by its words"]) == []
