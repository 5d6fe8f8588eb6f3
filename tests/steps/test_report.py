"""Reports: which items a page shows, that it needs nothing beside it, and that nothing in it can do harm."""

import asyncio
import json
import re
from html.parser import HTMLParser
from itertools import product

import pytest

from browser import tab
from endpoint import serving
from exams import knowing, write_exams
from pictus.engine.events import Events
from pictus.steps import compare, evaluate, report

# How many items a reader sees, as the browser lays them out.
SEEN = "[...document.querySelectorAll('.item')].filter(one => one.checkVisibility()).length"
EVIL = '</pre><script>alert(1)</script>"onload="x'


def sometimes(body, times):
    """Answer wrongly, or say something nasty, to some questions."""
    words = str(body["messages"][-1]["content"])
    if "hing 1 " in words:
        return "I'm sorry, I cannot see any picture."
    return EVIL if "hing 2 " in words else knowing(body, times)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Evaluate two models on the same."""
    root = tmp_path_factory.mktemp("runs")
    write_exams(root / "data")
    for name, play in (("a", sometimes), ("b", knowing)):
        with serving(play) as endpoint:
            settings = {"base_url": endpoint.base}
            plan = evaluate.plan("openai:m", ["gqa", "mmmu"], root / "data", str(root / name), settings=settings)
            evaluate.run(plan, Events())
    return root


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.items, self.addresses, self.words = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.tags.append(tag)
        assert not any(name.startswith("on") for name in told)
        if tag == "article":
            self.items.append(told["class"].split())
        self.addresses += [told[name] for name in ("src", "href") if name in told]

    def handle_data(self, data):
        self.words.append(data.strip())


def page_of(path):
    text = path.read_text("utf-8")
    return Page(text), text


def test_a_page_shows_prompt_answer_truth_and_score_and_needs_nothing_beside_it(runs):
    page, _ = page_of(report.report_run(runs / "a"))
    assert len(page.items) == 16 and page.tags.count("img") == 16  # the pictures of MMMU lie inside tables
    assert all(address.startswith(("data:image/", "#item-")) for address in page.addresses)
    words = "\n".join(page.words)
    assert "What colour has thing 1 of green?\nAnswer the question" in words and "I'm sorry, I cannot see" in words
    assert "(A) a red thing" in words and "refused" in words


def test_what_a_model_says_is_text_and_nothing_else(runs):
    page, text = page_of(report.report_run(runs / "a"))
    assert "script" not in page.tags and EVIL in page.words
    assert "default-src 'none'" in text


def test_each_choice_hides_what_has_not_its_class(runs):
    page, text = page_of(report.report_run(runs / "a"))
    rules = re.findall(r"body:has\(#(f\d-\d+):checked\) \.item:not\(\.\1\)", text)
    counts = dict(zip(rules, [sum(rule in names for names in page.items) for rule in rules], strict=True))
    told = {
        word: (name, int(count))
        for name, word, count in re.findall(r'id="(f\d-\d+)"> <span dir="auto">([^<]*)</span> <b>(\d+)</b>', text)
    }
    assert dict(told.values()) == counts
    assert {"gqa", "mmmu", "wrong", "right", "refused", "open"} <= set(told)
    assert told["gqa"][1] == 8


@pytest.mark.browser
@pytest.mark.serial
def test_a_browser_filters_the_items_without_scripts_and_asks_for_nothing(runs, tmp_path):
    path = report.report_run(runs / "a")
    page = page_of(path)[0]
    asyncio.run(_looked_through(path, tmp_path / "profile", page.items))


async def _looked_through(path, profile, items):
    async with tab(profile) as shown:
        await shown.open(path.as_uri())
        assert await shown.ask("document.title") == "Evaluation of m" and await shown.ask(SEEN) == len(items)
        pictures = "[...document.images].map(one => (one.loading = 'eager', one.src.slice(0, 11)))"
        assert set(await shown.ask(pictures)) == {"data:image/"}
        choices = await shown.ask("[...document.querySelectorAll('.filters input')].map(one => one.id)")
        for name in filter(None, choices):
            await shown.click(f"label:has(#{name})")
            assert await shown.ask(SEEN) == sum(name in names for names in items)
            row = await shown.ask(f"document.getElementById('{name}').name")
            await shown.click(f"label:has([name='{row}']:not([id]))")
            assert await shown.ask(SEEN) == len(items)
        by = [[name for name in choices if name.startswith(f"f{row}-")] for row in (1, 2)]
        for one, other in product(*by):  # two rows at once
            for name in (one, other):
                await shown.click(f"label:has(#{name})")
            assert await shown.ask(SEEN) == sum({one, other} <= set(names) for names in items)
        assert {address.partition(":")[0] for address in shown.requests} <= {"file", "data"}
        assert [address for address in shown.requests if address.startswith("file")] == [path.as_uri()]
        assert await shown.ask("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
        assert not await shown.ask("document.scripts.length") and not shown.complaints


def test_a_small_page_holds_first_what_says_most(runs):
    page, text = page_of(report.report_run(runs / "a", shown=8))
    assert len(page.items) == 8 and "8 of 16 items are on this page." in text
    assert EVIL in page.words and "I'm sorry, I cannot see any picture." in page.words
    assert report.report_run(runs / "a", shown=8).read_text() == text


def test_a_comparison_shows_the_flips_with_both_answers(runs, tmp_path):
    plan = compare.plan(runs / "a", runs / "b")
    found = compare.run(plan)
    page, text = page_of(report.report_comparison(plan, found, tmp_path, shown=10))
    assert len(page.items) == 10 and page.words.count("better") >= len(found["gqa"].better) == 2
    assert page.words.count("A") == page.words.count("B") == 10
    first = page.words[page.words.index(found["gqa"].better[0]) :]
    assert "better" in first[:12]
    assert "flip" in text and "2 better, 0 worse" in (tmp_path / "report.md").read_text()
    assert set(json.loads((tmp_path / "comparison.json").read_bytes())) == {"gqa", "mmmu"}


def test_what_says_most_comes_first_whatever_its_benchmark_is(runs, tmp_path):
    for side, scores in (("old", (1, 0)), ("new", (1, 1))):
        for benchmark, score in zip(("first", "second"), scores, strict=True):
            (tmp_path / side / benchmark).mkdir(parents=True)
            (tmp_path / side / benchmark / "items.jsonl").write_text(json.dumps({"id": "1", "score": score}))
    plan = compare.plan(tmp_path / "old", tmp_path / "new")
    _, text = page_of(report.report_comparison(plan, compare.run(plan), tmp_path))
    assert re.findall(r'class="flip (\w+)"', text) == ["better", "same"]
    _, text = page_of(report.report_run(runs / "a"))
    articles = text.split("<article")[1:]
    order = [0 if "· refused" in one else 1 if "answer wrong" in one else 2 for one in articles]
    assert order == sorted(order) and {*order} == {0, 1, 2}


def test_benchmarks_stand_beside_each_other_and_models_are_told_apart(runs, tmp_path):
    report.report_run(runs / "b")
    table = (runs / "b" / "report.md").read_text()
    assert table.index("## mean of the items") < table.index("| gqa | 1.0000, 95%: 0.") < table.index("## gqa")
    told = json.loads((runs / "b" / "evaluation.json").read_bytes())
    assert told["folder"] is None and table.startswith("# Evaluation of m\n")
    (tmp_path / "gqa").mkdir()
    (tmp_path / "evaluation.json").write_text(
        json.dumps(
            {"model": "model", "folder": "trained/tools/model", "benchmarks": {"gqa": told["benchmarks"]["gqa"]}}
        )
    )
    page, _ = page_of(report.report_run(tmp_path))
    assert "Evaluation of trained/tools/model" in page.words and "mean of the items" in page.words
    plan = compare.plan(runs / "a", runs / "b")
    _, text = page_of(report.report_comparison(plan, compare.run(plan), tmp_path / "c"))
    assert f"A: {runs / 'a'}, the answers of m" in text


def test_files_of_items_alone_are_shown_as_far_as_they_tell(tmp_path):
    for side, score in (("a", 0), ("b", 1)):
        line = {"id": "q|1", "score": score, "parsed": ['a "x"', 3.5], "note": "", "kind": "<b>"}
        (tmp_path / f"{side}.jsonl").write_text(json.dumps(line) + "\n")
    plan = compare.plan(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    page, _ = page_of(report.report_comparison(plan, compare.run(plan), tmp_path / "out"))
    assert "q|1" in page.words and "better" in page.words and 'a "x"\n3.5' in page.words


def test_a_split_without_public_answers_is_shown_too(runs):
    to = runs / "secret"
    evaluate.run(evaluate.plan("echo", ["gqa:test_balanced"], runs / "data", str(to)), Events())
    page, _ = page_of(report.report_run(to))
    assert len(page.items) == 8 and "not public" in (to / "report.md").read_text()


def test_markdown_keeps_its_cells(tmp_path):
    table = report.Figures(title="a | b", rows=(("x|y", "<i>\nz"),))
    report._write_markdown(tmp_path / "r.md", "T", [table])
    assert "| x\\|y | &lt;i> z |" in (tmp_path / "r.md").read_text()
