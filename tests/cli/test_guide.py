"""docs/generate.md: its commands run and print what it shows, and its tables say what the code does."""

import re
from functools import partial
from pathlib import Path
from random import Random

import orjson
import pytest
from aiohttp import web

from endpoint import serving
from pages import rows_below, shape, typed
from pictus.backends import openai
from pictus.chat.faults import fault_of
from pictus.licence import find
from pictus.plugins import names
from pictus.prompt_sets.model import Entry
from pictus.recipe import Generate, Recipe
from pictus.steps.generate import CHECKS

PAGE = (Path(__file__).parents[2] / "docs/generate.md").read_text()
rows = partial(rows_below, PAGE)


def play(body, times):
    """Answer as the prompt wants, and one time in ten as it must not."""
    if Random(body["seed"]).random() < 0.1:
        return "Question: What is there?\n===\nAnswer: The captions mention a drawing."
    if "response_format" in body:
        pairs = [{"question": "What is it?", "answer": "A drawing."}, {"question": "Is it large?", "answer": "Yes."}]
        return orjson.dumps({"pairs": pairs}).decode()
    if "===" in str(body["messages"][0]["content"]):
        return "Question: What do you see?\n===\nAnswer: A drawing.\n===\nQuestion: Is it plain?\n===\nAnswer: It is."
    return "It is a plain drawing in bright colours."


def test_each_command_runs_and_prints_what_the_page_shows(tmp_path, monkeypatch, run):
    async def models(request):
        return web.json_response({"data": [{"id": "Qwen/Qwen2.5-VL-7B-Instruct"}]})

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    named = openai.base_of
    with serving(play, routes=lambda app: app.router.add_get("/v1/models", models)) as endpoint:
        # Whatever address a command names, the endpoint here answers.
        monkeypatch.setattr(openai, "base_of", lambda address: named(address) and endpoint.base)
        count = 0
        for words, shown in typed(PAGE):
            if words[0] == "save":
                Path(words[1]).write_text(words[2])
            elif words[0] == "export":
                monkeypatch.setenv(*words[1].split("=", 1))
            else:
                assert words[0] == "pictus", words
                out, err = run(*words[1:], code=(0, 3))
                found = iter(shape(out + err))
                for line in shape("\n".join(shown)):
                    assert line == "…" or line in found, (words, line, out, err)
                count += 1
    assert count >= 12 and len(endpoint.asked) > 300
    assert len([body for body in endpoint.asked if "response_format" in body]) >= 40


@pytest.mark.parametrize("row", rows("## With a server of your own"), ids=lambda row: row[0])
def test_the_addresses_are_whole_and_the_keys_are_those_that_are_read(row):
    address = re.search(r"`(http\S+)`", row[1])[1]
    assert openai.base_of(address) == address
    host = address.split("/")[2]
    assert openai._KEYS.get(host, "") == row[2].strip("`") and (row[2] or host.startswith("localhost:"))


def test_every_maker_whose_key_is_known_is_in_the_table():
    assert {row[2].strip("`") for row in rows("## With a server of your own")} - {""} == set(openai._KEYS.values())


def test_every_key_of_an_entry_and_of_a_recipe_is_explained():
    told = {name for row in rows("| key of an entry") for name in re.findall(r"`(\w+)`", row[0])}
    assert told == {field.alias or name for name, field in Entry.model_fields.items()}
    inputs = re.findall(r"`(\w+)`", next(row for row in rows("| key of an entry") if row[0] == "`inputs`")[1])
    assert set(inputs) == set(Entry.model_fields["inputs"].annotation.__args__[0].__args__)
    recipes = PAGE[PAGE.index("## Recipes") : PAGE.index("## Prompt sets")]
    for name in {*Generate.model_fields, *Recipe.model_fields}:
        assert f"`{name}`" in recipes or f"`{name}:`" in recipes, name


def test_what_a_fault_leads_to_is_what_the_table_says():
    told = {
        int(status): re.search(r"\*\*(\w+)\*\*", row[1])[1]
        for row in rows("## When a request fails")
        for status in re.findall(r"`(\d{3})`", row[0])
    }
    assert len(told) >= 20
    assert {status: fault_of(status, {}, b"{}", address="").remedy for status in told} == told


def test_the_checks_and_licences_that_the_page_names_are_there():
    text = PAGE[PAGE.index("## Checks") : PAGE.index("## Licences")]
    default, more = text.split("model's words", 1)
    assert set(re.findall(r"`(\w+)`", default)) == set(CHECKS)
    added = set(re.findall(r"`(\w+)`", more)) & set(names("checks"))
    assert added == {"refusal", "repetition", "language", "grounding", "duplicates"}
    for licence, verdict in (("openai-output-terms", "no"), ("llama-2-community", "no"), ("llama-3-community", "no")):
        assert find(licence).training == verdict
    assert find("Apache-2.0").training == find("MIT").training == "yes"
