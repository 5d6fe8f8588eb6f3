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
    for more in ("", " --dry-run"):
        line = words(f"pictus acquire urls.jsonl --to photos --url links{more}")
        assert "unknown column `links`" in run(*line, code=1)[1] and not Path("photos").exists()


def test_rows_of_a_list_that_name_no_address_are_told_as_well(web, run):
    with Path("urls.jsonl").open("a") as file:
        file.write('{"url": "ftp://a.example/1.jpg", "caption": "old"}\n[1]\n')
    _, err = run(*words("pictus acquire urls.jsonl --to photos"), code=3)
    assert "2 rows of the list were set aside; photos/list/rejected.json" in err
    card = Path("photos/README.md").read_text()
    assert "Pictures were fetched from the web by their addresses: 4 of 8 rows got what they name; opt-outs of" in card
    told = json.loads(run(*words("pictus acquire urls.jsonl --to photos --json"), code=3)[0])
    assert told["reasons_in_list"] == {
        "it has no address that begins with http:// or https://": 1,
        "the row is no object": 1,
    }


def test_the_card_says_whether_opt_outs_were_obeyed(web, run):
    write_list(Path("owned.jsonl"), [(f"{web.base}/0.jpg", "free"), (f"{web.base}/robots?noai", "owned")])
    run(*words("pictus acquire owned.jsonl --to obeyed"), code=3)
    card = Path("obeyed/README.md").read_text()
    assert "opt-outs of owners (noai, noimageai, noindex, noimageindex) were obeyed, which left out 1 row." in card
    run(*words("pictus acquire owned.jsonl --to taken --ignore-robots"), code=(0, 3))
    assert "opt-outs of owners were ignored." in Path("taken/README.md").read_text()


def test_a_limit_counts_rows_that_have_an_address(web, run):
    with Path("urls.jsonl").open("a") as file:
        file.write("[1]\n")
    assert run(*words("pictus acquire urls.jsonl --to photos --limit 2")) == (
        "photos: 2 records, 2 pictures\n",
        "next: pictus check photos\n",
    )
    assert "2 of 2 rows got what they name" in Path("photos/README.md").read_text()


def test_what_is_to_be_tried_again_is_named_in_full_and_told(web, run):
    write_list(Path("down.jsonl"), [(f"{web.base}/{name}", name) for name in ("0.jpg", "flaky", "late.jpg")])
    line = words("pictus acquire down.jsonl --to photos --tries 1 --size 32")
    _, err = run(*line, code=3)
    again = f"pictus {shlex.join(line)} --retry"
    assert f"next: {again}\n" in err
    _, err = run(*shlex.split(again)[1:], code=3)  # now there is an answer, which is no picture
    assert "1 row was tried again, and 0 got what they name" in err and f"next: {again}" not in err
    web.files["/late.jpg"] = jpeg(9)
    _, err = run(*line, "--retry", "http_404", code=3)
    assert "1 row was tried again, and 1 got what they name" in err


def test_a_reason_that_there_is_not_is_refused(web, run):
    _, err = run(*words("pictus acquire urls.jsonl --to photos --retry http_404,timeuot"), code=1)
    assert "unknown reason `timeuot`" in err and "did you mean `timeout`?" in err and not Path("photos").exists()


def test_an_empty_list_says_so(web, run):
    Path("none.txt").touch()
    assert "the list has no rows" in run(*words("pictus acquire none.txt --to photos"))[1]


def test_a_folder_may_be_written_as_an_address(web, run, tmp_path):
    run(*words(f"pictus acquire file://{tmp_path}/urls.jsonl --to file://{tmp_path}/photos --output files"), code=3)
    assert "nothing is wrong" in run("check", "photos")[0]


def test_pictures_in_tars_are_read_by_the_command_that_is_named_next(web, run):
    line = words("pictus acquire urls.jsonl --to photos --output webdataset")
    _, err = run(*line, code=3)
    (following,) = [line.removeprefix("next: pictus ") for line in err.splitlines() if line.startswith("next: ")]
    assert following == "import webdataset --from photos/tars --to photos-corpus"
    run(*following.split())
    assert "nothing is wrong" in run("check", "photos-corpus")[0]
    assert 'load_dataset("webdataset", data_files="photos/tars/*.tar"' in Path("photos/README.md").read_text()
