"""The catalogue from the command line: what there is, chosen and fitted to the terminal, and a person's own marks."""

import subprocess
import sys
from dataclasses import replace
from typing import ClassVar

import orjson
import pytest

from pictus import plugins
from pictus.card import Asset
from pictus.reading.bibtex import read_entries
from pictus.steps.catalogue import SHELVES

COCO = plugins.load_class("sources", "coco2017")
LINE = "Of the addresses a fifth are gone, so that many a picture cannot be had. A name stands as <PERSON>."
CARDS = {
    "a_name_of_twenty_one": {
        "size": "about 1.2 million conversations and captions, 3 GB",
        "stages": ("generate", "evaluate", "pretrain"),
        "text_licence": "conceptual-captions-free-use",
        "picture_licence": "research-and-educational-notice",
    },
    "permissive": {"text_licence": "MIT", "picture_licence": "CC0-1.0", "stages": ("tools",), "size": "3 rows"},
    "warned": {
        "advice": LINE,
        "needs": ("coco2017", "gqa"),
        "written_by": "llava",
        "model_terms": "openai-output-terms",
        "checked": "all of its files (52 rows)",
    },
}


@pytest.fixture
def more(monkeypatch):
    """Have three more sources, whose cards are as awkward as cards can be."""

    def made(name):
        class Source(COCO):
            card: ClassVar = replace(COCO.card, **CARDS[name])

            def assets(self):
                address = f"https://data.example/{'x' * 90}.tsv"
                return (
                    Asset(url=address, path="all.tsv", size_bytes=2_500_000_000, split="train"),
                    Asset(
                        url="https://data.example/form", path="all.zip", kind="pictures", by_hand="Fill in the form."
                    ),
                )

        return Source

    own = {name: made(name) for name in CARDS}
    names, load, summary = plugins.names, plugins.load_class, plugins.summary
    monkeypatch.setattr(plugins, "names", lambda family: (*names(family), *(own if family == "sources" else ())))
    monkeypatch.setattr(plugins, "load_class", lambda family, name, **rest: own.get(name) or load(family, name, **rest))
    monkeypatch.setattr(plugins, "summary", lambda family, name: "Own." if name in own else summary(family, name))


def columns(line, out):
    """Cut a line of a table where its first line says that columns begin."""
    head = out.splitlines()[0]
    starts = [head.index(name) for name in head.split()]
    return [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]


def names_of(out):
    return [line.split()[0] for line in out.splitlines()[1:]]


def test_sources_are_a_table_with_a_line_each(more, run):
    out, err = run("list", "sources")
    rows = {line.split()[0]: columns(line, out) for line in out.splitlines()}
    assert rows["source"] == ["source", "stages", "size", "licence", "commercial", "read"]
    assert rows["coco2017"][1:] == [
        "align, generate",
        "118,287 + 5,000 pictures",
        "CC-BY-4.0 / per-item",
        "depends",
        "no",
    ]
    assert rows["humanml3d"][2:5] == ["14,616 motions", "MIT / amass-research", "no"]
    assert rows["permissive"][1:5] == ["tools", "3 rows", "MIT / CC0-1.0", "yes"]
    assert rows["a_name_of_twenty_one"][2] == "about 1.2 million conversations"
    assert len(rows) == len(plugins.names("sources")) + 1 == len(out.splitlines())
    assert "do not take it for yes" in err and f"next: pictus show {plugins.names('sources')[0]}\n" in err


@pytest.mark.parametrize("wide", [80, 100, 120])
def test_the_table_fits_the_terminal_and_loses_nothing(more, run, monkeypatch, wide):
    whole, _ = run("list", "sources")
    monkeypatch.setenv("COLUMNS", str(wide))
    out, err = run("list", "sources")
    assert max(map(len, out.splitlines() + err.splitlines())) <= wide
    rows = []
    for line in out.splitlines():
        cells = columns(line, out)
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1] = [f"{before} {cell}".strip() for before, cell in zip(rows[-1], cells, strict=True)]
    wanted = [columns(line, whole) for line in whole.splitlines()]
    assert [[cell.replace("- ", "-") for cell in row] for row in rows] == wanted


