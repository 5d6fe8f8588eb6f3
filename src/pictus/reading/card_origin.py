"""What the card of a dataset says of each of its records: the licences, and the terms of the model that wrote it."""

from pictus.card import Card
from pictus.record import Origin


def origin_of(
    card: Card,
    dataset: str,
    split: str,
    key: str = "",  # left empty where it is filled in later, row by row
    *,
    address: str | None = None,
    picture_licence: str | None = None,  # where a row knows more of it than the card
    made_by: str | None = None,
) -> Origin:
    """Give the origin of a record, or of all records of a split, with what the card says of licences."""
    return Origin(
        dataset=dataset,
        split=split,
        key=key,
        address=address,
        picture_licence=picture_licence or card.picture_licence,
        text_licence=card.text_licence,
        model_terms=card.model_terms,
        made_by=made_by,
    )
