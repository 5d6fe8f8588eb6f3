"""A GGUF model answers through llama.cpp in this process, and every way it cannot is told."""

import asyncio
import json
import shutil
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from pictus import plugins
from pictus.backends import llamacpp
from pictus.chat.reply import read_reply
from pictus.errors import PictusError
from pictus.json_schema import problems_with
from pictus.prompt import Fault, Prompt, Sampling
from pictus.reading.gguf import read_gguf_head
from pictus.record import Media, Part, Tool, Turn
from tiny_models import CHAT, needs, write_gguf

needs("xllamacpp", "gguf")

SHORT = Sampling(max_tokens=12, temperature=0.0)


def asked(text="What is it?", *, seed=0, sampling=SHORT, **rest):
    turns = (Turn.of("system", "Be kind."), Turn.of("user", text))
    return Prompt(kind="x", messages=turns, seed=seed, sampling=sampling, **rest)


def backend(model, **settings):
    settings = {"model": str(model), "slots": 4, "context": 256, "threads": 1, **settings}
    return plugins.load("backends", "llamacpp", settings)


def ask(asked_of, prompts, *, together=True):
    """Ask, all at once or one by one; a fault stands where its answer would."""

    async def all_of_them():
        try:
            if together:
                return await asyncio.gather(*map(asked_of.answer, prompts), return_exceptions=True)
            return [(await asyncio.gather(asked_of.answer(one), return_exceptions=True))[0] for one in prompts]
        finally:
            await asked_of.close()

    return asyncio.run(all_of_them())


def texts(answers):
    return [answer.turns[0].text for answer in answers]


def test_more_prompts_than_slots_are_answered_as_one_by_one(tiny):
    prompts = [asked("what is it? " * (number + 1)) for number in range(10)]
    together = ask(backend(tiny("gguf")), prompts)
    assert texts(together) == texts(ask(backend(tiny("gguf"), slots=1), prompts, together=False))
    assert len(set(texts(together))) > 5
    for answer in together:
        assert answer.model == "tiny" and 0 < answer.usage.completion <= 12
        assert read_reply(answer.reply) == answer


def test_the_seed_draws(tiny):
    hot = Sampling(temperature=2.0, max_tokens=12)
    first, second, again, far = ask(backend(tiny("gguf")), [asked(seed=s, sampling=hot) for s in (1, 2, 1, 2**40)])
    assert first.turns == again.turns and len({first.turns, second.turns, far.turns}) == 3


def test_a_schema_binds_the_words_and_tools_are_shown(tiny):
    schema = {
        "type": "object",
        "properties": {"answer": {"type": "string", "maxLength": 5}, "sure": {"type": "boolean"}},
        "required": ["answer", "sure"],
        "additionalProperties": False,
    }
    long = Sampling(max_tokens=120)
    tools = (Tool("find_owl", "Find an owl.", '{"type":"object"}'),)
    plain, bound, told = ask(
        backend(tiny("gguf")), [asked(), asked(sampling=long, schema=json.dumps(schema)), asked(tools=tools)]
    )
    assert list(problems_with(json.loads(bound.turns[0].text), schema)) == []
    assert told.usage.prompt > plain.usage.prompt + 20


def test_an_answer_ends_with_its_tokens_and_a_prompt_too_long_is_set_aside(tiny):
    model = backend(tiny("gguf"))
    cut, too_long = ask(model, [asked(sampling=Sampling(max_tokens=1)), asked("What is it? " * 200)])
    assert (cut.finish, cut.usage.completion) == ("length", 1)
    assert too_long.remedy == "set_aside" and "too long" in too_long.what
    assert model.context == 256 and model.at_once == 8


def picture(colour):
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return Media(data=out.getvalue())


def seen(*colours):
    turn = Turn("user", (*(Part("image"),) * len(colours), Part("text", "What is it?")))
    return Prompt(kind="x", messages=(turn,), media=tuple(map(picture, colours)), sampling=SHORT)


def test_pictures_are_seen_through_the_projector(tiny):
    sees = backend(tiny("gguf"), projector=str(tiny("projector")))
    lost = replace(seen("red"), media=(Media(path="none.png"),))
    red, blue, none, both, again, fault = ask(
        sees, [seen("red"), seen("blue"), seen(), seen("red", "blue"), seen("red"), lost]
    )
    assert len(set(texts([red, blue, none, both]))) == 4 and red.turns == again.turns
    assert red.usage.prompt - none.usage.prompt == 4  # a picture is four patches here
    assert fault.remedy == "set_aside"
    assert sees.shape() != backend(tiny("gguf")).shape()


def test_pictures_want_a_projector(tiny):
    prompt = replace(asked(), messages=(Turn("user", (Part("image"), Part("text", "?"))),), media=(Media(data=b""),))
    (fault,) = ask(backend(tiny("gguf")), [prompt])
    assert fault.remedy == "stop" and "projector" in fault.mend


def test_the_server_is_for_its_owner_and_is_gone_when_closed(tiny):
    async def look():
        from aiohttp import ClientError, ClientSession

        model = backend(tiny("gguf"))
        await model.answer(asked())
        address = f"{model._server.listening_address}/v1/chat/completions"
        assert address.startswith("http://127.0.0.1:")
        async with ClientSession() as session:
            async with session.post(address, json={"messages": [{"role": "user", "content": "Hi"}]}) as reply:
                status = reply.status
            await model.close()
            with pytest.raises(ClientError):
                await session.post(address, json={})
        again = await model.answer(asked())
        await model.close()
        return status, again

    status, again = asyncio.run(asyncio.wait_for(look(), 60))
    assert status == 401 and again.turns


