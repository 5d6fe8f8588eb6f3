"""Whatever the program says of a motion stands in the sentences about it, by a second and simpler way of looking."""

import json
import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictus import plugins
from pictus.backends.program import Backend
from pictus.backends.program.families import MOTION
from pictus.errors import PictusError
from pictus.prompt import Prompt
from pictus.record import Facts, Media
from pictus.scene import in_words
from pictus.scene.motion import watch
from records import facts as any_facts

KINDS = ("conversation", "detail", "reasoning")
FAMILIES = {family.__name__: family for family in MOTION.every}
MEDIA = (Media(kind="motion", path="new_joint_vecs/000000.npy"),)
SUBJECTS = ["a person", "the man", "someone", "a figure", "he", "the standing person", "they"]
PIECES = [
    "walks forward",
    "is walking forward slowly",
    "walks in a clockwise circle",
    "turns counter-clockwise",
    "spins clockwise twice",
    "waves with the right hand three times",
    "lifts his left knee",
    "jumps up and down",
    "claps both hands",
    "takes four steps backward",
    "takes 2 small steps",
    "turns to the left",
    "raises his left",
    "slowly sits down",
    "lies down after falling",
    "kicks something several times",
    "arms swinging",
]
OPPOSITE = {"left": "right", "right": "left", "clockwise": "counterclockwise", "counter-clockwise": "clockwise"}
OPPOSITE |= {"counterclockwise": "counter-clockwise", "forward": "backward", "backward": "forward"}
GLUE = [", then ", " and then ", " and ", ", ", " while ", ". he then ", " then "]


@st.composite
def sentences(draw):
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3))
    text = f"{draw(st.sampled_from(SUBJECTS))} {pieces[0]}"
    for piece in pieces[1:]:
        text += draw(st.sampled_from(GLUE)) + piece
    return text + draw(st.sampled_from(["", "."]))


@st.composite
def motions(draw):
    spans = draw(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 5), sentences()), max_size=2))
    segments = [{"text": text, "start": start / 2, "end": (start + long) / 2} for start, long, text in spans]
    return Facts(
        motions=tuple(draw(st.lists(sentences(), max_size=3))),
        extra=json.dumps({"segments": segments}) if segments else None,
    )


def plain(text):
    """Only the words, without the subject and the end, as both sides write them."""
    text = re.sub(r"^(a person|the person|the man|someone|a figure|he) ", "", text.lower())
    return text.rstrip(".")


def segments(facts):
    return [
        (one["start"], one["end"], plain(one["text"]))
        for one in json.loads(facts.extra or '{"segments": []}')["segments"]
    ]


def texts(facts):
    return [*map(plain, facts.motions), *(text for _, _, text in segments(facts))]


def is_told_after(facts, first, second):
    """Say whether a sentence has the two with "then" between them and nothing else."""
    return any(
        re.search(rf"{re.escape(first)}[,.]?( and)?( he)? then {re.escape(second)}", text) for text in texts(facts)
    )


def no_other(facts, pattern, *allowed):
    """Say whether the texts name nothing but what is allowed."""
    return {found.lower() for text in texts(facts) for found in re.findall(pattern, text)} <= set(allowed)


