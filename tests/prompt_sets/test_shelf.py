"""Prompt sets are read strictly, other people's files as they are, and what is wrong is told with its line."""

import pytest

from pictus.errors import ManyErrors, PictusError
from pictus.prompt_sets.shelf import load_prompts, shipped_names

# The layout of an earlier generator's files, with words of our own.
OLD = """
conversation:
  type: conversation
  system_prompt: >
    You see a picture.
    Write questions.
  inputs:
    - captions
    - boxes
  examples:
    - input: >
        A dog on a chair.

        dog: [0.1, 0.2, 0.3, 0.4]
        chair: [0.1, 0.3, 0.6, 0.9]
      output: >
        Question:
        What is on the chair?
        ===
        Answer:
        A dog.
  split_user_assistant: "==="
  stopwords: ["Question:", "Answer:"]
detail_description:
  type: detail_description
  system_prompt: Describe it.
  system_prompt_instructions_variations: ["Describe it well.", "Say it all."]
  inputs: [captions, boxes_openimages]
  examples: []
  instructions: ["Describe the following image."]
"""


def write(tmp_path, text, name="mine.yaml"):
    path = tmp_path / name
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("name", shipped_names())
def test_what_ships_is_whole_and_follows_its_own_advice(name):
    prompts = load_prompts(name)
    assert prompts.what.endswith(".") and prompts.notes == []
    for entry in prompts.entries.values():
        assert entry.what and entry.sampling.max_tokens
        assert all(example.output.count("===") % 2 == 1 for example in entry.examples if entry.kind == "conversation")


def test_files_of_the_earlier_generator_are_read_as_they_are(tmp_path):
    prompts = load_prompts(write(tmp_path, OLD))
    assert list(prompts.entries) == ["conversation", "detail_description"]
    assert prompts.entries["conversation"].kind == "conversation"
    assert prompts.entries["detail_description"].kind == "text"
    assert prompts.entries["detail_description"].inputs == ["captions", "boxes_openimages"]


def test_worked_examples_that_lost_their_lines_are_told(tmp_path):
    notes = load_prompts(write(tmp_path, OLD)).notes
    assert len(notes) == 2 and "output: |" in notes[0] and "input: |" in notes[1]
    assert load_prompts(write(tmp_path, OLD.replace("put: >", "put: |"))).notes == []


def test_its_file_names_mean_our_sets_where_no_such_file_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_prompts("prompt_config_llava_smallcontext.yaml").name == "llava_small"
    write(tmp_path, OLD, "prompt_config_llava.yaml")
    assert "detail_description" in load_prompts("prompt_config_llava.yaml").entries


def test_all_mistakes_are_told_with_their_lines(tmp_path):
    first = "a:\n  system_prompt: x\n  inputs: [captoins]\n  instructions: [b]\n"
    text = first + "b:\n  instructoins: [c]\n  inputs: [captions]\n"
    with pytest.raises(ManyErrors) as caught:
        load_prompts(write(tmp_path, text))
    assert [error.where.split(", ")[1] for error in caught.value.errors] == ["line 3", "line 6"]
    assert "did you mean `instructions`?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n", "no prompt set"),
        ("a: 1\n", "no entry"),
        ("what: x\n", "no entries"),
        ("a:\n  inputs: [captions]\n", "instructions"),
        ("a:\n  inputs: [captions]\n  answer: json\n", "schema"),
        ("a:\n  inputs: [captions]\n  answer: conversation\n", "split_user_assistant"),
        ("a:\n  instructions: [b]\n", "inputs"),
        ("a:\n  instructions: [b]\n  template: '{{ captions'\n", "template, line 1"),
        ("a:\n  inputs: [captions]\n  instructions: [' ']\n", "a: instructions: item 1"),
        ("defaults: [1]\na:\n  inputs: [captions]\n", "`defaults` holds no keys"),
        ("a:\n  inputs: [captions]\n  tries: 1\n  tries: 2\n", "line 4"),
        ("a:\n  inputs: [captions]\na:\n  inputs: [boxes]\n", "the key `a` stands twice"),
        ("a: " + "[" * 10_000 + "]" * 10_000, "nested too deep"),
        ("a: &a [*a]\n", "no entry"),
        ("a: &a {tries: *a}\n", "`tries`"),
        ("\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 10}]" for n in range(1, 30))]), "no entry"),
    ],
)
def test_what_is_no_prompt_set_says_why(tmp_path, text, words):
    with pytest.raises(PictusError) as caught:
        load_prompts(write(tmp_path, text))
    assert words in str(caught.value) and caught.value.mend


def test_an_unknown_name_is_told_with_the_one_probably_meant():
    with pytest.raises(PictusError) as caught:
        load_prompts("lava")
    assert caught.value.mend == "did you mean `llava`?"


def test_llavas_folder_is_read_as_entries_by_the_number_of_the_examples(tmp_path):
    for kind, system, told, said in [
        ("conversation", "Talk.", "A dog.", "Question:\nWhat?\n===\nAnswer:\nA dog."),
        ("detail_description", "Describe.", "A dog.\n\ndog: [0.1, 0.2, 0.3, 0.4]", "There is a dog."),
    ]:
        folder = tmp_path / "prompts" / kind
        folder.mkdir(parents=True)
        (folder / "system_message.txt").write_text(system)
        for number in ("001", "000"):
            (folder / f"{number}_caps.txt").write_text(f"{number} {told}")
            (folder / f"{number}_conv.txt").write_text(said)
    prompts = load_prompts(str(tmp_path / "prompts"))
    talk, describe = prompts.entries["conversation"], prompts.entries["detail_description"]
    assert (talk.kind, talk.inputs, describe.kind, describe.inputs) == (
        *("conversation", ["captions"]),
        *("text", ["captions", "boxes"]),
    )
    assert [example.input[:3] for example in talk.examples] == ["000", "001"]
    assert load_prompts(str(tmp_path / "prompts" / "conversation")).entries["conversation"] == talk
    (tmp_path / "prompts/conversation/001_conv.txt").unlink()
    with pytest.raises(PictusError, match="cannot read a prompt"):
        load_prompts(str(tmp_path / "prompts"))
