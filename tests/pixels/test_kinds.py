import pytest

from pictus.pixels.kinds import look_of

LOOKS = [
    (b"<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
    (b"\xef\xbb\xbf\n  <html lang=en>", "an HTML page"),
    (b"<script>location='/'</script>", "an HTML page"),
    (b"<!-- cached --><html>", "an HTML page"),
    (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html xmlns="y">', "an HTML page"),
    (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    (b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg width="9">', "an SVG drawing"),
    (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "XML"),
    (b'{"error": "not found"}', "JSON"),
    (b"[1, 2]", "JSON"),
    (b"Not Found", "plain text"),
    ("né".encode() * 400, "plain text"),
    (b"%PDF-1.7\n", "a PDF"),
    (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "an MP4 or QuickTime video"),
    (b"\x00\x00\x00\x20ftypheic\x00\x00\x00\x00", "a HEIC picture"),
    (b"\x1aE\xdf\xa3\x01\x00", "a Matroska or WebM video"),
    (b"RIFF\x10\x00\x00\x00AVI LIST", "an AVI video"),
    (b"PK\x03\x04\x14\x00", "a zip file"),
    (b"\x1f\x8b\x08\x00", "a gzip file"),
    (b"%!PS-Adobe-3.0 EPSF-3.0", "a PostScript file"),
    (b"\x00\x00\x01\x00\x01\x00", "an icon"),
    (b"\x80\x81\x82" * 30, "of no known kind"),
    (b"\x00" * 30, "of no known kind"),
    (b"   ", "of no known kind"),
]


@pytest.mark.parametrize(("data", "name"), LOOKS)
def test_bytes_are_named_by_what_they_look_like(data, name):
    assert look_of(data) == name
