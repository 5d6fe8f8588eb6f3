"""Replies are read as servers write them, and one that holds no answer says so."""

import orjson
import pytest

from pictus.chat.reply import completion, read_reply
from pictus.prompt import Fault, Usage
from pictus.record import Call


def reply(message, finish="stop", **more):
    return orjson.dumps({"model": "m", "choices": [{"message": message, "finish_reason": finish}], **more})


def test_what_is_made_is_read_back():
    usage, calls = Usage(prompt=5, completion=7), (Call("c1", "find", '{"item":"cup"}'),)
    answer = read_reply(completion("Hi", model="m", usage=usage, calls=calls, reasoning="hm", finish="tool_calls"))
    assert (answer.turns[0].text, answer.turns[0].calls, answer.model) == ("Hi", calls, "m")
    assert (answer.finish, answer.reasoning, answer.usage) == ("tool_calls", "hm", usage)
    assert read_reply(answer.reply) == answer


def test_thoughts_are_kept_apart_however_they_come():
    for message in (
        {"content": "Yes.", "reasoning_content": "Because."},
        {"content": "Yes.", "reasoning": "Because."},
        {"content": "<think>Because.</think>\n\nYes."},
        {"content": [{"type": "text", "text": "Yes."}], "reasoning": "Because."},
    ):
        answer = read_reply(reply(message))
        assert (answer.turns[0].text, answer.reasoning) == ("Yes.", "Because.")


def test_calls_with_arguments_as_an_object_become_text():
    calls = [{"function": {"name": "f", "arguments": {"a": 1}}}]
    answer = read_reply(reply({"content": None, "tool_calls": calls}, "stop"))
    assert answer.turns[0].calls == (Call("call_0", "f", '{"a":1}'),) and answer.finish == "tool_calls"


@pytest.mark.parametrize(
    ("body", "remedy"),
    [
        (b'{"choices": [{"mess', "retry"),
        (b"<html>proxy</html>", "retry"),
        (b"[]", "retry"),
        (b'{"choices": []}', "retry"),
        (b'{"choices": [{}]}', "retry"),
        (b'{"error": {"message": "upstream"}, "choices": []}', "retry"),
        (reply({"content": ""}, "content_filter"), "set_aside"),
        (reply({"content": None, "refusal": "I will not"}), "set_aside"),
        (reply({"content": "a"}, "error"), "retry"),
    ],
)
def test_a_reply_without_an_answer_says_why(body, remedy):
    with pytest.raises(Fault) as caught:
        read_reply(body)
    assert caught.value.remedy == remedy and caught.value.what


def test_an_empty_answer_is_an_answer():
    assert read_reply(reply({"content": None}, "length")).finish == "length"
