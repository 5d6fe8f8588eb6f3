"""BibTeX is read as strictly as BibTeX reads it, and written in ASCII."""

import pytest

from bibtex_program import ask_bibtex, needs_bibtex
from pictus.reading.bibtex import in_ascii, read_entries

WHOLE = """
@article{one2024,
  title = {A {Title} with \\{signs\\}, commas = and "quotes"},
  author = "M{\\"u}ller, A. and others",
  month = jun, year = 2024,
}
@misc{ two:2.0/b ,title={@ home}}
"""
BROKEN = {
    "a brace too few": "@misc{a, title = {{B}",
    "a brace too many": "@misc{a, title = {B}}}",
    "no comma between fields": "@misc{a, title = {B} year = {2024}}",
    "a bare word": "@misc{a, title = Birds}",
    "no key": "@misc{title = {B}}",
    "a key with a space": "@misc{a b, title = {B}}",
    "quotes that do not close": '@misc{a, title = "B}',
    "a brace too many in quotes": '@misc{a, title = "B}"}',
    "no value": "@misc{a, title = }",
    "a field twice": "@misc{a, title = {B}, title = {C}}",
    "an entry that does not end": "@misc{a, title = {B},",
    "prose before": "Please cite: @misc{a, title = {B}}",
}


def test_entries_are_read_with_their_keys_fields_and_text():
    one, two = read_entries(WHOLE)
    assert (one.kind, one.key, one.fields) == ("article", "one2024", ("title", "author", "month", "year"))
    assert (two.kind, two.key, two.fields, two.text) == (
        "misc",
        "two:2.0/b",
        ("title",),
        "@misc{ two:2.0/b ,title={@ home}}",
    )
    assert one.text.startswith("@article") and one.text.endswith("2024,\n}")
    assert read_entries(" \n") == ()


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_refused(name):
    with pytest.raises(ValueError, match=r"\w"):
        read_entries(BROKEN[name])


@needs_bibtex
def test_bibtex_reads_what_is_read_here(tmp_path):
    status, keys, said = ask_bibtex(WHOLE, tmp_path)
    assert (status, keys) == (0, ["one2024", "two:2.0/b"]), said


@needs_bibtex
@pytest.mark.parametrize("name", sorted(BROKEN.keys() - {"a brace too many", "prose before", "a field twice"}))
def test_bibtex_refuses_what_is_refused_here(tmp_path, name):
    # It passes over prose and braces between entries, and one of two equal fields; here they are taken for mistakes.
    status, _, said = ask_bibtex(BROKEN[name], tmp_path)
    assert status != 0 or "warning" in said.lower(), said


@pytest.mark.parametrize(
    ("text", "ascii_"),
    [
        ("Dollár, Piotr", "Doll{\\'a}r, Piotr"),
        ("Dolla\u0301r", "Doll{\\'a}r"),
        (
            "Müller, Šimon, Łukasz, Øyvind, Weiß",
            '{\\"u}'.join(["M", "ller, {\\v{S}}imon, {\\L}ukasz, {\\O}yvind, Wei{\\ss}"]),
        ),
        ("naïve, Françoise, Ştefan", 'na{\\"\\i}ve, Fran{\\c{c}}oise, {\\c{S}}tefan'),
        ("“A – B”", "``A -- B''"),
        ("漢字", "漢字"),
        ("{Doll{\\'a}r}", "{Doll{\\'a}r}"),
    ],
)
def test_letters_with_accents_are_written_as_latex_does(text, ascii_):
    assert in_ascii(text) == ascii_


@needs_bibtex
def test_bibtex_takes_every_letter_that_is_written_so(tmp_path):
    letters = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ ÀÉÎÕÜÇŠŽČĆŁŃŚŻĞİŐŰ šžčćłńśżğıőű ß æ Æ œ Œ đ × – — ‘’ “” …"
    status, keys, said = ask_bibtex(
        f"@misc{{a, title = {{{in_ascii(letters)}}}, author = {{{in_ascii(letters)}}}}}", tmp_path
    )
    assert (status, keys) == (0, ["a"]), said
