"""Plug-ins are found by file name, loaded alone, and set only to what they know."""

import subprocess
import sys

import pytest

from pictus import plugins
from pictus.errors import ManyErrors, PictusError


@pytest.mark.parametrize("family", plugins.CLASS_NAMES)
def test_every_plugin_loads_and_says_what_it_is(family):
    for name in plugins.names(family):
        try:
            assert plugins.load(family, name)
        except PictusError as error:  # a model has to be named
            assert family == "backends" and "no model is named" in error.what and error.mend
        assert plugins.summary(family, name).endswith(".")
        assert plugins.load_class(family, name).__doc__


def test_loading_one_imports_no_other():
    code = (
        "import sys; from pictus import plugins; plugins.load('formats', 'llava')\n"
        "print([name for name in sys.modules if name.startswith('pictus.formats.')], 'PIL' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['pictus.formats.llava'] False"


def test_a_wrong_name_gives_the_one_probably_meant():
    with pytest.raises(PictusError, match="unknown check `turn_ordr`") as caught:
        plugins.load("checks", "turn_ordr")
    assert caught.value.mend == "did you mean `turn_order`?"
    assert plugins.load("checks", "turn-order") == plugins.load("checks", "turn_order")


def test_settings_are_checked_all_at_once():
    with pytest.raises(ManyErrors) as caught:
        plugins.load("checks", "picture", {"maximum_pixel": 1, "decod": True})
    mends = [error.mend for error in caught.value.errors]
    assert mends == ["did you mean `maximum_pixels`?", "did you mean `decode`?"]
    with pytest.raises(PictusError, match="maximum_pixels"):
        plugins.load("checks", "picture", {"maximum_pixels": "many"}, where="recipe.yaml, line 3")
    with pytest.raises(PictusError, match="setting"):
        plugins.load("checks", "turn_order", {"strict": True})


def test_other_packages_join_through_entry_points(tmp_path, monkeypatch):
    (tmp_path / "their_check.py").write_text(
        '"""Refuse everything."""\n\n\n'
        "class Check:\n"
        "    def problems(self, record):\n"
        "        yield 'no, never, not at all'\n"
    )
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pictus.checks]\nrefuse = their_check\n")
    monkeypatch.syspath_prepend(tmp_path)
    plugins._foreign.cache_clear()
    try:
        assert "refuse" in plugins.names("checks")
        assert list(plugins.load("checks", "refuse").problems(None)) == ["no, never, not at all"]
        assert plugins.summary("checks", "refuse") == "Refuse everything."
    finally:
        plugins._foreign.cache_clear()
