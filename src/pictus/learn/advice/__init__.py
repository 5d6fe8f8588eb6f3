"""Advice: which machines a training fits on, how long it takes there, and what to change where it does not fit."""

from pictus.learn.advice.estimate import Advice, Samples, advise
from pictus.learn.advice.machine import MACHINES, Machine, machines
from pictus.learn.advice.table import lines, plain

__all__ = ["MACHINES", "Advice", "Machine", "Samples", "advise", "lines", "machines", "plain"]
