"""The whole way of a motion: import, generate, check, export, read back, show."""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from pictus import plugins
from pictus.cli import main
from pictus.engine.events import Events
from pictus.steps import check, export, generate, import_, licence
from pictus.store.corpus import open_corpus

DATA = Path(__file__).parent.parent / "data/sources/humanml3d"
RECORDS = 8  # in the lists of the example


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A corpus of the sentences alone, and what was made of it."""
    root = tmp_path_factory.mktemp("motion")
    import_.run(import_.plan("humanml3d", DATA, str(root / "corpus")), Events())
    generate.run(generate.plan(str(root / "corpus"), str(root / "made"), workers=1), Events())
    return root


def test_the_sentences_alone_become_checked_conversations(made):
    corpus, made_ = open_corpus(str(made / "corpus")), open_corpus(str(made / "made"))
    assert (corpus.summary["rows"], corpus.summary["rejected"]) == (RECORDS, 0)
    assert (corpus.summary["motions"], corpus.summary["pictures"]) == (RECORDS, 0)
    assert made_.summary["rejected"] == 0
    kinds = {record.origin.made_by.split(", ")[1] for record in made_.records()}
    assert kinds == {"conversation", "detail", "reasoning"}
    assert {record.origin.key for record in made_.records()} == {record.origin.key for record in corpus.records()}
    for record in made_.records():
        assert [part.type for part in record.turns[0].parts] == ["motion", "text"]
        assert record.media[0].path == f"new_joint_vecs/{record.origin.key}.npy"
    report = check.check(str(made / "made"))
    assert (report.records, report.reasons, report.damages) == (made_.summary["rows"], {}, [])


def test_no_motion_passes_for_commercial_use_and_whom_to_cite_is_told(made):
    found = licence.report(open_corpus(str(made / "made")), "commercial")
    assert found.permitted == 0 and found.refused == open_corpus(str(made / "made")).summary["rows"]
    assert "Guo_2022_CVPR" in (made / "made/CITATIONS.bib").read_text()
    assert "AMASS" in (made / "made/NOTICE.md").read_text()
    card = (made / "made/README.md").read_text()
    assert "tags: [pictus, motion]" in card and "| motions | " in card


@pytest.mark.parametrize("name", ["llava", "parquet"])
def test_what_is_exported_is_read_back_with_its_motion(made, name):
    format_ = plugins.load("formats", name)
    to = made / f"out{format_.suffixes[0]}"
    done = export.run(export.plan(str(made / "made"), to, name), Events())
    records = list(open_corpus(str(made / "made")).records())
    assert done.rows == len(records) and not done.rejected
    back = list(format_.read(to, pictures=DATA))
    assert [record.turns for record in back] == [record.turns for record in records]
    assert [record.media for record in back] == [record.media for record in records]
    if name == "llava":
        assert {row["motion"] for row in json.loads(to.read_bytes())} == {one.media[0].path for one in records}
        assert check.check(str(to), pictures=DATA).reasons == {}
    else:
        assert [record.facts for record in back] == [record.facts for record in records]
        assert "the motions whose files are not here: only their paths are written" in done.lost


@pytest.mark.parametrize("name", ["openai", "sharegpt"])
def test_what_cannot_hold_a_motion_says_so_of_each_row(made, name):
    to = made / f"{name}{plugins.load_class('formats', name).suffixes[0]}"
    done = export.run(export.plan(str(made / "made"), to, name), Events())
    rows = open_corpus(str(made / "made")).summary["rows"]
    assert done.rows == 0
    assert done.reasons == {"it holds motion, and this format knows pictures only": rows}


def test_motion_files_can_be_put_into_the_corpus(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "new_joints").mkdir()
    (tmp_path / "train.txt").write_text("000001\n")
    (tmp_path / "texts/000001.txt").write_bytes((DATA / "texts/000001.txt").read_bytes())
    np.save(tmp_path / "new_joints/000001.npy", np.zeros((40, 22, 3), np.float32))
    plan = import_.plan("humanml3d", tmp_path, str(tmp_path / "c"), settings={"motion": "new_joints"}, embed=True)
    corpus = import_.run(plan, Events())
    assert corpus.summary["embedded"] == 1
    (record,) = corpus.records()
    assert record.media[0].data == (tmp_path / "new_joints/000001.npy").read_bytes()
    made = generate.run(generate.plan(str(tmp_path / "c"), str(tmp_path / "m"), workers=1), Events())
    done = export.run(export.plan(str(tmp_path / "m"), tmp_path / "out.json", "llava"), Events())
    rows = json.loads((tmp_path / "out.json").read_bytes())
    assert done.rows == made.summary["rows"] == len(rows)
    assert all(np.load(tmp_path / row["motion"]).shape == (40, 22, 3) for row in rows)
    export.run(export.plan(str(tmp_path / "m"), tmp_path / "out.parquet", "parquet"), Events())
    assert pq.read_table(tmp_path / "out.parquet").num_rows == made.summary["rows"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (
            ["show", "corpus"],
            ["motions", "motion: new_joint_vecs/000000.npy", "of the motion: a person walks forward,"],
        ),
        (["show", "made"], ["user: ", "assistant: The person "]),
        (["show", "humanml3d"], ["amass-research", "texts.zip", "mirrored"]),
        (["list", "sources"], ["humanml3d"]),
        (["cite", "humanml3d"], ["Guo_2022_CVPR"]),
    ],
)
def test_the_commands_speak_of_motions(made, monkeypatch, capsys, command, told):
    monkeypatch.chdir(made)
    monkeypatch.setattr(sys, "argv", ["pictus", *command])
    with pytest.raises(SystemExit) as ended:
        main()
        sys.exit(0)
    assert not ended.value.code
    out = capsys.readouterr().out
    assert [words for words in told if words not in out] == []
