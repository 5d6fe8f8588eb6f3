"""META files of ImageBind-LLM: where pictures may lie, what is kept whole, and what is set aside."""

import json

import pytest

from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import ManyErrors, PictusError
from pictus.record import Media, Part, Reject
from pictus.steps import import_
from pictus.store.corpus import open_corpus

CHAT = [{"from": "human", "value": "What?"}, {"from": "gpt", "value": "A mug."}]


def read(folder, *files, **settings):
    """Write files and a META file that lists them, and read it."""
    for name, text in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))
    (folder / "all.yaml").write_text(json.dumps({"META": [name for name, _ in files]}))
    return list(plugins.load("sources", "imagebind_meta", settings).records(folder, "all"))


def test_neighbouring_rows_of_a_picture_are_its_captions(tmp_path):
    rows = read(tmp_path, ("a.csv", "url\tcaption\na.jpg\tone\na.jpg\t['two', 'three']\nb.jpg\tfour\na.jpg\tfive\n"))
    assert [row.facts.captions for row in rows] == [("one", "two", "three"), ("four",), ("five",)]
    assert [row.origin.key for row in rows] == ["a.csv, line 2", "a.csv, line 4", "a.csv, line 5"]
    assert rows[0].media == (Media(path="a.jpg", root=str(tmp_path)),)


def test_other_columns_are_kept_and_words_for_nothing_set_aside(tmp_path):
    reject, row = read(tmp_path, ("a.csv", "url\tcaption\tscore\na.jpg\tone\t0.5\nb.jpg\tNA\t0.1\n"))
    assert row.facts.extra == '{"score":"0.5"}'
    assert reject.reasons == ("its caption is empty, or a word for nothing such as NA or null",)
    assert json.loads(reject.row) == {"url": "b.jpg", "caption": "NA", "score": "0.1"}


def test_whole_paths_are_followed_below_the_folder_that_is_named_and_nowhere_else(tmp_path):
    pictures = tmp_path / "disk"
    rows = [{"image": f"{pictures}/a/1.jpg", "conversations": CHAT}, {"image": "/etc/hosts", "conversations": CHAT}]
    rows += [{"image": f"{pictures}/../secret.jpg", "conversations": CHAT}, {"image": "b.jpg", "conversations": CHAT}]
    first, *outside, last = read(tmp_path / "meta", ("a.json", rows), pictures=str(pictures))
    assert first.media == (Media(path="a/1.jpg", root=str(pictures)),)
    assert last.media == (Media(path="b.jpg", root=str(pictures)),)
    assert len(outside) == 2 and all("lies outside" in one.reasons[0] for one in outside)
    everywhere = read(tmp_path / "meta", ("a.json", rows), pictures="/")
    assert [row.media[0].path for row in everywhere[:2]] == [f"{pictures}/a/1.jpg"[1:], "etc/hosts"]


def test_a_folder_that_is_named_through_a_link_is_the_same_folder(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    rows = [{"image": f"{tmp_path}/link/a.jpg", "conversations": CHAT}]
    for named in ("disk", "link"):
        (row,) = read(tmp_path / "meta", ("a.json", rows), pictures=str(tmp_path / named))
        assert row.media[0].path == "a.jpg"


def test_a_conversation_is_kept_whole_and_the_picture_shown_where_its_mark_stands_or_first(tmp_path):
    more = [{"from": "human", "value": "Big?"}, {"from": "gpt", "value": "No."}]
    marked = [{"from": "human", "value": "What?\n<image>"}, CHAT[1]]
    rows = [{"id": 7, "image": "a.jpg", "conversations": CHAT + more}, {"image": "a.jpg", "conversations": marked}]
    whole, second = read(tmp_path, ("a.json", rows))
    assert [turn.text for turn in whole.turns] == ["What?", "A mug.", "Big?", "No."] and whole.origin.key == "7"
    assert whole.turns[0].parts == (Part("image"), Part("text", "What?"))
    assert second.turns[0].parts == (Part("text", "What?"), Part("image"))


def test_alpaca_rows_have_no_picture_and_captions_may_be_a_list_of_json(tmp_path):
    rows = [{"instruction": "Shorten.", "input": "It is red.", "output": "Red."}]
    rows += [{"instruction": "Name one.", "output": "A mug."}, {"image": "a.jpg", "caption": ["a mug", "a cup"]}]
    rows += [{"instruction": "Name one.", "output": ""}, 5]
    shorten, name, captioned, empty, number = read(tmp_path, ("a.json", rows))
    assert [shorten.turns[0].text, name.turns[0].text] == ["Shorten.\nIt is red.", "Name one."]
    assert (shorten.media, captioned.facts.captions) == ((), ("a mug", "a cup"))
    assert isinstance(empty, Reject) and isinstance(number, Reject)


def test_files_of_one_name_keep_their_rows_apart(tmp_path):
    text = "url\tcaption\n{}.jpg\ta mug\n"
    one, two = read(tmp_path, ("a/t.csv", text.format(1)), ("b/t.csv", text.format(2)))
    assert one.id != two.id and two.origin.key == "b/t.csv, line 2"


def test_all_that_is_wrong_with_a_list_is_told_with_its_lines(tmp_path):
    (tmp_path / "a.csv").write_text("url\tcaption\n")
    (tmp_path / "m.yaml").write_text("META:\n  - a.csv\n  - b.csv\n  - a.csv\n")
    with pytest.raises(ManyErrors) as told:
        plugins.load("sources", "imagebind_meta").files(tmp_path, "m")
    assert [error.what for error in told.value.errors] == ["the file b.csv is missing", "it lists a.csv twice"]
    assert told.value.errors[0].where.endswith("m.yaml, line 3")


@pytest.mark.parametrize("text", ["META: a.csv\n", "META: []\n", "other: 1\n", "- a\n", ""])
def test_a_file_that_lists_nothing_is_refused(tmp_path, text):
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(PictusError) as told:
        plugins.load("sources", "imagebind_meta").files(path, "m")
    assert "m.yaml" in told.value.where


def test_an_import_takes_a_meta_file_or_the_folder_of_several(tmp_path):
    rows = [{"image": "/disk/pics/a.jpg", "conversations": CHAT}]
    (tmp_path / "c.json").write_text(json.dumps(rows))
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("META: [c.json]\n")
    (tmp_path / "recipe.yaml").write_text("generate: {}\n")
    settings = {"pictures": "/disk"}
    plan = import_.plan("imagebind_meta", tmp_path / "one.yaml", str(tmp_path / "a"), settings=settings)
    import_.run(plan, Events())
    (record,) = open_corpus(tmp_path / "a").records()
    assert (record.media[0].path, record.media[0].root, record.origin.split) == ("pics/a.jpg", "/disk", "one")
    assert import_.plan("imagebind_meta", tmp_path, "x", settings=settings).splits == ("one", "two")


def test_an_option_that_a_dataset_would_not_heed_is_refused(tmp_path):
    with pytest.raises(PictusError, match="without --pictures"):
        import_.plan("imagebind_meta", tmp_path, "x", pictures=tmp_path)
