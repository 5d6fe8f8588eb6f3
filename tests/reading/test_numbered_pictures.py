"""Pictures that a text names by number are placed where it names them, all of them, and no word is lost."""

from hypothesis import given
from hypothesis import strategies as st

from pictus.reading.numbered_pictures import placed_pictures
from pictus.record import Media

PICTURES = {number: Media(data=bytes([number])) for number in (1, 2, 3)}
TEXTS = st.lists(st.sampled_from(["<image 1>", "<image 2>", "<image 3>", "<image>", "a < b", "\n", " "]))


@given(TEXTS.map("".join))
def test_every_picture_has_its_place_and_every_word_stays(text):
    parts, media = placed_pictures(text, PICTURES)
    assert sum(part.type == "image" for part in parts) == len(media)
    assert set(media) == set(PICTURES.values())
    queue = iter(media)
    marked = "".join(part.text or f"<image {next(queue).data[0]}>" for part in parts)
    assert marked.endswith(text)
    in_front = marked.removesuffix(text)
    assert all(in_front.count(f"<image {number}>") == (f"<image {number}>" not in text) for number in PICTURES)
