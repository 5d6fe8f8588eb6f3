"""Whatever stands in the files of a dataset ends in records that hold together, and in rejects that say why."""

import json
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictus import plugins
from pictus.errors import PictusError
from pictus.record import Reject

DATA = Path(__file__).parent.parent / "data/sources"
SOURCES = {
    "textvqa": {},
    "vqav2": {},
    "ocr_vqa": {},
    "scienceqa": {},
    "gqa": {"scene_graphs": True},
    "visual_genome": {"questions": True},
    "sa1b": {"outlines": True},
}
WRONG = [None, True, 0, -1, 1.5, 1e308, 2**63, "", " ", "x", "\0", "1", [], {}, [None], [1, 2], {"a": 1}]


def spoilt(chance, value):
    """Put something wrong in place of some of the values, drop some and repeat some."""
    if chance.random() < 0.03:
        return chance.choice(WRONG)
    if isinstance(value, dict):
        return {key: spoilt(chance, one) for key, one in value.items() if chance.random() > 0.02}
    if isinstance(value, list):
        return [spoilt(chance, one) for one in value for _ in range(chance.choice((1,) * 30 + (0, 2)))]
    return value


def spoilt_parts(chance, whole):
    """Spoil what a file holds, but not that it holds an object or a list: that is told for the whole file."""
    if isinstance(whole, dict):
        return {key: spoilt(chance, one) for key, one in whole.items()}
    return [spoilt(chance, one) for one in whole]


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=15)
@given(chance=st.randoms(use_true_random=True))
def test_whatever_stands_in_the_files_is_a_record_or_a_reject(tmp_path_factory, name, chance: random.Random):
    root = tmp_path_factory.mktemp("d") / name
    shutil.copytree(DATA / name, root)
    for path in root.rglob("*.json"):
        whole = json.loads(path.read_text())
        path.write_text(json.dumps(spoilt_parts(chance, whole)))
    source = plugins.load("sources", name, SOURCES[name])
    for split in source.splits:
        try:
            rows = list(source.records(root, split))
        except PictusError as error:
            assert error.where and error.mend
            continue
        for row in rows:
            if isinstance(row, Reject):
                assert row.where and all(row.reasons)
                continue
            assert all(turn.text.strip() for turn in row.turns)
            assert all(0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1 for box in row.facts.boxes)
            assert all(isinstance(text, str) for text in (*row.facts.answers, *row.facts.choices, *row.facts.present))
            assert row.facts.extra is None or isinstance(json.loads(row.facts.extra), dict)
