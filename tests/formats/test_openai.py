"""OpenAI's chat messages, with pictures and tool calls."""

import base64
import json

import pytest

from pictus import plugins
from pictus.record import Call, Media, Origin, Part, Reject, Tool, Turn, make_record

PNG = b"\x89PNG\r\n\x1a\n and so on"
ADDRESS = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
ANSWER = {"role": "assistant", "content": "A mug."}


def read(tmp_path, *messages, **more):
    path = tmp_path / "some.jsonl"
    path.write_text(json.dumps({"messages": messages, **more}) + "\n\n")
    (row,) = plugins.load("formats", "openai").read(path)
    return row


def asked(url):
    image = {"type": "image_url", "image_url": {"url": url, "detail": "low"}}
    return {"role": "user", "content": [image, {"type": "text", "text": "What?"}]}


def write(tmp_path, *media, turns=None, tools=(), **settings):
    turns = turns or [Turn.of("user", "What?", images=len(media)), Turn.of("assistant", "A mug.")]
    one = make_record(Origin(dataset="d", key="1"), media=media, turns=turns, tools=tools)
    path = tmp_path / "out.jsonl"
    written = plugins.load("formats", "openai", settings).write([one], path)
    return written, [json.loads(line) for line in path.read_text().splitlines() if line]


def test_addresses_bytes_and_paths_are_told_apart(tmp_path):
    root = str(tmp_path)
    for url, medium in [
        ("https://x.example/a.jpg", Media(url="https://x.example/a.jpg")),
        ("pics/a.jpg", Media(path="pics/a.jpg", root=root)),
        (ADDRESS, Media(data=PNG)),
    ]:
        assert read(tmp_path, asked(url), ANSWER).media == (medium,)


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([asked("data:image/png,AAAA"), ANSWER], "not in base64"),
        ([asked("data:image/png;base64,A"), ANSWER], "damaged"),
        ([asked("data:image/png;base64,"), ANSWER], "empty"),
        ([asked(5), ANSWER], "no text"),
        ([asked(""), ANSWER], "no name"),
        ([{"role": "wizard", "content": "a"}], "unknown role"),
        ([ANSWER], "expected system or user"),
        ([{"role": "user", "content": 5}, ANSWER], "no list"),
        ([{"role": "user", "content": [{"type": "input_audio"}]}, ANSWER], "unknown part"),
        ([{"role": "user", "content": "a", "name": 4}, ANSWER], "no text"),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": None}], "neither words nor calls"),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "function_call": "f"}], "wrong type"),
        ([], "no turns"),
    ],
)
def test_a_row_that_is_wrong_is_set_aside(tmp_path, messages, words):
    row = read(tmp_path, *messages)
    assert isinstance(row, Reject) and words in row.reasons[0]


def test_a_tool_without_words_or_parameters_is_read(tmp_path):
    function = {"name": "f", "description": None, "parameters": None}
    row = read(tmp_path, {"role": "user", "content": "a"}, ANSWER, tools=[{"type": "function", "function": function}])
    assert row.tools == (Tool("f"),)


@pytest.mark.parametrize("arguments", ['{"of":"kettle"}', {"of": "kettle"}])
def test_the_calls_of_2023_are_read(tmp_path, arguments):
    row = read(
        tmp_path,
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": None, "function_call": {"name": "price", "arguments": arguments}},
        {"role": "function", "name": "price", "content": "9"},
        ANSWER,
        functions=[{"name": "price", "description": "Look up.", "parameters": {"type": "object"}}],
    )
    assert row.turns[1].calls == (Call("call_0", "price", '{"of":"kettle"}'),)
    assert row.turns[2] == Turn("tool", (Part("text", "9"),), call_id="call_0", name="price")
    assert row.tools == (Tool("price", "Look up.", '{"type":"object"}'),)


def test_calls_without_ids_get_some_and_their_results_find_them(tmp_path):
    calls = [{"function": {"name": name, "arguments": "{}"}} for name in ("look", "count", "look")]
    results = [{"role": "tool", "name": name, "content": name} for name in ("look", "look", "count")]
    tools = json.dumps([{"type": "function", "function": {"name": "look"}}])
    row = read(
        tmp_path,
        {"role": "user", "content": "a"},
        {"role": "assistant", "tool_calls": calls},
        *results,
        ANSWER,
        tools=tools,
    )
    assert [call.id for call in row.turns[1].calls] == ["call_0", "call_1", "call_2"]
    assert [turn.call_id for turn in row.turns[2:5]] == ["call_0", "call_2", "call_1"]
    assert row.tools == (Tool("look"),)


