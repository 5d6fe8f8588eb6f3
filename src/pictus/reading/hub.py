"""Addresses on the Hugging Face Hub."""

from pictus.card import Asset

HUB = "https://huggingface.co/datasets"


def hub_page(repository: str) -> str:
    """Give the page of a dataset."""
    return f"{HUB}/{repository}"


def hub_file(repository: str, name: str) -> str:
    """Give the address of a file of a dataset."""
    return f"{HUB}/{repository}/resolve/main/{name}"


def hub_assets(
    repository: str,
    folder: str,
    annotations: str,
    archive: str,
    *,
    unpack: str,
    makes: str = "",
    about_bytes: tuple[int, int],
) -> tuple[Asset, ...]:
    """List the two files of a dataset that go into one folder: what is said of its pictures, and they themselves.

    Args:
        repository: of the Hub.
        folder: under the data root.
        annotations: name of the one file.
        archive: name of the other.
        unpack: folder that the archive goes into.
        makes: what is there then.
        about_bytes: sizes of the two, as they are published.
    """
    return (
        Asset(url=hub_file(repository, annotations), path=f"{folder}/{annotations}", about_bytes=about_bytes[0]),
        Asset(
            url=hub_file(repository, archive),
            path=f"{folder}/{archive}",
            about_bytes=about_bytes[1],
            kind="pictures",
            unpack=unpack,
            makes=makes,
        ),
    )
