"""docs/pictures.md: its commands run and print what it shows; and what `pictus acquire` refuses of a list."""

import json
import re
import shlex
from pathlib import Path

import pytest

from faults import faulty
from pictus.web.outcome import REASONS
from web_pictures import jpeg, write_list

GUIDE = (Path(__file__).parent.parent.parent / "docs/pictures.md").read_text("utf-8")
SHOWN = [line for block in re.findall(r"```sh\n(pictus .*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]
((COMMAND, OUTPUT),) = re.findall(r"```console\n\$ (pictus [^\n]*)\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def web(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with faulty() as web:
        web.files |= {f"/{number}.jpg": jpeg(number) for number in range(4)}
        names = ["0.jpg", "1.jpg", "status/404", "page", "2.jpg", "3.jpg"]
        write_list(tmp_path / "urls.jsonl", [(f"{web.base}/{name}", name) for name in names])
        yield web


def words(line):
    return [*shlex.split(line)[1:], "--allow-network", "127.0.0.0/8", "--workers", "1"]


def test_the_command_of_the_guide_prints_what_it_shows(web, run):
    out, err = run(*words(COMMAND), code=3)
    assert out + err == OUTPUT
    for line in SHOWN:
        assert run(*words(line), code=3)[0] == "photos: 4 records, 4 pictures\n"


def test_the_guide_explains_every_reason():
    told = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", GUIDE, re.MULTILINE))
    assert REASONS.items() <= told.items()


def test_a_dry_run_asks_nobody(web, run):
    out, _ = run("acquire", "urls.jsonl", "--to", "photos", "--size", "256", "--dry-run")
    assert "256 pixels, keep_ratio" in out and web.asked == [] and not Path("photos").exists()
    told = json.loads(run("acquire", "urls.jsonl", "--to", "photos", "--dry-run", "--json")[0])
    assert told["wanted"]["mode"] == "no" and told["manners"]["per_host"] == 8


def test_what_comes_is_told_as_json(web, run):
    told = json.loads(run(*words("pictus acquire urls.jsonl --to photos --json"), code=3)[0])
    assert (told["rows"], told["rejected"], told["embedded"]) == (4, 2, 4)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("acquire urls.jsonl --to photos --split val", "--split is for datasets"),
        ("acquire coco2017 --to data --size 256", "--size is for lists and corpora"),
        ("acquire urls.jsonl --to photos --resize border", "need a --size"),
    ],
)
def test_options_of_the_other_form_are_refused(line, said, web, run):
    assert said in run(*line.split(), code=2)[1]


def test_a_column_that_is_not_there_is_named(web, run):
    assert "unknown column `links`" in run(*words("pictus acquire urls.jsonl --to photos --url links"), code=1)[1]


def test_rows_of_the_list_that_have_no_address_are_told_too(web, run):
    rows = [
        {"url": f"{web.base}/1.jpg", "caption": "one"},
        {"url": "ftp://a/1.jpg", "caption": "two"},
        {"caption": ""},
    ]
    write_list(Path("some.jsonl"), rows)
    line = words("pictus acquire some.jsonl --to photos")
    out, err = run(*line, code=3)
    assert out == "photos: 1 record, 1 picture\n"
    assert "2 rows of the list" in err and "it has no address" in err
    assert Path("photos/list/rejected.json").is_file()
    told = json.loads(run(*line, "--json", code=3)[0])
    assert told["rejected"] == 0 and told["not_taken"]["rows"] == 2
