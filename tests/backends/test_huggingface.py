"""A model in this process says the same alone and in a batch, and every way it cannot answer is told."""

import asyncio
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictus import plugins
from pictus.backends.huggingface import folder, loading
from pictus.backends.huggingface.batching import batches
from pictus.backends.huggingface.calls import read_calls
from pictus.backends.huggingface.rendering import without_system
from pictus.chat.reply import read_reply
from pictus.errors import PictusError
from pictus.prompt import Fault, Prompt, Sampling
from pictus.record import Call, Media, Part, Tool, Turn
from tiny_models import CHAT, CONTEXT, needs, write_adapter, write_chat

needs("torch", "transformers", "accelerate", "peft")
import torch  # noqa: E402
import transformers  # noqa: E402

SHORT = Sampling(max_tokens=12)


def asked(text="What is it?", *, seed=0, sampling=SHORT, system="Be kind.", **rest):
    turns = (Turn.of("system", system), Turn.of("user", text))
    return Prompt(kind="x", messages=turns, seed=seed, sampling=sampling, **rest)


def several(sampling=SHORT, count=9):
    """Prompts of unequal length that want answers of unequal length."""
    return [
        asked("what is it? " * (1 + 5 * number % 7), seed=number, sampling=replace(sampling, max_tokens=6 + 2 * number))
        for number in range(count)
    ]


def backend(model, **settings):
    return plugins.load("backends", "huggingface", {"model": str(model), "device": "cpu", "threads": 1, **settings})


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


@pytest.mark.parametrize("name", ["chat", "qwen", "seeing"])
@pytest.mark.parametrize("sampling", [SHORT, Sampling(temperature=1.0), Sampling(temperature=0.7, top_p=0.8)])
def test_a_batch_says_what_one_by_one_says(tiny, name, sampling):
    prompts = several(sampling)
    together = ask(backend(tiny(name), max_batch=4), prompts)
    assert together == ask(backend(tiny(name)), prompts, together=False)
    assert len(set(texts(together))) > 5
    assert all(
        0 < answer.usage.completion <= p.sampling.max_tokens for answer, p in zip(together, prompts, strict=True)
    )


def test_batches_are_really_made(tiny, monkeypatch):
    sizes = []
    generate = transformers.LlamaForCausalLM.generate

    def seen(self, input_ids, **rest):
        sizes.append(tuple(input_ids.shape))
        return generate(self, input_ids=input_ids, **rest)

    monkeypatch.setattr(transformers.LlamaForCausalLM, "generate", seen)
    ask(backend(tiny("chat"), max_batch=4), several())
    assert sum(rows for rows, _ in sizes) == 9 and max(rows for rows, _ in sizes) == 4
    sizes.clear()
    ask(backend(tiny("chat"), batch_tokens=1), several())
    assert [rows for rows, _ in sizes] == [1] * 9


def test_the_seed_draws_and_without_heat_there_is_nothing_to_draw(tiny):
    hot = [asked(seed=seed, sampling=Sampling(temperature=1.0, max_tokens=12)) for seed in (1, 2, 1, 2**70)]
    cold = [asked(seed=seed, sampling=Sampling(temperature=heat, max_tokens=12)) for seed, heat in ((1, 0), (2, None))]
    first, second, again, far, *likeliest = texts(ask(backend(tiny("chat")), hot + cold))
    assert first == again and len({first, second, far}) == 3
    assert likeliest[0] == likeliest[1]
    narrow = asked(sampling=Sampling(temperature=5.0, top_p=0.0, max_tokens=12))
    assert texts(ask(backend(tiny("chat")), [narrow])) == likeliest[:1]


def test_what_is_drawn_is_spread_as_the_scores_say():
    from pictus.backends.huggingface.choosing import Chance

    rows = [(Sampling(temperature=0.5, top_p=0.95), seed) for seed in range(3000)]
    scores = torch.tensor([[0.0, 0.5, 1.0, -1.5]]).repeat(len(rows), 1)
    drawn = Chance(rows, "cpu")(None, scores).argmax(dim=-1).bincount(minlength=4) / len(rows)
    likely = torch.tensor([0.0, 0.5, 1.0, -torch.inf]).div(0.5).softmax(dim=-1)  # the last is beyond the 95 %
    assert torch.allclose(drawn, likely, atol=0.03)


