"""Tokens: a record as what the model reads, and which of it the model learns to say."""

from pictus.learn.tokens.talk import LaidOut, Talk

__all__ = ["LaidOut", "Talk"]
