"""Rows are tried again as often as wanted: none is lost, doubled, or less than it was."""

import json

import pytest

from getting import corpus_of, got, row
from pictus.errors import PictusError
from pictus.pixels.wanted import Wanted
from pictus.record import Box, Media
from pictus.steps.acquire.pictures import shard
from pictus.store.corpus import damages
from web_pictures import jpeg, write_list


def left(corpus):
    """Give the words of the rows set aside, as the summary counts them and as they are."""
    assert sum(corpus.summary["reasons"].values()) == corpus.summary["rejected"] == len(list(corpus.rejects()))
    assert list(damages(corpus)) == []
    return sorted(reject.reasons[0].partition(":")[0] for reject in corpus.rejects())


def test_a_pass_without_rows_does_not_stand_in_the_way_of_the_next(web, tmp_path):
    path = write_list(tmp_path / "list.jsonl", [(f"{web.base}/{number}.jpg", "words") for number in range(3)])
    assert left(got(path, tmp_path / "to")) == ["http_404"] * 3
    (told,) = json.loads((tmp_path / "to/rejected.json").read_text())
    assert [sample["text"] for sample in told["samples"]] == [f"{web.base}/{number}.jpg" for number in range(3)]
    assert left(got(path, tmp_path / "to", retry=("dns",))) == ["http_404"] * 3
    web.files["/1.jpg"] = jpeg(1)
    assert left(got(path, tmp_path / "to", retry=("http_404",))) == ["http_404"] * 2
    web.files["/2.jpg"] = jpeg(2)
    assert left(got(path, tmp_path / "to", retry=("http_404",))) == ["http_404"]


def test_a_word_that_is_no_reason_is_refused(web, tmp_path):
    path = write_list(tmp_path / "list.jsonl", [(f"{web.base}/1.jpg", "words")])
    with pytest.raises(PictusError, match="time_out") as caught:
        got(path, tmp_path / "to", retry=("http_404", "time_out"))
    assert "timeout" in caught.value.mend
    assert not (tmp_path / "to").exists()


def test_reasons_stay_counted_where_there_are_too_many_to_tell_each(web, tmp_path):
    web.files |= {f"/{number}.jpg": jpeg(number, width=8, height=6 + number) for number in range(101)}
    rows = [(f"{web.base}/{number}.jpg", "words") for number in range(103)]
    path = write_list(tmp_path / "list.jsonl", rows)
    first = got(path, tmp_path / "to", wanted=Wanted(min_size=200))
    assert len(left(first)) == 103 and len(first.summary["reasons"]) == 2, "by their kinds"
    web.files |= {f"/{number}.jpg": jpeg(number, width=300, height=300) for number in (5, 102)}
    assert left(got(path, tmp_path / "to", wanted=Wanted(min_size=200), retry=("http_404",))) == [
        "http_404",
        *["too_small"] * 101,
    ]
    assert left(got(path, tmp_path / "to", wanted=Wanted(min_size=200), retry=("all",))) == [
        "http_404",
        *["too_small"] * 100,
    ]


@pytest.mark.parametrize("output", ["corpus", "files"])
def test_what_a_reject_does_not_hold_comes_from_the_row(output, web, tmp_path):
    inside, box = Media(data=jpeg(7)), Box(label="none", left=float("nan"), top=0, right=1, bottom=1)
    rows = [
        row("0", Media(url=f"{web.base}/0.jpg")),
        row("1", inside, Media(url=f"{web.base}/1.jpg"), Media(kind="motion", path="walk.npy", root="/motions")),
        row("2", Media(url=f"{web.base}/2.jpg"), boxes=(box,)),
    ]
    corpus_of(rows, tmp_path / "from", roots={"motions": "/motions"})
    web.files["/0.jpg"] = jpeg(0)
    assert left(got(tmp_path / "from", tmp_path / "to", output=output)) == ["http_404"] * 2
    web.files |= {"/1.jpg": jpeg(1), "/2.jpg": jpeg(2)}
    corpus = got(tmp_path / "from", tmp_path / "to", output=output, retry=("all",))
    assert left(corpus) == []
    assert not (tmp_path / "to/rejected.json").exists(), "it would tell of rows that came since"
    found = {record.origin.key: record for record in corpus.records()}
    assert sorted(found) == ["0", "1", "2"]
    first, second, third = found["1"].media
    assert (first.data or first.file.read_bytes()) == jpeg(7)
    assert second.url and (second.data or second.file.read_bytes())
    assert (third.kind, third.path, third.root) == ("motion", "walk.npy", "/motions")


@pytest.mark.parametrize("retry", [(), ("http_404",), ("dns",)])
def test_a_pass_that_was_broken_off_is_gone_on_with(retry, web, tmp_path, monkeypatch):
    path = write_list(tmp_path / "list.jsonl", [(f"{web.base}/{number % 6}.jpg", str(number)) for number in range(9)])
    for name in ("whole", "broken"):
        assert left(got(path, tmp_path / name, rows=2)) == ["http_404"] * 9
    web.files |= {f"/{number}.jpg": jpeg(number) for number in range(5)}
    whole = got(path, tmp_path / "whole", rows=2, retry=("all",))
    publish = shard.publish_side

    def publish_some(place, name, number, *rest):
        if number == 7:
            raise KeyboardInterrupt
        publish(place, name, number, *rest)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(shard, "publish_side", publish_some)
        got(path, tmp_path / "broken", rows=2, retry=("all",))
    corpus = got(path, tmp_path / "broken", rows=2, retry=retry)
    assert corpus.summary == whole.summary and left(corpus) == ["http_404"]
    assert len({record.id for record in corpus.records()}) == 8