def holds(facts, claim):
    """Say whether a claim is true, from the sentences alone."""
    what, *rest = claim
    match what:
        case "told":
            return plain(rest[0]) in map(plain, facts.motions)
        case "between" | "lasts":
            return (rest[0], rest[1], plain(rest[2])) in segments(facts)
        case "description":
            return all(holds(facts, part) for part in rest[0])
        case "first":
            return any(
                text.startswith(rest[0]) and re.match(r"[,.]?( and)?( he)? then ", text[len(rest[0]) :])
                for text in texts(facts)
            )
        case "last":
            return any(re.search(rf" then {re.escape(rest[0])}$", text) for text in texts(facts))
        case "next":
            return is_told_after(facts, *rest)
        case "sequence":
            return all(map(is_told_after, [facts] * len(rest[0]), rest[0], rest[0][1:]))
        case "limb":
            side, limb, said = rest
            return (
                f"{side} {limb}" in said and is_said(facts, said) and no_other(facts, r"\bleft\b|\bright\b|both", side)
            )
        case "way" | "so" | "not so":
            said = rest[2] if what == "way" else rest[1]
            wrong = {"rotation": r"clockwise", "way": r"(?:for|back)ward", "side": r"\bleft\b|\bright\b|both"}[rest[0]]
            (value,) = re.findall(wrong, said)
            is_alone = any(text == said for text in texts(facts))
            counters = {"counter-" in text for text in texts(facts) if "clockwise" in text}
            return is_alone and no_other(facts, wrong, value) and (rest[0] != "rotation" or len(counters) == 1)
        case "times":
            numbers = {"twice": 2, "three times": 3}
            found = {numbers[one] for text in texts(facts) for one in re.findall("twice|three times", text)}
            return found == {rest[0]} and no_other(facts, "several")
        case "steps":
            numbers = {"four steps": 4, "2 small steps": 2}
            found = {numbers[one] for text in texts(facts) for one in re.findall("four steps|2 small steps", text)}
            return found == {rest[0]} and no_other(facts, "several")
        case "mirrored":
            sides = {"left", "right"} & set(directions(rest[0]))
            swapped = [OPPOSITE[word] for word in directions(rest[0]) if "ward" not in word]
            is_swapped = swapped == [word for word in directions(rest[1]) if "ward" not in word]
            is_settled = not sides or no_other(facts, r"\bleft\b|\bright\b|both", *sides)
            return is_said(facts, rest[0]) and is_swapped and is_settled
    raise AssertionError(f"nobody knows how to verify {claim}")


def is_said(facts, said):
    return any(said in text for text in texts(facts))


def directions(text):
    return [word for word in re.findall(r"[\w-]+", text.lower()) if word in OPPOSITE]


def says(exchange):
    """Say whether the words of the answer state the claim."""
    what, *rest = exchange.claim
    answer = exchange.answer
    match what:
        case "told":
            return answer == rest[0]
        case "between":
            return answer == rest[2] and f"{rest[0]:g}" in exchange.question and f"{rest[1]:g}" in exchange.question
        case "first" | "last":
            return answer.lower().endswith(f"the person {rest[0]}.")
        case "next":
            return rest[0] in exchange.question and answer.lower().endswith(f"the person {rest[1]}.")
        case "sequence":
            listed = dict(re.findall(r"^([A-H])\. The person (.*)\.$", exchange.question, re.MULTILINE))
            letters = answer.rpartition(": ")[2].rstrip(".").split(", ")
            return [listed[letter] for letter in letters] == list(rest[0])
        case "limb":
            return (
                rest[0]
                not in exchange.question.replace("the left or the right", "").replace("the right or the left", "")
                and f"{rest[0]} {rest[1]}" in answer
            )
        case "way":
            return answer == f"The person {rest[2]}." and " or " in exchange.question
        case "so":
            return answer == f"Yes, the person {rest[1]}." and directions(exchange.question) == directions(rest[1])
        case "not so":
            opposites = [OPPOSITE[word] for word in directions(rest[1])]
            return answer == f"No, the person {rest[1]}." and directions(exchange.question) == opposites
        case "times":
            number = "twice" if rest[0] == 2 else f"{in_words(rest[0])} times"
            return number in answer.lower() and number not in exchange.question
        case "steps":
            return in_words(rest[0]) in answer.lower() or str(rest[0]) in answer
        case "mirrored":
            return answer.endswith(f"{rest[1]}.")
        case "lasts":
            return f" = {rest[1] - rest[0]:g}, it takes {rest[1] - rest[0]:g} s." in answer
    return True


@settings(max_examples=400)
@given(motions(), st.integers(0, 2**48))
def test_every_family_says_only_what_the_sentences_say(facts, seed):
    motion = watch(facts)
    for name, family in FAMILIES.items():
        exchange = family(motion, Random(seed))
        if exchange is not None:
            assert holds(facts, exchange.claim), (name, exchange)
            assert says(exchange), (name, exchange)


