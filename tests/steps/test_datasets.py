"""A row of the catalogue follows from the card alone."""

from dataclasses import replace

import pytest

from pictus import plugins
from pictus.steps.datasets import short_size

COCO = plugins.load_class("sources", "coco2017").card


@pytest.mark.parametrize(
    ("size", "short"),
    [
        ("14,616 motions and as many mirrored ones, 44,970 sentences", "14,616 motions"),
        ("9,178,275 pictures, of which 1,743,042 + 41,620 + 125,436 may have boxes", "9,178,275 pictures"),
        ("118,287 + 5,000 pictures, 19 GB", "118,287 + 5,000 pictures"),
        ("5.85 billion links (2.3 billion with English text)", "5.85 billion links"),
        ("52,002 rows.", "52,002 rows"),
        ("45,336 questions on 28,408 pictures", "45,336 questions"),
        ("3.3 million pairs: 0.5 GB of links", "3.3 million pairs"),
        ("yours", "yours"),
        ("a great many conversations held by people or models", "a great many conversations held…"),
        ("x" * 60, "x" * 31 + "…"),
    ],
)
def test_the_short_size_is_the_first_statement(size, short):
    assert short_size(replace(COCO, size=size)) == short


@pytest.mark.parametrize("name", plugins.names("sources"))
def test_what_a_card_refers_to_is_there(name):
    card = plugins.load_class("sources", name).card
    assert card.written_by in ("", *plugins.names("formats"))
    assert len(short_size(card)) <= 32