def test_a_stop_string_ends_its_answer_and_no_other(tiny):
    prompts = several(Sampling(), 3)
    whole = ask(backend(tiny("chat")), prompts)
    stop = whole[1].turns[0].text[3:5]
    stopped = replace(prompts[1], sampling=replace(prompts[1].sampling, stop=("never said", stop)))
    first, cut, last = ask(backend(tiny("chat")), [prompts[0], stopped, prompts[2]])
    assert (first, last) == (whole[0], whole[2])
    assert cut.turns[0].text == whole[1].turns[0].text.partition(stop)[0] and cut.finish == "stop"
    assert cut.usage.completion < whole[1].usage.completion


def test_an_answer_ends_with_its_tokens_or_with_the_context(tiny):
    (short,) = ask(backend(tiny("chat")), [asked(sampling=Sampling(max_tokens=3))])
    assert (short.finish, short.usage.completion) == ("length", 3)
    prompts = [asked("?" * (CONTEXT - 60)), asked("?" * CONTEXT), asked("?" * (CONTEXT - 60), sampling=Sampling())]
    fits, too_long, rest = ask(backend(tiny("chat")), prompts)
    assert fits.usage.completion == 12
    assert too_long.remedy == "set_aside" and "context" in too_long.what
    assert rest.finish == "stop" or rest.usage.prompt + rest.usage.completion == CONTEXT


def test_the_reply_says_the_same_when_it_is_read_again(tiny):
    for answer in ask(backend(tiny("chat")), several(count=3)):
        assert read_reply(answer.reply) == answer
        assert answer.model == "chat" and answer.usage.prompt > 10


NO_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHAT
DROPS_SYSTEM = CHAT.replace("{% for m in messages %}", "{% for m in messages if m['role'] != 'system' %}")


@pytest.mark.parametrize("template", [NO_SYSTEM, DROPS_SYSTEM])
def test_a_system_text_that_the_template_does_not_take_stands_before_the_question(tiny, tmp_path, template):
    model = write_chat(tmp_path / "m", template=template)
    merged = Prompt(kind="x", messages=(Turn.of("user", "Be kind.\n\nWhat is it?"),), sampling=SHORT)
    told, expected = ask(backend(model), [asked(), merged])
    assert told.turns == expected.turns and told.usage == expected.usage
    assert ask(backend(tiny("chat"), system_role=False), [asked()]) == ask(backend(tiny("chat")), [merged])
    assert texts(ask(backend(tiny("chat")), [asked()])) != texts(ask(backend(tiny("chat")), [merged]))
    (refused,) = ask(backend(model, system_role=True), [asked()]) if template is NO_SYSTEM else [None]
    assert refused is None or ("no system" in refused.what and refused.remedy == "set_aside")


def test_a_system_text_finds_its_place():
    picture = Turn("user", (Part("image"), Part("text", "What?")))
    (merged,) = without_system((Turn.of("system", "A."), Turn.of("system", "B."), picture))
    assert merged.parts == (Part("text", "A.\n\nB.\n\n"), *picture.parts)
    assert without_system((Turn.of("system", "A."),)) == (Turn.of("user", "A."),)
    assert without_system((picture,)) == (picture,)


TOOL = Tool("find_owl", "Find an owl.", '{"type":"object"}')


def test_tools_are_shown_and_a_template_without_a_place_for_them_is_told(tiny, tmp_path):
    said = (
        Turn("assistant", calls=(Call("1", "find_owl", '{"a":1}'),)),
        Turn("tool", (Part("text", "none"),), call_id="1", name="find_owl"),
        Turn.of("user", "And now?"),
    )
    plain = asked()
    told = replace(plain, tools=(TOOL,), messages=plain.messages + said)
    without, shown = ask(backend(tiny("chat")), [plain, told])
    assert shown.usage.prompt > without.usage.prompt + 20
    blind = write_chat(tmp_path / "m", template=CHAT.partition("{% endfor %}")[2])
    (fault,) = ask(backend(blind), [replace(told, messages=plain.messages)])
    assert fault.remedy == "stop" and "tools" in fault.what


