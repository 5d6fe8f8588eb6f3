import io
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image

from pictus.pixels import head
from pictus.pixels.head import is_no_picture
from pictus.pixels.making import made
from pictus.pixels.unfit import Unfit
from pictus.pixels.wanted import Wanted
from pictus.record import PICTURE_KINDS
from pixels.drawing import encoded, noise

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")  # its warnings of damaged heads, as `made` silences them


def refused(data, wanted=None):
    with pytest.raises(Unfit) as fault:
        made(data, wanted or Wanted())
    return fault.value.text


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, pixels, *more):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_a_small_file_of_many_pixels_is_refused_before_it_is_decoded():
    squeezed = zlib.compressobj(9)
    pixels = b"".join([*(squeezed.compress(bytes(2501)) for _ in range(20_000)), squeezed.flush()])
    data = png(20_000, 20_000, pixels)
    assert 40_000 < len(data) < 60_000
    tracemalloc.start()
    assert refused(data) == "too_many_pixels: more than 178,956,970"  # Pillow itself does not open it
    assert refused(png(40_000, 40_000, pixels)) == "too_many_pixels: more than 178,956,970"
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_no_limit_of_pillow_is_told_as_a_warning(recwarn):
    head._be_quiet.cache_clear()  # what was silenced in another test is not in this one
    squeezed = zlib.compress(bytes(1251 * 10_000))
    assert refused(png(10_000, 10_000, squeezed)) == "too_many_pixels: 10,000 x 10,000"
    assert not recwarn.list


def test_a_webp_of_a_large_canvas_is_not_opened(monkeypatch):
    data = bytearray(encoded(noise(8, 8), "WEBP", save_all=True, append_images=[noise(8, 8, 2)]))
    assert data[12:16] == b"VP8X"
    data[24:30] = (16_000).to_bytes(3, "little") * 2
    monkeypatch.setattr(Image, "open", None)
    assert refused(bytes(data)) == "too_many_pixels: 16,001 x 16,001"
    assert refused(b"RIFF\x10\0\0\0WEBPVP8X") == "decode_failed: the head of the WebP is damaged"


@pytest.mark.parametrize(
    "settings", [{"lossless": True}, {"quality": 80}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}]
)
def test_the_size_of_a_webp_is_read_from_each_of_its_heads(settings):
    data = encoded(noise(70, 50), "WEBP", **settings)
    assert refused(data, Wanted(min_size=51)) == "too_small: 70 x 50"
    assert made(data, Wanted(min_size=50)).width == 70


def test_a_tile_larger_than_its_picture_is_refused():
    entries = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 277: 1, 322: 60_000, 323: 60_000, 324: 8, 325: 64}
    fields = b"".join(struct.pack("<HHII", key, 4, 1, value) for key, value in entries.items())
    data = b"II*\0" + struct.pack("<IH", 8, len(entries)) + fields + bytes(4)
    assert refused(data) == "too_many_pixels: a tile of 60,000 x 60,000"


def test_a_frame_larger_than_its_canvas_is_refused():
    data = bytearray(encoded(noise(8, 8), "GIF"))
    at = data.rindex(b"\x2c\0\0\0\0\x08\0\x08\0")
    data[at + 5 : at + 9] = struct.pack("<HH", 60_000, 60_000)
    assert refused(bytes(data)).startswith("too_many_pixels")


def test_texts_that_grow_without_end_are_refused():
    text = b"Comment\0\0" + zlib.compress(bytes(3 << 20))
    assert refused(png(8, 8, zlib.compress(bytes(16)), chunk(b"zTXt", text))).startswith("decode_failed")


def test_a_jpeg_of_endless_scans_is_refused():
    data = encoded(noise(8, 8), progressive=True)
    last = data.rindex(b"\xff\xda")
    assert refused(data[:-2] + data[last:-2] * 600 + data[-2:]) == "decode_failed: it has more than 100 scans"
    assert made(data + b"\xff\xda" * 600, Wanted()).data == data  # the film behind a moving photograph


def test_pictures_that_nobody_wants_are_refused_whichever_way_they_stand():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(noise(120, 30), exif=exif)
    assert refused(data, Wanted(min_size=31)) == "too_small: 120 x 30"
    assert refused(data, Wanted(max_aspect=3.9)) == "aspect: 120 x 30"
    assert refused(data, Wanted(max_pixels=3_599)) == "too_many_pixels: 120 x 30"
    assert made(data, Wanted(min_size=30, max_aspect=4, max_pixels=3_600)).was_width == 30


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "not_image: an HTML page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_image: an SVG drawing"),
        (b"GIF89", "not_image: plain text"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not_image: a PostScript file"),
    ],
)
def test_what_is_no_picture_is_named(data, text):
    assert refused(data) == text


def test_kinds_that_start_other_programs_or_hold_several_pictures_are_not_opened():
    for kind, name in (("ICO", "an icon"), ("EPS", "a PostScript file"), ("PDF", "a PDF"), ("PPM", "of no known kind")):
        file = io.BytesIO()
        noise(32, 32).save(file, kind)
        assert refused(file.getvalue()) == f"not_image: {name}"


def test_an_orientation_that_is_none_counts_as_upright():
    for value in (0, 9):
        exif = Image.Exif()
        exif[0x0112] = value
        assert made(encoded(noise(20, 10), exif=exif), Wanted()).was_width == 20
    damaged = encoded(noise(20, 10), exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12" * 40)
    assert made(damaged, Wanted(exif=True)).was_width == 20


@pytest.mark.parametrize("kind", PICTURE_KINDS)
def test_every_kind_of_picture_is_known_by_its_first_bytes(kind):
    file = io.BytesIO()
    Image.new("RGB", (9, 7), (1, 2, 3)).save(file, kind)
    assert not is_no_picture(file.getvalue()[:64])


@pytest.mark.parametrize("begin", [b"<!DOCTYPE html>", bytes(64), b"%PDF-1.7", b'{"error": 1}', b"\x1f\x8b\x08"])
def test_what_begins_as_no_picture_is_told(begin):
    assert is_no_picture(begin)
