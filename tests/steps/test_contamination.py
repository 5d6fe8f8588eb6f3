"""Contamination: benchmarks found in corpora, by pictures and words; hashes that are made once, whoever stops them."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from PIL import ImageOps

from corpora import write_corpus
from endpoint import serving
from exams import knowing, write_bfcl, write_exams, write_vqav2
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.record import Media, Origin, Reject, Turn, make_record
from pictus.scoring.overlap.prints import METHOD
from pictus.steps import contamination, evaluate
from pictus.steps.contamination import hashing
from pictus.steps.sitting import sittings_of
from pictus.store.corpus import open_corpus
from pictus.store.side import read_side
from scenes import encoded, scene, write_scene

QUESTIONS = 8


@pytest.fixture
def data(tmp_path):
    """VQAv2: eight questions about the pictures 500 to 503, each a scene."""
    write_vqav2(tmp_path / "data", QUESTIONS)
    for number in range(500, 504):
        write_scene(tmp_path / "data/coco/val2014" / f"COCO_val2014_{number:012d}.jpg", number)
    return tmp_path / "data"


def row(medium, number=0, question="What is it?", answer="A thing.", dataset="web"):
    media = () if medium is None else (medium,)
    turns = [Turn.of("user", question, images=len(media)), Turn.of("assistant", answer)]
    return make_record(Origin(dataset=dataset, key=str(number)), media=media, turns=turns)


def found(data, corpus, on="vqav2"):
    (table,) = contamination.run(contamination.plan([str(corpus)], [on], data), Events())
    return table


def compared(tmp_path, data, medium, **words):
    """Give how the questions about the picture 500 are found, where a corpus has one record."""
    write_corpus(tmp_path / "corpus", [row(medium, **words)], roots=(str(tmp_path / "pictures"),))
    table = found(data, tmp_path / "corpus")
    assert not set(table.seen) - {"9000", "9001"}
    return {key: set(one.levels) for key, one in table.seen.items()}, table


def lying(tmp_path, name, data):
    path = tmp_path / "pictures" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Media(path=name, root=str(tmp_path / "pictures"))


def both(*levels):
    return {"9000": set(levels), "9001": set(levels)}


def test_by_id_even_where_the_picture_is_not_there_which_is_said(tmp_path, data):
    levels, table = compared(tmp_path, data, Media(path="train2017/000000000500.jpg", root=str(tmp_path / "pictures")))
    assert levels == both("id")
    assert table.rows["corpus"]["compared"]["corpus"]["hashed"] == 0
    assert any(
        "0 of 1 picture of the corpus could be compared by hash (1 not here)" in one for one in table.notes["corpus"]
    )


def test_another_id_is_not_found_and_nothing_is_called_clean_that_nobody_looked_at(tmp_path, data):
    levels, table = compared(tmp_path, data, Media(path="train2017/000000000600.jpg", root=str(tmp_path / "pictures")))
    assert levels == {} and "would not be found" in " ".join(table.notes["corpus"])


def test_an_id_of_another_collection_is_told(tmp_path, data):
    levels, table = compared(tmp_path, data, Media(path="sa_500.jpg", root=str(tmp_path / "pictures")))
    assert levels == {} and any("no picture can be known by its id" in one for one in table.notes["corpus"])


def test_a_file_of_the_same_number_that_looks_quite_different_is_somebody_elses(tmp_path, data):
    medium = lying(tmp_path, "train2017/000000000500.jpg", encoded(scene(77)))
    levels, table = compared(tmp_path, data, medium)
    assert levels == {} and table.rows["corpus"]["refuted_ids"] == 1
    assert any("look quite different" in one for one in table.notes["corpus"])


def test_by_file(tmp_path, data):
    levels, table = compared(tmp_path, data, lying(tmp_path, "a.jpg", encoded(scene(500))))
    assert levels == both("file", "pixels", "near")
    assert table.rows["corpus"]["pictures"] == 1 == table.rows["corpus"]["records"]


def test_by_pixels_in_another_file(tmp_path, data):
    kept = data / "coco/val2014/COCO_val2014_000000000500.jpg"
    kept.write_bytes(encoded(scene(500), "PNG"))
    levels, _ = compared(tmp_path, data, Media(data=encoded(scene(500), "BMP")))
    assert levels == both("pixels", "near")


def test_by_looks_in_another_size_and_mirrored_but_not_of_another_scene(tmp_path, data):
    levels, _ = compared(tmp_path, data, Media(data=encoded(ImageOps.mirror(scene(500)).resize((130, 97)), quality=60)))
    assert levels == both("near")
    levels, _ = compared(tmp_path / "other", data, Media(data=encoded(scene(900))))
    assert levels == {}


def test_words_count_where_the_picture_is_the_same(tmp_path, data):
    medium, other = lying(tmp_path, "a.jpg", encoded(scene(500))), lying(tmp_path, "b.jpg", encoded(scene(900)))
    question = "Thing 0 is red, is it?\nAnswer the question using a single word or phrase."
    levels, table = compared(tmp_path, data, medium, question=question, answer="Red")
    assert levels == {"9000": {"file", "pixels", "near", "question", "answer"}, "9001": {"file", "pixels", "near"}}
    assert table.seen["9000"].record == next(open_corpus(tmp_path / "corpus").records()).id
    for number, (seen, words) in enumerate(
        [
            ({"file", "pixels", "near", "question"}, {"question": question, "answer": "blue"}),
            ({"file", "pixels", "near"}, {"question": "Thing 0 is read, is it?", "answer": "red"}),
        ]
    ):
        write_corpus(tmp_path / f"c{number}", [row(medium, **words)], roots=(str(tmp_path / "pictures"),))
        assert found(data, tmp_path / f"c{number}").seen["9000"].levels == seen
    write_corpus(tmp_path / "c", [row(other, question=question, answer="red")], roots=(str(tmp_path / "pictures"),))
    assert found(data, tmp_path / "c").seen == {}


def test_the_record_that_has_most_of_a_question_is_named(tmp_path, data):
    medium = lying(tmp_path, "a.jpg", encoded(scene(500)))
    rows = [row(medium, n) for n in range(3)] + [row(medium, 3, "Thing 0 is red, is it?", "red"), row(medium, 4)]
    write_corpus(tmp_path / "corpus", rows, roots=(str(tmp_path / "pictures"),), shard_rows=2)
    table = found(data, tmp_path / "corpus")
    assert table.seen["9000"].record == rows[3].id and table.rows["corpus"]["records"] == 5


def test_questions_without_a_picture_are_found_by_their_words(tmp_path):
    write_bfcl(tmp_path / "data" / "bfcl", 4)
    long = " ".join(f"word{number}" for number in range(40))
    asked = tmp_path / "data/bfcl/BFCL_v4_simple_python.json"
    asked.write_text(asked.read_text().replace("Paint thing 3 white.", long))
    near_miss = row(None, 2, "Paint thing 1 greener.", "Done.")
    rows = [row(None, 0, "paint thing 0 RED", "Done."), row(None, 1, f"So: {long[:200]}", "Yes."), near_miss]
    write_corpus(tmp_path / "corpus", rows)
    table = found(tmp_path / "data", tmp_path / "corpus", on="bfcl")
    assert {key: one.levels for key, one in table.seen.items()} == {
        "simple_python_0": {"question"},
        "simple_python_3": {"long_text"},
    }


def test_visual_genome_is_joined_with_coco_by_its_list_of_pictures(tmp_path, data):
    corpus = tmp_path / "corpus"
    write_corpus(corpus, [row(Media(path="gqa/images/71.jpg", root="/pictures"))])
    table = found(data, corpus)
    assert table.seen == {} and any("image_data.json" in one for one in table.notes["corpus"])
    (data / "vg").mkdir()
    (data / "vg/image_data.json").write_text(json.dumps([{"image_id": 71, "coco_id": 501}, {"image_id": 72}]))
    table = found(data, corpus)
    assert {key: one.levels for key, one in table.seen.items()} == {"9002": {"id"}, "9003": {"id"}}
    assert not any("image_data.json" in one for one in table.notes["corpus"])


def parts(corpus):
    return sorted((corpus / "side" / "hashes" / METHOD).glob("*"))


def test_hashes_are_made_once_and_pictures_that_come_later_are_added(tmp_path, data):
    medium = lying(tmp_path, "a.jpg", encoded(scene(500)))
    rows = [row(medium), row(Media(path="b.jpg", root=medium.root), 1)]
    corpus = tmp_path / "corpus"
    write_corpus(corpus, rows, roots=(medium.root,), shard_rows=1)
    assert set(found(data, corpus).seen) == {"9000", "9001"}
    before = [path.stat().st_mtime_ns for path in parts(corpus)]
    medium.file.unlink()  # nobody looks for it again, and its hashes are there
    assert set(found(data, corpus).seen) == {"9000", "9001"}
    assert before == [path.stat().st_mtime_ns for path in parts(corpus)] and len(before) == 2
    lying(tmp_path, "b.jpg", encoded(scene(502)))
    assert set(found(data, corpus).seen) == {"9000", "9001", "9004", "9005"}
    assert [path.stat().st_mtime_ns == time for path, time in zip(parts(corpus), before, strict=True)] == [True, False]


def test_hashes_of_a_shard_that_was_made_anew_are_made_anew(tmp_path, data):
    corpus = tmp_path / "corpus"
    write_corpus(corpus, [row(Media(data=encoded(scene(900))))])
    assert found(data, corpus).seen == {}
    (old,) = (path.read_bytes() for path in parts(corpus))
    other = tmp_path / "other"  # the same id, for pictures are no part of it
    write_corpus(other, [row(Media(data=encoded(scene(500))))])
    side = other / "side" / "hashes" / METHOD / "000000.parquet"
    side.parent.mkdir(parents=True)
    side.write_bytes(old)
    assert set(found(data, other).seen) == {"9000", "9001"}


def test_broken_pictures_keep_the_hash_of_their_file(tmp_path, data):
    broken = encoded(scene(500))[:400]
    (data / "coco/val2014/COCO_val2014_000000000500.jpg").write_bytes(encoded(scene(500)))
    write_corpus(tmp_path / "corpus", [row(Media(data=broken))])
    table = found(data, tmp_path / "corpus")
    (told,) = read_side(open_corpus(tmp_path / "corpus"), f"hashes/{METHOD}", 0)["pictures"].to_pylist()[0]
    assert table.seen == {} and told["file"] and told["near"] is None and "decoded" in told["why"]


def test_a_corpus_that_nobody_may_write_to_is_told_as_such_and_compared_where_it_has_its_hashes(
    tmp_path, data, monkeypatch
):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    write_corpus(tmp_path / "corpus", [row(Media(data=encoded(scene(500))))])
    with monkeypatch.context() as patch:
        patch.setattr(hashing, "write_side", full)
        with pytest.raises(PictusError, match="cannot be kept: No space left"):
            found(data, tmp_path / "corpus")
    assert len(found(data, tmp_path / "corpus").seen) == 2
    monkeypatch.setattr(hashing, "write_side", full)
    assert len(found(data, tmp_path / "corpus").seen) == 2


KILLED = """
import sys, time
from pictus.engine.events import Events
from pictus.steps.contamination import hashing
from pictus.steps.contamination import hashing
from pictus.steps.sitting import sittings_of
from pictus.store.corpus import open_corpus
slow = hashing.print_of
def print_of(data):
    time.sleep(0.05)
    return slow(data)