def test_calls_are_read_out_of_the_words():
    call = '<tool_call>\n{"name": "find", "arguments": {"what": "a } owl"}}\n</tool_call>'
    text, calls = read_calls(f"<think>or {call}?</think>Let me look.\n{call}\n{call.replace('</tool_call>', '')}")
    assert text == f"<think>or {call}?</think>Let me look."
    assert calls == (Call("call_0", "find", '{"what":"a } owl"}'), Call("call_1", "find", '{"what":"a } owl"}'))
    for broken in ("Hello.", "<tool_call>{not json}</tool_call>", call + '<tool_call>{"name": 3}</tool_call>'):
        assert read_calls(broken) == (broken, ())


def test_a_thought_that_the_template_opens_is_told_from_the_answer(tmp_path):
    model = write_chat(tmp_path / "m", template=CHAT.replace("assistant\n{%", "assistant\n<think>\n{%"))
    (answer,) = ask(backend(model), [asked()])
    assert answer.turns[0].text.startswith("<think>")  # twelve tokens of thought, and no end of it


@dataclass(frozen=True)
class Sized:
    length: int
    limit: int
    kin: tuple


sized = st.builds(Sized, st.integers(1, 50), st.integers(1, 20), st.sampled_from([(), ("picture",)]))


@given(rows=st.lists(sized, max_size=30), tokens=st.integers(1, 400), most=st.integers(1, 8))
def test_every_row_is_in_one_batch_and_batches_keep_to_the_budget(rows, tokens, most):
    made = list(batches(rows, tokens=tokens, most=most))
    assert sorted(place for batch in made for place in batch) == list(range(len(rows)))
    for batch in made:
        some = [rows[place] for place in batch]
        cost = len(some) * (max(one.length for one in some) + max(one.limit for one in some))
        assert len({one.kin for one in some}) == 1 and len(some) <= most
        assert cost <= tokens or len(some) == 1


@pytest.fixture
def one_batch(monkeypatch):
    """Wait for all prompts before a batch begins: on a busy machine they come apart, and numbers differ a little."""
    monkeypatch.setattr("pictus.backends.huggingface.batching._FILL_SECONDS", 0.5)


@pytest.mark.usefixtures("one_batch")
@pytest.mark.parametrize("holds", [0, 2])
def test_a_batch_that_the_memory_does_not_hold_is_halved(tiny, monkeypatch, holds):
    sizes = []
    generate = transformers.LlamaForCausalLM.generate

    def small(self, input_ids, **rest):
        sizes.append(len(input_ids))
        if len(input_ids) > holds:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return generate(self, input_ids=input_ids, **rest)

    expected = ask(backend(tiny("chat")), several())
    monkeypatch.setattr(transformers.LlamaForCausalLM, "generate", small)
    answers = ask(backend(tiny("chat")), several())
    if holds:
        assert answers == expected and sizes[0] == 9
    else:
        assert all(fault.remedy == "set_aside" and "memory" in fault.what for fault in answers)


@pytest.mark.usefixtures("one_batch")
def test_one_that_breaks_the_model_spoils_no_other(tiny, monkeypatch):
    expected = ask(backend(tiny("chat")), several())
    generate = transformers.LlamaForCausalLM.generate

    def brittle(self, attention_mask, **rest):
        if (attention_mask.sum(dim=1) == expected[4].usage.prompt).any():
            raise RuntimeError("index out of range")
        return generate(self, attention_mask=attention_mask, **rest)

    monkeypatch.setattr(transformers.LlamaForCausalLM, "generate", brittle)
    answers = ask(backend(tiny("chat")), several())
    hit = {place for place, one in enumerate(expected) if one.usage.prompt == expected[4].usage.prompt}
    for place, (one, other) in enumerate(zip(answers, expected, strict=True)):
        assert ("index out of range" in one.what and one.remedy == "set_aside") if place in hit else one == other


