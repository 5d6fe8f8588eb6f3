"""Generate with models of this machine: tiny ones, whose words make no sense, through the whole way."""

import pytest

from coco_files import write_dataset
from pictus.engine.events import Events
from pictus.steps import generate, import_
from tiny_models import needs

PAIRS = """
pairs:
  system_prompt: Ask.
  inputs: [captions]
  answer: json
  sampling: {max_tokens: 120, temperature: 1.0}
  schema:
    type: object
    required: [question, answer]
    additionalProperties: false
    properties:
      question: {type: string, minLength: 4, maxLength: 12}
      answer: {type: string, minLength: 4, maxLength: 12}
"""
TEXT = """
detail:
  inputs: [captions]
  instructions: [Describe it.]
  sampling: {max_tokens: 8}
  tries: 1
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("coco")
    write_dataset(root / "data", 12)
    import_.run(import_.plan("coco2017", root / "data", str(root / "corpus")), Events())
    return str(root / "corpus")


def make(corpus, to, prompts, **options):
    to.with_suffix(".yaml").write_text(prompts)
    plan = generate.plan(corpus, str(to), prompts=str(to.with_suffix(".yaml")), checks={}, **options)
    return generate.run(plan, Events())


def test_llama_cpp_is_held_to_a_schema_and_its_answers_become_records(corpus, tmp_path, tiny):
    needs("xllamacpp")
    settings = {"model": str(tiny("gguf")), "threads": 1, "slots": 4}
    made = make(corpus, tmp_path / "g", PAIRS, backend="llamacpp", settings=settings)
    assert made.summary["rows"] >= 10  # a question of blanks alone is set aside
    row = next(made.records())
    assert 4 <= len(row.turns[0].text.strip()) <= 12 and row.turns[1].role == "assistant"


def test_transformers_answers_in_batches_and_what_is_cut_off_is_set_aside(corpus, tmp_path, tiny):
    needs("torch", "transformers")
    settings = {"model": str(tiny("chat")), "threads": 1, "dtype": "float32"}
    made = make(corpus, tmp_path / "g", TEXT, backend="huggingface", settings=settings)
    assert made.summary["rows"] + made.summary["rejected"] == 12
    assert all(reason.startswith("g/detail: unusable answer") for reason in made.summary["reasons"])
    if made.summary["rejected"]:
        assert next(made.rejects()).row
