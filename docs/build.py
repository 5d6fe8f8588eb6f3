"""Write reference.md from the code: every command with its options, every plug-in with its settings."""

from pathlib import Path
from typing import Any

import click

from pictus.cli import pictus
from pictus.plugins import names
from pictus.steps.catalogue import FAMILIES, page

HERE = Path(__file__).parent
_LOOK: dict[str, Any] = {"terminal_width": 100, "max_content_width": 100, "help_option_names": ["-h", "--help"]}


def reference() -> str:
    """Give the text of the page."""
    parts = ["# Reference\n\nWritten by `make docs` from the code.\n\n## Commands\n"]
    context = click.Context(pictus, info_name="pictus", **_LOOK)
    for name in pictus.list_commands(context):
        command = pictus.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, **_LOOK)
        parts.append(f"### pictus {name}\n\n```text\n{command.get_help(inner)}\n```\n")
    for family in FAMILIES:
        parts.append(f"## {family.capitalize()}\n")
        for name in names(family):
            found = page(name)
            settings = "".join(f"- `{key}`, unless set: `{value}`\n" for key, value in found.settings)
            parts.append(f"### {name}\n\n{found.summary}\n\n{found.help}\n" + (f"\n{settings}" if settings else ""))
    return "\n".join(parts)


if __name__ == "__main__":
    (HERE / "reference.md").write_text(reference())
