"""A judge on an endpoint on loopback: what it sets aside, what it keeps, what it costs, and when it fails."""

import io
import json
import os
import signal
import threading
import time
from collections import Counter

import orjson
import pyarrow.parquet as pq
import pytest
from PIL import Image

from endpoint import bad, last_words, serving
from pictus.engine import making
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Facts, Media, Origin, Turn, make_record
from pictus.steps import judge
from pictus.steps.judge.estimate import estimate
from pictus.store.corpus import begin_corpus, open_corpus

COLOURS = ("red", "green", "blue", "white")


def record(number):
    """Ask for a colour that nobody can guess; every fourth asks what everybody knows."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), COLOURS[number % 4]).save(out, "PNG")
    question = f"What colour is car {number}?" if number % 4 else f"What colour is the sky on day {number}?"
    colour = COLOURS[number % 4] if number % 4 else "blue"
    return make_record(
        Origin(dataset="made", key=str(number), picture_licence="CC0-1.0", text_licence="CC0-1.0"),
        media=[Media(data=out.getvalue(), width=8, height=6)],
        turns=[Turn.of("user", question, images=1), Turn.of("assistant", f"It is {colour}.")],
        facts=Facts(captions=(f"Scene {number}.",)),
    )


RECORDS = [record(number) for number in range(40)]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("judge") / "corpus")
    begun = begin_corpus(path, roots={}, made={"step": "test"})
    making.make_from_stream(begun, lambda: RECORDS, Events(), shard_rows=15)
    return path


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setitem(making.make_from_stream.__kwdefaults__, "shard_rows", 15)


def kind_of(body):
    return body["response_format"]["json_schema"]["name"]


def scores(body):
    """Score a conversation by the number in its question."""
    number = int(last_words(body).partition("car ")[2].partition("?")[0] or "0")
    factuality = 2 if number % 4 == 1 else 5
    return {"why": f"Car {number} is seen.", "consistency": 5, "coherence": 4, "factuality": factuality}


def play(body, times):
    if kind_of(body) == "blind":
        return json.dumps({"answer_1": "blue" if "sky" in last_words(body) else "unknown"})
    return json.dumps(scores(body))


def run(corpus, to, endpoint, **more):
    settings = {"model": "tiny", "base_url": endpoint.base, **more.pop("settings", {})}
    return judge.run(judge.plan(corpus, str(to), settings=settings, **more), Events())


def table_of(path):
    return pq.read_table(path / "side" / "judge").to_pylist()


def test_what_fails_is_set_aside_with_its_reason_and_the_rest_stays_as_it_was(corpus, tmp_path, small_shards):
    with serving(play) as endpoint:
        made = run(corpus, tmp_path / "j", endpoint)
        asked = Counter(map(kind_of, endpoint.asked))
    assert list(made.records()) == [one for n, one in enumerate(RECORDS) if n % 4 in (2, 3)]
    reasons = {int(one.where.split()[1]): one.reasons for one in made.rejects()}
    assert reasons[0] == ("blind: every question is answered without the picture",)
    assert reasons[1] == ("judge: factuality 2 of 5: Car 1 is seen.",)
    assert set(reasons) == {n for n in range(40) if n % 4 in (0, 1)}
    assert asked == {"blind": 40, "quality": 30}  # what is answered blind is not scored
    assert "a.png" not in str(endpoint.asked) and "image_url" not in str(endpoint.asked)


def test_the_side_table_stands_beside_the_shards_by_id(corpus, tmp_path, small_shards):
    with serving(play) as endpoint:
        made = run(corpus, tmp_path / "j", endpoint)
    rows = table_of(tmp_path / "j")
    assert made.shards == [0, 1, 2]
    assert [row["id"] for row in rows] == [one.id for one in made.records()]
    assert rows[0] == {
        "id": RECORDS[2].id,
        "blind": 0.0,
        "consistency": 5,
        "coherence": 4,
        "factuality": 5,
        "why": "Car 2 is seen.",
        "unjudged": [],
    }


def test_with_the_least_score_of_one_every_score_is_kept(corpus, tmp_path):
    with serving(play) as endpoint:
        made = run(corpus, tmp_path / "j", endpoint, tests=("quality",), least=1)
    rows = table_of(tmp_path / "j")
    assert made.summary["rejected"] == 0 and "blind" not in rows[0]
    assert Counter(row["factuality"] for row in rows) == {5: 30, 2: 10}


def test_blind_alone_asks_for_no_scores(corpus, tmp_path):
    with serving(play) as endpoint:
        made = run(corpus, tmp_path / "j", endpoint, tests=("blind",))
        assert len(endpoint.asked) == 40
    assert made.summary["rejected"] == 10 and set(table_of(tmp_path / "j")[0]) == {"id", "blind", "unjudged"}


def test_a_judge_that_sees_is_shown_the_picture_and_one_that_does_not_is_told_the_facts(corpus, tmp_path):
    with serving(play) as endpoint:
        run(corpus, tmp_path / "a", endpoint, tests=("quality",), see=True, limit=3)
        assert all("image_url" in str(body) and "Scene" not in str(body) for body in endpoint.asked)
        endpoint.asked.clear()
        run(corpus, tmp_path / "b", endpoint, tests=("quality",), limit=3)
        assert all("image_url" not in str(body) and "Scene" in str(body) for body in endpoint.asked)


def test_a_sample_is_the_same_however_the_corpus_is_cut_and_holds_every_smaller_one(corpus, tmp_path):
    again = begin_corpus(str(tmp_path / "whole"), roots={}, made={"step": "test"})
    making.make_from_stream(again, lambda: RECORDS, Events())
    judged = {}
    with serving(play) as endpoint:
        for name, source, sample, seed in (
            ("ten", corpus, 10, 0),
            ("whole-ten", str(tmp_path / "whole"), 10, 0),
            ("twenty", corpus, 20, 0),
            ("other", corpus, 10, 1),
        ):
            made = run(source, tmp_path / name, endpoint, tests=("quality",), least=1, sample=sample, seed=seed)
            assert [one.id for one in made.records()] == [one.id for one in RECORDS]
            judged[name] = {row["id"] for row in table_of(tmp_path / name) if row["factuality"] is not None}
    assert len(judged["ten"]) == 10 and len(judged["twenty"]) == 20
    assert judged["ten"] == judged["whole-ten"] < judged["twenty"]
    assert judged["other"] != judged["ten"]
    others = [row for row in table_of(tmp_path / "ten") if row["id"] not in judged["ten"]]
    assert all(row["unjudged"] == ["not in the sample"] and row["why"] is None for row in others)
    notes = orjson.loads((tmp_path / "ten/asked.json").read_bytes())["notes"]
    assert notes == ["30 records are kept unjudged: not in the sample"]


def test_another_run_pays_for_nothing_and_writes_the_same_bytes(corpus, tmp_path, small_shards):
    with serving(play) as endpoint:
        first = run(corpus, tmp_path / "a", endpoint)
        paid = len(endpoint.asked)
        run(corpus, tmp_path / "a", endpoint)
        second = run(corpus, tmp_path / "b", endpoint, journal=str(tmp_path / "a/journal.sqlite"))
        assert len(endpoint.asked) == paid
    assert first.summary == second.summary
    for name in ("asked.json", *(f"side/judge/{n:06d}.parquet" for n in range(3))):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_lower_bar_and_a_lost_side_table_cost_nothing(corpus, tmp_path, small_shards):
    with serving(play) as endpoint:
        run(corpus, tmp_path / "a", endpoint)
        paid = len(endpoint.asked)
        part = tmp_path / "a/side/judge/000001.parquet"
        before = part.read_bytes()
        part.unlink()
        run(corpus, tmp_path / "a", endpoint)
        assert part.read_bytes() == before
        lower = run(corpus, tmp_path / "b", endpoint, least=2, journal=str(tmp_path / "a/journal.sqlite"))
        assert len(endpoint.asked) == paid
    assert lower.summary["rejected"] == 10


def test_a_budget_stops_and_a_larger_one_goes_on_to_the_bytes_of_an_unbroken_run(corpus, tmp_path, small_shards):
    with serving(play) as endpoint:
        whole = run(corpus, tmp_path / "whole", endpoint, settings={"at_once": 2})
        needed = len(endpoint.asked)
        with pytest.raises(PictusError, match="budget"):
            run(corpus, tmp_path / "some", endpoint, price="1,1", budget=0.009, settings={"at_once": 2})
        spent = len(endpoint.asked) - needed
        assert 0 < spent < needed
        with pytest.raises(PictusError, match="not finished"):
            open_corpus(tmp_path / "some")
        made = run(corpus, tmp_path / "some", endpoint, price="1,1", budget=1.0)
        assert len(endpoint.asked) == 2 * needed
    assert made.summary["shards"] == whole.summary["shards"]
    assert table_of(tmp_path / "some") == table_of(tmp_path / "whole")


def test_finish_leaves_out_what_was_not_reached_and_says_so(corpus, tmp_path):
    with serving(play) as endpoint:
        made = run(corpus, tmp_path / "j", endpoint, price="1,1", budget=0.009, finish=True, settings={"at_once": 2})
    kept, left = made.summary["rows"] + made.summary["rejected"], orjson.loads((tmp_path / "j/asked.json").read_bytes())
    assert 0 < kept < 40
    assert left["notes"][0] == f"{40 - kept} records are left out: the run had to stop before their turn"
    assert [row["id"] for row in table_of(tmp_path / "j")] == [one.id for one in made.records()]


@pytest.mark.parametrize("garbage", ["I like it!", '{"why": "x"}', "[]", ""])
def test_a_judge_that_talks_nonsense_is_asked_again_and_then_no_record_suffers(corpus, tmp_path, garbage):
    with serving(lambda body, times: garbage or " ") as endpoint:
        made = run(corpus, tmp_path / "j", endpoint, tests=("quality",), limit=4)
        assert len(endpoint.asked) == 12 and len({body["seed"] for body in endpoint.asked}) == 12
    assert list(made.records()) == RECORDS[:4]
    assert all(row["why"] is None and row["unjudged"][0].startswith("quality: ") for row in table_of(tmp_path / "j"))
    (note,) = orjson.loads((tmp_path / "j/asked.json").read_bytes())["notes"]
    assert note.startswith("4 records are kept unjudged: quality")


def test_a_second_try_may_succeed(corpus, tmp_path):
    tried = Counter()

    def play_late(body, times):
        tried[last_words(body)] += 1
        return json.dumps(scores(body)) if tried[last_words(body)] > 1 else "Let me think."

    with serving(play_late) as endpoint:
        run(corpus, tmp_path / "j", endpoint, tests=("quality",), limit=4, least=1)
    assert all(row["coherence"] == 4 for row in table_of(tmp_path / "j"))


def test_each_test_says_by_itself_why_it_has_nothing_to_say(corpus, tmp_path):
    def refuse(body, times):
        return (
            bad(400, "blocked by our content policy", "content_filter") if kind_of(body) == "blind" else play(body, 0)
        )

    with serving(refuse) as endpoint:
        made = run(corpus, tmp_path / "j", endpoint, limit=8)
        deaf = run(corpus, tmp_path / "k", endpoint, limit=8, settings={"context": 1030})
    assert made.summary["rows"] == 6  # those of low factuality are gone
    row = table_of(tmp_path / "j")[0]
    assert row["blind"] is None and row["factuality"] == 5 and row["unjudged"][0].startswith("blind: ")
    assert deaf.summary["rows"] == 8
    assert orjson.loads((tmp_path / "k/asked.json").read_bytes())["notes"] == [
        f"8 records are kept unjudged: {test}: it does not fit into the model's context"
        for test in ("blind", "quality")
    ]


def test_the_card_says_who_judged(corpus, tmp_path):
    with serving(play) as endpoint:
        run(corpus, tmp_path / "j", endpoint, settings={"model": "gpt-4o-mini"}, limit=8)
    card = (tmp_path / "j/README.md").read_text()
    assert "| step | `judge` |" in card and "| model | gpt-4o-mini, through `openai` |" in card
    assert "| prompt set | judge: blind, quality" in card and "| answers | 14 |" in card
    assert "judge: factuality 2 of 5: Car 1 is seen." in card


def test_the_estimate_is_near_what_is_asked_and_asks_nothing(corpus, tmp_path):
    with serving(play) as endpoint:
        settings = {"model": "gpt-4o-mini", "base_url": endpoint.base}
        found = estimate(judge.plan(corpus, str(tmp_path / "j"), settings=settings, tests=("quality",), see=True))
        few = estimate(judge.plan(corpus, str(tmp_path / "j"), settings=settings, sample=10))
        assert endpoint.asked == [] and not (tmp_path / "j").exists()
        run(corpus, tmp_path / "j", endpoint, settings=settings, tests=("quality",), see=True)
    told = orjson.loads((tmp_path / "j/asked.json").read_bytes())
    assert found.requests == told["answers"] == 40 and few.requests == 20
    assert found.picture_tokens > 0 and 0 < found.dollars[0] < found.dollars[1]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"budget": 1.0}, "nobody knows the price"),
        ({"budget": -1.0, "price": "1,1"}, "more than nothing"),
        ({"tests": ("blnd",)}, "unknown test"),
        ({"tests": ()}, "`tests` cannot be"),
        ({"least": 6}, "`least` cannot be 6"),
        ({"blind_share": 0.0}, "`blind_share` cannot be"),
        ({"sample": 0}, "`sample` cannot be 0"),
        ({"backend": "program", "settings": {}}, "no model that could judge"),
        ({"settings": {"model": ""}}, "no model is named"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_asked(corpus, tmp_path, more, what):
    settings = {"model": "tiny", "base_url": "http://127.0.0.1:9"}
    with pytest.raises(PictusError, match=what):
        judge.plan(corpus, str(tmp_path / "j"), **{"settings": settings, **more})
    assert not (tmp_path / "j").exists()


def test_a_corpus_of_annotations_alone_is_refused(tmp_path):
    bare = make_record(Origin(dataset="made", key="1"))
    begun = begin_corpus(str(tmp_path / "c"), roots={}, made={"step": "test"})
    making.make_from_stream(begun, lambda: [bare], Events())
    with pytest.raises(PictusError, match="no conversations"):
        judge.plan(str(tmp_path / "c"), str(tmp_path / "j"), backend="echo")


def test_ctrl_c_keeps_what_came_in_and_the_same_command_goes_on(corpus, tmp_path):
    def interrupt():
        while len(endpoint.asked) < 12:
            time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGINT)

    with serving(play, latency_seconds=0.02) as endpoint:
        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            run(corpus, tmp_path / "j", endpoint, settings={"at_once": 4})
        with pytest.raises(PictusError, match="not finished"):
            open_corpus(tmp_path / "j")
        assert len(endpoint.asked) < 70
        made = run(corpus, tmp_path / "j", endpoint)
        assert len(endpoint.asked) == 70
    assert made.summary["rows"] == 20
