"""Captions: how they are cut into words, what the figures are by hand, and which files are taken."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from pictus.benchmarks.coco_captions.grams import Captions
from pictus.benchmarks.coco_captions.rouge import rouge
from pictus.benchmarks.coco_captions.tokens import tokenized
from pictus.errors import PictusError
from pictus.grade import Files


def graded(folder, truth, said, **options):
    (folder / "truth.json").write_text(truth if isinstance(truth, str) else json.dumps(truth))
    (folder / "said.json").write_text(said if isinstance(said, str) else json.dumps(said))
    files = Files(predictions=folder / "said.json", truth=folder / "truth.json")
    return plugins.load("benchmarks", "coco_captions", options).grade(files)


@pytest.mark.parametrize(
    ("caption", "words"),
    [
        ("A man riding a wave.", "a man riding a wave"),
        ("A dog, a cat; two birds!", "a dog a cat two birds"),
        ("It's the dog's, isn't it?", "it 's the dog 's is n't it"),
        ("He cannot, or is gonna", "he can not or is gon na"),
        ('She said "hi" (twice)', "she said hi -lrb- twice -rrb-"),  # brackets stay, in small letters
        ("black-and-white t-shirt - here", "black-and-white t-shirt here"),
        ("at 3:30 p.m. on Main St.", "at 3:30 p.m. on main st."),
        ("a trip to Ark.", "a trip to ark."),
        ("an ark.", "an ark"),
        ("wow!! really ...", "wow !! really"),
        ("it costs £5 or 1/2", "it costs # 5 or 1/2"),
        ("call (555) 123-4567", "call -lrb-555-rrb-\u00a0123-4567"),  # one word
        ("a & b and x/y", "a & b and x/y"),
        ("“curly” it’s", "curly it 's"),
        ("\U0001f600 a man", "a man"),
        ("two\nlines\u2028here\r.", "two lines here"),
        ("", ""),
        (" . ", ""),
    ],
)
def test_a_caption_is_cut_into_words(caption, words):
    assert tokenized(Captions([[caption]], [caption])) == Captions([[words]], [words])


def test_a_letter_at_the_end_keeps_its_period_unless_the_next_caption_begins_a_sentence():
    captions = ["plan b.", "The dog", "plan b.", "the dog", "plan b.", "", "The dog"]
    assert tokenized(Captions([captions], [])).references[0][:5:2] == ["plan b", "plan b.", "plan b"]


@given(st.lists(st.text(st.sampled_from("aB1.,'’\"&;()<>-/@#$ \n\u00ad\u00a0é日\u2026"), max_size=30), min_size=1))
def test_no_caption_has_a_line_end_or_loses_its_place(captions):
    found = tokenized(Captions([captions], captions))
    assert found.references == [found.candidates]
    assert len(found.candidates) == len(captions)
    assert not any("\n" in caption or "  " in caption for caption in found.candidates)


@pytest.mark.parametrize("part", ["a", "1.", "a@", "-", "\u00ad", "<", "'", "word "])
def test_a_caption_may_have_a_hundred_thousand_characters(part):
    caption = part * (100_000 // len(part))
    assert tokenized(Captions([["a"]], [caption])).references == [["a"]]


@pytest.mark.parametrize(
    ("candidate", "references", "expected"),
    [
        ("a b c", ["a b c"], 1.0),
        ("a b c d", ["a x c"], (1 + 1.44) * (2 / 4) * (2 / 3) / (2 / 3 + 1.44 * (2 / 4))),
        ("a b", ["b x x x", "a b x x"], (1 + 1.44) * 1.0 * 0.5 / (0.5 + 1.44)),
        ("a", ["b"], 0.0),
        ("", [""], 1.0),  # split at single spaces, nothing is one empty word
        ("c b a", ["a b c"], 1 / 3),
    ],
)
def test_rouge_is_of_the_longest_words_in_common_in_order(candidate, references, expected):
    assert rouge(candidate, references) == pytest.approx(expected, abs=1e-15)


def naive_lcs(one, other):
    row = [0] * (len(other) + 1)
    for word in one:
        last = 0
        for place, other_word in enumerate(other):
            last, row[place + 1] = row[place + 1], last + 1 if word == other_word else max(row[place], row[place + 1])
    return row[-1]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=80))
def test_what_two_captions_have_in_common_is_what_a_table_says(one, other):
    common = naive_lcs(" ".join(one).split(" "), " ".join(other).split(" "))
    precision, recall = common / max(len(one), 1), common / max(len(other), 1)
    expected = (2.44 * precision * recall) / (recall + 1.44 * precision) if common else 0.0
    assert rouge(" ".join(one), [" ".join(other)]) == pytest.approx(expected, abs=1e-12)


def test_bleu_takes_the_closest_reference_and_the_shorter_of_two(tmp_path):
    done = graded(tmp_path, {"1": ["a b c d e f", "a b x x"]}, {"1": "a b c y y"}, tokenize=False)
    (grade,) = done.grades
    # Lengths 6 and 4 are as close to 5: 4 counts, so nothing is taken off for being short.
    assert grade.figures["Bleu_1"] == pytest.approx(3 / 5)
    assert grade.figures["Bleu_2"] == pytest.approx(math.sqrt(3 / 5 * 2 / 4))
    assert done.figures["Bleu_1"] == pytest.approx(3 / 5)
    assert 0 < grade.figures["Bleu_4"] < 1e-3


def test_bleu_of_the_corpus_is_no_mean_and_short_captions_lose(tmp_path):
    truth = {"1": ["a b c d"], "2": ["a b c d"]}
    done = graded(tmp_path, truth, {"1": "a b", "2": "a x x x"}, tokenize=False)
    assert [grade.figures["Bleu_1"] for grade in done.grades] == pytest.approx([math.exp(1 - 4 / 2), 1 / 4])
    assert done.figures["Bleu_1"] == pytest.approx(3 / 6 * math.exp(1 - 8 / 6))


def test_cider_weighs_words_by_their_rarity_and_lengths_by_pairs(tmp_path):
    truth = {"1": ["a b"], "2": ["a c"], "3": ["a d"]}
    done = graded(tmp_path, truth, {"1": "a b", "2": "a b c", "3": "d"}, tokenize=False)
    # The whole caption again: one word and one pair agree, there are no runs of three or four; "a" is everywhere.
    one = 10 * (1 + 1) / 4
    # "b" and "c" weigh the same, so their cosine with "c" is 1/sqrt(2); one pair more is said than meant.
    two = 10 / 4 * math.exp(-1 / 72) / math.sqrt(2)
    three = 10 / 4 * math.exp(-1 / 72)
    assert [grade.score for grade in done.grades] == pytest.approx([one, two, three])
    assert done.figures["CIDEr"] == pytest.approx((one + two + three) / 3)


def test_a_single_picture_has_no_cider(tmp_path):
    assert graded(tmp_path, {"1": ["a b"]}, {"1": "a b"}).figures["CIDEr"] == 0.0


def test_captions_without_a_word_are_scored(tmp_path):
    done = graded(tmp_path, {"1": ["."], "2": [""]}, {"1": "", "2": "!"})
    assert done.figures["CIDEr"] == 0.0
    assert [grade.outcome for grade in done.grades] == ["empty", "answered"]


COCO = {
    "images": [{"id": 7}, {"id": 5}],
    "annotations": [
        {"image_id": 5, "id": 1, "caption": "A dog."},
        {"image_id": 7, "id": 2, "caption": "A cat."},
        {"image_id": 5, "id": 3, "caption": "The dog"},
    ],
}


def test_coco_s_own_files_say_the_same_as_plain_ones(tmp_path):
    said = [{"image_id": 5, "caption": "a dog"}, {"image_id": 7, "caption": "a dog"}]
    done = graded(tmp_path, COCO, said)
    plain = graded(tmp_path, {"7": ["A cat."], "5": ["A dog.", "The dog"]}, {"7": "a dog", "5": ["a dog"]})
    assert done == plain
    assert [grade.id for grade in done.grades] == ["7", "5"]


def test_tokenize_false_leaves_captions_as_they_are(tmp_path):
    truth, said = {"1": ["A dog ."], "2": ["x"]}, {"1": "a dog", "2": "x"}
    assert graded(tmp_path, truth, said).grades[0].figures["ROUGE_L"] == 1.0
    assert graded(tmp_path, truth, said, tokenize=False).grades[0].figures["ROUGE_L"] < 1.0


def test_a_subset_is_scored_by_itself_and_only_when_asked_for(tmp_path):
    truth, said = {"1": ["a b"], "2": ["a c"], "3": ["d"]}, {"1": "a b", "3": "d"}
    with pytest.raises(PictusError, match="1 question has no answer: 2"):
        graded(tmp_path, truth, said)
    alone = graded(tmp_path, {"1": ["a b"], "3": ["d"]}, said)
    assert graded(tmp_path, truth, said, subset=True) == alone


@pytest.mark.parametrize(
    ("truth", "said", "words"),
    [
        ({"1": ["a"]}, {"1": "a", "2": "b"}, "no question of this file: 2"),
        ({"1": ["a"]}, {}, "no answer|no captions"),
        ({"1": []}, {"1": "a"}, "no reference"),
        ({"1": "a"}, {"1": "a"}, "no list of texts"),
        ({"1": ["a", 3]}, {"1": "a"}, "no list of texts"),
        ({"1": ["a"]}, {"1": None}, "no text"),
        ({"1": ["a"]}, {"1": ["a", "b"]}, "no text"),
        ({"1": ["a"]}, '{"1": NaN}', "JSON"),
        ({"1": ["a"]}, '{"1": "a", "1": "b"}', "twice"),
        (COCO, [{"image_id": 5, "caption": "a"}, {"image_id": 5, "caption": "b"}], "more than one answer: 5"),
        (COCO, [{"image_id": [5], "caption": "a"}], "neither text nor a whole number"),
        (COCO, [{"caption": "a"}], "no `image_id`"),
        ({**COCO, "images": [{"id": 5}]}, [{"image_id": 5, "caption": "a"}], "not among the images"),
        ({**COCO, "images": 3}, [{"image_id": 5, "caption": "a"}], "no list"),
    ],
)
def test_files_that_are_not_as_the_official_ones_are_refused(tmp_path, truth, said, words):
    with pytest.raises(PictusError, match=words):
        graded(tmp_path, truth, said)


@pytest.mark.parametrize("unit", ["&", "…", "\U0001f600", "&a", "a:", "'", "<a", "$A"])
def test_long_captions_of_marks_are_cut_as_short_ones_are(unit):
    """What only looks ahead must not change with the length, nor with what was cut before."""
    short, long = (
        tokenized(Captions([["a"]], [f"{unit * count} end"])).candidates[0].split() for count in (600, 4_000)
    )
    assert short[-1] == long[-1] == "end" and set(short) == set(long)
    if len(short) > 1:
        assert 6 < (len(long) - 1) / (len(short) - 1) < 7
