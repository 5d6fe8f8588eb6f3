"""Generate with a model: real requests to an endpoint on loopback, from a COCO corpus to rows and cards."""

import json

import orjson
import pytest

from answering import GOOD, play
from coco_files import write_dataset
from endpoint import bad, last_words, serving
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Reject
from pictus.steps import generate, import_
from pictus.steps.generate.estimate import estimate
from pictus.store.corpus import open_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("coco")
    write_dataset(root / "data", 40)
    import_.run(import_.plan("coco2017", root / "data", str(root / "corpus")), Events())
    return str(root / "corpus")


def options(endpoint, **more):
    more["settings"] = {"model": "tiny", "base_url": endpoint.base, **more.get("settings", {})}
    return {"backend": "openai", "prompts": "llava", **more}


def make(corpus, to, endpoint, **more):
    return generate.run(generate.plan(corpus, str(to), **options(endpoint, **more)), Events())


def test_every_entry_is_asked_about_every_record_and_answers_become_turns(corpus, tmp_path):
    with serving(play) as endpoint:
        made = make(corpus, tmp_path / "g", endpoint)
    rows = list(made.records())
    assert made.summary["rows"] + made.summary["rejected"] == 120
    assert [row.origin.key for row in rows] == sorted((row.origin.key for row in rows), key=int)
    first = rows[0]
    assert first.turns[0].role == "user" and {part.type for part in first.turns[0].parts} == {"text", "image"}
    assert first.turns[1].text == "A thing is here."
    assert first.origin.made_by.startswith("tiny, llava/conversation, seed ")
    assert first.origin.model_terms == "unknown"
    assert first.facts == next(open_corpus(corpus).records()).facts
    sides = {row.turns[0].parts[0].type for row in rows}
    assert sides == {"text", "image"}  # before the words or after them, by the seed
    assert len({row.id for row in rows}) == len(rows)


def test_what_no_try_could_read_is_kept_as_it_came(corpus, tmp_path):
    with serving(lambda body, times: "no separators, no labels") as endpoint:
        made = make(corpus, tmp_path / "g", endpoint, kinds=("conversation",), limit=3)
        assert len(endpoint.asked) == 9  # three tries each
    aside: list[Reject] = list(made.rejects())
    assert len(aside) == 3 and "llava/conversation: unusable answer" in aside[0].reasons[0]
    assert "no separators, no labels" in aside[0].row


def test_another_run_pays_for_nothing_and_writes_the_same_bytes(corpus, tmp_path):
    with serving(play) as endpoint:
        first = make(corpus, tmp_path / "a", endpoint)
        paid = len(endpoint.asked)
        make(corpus, tmp_path / "a", endpoint)
        assert len(endpoint.asked) == paid
        told = (tmp_path / "a/asked.json").read_bytes()
        second = make(corpus, tmp_path / "b", endpoint, journal=str(tmp_path / "a" / "journal.sqlite"))
        assert len(endpoint.asked) == paid
    assert first.summary == second.summary
    assert (tmp_path / "b/asked.json").read_bytes() == told
    assert orjson.loads(told)["answers"] == paid


def test_a_corpus_tells_what_its_own_answers_took_whatever_else_a_journal_holds(corpus, tmp_path):
    with serving(play) as endpoint:
        make(corpus, tmp_path / "a", endpoint)
        journal = str(tmp_path / "a" / "journal.sqlite")
        make(corpus, tmp_path / "b", endpoint, journal=journal, limit=2, kinds=("detail",))
        before = (tmp_path / "b/asked.json").read_bytes()
        make(corpus, tmp_path / "b", endpoint, journal=journal, limit=2, kinds=("detail",))  # again: nothing is asked
    assert orjson.loads(before)["answers"] == 2
    assert (tmp_path / "b/asked.json").read_bytes() == before


def test_a_check_can_be_changed_without_paying_again(corpus, tmp_path):
    with serving(play) as endpoint:
        make(corpus, tmp_path / "a", endpoint)
        paid = len(endpoint.asked)
        journal = str(tmp_path / "a" / "journal.sqlite")
        strict = make(corpus, tmp_path / "b", endpoint, journal=journal, checks={"answer_length": {"minimum": 500}})
        assert len(endpoint.asked) == paid
    assert strict.summary["rows"] == 0 and strict.summary["rejected"] == 120


def test_the_same_words_through_another_address_are_found_again(corpus, tmp_path):
    with serving(play) as one:
        make(corpus, tmp_path / "a", one)
    with serving(play) as other:
        make(corpus, tmp_path / "b", other, journal=str(tmp_path / "a" / "journal.sqlite"))
        assert other.asked == []
        make(corpus, tmp_path / "c", other, journal=str(tmp_path / "a" / "journal.sqlite"), seed=1, limit=2)
        assert len(other.asked) >= 6


def test_a_target_stops_at_so_many_accepted_records(corpus, tmp_path):
    with serving(play) as endpoint:
        whole = make(corpus, tmp_path / "whole", endpoint)
        some = make(corpus, tmp_path / "some", endpoint, target=25)
    ids = [row.id for row in whole.records()]
    assert [row.id for row in some.records()] == ids[:25]


