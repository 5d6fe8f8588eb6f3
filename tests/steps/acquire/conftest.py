"""A web on loopback, and pictures that are got from it."""

import pytest

from faults import faulty


@pytest.fixture(scope="session")
def shared():
    """Give one server to all tests."""
    with faulty() as faults:
        yield faults


@pytest.fixture
def web(shared):
    """Give a server that has no file and was asked for nothing."""
    shared.files.clear()
    shared.asked.clear()
    shared.seen.clear()
    return shared
