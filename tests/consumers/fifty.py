"""Fifty records for real loaders: words alone, one picture and several, a system, several questions, and calls."""

from PIL import Image

from pictus.record import Call, Media, Origin, Part, Record, Tool, Turn, make_record
from tiny_models import CHAT

COLOURS = ("red", "green", "blue", "white", "black")
# Calls as a model of the Hermes kind writes them, for the template of the tiny model.
CALLS = "{% for c in m['tool_calls'] or [] %}<tool_call>{{ c['function'] | tojson }}</tool_call>{% endfor %}"
TEMPLATE = CHAT.replace("<|im_end|>\n{% endfor %}{% if add", f"{CALLS}<|im_end|>\n{{% endfor %}}{{% if add")
TOOLS = (
    Tool("measure", "Measure a side.", '{"type":"object","properties":{"side":{"type":"string"}},"required":["side"]}'),
    Tool(
        "count", "Count things.", '{"type":"object","properties":{"what":{"type":"array","items":{"type":"string"}}}}'
    ),
)


def write_pictures(folder):
    """Write five small pictures, each of its own size."""
    (folder / "pics").mkdir()
    for number, colour in enumerate(COLOURS):
        Image.new("RGB", (30 + number, 20), colour).save(folder / f"pics/{colour}.png")


def fifty_records(folder) -> list[Record]:
    """Make the records, with their pictures below a folder."""
    return [_record(number, folder) for number in range(50)]


def _record(number, folder):
    count = (0, 1, 2, 1, 3)[number % 5]
    media = [Media(path=f"pics/{COLOURS[(number + n) % 5]}.png", root=str(folder)) for n in range(count)]
    turns = [Turn.of("system", f"Answer in {number} words.")] if number % 3 == 0 else []
    places = [Part("image")] * count
    text = Part("text", f"What is number {number} – “naïve” \\ 你好?")
    turns.append(Turn("user", (*places, text) if number % 4 else (text, *places)))
    if number % 2:
        turns += _calls(number)
    turns.append(Turn.of("assistant", f"It is {number}."))
    if number % 7 == 0:
        turns += [Turn.of("user", "Sure?"), Turn.of("assistant", "Yes.")]
    offered = TOOLS if number % 2 or number % 10 == 4 else ()
    return make_record(Origin(dataset="varied", key=str(number)), media=media, turns=turns, tools=offered)


def _calls(number):
    calls = (
        Call("a", "measure", f'{{"side":"left of {number}"}}'),
        Call("b", "count", f'{{"what":["dog","{number}"]}}'),
    )
    calls = calls[: 1 + number % 4 // 3]
    results = [Turn("tool", (Part("text", f'{{"{call.name}":{number}}}'),), (), call.id, call.name) for call in calls]
    return [Turn("assistant", (), calls), *results]
