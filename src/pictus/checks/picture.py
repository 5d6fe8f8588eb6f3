"""Pictures are there, are what they claim to be, and can be decoded."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictus.reading.pictures import picture_problems
from pictus.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """Keep a record whose pictures exist, have the stated size and not too many pixels, and decode."""

    maximum_pixels: int = 100_000_000
    decode: bool = True  # else only the head of each file is read, which is much faster and sees less

    def problems(self, record: Record) -> Iterator[str]:
        """Name what is wrong with each picture."""
        for number, medium in enumerate(record.media, 1):
            if medium.kind == "image":
                for problem in picture_problems(medium, maximum_pixels=self.maximum_pixels, decode=self.decode):
                    yield f"picture {number}: {problem}"
