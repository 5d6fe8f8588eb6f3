"""Pack: from the samples of a step to the rows that each process puts through the model."""

from pictus.learn.pack.layout import Layout, grouped, laid
from pictus.learn.pack.rows import packed, padded

__all__ = ["Layout", "grouped", "laid", "packed", "padded"]
