"""How crowded it is around a group: the mean of what is nearest outside, whatever is inside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.crowding import NEAREST, Places, survey

ARTICLES = 8
ELSEWHERE = -1
LINKS = st.dictionaries(
    st.tuples(st.integers(ELSEWHERE, ARTICLES - 1), st.integers(0, ARTICLES - 1), st.integers(0, 30)).filter(
        lambda link: link[0] < link[1] and (link[0] == ELSEWHERE or link[2] == 0)
    ),
    st.integers(1, 1000),
    max_size=120,
)  # (left, right, which of several articles elsewhere) → score


def columns(links: dict[tuple[int, int, int], int]) -> tuple[Places, Places, Places]:
    rows = np.array([(left, right, score) for (left, right, _), score in links.items()], np.int64)
    left, right, score = rows.reshape(-1, 3).T
    return left, right, score


@given(LINKS, st.sets(st.integers(0, ARTICLES - 1), min_size=1))
def test_a_crowd_is_the_mean_of_the_nearest_outsiders(
    links: dict[tuple[int, int, int], int], members: set[int]
) -> None:
    around = survey(ARTICLES, *columns(links))
    total = 0
    for member in members:
        outside = [score for (a, b, _), score in links.items() if b == member and a not in members]
        outside += [score for (a, b, _), score in links.items() if a == member and b not in members]
        total += sum(sorted(outside, reverse=True)[:NEAREST])
    asked = np.array(sorted(members), np.int64)
    assert around.crowd(asked) == pytest.approx(total / (len(members) * NEAREST))
    assert around.crowd(asked) == around.crowd(asked[::-1].copy())  # nor does a question leave traces


def test_only_the_nearest_count_and_a_group_alone_has_no_crowd() -> None:
    many = {(ELSEWHERE, 0, number): 100 for number in range(3 * NEAREST)}
    assert survey(2, *columns(many)).crowd(np.array([0])) == 100
    assert survey(2, *columns(many)).crowd(np.array([0, 1])) == 50
    assert survey(2, *columns({(0, 1, 0): 900})).crowd(np.array([0, 1])) == 0
    assert survey(2, *columns({})).crowd(np.array([0, 1])) == 0
