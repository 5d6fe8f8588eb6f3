"""Replies are read as servers write them, and one that holds no answer says so."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.chat.reply import completion, read_reply
from pictus.prompt import Fault, Usage
from pictus.record import Call


def reply(message, finish="stop", **more):
    return json.dumps({"model": "m", "choices": [{"message": message, "finish_reason": finish}], **more}).encode()


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


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"choices": [{"message": {"content": "yes"}, "logprobs": NaN}]}', "yes"),
        (b'{"choices": [{"message": {"content": "half \\ud83d a letter"}}]}', "half ? a letter"),
        (b'{"choices": [{"message": {"content": "byte \xff"}}]}', "byte \ufffd"),
        (b'\xef\xbb\xbf{"choices": [{"message": {"content": "yes"}}]}', "yes"),
        (b'{"choices": [{"message": {"content": "yes", "tool_calls": null}}, {"message": {"content": "no"}}]}', "yes"),
    ],
)
def test_what_was_paid_for_is_read_though_it_is_not_quite_json(body, text):
    assert read_reply(body).turns[0].text == text


@pytest.mark.parametrize(
    "usage",
    [
        *("text", [1], {}, {"total_tokens": 9}, {"prompt_tokens": 0, "completion_tokens": 0}),
        *({"prompt_tokens": value, "completion_tokens": 1} for value in (-5, 10**20, "x", None, [1])),
        *({"prompt_tokens": 1, "completion_tokens": value} for value in (-5, 10**20, "x", [1])),
    ],
)
def test_counts_that_make_no_sense_are_no_counts(usage):
    assert read_reply(reply({"content": "yes"}, usage=usage)).usage is None


@pytest.mark.parametrize(("details", "cached"), [([1], 0), ({"cached_tokens": 90}, 10), ({"cached_tokens": -1}, 0)])
def test_no_more_is_cached_than_was_asked(details, cached):
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": details}
    assert read_reply(reply({"content": "yes"}, usage=usage)).usage == Usage(prompt=10, completion=2, cached=cached)


_KEYS = ("message", "content", "text", "tool_calls", "function", "name", "arguments", "finish_reason", "prompt_tokens")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
)


@given(st.fixed_dictionaries({"choices": _JSON | st.lists(_JSON, min_size=1, max_size=2)}, optional={"usage": _JSON}))
def test_whatever_comes_is_an_answer_or_a_fault(body):
    try:
        answer = read_reply(json.dumps(body).encode())
    except Fault as fault:
        assert fault.what
    else:
        orjson.dumps(answer.turns)  # it can be written


@pytest.mark.parametrize(
    "form",
    [
        b'{"error":%s}',
        b'{"choices":%s}',
        b'{"choices":[{"message":{"content":%s}}]}',
        b'{"choices":[{"message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":%s}}]}}]}',
    ],
)
@pytest.mark.parametrize("depth", [300, 990, 1010, 100_000])
def test_lists_of_lists_of_lists_are_a_fault(form, depth):
    with pytest.raises(Fault):
        read_reply(form % (b"[" * depth + b"]" * depth))
