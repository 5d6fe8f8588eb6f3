"""MMMU's figures: how many answers are right of each subject, of each discipline and of all."""

from collections.abc import Iterable, Mapping, Sequence

DISCIPLINES: Mapping[str, Sequence[str]] = {
    "Art and Design": ("Art", "Art_Theory", "Design", "Music"),
    "Business": ("Accounting", "Economics", "Finance", "Manage", "Marketing"),
    "Science": ("Biology", "Chemistry", "Geography", "Math", "Physics"),
    "Health and Medicine": (
        *("Basic_Medical_Science", "Clinical_Medicine", "Diagnostics_and_Laboratory_Medicine", "Pharmacy"),
        "Public_Health",
    ),
    "Humanities and Social Science": ("History", "Literature", "Sociology", "Psychology"),
    "Tech and Engineering": (
        *("Agriculture", "Architecture_and_Engineering", "Computer_Science", "Electronics", "Energy_and_Power"),
        *("Materials", "Mechanical_Engineering"),
    ),
}
# The official scorer goes through them by the alphabet, which decides on what is drawn at random.
SUBJECTS = tuple(sorted(subject for subjects in DISCIPLINES.values() for subject in subjects))


def subject_of(key: str) -> str:
    """Take the subject out of an id: what stands between the split and the number."""
    return "_".join(key.split("_")[1:-1])


def figures_of(right: Mapping[str, Sequence[bool]]) -> dict[str, float]:
    """Give the share of right answers, to three decimals; 0 for a discipline of which nothing was asked."""
    shares = {name: (sum(right[name]) / len(right[name]), len(right[name])) for name in SUBJECTS if right.get(name)}
    figures = {}
    for discipline, subjects in DISCIPLINES.items():
        asked = [name for name in subjects if name in shares]
        figures[f"Overall-{discipline}"] = _together(shares[name] for name in asked)
        figures |= {name: round(shares[name][0], 3) for name in asked}
    return {**figures, "Overall": _together(shares.values())}


def _together(shares: Iterable[tuple[float, int]]) -> float:
    """Give the share in several subjects, worked out as the official scorer does: the last decimal is rounded alike."""
    right, count = 0.0, 0
    for share, asked in shares:  # no `sum`, which is more exact
        right += share * asked
        count += asked
    return round(right / count, 3) if count else 0.0
