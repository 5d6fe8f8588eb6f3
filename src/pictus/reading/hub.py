"""Addresses on the Hugging Face Hub."""

HUB = "https://huggingface.co/datasets"


def hub_page(repository: str) -> str:
    """Give the page of a dataset."""
    return f"{HUB}/{repository}"


def hub_file(repository: str, name: str) -> str:
    """Give the address of a file of a dataset."""
    return f"{HUB}/{repository}/resolve/main/{name}"
