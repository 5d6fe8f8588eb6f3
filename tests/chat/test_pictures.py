"""Pictures go out small enough, upright and in an encoding that every vendor takes."""

import base64
from io import BytesIO

import pytest
from PIL import Image

from pictus.chat.pictures import PictureRule, digest
from pictus.prompt import Fault
from pictus.record import Media


def encoded(kind, size=(40, 20), exif=None, mode="RGB"):
    out = BytesIO()
    picture = Image.new(mode, size)
    picture.save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


def sent(medium, **rule):
    head, _, text = PictureRule(**rule).address(medium).partition(",")
    return head, base64.b64decode(text)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_small_picture_goes_out_as_it_is(kind):
    data = encoded(kind)
    assert sent(Media(data=data)) == (f"data:image/{kind.lower()};base64", data)


@pytest.mark.parametrize(("kind", "mode"), [("BMP", "RGB"), ("TIFF", "CMYK"), ("GIF", "P")])
def test_other_encodings_become_jpeg(kind, mode):
    head, data = sent(Media(data=encoded(kind, mode=mode)))
    assert head == "data:image/jpeg;base64" and Image.open(BytesIO(data)).mode == "RGB"


def test_a_large_one_is_made_smaller_and_a_turned_one_upright():
    assert Image.open(BytesIO(sent(Media(data=encoded("PNG", (400, 200))), side=100)[1])).size == (100, 50)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert Image.open(BytesIO(sent(Media(data=encoded("JPEG", exif=exif)))[1])).size == (20, 40)


def test_what_cannot_be_sent_sets_its_prompt_aside(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    for medium in (Media(url="https://x.example/a.png"), Media(path="../a", root=str(tmp_path)), Media(data=b"x")):
        with pytest.raises(Fault) as caught:
            PictureRule().address(medium)
        assert caught.value.remedy == "set_aside"


def test_a_digest_names_the_content_wherever_it_lies(tmp_path):
    (tmp_path / "a.png").write_bytes(b"abc")
    assert digest(Media(path="a.png", root=str(tmp_path))) == digest(Media(data=b"abc"))
    assert digest(Media(path="b.png", root=str(tmp_path))) != digest(Media(data=b"abc"))
