"""Every check keeps the good record beside it and says in words what is wrong with the bad one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus import plugins
from records import record_from_json, records

DATA = Path(__file__).parent.parent / "data/checks"


def problems(name, some):
    settings = DATA / name / "settings.json"  # of those that do nothing without
    check = plugins.load("checks", name, json.loads(settings.read_text()) if settings.is_file() else None)
    if hasattr(check, "problems_of"):
        return [reason for _, reason in check.problems_of(some)]
    return [reason for record in some for reason in check.problems(record)]


@pytest.mark.parametrize("name", plugins.names("checks"))
def test_it_keeps_the_good_and_drops_the_bad_with_a_reason(name):
    kept, dropped = (
        record_from_json((DATA / name / f"{which}.json").read_bytes(), str(DATA / name))
        for which in ("kept", "dropped")
    )
    assert problems(name, [kept]) == []
    reasons = problems(name, [dropped, dropped])  # twice, for those that look at all records
    assert reasons
    assert all(len(reason.split()) > 3 for reason in reasons)


@pytest.mark.parametrize("name", plugins.names("checks"))
@given(some=st.lists(records(), max_size=3))
def test_it_has_an_opinion_on_any_record_and_never_fails(name, some):
    assert all(isinstance(reason, str) and reason for reason in problems(name, some))


@pytest.mark.parametrize("name", plugins.names("checks"))
def test_it_says_what_it_is(name):
    assert plugins.summary("checks", name).endswith(".")
