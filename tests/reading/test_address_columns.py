"""Which columns of a list are found, and what is said when none can be."""

from pathlib import Path

import pytest

from pictus.errors import PictusError
from pictus.reading.address_columns import AddressColumns, has_addresses

PATH = Path("list.parquet")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["url", "caption"], {"url": "url", "caption": "caption"}),
        (["SAMPLE_ID", "URL", "TEXT", "HEIGHT", "WIDTH"], {"url": "URL", "caption": "TEXT", "width": "WIDTH"}),
        (["Image URL", "Alt-Text"], {"url": "Image URL", "caption": "Alt-Text"}),
        (["photo_id", "photo_image_url"], {"url": "photo_image_url"}),
        (["url", "width", "original_width"], {"url": "url", "width": "original_width"}),
    ],
)
def test_columns_are_found_by_the_names_that_lists_use(names, found):
    assert found.items() <= AddressColumns().found(names, PATH).names.items()


def test_what_is_said_counts_more_than_what_is_found():
    columns = AddressColumns(url="mirror", caption="long", keep=("*",)).found(["url", "text", "mirror", "long"], PATH)
    assert columns.names == {"url": "mirror", "caption": "long"}
    assert columns.scores == ("url", "text")


def test_a_list_without_captions_has_none():
    assert "caption" not in AddressColumns().found(["url", "sha256"], PATH).names
    assert has_addresses(["id", "Image URL"]) and not has_addresses(["id", "image"])


@pytest.mark.parametrize("asked", [{"url": "urll"}, {"keep": ("urll",)}, {"caption": "urll"}])
def test_a_column_that_is_not_there_is_named(asked):
    with pytest.raises(PictusError, match="unknown column `urll`"):
        AddressColumns(**asked).found(["url", "words"], PATH)


def test_a_list_of_which_nobody_knows_the_addresses_says_its_columns():
    with pytest.raises(PictusError, match="pages, words"):
        AddressColumns().found(["pages", "words"], PATH)
