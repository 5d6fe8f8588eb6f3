"""Addresses on the Hugging Face Hub."""

from pictus.card import Asset

HUB = "https://huggingface.co/datasets"


def hub_page(repository: str) -> str:
    """Give the page of a dataset."""
    return f"{HUB}/{repository}"


def hub_file(repository: str, name: str) -> str:
    """Give the address of a file of a dataset."""
    return f"{HUB}/{repository}/resolve/main/{name}"


def hub_assets(repository: str, folder: str, annotations: str, archive: str) -> tuple[Asset, ...]:
    """List the two files of a dataset that go into one folder: what is said of its pictures, and they themselves."""
    return (
        Asset(url=hub_file(repository, annotations), path=f"{folder}/{annotations}"),
        Asset(url=hub_file(repository, archive), path=f"{folder}/{archive}", kind="pictures"),
    )