def test_a_terminal_too_narrow_for_a_table_gets_a_list(more, run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    out, _ = run("list", "sources")
    lines = out.splitlines()
    at = lines.index("permissive")
    assert lines[at + 1 : at + 6] == [
        "  stages: tools",
        "  size: 3 rows",
        "  licence: MIT / CC0-1.0",
        "  commercial: yes",
        "  read: no",
    ]
    assert max(map(len, lines)) <= 40


def test_sources_are_chosen_by_stage_by_what_is_permitted_and_by_marks(more, run):
    tools = names_of(run("list", "sources", "--stage", "tools")[0])
    assert "permissive" in tools and not {"coco2017", "a_name_of_twenty_one"} & {*tools}
    either = names_of(run("list", "--stage", "tools", "--stage", "evaluate")[0])
    assert {"a_name_of_twenty_one", *tools} <= {*either} and "coco2017" not in either
    permitted = names_of(run("list", "sources", "--commercial", "yes")[0])
    assert "permissive" in permitted and not {"coco2017", "humanml3d", "warned"} & {*permitted}
    assert {"humanml3d", "warned"} <= {*names_of(run("list", "--commercial", "no", "--stage", "align")[0])}
    everything = names_of(run("list", "sources")[0])
    chosen = [names_of(run("list", "--commercial", word)[0]) for word in ("yes", "no", "depends")]
    assert sorted(name for names in chosen for name in names) == sorted(everything)
    run("mark", "coco2017", "permissive", "read")
    assert names_of(run("list", "--read")[0]) == ["coco2017", "permissive"]
    assert names_of(run("list", "sources", "--unread")[0]) == [
        name for name in everything if name not in ("coco2017", "permissive")
    ]
    out, err = run("list", "--read", "--stage", "pretrain")
    assert out == "" and "no source is so" in err
    found = orjson.loads(run("list", "--read", "--json")[0])
    assert [row["name"] for row in found["sources"]] == ["coco2017", "permissive"] and list(found) == ["sources"]


def test_only_sources_can_be_chosen_so(run):
    _, err = run("list", "formats", "--stage", "align", code=2)
    assert "choose among sources, not formats" in err
    run("list", "--stage", "nothing", code=2)


def test_json_holds_the_whole_card(run):
    found = orjson.loads(run("list", "sources", "--json")[0])["sources"]
    row = next(row for row in found if row["name"] == "coco2017")
    assert row["commercial"] == "depends" and row["depends_on"] == "each picture's own licence" and row["read"] is False
    assert row["size"] == COCO.card.size and row["stages"] == list(COCO.card.stages)
    assert row["citation"] == COCO.card.citation and row["needs"] == []


def test_list_alone_names_all_and_reads_no_plugin(run, monkeypatch):
    out, err = run("list")
    assert len(out.splitlines()) == len(SHELVES) and err == "next: pictus list sources\n"
    lines = {line.split()[0]: line for line in out.splitlines()}
    for family in ("sources", "formats", "checks"):
        assert lines[family].split(maxsplit=1)[1] == ", ".join(plugins.names(family))
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, run("list")[0].splitlines())) <= 60
    code = "import sys; from pictus.cli import main; sys.argv[1:] = ['list']; main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not [name for name in done.stdout.splitlines()[-1].split() if name.startswith("pictus.sources.")]


def test_the_page_of_a_dataset_says_all_that_its_card_says(more, run):
    out, err = run("show", "warned")
    assert out.startswith("warned (source): COCO 2017\n")
    for words in (
        f"  ! {LINE}\n",
        "  needs       the pictures of coco2017, gqa\n",
        "  written by  llava (`pictus export CORPUS --format llava --to FILE`)\n",
        "  checked     against all of its files (52 rows)\n",
        "  cite        chen2015microsoft, lin2014microsoft (`pictus cite warned`)\n",
        "  read        no (`pictus mark warned read`)\n",
        "commercial use: no\n  - `openai-output-terms` does not permit training of competing models",
        "  picture  per-item: Each item has its own licence\n",
        COCO.card.licence_note,
        "  homepage  https://cocodataset.org\n",
        "  annotations/instances_train2017.json\n",
        ".tsv\n    all.tsv: annotations, train, 2.5 GB\n",
        "  https://data.example/form\n    all.zip: pictures\n    ! by hand: Fill in the form.\n",
        "  instances  True\n",
    ):
        assert words in out, words
    assert err.endswith("next: pictus import warned --from DATA --to CORPUS\n")


