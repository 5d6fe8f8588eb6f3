"""The page of a blend shows the share of each corpus, and trusts none of its words."""

import re

from pictus.report.mixture import Portion, StageShown, write_mixture


def portion(name, samples, tokens, **others):
    found = {"rows": 10, "taken": 8, "epochs": 1.5, "left_out": (("too short", 2),), "licences": (("MIT",) * 3 + (8,),)}
    return Portion(name=name, samples=samples, tokens=tokens, **(found | others))


def page(tmp_path, *stages):
    write_mixture(tmp_path / "p/mixture.html", title="A blend", intro="Said.", stages=stages)
    return (tmp_path / "p/mixture.html").read_text()


def stage(*portions, name="align"):
    return StageShown(name=name, told="told", figures={"samples": 10}, portions=portions)


def test_shares_of_samples_and_tokens_are_shown_and_sum_to_the_whole(tmp_path):
    text = page(tmp_path, stage(portion("one", 75, 1), portion("two", 25, 3)))
    widths = [float(width) for width in re.findall(r'<svg x="[\d.]+%" width="([\d.]+)%"', text)]
    assert widths == [75, 25, 25, 75]
    assert "75.0 %" in text and "one 75.0 %, two 25.0 %" in text
    assert "2 left out: too short" in text and "8 rows: picture MIT, text MIT, model terms MIT" in text


def test_a_corpus_has_one_colour_in_all_stages_and_no_other_has_it(tmp_path):
    text = page(tmp_path, stage(portion("one", 1, 1)), stage(portion("two", 1, 1), portion("one", 1, 1), name="tools"))
    hues = dict(re.findall(r'--hue: ([\d.]+)"></i>(\w+)', text))
    assert len(hues) == 2 and text.count("<section") == 2


def test_names_are_escaped(tmp_path):
    text = page(tmp_path, stage(portion("<script>alert(1)</script>", 1, 1)))
    assert "<script" not in text and "&lt;script&gt;" in text


def test_a_stage_without_samples_has_empty_bars(tmp_path):
    assert 'width="0.0000%"' in page(tmp_path, stage(portion("one", 0, 0)))
