"""The facts: what a licence is, and those of works that are not Creative Commons, each read once, here.

A permission of `yes` may carry a condition, which the note then says. What the text leaves open, or what
depends on who asks, is `unknown`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

Permission: TypeAlias = Literal["commercial", "derivatives", "training"]


class Verdict(StrEnum):
    """An answer that admits not to know."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What one licence, or the terms of one model, permits and requires."""

    name: str  # the SPDX id where there is one
    title: str
    url: str = ""
    aliases: tuple[str, ...] = ()  # other names and links; spacing, punctuation and case do not matter
    commercial: Verdict = UNKNOWN  # use it for profit
    derivatives: Verdict = UNKNOWN  # change it and pass the result on
    training: Verdict = UNKNOWN  # train models with it, competing ones too
    share_alike: Verdict = UNKNOWN  # adaptations must carry the same licence
    attribution: Verdict = UNKNOWN
    note: str  # the reason, as a clause that fits after a colon

    def permits(self, permission: Permission) -> Verdict:
        """Give one of the three permissions by its name."""
        match permission:
            case "commercial":
                return self.commercial
            case "derivatives":
                return self.derivatives
            case "training":
                return self.training


def free_licence(name: str, title: str, note: str, *, url: str, credit: Verdict, aliases: tuple[str, ...]) -> Licence:
    """Make a licence that permits everything and asks for credit at most."""
    return Licence(
        name=name,
        title=title,
        url=url,
        aliases=aliases,
        commercial=YES,
        derivatives=YES,
        training=YES,
        share_alike=NO,
        attribution=credit,
        note=note,
    )


def _research(name: str, title: str, note: str, *, url: str = "", aliases: tuple[str, ...] = ()) -> Licence:
    """Make terms that rule out commercial use; what research may do under them stays unknown."""
    return Licence(name=name, title=title, url=url, aliases=aliases, commercial=NO, note=note)


CONCEPTUAL_12M = "https://github.com/google-research-datasets/conceptual-12m"  # whose page is its licence too
UNSTATED = Licence(
    name="unknown",
    title="Licence not stated",
    aliases=("?", "not stated", "no clear grant"),
    note="nobody said what it permits",
)
# It is not called `none`: a dataset that writes that for a picture has granted nothing.
NO_PICTURE = free_licence(
    "no-picture",
    "No picture: the record has no media",
    "there is no picture that could have a licence",
    url="",
    credit=NO,
    aliases=(),
)
LICENCES = (
    UNSTATED,
    Licence(
        name="per-item",
        title="Each item has its own licence",
        aliases=("per image", "per picture", "per source", "per source dataset", "as host dataset", "mixed"),
        note="each item has its own licence, and it was not looked up",
    ),
    # Without a grant, what may be done rests on exceptions that differ between countries and are in dispute.
    Licence(
        name="third-party-copyright",
        title="Copyright of the owners, who gave no licence",
        aliases=(
            "third-party copyright, links only",
            "links only",
            "Flickr, links only",
            "authors claim no right to the images",
            "collected from web/textbooks",
            "publisher copyright",
        ),
        note="the owners keep their copyright and gave no licence",
    ),
    free_licence(
        "Apache-2.0",
        "Apache License 2.0",
        "its notices must be kept",
        url="https://www.apache.org/licenses/LICENSE-2.0",
        credit=YES,
        aliases=(
            "Apache 2",
            "Apache Software License 2.0",
            "Qwen Apache-2.0",
            "Mistral Apache-2.0",
            "https://www.apache.org/licenses/LICENSE-2.0.txt",
            "https://www.apache.org/licenses/LICENSE-2.0.html",
            "https://opensource.org/licenses/Apache-2.0",
        ),
    ),
    free_licence(
        "MIT",
        "MIT License",
        "its notice must be kept",
        url="https://opensource.org/licenses/MIT",
        credit=YES,
        aliases=("The MIT License (MIT)", "Expat", "https://opensource.org/license/mit"),
    ),
    free_licence(
        "BSD-2-Clause",
        'BSD 2-Clause "Simplified" License',
        "its notice must be kept",
        url="https://opensource.org/licenses/BSD-2-Clause",
        credit=YES,
        aliases=("BSD 2-Clause", "Simplified BSD", "https://opensource.org/license/bsd-2-clause"),
    ),
    free_licence(
        "BSD-3-Clause",
        'BSD 3-Clause "New" or "Revised" License',
        "its notice must be kept",
        url="https://opensource.org/licenses/BSD-3-Clause",
        credit=YES,
        aliases=("BSD 3-Clause", "New BSD", "Revised BSD", "https://opensource.org/license/bsd-3-clause"),
    ),
    free_licence(
        "BSD",
        "BSD licence, its number of clauses not said",
        "its notice must be kept, whichever of the BSD licences it is",
        url="",
        credit=YES,
        aliases=(),
    ),
    free_licence(
        "conceptual-captions-free-use",
        "Conceptual Captions (CC3M, CC12M): may be freely used for any purpose",
        "Google permits any purpose and would appreciate being named; this covers its text, not the pictures",
        url="https://ai.google.com/research/ConceptualCaptions/download",
        credit=NO,
        aliases=(
            "free for any purpose",
            "free for any purpose, acknowledgement appreciated",
            "may be freely used for any purpose",
            CONCEPTUAL_12M,
        ),
    ),
    NO_PICTURE,
    # The two of COCO's eight that are not Creative Commons.
    free_licence(
        "no-known-copyright-restrictions",
        "No known copyright restrictions",
        "the institution that shows it knows of no restriction, without warranty",
        url="https://www.flickr.com/commons/usage/",
        credit=NO,
        aliases=(),
    ),
    free_licence(
        "us-government-work",
        "United States Government Work",
        "no copyright inside the United States; other countries may differ",
        url="https://www.usa.gov/copyright.shtml",
        credit=NO,
        aliases=("U.S. Government Work", "US Government Works", "https://www.usa.gov/government-works"),
    ),
    _research(
        "sa-1b-research",
        "SA-1B Dataset Research License",
        "for non-commercial research only",
        url="https://ai.meta.com/datasets/segment-anything-downloads/",
        aliases=("SA-1B research licence",),
    ),
    _research(
        "amass-research",
        "AMASS licence",
        "for non-commercial scientific research only",
        url="https://amass.is.tue.mpg.de/license.html",
        aliases=("AMASS",),
    ),
    _research(
        "smpl-research",
        "SMPL body model licence",
        "for non-commercial scientific research only",
        url="https://smpl.is.tue.mpg.de/modellicense.html",
        aliases=("SMPL",),
    ),
    Licence(
        name="humanact12-terms",
        title="Terms of HumanAct12",
        aliases=("HumanAct12",),
        note="it has terms of its own, which this table has not read",
    ),
    _research(
        "research-only",
        "For research or academic use only",
        "its publisher allows research or academic use only",
        aliases=(
            "academic only",
            "academic use only",
            "web images academic only",
            "non-commercial research only",
        ),
    ),
    Licence(
        name="research-and-educational-notice",
        title='Notice "research and educational purposes" beside another licence',
        aliases=("research and educational", "research and educational purposes"),
        note="the notice names a purpose, and whether it narrows the licence beside it is arguable",
    ),
)
