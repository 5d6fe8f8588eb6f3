"""Evaluate: from questions to official files and scores, whoever is asked and however often the run is stopped."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from endpoint import bad, serving
from exams import knowing, write_exams
from pictus import plugins
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.steps import compare, evaluate
from tiny_models import needs

ALL = ("bfcl", "gqa", "mmmu", "ocr_vqa", "scienceqa", "textvqa", "vqav2")
FIRST = dict.fromkeys(ALL, "accuracy") | {"mmmu": "Overall", "scienceqa": "acc", "vqav2": "overall"}
SECRET = ("gqa:test_balanced", "mmmu:test", "textvqa:test", "vqav2:test")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_exams(tmp_path_factory.mktemp("data"))


def evaluated(data, to, endpoint, on=ALL, **options):
    settings = {"base_url": endpoint.base, **options.pop("settings", {})}
    plan = evaluate.plan("openai:m", on, data, str(to), settings=settings, **options)
    return {one.name: one for one in evaluate.run(plan, Events())}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def contents(endpoint):
    return [body["messages"][0]["content"] for body in endpoint.asked]


def files(folder):
    """Read what a run wrote, but for the journal."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and "journal" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes().replace(str(folder).encode(), b"") for path in found}


def test_who_knows_the_answers_has_the_full_score_in_every_benchmark(data, tmp_path):
    with serving(knowing) as endpoint:
        done = evaluated(data, tmp_path / "run", endpoint)
    for name, one in done.items():
        assert one.scored.figures[FIRST[name]] == 1.0 and one.is_clean and (one.asked, one.of) == (8, 8)
        assert one.scored.interval.low < 1.0 == one.scored.interval.high
        told = lines(tmp_path / "run" / name / "replies.jsonl")
        assert [one["id"] for one in told] == [one["id"] for one in lines(tmp_path / "run" / name / "items.jsonl")]
        assert json.loads((tmp_path / "run" / name / "scores.json").read_bytes())["pictus"]["items"] == 8
    assert json.loads((tmp_path / "run" / "evaluation.json").read_bytes())["answers"] == 8 * len(ALL)


def test_the_instruction_stands_below_the_question_and_can_be_another(data, tmp_path):
    with serving(knowing) as endpoint:
        evaluated(data, tmp_path / "a", endpoint, on=["scienceqa"])
        (without,) = (one for one in contents(endpoint) if isinstance(one, str) and "Which of 0 " in one)
        assert without.splitlines() == [
            "Which of 0 is red?",
            *("A. a red thing", "B. a green thing", "C. a blue thing", "D. a white thing"),
            "Answer with the option's letter from the given choices directly.",
        ]
        (shown,) = (one for one in contents(endpoint) if not isinstance(one, str) and "Which of 1 " in one[1]["text"])
        assert [part["type"] for part in shown] == ["image_url", "text"]
        assert endpoint.asked[0]["temperature"] == 0 and endpoint.asked[0]["max_tokens"] == 64
        evaluated(data, tmp_path / "b", endpoint, on=["gqa"], instruction="In a word!", max_tokens=5)
        assert contents(endpoint)[-1][1]["text"].endswith("?\nIn a word!")
        assert endpoint.asked[-1]["max_tokens"] == 5
        evaluated(data, tmp_path / "c", endpoint, on=["gqa"], instruction="")
        assert contents(endpoint)[-1][1]["text"].endswith("?")


def test_answers_are_kept_as_they_came_and_written_as_the_benchmark_wants_them(data, tmp_path):
    with serving(knowing) as endpoint:
        evaluated(data, tmp_path, endpoint)
    assert lines(tmp_path / "gqa" / "replies.jsonl")[0]["answer"] == " Red.\n"
    assert json.loads((tmp_path / "gqa" / "predictions.json").read_bytes())[0] == {
        "questionId": "00",
        "prediction": "red",
    }
    said = lines(tmp_path / "scienceqa" / "replies.jsonl")
    assert said[0]["prompt"].startswith("Which of 0 is red?") and said[1]["prompt"].startswith(
        "<image>\nWhich of 1 is green?"
    )


def test_running_again_asks_nothing_and_writes_the_same(data, tmp_path):
    with serving(knowing) as endpoint:
        evaluated(data, tmp_path, endpoint)
        before, asked = files(tmp_path), len(endpoint.asked)
        evaluated(data, tmp_path, endpoint)
        assert len(endpoint.asked) == asked and files(tmp_path) == before


