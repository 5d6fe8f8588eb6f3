"""A motion becomes a strip of stick figures, in both layouts, and nothing that a file claims stops the page."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictus.record import Facts, Media, Origin, Turn, make_record
from pictus.report.motions import FIGURES, draw_motion
from pictus.report.page import write_page

HEIGHTS = np.linspace(0.0, 1.7, 22)


def joints(frames=40):
    """Somebody whose joints stand one above the other, hip first, and who walks ahead."""
    numbers = np.zeros((frames, 22, 3), np.float32)
    numbers[:, :, 1] = 0.9
    numbers[:, 1:, 1] = HEIGHTS[1:]
    numbers[:, :, 2] = np.arange(frames)[:, None] / 20
    return numbers


def features(frames=40):
    """The same as features of a frame: the height of the hip at 3, the other joints from 4 on."""
    numbers = np.random.default_rng(0).normal(size=(frames, 263)).astype(np.float32)
    numbers[:, 3] = 0.9
    numbers[:, 4:67] = (joints(frames)[:, 1:] * [1, 1, 0]).reshape(frames, 63)
    return numbers


def file_of(numbers):
    file = BytesIO()
    np.save(file, numbers)
    return file.getvalue()


def drawn(numbers):
    return draw_motion(Media(kind="motion", data=file_of(numbers)))


def test_both_layouts_give_the_same_figures():
    strip, reason = drawn(joints())
    assert reason == "" and drawn(features()) == (strip, "")
    pixels = np.asarray(Image.open(BytesIO(strip)).convert("L")) < 128
    columns = pixels[: int(0.9 * len(pixels))].any(axis=0)
    assert (np.diff(columns.astype(int)) == 1).sum() == FIGURES


def test_another_pose_is_another_picture_and_a_short_motion_has_fewer_figures(tmp_path):
    bent = joints()
    bent[:, 12:, 1] -= 0.5
    assert drawn(bent)[0] != drawn(joints())[0] != drawn(joints(3))[0]
    np.save(tmp_path / "a.npy", bent)
    assert draw_motion(Media(kind="motion", path="a.npy", root=str(tmp_path))) == drawn(bent)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (np.zeros((5, 21, 3)), "in a layout that cannot be drawn"),
        (np.zeros((0, 22, 3)), "in a layout that cannot be drawn"),
        (np.zeros((5, 22, 3), int), "in a layout that cannot be drawn"),
        (np.float64(3), "in a layout that cannot be drawn"),
        (np.full((5, 22, 3), np.nan), "in a layout that cannot be drawn"),
        (np.array([{"a": 1}]), "cannot be read (ValueError)"),
    ],
)
def test_what_cannot_be_drawn_says_why(numbers, words):
    strip, reason = drawn(numbers)
    assert strip == b"" and words in reason


@given(st.binary(max_size=40), st.integers(0, 200), st.floats(allow_nan=False, width=32))
def test_any_bytes_give_a_strip_or_a_reason(data, cut, far):
    whole = file_of(np.full((2, 22, 3), far, np.float32))
    for some in (data, whole[:cut], whole[:cut] + data, whole):
        strip, reason = draw_motion(Media(kind="motion", data=some))
        assert bool(strip) != bool(reason)


def test_a_page_shows_motions_with_their_sentences_and_counts_them_apart(tmp_path):
    np.save(tmp_path / "1.npy", joints())
    records = [
        make_record(
            Origin(dataset="d", key=str(number)),
            media=[Media(kind="motion", path=f"{number}.npy", root=str(tmp_path))],
            turns=[Turn.of("user", "What?"), Turn.of("assistant", "The person walks.")] if number == 1 else [],
            facts=Facts(motions=("a person walks <b>on</b>", "someone strides")),
        )
        for number in (1, 2)
    ]
    write_page(records, tmp_path / "page.html", title="Motions")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.count("<img ") == 1 and 'src="data:image/png;base64,' in page
    assert "a motion that is not on this machine: 2.npy" in page
    assert page.count("2 sentences about the motion") == 2
    assert "a person walks &lt;b&gt;on&lt;/b&gt;" in page and "<b>on" not in page
    assert "<dt>motions</dt><dd>2</dd>" in page and "<dt>pictures</dt><dd>0</dd>" in page
    assert "Nothing has been said about this motion." in page
