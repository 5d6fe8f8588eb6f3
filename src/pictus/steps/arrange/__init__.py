"""Arrange: make the tree of folders that LLaVA and ConvLLaVA expect, from archives and loose files."""

from pictus.steps.arrange.plan import ArrangePlan, plan
from pictus.steps.arrange.run import Arranged, run

__all__ = ["ArrangePlan", "Arranged", "plan", "run"]