def test_arguments_that_are_no_json_stay_as_the_model_wrote_them(tmp_path):
    call = {"id": "1", "function": {"name": "look", "arguments": "{at: 1"}}
    row = read(tmp_path, {"role": "user", "content": "a"}, {"role": "assistant", "tool_calls": [call]})
    assert row.turns[1].calls[0].arguments == "{at: 1"
    written, rows = write(tmp_path, turns=row.turns)
    assert written.rows == 1 and rows[0]["messages"][1]["tool_calls"][0]["function"]["arguments"] == "{at: 1"


@pytest.mark.parametrize("text", ['{"default":"\\ud800"}', '{"maximum":1180591620717411303424}'])
def test_a_schema_that_json_readers_would_not_take_is_refused(tmp_path, text):
    written, rows = write(tmp_path, tools=[Tool("f", "", text)])
    assert rows == [] and "would not take it" in written.rejected[0].reasons[0]


def test_a_schema_of_many_lines_stays_on_one(tmp_path):
    _, (row,) = write(tmp_path, tools=[Tool("f", "", '{\n "type": "object"\n}')])
    assert row["tools"][0]["function"]["parameters"] == {"type": "object"}


def test_a_schema_that_is_no_json_is_refused(tmp_path):
    written, rows = write(tmp_path, tools=[Tool("f", "", '{}, "messages": []')])
    assert rows == [] and "should be JSON" in written.rejected[0].reasons[0]


def test_pictures_are_embedded_from_bytes_and_from_files(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    media = (Media(data=PNG), Media(path="a.png", root=str(tmp_path)), Media(url="https://x.example/a"))
    _, (row,) = write(tmp_path, *media)
    urls = [part["image_url"]["url"] for part in row["messages"][0]["content"][:3]]
    assert urls == [ADDRESS, ADDRESS, "https://x.example/a"]


def test_or_named(tmp_path):
    _, (row,) = write(tmp_path, Media(path="a.png", root="/nowhere"), embed=False)
    assert row["messages"][0]["content"][0]["image_url"]["url"] == "a.png"


@pytest.mark.parametrize(
    ("media", "settings", "words"),
    [
        ([Media(path="a.png", root="/nowhere")], {}, "cannot be read"),
        ([Media(data=b"hello")], {}, "none of the encodings"),
        ([Media(data=PNG)], {"embed": False}, "embed"),
        ([Media()], {}, "neither a path nor an address"),
        ([Media(kind="motion", path="a.npy")], {}, "motion"),
    ],
)
def test_a_picture_that_cannot_be_written_is_refused_with_the_reason(tmp_path, media, settings, words):
    written, rows = write(tmp_path, *media, **settings)
    assert rows == [] and words in written.rejected[0].reasons[0]


def test_a_picture_in_an_answer_is_refused(tmp_path):
    turns = [Turn.of("user", "a"), Turn("assistant", (Part("image"),))]
    written, _ = write(tmp_path, Media(data=PNG), turns=turns)
    assert "assistant" in written.rejected[0].reasons[0]


def test_an_array_of_rows_is_read(tmp_path):
    path = tmp_path / "some.json"
    rows = [{"messages": [asked("https://x.example/a.jpg"), ANSWER]}] * 2
    path.write_text(json.dumps(rows, indent=1))
    format_ = plugins.load("formats", "openai")
    assert format_.sniff(path)
    assert [len(row.media) for row in format_.read(path)] == [1, 1]


def test_names_that_openai_refuses_are_refused_or_changed_and_named_as_lost(tmp_path):
    call = Turn("assistant", (), (Call("c", "maps.find", "{}"),))
    result = Turn("tool", (Part("text", "2"),), (), "c", "maps.find")
    turns = [Turn.of("user", "Where?"), call, result, Turn.of("assistant", "There.")]
    some = {"turns": turns, "tools": [Tool("maps.find"), Tool("maps_list")]}
    written, rows = write(tmp_path, **some)
    assert rows == [] and "see the setting `rename`" in written.rejected[0].reasons[0]
    written, (row,) = write(tmp_path, **some, rename=True)
    assert written.lost == {"the exact name of a tool": 1}
    assert [tool["function"]["name"] for tool in row["tools"]] == ["maps_find", "maps_list"]
    assert row["messages"][1]["tool_calls"][0]["function"]["name"] == row["messages"][2]["name"] == "maps_find"


@pytest.mark.parametrize(
    ("names", "words"), [(["a.b", "a_b"], "one name"), (["a" * 65], "longer than the 64"), ([""], "is empty")]
)
def test_names_that_no_change_mends_are_refused(tmp_path, names, words):
    written, rows = write(tmp_path, tools=list(map(Tool, names)), rename=True)
    assert rows == [] and words in written.rejected[0].reasons[0]