def test_a_folder_in_which_something_else_was_asked_is_refused_and_its_answers_are_of_use_elsewhere(data, tmp_path):
    with serving(knowing) as endpoint:
        evaluated(data, tmp_path / "a", endpoint, on=["gqa"])
        with pytest.raises(PictusError, match="another max_tokens"):
            evaluated(data, tmp_path / "a", endpoint, on=["gqa"], max_tokens=3)
        asked = len(endpoint.asked)
        journal = str(tmp_path / "a" / "journal.sqlite")
        part = evaluated(data, tmp_path / "b", endpoint, on=["gqa"], sample=4, journal=journal)
        assert part["gqa"].asked == 4 and len(endpoint.asked) == asked


def test_a_sample_is_scored_as_the_part_that_it_is_and_a_larger_one_holds_it(data, tmp_path):
    with serving(knowing) as endpoint:
        ids = {}
        for count in (3, 5):
            done = evaluated(data, tmp_path / str(count), endpoint, sample=count, seed=7)
            for name, one in done.items():
                ids[name, count] = {line["id"] for line in lines(tmp_path / str(count) / name / "items.jsonl")}
                assert one.asked == one.scored.items == count and one.of == 8
                assert one.scored.figures[FIRST[name]] == 1.0 and one.scored.interval.low < 0.9
        other = evaluated(data, tmp_path / "other", endpoint, on=["gqa"], sample=3, seed=8)["gqa"]
        first = evaluated(data, tmp_path / "first", endpoint, on=["gqa"], limit=2)["gqa"]
    assert all(ids[name, 3] < ids[name, 5] for name in ALL)
    assert other.asked == 3 and first.asked == 2
    assert {line["id"] for line in lines(tmp_path / "other" / "gqa" / "items.jsonl")} != ids["gqa", 3]
    assert [line["id"] for line in lines(tmp_path / "first" / "gqa" / "items.jsonl")] == ["00", "01"]


@pytest.mark.parametrize("on", SECRET)
def test_a_split_whose_answers_are_secret_gives_a_file_for_the_official_server(data, tmp_path, on):
    with serving(knowing) as endpoint:
        (done,) = evaluated(data, tmp_path, endpoint, on=[on]).values()
    assert done.scored is None and done.is_clean and done.name == on.replace(":", "-")
    assert len(json.loads(done.predictions.read_bytes())) == 8
    assert not (tmp_path / done.name / "scores.json").exists()


def test_the_submission_of_mmmu_has_letters_for_choices_and_words_for_open_questions(data, tmp_path):
    def talkative(body, times):
        first = body["messages"][-1]["content"][-1]["text"]
        return (
            "I think it is (B), clearly." if "of 0 " in first else "none of them" if "letter" in first else "A red one."
        )

    with serving(talkative) as endpoint:
        (done,) = evaluated(data, tmp_path, endpoint, on=["mmmu:test"]).values()
    assert done.predictions.name == "submission.json"
    told = json.loads(done.predictions.read_bytes())
    assert told["validation_Art_1"] == "B" and told["validation_Art_2"] == "A red one."
    drawn = [told[f"validation_Art_{n}"] for n in (3, 5, 7)]
    dice = random.Random(42)
    assert drawn == [dice.choice("ABCD") for _ in drawn]


def test_several_splits_of_a_benchmark_are_asked_in_one_run(data, tmp_path):
    with serving(knowing) as endpoint:
        done = evaluated(data, tmp_path, endpoint, on=["bfcl", "bfcl:irrelevance"])
        names = {body["tools"][0]["function"]["name"] for body in endpoint.asked}
    assert {name: one.scored.figures["accuracy"] for name, one in done.items()} == {
        "bfcl": 1.0,
        "bfcl-irrelevance": 0.0,
    }
    assert names == {"paint_thing"}  # no server takes the dot of paint.thing
    assert lines(tmp_path / "bfcl" / "results.jsonl")[0]["result"] == [{"paint_thing": '{"colour": "red"}'}]


def test_functions_are_told_in_words_to_models_that_know_no_tools(data, tmp_path):
    calls = lambda body, times: f"[paint.thing(colour='{body['messages'][0]['content'].split()[-1][:-1]}')]"  # noqa: E731
    with serving(calls) as endpoint:
        done = evaluated(data, tmp_path, endpoint, on=["bfcl"], options={"bfcl.in_words": True})
        assert "tools" not in endpoint.asked[0]
    first = lines(tmp_path / "bfcl" / "replies.jsonl")[0]
    assert '"name":"paint.thing"' in first["prompt"] and first["prompt"].endswith("\n\nPaint thing 0 red.")
    assert done["bfcl"].scored.figures["accuracy"] == 1.0