hashing.print_of = print_of
hashing.hash_corpus(open_corpus(sys.argv[1]), Events())
"""


@pytest.mark.serial
def test_a_killed_run_leaves_whole_parts_and_the_next_one_goes_on(tmp_path, data):
    corpus = tmp_path / "corpus"
    rows = [row(Media(data=encoded(scene(n, (64, 48)))), n) for n in range(496, 512)]
    write_corpus(corpus, rows, shard_rows=2)
    run = subprocess.Popen([sys.executable, "-c", KILLED, str(corpus)], start_new_session=True)
    while len([path for path in parts(corpus) if not path.name.startswith(".")]) < 3:
        assert run.poll() is None
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    whole = {path: path.stat().st_mtime_ns for path in parts(corpus) if not path.name.startswith(".")}
    assert 3 <= len(whole) < 8
    table = found(data, corpus)
    assert table.rows["corpus"]["compared"]["corpus"]["hashed"] == 16
    assert len(parts(corpus)) == 8 and all(path.stat().st_mtime_ns == time for path, time in whole.items())


def test_what_cannot_be_compared_is_refused_before_anything_is_hashed(tmp_path, data):
    with pytest.raises(PictusError, match="no corpus"):
        contamination.plan([str(tmp_path)], ["vqav2"], data)
    write_corpus(tmp_path / "corpus", [row(None)])
    with pytest.raises(PictusError, match="this is no corpus"):  # whose calls would be asked
        contamination.plan([str(tmp_path / "corpus")], ["pictus_calls"], data)
    with pytest.raises(PictusError, match="missing"):
        contamination.plan([str(tmp_path / "corpus")], ["gqa"], data)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def saying(body, times):
    content = body["messages"][-1]["content"]
    return "a red field" if "caption" in str(content) else knowing(body, times)


def scored(data, corpora, to, on, **options):
    with serving(saying) as endpoint:
        settings = {"base_url": endpoint.base}
        given = {"against": tuple(map(str, corpora)), "settings": settings, **options}
        done = evaluate.run(evaluate.plan("openai:m", on, data, str(to), **given), Events())
        return {one.name: one for one in done}, len(endpoint.asked)


def test_an_evaluation_scores_the_clean_remainder_and_names_the_record_of_each_seen_item(tmp_path, data):
    medium = lying(tmp_path, "a.jpg", encoded(scene(500)))
    same = row(medium, 0, "Thing 0 is red, is it?", "red")
    write_corpus(tmp_path / "one", [same], roots=(medium.root,))
    write_corpus(tmp_path / "two", [row(Media(path="train2017/000000000501.jpg", root="/x"), 1)], roots=("/x",))
    done, _ = scored(data, [tmp_path / "one", tmp_path / "two"], tmp_path / "run", ["vqav2"])
    told = done["vqav2"].plain()["contamination"]
    assert told["seen"] == 4 and told["levels"]["id"] == 2 and told["levels"]["answer"] == 1
    assert told["corpora"]["one"]["seen"] == 2 == told["corpora"]["two"]["seen"]
    assert told["clean"]["overall"] == 1.0 and told["clean"]["pictus"]["items"] == 4
    honest = done["vqav2"].scored.honest
    assert [honest[name]["items"] for name in ("not_seen", "question_not_seen", "answer_not_seen")] == [4, 7, 7]
    assert honest["not_seen"]["mean"]["low"] < honest["not_seen"]["mean"]["mean"] == 1.0
    items = {line["id"]: line.get("seen") for line in lines(tmp_path / "run/vqav2/items.jsonl")}
    assert (
        items["9000"]["record"] == same.id and items["9000"]["corpus"] == "one" and "answer" in items["9000"]["levels"]
    )
    assert items["9002"]["levels"] == ["id"] and items["9004"] is None
    clean = json.loads((tmp_path / "run/vqav2/clean/results.json").read_bytes())
    assert [one["question_id"] for one in clean] == [9004, 9005, 9006, 9007]


def test_the_remainder_is_that_of_the_answers_that_were_given(tmp_path, data):
    """Whoever knows only what was seen has a low score on the rest."""
    write_corpus(
        tmp_path / "c", [row(lying(tmp_path, "a.jpg", encoded(scene(500))))], roots=(str(tmp_path / "pictures"),)
    )

    def parrot(body, times):
        words = body["messages"][-1]["content"][-1]["text"]
        return knowing(body, times) if words.startswith(("Thing 0", "Thing 1")) else "no idea"

    with serving(parrot) as endpoint:
        given = {"against": (str(tmp_path / "c"),), "settings": {"base_url": endpoint.base}}
        (one,) = evaluate.run(evaluate.plan("openai:m", ["vqav2"], data, str(tmp_path / "run"), **given), Events())
    assert one.scored.figures["overall"] == 0.25 and one.overlap.clean.figures["overall"] == 0.0


def test_corpora_may_be_named_later_and_nothing_is_asked_again(tmp_path, data):
    write_corpus(
        tmp_path / "c", [row(lying(tmp_path, "a.jpg", encoded(scene(500))))], roots=(str(tmp_path / "pictures"),)
    )
    first, asked = scored(data, [], tmp_path / "run", ["vqav2"])
    assert asked == QUESTIONS and first["vqav2"].overlap is None and not (tmp_path / "run/vqav2/seen.jsonl").exists()
    second, asked = scored(data, [tmp_path / "c"], tmp_path / "run", ["vqav2"])
    assert asked == 0 and len(lines(tmp_path / "run/vqav2/seen.jsonl")) == 2
    assert second["vqav2"].scored.figures == first["vqav2"].scored.figures
    scored(data, [], tmp_path / "run", ["vqav2"])
    assert not (tmp_path / "run/vqav2/seen.jsonl").exists()


ALL = ("bfcl", "coco_captions", "gqa", "mmmu", "ocr_vqa", "scienceqa", "textvqa", "vqav2")


def test_every_benchmark_has_a_remainder(tmp_path):
    """A corpus of one of each benchmark's questions: all others are clean."""
    data, rows = write_exams(tmp_path / "data"), []
    roots = {name: data / "coco" if name == "coco_captions" else data for name in ALL}
    for name in ALL:
        (sitting,) = sittings_of([name], {})
        item = next(one[1][0] for one in sitting.questions(roots[name]) if not isinstance(one, Reject))
        answer = item.truth[0] if item.truth else "done"
        turns = [*item.turns, Turn.of("assistant", answer)]
        rows.append(make_record(Origin(dataset=name, key=name), media=item.media, turns=turns))
    write_corpus(tmp_path / "c", rows, roots=tuple({str(root) for root in roots.values()}))
    for name in ALL:
        done, _ = scored(roots[name], [tmp_path / "c"], tmp_path / f"run-{name}", [name])
        told = done[name].plain()["contamination"]
        assert 1 <= told["seen"] < 8 and told["unscored"] is None, name
        assert told["clean"]["pictus"]["items"] == 8 - told["seen"], name
        assert told["levels"]["question" if name != "coco_captions" else "answer"] >= 1, name


def test_a_split_whose_answers_are_secret_is_compared_too(tmp_path, data):
    write_corpus(tmp_path / "c", [row(Media(path="test2015/000000000500.jpg", root="/x"))], roots=("/x",))
    done, _ = scored(data, [tmp_path / "c"], tmp_path / "run", ["vqav2:test"])
    told = done["vqav2-test"].plain()
    assert told["figures"] is None and told["contamination"]["seen"] == 2
    assert len(lines(tmp_path / "run/vqav2-test/seen.jsonl")) == 2
