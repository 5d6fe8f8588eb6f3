"""What an export says of what it leaves behind."""

import json
from pathlib import Path

import pytest

from pictus.engine.events import Events
from pictus.engine.making import make_from_stream
from pictus.record import Box, Call, Facts, Media, Origin, Part, Tool, Turn, make_record
from pictus.steps import export
from pictus.store.corpus import begin_corpus

TOOL = Tool("count", "Count things.", '{"type":"object","properties":{"what":{"type":"string"}},"required":["what"]}')
ASK, ANSWER = Turn.of("user", "How many mugs?", images=1), Turn.of("assistant", "Two.")
ASK_ONLY = Turn.of("user", "How many?")
BOX = Box(label="mug", left=0, top=0, right=1, bottom=1)
CALL = Turn("assistant", (), (Call("c", "count", '{"what":"mug"}'),))
RESULT = Turn("tool", (Part("text", "2"),), (), "c", "count")


def record(key, *turns, tools=()):
    media = [Media(path=f"{key}.jpg", root="/pictures")]
    return make_record(Origin(dataset="made", key=key), media=media, turns=turns, tools=tools)


@pytest.fixture
def corpus(tmp_path) -> Path:
    rows = [
        record("plain", ASK, ANSWER),
        record("offered", ASK, ANSWER, tools=[TOOL]),
        record("called", ASK, CALL, RESULT, ANSWER, tools=[TOOL]),
        record("only-called", ASK, CALL, tools=[TOOL]),
    ]
    begun = begin_corpus(str(tmp_path / "corpus"), roots={"pictures": "/pictures"}, made={"step": "test"})
    make_from_stream(begun, lambda: iter(rows), Events())
    return tmp_path / "corpus"


def run(corpus, name, **settings):
    suffix = ".jsonl" if name in ("openai", "trl", "llama3") else ".json"
    plan = export.plan(str(corpus), corpus.parent / f"out{suffix}", name, settings=settings)
    return export.run(plan, Events())


def test_tools_and_calls_that_a_format_cannot_carry_are_named(corpus):
    done = run(corpus, "llava")
    assert done.rows == 2
    assert done.lost["tools (what the model may call)"] == 1
    assert done.reasons == {"it calls tools, which this format cannot hold": 2}
    rows = json.loads(done.files[0].read_bytes())
    assert all(turn["value"] for row in rows for turn in row["conversations"])


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("openai", {"embed": False}),
        ("trl", {}),
        ("hermes", {}),
        ("llama3", {}),
        ("sharegpt", {}),
        ("function_call", {}),
    ],
)
def test_formats_that_hold_calls_lose_none(corpus, name, settings):
    done = run(corpus, name, **settings)
    assert (done.rows, done.rejected) == (4, ())
    assert not any("tool" in words or "call" in words for words in done.lost)


def test_a_format_of_single_questions_says_what_it_leaves_behind(corpus):
    done = run(corpus, "xlam")
    assert done.rows == 4
    assert done.lost["the results of calls and what is said of them"] == 1
    assert done.lost["the words of an answer without a call"] == 2


def test_a_format_without_pictures_takes_no_record_that_shows_one(corpus):
    done = run(corpus, "bfcl")
    assert done.rows == 0
    assert done.reasons == {"it has pictures, which BFCL's questions have no place for": 4}


def test_facts_are_lost_only_by_records_that_have_some_and_are_written(tmp_path):
    about = [Facts(captions=("a",)), Facts(), Facts(extra="{}"), Facts(boxes=(BOX,)), Facts(answers=("b",))]
    rows = [
        make_record(Origin(dataset="d", key=str(key)), turns=[ASK_ONLY, ANSWER][: 2 * (key < 4)], facts=facts)
        for key, facts in enumerate(about)
    ]
    begun = begin_corpus(str(tmp_path / "corpus"), roots={}, made={"step": "test"})
    make_from_stream(begun, lambda: iter(rows), Events())
    done = run(tmp_path / "corpus", "llava")
    assert (done.rows, len(done.rejected)) == (4, 1)
    assert done.lost == {"facts (captions, boxes, labels)": 3, "origin (licences, address, how it was made)": 4}
    limited = export.plan(str(tmp_path / "corpus"), tmp_path / "few.json", "llava", limit=2)
    assert export.run(limited, Events()).lost["facts (captions, boxes, labels)"] == 1


@pytest.mark.parametrize(("name", "rows", "unanswered"), [("llava", 2, 1), ("alpaca", 2, 1), ("pairs", 1, 0)])
def test_questions_that_nobody_answers_are_told_where_they_would_be_trained_on(tmp_path, name, rows, unanswered):
    some = [record("asked", ASK), record("answered", ASK, ANSWER)]
    begun = begin_corpus(str(tmp_path / "corpus"), roots={"pictures": "/pictures"}, made={"step": "test"})
    make_from_stream(begun, lambda: iter(some), Events())
    done = run(tmp_path / "corpus", name)
    assert (done.rows, len(done.rejected), done.unanswered) == (rows, 2 - rows, unanswered)


def test_several_corpora_go_into_one_file_with_pictures_named_from_one_folder(tmp_path):
    paths = {"one": "train/1.jpg", "two": "../one/secret.jpg"}
    for name, path in paths.items():
        turns = [ASK, ANSWER]
        row = make_record(
            Origin(dataset=name, key="1"), media=[Media(path=path, root=str(tmp_path / name))], turns=turns
        )
        begun = begin_corpus(
            str(tmp_path / f"c-{name}"), roots={"pictures": str(tmp_path / name)}, made={"step": "test"}
        )
        make_from_stream(begun, lambda row=row: iter([row]), Events())
    first, second = (str(tmp_path / f"c-{name}") for name in paths)
    plan = export.plan(first, tmp_path / "out.json", "llava", also=(second,))
    done = export.run(plan, Events())
    assert done.rows == 2 and done.lost == {"origin (licences, address, how it was made)": 2}
    images = [row["image"] for row in json.loads((tmp_path / "out.json").read_bytes())]
    assert images == ["one/train/1.jpg", "../one/secret.jpg"]
    assert "Notices of c-two" in (tmp_path / "out.NOTICE.md").read_text()
    assert len((tmp_path / "out.bib").read_text().split("% ")) == 3
    plan = export.plan(first, tmp_path / "out.json", "llava", also=(second,), limit=1)
    assert export.run(plan, Events()).rows == 1