@pytest.mark.parametrize("folder", ["", "coco"])
def test_captions_are_scored_against_those_of_people(data, tmp_path, folder):
    with serving(lambda body, times: "A red field\nnumber 0.") as endpoint:
        done = evaluated(data / folder, tmp_path, endpoint, on=["coco_captions"], limit=4)["coco_captions"]
        (_, words) = contents(endpoint)[0]
    assert words["text"] == "Provide a one-sentence caption for the provided image."
    scores = {line["id"]: line["score"] for line in lines(tmp_path / "coco_captions" / "items.jsonl")}
    assert max(scores, key=scores.get) == "700" and done.scored.items == 4 and 0 < done.scored.figures["Bleu_1"] < 1


def test_captions_are_asked_for_beside_other_benchmarks_in_one_tree(data, tmp_path):
    with serving(lambda body, times: "A red field.") as endpoint:
        done = evaluated(data, tmp_path, endpoint, on=["gqa", "coco_captions"], limit=2)
    assert done["coco_captions"].is_clean and done["coco_captions"].asked == 2
    (picture,) = lines(tmp_path / "coco_captions" / "replies.jsonl")[0]["pictures"]
    assert picture["path"].startswith("coco/val2014/") and picture["root"] == str(data)


@pytest.mark.parametrize(
    ("on", "folder", "words"),
    [
        ("gqa", "nowhere", ("no such folder of data", "--from")),
        ("gqa", "gqa/testdev_balanced_questions.json", ("this is a file", "give the folder")),
        ("textvqa:tset", ".", ("no split `tset` is here", "known splits: train, val, test")),
        ("gqa:train_balanced", ".", ("train_balanced", "as `--on gqa:SPLIT`: testdev_balanced")),
    ],
)
def test_data_that_is_not_there_is_told_by_what_is(data, tmp_path, on, folder, words):
    with pytest.raises(PictusError) as told:
        evaluate.plan("echo", [on], data / folder, str(tmp_path))
    assert all(word in str(told.value) for word in words), str(told.value)


def test_an_option_that_a_benchmark_has_not_is_looked_for_where_it_was_said(data, tmp_path):
    with pytest.raises(PictusError) as told:
        evaluate.plan("echo", ["gqa"], data, str(tmp_path), options={"gqa.choces": "x"})
    assert told.value.where == "--option"


def test_open_questions_have_an_instruction_of_their_own(data, tmp_path):
    with serving(knowing) as endpoint:
        evaluated(data, tmp_path, endpoint, on=["mmmu"])
    chosen, opened = (one["prompt"] for one in lines(tmp_path / "mmmu" / "replies.jsonl")[:2])
    assert "(A) a red thing" in chosen and chosen.endswith("directly.")
    assert opened.endswith("Which of 1 is green?\nAnswer the question using a single word or phrase.")


def test_a_question_without_an_answer_counts_as_empty_and_is_told(data, tmp_path):
    refused = lambda body, times: bad(400, "no such thing") if "thing 3 " in str(body) else knowing(body, times)  # noqa: E731
    with serving(refused) as endpoint:
        done = evaluated(data, tmp_path, endpoint, on=["gqa"])["gqa"]
    assert sum(done.unanswered.values()) == 1 and not done.is_clean
    assert done.scored.figures["accuracy"] == 7 / 8 and done.scored.outcomes["empty"] == 1
    (line,) = [line for line in lines(tmp_path / "gqa" / "replies.jsonl") if line["problem"]]
    assert line["id"] == "03" and "no such thing" in line["problem"]


def test_a_picture_that_is_missing_sets_its_questions_aside(tmp_path):
    data = write_exams(tmp_path / "data")
    (data / "gqa" / "images" / "2900001.jpg").unlink()
    with serving(knowing) as endpoint:
        done = evaluated(data, tmp_path / "run", endpoint, on=["gqa"])["gqa"]
    assert sum(done.unanswered.values()) == 2 and done.scored.figures["accuracy"] == 6 / 8


