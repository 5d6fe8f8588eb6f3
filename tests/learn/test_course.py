"""A course is refused for what files tell of it, and its stages are trained one from the other."""

# ruff: noqa: E402

import re
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import orjson
import pytest
import yaml

from tiny_models import needs, shape, write_seeing

needs("torch", "transformers", "peft", "accelerate")
import torch
import transformers

from learn.corpora import asked, captioned, corpus_of, embedded, picture
from part_models import clip_config, words, write_clip, write_language
from pictus.engine.events import Events
from pictus.errors import PictusError
from pictus.learn import course
from pictus.learn.course import Running
from pictus.learn.train.forward import Forward
from pictus.store.corpus import open_corpus

HERE = Running(precision="float32", workers=0)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Corpora, and parts of which nothing but configs and a tokenizer is there."""
    folder = tmp_path_factory.mktemp("shelf")
    corpus_of(folder / "captions", [captioned(n, embedded(n)) for n in range(8)])
    corpus_of(folder / "talks", [asked(n, embedded(n)) for n in range(8)])
    corpus_of(folder / "texts", [asked(n) for n in range(8)])
    clip_config().save_pretrained(folder / "clip")
    known = words()
    for name, kind, more in (
        ("Llama", "Llama", {}),
        ("Lfm2", "Lfm2", {"layer_types": ["conv", "full_attention"]}),
        ("short", "Llama", {"max_position_embeddings": 16}),
    ):
        known.save_pretrained(folder / name)
        config = getattr(transformers, f"{kind}Config")(**(shape(len(known)) | more))
        config.architectures = [f"{kind}ForCausalLM"]
        config.save_pretrained(folder / name)
    assert not list(folder.glob("*/*.safetensors"))
    return folder


def training(*trained, **more):
    return {"trained": list(trained), "learning_rate": {"all": 0.01}, "batch": 4, "max_tokens": 128} | {
        "image_tokens": 16,
        **more,
    }


@pytest.fixture
def recipe(shelf, tmp_path):
    """Give a recipe of two stages: one that writes it with something else in the place of a key."""

    def write(**changes):
        told = {
            "seed": 1,
            "model": {
                "vision": str(shelf / "clip"),
                "language": str(shelf / "Llama"),
                "random": ["vision", "language"],
            },
            "stages": {
                "align": {"data": [{"corpus": str(shelf / "captions")}], "train": training("projector")},
                "instruct": {"data": [{"corpus": str(shelf / "talks")}], "train": training("projector", "language")},
            },
        }
        for path, value in changes.items():
            *way, last = path.split("__")
            place = told
            for key in way:
                place = place[key]
            if value is None:
                del place[last]
            else:
                place[last] = value
        path = tmp_path / "recipe.yaml"
        path.write_text(yaml.safe_dump(told, sort_keys=False))
        return path

    return write


def trained(planned):
    return list(course.run(planned, events=Events()))


ALIGN = "stages__align__train"
REFUSED = {
    "a module that is none": ({ALIGN: training("eyes")}, "it cannot be `eyes`"),
    "a rate for nothing": ({f"{ALIGN}__learning_rate": {"vision": 1.0}}, "vision, which is not trained"),
    "nothing trained": ({f"{ALIGN}__trained": []}, "this stage trains nothing"),
    "a new projector that stays": ({ALIGN: training("language")}, "the projector is new"),
    "no room for a picture": ({ALIGN: training("projector", max_tokens=16, image_tokens=8)}, "takes 16 tokens"),
    "no model": ({"model": None}, "the recipe names no model"),
    "no language": ({"model__language": None}, "the recipe names no model"),
    "no figures": ({ALIGN: None}, "nothing says how the stage align is trained"),
    "weights that are not there": ({"model__random": ["vision"]}, "its weights are not there"),
    "a folder that is not there": ({"model__vision": "nowhere/at/all"}, "there is no such folder"),
    "a layer that is not there": ({"model__vision_layer": -9}, "it has 3 layers"),
    "adapters for no layer": (
        {"stages__instruct__train": training("lora", lora={"targets": ["nothing"]})},
        "unknown linear layer of the language model `nothing`",
    ),
}
OF_THE_FILE = {"a module that is none", "a rate for nothing", "no model", "no language"}  # and not of one stage


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_told_before_any_weight_is_there(recipe, tmp_path, name):
    changes, what = REFUSED[name]
    with pytest.raises(PictusError, match=what) as error:
        course.plan(recipe(**changes), tmp_path / "to", running=HERE)
    assert error.value.mend and "recipe.yaml" in error.value.where and not (tmp_path / "to").exists()
    if name not in OF_THE_FILE:
        assert f"recipe.yaml, {'instruct' if name == 'adapters for no layer' else 'align'}: " in error.value.where


def test_stages_out_of_order_and_texts_to_align_are_refused(recipe, shelf, tmp_path):
    path = recipe()
    told = yaml.safe_load(path.read_text())
    told["stages"] = dict(reversed(told["stages"].items()))
    path.write_text(yaml.safe_dump(told, sort_keys=False))
    with pytest.raises(PictusError, match="in the order align, instruct"):
        course.plan(path, tmp_path / "to", running=HERE)
    path = recipe(stages__align__data=[{"corpus": str(shelf / "texts")}])
    with pytest.raises(PictusError, match="has no pictures"):
        course.plan(path, tmp_path / "to", running=HERE)


def test_a_stage_wants_what_comes_before_it(recipe, tmp_path):
    looked_at = course.plan(recipe(), tmp_path / "to", stages=["instruct"], is_dry=True, running=HERE)
    assert looked_at.awaited == "align" and [stage.name for stage in looked_at.stages] == ["instruct"]
    with pytest.raises(PictusError, match="instruct begins with what align leaves") as error:
        course.plan(recipe(), tmp_path / "to", stages=["instruct"], running=HERE)
    assert "--stage align" in error.value.mend and "--from" in error.value.mend


def test_a_plan_counts_the_model_and_says_what_to_think_of(recipe, tmp_path):
    planned = course.plan(recipe(**{ALIGN: training("projector", "language", image_tokens=9)}), tmp_path / "to")
    align, instruct = planned.stages
    assert [one.module for one in align.model.held if one.trained] == ["projector", "language"]
    assert any("they learn from noise" in note for note in align.model.notes)
    assert any("a picture takes 16 tokens; the recipe reckons with 9" in note for note in align.model.notes)
    assert not instruct.model.notes and planned.start is None
    assert {weight.device.type for weight in align.model.skeleton.parameters()} == {"meta"}


def test_a_family_that_cannot_be_packed_is_refused_and_padding_helps(recipe, shelf, tmp_path):
    path = recipe(model__language=str(shelf / "Lfm2"))
    with pytest.raises(PictusError, match="cannot take packed rows: lfm2 has layers with a memory") as error:
        course.plan(path, tmp_path / "to", running=HERE)
    assert "--padded" in error.value.mend
    planned = course.plan(path, tmp_path / "to", stages=["align"], running=replace(HERE, is_packed=False))
    (passed,) = trained(planned)
    assert passed.result.steps == 2 and passed.result.model.is_dir()


def test_stages_follow_each_other_and_what_is_done_is_not_done_again(recipe, tmp_path):
    path, to = recipe(), tmp_path / "to"
    first, second = trained(course.plan(path, to, running=HERE))
    assert (first.name, second.name) == ("align", "instruct")
    assert [one.result.steps for one in (first, second)] == [2, 2]
    assert first.result.model == to / "align/model" and second.result.model == to / "instruct/model"
    load = partial(transformers.AutoModelForImageTextToText.from_pretrained, dtype=torch.float32)
    aligned, instructed = (dict(load(one.result.model).state_dict()) for one in (first, second))
    moved = {name for name, weight in aligned.items() if not torch.equal(weight, instructed[name])}
    assert moved and not any("vision_tower" in name for name in moved)
    written = {file: file.stat().st_mtime_ns for file in to.glob("*/model/*")}
    again = trained(course.plan(path, to, running=HERE))
    assert [one.result.loss for one in again] == [None, None]
    assert written == {file: file.stat().st_mtime_ns for file in to.glob("*/model/*")}
    assert course.plan(path, to, stages=["instruct"], running=HERE).start == to / "align/model"

    other = course.plan(path, tmp_path / "other", stages=["instruct"], start=to / "align", running=HERE)
    assert other.start == to / "align/model"
    (alone,) = trained(other)
    same = dict(load(alone.result.model).state_dict())
    assert all(torch.equal(weight, same[name]) for name, weight in instructed.items())


@pytest.mark.parametrize("direct", [False, True])
def test_what_is_held_out_is_measured_and_never_learned(recipe, shelf, tmp_path, monkeypatch, direct):
    """Both stages take the same corpus, and the second measures on what the first did not learn either."""
    forward, seen = Forward.loss, {True: set(), False: set()}

    def loss(self, row):
        seen[self.model.training] |= set(row.samples)
        return forward(self, row)

    monkeypatch.setattr(Forward, "loss", loss)
    same = [{"corpus": str(shelf / "captions"), "epochs": 3}]
    path = recipe(held_out=2, stages__align__data=same, stages__instruct__data=same)
    running = replace(HERE, evaluate_every=2, is_direct=direct)
    align, instruct = trained(course.plan(path, tmp_path / "to", running=running))
    assert align.result.cursor == 6 * 3
    records = {record.id for record in open_corpus(shelf / "captions").records()}
    assert len(seen[False]) == 2 and not seen[True] & seen[False] and seen[True] | seen[False] == records
    for one in (align, instruct):
        lines = (one.folder / "evaluations.jsonl").read_bytes().splitlines()
        told = [orjson.loads(line) for line in lines]
        assert [(line["step"], line["samples"]) for line in told] == [(2, 2), (4, 2), (5, 2)]
        assert one.result.held_out == told[-1]["loss"] > 0


def test_how_often_to_measure_is_refused_where_nothing_is_held_out(recipe, tmp_path):
    with pytest.raises(PictusError, match="nothing is held out") as error:
        course.plan(recipe(), tmp_path / "to", running=replace(HERE, evaluate_every=2))
    assert "held_out: 256" in error.value.mend


def test_a_changed_recipe_is_refused_in_the_same_folder(recipe, tmp_path):
    trained(course.plan(recipe(), tmp_path / "to", stages=["align"], running=HERE))
    changed = recipe(**{ALIGN: training("projector", learning_rate={"all": 0.5})})
    with pytest.raises(PictusError, match=r"`learning_rate: all` was 0.01 and is 0.5"):
        trained(course.plan(changed, tmp_path / "to", stages=["align"], running=HERE))


def test_a_context_that_is_too_short_for_one_picture_is_refused(recipe, shelf, tmp_path):
    with pytest.raises(PictusError, match="a picture takes 16 tokens, and the language model was made for 16") as error:
        course.plan(recipe(model__language=str(shelf / "short")), tmp_path / "to", running=HERE)
    assert error.value.where.endswith("recipe.yaml, align: model.language") and "shuffle" in error.value.mend


def test_a_corpus_that_changed_since_the_checkpoint_is_noticed_and_named(recipe, tmp_path):
    corpus = tmp_path / "captions"
    corpus_of(corpus, [captioned(n, embedded(n)) for n in range(8)])
    path = recipe(stages__align__data=[{"corpus": str(corpus)}])
    plan = partial(course.plan, path, tmp_path / "to", stages=["align"], running=HERE)
    assert trained(plan())[0].result.steps == 2
    shutil.rmtree(corpus)
    corpus_of(corpus, [captioned(n, embedded(n)) for n in range(1, 9)])  # as many rows, and one of them another
    with pytest.raises(PictusError, match="this checkpoint is of another training") as error:
        trained(plan())
    assert f"the corpus {corpus} is another" in error.value.what and "which rows are learned from" in error.value.what
    assert not re.search(r"[0-9a-f]{16}", error.value.what.replace(str(tmp_path), ""))
    assert str(tmp_path / "to/align/checkpoints/step-2") in error.value.where


@pytest.fixture
def meta(tmp_path, monkeypatch):
    """A META file and its pictures, beside a vision tower and a language model with weights."""
    monkeypatch.chdir(tmp_path)
    for number in range(4):
        Path(f"{number}.png").write_bytes(picture(number))
    rows = "".join(f"{number}.png\tnumber {number}\n" for number in range(4))
    Path("captions.csv").write_text("url\tcaption\n" + rows)
    Path("META.yaml").write_text("META: [captions.csv]\n")
    write_clip(tmp_path / "clip")
    write_language(tmp_path / "llm")
    return "META.yaml"


def test_a_meta_file_is_trained_as_the_phases_were_published(meta, tmp_path):
    plan = partial(course.plan, meta, tmp_path / "to", stages=["pretrain"], running=HERE)
    planned = plan(language="llm", vision="clip")
    (stage,) = planned.stages
    assert (stage.training.batch, stage.training.betas, stage.training.trained) == (32, [0.9, 0.95], ["projector"])
    assert planned.section.projector == "mlp2" and planned.section.language == "llm" and planned.start is None
    (passed,) = trained(planned)
    assert passed.result.steps == 1 and passed.result.model == tmp_path / "to/pretrain/model"
    assert passed.result.cursor == 4 * 3  # each of the four pairs three times
    with pytest.raises(PictusError, match="does not say what stage it is for"):
        course.plan(meta, tmp_path / "to", stages=[], running=HERE)
    with pytest.raises(PictusError, match="nothing says how the stage align is trained") as error:
        course.plan(meta, tmp_path / "to", stages=["align"], language="llm", vision="clip", running=HERE)
    assert error.value.where == "META.yaml, align: train"
    with pytest.raises(PictusError, match="no such folder"):
        plan(language="llm", vision="nowhere")


def test_a_whole_model_may_stand_for_the_language_model(meta, tmp_path):
    write_seeing(tmp_path / "seeing")
    running = replace(HERE, is_packed=False)
    planned = course.plan(meta, tmp_path / "to", stages=["pretrain"], language="seeing", running=running)
    assert planned.section.start == "seeing" and not planned.section.vision


def test_precision_follows_the_machine(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert Running().in_precision() == "mixed" and HERE.in_precision() == "float32"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert Running().in_precision() == "float32"
