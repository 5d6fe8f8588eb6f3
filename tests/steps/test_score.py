"""Scoring leaves the process as it was, whatever comes of it."""

import gc
import json

import pytest

from pictus.errors import PictusError
from pictus.grade import Files
from pictus.steps import score


@pytest.mark.parametrize("was_on", [True, False])
def test_the_search_for_cycles_is_as_it_was_when_scoring_ends_with_an_error(tmp_path, was_on):
    (tmp_path / "questions.json").write_text(json.dumps({"1": {"isBalanced": True}}))
    (tmp_path / "predictions.json").write_text("[]")
    plan = score.plan("gqa", Files(predictions=tmp_path / "predictions.json", questions=tmp_path / "questions.json"))
    try:
        (gc.enable if was_on else gc.disable)()
        with pytest.raises(PictusError, match="1 question has no answer"):
            score.run(plan)
        assert gc.isenabled() == was_on
    finally:
        gc.enable()
