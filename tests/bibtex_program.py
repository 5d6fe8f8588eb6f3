"""The real BibTeX, where it is installed: it reads a bibliography and says what it makes of it."""

import os
import shutil
import subprocess

import pytest

needs_bibtex = pytest.mark.skipif(shutil.which("bibtex") is None, reason="needs BibTeX: texlive-binaries")

# Names and titles are taken apart, so that braces and accents are really looked at, and each key is written.
_STYLE = r"""
ENTRY { author title year } {} {}
FUNCTION {misc} {
  author empty$ {} { author #1 "{ff }{ll}" format.name$ pop$ } if$
  title empty$ {} { title "t" change.case$ pop$ } if$
  cite$ write$ newline$
}
FUNCTION {article} { misc }
FUNCTION {book} { misc }
FUNCTION {inproceedings} { misc }
FUNCTION {techreport} { misc }
FUNCTION {manual} { misc }
FUNCTION {unpublished} { misc }
FUNCTION {phdthesis} { misc }
FUNCTION {default.type} { misc }
READ
ITERATE {call.type$}
"""


def ask_bibtex(text, folder):
    """Give the exit status of BibTeX, the keys that it read, and what it said."""
    (folder / "all.bib").write_text(text, "ascii")
    (folder / "keys.bst").write_text(_STYLE)
    (folder / "paper.aux").write_text("\\citation{*}\n\\bibstyle{keys}\n\\bibdata{all}\n")
    here = {**os.environ, "BIBINPUTS": ".", "BSTINPUTS": "."}
    done = subprocess.run(["bibtex", "paper"], cwd=folder, env=here, capture_output=True, text=True, errors="replace")
    read = (folder / "paper.bbl").read_text().split() if (folder / "paper.bbl").exists() else []
    return done.returncode, read, done.stdout
