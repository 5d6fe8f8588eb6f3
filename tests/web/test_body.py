"""Unpacking what was not asked to be packed, within limits."""

import asyncio
import gzip
import tracemalloc
import zlib

import pytest

from pictus.web.body import turn, unpacked
from pictus.web.outcome import Missed

TEXT = b"\xff\xd8" + bytes(range(256)) * 8
RAW = zlib.compressobj(wbits=-15)
DEFLATED = RAW.compress(TEXT) + RAW.flush()


@pytest.mark.parametrize("packed", [gzip.compress(TEXT), zlib.compress(TEXT), zlib.compress(TEXT, 9), DEFLATED])
def test_all_forms_are_unpacked_up_to_a_size(packed):
    assert unpacked(packed, len(TEXT)) == TEXT
    assert unpacked(packed, len(TEXT) - 1) == Missed("too_large")
    assert unpacked(packed[:-9], len(TEXT)) == Missed("cut_short", passing=True)


def test_parts_one_after_the_other_are_one_and_count_together():
    packed = gzip.compress(TEXT) * 3
    assert unpacked(packed, 3 * len(TEXT)) == TEXT * 3
    assert unpacked(packed, 3 * len(TEXT) - 1) == Missed("too_large")


@pytest.mark.parametrize("plain", [TEXT, b"\x89PNG\r\n\x1a\n" + TEXT, b"GIF89a" + TEXT, b"RIFF" + TEXT, b"<svg/>"])
def test_what_is_not_packed_at_all_is_left_as_it_is(plain):
    assert unpacked(plain, 10_000) == plain


def test_what_is_broken_is_told():
    assert unpacked(gzip.compress(TEXT)[:-8] + bytes(8), 10_000) == Missed("encoding", "broken")


def test_a_bomb_takes_no_more_memory_than_is_allowed():
    bomb = gzip.compress(bytes(2**26))
    tracemalloc.start()
    try:
        assert unpacked(bomb, 2**20) == Missed("too_large")
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


def test_the_wait_for_a_turn_is_added_to_the_deadline():
    async def wait():
        giants, loop = asyncio.Semaphore(1), asyncio.get_running_loop()
        await giants.acquire()
        loop.call_later(0.2, giants.release)
        async with asyncio.timeout(60) as deadline:
            before = deadline.when()
            await turn(giants, deadline)
            assert giants.locked()
            return deadline.when() - before

    assert asyncio.run(wait()) >= 0.19


def test_many_empty_parts_are_not_unpacked_for_hours():
    assert unpacked(gzip.compress(b"") * 100_000, 2**25) == Missed("encoding", "in more than 100 parts")
    assert unpacked(gzip.compress(b"x") * 100, 2**25) == b"x" * 100