def test_equal_links_stand_once_and_facts_that_nobody_stated_are_left_out(run):
    out, _ = run("show", "humanml3d")
    assert "  homepage, code, data  https://github.com/EricGuo5513/HumanML3D\n" in out
    assert "needs" not in out and "written by" not in out and "!" not in out
    assert "  checked  against what is stated of its files\n" in out


def test_files_of_one_folder_stand_below_its_address(run):
    out, _ = run("show", "coco2017")
    assert (
        "files to fetch (3):\n"
        "  http://images.cocodataset.org/annotations/\n"
        "    annotations_trainval2017.zip: annotations\n"
        "  http://images.cocodataset.org/zips/\n"
        "    train2017.zip: pictures, train, about 18.0 GB\n"
        "    val2017.zip: pictures, val, about 1.0 GB\n"
    ) in out


def test_a_page_fits_the_terminal_but_for_addresses_and_trees(more, run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    out, _ = run("show", "warned")
    long = [line for line in out.splitlines() if len(line) > 70]
    assert [line.split("/")[2] for line in long] == ["data.example"]
    warned = [line for line in out.splitlines() if line.startswith("  ! ")]
    assert len(warned) == 2 and " ".join(line[4:] for line in warned) == LINE


def test_show_says_on_what_it_depends(run):
    assert "commercial use: depends on each picture's own licence\n" in run("show", "coco2017")[0]
    assert "commercial use: depends on what is not known\n" in run("show", "coco")[0]


def test_json_of_a_page_has_card_files_outlook_and_mark(more, run):
    run("mark", "warned", "read")
    found = orjson.loads(run("show", "warned", "--json")[0])
    assert found["read"] is True and found["cite"] == ["chen2015microsoft", "lin2014microsoft"]
    assert found["card"]["advice"] == LINE and found["commercial"]["verdict"] == "no"
    assert found["assets"][1]["by_hand"] == "Fill in the form."
    assert orjson.loads(run("show", "llava", "--json")[0])["read"] is None


def test_marks_are_set_taken_back_and_told(run):
    out, err = run("mark", "humanml3d", "openimages-v7", "read")
    assert out == "humanml3d, openimages_v7: read\n" and "next: pictus list sources --unread" in err
    assert "  read     yes\n" in run("show", "humanml3d")[0]
    out, _ = run("mark", "humanml3d", "unread", "--json")
    assert orjson.loads(out)["read"] == ["openimages_v7"]
    assert "read     no (`pictus mark humanml3d read`)" in run("show", "humanml3d")[0]


def test_what_cannot_be_marked_is_told_and_marks_nothing(run):
    _, err = run("mark", "humanml3d", "coco2071", "openimages", "read", code=1)
    assert "did you mean `coco2017`?" in err and "did you mean `openimages_v7`?" in err
    assert "no source is so" in run("list", "--read")[1]
    run("mark", "humanml3d", code=2)
    _, err = run("mark", "humanml3d", "seen", code=2)
    assert "'read', 'unread'" in err


def test_cite_gives_each_work_once_or_only_the_keys(run):
    out, _ = run("cite", "coco2017", "coco2014", "humanml3d")
    assert [entry.key for entry in read_entries(out)] == ["chen2015microsoft", "Guo_2022_CVPR", "lin2014microsoft"]
    assert run("cite", "coco2017", "humanml3d", "--key")[0] == "chen2015microsoft,Guo_2022_CVPR,lin2014microsoft\n"
    found = orjson.loads(run("cite", "coco2017", "humanml3d", "--key", "--json")[0])
    assert found == {"coco2017": ["chen2015microsoft", "lin2014microsoft"], "humanml3d": ["Guo_2022_CVPR"]}
    _, err = run("cite", "coco2071", code=1)
    assert "did you mean `coco2017`?" in err


def test_a_path_where_nothing_is_brings_no_name_that_looks_like_its_end(run):
    _, err = run("show", "corpora/nope", code=1)
    assert "did you mean" not in err and "mend:  check the path" in err
    _, err = run("show", "formats/lava", code=1)
    assert "did you mean `llava`" in err
