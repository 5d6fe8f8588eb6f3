"""Rows share the picture of an address where it is what each of them asks for, and only there."""

import hashlib
from base64 import b64encode

import pytest

from getting import corpus_of, got, row
from pictus.errors import PictusError
from pictus.pixels.wanted import Wanted
from pictus.record import Media
from web_pictures import drawn, encoded, jpeg, write_list


def test_a_picture_that_is_here_is_no_answer_for_a_row_that_has_the_address_alone(web, tmp_path):
    web.files |= {"/1.jpg": jpeg(1), "/2.jpg": jpeg(2)}
    (tmp_path / "here.jpg").write_bytes(jpeg(1, width=500))
    url, root = f"{web.base}/1.jpg", str(tmp_path)
    rows = [
        row("path", Media(url=url, path="here.jpg", root=root)),
        row("inside", Media(url=f"{web.base}/2.jpg", data=jpeg(2, width=500))),
        row("alone", Media(url=url)),
        row("alone, too", Media(url=f"{web.base}/2.jpg")),
        row("motion", Media(kind="motion", url=url), Media(url=url)),
    ]
    corpus_of(rows, tmp_path / "from", roots={"pictures": root})
    corpus = got(tmp_path / "from", tmp_path / "to", rows=1, wanted=Wanted(size=32, mode="keep_ratio"))
    found = {record.origin.key: record.media for record in corpus.records()}
    assert found["path"] == rows[0].media and found["inside"] == rows[1].media
    assert found["motion"][0] == rows[4].media[0]
    assert [found[name][-1].height for name in ("alone", "alone, too", "motion")] == [32] * 3
    assert sorted(web.asked) == ["/1.jpg", "/2.jpg"]


def test_what_is_blurred_for_one_row_is_not_for_another(web, tmp_path):
    web.files["/1.png"] = encoded(drawn(width=200, height=100, number=90), "PNG")
    boxes = ([[0, 0, 0.5, 0.6]], "[]", [[0, 0, 7]], None)
    rows = [{"url": f"{web.base}/1.png", "boxes": some} for some in boxes]
    path = write_list(tmp_path / "list.jsonl", rows)
    wanted = Wanted(encode="png")
    apart, together = (
        {
            record.origin.key: hashlib.md5(record.media[0].data).hexdigest()
            for record in got(path, tmp_path / str(number), rows=number, blur_column="boxes", wanted=wanted).records()
        }
        for number in (1, 9)
    )
    assert apart == together and len(apart) == 3 and len(set(apart.values())) == 2


@pytest.mark.parametrize("method", ["md5", "sha256"])
def test_each_row_is_held_to_its_own_sum(method, web, tmp_path):
    web.files["/1.jpg"] = jpeg(1)
    right = hashlib.new(method, jpeg(1))
    text, other = right.hexdigest(), b64encode(right.digest()).decode()
    rows = [{"url": f"{web.base}/1.jpg", "sum": one} for one in ("0" * len(text), text, "1=", other)]
    path = write_list(tmp_path / "list.jsonl", rows)
    corpus = got(path, tmp_path / "to", rows=1, sums={method: "sum"})
    assert sorted(record.origin.key for record in corpus.records()) == ["list:2", "list:4"]
    assert {reject.reasons[0].partition(":")[0] for reject in corpus.rejects()} == {"checksum"}


def test_rows_whose_columns_cannot_be_read_are_set_aside(web, tmp_path):
    web.files["/1.jpg"] = jpeg(1)
    media = Media(url=f"{web.base}/1.jpg")
    rows = [row(str(number), media, extra=text) for number, text in enumerate(("[1]", "no JSON", '{"sum": ""}', None))]
    corpus_of(rows, tmp_path / "from")
    with pytest.raises(PictusError, match="unknown column `sums`"):
        got(tmp_path / "from", tmp_path / "to", blur_column="sums")
    corpus = got(tmp_path / "from", tmp_path / "to", sums={"md5": "sum"}, rows=1)
    assert [record.origin.key for record in corpus.records()] == ["2", "3"]
    assert all("no JSON object" in reject.reasons[0] for reject in corpus.rejects())