@given(motions(), st.integers(0, 2**48))
def test_the_motion_stands_once_in_the_first_question_and_no_question_comes_twice(facts, seed):
    for kind in KINDS:
        (answer,) = Backend().answer_many([Prompt(kind=kind, facts=facts, media=MEDIA, seed=seed)])
        if answer is None:
            assert kind != "conversation" or not (watch(facts).accounts or watch(facts).segments)
            continue
        assert [turn.role for turn in answer.turns] == ["user", "assistant"] * (len(answer.turns) // 2)
        assert [part.type for part in answer.turns[0].parts] == ["motion", "text"]
        assert all(part.type == "text" for turn in answer.turns[1:] for part in turn.parts)
        questions = [turn.text for turn in answer.turns if turn.role == "user"]
        assert len(set(questions)) == len(questions) <= 5
        for turn in answer.turns:
            assert turn.text == turn.text.strip() and "  " not in turn.text and turn.text[0].isupper()


@given(any_facts, st.lists(st.text(max_size=30), max_size=3), st.integers(0, 2**48))
def test_any_facts_at_all_are_borne(facts, motions_, seed):
    facts = Facts(captions=facts.captions, motions=tuple(motions_), extra=facts.extra)
    for answer in Backend().answer_many([Prompt(kind=kind, facts=facts, media=MEDIA, seed=seed) for kind in KINDS]):
        assert answer is None or answer.turns


@pytest.mark.parametrize(
    "extra",
    [
        '{"segments": 3}',
        '{"segments": [1, {"text": 2}]}',
        '["segments"]',
        '{"segments": [{"text": "a person walks", "start": "0", "end": 2}]}',
        "segments",
    ],
)
def test_segments_that_are_none_are_passed_over(extra):
    assert watch(Facts(extra=extra)).segments == ()


def ask(name, *told, seeds=200, segments=()):
    facts = Facts(motions=told, extra=json.dumps({"segments": list(segments)}))
    return [one for seed in range(seeds) if (one := FAMILIES[name](watch(facts), Random(seed)))]


REACHES = {
    "what_happens": ("a person walks",),
    "what_first": ("a person walks forward, then turns around",),
    "what_last": ("the man is walking and then he sits down",),
    "what_next": ("a person jumps, then claps, then slowly sits down",),
    "which_limb": ("a person lifts the right arm",),
    "which_way": ("someone spins counterclockwise",),
    "is_it_so": ("a person is walking backwards",),
    "how_often": ("a person jumps up and down three times, then sits down",),
    "how_many_steps": ("he takes four big steps forward",),
    "full_description": ("a person walks in a big circle", "someone is going round and round"),
    "in_order": ("a person jumps, then claps and bows, then sits down",),
    "mirrored": ("a person turns clockwise and lifts his left leg",),
}
SEGMENT = {"text": "a person nods", "start": 1.5, "end": 4.0}


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_can_be_reached_in_many_words(name):
    made = ask(name, *REACHES[name]) if name in REACHES else ask(name, segments=[SEGMENT])
    assert len(made) == 200
    assert len({one.question for one in made}) > 1


SILENT = {
    "another says it the other way round": ("what_first", "a person walks, then turns", "someone turns and walks away"),
    "another begins earlier": ("what_first", "a person walks, then sits", "someone nods, then walks, then sits"),
    "another ends later": ("what_last", "a person walks, then sits", "someone walks, then sits, then nods"),
    "another tells more between": ("what_next", "a person walks, then sits", "a man walks, then bends"),
    "the same verb twice": ("in_order", "a person walks forward, then walks back"),
    "no then": ("what_first", "a person walks and sits"),
    "before and after": ("what_first", "a person sits after walking, then stands"),
    "somebody else begins": ("what_first", "a person walks, then they turn around"),
    "no verb after then": ("what_next", "a person walks forward then backward"),
    "both sides": ("which_limb", "a person lifts the right arm", "a man lifts both arms"),
    "two sides": ("which_limb", "a person lifts the right arm and left leg"),
    "other side elsewhere": ("mirrored", "a person lifts the right arm", "someone raises the left hand"),
    "more is done": ("is_it_so", "a person walks forward and turns"),
    "somebody saw it go back": ("is_it_so", "a person walks forward", "someone walks on and returns"),
    "the other rotation": ("which_way", "a person spins clockwise", "a man turns anti-clockwise"),
    "a limb is no direction": ("is_it_so", "a person raises his left"),
    "another number": ("how_often", "a person jumps three times", "a man hops twice"),
    "an open number": ("how_often", "a person jumps three times", "a man hops several times"),
    "again without number": ("how_often", "a person claps three times, then claps slowly"),
    "steps and more": ("how_many_steps", "a person takes two steps then walks around"),
    "one sentence": ("full_description", "a person walks forward"),
    "the same words": ("full_description", "a person walks forward slowly", "a person walks slowly forward"),
    "they contradict": ("full_description", "a person hops on the left leg", "someone is jumping with his right foot"),
    "nothing to mirror": ("mirrored", "a person walks forward"),
    "right is no side": ("mirrored", "a person turns right around"),
    "no sentence": ("what_happens", "walks"),
}


@pytest.mark.parametrize("why", SILENT)
def test_what_is_not_settled_is_not_asked(why):
    name, *told = SILENT[why]
    assert ask(name, *told) == []


def test_words_are_put_as_questions_need_them():
    (yes, no) = sorted({(one.question, one.answer) for one in ask("is_it_so", "the man is slowly walking forwards.")})
    assert yes == ("Is the person slowly walking backwards?", "No, the person is slowly walking forwards.")
    assert no == ("Is the person slowly walking forwards?", "Yes, the person is slowly walking forwards.")
    assert "How many times does the person carry a box?" in {
        one.question for one in ask("how_often", "a person carries a box twice")
    }
    mirrored = {one.answer for one in ask("mirrored", "a person is turning counter-clockwise on the left foot")}
    assert mirrored == {
        "A mirror exchanges left and right, so left becomes right and counterclockwise becomes clockwise: "
        "the person would be turning clockwise on the right foot."
    }


def test_what_comes_next_is_asked_where_nobody_tells_it_otherwise():
    made = ask("what_next", "a person walks, then sits", "a man walks, then bends, then sits down")
    assert {one.claim for one in made} == {("next", "bends", "sits down")}


def test_yes_and_no_are_balanced():
    made = ask("is_it_so", "a person walks forward", seeds=2000)
    assert 0.46 < sum(one.answer.startswith("Yes") for one in made) / len(made) < 0.54
    order = Counter(one.answer.rpartition(": ")[2] for one in ask("in_order", "a person jumps, then claps", seeds=2000))
    assert 0.45 < order["A, B."] / order.total() < 0.55


def test_the_motions_of_the_example_give_every_kind_and_the_same_again():
    root = Path(__file__).parent.parent / "data/sources/humanml3d"
    source = plugins.load("sources", "humanml3d")
    records = [row for split in source.splits for row in source.records(root, split)]
    prompts = [Prompt(kind=kind, facts=one.facts, media=one.media, seed=7) for one in records for kind in KINDS]
    first, again = (list(Backend().answer_many(prompts)) for _ in range(2))
    assert first == again
    made = Counter(prompt.kind for prompt, answer in zip(prompts, first, strict=True) if answer)
    assert made["conversation"] == len(records) == 8
    assert made["detail"] >= 5 and made["reasoning"] >= 6


def test_facts_without_a_medium_are_of_a_motion_where_they_describe_one():
    (answer,) = Backend().answer_many([Prompt(kind="conversation", facts=Facts(motions=("a person walks",)))])
    assert answer.turns[0].parts[0].type == "motion"
    (answer,) = Backend().answer_many(
        [Prompt(kind="detail", facts=Facts(motions=("a person walks",)), media=(Media(),))]
    )
    assert answer is None, "what is said of a motion says nothing of a picture"


def test_families_of_motions_can_be_left_out():
    backend = Backend(without=("what_happens",))
    assert list(backend.answer_many([Prompt(kind="conversation", facts=Facts(motions=("a person smiles",)))])) == [None]
    with pytest.raises(PictusError, match="what_frst") as caught:
        Backend(without=("what_frst",))
    assert "what_first" in caught.value.mend
