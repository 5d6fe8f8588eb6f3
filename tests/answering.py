"""How a model answers in tests: mostly well, sometimes badly, by the seed alone, so that every run is the same."""

from random import Random

GOOD = "Question: What is here?\n===\nAnswer: A thing is here.\n===\nQuestion: Where?\n===\nAnswer: In the middle."


DETAIL = "A thing stands in the middle of the picture, with trees and a bench around it."


def play(body, times):
    luck = Random(body["seed"]).random()
    if luck < 0.15:
        return "I cannot say."
    wants_pairs = any("===" in str(message["content"]) for message in body["messages"])
    return (GOOD if wants_pairs else DETAIL) + (" " * int(luck * 10))