def test_a_row_that_cannot_be_asked_is_left_out_of_the_official_files(tmp_path):
    data = write_exams(tmp_path / "data")
    path = data / "gqa" / "testdev_balanced_questions.json"
    questions = json.loads(path.read_text())
    questions["02"]["question"] = ""
    path.write_text(json.dumps(questions))
    with serving(knowing) as endpoint:
        done = evaluated(data, tmp_path / "run", endpoint, on=["gqa"])["gqa"]
    assert sum(done.unasked.values()) == 1 and done.scored.items == 7 and not done.is_clean


def test_two_models_that_were_evaluated_are_compared(data, tmp_path):
    with serving(knowing) as endpoint:
        evaluated(data, tmp_path / "a", endpoint)
    with serving(lambda body, times: "B" if "letter" in str(body) else "green") as endpoint:
        evaluated(data, tmp_path / "b", endpoint)
    found = compare.run(compare.plan(tmp_path / "a", tmp_path / "b"))
    assert set(found) == set(ALL)
    flips = {name: (one.overall.better, one.overall.worse) for name, one in found.items()}
    # MMMU's scorer finds no letter in "green", and draws those that it wants.
    assert {name: flips[name] for name in ("bfcl", "gqa", "vqav2")} == {"bfcl": (0, 8), "gqa": (0, 6), "vqav2": (0, 6)}
    assert found["vqav2"].overall.groups == 4
    assert found["gqa"].overall.groups == 4


def test_a_model_of_this_machine_is_evaluated_from_its_weights(data, tmp_path, tiny):
    needs("torch", "transformers")
    settings = {"threads": 1, "dtype": "float32"}
    plan = evaluate.plan(str(tiny("seeing")), ALL, data, str(tmp_path), settings=settings, max_tokens=2, limit=2)
    done = evaluate.run(plan, Events())
    assert [one.scored.items for one in done] == [2] * len(ALL) and all(not one.unanswered for one in done)


SCRIPT = """
import sys
from pathlib import Path
from pictus.engine.events import Events
from pictus.steps import evaluate

data, to, base = sys.argv[1:]
settings = {"base_url": base, "at_once": 4}
evaluate.run(evaluate.plan("openai:m", ["gqa", "scienceqa"], Path(data), to, settings=settings), Events())
"""


@pytest.mark.serial
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path):
    data = write_exams(tmp_path / "data", 24)
    (tmp_path / "run.py").write_text(SCRIPT)

    def start(to, endpoint):
        command = [sys.executable, str(tmp_path / "run.py"), str(data), str(tmp_path / to), endpoint.base]
        return subprocess.Popen(command, start_new_session=True)

    with serving(knowing, latency_seconds=0.05) as endpoint:
        assert start("whole", endpoint).wait() == 0
        needed = len(endpoint.asked)
        process, begun = start("killed", endpoint), time.monotonic()
        while len(endpoint.asked) < needed + 20 and time.monotonic() - begun < 60:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert not (tmp_path / "killed" / "evaluation.json").exists()
        assert start("killed", endpoint).wait() == 0
        assert needed == 48 and len(endpoint.asked) <= 2 * needed + 3 * 4
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


@pytest.mark.parametrize(
    ("on", "options", "what"),
    [
        ([], {}, "nothing is asked"),
        (["gqa", "gqa:testdev_balanced"], {}, "gqa stands here twice"),
        (["gqb"], {}, "gqb"),
        (["gqa"], {"options": {"vqav2.x": 1}}, "no benchmark takes `vqav2.x`"),
        (["gqa"], {"limit": 0}, "`limit` cannot be 0"),
        (["gqa:nothing"], {}, "nothing_questions"),
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_is(data, tmp_path, on, options, what):
    with pytest.raises(PictusError, match=what):
        evaluate.plan("echo", on, data, str(tmp_path / "run"), **options)
    assert not (tmp_path / "run").exists()


def test_a_program_is_no_model(data, tmp_path):
    with pytest.raises(PictusError, match="cannot be evaluated"):
        evaluate.plan("program", ["gqa"], data, str(tmp_path))


@pytest.mark.parametrize("name", ALL)
def test_echo_goes_the_whole_way(data, tmp_path, name):
    (done,) = evaluate.run(evaluate.plan("echo", [name], data, str(tmp_path)), Events())
    assert done.scored.items == 8
    assert plugins.load("benchmarks", name).instruction in lines(tmp_path / name / "replies.jsonl")[0]["prompt"]
