"""Candidates: a pure function of each article, equal to a join over a table of keys, whatever the order."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from tests.test_pairs import BACKGROUND, REPORTS, describe
from transforms.candidates import candidate_pairs, story_keys

KEY_SETS = st.lists(st.frozensets(st.integers(0, 12), max_size=5), max_size=8)


def arrays(sets: list[frozenset[int]]) -> list[npt.NDArray[np.uint64]]:
    return [np.array(sorted(some), dtype=np.uint64) for some in sets]


@given(KEY_SETS, st.integers(1, 3))
def test_the_join_finds_exactly_the_pairs_that_share_enough_keys(
    sets: list[frozenset[int]], shared: int
) -> None:
    expected = [(a, b) for a, b in combinations(range(len(sets)), 2) if len(sets[a] & sets[b]) >= shared]
    assert list(map(tuple, candidate_pairs(arrays(sets), shared).tolist())) == expected


def test_reports_of_one_event_are_candidates_in_every_language() -> None:
    profiles = [describe(text, language) for language, texts in REPORTS.items() for text in texts]
    found = {tuple(pair) for pair in candidate_pairs([story_keys(p, BACKGROUND) for p in profiles]).tolist()}
    assert {(place, place + 1) for place in range(0, len(profiles), 3)} <= found
    assert all(profiles[a].language == profiles[b].language for a, b in found)


def test_keys_are_few_and_ascend() -> None:
    text = " ".join(f"{a}{b}" for a in "bdfghklmn" for b in ("oran", "etik", "ulam", "arsi", "onde"))
    keys = story_keys(describe(text), BACKGROUND)
    assert 100 < len(keys) < 200
    assert (np.diff(keys.astype(object)) > 0).all()
    assert len(story_keys(describe(""), BACKGROUND)) == 0
