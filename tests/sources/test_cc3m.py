"""CC3M and CC12M: the order of the cells, and what people did to the files."""

import gzip
from pathlib import Path

import pytest

from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Record
from pictus.steps import import_

DATA = Path(__file__).parent.parent / "data/sources"


def read(name, root, split="train"):
    return list(plugins.load("sources", name).records(root, split))


def write(folder, name, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder


def test_caption_first_in_one_and_address_first_in_the_other():
    (row, *_), (other, *_) = read("cc3m", DATA / "cc3m"), read("cc12m", DATA / "cc12m")
    assert row.facts.captions == ("a wooden boat rests on the shore of the lake .",)
    assert row.media[0].url == "https://photos.example/lake/boat_01.jpg"
    assert other.facts.captions == ("Brass reading lamp with green shade",)
    assert other.media[0].url == "https://shop.example/img/lamp.jpg"


def test_quotes_capitals_and_masked_names_stay():
    captions = [row.facts.captions[0] for row in read("cc12m", DATA / "cc12m")]
    assert captions[1:] == ['"Never again, said <PERSON> in the rain', '12" ruler, made of beech']


@pytest.mark.parametrize(("name", "other"), [("cc3m", "cc12m/cc12m.tsv"), ("cc12m", "cc3m/Train_GCC-training.tsv")])
def test_the_file_of_the_other_dataset_is_refused(tmp_path, name, other):
    own = {"cc3m": "GCC-training.tsv", "cc12m": "cc12m.tsv"}[name]
    root = write(tmp_path, own, (DATA / other).read_bytes())
    with pytest.raises(PictusError, match="swapped"):
        read(name, root)
    with pytest.raises(PictusError, match="swapped"):
        import_.run(import_.plan(name, root, str(tmp_path / "to")), Events())


def test_a_header_changes_no_id_and_packing_none_either(tmp_path):
    plain = (DATA / "cc12m/cc12m.tsv").read_bytes()
    headed = b"\xef\xbb\xbfurl\tcaption\n" + plain
    expected = read("cc12m", DATA / "cc12m")
    assert read("cc12m", write(tmp_path / "a", "cc12m.tsv", headed)) == expected
    assert read("cc12m", write(tmp_path / "b", "cc12m.tsv.gz", gzip.compress(headed))) == expected
    assert read("cc12m", write(tmp_path / "c/cc12m", "cc12m.tsv", plain.replace(b"\n", b"\r\n")).parent) == expected


def test_each_broken_line_is_set_aside_with_its_number(tmp_path):
    lines = [
        b"url\tcaption",
        b"http://a.example/1\tone",
        b"http://a.example/2",
        b"\xff\ttwo",
        b"a.example/3\tthree",
        b"http://a.example/4\t ",
        b"http://a.example/5\tf\xfcnf",
    ]
    rows = read("cc12m", write(tmp_path, "cc12m.tsv", b"\n".join(lines)))
    (kept,) = (row for row in rows if isinstance(row, Record))
    assert kept.origin.key == "1"
    assert {row.where: row.reasons for row in rows if row is not kept} == {
        "cc12m.tsv, line 3": ("it has 0 TABs, and should have one",),
        "cc12m.tsv, line 4": ("it is not UTF-8 text",),
        "cc12m.tsv, line 5": ("it has no address that begins with http:// or https://",),
        "cc12m.tsv, line 6": ("it has no caption",),
        "cc12m.tsv, line 7": ("it is not UTF-8 text",),
    }


def test_the_list_with_labels_tells_what_is_present():
    (row,) = read("cc3m", DATA / "cc3m", "labelled")
    assert row.facts.present == ("boat", "lake", "shore")
    assert row.facts.extra == '{"mids":"/m/019jd,/m/04h4w,/m/0b3yr","confidences":"0.97,0.91,0.62"}'
    assert row.facts.captions == ("a wooden boat rests on the shore of the lake .",)


def test_broken_lines_of_the_list_with_labels_are_set_aside(tmp_path):
    lines = [
        b"one\thttp://a/1",
        b"two\ta/2\tcat",
        b" \thttp://a/3\tcat",
        b"\xff\thttp://a/4\tcat",
        b"five\thttp://a/5\t, cat ,",
    ]
    *bad, good = read("cc3m", write(tmp_path, "Train_GCC-Labels-training.tsv", b"\n".join(lines)), "labelled")
    assert [row.where.rpartition(" ")[2] for row in bad] == ["1", "2", "3", "4"]
    assert len({row.reasons for row in bad}) == 4
    assert good.facts.present == ("cat",) and good.facts.extra is None


def test_an_import_by_several_processes_holds_the_rows_of_the_stream(tmp_path):
    lines = [f"http://a.example/{number}.jpg\tpicture number {number}" for number in range(20_500)]
    root = write(tmp_path / "data", "cc12m.tsv", "\n".join(lines).encode())
    corpus = import_.run(import_.plan("cc12m", root, str(tmp_path / "to"), workers=2), Events())
    assert len(corpus.shards) == 3
    assert list(corpus.records()) == read("cc12m", root)
