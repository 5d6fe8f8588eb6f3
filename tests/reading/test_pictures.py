"""A picture is looked at without believing it."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictus.reading.pictures import picture_problems
from pictus.record import Media


def encoded(kind="JPEG", size=(40, 30), **options):
    file = io.BytesIO()
    Image.new("RGB", size, (10, 120, 60)).save(file, kind, **options)
    return file.getvalue()


def problems(medium, **options):
    return list(picture_problems(medium, **{"maximum_pixels": 10_000, "decode": True, **options}))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_sound_picture_has_no_problems(kind):
    assert problems(Media(data=encoded(kind), width=40, height=30)) == []


def test_a_turned_photograph_has_the_size_it_is_seen_with():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert problems(Media(data=encoded(exif=exif), width=30, height=40)) == []


def png(width, height):
    """A few bytes that claim any size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("medium", "words"),
    [
        (Media(data=png(20_000, 20_000)), "more than 10,000"),
        (Media(data=encoded(size=(200, 100))), "20,000|200 x 100 pixels"),
        (Media(data=encoded()[:-200]), "cannot be decoded"),
        (Media(data=b"<html>404</html>"), "no picture"),
        (Media(data=b""), "no picture"),
        (Media(data=encoded(), width=41, height=30), "its record says 41 x 30"),
        (Media(path="nowhere.jpg", root="/nonexistent"), "missing"),
        (Media(path="a\0b.jpg", root="/nonexistent"), "cannot be decoded"),
        (Media(url="https://pictures.example/1.jpg"), "not acquired yet"),
        (Media(), "neither bytes, path nor address"),
    ],
)
def test_what_is_wrong_is_said(medium, words):
    import re

    (problem,) = problems(medium)
    assert re.search(words, problem)


def test_an_animated_picture_is_named():
    file = io.BytesIO()
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert problems(Media(data=file.getvalue())) == ["it is animated"]


def test_a_telephones_second_picture_is_no_animation():
    file = io.BytesIO()
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue")]
    frames[0].save(file, "MPO", save_all=True, append_images=frames[1:])
    assert problems(Media(data=file.getvalue())) == []


def test_kinds_whose_decoders_start_other_programs_are_not_opened():
    (problem,) = problems(Media(data=encoded("EPS")))
    assert "no picture of a known kind" in problem


def test_the_stated_limit_holds_and_not_pillows_own():
    assert problems(Media(data=png(10_000, 9_500)), maximum_pixels=100_000_000, decode=False) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF", "MPO"])
@given(damage=st.lists(st.tuples(st.integers(0, 399), st.integers(0, 255)), max_size=6), cut=st.integers(1, 2000))
def test_damage_of_any_kind_ends_in_a_reason_or_none(kind, damage, cut):
    data = bytearray(encoded(kind))
    for place, value in damage:
        data[place % len(data)] = value
    assert all(isinstance(problem, str) for problem in problems(Media(data=bytes(data[:cut]))))


def test_without_decoding_only_the_head_is_read():
    assert problems(Media(data=encoded()[:-20]), decode=False) == []
