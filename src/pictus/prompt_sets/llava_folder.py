"""LLaVA's folder of prompts: a system message, worked examples, and answers of three kinds."""

from pathlib import Path

from pictus.errors import PictusError
from pictus.prompt_sets.model import Entry, Example, Input, PromptSet

_SYSTEM = "system_message.txt"
_SPLIT = "==="
# Neither the questions for descriptions nor the settings stand in the folder.
_DESCRIBE = (
    "Describe this picture in detail.",
    "What can be seen in this picture? Leave nothing out.",
    "Give a thorough description of what is shown here.",
    "Explain what this picture shows, as fully as you can.",
    "Write a detailed description of the picture.",
)


def is_llava_folder(path: Path) -> bool:
    """Say whether a folder is one, or holds such folders."""
    return (path / _SYSTEM).is_file() or any(path.glob(f"*/{_SYSTEM}"))


def read_llava_folder(path: Path) -> PromptSet:
    """Read each folder that has a system message as an entry."""
    folders = [path] if (path / _SYSTEM).is_file() else sorted(found.parent for found in path.glob(f"*/{_SYSTEM}"))
    return PromptSet(name=path.name, entries={folder.name: _entry(folder) for folder in folders})


def _entry(folder: Path) -> Entry:
    examples = [
        Example(input=_text(told), output=_text(told.with_name(f"{told.name.removesuffix('_caps.txt')}_conv.txt")))
        for told in sorted(folder.glob("*_caps.txt"))
    ]
    is_split = any(f"\n{_SPLIT}\n" in example.output for example in examples)
    # Boxes are told where the worked examples have them.
    has_boxes = any(": [" in example.input for example in examples)
    inputs: list[Input] = ["captions", "boxes"] if has_boxes else ["captions"]
    return Entry(
        type=folder.name,
        system_prompt=_text(folder / _SYSTEM),
        inputs=inputs,
        examples=examples,
        split_user_assistant=_SPLIT if is_split else None,
        stopwords=["Question:", "Answer:"] if is_split else [],
        instructions=[] if is_split else list(_DESCRIBE),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        mend = "each `NNN_caps.txt` wants its `NNN_conv.txt`"
        raise PictusError(f"cannot read a prompt: {error.strerror}", where=str(path), mend=mend) from None
    except UnicodeDecodeError as error:
        raise PictusError(f"a prompt is no UTF-8 text: {error.reason}", where=str(path), mend="save it so") from None
