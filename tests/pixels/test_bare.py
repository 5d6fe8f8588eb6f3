import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from pictus.pixels.bare import bare
from pictus.pixels.making import made
from pictus.pixels.wanted import Wanted
from pixels.drawing import encoded, noise, opened

SECRET = b"51.5007 N, seen by Ada"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def talking(kind, picture=None, **settings):
    """Encode a picture that says its secret in all the places that its kind has."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    if kind == "PNG":
        texts = PngInfo()
        texts.add_text("Comment", SECRET.decode())
        texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        settings["pnginfo"] = texts
    else:
        settings["xmp"] = SECRET
    if kind == "JPEG":
        settings["comment"] = SECRET
    data = encoded(picture or noise(40, 30), kind, exif=exif, icc_profile=PROFILE, **settings)
    assert data.count(SECRET) >= 2
    return data


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"restart_marker_blocks": 1}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {}),
    ],
)
def test_what_is_kept_says_nothing_of_its_maker_and_shows_the_same_pixels(kind, settings):
    data = talking(kind, **settings)
    picture = made(data, Wanted())
    assert SECRET not in picture.data
    assert picture.notes == ("without its metadata",)
    again = opened(picture.data)
    assert not again.getexif()
    assert "xmp" not in again.info
    assert again.info["icc_profile"] == PROFILE
    assert again.tobytes() == opened(data).tobytes()
    assert made(picture.data, Wanted()).data == picture.data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_follows_a_picture_is_left_out(kind):
    data = encoded(noise(40, 30), kind)
    assert bare(data + b"ftypmp42" + SECRET, {"JPEG": "jpg"}.get(kind, kind.lower())) == data


def test_grey_and_inks_keep_what_says_their_colours():
    data = talking("JPEG", noise(40, 30).convert("CMYK"))
    again = bare(data, "jpg")
    assert b"Adobe" in again
    assert SECRET not in again
    assert opened(again).convert("RGB").tobytes() == opened(data).convert("RGB").tobytes()


KINDS = {"jpg": talking("JPEG"), "png": talking("PNG"), "webp": talking("WEBP")}


@given(some.sampled_from(list(KINDS)), some.data())
def test_bytes_put_together_wrongly_are_none_or_shorter(kind, draw):
    data = KINDS[kind]
    cut = draw.draw(some.integers(0, len(data)))
    result = bare(data[:cut] + draw.draw(some.binary(max_size=20)), kind)
    assert result is None or len(result) <= cut + 20


def test_bytes_that_say_a_wrong_length_are_not_taken_apart():
    data = encoded(noise(40, 30), "WEBP")
    assert bare(data[:4] + (len(data) + 900).to_bytes(4, "little") + data[8:], "webp") is None
    data = encoded(noise(40, 30), "PNG")
    assert bare(data.replace(b"\0\0\0\x0dIHDR", b"\x7f\0\0\x0dIHDR"), "png") is None
    data = encoded(noise(40, 30))
    assert bare(data[:2] + b"\xff\xe1\0\1" + data[2:], "jpg") is None


def test_what_cannot_be_taken_apart_is_written_anew(monkeypatch):
    data = talking("JPEG")
    monkeypatch.setattr("pictus.pixels.making.bare", lambda data, kind: None)
    picture = made(data, Wanted())
    assert SECRET not in picture.data
    assert opened(picture.data).size == (40, 30)
