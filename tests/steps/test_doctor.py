"""The doctor imports what must work: a torchvision of another torch is worse than none."""

import sys

import pytest

from pictus.steps import doctor


def found(what):
    return [one for one in doctor.examine() if one.what == what]


def test_what_an_extra_brings_is_missing_and_not_broken(monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    (one,) = found("xllamacpp")
    assert one.state == "missing" and "pictus[llamacpp]" in one.mend
    assert [one.what for one in doctor.examine() if "pictus[ray]" in one.mend] == ["ray", "grpcio"]
    assert found("torchvision") == found("accelerator") == []


@pytest.mark.parametrize("code", ["raise RuntimeError('operator torchvision::nms does not exist')", "import no_such"])
def test_a_torchvision_that_does_not_fit_is_found_by_importing_it(tmp_path, monkeypatch, code):
    (tmp_path / "torchvision.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(doctor, "find_spec", lambda name: object() if name == "torchvision" else None)
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    (one,) = found("torchvision")
    assert one.state == "broken" and "pip uninstall torchvision" in one.mend
