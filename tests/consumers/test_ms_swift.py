"""ms-swift 4.6.0 loads what `ms_swift` writes, strictly, and its template makes tokens of words, calls and pictures.

The template is `llava1_5_hf` with calls in the Hermes form; the model is a tiny LLaVA. Of what ms-swift asks for,
only what its loader and its templates import is installed.
"""

import json

import pytest

from pictus import plugins
from pictus.record import Part

pytestmark = [pytest.mark.consumer, pytest.mark.timeout(1800)]
NEEDS = ["torch==2.13.0", "transformers==5.16.1", "datasets==4.8.4", "peft<0.21", "accelerate", "modelscope", "pillow"]
NEEDS += ["requests", "json_repair"]
PICTURE = "<image>" * 4  # places of one picture of the tiny model


@pytest.fixture(scope="module")
def found(peer, fifty, pictures, tiny, tmp_path_factory):
    swift = peer("ms-swift", *NEEDS, alone=["ms-swift==4.6.0"])
    folder = tmp_path_factory.mktemp("swift")
    written = plugins.load("formats", "ms_swift").write(fifty, folder / "rows.jsonl")
    assert (written.rows, written.lost) == (50, {})
    cache = {"MODELSCOPE_CACHE": str(folder / "cache")}
    return swift.ask("ask_ms_swift.py", folder / "rows.jsonl", tiny("seeing"), pictures, cwd=folder, **cache)


def test_it_loads_every_row_with_its_messages_pictures_and_tools(found, fifty):
    assert len(found) == 50
    for record, one in zip(fifty, found, strict=True):
        row = one["row"]
        wanted = [role for turn in record.turns for role in roles(turn)]
        assert [message["role"] for message in row["messages"]] == wanted
        assert [image["path"] for image in row["images"]] == [medium.path for medium in record.media]
        assert [tool["function"]["name"] for tool in row["tools"]] == [tool.name for tool in record.tools]
        calls = [json.loads(message["content"]) for message in row["messages"] if message["role"] == "tool_call"]
        assert calls == [call_object(call) for turn in record.turns for call in turn.calls]


def test_its_template_makes_tokens_of_all_of_it(found, fifty):
    for record, one in zip(fifty, found, strict=True):
        assert one["seen"] == len(record.media)
        assert one["text"].count("<image>") == 4 * len(record.media)
        place = 0
        for turn in record.turns:
            for piece in pieces(turn):
                place = one["text"].index(piece, place) + len(piece)
        assert all(
            f'"name": "{tool.name}", "description": "{tool.description}"' in one["text"] for tool in record.tools
        )
        # What is learnt is what the assistant says and calls, and no more.
        answers = [turn for turn in record.turns if turn.role == "assistant"]
        assert one["learnt"].count("</s>") == len(answers)
        assert all(piece in one["learnt"] for turn in answers for piece in pieces(turn))
        assert "What is number" not in one["learnt"] and "tool_response" not in one["learnt"]


def roles(turn):
    """Say who speaks by ms-swift's names: a call is a message of its own."""
    return ["tool_call"] * len(turn.calls) or ["tool_response" if turn.role == "tool" else turn.role]


def call_object(call):
    return {"name": call.name, "arguments": json.loads(call.arguments)}


def pieces(turn):
    """Give what must stand in the text of a turn, in its order."""
    yield from (PICTURE if part == Part("image") else part.text for part in turn.parts)
    for call in turn.calls:
        yield f"<tool_call>\n{json.dumps(call_object(call))}\n</tool_call>"
