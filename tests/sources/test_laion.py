"""LAION's lists: columns as releases and copies have them, what is chosen, and what was withdrawn."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Record, Reject
from pictus.steps import import_

DATA = Path(__file__).parent.parent / "data/sources"
PART = "part-00000-0c1d2e3f-c000.snappy.parquet"


def write(folder, name=PART, **columns):
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), folder / name)
    return folder


def rows_of(count, **columns):
    urls = [f"http://a.example/{number}" for number in range(1, count + 1)]
    return {"URL": urls, "TEXT": [f"picture {number}" for number in range(1, count + 1)]} | columns


def read(root, split="en", **settings):
    return list(plugins.load("sources", "laion5b", settings).records(root, split))


def kept(root, **settings):
    """Give the numbers of the rows that are chosen; none may be set aside."""
    rows = read(root, **settings)
    assert all(isinstance(row, Record) for row in rows)
    return [int(row.origin.key.rpartition(":")[2]) for row in rows]


def test_sizes_with_nulls_that_became_floats_are_whole_numbers_or_unknown():
    rows = list(plugins.load("sources", "laion400m").records(DATA / "laion400m", "train"))
    assert [(row.media[0].width, row.media[0].height) for row in rows] == [(480, 640), (None, None), (640, 480)]


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32(), pa.int64(), pa.int32()])
def test_sides_that_no_picture_has_are_unknown(tmp_path, kind):
    sides = [0, -1, 100, None]
    root = write(tmp_path / "laion2B-en", **rows_of(4, WIDTH=pa.array(sides, kind), HEIGHT=pa.array([5] * 4, kind)))
    assert [row.media[0].width for row in read(root)] == [None, None, 100, None]


def test_columns_go_by_other_names_and_types_too(tmp_path):
    root = write(
        tmp_path / "en",
        url=pa.array(["http://a.example/1"], pa.large_string()),
        caption=pa.array(["a cat"]).dictionary_encode(),
        width=[256],
        height=[256],
        original_width=[1000],
        original_height=[900],
        key=["000000000"],
    ).parent
    (row,) = read(root)
    assert row.facts.captions == ("a cat",) and (row.media[0].width, row.media[0].height) == (1000, 900)


def test_a_licence_that_the_page_named_counts_only_if_it_is_creative_commons(tmp_path):
    said = [
        None,
        "?",
        "creativecommons.org/licenses/by-sa/3.0/",
        "https://creativecommons.org/licenses/by/2.0",
        "MIT",
        "public",
    ]
    root = write(tmp_path / "laion2B-en", **rows_of(6, LICENSE=said))
    third = "third-party-copyright"
    assert [row.origin.picture_licence for row in read(root)] == [
        third,
        third,
        "CC-BY-SA-3.0",
        "CC-BY-2.0",
        third,
        third,
    ]


def test_tags_are_chosen_and_what_is_no_tag_is_untagged(tmp_path):
    root = write(tmp_path / "laion2B-en", **rows_of(6, NSFW=["UNLIKELY", "unsure ", "NSFW", None, "0.31", "UNLIKELY"]))
    assert kept(root) == [1, 2, 3, 4, 5, 6]
    assert kept(root, nsfw=["UNLIKELY"]) == [1, 6]
    assert kept(root, nsfw=["UNSURE", "UNTAGGED"]) == [2, 4, 5]
    with pytest.raises(PictusError):
        read(root, nsfw=["SAFE"])


def test_numbers_are_chosen_and_an_unknown_one_does_not_pass(tmp_path):
    root = write(
        tmp_path / "laion2B-en-joined",
        **rows_of(
            4,
            WIDTH=[100, 200, 300, None],
            HEIGHT=[400, 200, None, 400],
            similarity=[0.3, 0.35, None, float("nan")],
            punsafe=pa.array([0.1, 0.5, 0.9, None], pa.float32()),
            pwatermark=pa.array([0.8, 0.2, 0.2, 0.2], pa.float32()),
            AESTHETIC_SCORE=[5.0, 6.0, 7.0, None],
        ),
    )
    assert kept(root, min_width=200) == [2, 3]
    assert kept(root, min_height=300) == [1, 4]
    assert kept(root, min_pixels=40_000) == [1, 2]
    assert kept(root, min_similarity=0.31) == [2]
    assert kept(root, max_punsafe=0.5) == [1, 2]
    assert kept(root, max_pwatermark=0.5) == [2, 3, 4]
    assert kept(root, min_aesthetic=6) == [2, 3]
    assert kept(root, max_punsafe=0.5, max_pwatermark=0.5) == [2]


def test_languages_are_chosen():
    rows = read(DATA / "laion5b", "multi", languages=["de"])
    assert [row.facts.captions for row in rows] == [("graue Katze auf der Treppe",)]


def test_what_is_not_chosen_is_not_set_aside_and_what_is_chosen_and_broken_is(tmp_path):
    columns = {
        "URL": ["http://a/1", None, None],
        "TEXT": ["one", "two", None],
        "NSFW": ["UNLIKELY", "NSFW", "UNLIKELY"],
    }
    other, one = read(write(tmp_path / "laion2B-en", **columns), nsfw=["UNLIKELY"])
    assert one.facts.captions == ("one",)
    assert isinstance(other, Reject) and other.where == f"{PART}, row 3" and len(other.reasons) == 2
    assert json.loads(other.row) == {"url": None, "caption": None}


def test_texts_that_are_not_utf8_are_set_aside(tmp_path):
    texts = pa.array([b"f\xfcnf", b"six"], pa.binary()).view(pa.string())
    one, other = read(write(tmp_path / "laion2B-en", **rows_of(2, TEXT=texts)))
    assert isinstance(one, Reject) and other.facts.captions == ("six",)
    assert json.loads(one.row)["caption"] == "f\ufffdnf"


def test_a_column_that_a_setting_needs_is_missed_by_name(tmp_path):
    root = write(tmp_path / "laion2B-en-joined", **rows_of(1, punsafe=[0.1]))
    with pytest.raises(PictusError, match="no column `nsfw`, which the setting `nsfw` needs") as error:
        read(root, nsfw=["UNLIKELY"])
    assert "punsafe" in error.value.mend
    with pytest.raises(PictusError, match="no column `url`"):
        read(write(tmp_path / "laion2B-multi", TEXT=["a"]), "multi")


def test_scores_are_kept_on_demand_with_every_digit():
    one, other = read(DATA / "laion5b", "multi", keep_scores=True)
    assert json.loads(one.facts.extra) == {
        "similarity": 0.31,
        "hash": "-4611686018427387001",
        "punsafe": 0.0004,
        "pwatermark": 0.12,
        "LANGUAGE": "de",
    }
    assert json.loads(other.facts.extra)["hash"] == "9007199254740993"
    assert all(row.facts.extra is None for row in read(DATA / "laion5b", "multi"))


def test_keys_tell_file_and_row_whatever_is_chosen_and_however_it_is_cut(tmp_path):
    table = pa.table(rows_of(10, WIDTH=list(range(10))))
    folder = tmp_path / "laion2B-en"
    folder.mkdir()
    for number in range(2):
        pq.write_table(table, folder / f"part-0000{number}.parquet", row_group_size=3)
    found = [row.origin.key for row in read(folder, min_width=8)]
    assert found == ["part-00000:9", "part-00000:10", "part-00001:9", "part-00001:10"]
    source = plugins.load("sources", "laion5b")
    portions = list(source.table(folder, "en").portions(4))
    assert [(portion.path.name, portion.first, portion.groups) for portion in portions[:2]] == [
        ("part-00000.parquet", 1, (0, 1)),
        ("part-00000.parquet", 7, (2, 3)),
    ]
    assert {row.id for row in read(folder, min_width=8)} < {row.id for row in read(folder)}


def test_an_import_of_which_a_portion_or_everything_is_not_chosen(tmp_path):
    table = pa.table(rows_of(30_000, WIDTH=list(range(30_000))))
    (tmp_path / "laion2B-en").mkdir()
    pq.write_table(table, tmp_path / "laion2B-en" / PART, row_group_size=10_000)
    for least, count in ((25_000, 5_000), (40_000, 0)):
        to = str(tmp_path / f"to-{least}")
        plan = import_.plan("laion5b", tmp_path, to, settings={"min_width": least}, workers=1)
        corpus = import_.run(plan, Events())
        assert len(corpus.shards) == 3
        assert len(list(corpus.records())) == corpus.summary["rows"] == count
        assert corpus.summary["rejected"] == 0


def test_a_file_cut_short_is_told_as_such(tmp_path):
    root = write(tmp_path / "laion2B-en", **rows_of(3))
    data = (root / PART).read_bytes()
    (root / PART).write_bytes(data[: len(data) // 2])
    with pytest.raises(PictusError, match="cannot be read") as error:
        read(root)
    assert PART in error.value.where


def test_the_name_of_the_folder_tells_the_split(tmp_path):
    root = write(tmp_path / "laion1B-nolang", **rows_of(1))
    plan = import_.plan("laion5b", root, str(tmp_path / "to"))
    assert plan.splits == ("nolang",)
    with pytest.raises(PictusError, match="split `en` is missing"):
        read(root)
    with pytest.raises(PictusError, match="missing"):
        import_.plan("laion5b", write(tmp_path / "some", **rows_of(1)), str(tmp_path / "to"))
    write(tmp_path / "laion1B-nolang-joined", **rows_of(1))
    with pytest.raises(PictusError, match="several folders"):
        read(tmp_path, "nolang")
    with pytest.raises(PictusError, match="no split `de`"):
        read(tmp_path, "de")


@pytest.mark.parametrize(
    ("name", "folder", "is_told"),
    [
        ("laion5b", "laion2B-en", True),
        ("laion5b", "laion2B-en-joined", True),
        ("laion5b", "relaion2B-en-research", False),
        ("laion400m", "laion400m-meta", True),
    ],
)
def test_who_reads_a_release_that_was_withdrawn_is_told(tmp_path, name, folder, is_told):
    write(tmp_path / folder, **rows_of(1))
    plan = import_.plan(name, tmp_path, str(tmp_path / "to"))
    assert (plugins.load_class("sources", name).card.advice in plan.notes) is is_told
    assert "withdrew" in plugins.load_class("sources", name).card.advice
