"""Calls from pictures, from a corpus of one's own to the figures: who looks, and who only reads, is told apart."""

import base64
import json

import pytest
from aiohttp import web

from endpoint import serving
from pictus import plugins
from pictus.chat.reply import completion
from pictus.cli.score import told_of
from pictus.demo.coco import write_coco
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.grade import Files
from pictus.record import Call
from pictus.scoring.held_out import is_held_out
from pictus.steps import compare, evaluate, generate, import_, report, score
from pictus.store.corpus import open_corpus

COUNT = 16


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calls")
    write_coco(folder / "drawn", COUNT, 3)
    import_.run(import_.plan("coco", folder / "drawn", str(folder / "corpus")), Events())
    generate.run(generate.plan(str(folder / "corpus"), str(folder / "tools"), kinds=("tools",)), Events())
    return folder / "tools"


def questions(corpus, **options):
    exam = plugins.load("benchmarks", "pictus_calls", options)
    return {item.id: item for record in exam.records(corpus, "all") for item in exam.items(record)}


def expected(corpus):
    """Tell the calls of each record, by its picture and what is asked with it."""
    found = {}
    for record in open_corpus(corpus).records():
        last = max(number for number, turn in enumerate(record.turns) if turn.role == "user")
        picture = record.media[0].file.read_bytes()
        found[record.turns[last].text, picture] = record.turns[last + 1].calls
    return found


def playing(answers, *, looks):
    """Answer as one who knows the truth of each question, with the picture or without it."""
    by_words = {words: calls for (words, _), calls in answers.items()}

    def answer(body, times):
        users = [one["content"] for one in body["messages"] if one["role"] == "user"]
        parts = [part for content in users for part in (content if isinstance(content, list) else [{"text": content}])]
        words = parts[-1]["text"]
        sent = next(part["image_url"]["url"] for part in parts if "image_url" in part)
        picture = base64.b64decode(sent.partition(",")[2])
        calls = answers.get((words, picture), ()) if looks else by_words[words]
        calls = [Call(call.id, call.name, call.arguments) for call in calls]
        reply = completion(
            "" if calls else "I see no such thing.",
            model=body["model"],
            calls=calls,
            finish="tool_calls" if calls else "stop",
        )
        return web.Response(body=reply, content_type="application/json")

    return answer


def evaluated(corpus, to, play, **options):
    with serving(play) as endpoint:
        plan = evaluate.plan(
            "openai:m", ["pictus_calls"], corpus, str(to), settings={"base_url": endpoint.base}, **options
        )
        (done,) = evaluate.run(plan, Events())
    return done, endpoint


def test_who_looks_is_right_and_fails_without_the_picture(corpus, tmp_path):
    done, _ = evaluated(corpus, tmp_path / "looks", playing(expected(corpus), looks=True))
    figures = done.scored.figures
    assert figures["accuracy"] == figures["by_sight"] == 1.0 and done.is_clean
    for control in ("control_blank", "control_swapped"):
        assert figures[control]["by_sight"] == figures[control]["name"] == 0.0
    # No call is right where there is nothing to see as well: such questions stay right.
    assert 0 < figures["control_blank"]["accuracy"] < 1
    assert done.scored.interval.mean == 1.0 and done.scored.controls["blank"].mean < 1
    assert done.scored.items * 3 == done.asked == done.of
    blind, _ = evaluated(corpus, tmp_path / "reads", playing(expected(corpus), looks=False))
    assert blind.scored.figures["control_swapped"] == blind.scored.figures["control_blank"]
    assert blind.scored.figures["control_blank"]["by_sight"] == 1.0  # who needs no picture did not look


def test_the_files_of_a_run_give_its_figures_again_and_controls_are_apart(corpus, tmp_path):
    done, endpoint = evaluated(corpus, tmp_path, playing(expected(corpus), looks=True))
    folder, asked = tmp_path / "pictus_calls", len(endpoint.asked)
    files = Files(truth=folder / "truth.jsonl", predictions=folder / "results.jsonl")
    again = score.run(score.plan("pictus_calls", files))
    assert again.figures == done.scored.figures and again.honest == done.scored.honest
    lines = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]
    assert {line.get("control") for line in lines} == {None, "blank", "swapped"}
    (found,) = compare.run(compare.plan(folder / "items.jsonl", folder / "items.jsonl")).values()
    assert found.overall.items == done.scored.items < len(lines)
    assert "by sight, blank" in report.report_run(tmp_path).read_text()
    assert "with a blank picture" in (tmp_path / "report.md").read_text()
    assert [line for line in told_of(again) if "asked with a swapped picture" in line]
    assert asked == len(lines)  # through the journal: nothing twice
    _, endpoint = evaluated(corpus, tmp_path, playing(expected(corpus), looks=True))
    assert endpoint.asked == []


def test_a_sample_is_of_questions_and_brings_their_controls(corpus, tmp_path):
    done, _ = evaluated(corpus, tmp_path, playing(expected(corpus), looks=True), sample=3, seed=5)
    ids = [json.loads(line)["id"] for line in (tmp_path / "pictus_calls" / "items.jsonl").read_text().splitlines()]
    assert done.asked == 9 and done.scored.items == 3
    assert len({key.partition("-")[0] for key in ids}) == 3


def test_a_blank_picture_is_as_large_and_a_swapped_one_is_anothers(corpus):
    found = questions(corpus)
    mains = [item for item in found.values() if not item.control_of]
    assert len(mains) * 3 == len(found)
    for item in mains:
        blank, swapped = (found[f"{item.id}-{control}"] for control in ("blank", "swapped"))
        assert (blank.media[0].width, blank.media[0].height) == (item.media[0].width, item.media[0].height)
        assert swapped.media[0].path != item.media[0].path and swapped.media[0].file.is_file()
        assert blank.turns == swapped.turns == item.turns and blank.truth == item.truth
    assert found == questions(corpus)
    assert {item.id for item in mains} == set(questions(corpus, controls=False))


def test_only_held_out_pictures_are_asked_about_and_the_check_leaves_just_them_out(corpus):
    asked = set(questions(corpus, held_out=0.4, seed=2, controls=False))
    check = plugins.load("checks", "held_out", {"share": 0.4, "seed": 2})
    records = list(open_corpus(corpus).records())
    assert asked == {record.id for record in records if list(check.problems(record))}
    assert asked == {record.id for record in records if is_held_out(record, 0.4, 2)}
    assert 0 < len(asked) < len(records)


def test_functions_can_stand_in_the_words(corpus):
    item = next(iter(questions(corpus, in_words=True).values()))
    assert not item.tools and item.turns[-1].text.startswith("You may call these functions")


def test_a_corpus_without_tools_is_told_how_to_get_some(corpus, tmp_path):
    plan = evaluate.plan("echo", ["pictus_calls"], corpus.parent / "corpus", str(tmp_path))
    with pytest.raises(PictusError, match="no record offers tools") as told:
        evaluate.run(plan, Events())
    assert "--kind tools" in told.value.mend
    with pytest.raises(PictusError, match="of the split test offers"):
        evaluate.run(evaluate.plan("echo", ["pictus_calls:test"], corpus, str(tmp_path / "b")), Events())
    with pytest.raises(PictusError, match="no corpus"):
        evaluate.plan("echo", ["pictus_calls"], tmp_path, str(tmp_path / "c"))


def test_a_corpus_may_lie_in_a_shared_tree(corpus, tmp_path):
    (tmp_path / "pictus_calls").symlink_to(corpus)
    assert questions(tmp_path).keys() == questions(corpus).keys()
