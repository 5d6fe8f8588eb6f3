"""How a model answers in tests: mostly well, sometimes badly, by the seed alone, so that every run is the same."""

from random import Random

GOOD = "Question: What is here?\n===\nAnswer: A thing is here.\n===\nQuestion: Where?\n===\nAnswer: In the middle."


def play(body, times):
    luck = Random(body["seed"]).random()
    return "I cannot say." if luck < 0.15 else GOOD + (" " * int(luck * 10))
