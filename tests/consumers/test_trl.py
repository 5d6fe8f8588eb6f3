"""TRL 1.16.0 trains on what `trl` and `imagefolder` write: its trainer takes a step, and every row is looked at.

`datasets` 5.2.0 loads the file, `SFTTrainer` makes tokens of words and pictures; the models are tiny. Paths of
pictures are relative, so it is started where the pictures are. TRL renders no tools for rows with pictures.
"""

import json

import pytest

from consumers.fifty import TEMPLATE
from pictus import plugins
from pictus.record import Part
from tiny_models import write_chat, write_seeing

pytestmark = [pytest.mark.consumer, pytest.mark.timeout(1800)]
NEEDS = ["torch==2.13.0", "trl==1.16.0", "datasets==5.2.0", "transformers==5.23.0", "pillow"]
PICTURE = "<image>" * 4  # places of one picture of the tiny model


@pytest.fixture(scope="module")
def trl(peer):
    return peer("trl", *NEEDS)


def test_it_trains_on_pictures(trl, fifty, pictures, tmp_path):
    write_seeing(tmp_path / "model")
    (tmp_path / "model/chat_template.jinja").write_text(TEMPLATE)
    path = tmp_path / "rows.jsonl"
    assert plugins.load("formats", "trl").write(fifty, path).rows == 50
    rows = trl.ask("ask_trl.py", path, tmp_path / "model", tmp_path / "out", cwd=pictures)
    assert_rows(fifty, rows, as_text=False)


def test_it_trains_on_words_and_tools(trl, fifty, tmp_path):
    write_chat(tmp_path / "model", template=TEMPLATE)
    words = [record for record in fifty if not record.media]
    path = tmp_path / "rows.jsonl"
    assert plugins.load("formats", "trl", {"parts": False}).write(words, path).rows == len(words) == 10
    rows = trl.ask("ask_trl.py", path, tmp_path / "model", tmp_path / "out", cwd=tmp_path)
    assert_rows(words, rows, as_text=False)
    for record, row in zip(words, rows, strict=True):
        assert row["text"].count("<|im_start|>tools\n") == len(record.tools)
        for tool in record.tools:
            known = {"name": tool.name, "description": tool.description, "parameters": json.loads(tool.parameters)}
            assert json.dumps({"type": "function", "function": known}) in row["text"]


def test_it_trains_on_a_folder_of_pictures(trl, fifty, tmp_path):
    write_seeing(tmp_path / "model")
    (tmp_path / "model/chat_template.jinja").write_text(TEMPLATE)
    written = plugins.load("formats", "imagefolder").write(fifty, tmp_path / "folder")
    seen = [record for record in fifty if record.media]
    assert (written.rows, len(written.rejected)) == (len(seen), 10)
    rows = trl.ask("ask_trl.py", tmp_path / "folder", tmp_path / "model", tmp_path / "out", cwd=tmp_path)
    assert_rows(seen, rows, as_text=True)  # a column has one type, so the arguments of calls are text


def assert_rows(records, rows, *, as_text):
    assert len(rows) == len(records)
    for record, row in zip(records, rows, strict=True):
        assert [message["role"] for message in row["messages"]] == [turn.role for turn in record.turns]
        # The pictures are 30 to 34 pixels wide, by their colours.
        assert len(row["sizes"]) == row["seen"] == len(record.media)
        assert all(height == 20 and 30 <= width <= 34 for width, height in row["sizes"])
        assert row["text"].count("<image>") == 4 * len(record.media)
        place = 0
        for turn in record.turns:
            for piece in pieces(turn, as_text=as_text):
                place = row["text"].index(piece, place) + len(piece)


def pieces(turn, *, as_text):
    """Give what must stand in the text of a turn, in its order."""
    yield f"<|im_start|>{turn.role}\n"
    yield from (PICTURE if part == Part("image") else part.text for part in turn.parts)
    for call in turn.calls:
        arguments = call.arguments if as_text else json.loads(call.arguments)
        yield f"<tool_call>{json.dumps({'name': call.name, 'arguments': arguments})}</tool_call>"