def test_closing_ends_what_is_being_answered(tiny):
    async def leave():
        model = backend(tiny("gguf"), context=4096, slots=2)
        await model.answer(asked())
        long = asked(sampling=Sampling(max_tokens=4000, temperature=3.0), schema='{"type":"string","minLength":1900}')
        task = asyncio.create_task(model.answer(long))
        await asyncio.sleep(0.05)
        await model.close()
        return await asyncio.gather(task, return_exceptions=True)

    (left,) = asyncio.run(asyncio.wait_for(leave(), 60))
    assert isinstance(left, Fault) and left.remedy == "retry"


def test_what_shapes_an_answer_follows_the_content_and_not_the_place(tiny, tmp_path):
    here, there = backend(tiny("gguf")), backend(shutil.copytree(tiny("gguf").parent, tmp_path / "a") / "gguf.gguf")
    assert here.shape() == there.shape() != backend(tiny("gguf"), context=128).shape()
    assert json.dumps(here.shape())
    other = backend(write_gguf(tmp_path / "gguf.gguf", seed=1))
    assert other.shape() != here.shape()


def test_terms_are_told_only_where_both_names_tell_the_same(tmp_path):
    for file, name, expected, terms in (
        ("qwen3-4b-q4_k_m.gguf", "Qwen3 4B", "Qwen3-4B", "Apache-2.0"),
        ("our-tuned-one.gguf", "Qwen3 4B", "Qwen3-4B", "unknown"),
        ("Qwen3-4B-Q8_0.gguf", "", "Qwen3-4B-Q8_0", "Apache-2.0"),
        ("Qwen3-4B.gguf", "Gemma 3 4B It", "Gemma-3-4B-It", "unknown"),
    ):
        model = backend(write_gguf(tmp_path / file, name=name))
        assert (model.model, model.terms) == (expected, terms)


def test_files_that_hold_no_whole_model_are_told_at_once(tiny, tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 100)
    for path, what in ((tmp_path / "none.gguf", "cannot be read"), (tmp_path / "model.safetensors", "no GGUF file")):
        with pytest.raises(PictusError, match=what) as caught:
            backend(path)
        assert caught.value.mend and caught.value.where == str(path)
    with pytest.raises(PictusError, match="no model is named"):
        plugins.load("backends", "llamacpp")
    with pytest.raises(PictusError, match="cannot be read"):
        backend(tiny("gguf"), projector=str(tmp_path / "mmproj.gguf"))
    with pytest.raises(PictusError, match="slots"):
        backend(tiny("gguf"), slots=0)


def test_a_split_model_is_named_by_its_first_part_and_wants_all(tmp_path):
    for number in (1, 2, 3):
        write_gguf(tmp_path / f"big-{number:05}-of-00003.gguf", name="", split=(number - 1, 3))
    first = tmp_path / "big-00001-of-00003.gguf"
    assert backend(first).model == "big"
    with pytest.raises(PictusError, match="not the first part"):
        backend(tmp_path / "big-00002-of-00003.gguf")
    (tmp_path / "big-00003-of-00003.gguf").unlink()
    with pytest.raises(PictusError, match="1 parts of the model are missing") as caught:
        backend(first)
    assert caught.value.mend == "put beside it: big-00003-of-00003.gguf"


def test_a_model_that_cannot_be_loaded_stops_with_a_mend(tiny, tmp_path):
    whole = tiny("gguf").read_bytes()
    (tmp_path / "torn.gguf").write_bytes(whole[: len(whole) // 2])
    (fault,) = ask(backend(tmp_path / "torn.gguf"), [asked()])
    assert fault.remedy == "stop" and "cannot load" in fault.what and "xllamacpp" in fault.mend


def test_slots_are_as_many_as_the_memory_holds(tiny, tmp_path, monkeypatch):
    head, parts = read_gguf_head(tiny("gguf")), [tiny("gguf")]
    size = parts[0].stat().st_size
    each = 256 * llamacpp.token_bytes(head)
    assert llamacpp.token_bytes(head) == 2 * 2 * 2 * 16 * 2  # key and value, 2 bytes, 2 layers, 2 heads of 16
    for free, slots in ((size + 100 * each, 16), (size + 10 * each, 5), (size + each, 1), (None, 16)):
        monkeypatch.setattr(llamacpp, "_free_bytes", lambda free=free: free)
        assert llamacpp.slots_for(head, parts, 256) == slots
    monkeypatch.setattr(llamacpp, "_free_bytes", lambda: size)
    with pytest.raises(PictusError, match="does not hold the model with 256 tokens"):
        llamacpp.slots_for(head, parts, 256)


def test_a_package_that_is_missing_or_speaks_otherwise_is_told(tiny, monkeypatch):
    import xllamacpp

    class Params:
        """What a version to come may look like: a setting that is needed has another name."""

        def __init__(self):
            self.model = type("Model", (), {"path": ""})()

    monkeypatch.setattr(xllamacpp, "CommonParams", Params)
    (fault,) = ask(backend(tiny("gguf")), [asked()])
    assert fault.remedy == "stop" and "no setting `model_alias`" in fault.what and "pictus[llamacpp]" in fault.mend
    monkeypatch.setattr(llamacpp, "find_spec", lambda name: None)
    with pytest.raises(PictusError, match="not installed") as caught:
        backend(tiny("gguf"))
    assert "pip install" in caught.value.mend


def test_the_template_of_the_file_is_used(tiny, tmp_path):
    longer = write_gguf(tmp_path / "longer.gguf", template="And now, dear reader: " + CHAT)
    (short,), (long,) = ask(backend(tiny("gguf")), [asked()]), ask(backend(longer), [asked()])
    assert long.usage.prompt > short.usage.prompt + 5
