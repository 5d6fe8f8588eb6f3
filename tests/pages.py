"""Pages of the documentation as a reader follows them: files saved, commands typed, tables looked up."""

import re
import shlex


def rows_below(page, heading):
    """Read the table below a heading, or the one that begins with its words, as lists of cells."""
    below = page[page.index(heading) :]
    table = re.search(r"^\|.*?(?=^[^|]|\Z)", below, re.MULTILINE | re.DOTALL)[0]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines()[2:]]


def typed(page):
    """Give what a reader does, in order: types a command that prints something, or saves a file."""
    for language, name, text in re.findall(r"```(\w+)(?: (\S+))?\n(.*?)```", page, re.DOTALL):
        if name or language == "yaml":
            yield ["save", name or text.splitlines()[0].removeprefix("# "), text], []
        elif language == "sh":
            yield from ((shlex.split(line), []) for line in text.splitlines())
        elif language == "console":
            for piece in text.removeprefix("$ ").split("\n$ "):
                command, *shown = piece.splitlines()
                yield shlex.split(command), shown


def shape(text):
    """Make figures, ids and columns alike: they change with every question that the program learns to ask."""
    text = re.sub(r"\b[0-9a-f]{32}\b", "ID", text)
    return [" ".join(re.sub(r"\d[\d,.]*(?<!\.)", "0", line).split()) for line in text.splitlines()]
