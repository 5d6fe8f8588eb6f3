"""What pictures are wanted: their size, how they come to it, and which ones are not wanted at all."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from pictus.errors import PictusError

Mode: TypeAlias = Literal["no", "keep_ratio", "keep_ratio_largest", "border", "center_crop"]
Encoding: TypeAlias = Literal["jpg", "png", "webp"]

MOST_PIXELS = 64_000_000  # 8,000 x 8,000, which takes half a gigabyte to decode
PILLOWS_LIMIT = 178_956_970  # from here on it opens nothing
LONGEST_SIDE = {"jpg": 65_500, "webp": 16_383, "png": 1_000_000}  # that the encoders write


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The pictures that are wanted. Without any setting: as they are, if they are sound."""

    size: int | None = None  # pixels of the side that the mode names
    mode: Mode = "no"
    only_larger: bool = True  # a picture smaller than the size keeps its own
    encode: Encoding = "jpg"  # of what is written anew
    quality: int = 95  # of jpg and webp; png loses nothing
    # What needs no change is not written anew, whichever of the three it is, but freed of its metadata.
    keep_bytes: bool = True
    min_size: int = 0  # of the shorter side
    max_aspect: float | None = None  # longer side to shorter
    max_pixels: int = MOST_PIXELS
    exif: bool = False  # give the EXIF beside the picture, as JSON

    def __post_init__(self) -> None:
        if (self.size is None) != (self.mode == "no"):
            told = "no size" if self.size is None else f"a size of {self.size}"
            raise _wrong(
                f"{told} goes not with the mode `{self.mode}`",
                "give a size and a mode other than `no`, or none of them",
            )
        for name, value, choices in (("mode", self.mode, Mode), ("encode", self.encode, Encoding)):
            if value not in get_args(choices):
                raise _wrong(f"unknown {name} `{value}`", f"known: {', '.join(get_args(choices))}")
        most = LONGEST_SIDE[self.encode]
        if self.size is not None and not 1 <= self.size <= most:
            raise _wrong(f"a size of {self.size} pixels", f"give a size from 1 to {most:,}")
        if not 1 <= self.quality <= 100:
            raise _wrong(f"a quality of {self.quality}", "give a quality from 1 to 100")
        if self.max_aspect is not None and not self.max_aspect >= 1:
            raise _wrong(f"a largest aspect of {self.max_aspect}", "it is the longer side by the shorter: 1 or more")
        if not 1 <= self.max_pixels <= PILLOWS_LIMIT:
            raise _wrong(f"a limit of {self.max_pixels:,} pixels", f"give one from 1 to {PILLOWS_LIMIT:,}")
        if self.min_size < 0:
            raise _wrong(f"a smallest size of {self.min_size}", "give 0 or more")


def _wrong(what: str, mend: str) -> PictusError:
    return PictusError(what, where="the wanted pictures", mend=mend)
