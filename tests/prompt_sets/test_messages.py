"""Facts become messages in the words of the entry, cut by rule to what the model can hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import records
from pictus.prompt_sets.facts_text import written_box
from pictus.prompt_sets.messages import Unfit, another, asked_entries, prompt_for
from pictus.prompt_sets.model import BoxText, Entry, PromptSet
from pictus.prompt_sets.shelf import load_prompts, shipped_names
from pictus.prompt_sets.tokens import estimated_prompt_tokens
from pictus.record import Box, Facts, Media, Narrative, Origin, Relation, make_record

BOX = Box(label="dog", left=0.1, top=0.2, right=0.5, bottom=0.8)
FLAGGED = replace(BOX, is_group=True, is_occluded=True, is_truncated=None, is_depiction=False, attributes=("red",))


PICTURE = Media(path="a.jpg", width=200, height=100)


def record(media=(PICTURE,), **facts):
    return make_record(Origin(dataset="d", key="1"), media=media, facts=Facts(**facts))


def entry(**keys):
    return Entry.model_validate({"instructions": ["Describe."], "system_prompt": "Be kind.", **keys})


def said(prompt):
    return [(turn.role, turn.text) for turn in prompt.messages]


def test_captions_and_boxes_stand_as_the_earlier_generator_wrote_them():
    some = record(captions=("A dog.", "Another."), boxes=(replace(BOX, left=0.12345),))
    prompt, told = prompt_for(some, "d", entry(inputs=["captions", "boxes"], examples=[{"input": "i", "output": "o"}]))
    assert said(prompt) == [
        ("system", "Be kind."),
        ("user", "i"),
        ("assistant", "o"),
        ("user", "A dog.\nAnother.\n\ndog: [0.123, 0.2, 0.5, 0.8]"),
    ]
    assert told == "" and prompt.media == ()


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"order": "corners"}, "[0.1, 0.2, 0.5, 0.8]"),
        ({"order": "xywh"}, "[0.1, 0.2, 0.4, 0.6]"),
        ({"order": "center", "digits": 2}, "[0.3, 0.5, 0.4, 0.6]"),
        ({"unit": "thousand"}, "[100, 200, 500, 800]"),
        ({"unit": "pixels"}, "[20, 20, 100, 80]"),
        ({"unit": "pixels", "order": "xywh"}, "[20, 20, 80, 60]"),
    ],
)
def test_boxes_are_written_in_every_convention(keys, text):
    assert written_box(BOX, BoxText.model_validate(keys), (200, 100)) == text


def test_flags_are_said_in_words_and_unknown_ones_are_not_said():
    flags = {"inputs": ["boxes_openimages", "boxes_in_words"]}
    prompt, _ = prompt_for(record(boxes=(FLAGGED,)), "d", entry(**flags))
    old, new = prompt.messages[-1].text.split("\n\n")
    assert old == "dog: [0.1, 0.2, 0.5, 0.8] [None, True, None, True, False, None]"
    assert new == "red dog (a group, partly hidden): [0.1, 0.2, 0.5, 0.8]"


def test_every_other_fact_has_its_words():
    facts = {
        "present": ("Cat",),
        "absent": ("Dog", "Car"),
        "relations": (Relation(subject="cat", predicate="on", object="chair"),) * 2,
        "narratives": (Narrative(text="I see a cat."),),
        "texts": ("STOP",),
        "motions": ("a person jumps.",),
    }
    prompt, _ = prompt_for(record(**facts), "d", entry(inputs=list(facts)))
    text = prompt.messages[-1].text
    for words in ("Surely there: Cat", "not there: Dog, Car", "\ncat on chair\n", "I see a cat.", "STOP", "jumps."):
        assert words in text
    assert text.count("cat on chair") == 1


def test_a_model_that_sees_gets_the_picture_before_its_question():
    prompt, _ = prompt_for(record(captions=("A dog.",)), "d", entry(inputs=["picture", "captions"]))
    assert [part.type for part in prompt.messages[-1].parts] == ["image", "text"]
    assert len(prompt.media) == 1
    with pytest.raises(Unfit, match="no picture"):
        prompt_for(record(media=(), captions=("A dog.",)), "d", entry(inputs=["picture"]))


def test_templates_see_every_fact_in_a_sandbox():
    template = "{% for box in boxes %}{{ box.label }} {{ width }}{% endfor %} {{ blocks.captions }} {{ language }}"
    some = record(captions=("A dog.",), boxes=(BOX,))
    keys = {"inputs": ["captions"], "template": template, "language": "German"}
    prompt, _ = prompt_for(some, "d", entry(**keys))
    assert prompt.messages[-1].text == "dog 200 A dog. German"
    for bad in ("{{ captions.__class__.__mro__ }}", "{{ range(10**9)|list }}", "{{ 1/0 }}"):
        with pytest.raises(Unfit, match="template"):
            prompt_for(some, "d", entry(inputs=["captions"], template=bad))


def test_a_model_without_a_system_role_reads_it_in_the_first_message():
    prompt, _ = prompt_for(record(captions=("A dog.",)), "d", entry(inputs=["captions"]), system_role=False)
    assert said(prompt) == [("user", "Be kind.\n\nA dog.")]


def test_facts_that_tell_nothing_are_unfit():
    with pytest.raises(Unfit, match="nothing to tell"):
        prompt_for(record(present=("Dog",)), "d", entry(inputs=["captions", "boxes"]))


def test_what_does_not_fit_is_left_out_by_rule_and_told():
    boxes = tuple(replace(BOX, label=f"thing {n}", right=0.1 + n / 1000) for n in range(1, 200))
    some = record(captions=("A dog. " * 20,) * 5, boxes=boxes)
    keys = {"inputs": ["captions", "boxes"], "examples": [{"input": "i" * 500, "output": "o"}] * 3}
    whole, told = prompt_for(some, "d", entry(**keys))
    assert told == "" and len(whole.messages) == 8
    sampling = {"max_tokens": 300}
    cut, told = prompt_for(some, "d", entry(**keys, context=1500, sampling=sampling))
    assert estimated_prompt_tokens(cut.messages) <= 1200
    assert told.startswith("kept 1 of 3 examples") and "of 199 boxes" in told
    assert "thing 199" in cut.messages[-1].text and "thing 1:" not in cut.messages[-1].text
    assert cut.facts == some.facts, "checks want to know all of them"
    assert (
        prompt_for(some, "d", entry(**keys, context=100_000), context=1500)[0]
        == prompt_for(some, "d", entry(**keys, context=1500))[0]
    )
    with pytest.raises(Unfit, match="context"):
        prompt_for(some, "d", entry(**keys, context=256))


def test_samples_and_shares_are_the_same_in_every_run():
    some = [make_record(Origin(dataset="d", key=str(n)), facts=Facts(captions=("A dog.",))) for n in range(400)]
    prompts = PromptSet(
        name="p", entries={"a": entry(inputs=["captions"], share=0.25), "b": entry(inputs=["captions"], per_picture=2)}
    )
    asked = [list(asked_entries(prompts, one, 1)) for one in some]
    assert asked == [list(asked_entries(prompts, one, 1)) for one in some]
    assert 60 < sum(name == "a" for names in asked for name, _, _ in names) < 140
    assert all([sample for name, _, sample in names if name == "b"] == [0, 1] for names in asked)
    seeds = {prompt_for(some[0], "b", prompts.entries["b"], sample=n)[0].seed for n in range(2)}
    assert len(seeds) == 2


def test_another_try_has_another_seed_and_is_not_greedy():
    prompt, _ = prompt_for(record(captions=("A dog.",)), "d", entry(inputs=["captions"], sampling={"temperature": 0.0}))
    assert another(prompt, 0) == prompt
    assert another(prompt, 1).seed != another(prompt, 2).seed != prompt.seed
    assert another(prompt, 1).sampling.temperature > 0


@pytest.mark.parametrize("name", shipped_names())
@given(some=records.records(), context=st.integers(256, 4000))
def test_any_record_becomes_a_prompt_that_fits_or_is_unfit(name, some, context):
    for key, one in load_prompts(name).entries.items():
        try:
            prompt, _ = prompt_for(some, key, one, context=context)
        except Unfit as reason:
            assert str(reason)
            continue
        assert estimated_prompt_tokens(prompt.messages) <= context
        places = [part.type for turn in prompt.messages for part in turn.parts if part.type != "text"]
        assert places == [medium.kind for medium in prompt.media]


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("{{ captions | map('upper') }}", "a stream; add"),
        ("{{ captions.count }}", "a function; call it"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
        ("{{ 'x' * 9999999999 }}", "makes too much"),
        ("{{ 'x' * 9999 * 9999 * 9999 }}", "makes too much"),
        ("{{ 9 ** 9 ** 9 }}", "makes too much"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}a{% endfor %}{% endfor %}", "more than 100,000"),
        ("{{ captions.__class__.__mro__ }}", "unsafe"),
        ("{{ '{0.__class__}'.format(captions) }}", "unsafe"),
    ],
)
def test_a_template_writes_words_and_ends(template, what):
    with pytest.raises(Unfit, match=what):
        prompt_for(record(captions=("A dog.",)), "d", entry(inputs=["captions"], template=template))


def test_a_name_that_no_template_sees_is_told_before_anything_is_asked():
    with pytest.raises(ValueError, match="unknown name `captoins`: did you mean `captions`"):
        entry(inputs=["captions"], template="{{ captoins }}")
    assert entry(template="{% set own = 1 %}{{ own }} {{ range(3) }} {{ width }}").template


def test_a_template_has_no_chance_in_it():
    with pytest.raises(ValueError, match="No filter named 'random'"):
        entry(inputs=["captions"], template="{{ captions | random }}")


def test_a_template_may_count():
    some = record(captions=("A dog.", "Another."))
    template = "{{ captions | length * 3 }} {{ '-' * 5 }} {{ 2 ** 8 }} {{ 50000 * 50000 }} "
    template += "{{ captions | map('upper') | join(' ') }}"
    prompt, _ = prompt_for(some, "d", entry(inputs=["captions"], template=template))
    assert prompt.messages[-1].text == "6 ----- 256 2500000000 A DOG. ANOTHER."
