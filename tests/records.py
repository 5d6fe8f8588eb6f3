"""Records for tests: hypothesis strategies for any record, and a few made by hand."""

import json

import orjson
from hypothesis import strategies as st

from pictus.record import (
    Box,
    Call,
    Facts,
    Media,
    Narrative,
    Origin,
    Part,
    Record,
    Relation,
    Tool,
    Turn,
    make_record,
)

# JSON and Arrow hold any Unicode text but lone surrogates.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
words = st.text(st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=8)
plain_names = st.text("acxBZ019_-", min_size=1, max_size=8)  # of tools, as every trainer and server takes them
fractions = st.floats(0, 1)
maybe = st.none() | st.booleans()


def tuples(strategy, most=3):
    return st.lists(strategy, max_size=most).map(tuple)


boxes = st.builds(
    Box,
    label=words,
    left=fractions,
    top=fractions,
    right=fractions,
    bottom=fractions,
    area=st.none() | fractions,
    attributes=tuples(words, 2),
    is_group=maybe,
    is_occluded=maybe,
    is_truncated=maybe,
    confidence=st.none() | fractions,
    id=st.none() | words,
)
facts = st.builds(
    Facts,
    captions=tuples(texts),
    boxes=tuples(boxes),
    present=tuples(words),
    absent=tuples(words),
    relations=tuples(st.builds(Relation, subject=words, predicate=words, object=words), 2),
    narratives=tuples(st.builds(Narrative, text=texts, points=tuples(st.floats(-1, 2), 6)), 2),
    texts=tuples(texts, 2),
    answers=tuples(texts, 2),
    extra=st.none() | st.just('{"lecture": "…"}'),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | texts, inner, max_size=3),
    max_leaves=6,
)


def json_text(value):
    """JSON as pictus writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


nested_arguments = st.dictionaries(words | texts, json_values, max_size=2).map(json_text)
arguments = st.dictionaries(words, st.integers(-1000, 1000) | words | maybe, max_size=2).map(json_text)
leaf_schemas = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "integer", "number", "boolean"])},
    optional={"description": texts, "default": texts, "enum": st.lists(texts, min_size=1, max_size=2)},
)
schemas = st.recursive(
    leaf_schemas,
    lambda inner: (
        st.fixed_dictionaries({"type": st.just("array"), "items": inner})
        | st.fixed_dictionaries({"type": st.just("object"), "properties": st.dictionaries(words, inner, max_size=2)})
    ),
    max_leaves=3,
)
schema_words = st.sampled_from(["type", "properties", "items", "required", "anyOf", "enum", "additionalProperties"])
odd_schemas = st.recursive(
    words | maybe | st.sampled_from(["object", "string", "array"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(schema_words, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def tool_schemas(draw):
    """The schema of a tool's arguments: an object of named ones, some of them required."""
    properties = draw(st.dictionaries(words, schemas, max_size=2))
    schema = {"type": "object", "properties": properties}
    if required := [name for name in properties if draw(st.booleans())]:
        schema["required"] = required
    return schema


tools = st.builds(
    Tool,
    name=plain_names | words,
    description=texts,
    parameters=st.dictionaries(words, words, max_size=2).map(json_text),
)
origins = st.builds(
    Origin,
    dataset=words,
    key=texts,
    split=st.none() | words,
    address=st.none() | texts,
    author=st.none() | texts,
    picture_licence=st.sampled_from(["CC-BY-2.0", "unknown"]),
    text_licence=st.sampled_from(["CC-BY-4.0", "unknown"]),
    model_terms=st.none() | st.just("openai-output-terms"),
    made_by=st.none() | texts,
    parents=tuples(words, 2),
)


@st.composite
def media(draw):
    kind = draw(st.sampled_from(["image", "image", "motion"]))
    data = draw(st.none() | st.binary(min_size=1, max_size=8))
    path = draw(st.none() | words.map(lambda word: f"{word}.jpg"))
    return Media(
        kind=kind,
        path=path,
        root="/pictures" if path is not None else None,
        data=data,
        url=draw(st.none() | words.map(lambda word: f"https://pictures.example/{word}")),
        width=draw(st.none() | st.integers(1, 4000)),
        height=draw(st.none() | st.integers(1, 4000)),
        sha256=draw(st.none() | words),
    )


@st.composite
def any_turns(draw):
    """Turns of any shape, also ones that no conversation has."""
    role = draw(st.sampled_from(["system", "user", "assistant", "tool"]))
    parts = draw(tuples(st.builds(Part, st.just("text"), texts) | st.just(Part("image")) | st.just(Part("motion"))))
    calls = draw(tuples(st.builds(Call, id=words, name=plain_names | words, arguments=arguments), 2))
    return Turn(role, parts, calls, draw(st.none() | words), draw(st.none() | words))


@st.composite
def records(draw) -> Record:
    """Any record that the types allow."""
    return make_record(
        draw(origins),
        media=draw(tuples(media())),
        turns=draw(tuples(any_turns())),
        tools=draw(tuples(tools, 2)),
        facts=draw(facts),
    )


def simple_record(number: int = 0, *, data: bytes | None = None) -> Record:
    """A plain record with a picture, two turns and a few facts."""
    return make_record(
        Origin(dataset="made", key=str(number), split="train", picture_licence="CC0-1.0", text_licence="CC0-1.0"),
        media=[Media(path=f"{number}.png", root="/pictures", data=data, width=8, height=6)],
        turns=[Turn.of("user", f"What is number {number}?", images=1), Turn.of("assistant", "A red dog.")],
        facts=Facts(
            captions=("A red dog.",),
            boxes=(Box(label="dog", left=0.1, top=0.2, right=0.5, bottom=0.9, attributes=("red",)),),
            absent=("cat",),
        ),
    )


