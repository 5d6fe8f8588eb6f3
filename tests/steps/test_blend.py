"""A blend from its recipe to what training reads: what is chosen, shared, kept, refused, and found again."""

import os
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest

from coco_files import write_dataset
from corpora import talk, write_corpus
from pictus.engine.events import Events
from pictus.errors import ManyErrors, PictusError
from pictus.recipe import load_recipe
from pictus.record import Facts, Media, Origin, Reject, make_record
from pictus.steps.blend import choosing
from pictus.steps.blend.blended import open_blend, open_stage
from pictus.steps.blend.held_out import held_rows
from pictus.steps.blend.plan import plan
from pictus.steps.blend.run import look, run
from pictus.store.side import write_side
from records import simple_record


def captioned(number):
    media = [Media(path=f"{number}.png", root="/pictures")]
    origin = Origin(dataset="lcs558k", key=str(number), picture_licence="CC0-1.0", text_licence="CC0-1.0")
    return make_record(origin, media=media, facts=Facts(captions=(f"Dog {number}.", f"A dog, number {number}.")))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_corpus("talks", [talk(number, words=f"A {'long ' * number}word.") for number in range(40)], shard_rows=15)
    write_corpus("captions", [captioned(number) for number in range(25)], shard_rows=10)
    rows = [
        {"id": str(n), "conversations": [{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Hello."}]}
        for n in range(30)
    ]
    (tmp_path / "chat.json").write_bytes(orjson.dumps(rows))
    return tmp_path


def write(text, name="r.yaml"):
    Path(name).write_text(text)
    return name


THREE = """
seed: 5
stages:
  align:
    data: [{corpus: captions, epochs: 2}]
    train: {trained: [projector], learning_rate: {all: 1.0e-3}, batch: 8, image_tokens: 16}
  instruct:
    samples: 100
    data:
      - {corpus: talks, weight: 2, checks: [{answer_length: {minimum: 12}}]}
      - {corpus: captions, weight: 1}
      - {data: chat.json, weight: 1}
"""


def made(text, to="blend", **options):
    return run(plan(write(text), to, **options), Events())


def refused(text, **options):
    with pytest.raises(PictusError) as caught:
        look(plan(write(text), "blend", **options))
    return caught.value


def test_a_blend_gives_each_stage_its_share_of_each_corpus(here):
    align, instruct = made(THREE)
    assert [(part.rows, part.chosen, part.draws, part.epochs) for part in align.parts] == [(25, 25, 50, 2.0)]
    assert align.steps == 7 and align.tokens == align.parts[0].tokens + 50 * 16 and align.captions == "plain"
    assert [(part.rows, part.chosen, part.draws) for part in instruct.parts] == [
        (40, 30, 50),
        (25, 25, 25),
        (30, 30, 25),
    ]
    assert instruct.samples == 100 and instruct.steps is None and instruct.captions == "asked"
    assert sum(instruct.parts[0].left_out.values()) == 10


def test_what_was_blended_is_what_training_reads(here):
    made(THREE)
    blend = open_blend("blend")
    assert list(blend.stages) == ["align", "instruct"] and blend.recipe == "r.yaml"
    stage = blend.stages["instruct"]
    drawn = stage.at(np.arange(len(stage)))
    assert np.bincount(drawn.corpora).tolist() == [50, 25, 25]
    assert set(drawn.rows[drawn.corpora == 0].tolist()) == set(
        range(10, 40)
    )  # numbers in the corpus, not among the chosen
    assert drawn.epochs[drawn.corpora == 0].max() == 1
    records = list(stage.parts[0].corpus.records())
    assert all(len(records[row].turns[1].text.split()) >= 12 for row in drawn.rows[drawn.corpora == 0])
    places = stage.order.at(np.arange(len(stage)))
    assert np.array_equal(drawn.rows[drawn.corpora == 1], places.rows[drawn.corpora == 1])
    assert stage.parts[1].rows is None and isinstance(stage.parts[0].rows, np.memmap)


def test_captions_speak_by_the_style_and_seed_of_their_stage(here):
    made(THREE)
    align, instruct = open_stage("blend", "align"), open_stage("blend", "instruct")
    record = next(iter(align.parts[0].corpus.records()))
    plain, asked = align.spoken(record, 0), instruct.spoken(record, 0)
    assert plain.turns[0].text == "" and asked.turns[0].text
    assert {align.spoken(record, epoch).turns[1].text for epoch in (0, 1)} == set(record.facts.captions)
    assert align.seed != instruct.seed
    assert isinstance(align.spoken(talk(), 0), Reject)


def test_another_process_opens_a_stage_anew_and_is_sent_nothing_large(here):
    made(THREE)
    stage = open_stage("blend", "instruct")
    sent = pickle.dumps(stage)
    again = pickle.loads(sent)
    assert len(sent) < 500 and again.fingerprint == stage.fingerprint
    assert all(np.array_equal(*pair) for pair in zip(again.at(np.arange(50)), stage.at(np.arange(50)), strict=True))


def test_pictures_inside_a_corpus_are_here_and_their_bytes_stay_in_the_file(here):
    inside = [simple_record(number, data=b"pixels") for number in range(6)]
    gone = [replace(record, media=(Media(url="https://pictures.example/1.jpg"),)) for record in inside[:2]]
    write_corpus("inside", [*inside, *(replace(record, id=f"gone {record.id}") for record in gone)])
    (mixture,) = made("stages: {align: {data: [{corpus: inside}]}}")
    assert (mixture.parts[0].chosen, mixture.parts[0].pictures) == (6, 6)
    assert mixture.parts[0].left_out == {"a picture of it is only an address: it was not fetched": 2}


def rows_of(stage):
    """Say which rows of which corpus a stage has, whatever part they come from."""
    corpora, rows, _ = stage.at(np.arange(len(stage)))
    places = [str(part.corpus.place) for part in stage.parts]
    return {(places[part], row) for part, row in zip(corpora.tolist(), rows.tolist(), strict=True)}


def test_what_is_held_out_of_a_corpus_no_part_of_any_stage_is_fed_with(here):
    """Two parts take other rows of one corpus, and one of them in another stage."""
    again = "- {corpus: talks, weight: 2, checks: [{answer_length: {minimum: 25}}]}"
    text = f"held_out: 7{THREE}      {again}\n".replace(
        "data: [{corpus: captions, epochs: 2}]", "data: [{corpus: captions}]"
    )
    align, instruct = made(text)
    assert [part.held for part in align.parts] == [7] and align.samples == 25 - 7
    assert align.parts[0].left_out == {"kept to measure by": 7}
    learned = rows_of(open_stage("blend", "align")) | rows_of(open_stage("blend", "instruct"))
    held = [open_stage("blend", name, is_held_out=True) for name in ("align", "instruct")]
    assert [len(stage) for stage in held] == [7, 7]
    assert not learned & (rows_of(held[0]) | rows_of(held[1]))
    assert len(rows_of(held[0])) == 7
    corpora, rows, epochs = held[1].at(np.arange(7))
    assert np.bincount(corpora).tolist() == [2, 1, 1, 3] and not epochs.any()  # as the stage is mixed, none twice
    records = list(held[1].parts[0].corpus.records())
    assert all(len(records[row].turns[1].text.split()) >= 12 for row in rows[corpora == 0])
    (alone,) = made(text, "alone", stages=["instruct"])
    assert alone.fingerprint == instruct.fingerprint  # whatever other stages are blended
    assert rows_of(pickle.loads(pickle.dumps(held[1]))) == rows_of(held[1])


def test_held_out_rows_are_others_for_another_seed_and_spread_over_the_corpus():
    few = held_rows(1_000_000, 100, 5)
    assert len(set(few.tolist())) == 100 and few.min() < 100_000 and few.max() > 900_000
    assert set(few.tolist()) <= set(held_rows(1_000_000, 200, 5).tolist())
    assert not np.array_equal(few, held_rows(1_000_000, 100, 6))
    assert held_rows(10, 20, 0).tolist() == list(range(10)) and not len(held_rows(10, 0, 0))


def test_nothing_is_held_out_where_nobody_asks(here):
    align, _ = made(THREE)
    assert not align.held_out and not len(open_stage("blend", "align", is_held_out=True))
    assert "measure" not in str(look(plan("r.yaml", "blend"))[0].parts[0].left_out)


def test_the_same_recipe_gives_the_same_and_another_seed_another(here):
    first, again, other = made(THREE), made(THREE, to="again"), made(THREE, to="other", seed=6)
    assert [stage.fingerprint for stage in first] == [stage.fingerprint for stage in again]
    assert not {stage.fingerprint for stage in first} & {stage.fingerprint for stage in other}
    at = np.arange(50)
    assert not np.array_equal(open_stage("blend", "align").at(at).rows, open_stage("other", "align").at(at).rows)


def test_running_again_reads_no_row_twice(here, monkeypatch):
    made(THREE)
    before = {path: path.stat().st_mtime_ns for path in here.glob("blend/c*/**/*.*")}
    monkeypatch.setattr(choosing, "sifted", None)  # whoever looks at a row fails
    made(THREE)
    assert {path: path.stat().st_mtime_ns for path in here.glob("blend/c*/**/*.*")} == before


def test_what_was_interrupted_goes_on(here, monkeypatch):
    whole = made(THREE, to="whole")
    count = 0

    def dying(*arguments):
        nonlocal count
        count += 1
        if count > 4:
            raise KeyboardInterrupt
        return sifted(*arguments)

    sifted = choosing.sifted
    monkeypatch.setattr(choosing, "sifted", dying)
    with pytest.raises(KeyboardInterrupt):
        made(THREE)
    with pytest.raises(PictusError, match="this is no blend"):
        open_blend("blend")
    monkeypatch.setattr(choosing, "sifted", sifted)
    assert [stage.fingerprint for stage in made(THREE)] == [stage.fingerprint for stage in whole]


def test_a_choice_that_is_damaged_is_made_anew(here):
    made(THREE)
    for path in here.glob("blend/chosen/*.json"):
        path.write_bytes(b'{"file": null')
    for path in here.glob("blend/chosen/*.npy"):
        path.unlink()
    made(THREE)
    assert len(open_stage("blend", "instruct").parts[0].rows) == 30


@pytest.mark.parametrize("text", [THREE, f"held_out: 7{THREE}"])
def test_a_dry_run_writes_nothing_and_tells_the_same_of_small_corpora(here, text):
    planned = plan(write(text), "blend")
    looked = look(planned)
    assert not (here / "blend").exists()
    done = run(planned, Events())
    for one, other in zip(looked, done, strict=True):
        assert (one.samples, one.tokens, one.steps) == (other.samples, other.tokens, other.steps)
        assert [part.licences for part in one.parts] == [part.licences for part in other.parts]
        assert [part.left_out for part in one.parts] == [part.left_out for part in other.parts]
        assert one.measured == other.measured


def test_a_dry_run_looks_at_the_beginnings_of_a_large_corpus(here, monkeypatch):
    monkeypatch.setattr(choosing, "_SAMPLE_SHARDS", 3)
    monkeypatch.setattr(choosing, "_SAMPLE_ROWS", 5)
    write_corpus("large", [talk(number, words="yes " * (number % 10 + 1)) for number in range(1000)], shard_rows=100)
    text = "stages: {instruct: {data: [{corpus: large, checks: [{answer_length: {minimum: 3}}]}]}}"
    (looked,) = look(plan(write(text), "blend"))
    (part,) = looked.parts
    assert part.seen == "the beginning" and part.rows == 1000
    assert part.chosen == 600 == part.draws  # three in five of the first five rows of three shards


def test_a_dry_run_says_what_it_cannot_know_before_an_import(here, monkeypatch):
    monkeypatch.setattr("pictus.steps.blend.run._LOOKED_AT", 10)
    (looked,) = look(
        plan(write("stages: {instruct: {data: [{data: chat.json}, {data: chat.json, rows: 7}]}}"), "blend")
    )
    assert [(part.seen, part.rows, part.draws) for part in looked.parts] == [("nothing", 0, 0), ("nothing", 0, 7)]
    assert looked.parts[1].tokens > 0 and looked.parts[0].licences == (("no-picture", "unknown", "none", 10),)


def test_scores_of_a_side_table_bound_what_is_taken(here):
    corpus = write_corpus("scored", [talk(number) for number in range(8)], shard_rows=5)
    for shard in corpus.shards:
        ids = [record.id for record in corpus.records(shards=[shard])]
        write_side(corpus, "judge", shard, ids, {"least": [float(n) for n in range(len(ids) - 1)] + [None]})
    text = "stages: {instruct: {data: [{corpus: scored, scores: {judge.least: {least: 1, most: 2}}}]}}"
    (mixture,) = made(text)
    rows = open_stage("blend", "instruct").parts[0].rows
    assert rows.tolist() == [1, 2, 6]
    assert mixture.parts[0].left_out == {
        "judge.least: nobody said": 2,
        "judge.least: less than 1": 2,
        "judge.least: more than 2": 1,
    }
    assert "side table" in str(refused(text.replace("judge.least", "jugde.least")))
    assert "did you mean `least`" in refused(text.replace("judge.least", "judge.lest")).mend
    assert "holds no numbers" in str(refused(text.replace("judge.least", "judge.id")))


def test_new_scores_choose_anew(here):
    corpus = write_corpus("scored", [talk(number) for number in range(4)])
    ids = [record.id for record in corpus.records()]
    text = "stages: {instruct: {data: [{corpus: scored, scores: {judge.good: {least: 1}}}]}}"
    for good in ([1, 0, 1, 0], [0, 1, 1, 1]):
        write_side(corpus, "judge", 0, ids, {"good": good})
        made(text)
        assert open_stage("blend", "instruct").parts[0].rows.tolist() == np.flatnonzero(good).tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stages: {align: {data: [{corpus: talks}]}}", "has no pictures, and to align"),
        ("stages: {align: {data: [{data: chat.json}]}}", "no row of chat.json can be taken: it has no picture"),
        ("stages: {instruct: {data: [{corpus: talks, require: commercial}]}}", "`unknown` leaves open"),
        (
            "stages: {instruct: {samples: 9, data: [{data: chat.json, weight: 0.1}, {corpus: talks, weight: 9}]}}",
            "its `weight` of 0.1 is too small",
        ),
        ("stages: {instruct: {data: [{corpus: talks, epochs: 0.01}]}}", "its `epochs` of 0.01 is too small"),
        ("stages: {instruct: {data: [{corpus: nowhere}]}}", "this is no corpus"),
        ("stages: {instruct: {data: [{data: nowhere.json}]}}", "does not exist"),
        ("stages: {instruct: {data: [{source: llava_mix665k}]}}", "there is no such folder of data"),
        ("stages: {instruct: {data: [{corpus: talks, checks: [duplicates]}]}}", "needs all rows at once"),
        ("held_out: 25\nstages: {align: {data: [{corpus: captions}]}}", "can be taken: kept to measure by (25)"),
        (
            "held_out: 1\nstages: {instruct: {data: [{corpus: talks, checks: [{answer_length: {minimum: 39}}]}]}}",
            "this stage could take none",
        ),
        ("held_out: -1\nstages: {align: {data: [{corpus: captions}]}}", "must be 0 or more"),
        ("what: Nothing.", "the recipe has no stages"),
    ],
)
def test_what_cannot_be_blended_is_told_with_its_place_and_mend(here, text, words):
    error = refused(text)
    assert words in str(error) and "r.yaml" in str(error) and error.mend


def test_all_that_is_missing_is_told_at_once(here):
    text = "stages: {instruct: {data: [{corpus: one}, {corpus: talks}, {corpus: two}]}}"
    with pytest.raises(ManyErrors) as caught:
        plan(write(text), "blend")
    assert [error.where.split("/")[0] for error in caught.value.errors] == [
        "r.yaml, line 1, instruct: data: part 1, one",
        "r.yaml, line 1, instruct: data: part 3, two",
    ]


BROKEN = """\
seed: one
stages:
  alig: {data: [{corpus: nowhere}]}
  instruct:
    data:
      - {corpus: missing, epoch: 2, checks: [answer_lenght, {language: {words: few}}]}
      - {corpus: talks, weight: 0}
      - {corpus: talks, source: coco2017}
"""


def test_what_is_missing_is_told_together_with_what_is_misspelt(here):
    with pytest.raises(ManyErrors) as caught:
        plan(write(BROKEN), "blend")
    assert [(error.where.partition(", ")[2], error.what, error.mend) for error in caught.value.errors] == [
        ("line 1", "`seed` must be a whole number, and is `one`", "write a whole number, as `seed: 1`"),
        ("line 3, stages", "unknown stage `alig`", "did you mean `align`?"),
        ("line 6, instruct: data: part 1", "unknown key `epoch`", "did you mean `epochs`?"),
        ("line 7, instruct: data: part 2", "`weight` must be more than 0, and is `0`", "write more than 0"),
        (
            "line 8, instruct: data: part 3",
            "`corpus` and `source` say each what it reads",
            "name one of `corpus`, `source`, `data` and `meta`, as `{corpus: FOLDER}`",
        ),
        (
            "line 6, instruct: data: part 1, checks: answer_lenght",
            *("unknown check `answer_lenght`", "did you mean `answer_length`?"),
        ),
        (
            "line 6, instruct: data: part 1, checks: language",
            "setting `words` must be a whole number, and is `few`",
            "write a whole number, as `words: 1`",
        ),
        (
            "line 6, instruct: data: part 1, missing",
            "this is no corpus: it has no corpus.json",
            "give the folder that `pictus import` or `pictus generate` wrote",
        ),
    ]


def test_a_recipe_for_something_else_is_told_with_those_that_train(here):
    with pytest.raises(PictusError, match="is for `pictus generate`: it has no stages") as caught:
        plan("coco_mistral_7b", "blend")
    assert "these train: convllava, imagebind_llm, llava15" in caught.value.mend
    with pytest.raises(PictusError, match="unknown recipe `xyz`") as caught:
        plan("xyz", "blend")
    assert caught.value.mend == "known: convllava, imagebind_llm, llava15"


def test_data_in_the_layout_of_coco_is_told_how_it_is_named(here):
    write_dataset(here / "mine", 3)
    for given in ("mine", "mine/annotations/instances_train2017.json"):
        error = refused(f"stages: {{instruct: {{data: [{{data: {given}}}]}}}}")
        assert "COCO's layout" in str(error) and "`{ source: coco, at: mine }`" in error.mend
    assert look(plan(write("stages: {align: {data: [{source: coco, at: mine}]}}"), "blend"))


def test_a_stage_that_is_misspelled_is_told(here):
    with pytest.raises(PictusError, match="unknown stage `alignn`") as caught:
        plan(write(THREE), "blend", stages=["alignn"])
    assert caught.value.mend == "did you mean `align`?"
    with pytest.raises(PictusError, match="unknown stage `tools`"):
        plan(write(THREE), "blend", stages=["tools"])
    made(THREE)
    with pytest.raises(PictusError, match="unknown stage `tools`"):
        open_blend("blend", "tools")


def test_a_corpus_that_changed_since_is_refused(here):
    made(THREE)
    shutil.rmtree("captions")
    write_corpus("captions", [captioned(number) for number in range(26)], shard_rows=10)
    with pytest.raises(
        PictusError, match="captions has changed since it was blended: it had 25 rows and has 26"
    ) as caught:
        open_blend("blend")
    assert "align, part 1" in caught.value.where and "`pictus blend r.yaml --to" in caught.value.mend
    made(THREE)
    assert len(open_blend("blend").stages) == 2


def test_a_stage_opens_though_the_corpora_of_others_are_gone(here):
    made(THREE)
    shutil.rmtree("talks")
    assert list(open_blend("blend", "align").stages) == ["align"]
    with pytest.raises(PictusError, match="this is no corpus"):
        open_blend("blend")


def test_a_blend_can_be_moved_together_with_its_corpora(here, monkeypatch):
    before = made(THREE)
    (here / "elsewhere").mkdir()
    for name in ("blend", "talks", "captions"):
        shutil.move(name, f"elsewhere/{name}")
    monkeypatch.chdir("/")
    blend = open_blend(here / "elsewhere/blend")
    assert [stage.fingerprint for stage in blend.stages.values()] == [stage.fingerprint for stage in before]


def test_what_is_damaged_is_told(here):
    made(THREE)
    (numbers,) = here.glob("blend/chosen/*.npy")
    os.truncate(numbers, 140)
    with pytest.raises(PictusError, match="rows that were chosen cannot be read"):
        open_blend("blend")
    np.save(numbers, np.arange(3))
    with pytest.raises(PictusError, match="file of chosen rows is damaged: 30 numbers"):
        open_blend("blend")
    head = here / "blend/blend.json"
    told = orjson.loads(head.read_bytes())
    head.write_bytes(orjson.dumps({**told, "version": 99}))
    with pytest.raises(PictusError, match="knows up to") as caught:
        open_blend("blend")
    assert "--upgrade" in caught.value.mend
    for text in (b"{", b"[]", orjson.dumps({**told, "stages": [{}]})):
        head.write_bytes(text)
        with pytest.raises(PictusError, match="is damaged"):
            open_blend("blend")


def test_a_meta_file_is_a_recipe_of_one_stage(here):
    (here / "captions.csv").write_text("url\tcaption\n1.jpg\tA red dog.\n2.jpg\tA cat.\n")
    (here / "meta.yaml").write_text("META: [captions.csv]\n")
    (mixture,) = run(plan("meta.yaml", "blend", stages=["pretrain"]), Events())
    published = load_recipe("imagebind_llm").stages["pretrain"]
    assert mixture.samples == 2 * 3 and mixture.captions == "asked" and mixture.train == published.train
    (record, _) = open_stage("blend", "pretrain").parts[0].corpus.records()
    assert record.origin.dataset == "imagebind_meta" and record.media[0].file == here / "1.jpg"
    (mixture,) = run(plan("meta.yaml", "other", stages=["pretrain"], images=str(here / "pictures")), Events())
    (record, _) = open_stage("other", "pretrain").parts[0].corpus.records()
    assert record.media[0].file == here / "pictures/1.jpg"
    assert plan("meta.yaml", "blend", stages=["instruct"]).stages[0].parts[0].part.epochs == 4
    (unpublished,) = plan("meta.yaml", "blend", stages=["align"]).stages
    assert unpublished.parts[0].part.epochs is None and unpublished.train is None
    with pytest.raises(PictusError, match="does not say what stage it is for"):
        plan("meta.yaml", "blend")
    with pytest.raises(PictusError, match="a recipe names its own folders"):
        plan(write(THREE), "blend", images="pictures")


def test_licences_that_a_recipe_states_fill_what_the_data_leaves_open(here):
    text = "stages: {instruct: {data: [{data: chat.json, text_licence: CC-BY-4.0, require: commercial}]}}"
    (mixture,) = made(text)
    assert mixture.parts[0].licences == (("no-picture", "CC-BY-4.0", "none", 30),)


def test_weights_without_a_count_share_as_many_samples_as_there_are_rows(here):
    (mixture,) = made("stages: {instruct: {data: [{corpus: talks, weight: 1}, {data: chat.json, weight: 3}]}}")
    assert [part.draws for part in mixture.parts] == [17, 53]


def test_rows_and_epochs_say_how_many_samples_there_are(here):
    (mixture,) = made("stages: {instruct: {data: [{corpus: talks, rows: 100}, {data: chat.json, epochs: 1.5}]}}")
    assert [part.draws for part in mixture.parts] == [100, 45]
