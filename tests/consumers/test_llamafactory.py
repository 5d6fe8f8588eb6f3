"""LLaMA-Factory 0.9.5 loads what `alpaca` and `sharegpt` write, as turns and as tokens with their pictures.

Its whole way is run: `dataset_info.json`, its converters, its template `llava`, its tokenizing; the model is a tiny
LLaVA. Without its own requirements only `trl` is installed for it, and `torchaudio`, which reads sound, is left out.
"""

import json

import pytest

from pictus import plugins
from pictus.record import Part

pytestmark = [pytest.mark.consumer, pytest.mark.timeout(1800)]
NEEDS = ["torch==2.13.0", "transformers==5.6.0", "datasets==4.0.0", "peft==0.18.1", "accelerate==1.11.0"]
NEEDS += ["omegaconf==2.3.0", "pillow"]
PICTURE = "<image>" * 4  # places of one picture of the tiny model


@pytest.fixture(scope="module")
def factory(peer):
    return peer("llamafactory", *NEEDS, alone=["llamafactory==0.9.5", "trl==0.24.0"])


@pytest.mark.parametrize("format_name", ["alpaca", "sharegpt"])
def test_it_loads_every_row_with_its_turns_pictures_and_tools(format_name, factory, fifty, pictures, tiny, tmp_path):
    path = pictures / f"{format_name}_rows.json"
    written = plugins.load("formats", format_name).write(fifty, path)
    refused = {reject.id for reject in written.rejected}
    kept = [record for record in fifty if record.id not in refused]
    assert len(kept) == {"alpaca": 25, "sharegpt": 50}[format_name]  # the others call tools
    found = factory.ask("ask_llamafactory.py", pictures, path.stem, tiny("seeing"), cwd=tmp_path)
    rows, tokens = [one["row"] for one in found if "row" in one], [one for one in found if "text" in one]
    assert len(rows) == len(tokens) == len(kept)
    for record, row, token in zip(kept, rows, tokens, strict=True):
        assert_same(record, row, pictures)
        assert_rendered(record, token["text"])
        assert token["images"] == row["_images"]


def assert_same(record, row, folder):
    system = [turn.text for turn in record.turns if turn.role == "system"]
    assert row["_system"] == "".join(system)
    said = [*row["_prompt"], *row["_response"]]
    assert [message["role"] for message in said] == list(roles(record))
    assert len(row["_response"]) == 1
    assert row["_images"] == ([str(folder / medium.path) for medium in record.media] or None)
    assert "".join(message["content"] for message in said).count("<image>") == len(record.media)
    names = [tool["name"] for tool in json.loads(row["_tools"] or "[]")]
    assert names == [tool.name for tool in record.tools]
    calls = [call for turn in record.turns for call in turn.calls]
    written = [json.loads(message["content"]) for message in said if message["role"] == "function"]
    flat = [call for one in written for call in (one if isinstance(one, list) else [one])]
    assert flat == [{"name": call.name, "arguments": json.loads(call.arguments)} for call in calls]


def roles(record):
    """Say who speaks by LLaMA-Factory's names; what several tools gave is one message."""
    last = None
    for turn in record.turns:
        name = "function" if turn.calls else "observation" if turn.role == "tool" else turn.role
        if name != "system" and not name == last == "observation":
            yield name
        last = name


def assert_rendered(record, text):
    """See every word, picture and call in what the model is trained on, in their order."""
    place = 0
    for turn in record.turns:
        wanted = [PICTURE if part == Part("image") else part.text for part in turn.parts]
        wanted = [] if turn.role == "tool" else wanted  # several results are written as one
        for piece in [*wanted, *(f"Action: {call.name}\n" for call in turn.calls)]:
            place = text.index(piece, place) + len(piece)
    assert text.count("<image>") == len(PICTURE) // len("<image>") * len(record.media)
    assert all(f"Tool Name: {tool.name}\n" in text for tool in record.tools)