def test_closing_and_giving_up_leave_nothing_hanging(tiny):
    async def leave():
        model = backend(tiny("chat"))
        long = asked(sampling=Sampling(max_tokens=450))
        quick = await model.answer(asked())
        tasks = [asyncio.create_task(model.answer(replace(long, seed=seed))) for seed in range(6)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await model.close()
        return (
            quick,
            await asyncio.gather(*tasks, return_exceptions=True),
            await model.answer(asked()),
            await model.close(),
        )

    quick, left, again, _ = asyncio.run(asyncio.wait_for(leave(), 60))
    assert quick == again  # a closed backend opens again
    assert isinstance(left[0], asyncio.CancelledError)
    assert all(isinstance(one, Fault) and one.remedy == "retry" and "closed" in one.what for one in left[1:])


def picture(colour, size=(40, 30)):
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return Media(data=out.getvalue())


def seen(*colours, text="What is it?", seed=0):
    turn = Turn("user", (*(Part("image"),) * len(colours), Part("text", text)))
    return Prompt(kind="x", messages=(turn,), media=tuple(map(picture, colours)), sampling=SHORT, seed=seed)


def test_pictures_are_seen_each_by_its_own_prompt(tiny):
    prompts = [seen("red"), seen("blue", text="And this one?"), seen(), seen("red", "blue"), seen("blue", "red")]
    together = ask(backend(tiny("seeing")), prompts)
    assert together == ask(backend(tiny("seeing")), prompts, together=False)
    assert len(set(texts(together))) == 5
    assert together[3].usage.prompt - together[0].usage.prompt == 4  # a picture is four patches here


def test_pictures_that_cannot_be_shown_are_told(tiny):
    lost = replace(seen("red"), media=(Media(path="none.png"),))
    broken = replace(seen("red"), media=(Media(data=b"GIF89a"),))
    short = replace(seen("red", "blue"), media=(picture("red"),))
    heard = replace(seen("red"), messages=(Turn("user", (Part("audio"),)),))
    for fault in ask(backend(tiny("seeing")), [lost, broken, short, heard]):
        assert isinstance(fault, Fault) and fault.remedy == "set_aside"
    (blind,) = ask(backend(tiny("chat")), [seen("red")])
    assert blind.remedy == "stop" and blind.mend and "pictures" in blind.what
    (silent,) = ask(backend(tiny("chat")), [replace(asked(), media=(picture("red"),))])
    assert silent.turns, "media that no message shows do not matter"


def test_an_adapter_changes_the_words_and_the_name(tiny, tmp_path):
    adapter = write_adapter(tmp_path / "tuned", tiny("chat"))
    plain, tuned = backend(tiny("chat")), backend(tiny("chat"), adapter=str(adapter))
    assert texts(ask(plain, several())) != texts(ask(tuned, several()))
    assert (tuned.model, tuned.terms) == ("chat+tuned", "unknown")
    assert plain.shape() != tuned.shape()
    with pytest.raises(PictusError, match="no adapter"):
        backend(tiny("chat"), adapter=str(tiny("chat")))


def test_what_shapes_an_answer_follows_the_content_and_not_the_place(tiny, tmp_path):
    here, there = backend(tiny("chat")), backend(shutil.copytree(tiny("chat"), tmp_path / "a/chat"))
    assert here.shape() == there.shape() and json.dumps(here.shape())
    other = backend(write_chat(tmp_path / "b/chat", seed=1))
    assert here.shape() != other.shape()
    assert here.shape() != backend(tiny("chat"), dtype="bfloat16").shape()
    assert here.context == CONTEXT and here.at_once == 4 * here.max_batch


def test_a_model_of_the_hub_is_found_where_it_was_downloaded_to(tiny, tmp_path, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(PictusError, match="not on this machine") as caught:
        backend("Qwen/Qwen3-4B")
    assert "hf download Qwen/Qwen3-4B" in caught.value.mend
    home = tmp_path / "models--Qwen--Qwen3-4B"
    shutil.copytree(tiny("chat"), home / "snapshots/0123456789012345678901234567890123456789")
    (home / "refs").mkdir()
    (home / "refs/main").write_text("0123456789012345678901234567890123456789")
    found = backend("Qwen/Qwen3-4B")
    assert (found.model, found.terms, found.context) == ("Qwen/Qwen3-4B", "Apache-2.0", CONTEXT)
    (answer,) = ask(found, [asked()])
    assert answer.model == "Qwen/Qwen3-4B"
    assert found.shape()["weights"] == backend(tiny("chat")).shape()["weights"]


def test_a_download_that_fails_says_what_to_do(monkeypatch):
    hub = pytest.importorskip("huggingface_hub")

    def unreachable(*_, **__):
        raise hub.errors.LocalEntryNotFoundError("cannot reach it")

    monkeypatch.setattr(hub, "snapshot_download", unreachable)
    model = backend("nobody/nothing-at-all")
    assert model.context is None
    (fault,) = ask(model, [asked()])
    assert fault.remedy == "stop" and "hf download" in fault.mend
    with pytest.raises(PictusError, match="not on this machine"):
        model.shape()


def test_folders_that_hold_no_model_are_told_at_once(tiny, tmp_path):
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter/adapter_config.json").write_text("{}")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/config.json").write_text("{")
    for name, what in (("none", "no such folder"), ("adapter", "an adapter"), ("broken", "cannot be read")):
        with pytest.raises(PictusError, match=what) as caught:
            backend(tmp_path / name)
        assert caught.value.mend and str(tmp_path) in caught.value.where
    with pytest.raises(PictusError, match="no model: no config"):
        backend(tmp_path)
    with pytest.raises(PictusError, match="no model is named"):
        plugins.load("backends", "huggingface")
    for settings in ({"device": "gpu"}, {"max_batch": 0}, {"dtype": "int3"}):
        with pytest.raises(PictusError):
            backend(tiny("chat"), **settings)


def test_a_model_that_cannot_be_loaded_stops_with_a_mend(tiny, tmp_path):
    mute = write_chat(tmp_path / "mute", template=None)
    strange = shutil.copytree(tiny("chat"), tmp_path / "strange")
    (strange / "config.json").write_text('{"model_type": "never-heard-of"}')
    torn = shutil.copytree(tiny("chat"), tmp_path / "torn")
    (torn / "model.safetensors").write_bytes(b"torn")
    wanted = [(mute, "no chat template", "Instruct"), (strange, "cannot be loaded", "-U transformers")]
    for model, what, mend in [*wanted, (torn, "cannot be loaded", "download")]:
        first, second = ask(backend(model), [asked(), asked()])
        assert first.remedy == "stop" and what in first.what and mend in first.mend
        assert first is second  # loading is tried once
    if not torch.cuda.is_available():
        (fault,) = ask(backend(tiny("chat"), device="cuda:0"), [asked()])
        assert "sees no cuda" in fault.what


def test_what_is_not_installed_or_does_not_fit_is_told(tiny, tmp_path, monkeypatch):
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision/__init__.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        monkeypatch.delitem(sys.modules, name)
    (fault,) = ask(backend(tiny("chat")), [asked()])
    assert fault.remedy == "stop" and "does not fit the torch" in fault.what and "uninstall" in fault.mend
    for missing in ("transformers", "peft"):
        monkeypatch.setattr(loading, "find_spec", lambda name, missing=missing: None if name == missing else name)
        with pytest.raises(PictusError, match=f"{missing} is not installed") as caught:
            backend(tiny("chat"), adapter=str(tmp_path))
        assert caught.value.mend == "pip install 'pictus[huggingface]'"


def test_loading_the_backend_imports_nothing_heavy(tiny):
    code = (
        "import sys; from pictus import plugins; plugins.load('backends', 'huggingface', {'model': sys.argv[1]})\n"
        "print([name for name in ('torch', 'transformers', 'huggingface_hub', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, tiny("chat")], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_is_a_folder_or_an_id(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "maker/name").mkdir(parents=True)
    assert [folder.is_folder(name) for name in ("maker/name", "maker/other", "./maker/x", "name", "a/b/c")] == [
        True,
        False,
        True,
        True,
        True,
    ]
    assert folder.name_of("maker/name", None) == "name" and folder.name_of("maker/other", None) == "maker/other"
