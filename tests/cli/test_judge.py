"""`pictus judge` as it is typed, and every command of its page in the docs."""

import json
import re
import shlex
from pathlib import Path

import pytest

from endpoint import serving

PAGE = Path(__file__).parents[2] / "docs/judging.md"


def play(body, times):
    properties = body["response_format"]["json_schema"]["schema"]["properties"]
    if "why" in properties:
        low = body["seed"] % 2 == 0
        return json.dumps({"why": "It is vague.", "consistency": 2 if low else 4, "coherence": 4, "factuality": 4})
    return json.dumps(dict.fromkeys(properties, "unknown"))


@pytest.fixture
def made(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("demo", "--to", "demo", "--count", 6)
    return Path("demo/instruct")


def test_it_says_what_was_asked_what_fell_and_where_the_scores_are(made, run):
    with serving(play) as endpoint:
        arguments = ("judge", made, "--model", "m", "--base-url", endpoint.base, "--to", "clean", "--price", "1,1")
        out, err = run(*arguments, code=3)
        again = run(*arguments, code=3)
    assert re.fullmatch(r"clean: \d+ records, \d+ turns, \d+ pictures\n", out) and again[0] == out
    assert "tokens in" in err and "were set aside; clean/rejected.json shows ten of each" in err
    assert re.search(r"\d+  judge: consistency 2 of 5\n", err)
    assert "clean/side/judge" in err and "next: pictus export clean" in err


def test_a_dry_run_tells_requests_and_money_and_asks_nothing(made, run):
    with serving(play) as endpoint:
        arguments = ("judge", made, "--model", "gpt-4o-mini", "--base-url", endpoint.base, "--to", "clean", "--dry-run")
        out, _ = run(*arguments, "--see", "--sample", 5)
        told = json.loads(run(*arguments, "--test", "blind", "--json")[0])
        assert endpoint.asked == [] and not Path("clean").exists()
    assert "would ask gpt-4o-mini 10 times about 5 records: blind and quality" in out
    assert "pictures" in out and "money" in out and "--batch" not in out
    assert told["requests"] == told["records"]


def test_mistakes_are_told_with_their_mends(made, run):
    assert "no judge is named" in run("judge", made, "--to", "c", code=1)[1]
    assert "has no model" in run("judge", made, "--to", "c", "--backend", "program", code=1)[1]
    assert "'blnd' is not one of" in run("judge", made, "--to", "c", "--test", "blnd", code=2)[1]
    assert "6 is not in the range" in run("judge", made, "--to", "c", "--least", 6, code=2)[1]
    assert "nobody knows the price" in run("judge", made, "--to", "c", "--backend", "echo", "--budget", 1, code=1)[1]


def test_every_command_of_the_page_runs(made, run):
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL) for line in block.splitlines()
    ]
    commands = [shlex.split(line) for line in lines if line.startswith("pictus ")]
    assert len(commands) >= 5
    with serving(play) as endpoint:
        for command in commands:
            command = [endpoint.base if word == "http://localhost:8000/v1" else word for word in command]
            run(*command[1:], code=3 if "judge" in command and "--dry-run" not in command else 0)
    for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        exec(compile(code, str(PAGE), "exec"), {})
