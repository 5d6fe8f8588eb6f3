"""What licences permit, how they are found by name, and how they combine."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.licence import Licence, Verdict, both_terms, combine, find, known, ruling

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
USES = ("commercial", "derivatives", "train")
STRICTNESS = {YES: 0, UNKNOWN: 1, NO: 2}
VERSIONS = ("1.0", "2.0", "2.5", "3.0", "4.0")
CREATIVE_COMMONS = "https://creativecommons.org/licenses"

some_names = st.one_of(
    st.sampled_from([licence.name for licence in known()]),
    st.sampled_from(["CC-BY-SA-2.0", "CC-BY-NC-SA-4.0", "CC-BY-SA-1.0", "CC-BY-NC-2.0", "none"]),
    st.text(max_size=20),
)
some_licences = st.lists(some_names.map(find), max_size=5)

# Every name in the licence overview of the datasets, and what it means.
OVERVIEW = {
    "CC BY 4.0": "CC-BY-4.0",
    "third-party copyright, links only": "third-party-copyright",
    "links only": "third-party-copyright",
    "free for any purpose, acknowledgement appreciated": "conceptual-captions-free-use",
    "per image": "per-item",
    "unknown": "unknown",
    "Flickr, links only": "third-party-copyright",
    "CC BY-NC 4.0": "CC-BY-NC-4.0",
    "OpenAI terms": "openai-output-terms",
    "mixed": "per-item",
    "web images academic only": "research-only",
    "Apache-2.0": "Apache-2.0",
    "GPT-4V output": "openai-output-terms",
    "authors claim no right to the images": "third-party-copyright",
    "per source dataset": "per-item",
    "CC BY-NC-SA 4.0": "CC-BY-NC-SA-4.0",
    "MIT": "MIT",
    "research and educational": "research-and-educational-notice",
    "ChatGPT output": "openai-output-terms",
    "collected from web/textbooks": "third-party-copyright",
    "publisher copyright": "third-party-copyright",
    "no clear grant": "unknown",
    "CC BY 2.0": "CC-BY-2.0",
    "SA-1B Dataset Research License": "sa-1b-research",
    "as host dataset": "per-item",
    "AMASS": "amass-research",
    "HumanAct12": "humanact12-terms",
    "research only": "research-only",
}
# COCO's table as its files print it: link, what it means, and whether it is safe for commercial use.
COCO = [
    ("http://creativecommons.org/licenses/by-nc-sa/2.0/", "CC-BY-NC-SA-2.0", NO),
    ("http://creativecommons.org/licenses/by-nc/2.0/", "CC-BY-NC-2.0", NO),
    ("http://creativecommons.org/licenses/by-nc-nd/2.0/", "CC-BY-NC-ND-2.0", NO),
    ("http://creativecommons.org/licenses/by/2.0/", "CC-BY-2.0", YES),
    ("http://creativecommons.org/licenses/by-sa/2.0/", "CC-BY-SA-2.0", YES),
    ("http://creativecommons.org/licenses/by-nd/2.0/", "CC-BY-ND-2.0", NO),
    ("http://flickr.com/commons/usage/", "no-known-copyright-restrictions", YES),
    ("http://www.usa.gov/copyright.shtml", "us-government-work", YES),
]


@pytest.mark.parametrize(("name", "meant"), OVERVIEW.items())
def test_every_licence_of_the_overview_is_known(name, meant):
    assert find(name).name == meant
    assert find(name) in known()


@pytest.mark.parametrize(("link", "meant", "commercial"), COCO)
def test_links_of_coco_mean_one_licence_each(link, meant, commercial):
    assert find(link).name == meant
    assert ruling([link, "CC-BY-4.0", "none"], "commercial").verdict is commercial


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Attribution-NonCommercial-ShareAlike License", "CC-BY-NC-SA"),
        ("Attribution-NonCommercial License", "CC-BY-NC"),
        ("Attribution-NonCommercial-NoDerivs License", "CC-BY-NC-ND"),
        ("Attribution License", "CC-BY"),
        ("Attribution-ShareAlike License", "CC-BY-SA"),
        ("Attribution-NoDerivs License", "CC-BY-ND"),
        ("No known copyright restrictions", "no-known-copyright-restrictions"),
        ("United States Government Work", "us-government-work"),
    ],
)
def test_a_name_without_version_gets_none_but_permits_what_all_versions_do(name, meant):
    assert find(name).name == meant
    for version in VERSIONS if meant.startswith("CC-") else ():
        for permission in ("commercial", "derivatives", "training"):
            assert find(name).permits(permission) is find(f"{meant}-{version}").permits(permission)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC_BY_4.0", "CC-BY-4.0"),
        ("  CC   BY   4.0 ", "CC-BY-4.0"),
        ("ccby 4.0", "CC-BY-4.0"),
        ("cc by 4", "CC-BY-4.0"),
        ("CC BY v4.0", "CC-BY-4.0"),
        ("BY-NC-SA 3.0", "CC-BY-NC-SA-3.0"),
        ("CC BY-ND-NC 1.0", "CC-BY-NC-ND-1.0"),
        ("CC-BY-3.0-DE", "CC-BY-3.0"),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
        ("Creative Commons Attribution 4.0 International Public License", "CC-BY-4.0"),
        ("Creative Commons Attribution-Non Commercial 2.0 Generic", "CC-BY-NC-2.0"),
        ("Attribution-NoDerivatives 4.0 International (CC BY-ND 4.0)", "CC-BY-ND-4.0"),
        ("Attribution-ShareAlike (CC BY-SA 3.0)", "CC-BY-SA-3.0"),
        ("(CC BY 4.0)", "CC-BY-4.0"),
        ("CC0", "CC0-1.0"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("Public Domain Mark 1.0", "CC-PDM-1.0"),
        ("apache 2.0", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("The MIT License (MIT)", "MIT"),
        ("BSD-3-Clause", "BSD-3-Clause"),
        ("bsd", "BSD"),
        ("llama2", "llama-2-community"),
        ("Llama 3.0", "llama-3-community"),
        ("llama3.1", "llama-3.1-community"),
        ("LLAMA 3.3 COMMUNITY LICENSE AGREEMENT", "llama-3.3-community"),
        ("gemma", "gemma-terms"),
        ("Qwen RESEARCH LICENSE AGREEMENT", "qwen-research"),
        ("MRL-0.1", "mistral-research"),
        ("None", "none"),
        ("?", "unknown"),
        ("", "unknown"),
        (" \n ", "unknown"),
    ],
)
def test_spelling_does_not_matter(name, meant):
    assert find(name).name == meant


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        (f"{CREATIVE_COMMONS}/by-nc/2.0/", "CC-BY-NC-2.0"),
        (f"{CREATIVE_COMMONS}/by-nc/2.0", "CC-BY-NC-2.0"),
        ("HTTP://WWW.CreativeCommons.org/licenses/BY-NC/2.0/", "CC-BY-NC-2.0"),
        ("//creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        (f"{CREATIVE_COMMONS}/by-sa/3.0/de/", "CC-BY-SA-3.0"),
        (f"{CREATIVE_COMMONS}/by-sa/2.5/scotland/", "CC-BY-SA-2.5"),
        (f"{CREATIVE_COMMONS}/by/4.0/deed.en", "CC-BY-4.0"),
        (f"{CREATIVE_COMMONS}/by/3.0/us/legalcode?a=b#top", "CC-BY-3.0"),
        (f"{CREATIVE_COMMONS}/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"),
        (f"{CREATIVE_COMMONS}/by/", "CC-BY"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.de", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0", "CC-PDM-1.0"),
        ("https://www.flickr.com/commons/usage", "no-known-copyright-restrictions"),
        ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
    ],
)
def test_links_are_read_with_their_version(link, meant):
    assert find(link).name == meant


@pytest.mark.parametrize(
    "name",
    [
        "CC BY 9.0",
        "CC BY 4.0 NC",  # not an edition of New Caledonia
        "CC BY / CC BY-NC 4.0",
        "CC BY 4.0 (CC BY-NC 4.0)",
        "CC BY (non-commercial)",
        "CC BY (CC BY-NC 4.0)",
        "CC BY-ND-SA 4.0",
        "CC BY-NC-NC 4.0",
        "by",
        "Open Data Commons Attribution License",
        "CC BY 4.0?",
        "Apache-2.0+",
        "MIT (non-commercial)",
        "MIT 禁止商用",
        "Qwen License",
        "other",
        "no license",
        "http://",
        "https://creativecommons.org.example/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by/9.0/",
        "https://creativecommons.org/licenses/by/4.0/ but not for sale",
        "https://creativecommons.org/licenses/by-nc-nd-sa/4.0/",
        "https://example.org/licence",
    ],
)
def test_what_is_not_known_stays_unknown_under_its_own_name(name):
    licence = find(name)
    assert licence not in known()
    assert licence.name == name
    answers = {
        licence.commercial,
        licence.derivatives,
        licence.training,
        licence.share_alike,
        licence.attribution,
    }
    assert answers == {UNKNOWN}
    assert all(ruling([name], use).verdict is UNKNOWN for use in USES)


def test_an_unknown_link_can_be_followed():
    assert find("https://example.org/licence").url == "https://example.org/licence"


@pytest.mark.parametrize("licence", known(), ids=lambda licence: licence.name)
def test_every_name_alias_and_link_leads_to_its_own_licence(licence):
    for name in filter(None, (licence.name, licence.title, licence.url, *licence.aliases)):
        assert find(name) == licence
    assert licence.note and not licence.note.endswith(".")


def test_the_whole_creative_commons_family_is_there():
    codes = ("BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND")
    for code in codes:
        for version in VERSIONS:
            licence = find(f"CC-{code}-{version}")
            assert licence in known()
            assert licence.commercial is (NO if "NC" in code else YES)
            assert licence.derivatives is (NO if "ND" in code else YES)
            assert licence.training is (UNKNOWN if "ND" in code else YES)
            assert licence.share_alike is (YES if "SA" in code else NO)
            assert licence.attribution is YES


@pytest.mark.parametrize(
    ("name", "commercial", "derivatives", "training"),
    [
        ("CC0-1.0", YES, YES, YES),
        ("CC-PDM-1.0", YES, YES, YES),
        ("Apache-2.0", YES, YES, YES),
        ("MIT", YES, YES, YES),
        ("BSD-2-Clause", YES, YES, YES),
        ("conceptual-captions-free-use", YES, YES, YES),
        ("none", YES, YES, YES),
        ("no-picture", YES, YES, YES),
        ("unknown", UNKNOWN, UNKNOWN, UNKNOWN),
        ("per-item", UNKNOWN, UNKNOWN, UNKNOWN),
        ("third-party-copyright", UNKNOWN, UNKNOWN, UNKNOWN),
        ("humanact12-terms", UNKNOWN, UNKNOWN, UNKNOWN),
        ("research-and-educational-notice", UNKNOWN, UNKNOWN, UNKNOWN),
        ("sa-1b-research", NO, UNKNOWN, UNKNOWN),
        ("amass-research", NO, UNKNOWN, UNKNOWN),
        ("smpl-research", NO, UNKNOWN, UNKNOWN),
        ("research-only", NO, UNKNOWN, UNKNOWN),
        ("openai-output-terms", YES, YES, NO),
        ("llama-2-community", YES, YES, NO),
        ("llama-3-community", YES, YES, NO),
        ("llama-3.1-community", YES, YES, YES),
        ("llama-3.2-community", UNKNOWN, UNKNOWN, UNKNOWN),
        ("llama-3.3-community", YES, YES, YES),
        ("llama-4-community", UNKNOWN, UNKNOWN, UNKNOWN),
        ("gemma-terms", YES, YES, YES),
        ("qwen-research", NO, YES, YES),
        ("mistral-research", NO, YES, YES),
    ],
)
def test_each_licence_is_read_as_written_down_here(name, commercial, derivatives, training):
    licence = find(name)
    assert licence in known()
    assert (licence.commercial, licence.derivatives, licence.training) == (commercial, derivatives, training)


def test_no_beats_unknown_and_unknown_beats_yes():
    assert combine([find("MIT"), find("CC0")]).commercial is YES
    assert combine([find("MIT"), find("unknown")]).commercial is UNKNOWN
    assert combine([find("unknown"), find("CC-BY-NC-4.0")]).commercial is NO


def test_the_most_demanding_requirement_stays():
    assert combine([find("CC0")]).attribution is NO
    assert combine([find("CC0"), find("unknown")]).attribution is UNKNOWN
    assert combine([find("CC0"), find("unknown"), find("MIT")]).attribution is YES
    assert combine([find("CC0"), find("CC-BY-SA-4.0")]).share_alike is YES


def test_reasons_name_each_licence_that_objects_the_plain_no_first():
    reasons = combine([find("my terms"), find("CC-BY-NC-2.0"), find("MIT")]).reasons
    assert reasons == (
        "`CC-BY-NC-2.0` does not permit commercial use: only non-commercial use is allowed; "
        "credit is required (https://creativecommons.org/licenses/by-nc/2.0/)",
        "`my terms` leaves open commercial use, adaptation and training of competing models: "
        "this licence is not known here",
    )


def test_nothing_named_permits_nothing():
    terms = combine([])
    assert {terms.commercial, terms.derivatives, terms.training, terms.attribution} == {UNKNOWN}
    assert terms.reasons
    for use in USES:
        assert ruling([], use).verdict is UNKNOWN
        assert ruling([], use).reasons


@pytest.mark.parametrize(
    ("one", "other", "derivatives"),
    [
        ("CC-BY-SA-2.0", "CC-BY-SA-4.0", YES),  # a later version of the same licence may follow
        ("CC-BY-SA-4.0", "CC-BY-4.0", YES),
        ("CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", YES),
        ("CC-BY-NC-SA-4.0", "CC-BY-4.0", YES),
        ("CC-BY-NC-SA-4.0", "CC-BY-NC-4.0", YES),
        ("CC-BY-SA-1.0", "CC-BY-SA-4.0", NO),  # version 1.0 knows no later versions
        ("CC-BY-SA", "CC-BY-SA-4.0", UNKNOWN),
        ("CC-BY-SA", "CC-BY-SA-1.0", UNKNOWN),
        ("CC-BY-SA-2.0", "CC-BY-NC-SA-2.0", NO),
        ("CC-BY-SA-4.0", "CC-BY-NC-4.0", NO),
        ("CC-BY-SA-4.0", "research-only", NO),
    ],
)
def test_share_alikes_that_contradict_each_other_cannot_become_one_work(one, other, derivatives):
    terms = combine([find(one), find(other)])
    assert terms.derivatives is derivatives
    assert len(terms.conflicts) == (derivatives is not YES)
    assert all(one in text and other in text for text in terms.conflicts)
    assert set(terms.conflicts) <= set(terms.reasons)
    verdict = ruling([one, other], "derivatives")
    assert verdict.verdict is derivatives
    assert set(terms.conflicts) <= set(verdict.reasons)


@pytest.mark.parametrize(
    ("picture", "text", "model", "commercial", "derivatives", "train"),
    [
        ("CC-BY-2.0", "CC-BY-4.0", "none", YES, YES, YES),
        ("CC-BY-2.0", "Apache-2.0", "Apache-2.0", YES, YES, YES),
        ("CC-BY-2.0", "CC-BY-4.0", "llama-3.1-community", YES, YES, YES),
        ("CC-BY-2.0", "CC-BY-4.0", "llama-2-community", NO, YES, NO),
        ("CC-BY-2.0", "CC-BY-4.0", "openai-output-terms", NO, YES, NO),
        ("CC-BY-2.0", "CC-BY-4.0", "unknown", UNKNOWN, UNKNOWN, UNKNOWN),
        ("CC-BY-NC-2.0", "CC-BY-4.0", "none", NO, YES, YES),
        ("CC-BY-ND-2.0", "CC-BY-4.0", "none", NO, NO, UNKNOWN),
        ("CC-BY-SA-2.0", "CC-BY-4.0", "none", YES, YES, YES),
        ("no-picture", "CC-BY-4.0", "none", YES, YES, YES),
        ("no-picture", "CC-BY-NC-4.0", "openai-output-terms", NO, YES, NO),
        ("CC-BY-2.0", "no-picture", "none", UNKNOWN, UNKNOWN, UNKNOWN),
        ("CC-BY-2.0", "CC-BY-4.0", "no-picture", UNKNOWN, UNKNOWN, UNKNOWN),
        ("third-party-copyright", "CC-BY-4.0", "none", UNKNOWN, UNKNOWN, UNKNOWN),
        ("third-party-copyright", "CC-BY-NC-4.0", "none", NO, UNKNOWN, UNKNOWN),
        ("sa-1b-research", "CC-BY-4.0", "none", NO, UNKNOWN, UNKNOWN),
    ],
)
def test_a_record_is_ruled_by_its_picture_text_and_model(picture, text, model, commercial, derivatives, train):
    rulings = [ruling((picture, text, model), use) for use in USES]
    assert [one.verdict for one in rulings] == [commercial, derivatives, train]
    assert [bool(one.reasons) for one in rulings] == [one.verdict is not YES for one in rulings]


def test_a_ruling_gives_one_sentence_for_each_blocker():
    verdict = ruling(("sa-1b-research", "unknown", "openai-output-terms"), "commercial")
    assert verdict.verdict is NO
    assert [reason.split("`")[1] for reason in verdict.reasons] == [
        "openai-output-terms",
        "sa-1b-research",
        "unknown",
    ]
    assert "https://openai.com/policies" in verdict.reasons[0]


def test_a_ruling_speaks_only_of_what_was_asked():
    assert ruling(("CC-BY-NC-ND-4.0",), "derivatives").reasons == (
        "`CC-BY-NC-ND-4.0` does not permit adaptation: only non-commercial use is allowed; "
        "only unchanged copies may be passed on; credit is required (https://creativecommons.org/licenses/by-nc-nd/4.0/)",
    )


def test_a_yes_names_what_is_asked_in_return():
    duties = ruling(("CC-BY-2.0", "CC0-1.0", "llama-3.1-community"), "commercial").duties
    assert ["CC-BY-2.0" in duties[0], "begin with `Llama`" in duties[1], len(duties)] == [True, True, 2]
    assert ruling(("CC0-1.0", "none"), "commercial").duties == ()
    assert "non-commercial" in ruling(("mistral-research",), "train").duties[0]
    assert ruling(("CC-BY-2.0", "unknown"), "commercial").duties == ()


def test_none_counts_for_the_model_only():
    assert ruling(("CC-BY-2.0", "CC-BY-4.0", "none"), "commercial").verdict is YES
    assert ruling(("None", "CC-BY-4.0", "none"), "commercial").verdict is UNKNOWN
    assert ruling(("CC-BY-2.0", "none", "none"), "train").verdict is UNKNOWN
    assert "picture or text" in ruling(("none", "MIT"), "commercial").reasons[0]


@given(some_licences)
def test_order_and_repetition_do_not_matter(licences):
    terms = combine(licences)
    assert combine(reversed(licences)) == terms
    assert combine([*licences, *licences]) == terms


@given(some_licences, some_licences, some_licences)
def test_grouping_does_not_matter(first, second, third):
    left = combine([*combine([*first, *second]).licences, *third])
    right = combine([*first, *combine([*second, *third]).licences])
    assert left == right == combine([*first, *second, *third])


@given(some_licences.filter(bool), some_licences)
def test_a_further_licence_never_permits_more(licences, more):
    before, after = combine(licences), combine([*licences, *more])
    for permission in ("commercial", "derivatives", "training"):
        assert STRICTNESS[getattr(after, permission)] >= STRICTNESS[getattr(before, permission)]
    for requirement in ("share_alike", "attribution"):
        weight = {NO: 0, UNKNOWN: 1, YES: 2}
        assert weight[getattr(after, requirement)] >= weight[getattr(before, requirement)]
    assert set(before.reasons) <= set(after.reasons)


@given(st.lists(some_names, min_size=1, max_size=3), some_names, st.sampled_from(USES))
def test_a_further_name_never_turns_a_ruling_for_the_better(names, more, use):
    before, after = ruling(names, use), ruling([*names, more], use)
    assert STRICTNESS[after.verdict] >= STRICTNESS[before.verdict]


@given(some_licences.filter(bool))
def test_a_permission_is_yes_only_when_every_licence_says_so(licences):
    terms = combine(licences)
    for permission in ("commercial", "training"):
        everyone = all(licence.permits(permission) is YES for licence in licences)
        assert (getattr(terms, permission) is YES) is everyone
    if terms.derivatives is YES:
        assert all(licence.derivatives is YES for licence in licences)


@given(st.lists(some_names, min_size=1, max_size=3), st.sampled_from(USES))
def test_a_ruling_is_yes_or_says_why_not(names, use):
    given_ruling = ruling(names, use)
    assert (given_ruling.verdict is YES) is (not given_ruling.reasons)


@given(st.text())
def test_any_text_gives_a_licence_that_finds_itself_again(text):
    licence = find(text)
    assert isinstance(licence, Licence)
    assert find(licence.name) == licence


@given(st.text(alphabet="cbynasd-4.0 ()/:?#org", max_size=40))
def test_text_like_a_licence_name_finds_itself_again(text):
    assert find(find(text).name) == find(text)


@given(st.sampled_from(known()), st.sampled_from(" -_,"), st.booleans())
def test_case_and_separators_of_a_known_name_do_not_matter(licence, separator, is_upper):
    written = licence.name.replace("-", separator)
    assert find(written.upper() if is_upper else written) == licence


def test_the_order_of_words_in_a_noncommercial_name_does_not_matter():
    for parts in permutations(("NC", "ND")):
        assert find(f"CC BY-{'-'.join(parts)} 3.0").name == "CC-BY-NC-ND-3.0"


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (None, None, None),
        ("Apache-2.0", None, "Apache-2.0"),
        (None, "openai-output-terms", "openai-output-terms"),
        ("none", "Apache-2.0", "Apache-2.0"),
        ("Apache-2.0", "Apache-2.0", "Apache-2.0"),
        ("Apache-2.0", "openai-output-terms", "openai-output-terms"),
        ("openai-output-terms", "Apache-2.0", "openai-output-terms"),
    ],
)
def test_words_of_two_models_are_under_the_stricter_terms(one, other, both):
    assert both_terms(one, other) == both


def test_terms_that_object_in_different_ways_are_never_taken_for_yes():
    names = [one.name for one in known()]
    for one in names:
        for other in names:
            together = both_terms(one, other)
            for use in ("commercial", "derivatives", "train"):
                alone = [ruling(("CC0-1.0", "CC0-1.0", name), use).verdict.value for name in (one, other)]
                if "none" not in (one, other) and {"no", "unknown"} & {*alone}:
                    verdict = ruling(("CC0-1.0", "CC0-1.0", together), use).verdict.value
                    assert verdict != "yes", (one, other, together, use)
