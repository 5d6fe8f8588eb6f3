import pytest

from pictus.errors import PictusError
from pictus.pixels.wanted import Wanted


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": 256}, "a size of 256 goes not with the mode `no`"),
        ({"mode": "border"}, "no size goes not with the mode `border`"),
        ({"size": 256, "mode": "squash"}, "unknown mode `squash`"),
        ({"encode": "gif"}, "unknown encode `gif`"),
        ({"size": 0, "mode": "border"}, "a size of 0 pixels"),
        ({"size": 20_000, "mode": "border", "encode": "webp"}, "a size of 20000 pixels"),
        ({"quality": 0}, "a quality of 0"),
        ({"max_aspect": 0.5}, "a largest aspect of 0.5"),
        ({"max_aspect": float("nan")}, "a largest aspect of nan"),
        ({"max_pixels": 0}, "a limit of 0 pixels"),
        ({"max_pixels": 10**9}, "a limit of 1,000,000,000 pixels"),  # Pillow would not open them
        ({"min_size": -1}, "a smallest size of -1"),
    ],
)
def test_settings_that_contradict_each_other_are_told(settings, words):
    with pytest.raises(PictusError) as fault:
        Wanted(**settings)
    assert fault.value.what == words