def test_a_run_that_must_take_another_folder_is_told_to_keep_what_was_paid_for(corpus, tmp_path):
    with serving(play) as endpoint:
        make(corpus, tmp_path / "some", endpoint, target=5)
        with pytest.raises(PictusError, match="made in another way") as caught:
            make(corpus, tmp_path / "some", endpoint, target=9)
        assert f"--journal {tmp_path}/some/journal.sqlite" in caught.value.mend
        assert "remove" not in caught.value.mend


def test_a_limit_takes_the_first_records(corpus, tmp_path):
    with serving(play) as endpoint:
        some = make(corpus, tmp_path / "some", endpoint, limit=7)
    assert some.summary["rows"] + some.summary["rejected"] == 21


def test_a_budget_stops_and_a_larger_one_goes_on_to_the_bytes_of_an_unbroken_run(corpus, tmp_path):
    with serving(play) as endpoint:
        whole = make(corpus, tmp_path / "whole", endpoint)
        with pytest.raises(PictusError, match="budget"):
            make(corpus, tmp_path / "some", endpoint, price="1,1", budget=0.04)
        with pytest.raises(PictusError, match="not finished"):
            open_corpus(tmp_path / "some")
        made = make(corpus, tmp_path / "some", endpoint, price="1,1", budget=10.0)
    assert made.summary["shards"] == whole.summary["shards"]
    assert json.loads((tmp_path / "some/asked.json").read_text())["dollars"] > 0.02


def test_finish_keeps_what_a_spent_budget_bought(corpus, tmp_path):
    with serving(play) as endpoint:
        made = make(corpus, tmp_path / "some", endpoint, price="1,1", budget=0.04, finish=True)
    assert 0 < made.summary["rows"] < 100
    assert open_corpus(tmp_path / "some").is_complete


def test_the_card_says_what_was_asked_and_what_it_cost(corpus, tmp_path):
    with serving(play) as endpoint:
        make(corpus, tmp_path / "g", endpoint, settings={"model": "gpt-4o-mini"}, limit=5)
    card = (tmp_path / "g/README.md").read_text()
    asked = orjson.loads((tmp_path / "g/asked.json").read_bytes())
    assert "| model | gpt-4o-mini, through `openai` |" in card
    assert "| terms of its words | openai-output-terms |" in card
    assert f"| cost | ${asked['dollars']:.2f}, by prices of 2026-11-05 |" in card
    assert f"{asked['answers']:,}, of which" in card
    assert "openai" in (tmp_path / "g/NOTICE.md").read_text().lower()


def test_facts_are_cut_to_a_small_window_and_the_record_says_so(corpus, tmp_path):
    with serving(play) as endpoint:
        made = make(corpus, tmp_path / "g", endpoint, settings={"context": 2000}, kinds=("conversation",), limit=10)
        longest = max(sum(len(str(m["content"])) for m in body["messages"]) for body in endpoint.asked)
    assert longest < 2000 * 5
    assert any("kept 1 of" in row.origin.made_by for row in made.records())


def test_a_record_that_fits_nowhere_is_set_aside_in_its_place(corpus, tmp_path):
    with serving(play) as endpoint:
        made = make(corpus, tmp_path / "g", endpoint, settings={"context": 300}, limit=4)
        assert endpoint.asked == []
    assert made.summary["rejected"] == 12
    assert "does not fit" in next(iter(made.summary["reasons"]))


