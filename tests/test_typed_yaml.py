"""Whatever is wrong with a YAML file is told in plain words, with its place and with what to type."""

import pytest

from pictus.errors import ManyErrors, PictusError
from pictus.recipe import read_recipe

PART = "stages: {align: {data: [{corpus: c}], %s}}"


def refused(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    with pytest.raises(PictusError) as caught:
        read_recipe(path)
    errors = caught.value.errors if isinstance(caught.value, ManyErrors) else (caught.value,)
    return [(error.what, error.where.removeprefix(f"{path}, "), error.mend) for error in errors]


@pytest.mark.parametrize(
    ("text", "what", "where", "mend"),
    [
        ("linguage: x", "unknown key `linguage`", "line 1", "did you mean `language`, below `model:`?"),
        ("model: {linguage: x}", "unknown key `linguage`", "line 1, model", "did you mean `language`?"),
        (PART % "batch: 2", "unknown key `batch`", "line 1, align", "write it below `train:`"),
        ("stages: {alig: {data: [{corpus: c}]}}", "unknown stage `alig`", "line 1, stages", "did you mean `align`?"),
        (
            PART % "train: {batch: 1, trained: [vision, projectr], learning_rate: {all: 1}}",
            *("it cannot be `projectr`", "line 1, align: train: trained: item 2", "did you mean `projector`?"),
        ),
        (
            PART % "train: {batch: 1, learning_rate: {projectr: 1}}",
            *("unknown key `projectr`", "line 1, align: train: learning_rate", "did you mean `projector`?"),
        ),
        (PART % "captions: pure", "`captions` cannot be `pure`", "line 1, align", "write one of asked, plain"),
        (PART % "train: {}", "`batch` is missing", "line 1, align: train", "add `batch: …`, a whole number"),
        ("stages: {tools: {samples: 5}}", "`data` is missing", "line 1, tools", "add `data: …`, a list"),
        (
            "stages:\n  align:\n    data:\n      - {corpus: a}\n      - {corpus: b, epochs: 0}\n",
            *("`epochs` must be more than 0, and is `0`", "line 5, align: data: part 2", "write more than 0"),
        ),
        (
            "stages: {align: {data: [{corpus: c, at: d}]}}",
            "`at` goes with `source`, not with `corpus`",
            *("line 1, align: data: part 1", "take `at` out"),
        ),
        ("seed: one", "`seed` must be a whole number, and is `one`", "line 1", "write a whole number, as `seed: 1`"),
        ("seed: '5'", '`seed` must be a whole number, and is `"5"`', "line 1", "write it without quotes: 5"),
        (
            "generate: {kinds: detail}",
            *("`kinds` must be a list, and is `detail`", "line 1, generate", "write it in brackets: `kinds: [detail]`"),
        ),
        ("1: x", "the key `1` is no text", "line 1, 1", "write it in quotes, or take it out: '1'"),
        (
            PART % "train: {batch: 1, lora: yes}",
            "`lora` must be keys with values, and is `true`",
            *("line 1, align: train", "write keys with values, of these: alpha, dropout, merged, rank, targets"),
        ),
        (
            "stages: {align: {data: [{corpus: c, scores: {a.b: {least: x}}}]}}",
            "`least` must be a number, and is `x`",
            *("line 1, align: data: part 1: scores: a.b", "write a number, as `least: 0.5`"),
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_type(tmp_path, text, what, where, mend):
    assert refused(tmp_path, text) == [(what, where, mend)]


def test_all_mistakes_are_told_from_the_first_line_to_the_last(tmp_path):
    told = refused(tmp_path, "held_out: -1\nstages:\n  align:\n    data: [{corpus: c, epoch: 1}, 5]\nsede: 1\n")
    assert [where for _, where, _ in told] == [
        "line 1",
        "line 4, align: data: part 1",
        "line 4, align: data: part 2",
        "line 5",
    ]
