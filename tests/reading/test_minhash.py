"""Signatures estimate how much two texts share, and pairs are found without comparing all."""

import numpy as np

from pictus.reading.minhash import PLACES, near_pairs, signatures

RANDOM = np.random.default_rng(1)
WORDS = [f"w{number}" for number in range(5000)]


def text(count=60):
    return [WORDS[number] for number in RANDOM.integers(0, len(WORDS), count)]


def changed(words, count):
    """Another text with some words exchanged."""
    words = list(words)
    for place in RANDOM.choice(len(words), count, replace=False):
        words[place] = f"x{RANDOM.integers(10**9)}"
    return words


def jaccard(one, other):
    one, other = ({tuple(words[n : n + 3]) for n in range(len(words) - 2)} for words in (one, other))
    return len(one & other) / len(one | other)


def test_a_signature_estimates_the_share_of_common_shingles():
    for count in (0, 1, 2, 5, 10):
        first = text(200)
        second = changed(first, count)
        one, other = signatures([first, second])
        assert abs((one == other).mean() - jaccard(first, second)) < 4 * (0.25 / PLACES) ** 0.5


def test_a_signature_does_not_depend_on_the_batch():
    texts = [text(), [], ["one"], text(3), ["ein", "Ümlaut"]]
    together = signatures(texts)
    for words, made in zip(texts, together, strict=True):
        assert (signatures([words]) == made).all()
    assert signatures([]).shape == (0, PLACES)


def test_near_pairs_are_found_and_others_are_not():
    originals = [text() for _ in range(300)]
    copies = [changed(words, 1) for words in originals]
    made = signatures(originals + copies)
    found = set(near_pairs(made, np.zeros(600, np.uint64), least=0.8))
    assert all(later - first == 300 for first, later in found)
    near = sum(jaccard(one, other) >= 0.85 for one, other in zip(originals, copies, strict=True))
    assert near > 250 and len(found) >= 0.97 * near


def test_texts_of_different_groups_never_meet():
    made = signatures([text()] * 4)
    assert set(near_pairs(made, np.array([1, 2, 1, 3], np.uint64), least=0.8)) == {(0, 2)}


def test_a_band_that_several_kinds_share_hides_none_of_them():
    made = signatures([text(), text()])[[0, 1, 0, 1]]
    made[:, :8] = 7  # one band equal for all
    assert set(near_pairs(made, np.zeros(4, np.uint64), least=0.8)) >= {(0, 2), (1, 3)}
