"""Run a command as a newcomer types it."""

import sys

import pytest

from pictus.cli import main


@pytest.fixture
def run(capfd, monkeypatch, tmp_path_factory):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("PICTUS_STATE", str(tmp_path_factory.mktemp("state")))

    def run(*arguments, code=0):
        monkeypatch.setattr(sys, "argv", ["pictus", *map(str, arguments)])
        try:
            main()
            found = 0
        except SystemExit as exit_:
            found = exit_.code or 0
        out, err = capfd.readouterr()
        assert found in (code if isinstance(code, tuple) else (code,)), (found, out, err)
        return out, err

    return run