def test_a_setting_that_the_endpoint_refuses_is_left_out_and_told(corpus, tmp_path):
    def picky(body, times):
        if "max_tokens" in body:
            return bad(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        if "temperature" in body:
            return bad(400, "Unsupported value: 'temperature' does not support 0.7 with this model.")
        assert body["max_completion_tokens"] == 900
        return GOOD

    with serving(picky) as endpoint:
        made = make(corpus, tmp_path / "g", endpoint, kinds=("conversation",), limit=5)
    assert made.summary["rows"] == 5
    notes = orjson.loads((tmp_path / "g/asked.json").read_bytes())["notes"]
    assert len(notes) == 2 and "`max_tokens`" in notes[0]


def test_a_schema_falls_back_to_words_where_the_endpoint_knows_none(corpus, tmp_path):
    def old(body, times):
        if "response_format" in body:
            return bad(400, "unknown field: response_format")
        assert "Answer with JSON alone" in body["messages"][0]["content"]
        return '```json\n{"pairs": [{"question": "What?", "answer": "A dog in a park."}]}\n```'

    prompts = tmp_path / "mine.yaml"
    prompts.write_text(
        """
pairs:
  system_prompt: Ask about the picture.
  inputs: [captions]
  answer: json
  schema:
    type: object
    required: [pairs]
    properties:
      pairs:
        type: array
        items:
          type: object
          required: [question, answer]
          properties: {question: {type: string}, answer: {type: string}}
"""
    )
    with serving(old) as endpoint:
        made = make(corpus, tmp_path / "g", endpoint, prompts=str(prompts), limit=3)
    assert made.summary["rows"] == 3
    assert next(made.records()).turns[1].text == "A dog in a park."


def test_the_estimate_is_near_what_is_asked(corpus, tmp_path):
    with serving(play) as endpoint:
        plan = generate.plan(corpus, str(tmp_path / "g"), **options(endpoint, settings={"model": "gpt-4o-mini"}))
        found = estimate(plan)
        assert endpoint.asked == [] and not (tmp_path / "g").exists()
        generate.run(plan, Events())
        firsts = {last_words(body) + body["messages"][0]["content"] for body in endpoint.asked}
    assert found.requests == 120 and len(firsts) <= 120
    assert found.dollars[0] < found.dollars[1]
    assert found.dollars_by_batch[1] == pytest.approx(found.dollars[1] / 2)
    assert found.price_date == "2026-11-05"
    assert 500 * 120 < found.prompt_tokens < 3000 * 120


def test_the_estimate_counts_what_is_told_of_tools(corpus, tmp_path):
    with serving(play) as endpoint:
        plan = generate.plan(corpus, str(tmp_path / "g"), **options(endpoint, prompts="tools", limit=10))
        found = estimate(plan)
        generate.run(plan, Events())
        letters = {last_words(body): sum(len(one["content"]) for one in body["messages"]) for body in endpoint.asked}
    assert found.prompt_tokens > sum(letters.values()) / 4


def test_unknown_models_have_no_price_in_the_estimate(corpus, tmp_path):
    with serving() as endpoint:
        assert estimate(generate.plan(corpus, str(tmp_path / "g"), **options(endpoint))).dollars is None


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"budget": 1.0}, "nobody knows the price"),
        ({"budget": -1.0, "price": "1,1"}, "more than nothing"),
        ({"budget": float("nan"), "price": "1,1"}, "more than nothing"),
        ({"price": "x"}, "no price"),
        ({"prompts": "lava"}, "unknown prompt set"),
        ({"kinds": ("conversatoin",)}, "unknown entry"),
        ({"settings": {"model": ""}}, "no model is named"),
        ({"settings": {"base_url": "localhost:8000"}}, "no address"),
        ({"settings": {"key": "secret"}}, "unknown setting"),
        ({"backend": "program", "settings": {}, "budget": 1.0}, "means nothing"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_asked(corpus, tmp_path, more, what):
    with serving() as endpoint, pytest.raises(PictusError, match=what):
        chosen = options(endpoint, **more)
        if more.get("backend") == "program":
            chosen = {"backend": "program", "budget": 1.0}
        generate.plan(corpus, str(tmp_path / "g"), **chosen)
    assert not (tmp_path / "g").exists()


def test_echo_goes_the_whole_way_without_a_server(corpus, tmp_path):
    plan = generate.plan(corpus, str(tmp_path / "g"), backend="echo", checks={})
    made = generate.run(plan, Events())
    assert made.summary["rows"] >= 80
    assert next(made.records()).origin.model_terms is None


def test_ten_samples_of_each_reason_are_told(corpus, tmp_path):
    with serving(lambda body, times: "no separators, no labels") as endpoint:
        make(corpus, tmp_path / "g", endpoint, kinds=("conversation",), limit=30)
    (told,) = orjson.loads((tmp_path / "g/rejected.json").read_bytes())
    assert told["reason"].startswith("llava/conversation: unusable answer: ") and told["rows"] == 30
    assert len(told["samples"]) == 10 and told["samples"][0]["text"] == "no separators, no labels"
    assert told["samples"][0]["where"].startswith("coco2017 ")


def test_a_corpus_that_was_finished_early_says_so_and_a_killed_one_ends_with_the_same_answers(corpus, tmp_path):
    with serving(play) as endpoint:
        early = {"price": "1,1", "budget": 0.04, "finish": True}
        made = make(corpus, tmp_path / "g", endpoint, **early)
        (note,) = orjson.loads((tmp_path / "g/asked.json").read_bytes())["notes"]
        assert "finished early" in note and "--journal" in note
        asked = len(endpoint.asked)
        head = orjson.loads((tmp_path / "g/corpus.json").read_bytes())
        (tmp_path / "g/corpus.json").write_bytes(orjson.dumps({**head, "complete": False}))  # killed before its end
        (tmp_path / "g/shards/000000.receipt.json").unlink()
        again = make(corpus, tmp_path / "g", endpoint, price="1,1", budget=5.0)
        assert len(endpoint.asked) == asked
    assert again.summary["shards"] == made.summary["shards"]


def test_two_runs_do_not_share_a_journal_at_a_time(corpus, tmp_path):
    journal = str(tmp_path / "j.sqlite")

    def second(body, times):
        if times == 0 and len(endpoint.asked) == 1:
            with pytest.raises(PictusError, match="another run is using this journal"):
                make(corpus, tmp_path / "b", endpoint, journal=journal, limit=1)
        return play(body, times)

    with serving(second) as endpoint:
        make(corpus, tmp_path / "a", endpoint, journal=journal, limit=1)
    assert not (tmp_path / "b/shards").exists()