def record_from_json(text: bytes, root: str) -> Record:
    """Make a record of the short JSON that test data is written in."""
    row = orjson.loads(text)
    turns = [
        Turn(
            turn["role"],
            tuple(Part(**part) for part in turn["parts"]),
            tuple(Call(**call) for call in turn.get("calls", ())),
            turn.get("call_id"),
        )
        for turn in row["turns"]
    ]
    media = [Media(root=root, **medium) for medium in row.get("media", ())]
    made = [Tool(tool["name"], "", orjson.dumps(tool["parameters"]).decode()) for tool in row.get("tools", ())]
    known = row.get("facts", {})
    boxes = tuple(Box(**box) for box in known.pop("boxes", ()))
    facts = Facts(boxes=boxes, **{name: tuple(values) for name, values in known.items()})
    return make_record(Origin(dataset="made", key="1"), media=media, turns=turns, tools=made, facts=facts)


MADE = Origin(dataset="made", key="1")  # for formats that carry no origin
lines = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda text: not any(mark in text for mark in ("<image>", "<video>", "<audio>"))
)


@st.composite
def chats(draw, data: bytes | None = None) -> Record:
    """Conversations as trainers know them: pictures anywhere in the first question, perhaps tools.

    Pictures are named by path or address, or are all the given bytes.
    """
    count = draw(st.sampled_from([1, 1, 1, 0, 2]))
    pictures = [
        Media(data=data)
        if data is not None
        else Media(path=f"{draw(words)}.jpg", root="/pictures")
        if draw(st.booleans())
        else Media(url=f"https://pictures.example/{draw(words)}")
        for _ in range(count)
    ]
    turns = [Turn.of("system", draw(lines))] if draw(st.booleans()) else []
    for number in range(draw(st.integers(1, 3))):
        parts = [Part("text", draw(lines)), *([] if number else [Part("image")] * count)]
        turns.append(Turn("user", tuple(draw(st.permutations(parts)))))
        if draw(st.sampled_from([False, False, False, True])):
            calls = draw(
                st.lists(
                    st.builds(Call, id=words, name=plain_names | words, arguments=arguments), min_size=1, max_size=2
                )
            )
            results = [Turn("tool", (Part("text", draw(lines)),), (), call.id, call.name) for call in calls]
            turns += [Turn("assistant", (), tuple(calls)), *results]
        turns.append(Turn.of("assistant", draw(lines)))
    return make_record(MADE, media=pictures, turns=turns, tools=draw(tuples(tools, 2)))


@st.composite
def rounds_of_calls(draw, first: str, *, names, words_beside: bool) -> list[Turn]:
    """One or several calls at once, with their results or, where nobody has run them yet, without."""
    several = draw(st.lists(st.tuples(names, nested_arguments), min_size=1, max_size=3))
    calls = tuple(Call(f"{first}_{number}", *one) for number, one in enumerate(several))
    spoken = (Part("text", draw(lines)),) if words_beside and draw(st.booleans()) else ()
    results = [Turn("tool", (Part("text", draw(result_texts)),), (), call.id, call.name) for call in calls]
    return [Turn("assistant", spoken, calls), *results]


result_texts = lines | json_values.map(json_text).filter(
    lambda text: not any(mark in text for mark in ("<image>", "<video>", "<audio>"))
)


@st.composite
def calling_chats(draw, *, names=words, tools=tools, words_beside=True, system=True) -> Record:
    """Conversations with tools: calls at once and one after the other, asking back, and no calls at all."""
    count = draw(st.sampled_from([0, 1, 2]))
    turns = [Turn.of("system", draw(lines))] if system and draw(st.booleans()) else []
    for number in range(draw(st.integers(1, 2))):
        parts = [Part("text", draw(lines)), *([] if number else [Part("image")] * count)]
        turns.append(Turn("user", tuple(draw(st.permutations(parts)))))
        for step in range(draw(st.sampled_from([0, 1, 1, 2]))):
            turns += draw(rounds_of_calls(f"c{number}_{step}", names=names, words_beside=words_beside))
        turns.append(Turn.of("assistant", draw(lines)))
    if turns[-2].role == "tool" and draw(st.booleans()):
        turns.pop()  # the last word is a tool's
    media = [Media(path=f"{draw(words)}.jpg", root="/pictures") for _ in range(count)]
    return make_record(MADE, media=media, turns=turns, tools=draw(tuples(tools, 2)))


@st.composite
def single_calls(draw, *, pictures=True, arguments=arguments, tools=tools) -> Record:
    """One question and the calls that answer it, or none: what files of single turns hold."""
    count = draw(st.sampled_from([0, 1])) if pictures else 0
    parts = [Part("image")] * count + [Part("text", draw(lines))]
    several = draw(st.lists(st.tuples(words, arguments), max_size=3))
    calls = tuple(Call(f"c{number}", *one) for number, one in enumerate(several))
    turns = [Turn("user", tuple(draw(st.permutations(parts)))), *([Turn("assistant", (), calls)] if calls else [])]
    media = [Media(path=f"{draw(words)}.jpg", root="/pictures") for _ in range(count)]
    return make_record(MADE, media=media, turns=turns, tools=draw(tuples(tools, 2)))
