"""docs/your-own-data.md: its commands run and print what it shows, and its tables say what the code does."""

import re
import shutil
from pathlib import Path

from pages import rows_below, typed
from pictus.plugins import names
from pictus.reading.column_mapping import ColumnMapping, Columns, Constants
from pictus.store.corpus import open_corpus

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/your-own-data.md").read_text()


def test_each_command_runs_and_prints_what_the_page_shows(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    hub = tmp_path / "hub/data/train-00000-of-00001.parquet"
    hub.parent.mkdir(parents=True)
    shutil.copy(ROOT / "tests/data/formats/hub_parquet/example.parquet", hub)
    count = 0
    for words, shown in typed(PAGE):
        if words[0] == "save":
            Path(words[1]).write_text(words[2])
            continue
        out, err = run(*words[1:], code=1 if shown and shown[0].startswith("error") else (0, 3))
        found = iter((out + err).splitlines())
        for line in shown:
            assert line == "…" or line in found, (words, line, out, err)
        count += 1
    assert count == 12
    one, two = open_corpus("shop").records()
    assert (one.origin.key, one.facts.choices, two.facts.captions) == (
        "007",
        ("a photo", "a drawing"),
        ("Another drawing",),
    )
    assert all(medium.file.is_file() for record in (one, two) for medium in record.media)


def test_every_way_in_is_a_source_or_a_format():
    told = {name for row in rows_below(PAGE, "| what you have") for name in re.findall(r"pictus import (\w+)", row[1])}
    assert told - {"NAME"} <= {*names("sources"), *names("formats")}


def test_every_key_of_a_mapping_is_explained():
    table = rows_below(PAGE, "| key under")
    told = {name for row in table for name in re.findall(r"`(\w+)`", row[0])}
    assert told == Columns.model_fields.keys()
    many = {name for name, field in Columns.model_fields.items() if field.default_factory is not None}
    starred = {name for row in table for name in re.findall(r"`(\w+)` \*", row[0])}
    assert starred == many
    constants = PAGE[PAGE.index("Under `constants`") : PAGE.index("where a row says otherwise")]
    assert set(re.findall(r"`(\w+)`", constants)) - {"constants"} == Constants.model_fields.keys()
    assert all(f"`{name}" in PAGE for name in ColumnMapping.model_fields)
