"""Draw a recorded motion as a strip of stick figures, or say why there is none to draw."""

from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from pictus.record import Media

Joints: TypeAlias = npt.NDArray[Any]  # frames x 22 x 3: to the left, up and ahead, in metres

FIGURES = 8  # drawn of a motion, at equal distances in time
_HEIGHT, _WIDTH = 240, 640
_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)  # of the 22 joints of SMPL
_ROOT_HEIGHT, _REST = 3, slice(4, 67)  # of the 263 features: the height of the hip, and where the other joints are
_SCALE = 0.42  # of the strip's height for one metre: a person and a raised arm fit


def draw_motion(medium: Media) -> tuple[bytes, str]:
    """Give the strip of a motion as a PNG, or no bytes and the reason why."""
    name = medium.path or medium.url or "inside the record"
    try:
        if medium.data is not None:
            numbers = np.load(BytesIO(medium.data), allow_pickle=False)
        elif medium.file is not None and medium.file.is_file():
            numbers = np.load(medium.file, mmap_mode="r", allow_pickle=False)
        else:
            return b"", f"a motion that is not on this machine: {name}"
        joints = _joints(numbers)
    except Exception as error:  # whatever the file claims to be, the page shows the reason
        return b"", f"a motion that cannot be read ({type(error).__name__}): {name}"
    if joints is None:
        return b"", f"a motion in a layout that cannot be drawn: {name}"
    return _strip(joints), ""


def _joints(numbers: npt.NDArray[Any]) -> Joints | None:
    """Take some frames, as joints; from the features these come in the person's own frame, always facing ahead."""
    if not len(numbers.shape) or not len(numbers) or numbers.dtype.kind != "f":
        return None
    frames = numbers[np.linspace(0, len(numbers) - 1, min(FIGURES, len(numbers))).astype(int)]
    if frames.shape[1:] == (263,):
        hips = np.zeros((len(frames), 1, 3))
        hips[:, 0, 1] = frames[:, _ROOT_HEIGHT]
        frames = np.concatenate([hips, frames[:, _REST].reshape(-1, 21, 3)], axis=1)
    return frames if frames.shape[1:] == (22, 3) and np.isfinite(frames).all() else None


def _strip(joints: Joints) -> bytes:
    image = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    draw.line((0, 0.95 * _HEIGHT, _WIDTH, 0.95 * _HEIGHT), fill="#cccccc", width=2)
    for number, frame in enumerate(np.clip(joints, -100, 100)):
        middle = (number + 0.5) * _WIDTH / len(joints)
        # Seen half from the side, since walking seen from the front hides what the legs do.
        across = (frame[:, 2] - frame[0, 2] - 0.5 * (frame[:, 0] - frame[0, 0])) * _SCALE * _HEIGHT + middle
        down = (0.95 - frame[:, 1] * _SCALE) * _HEIGHT
        for joint, parent in enumerate(_PARENTS[1:], 1):
            ends = (across[joint], down[joint], across[parent], down[parent])
            draw.line(tuple(map(float, ends)), fill="#2a5599", width=3)
        draw.ellipse((across[15] - 7, down[15] - 12, across[15] + 7, down[15] + 2), fill="#2a5599")
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
