import json

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from pictus.pixels.making import made
from pictus.pixels.wanted import Wanted
from pixels.drawing import encoded, noise

ASKED = Wanted(exif=True)


def test_the_exif_is_given_as_names_and_plain_values():
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "A camera\0"
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.XResolution] = IFDRational(144, 2)
    exif[0xC001] = 7
    folder = exif.get_ifd(ExifTags.IFD.Exif)
    folder[ExifTags.Base.ExposureTime] = IFDRational(1, 60)
    folder[ExifTags.Base.FNumber] = IFDRational(1, 0)  # no number
    folder[ExifTags.Base.MakerNote] = b"\x01\x02"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (IFDRational(51), IFDRational(30), IFDRational(5, 2))
    for kind in ("JPEG", "PNG", "WEBP"):
        picture = made(encoded(noise(20, 10), kind, exif=exif), ASKED)
        told = json.loads(picture.exif)
        assert told == {
            "Model": "A camera",
            "Orientation": 6,
            "XResolution": 72,
            "Tag49153": 7,
            "ExposureTime": 0.016667,
            "GPSLatitude": [51, 30, 2.5],
        }
        assert made(encoded(noise(20, 10), kind, exif=exif), Wanted()).exif is None


def test_a_picture_without_exif_has_none():
    assert made(encoded(noise(20, 10)), ASKED).exif is None


def test_a_talkative_exif_is_cut_to_some_kilobytes():
    exif = Image.Exif()
    for key in range(0xC000, 0xC060):
        exif[key] = "ü\x01" * 300
    picture = made(encoded(noise(20, 10), exif=exif), ASKED)
    assert 4_000 < len(picture.exif.encode()) <= 8_192
    assert max(map(len, json.loads(picture.exif).values())) <= 200
