"""Where trees are cut: the definition, followed to the letter on sets, agrees with the loop, compiled or not."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.kernel import average_linkage as linkage
from transforms.kernel.average_linkage import Merges, link_by_average
from transforms.stories import dendrogram_cut as cutting
from transforms.stories.dendrogram_cut import cut_dendrograms
from transforms.stories.neighbour_lists import I64, list_neighbours
from transforms.stories.story_model import MODEL

ARTICLES = 9
ELSEWHERE = -1
LEAST = 0.2
LINKS = st.dictionaries(
    st.tuples(st.integers(ELSEWHERE, ARTICLES - 1), st.integers(0, ARTICLES - 1), st.integers(0, 30)).filter(
        lambda link: link[0] < link[1] and (link[0] == ELSEWHERE or link[2] == 0)
    ),
    st.integers(1, 1000),
    max_size=90,
)  # (left, right, which of several articles elsewhere) → score in thousandths
Links = dict[tuple[int, int, int], int]
# two stories, near each other or not
HALVES = st.tuples(
    *(
        st.tuples(st.just((a, b, 0)), st.integers(700, 900) if a % 2 == b % 2 else st.integers(250, 650))
        for b in range(ARTICLES)
        for a in range(b)
    )
).map(dict)
WEBS = st.one_of(LINKS, HALVES)


def columns(links: Links) -> tuple[I64, I64, I64]:
    rows = np.array([(left, right, score) for (left, right, _), score in links.items()], np.int64)
    left, right, score = rows.reshape(-1, 3).T
    return left, right, score


def grow(links: Links) -> Merges:
    left, right, score = columns({pair: total for pair, total in links.items() if pair[0] >= 0})
    barred = np.zeros(len(left), np.bool_)
    return link_by_average(np.ones(ARTICLES, np.int64), left, right, score, barred, LEAST * 1000)


def cut(links: Links) -> tuple[set[frozenset[int]], set[frozenset[int]]]:
    trees, stories = cut_dendrograms(
        np.zeros(ARTICLES), grow(links), list_neighbours(ARTICLES, *columns(links)), LEAST, 1000
    )
    return parts(trees), parts(stories)


def parts(label: I64) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(label == number).tolist()) for number in label}


def local_density(links: Links, members: frozenset[int]) -> float:
    total = 0
    for member in members:
        outside = [score for (a, b, _), score in links.items() if b == member and a not in members]
        outside += [score for (a, b, _), score in links.items() if a == member and b not in members]
        total += sum(sorted(outside, reverse=True)[: MODEL.neighbours])
    return total / (len(members) * MODEL.neighbours) / 1000


def mean(links: Links, members: frozenset[int]) -> float:
    inside = sum(score for (a, b, _), score in links.items() if a in members and b in members)
    return inside / (len(members) * (len(members) - 1) / 2) / 1000


def by_definition(links: Links) -> tuple[set[frozenset[int]], set[frozenset[int]]]:
    halves: dict[frozenset[int], tuple[frozenset[int], frozenset[int], float]] = {}
    group = {place: frozenset({place}) for place in range(ARTICLES)}
    merges = grow(links)
    for kept, gone, height in zip(merges.kept, merges.gone, merges.height, strict=True):
        a, b = group[kept], group.pop(gone)
        group[kept] = a | b
        halves[a | b] = (a, b, height / 1000)
    stories: set[frozenset[int]] = set()
    left = list(group.values())
    while left:
        part = left.pop()
        if len(part) == 1:
            stories.add(part)
            continue
        a, b, height = halves[part]
        proof = min(len(a), len(b)) - 1
        demand = MODEL.cohesion * proof / (proof + MODEL.cohesion_doubt)
        is_one = not proof or height >= demand * sqrt(mean(links, a) * mean(links, b))
        if is_one and height - MODEL.separation * local_density(links, part) >= LEAST:
            stories.add(part)
        else:
            left += (a, b)
    return set(group.values()), stories


@given(WEBS)
def test_trees_are_cut_by_the_definition(links: Links) -> None:
    assert cut(links) == by_definition(links)


@pytest.mark.slow
@settings(deadline=None)  # the first example compiles
@given(WEBS)
def test_compiled_loops_grow_and_cut_alike(links: Links) -> None:
    plain = cut(links)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linkage, "FEW_LINKS", 0)
        patch.setattr(cutting, "FEW_LINKS", 0)
        assert cut(links) == plain


def test_a_pair_in_a_dense_neighbourhood_falls_apart() -> None:
    pair = {(0, 1, 0): 700}
    assert frozenset({0, 1}) in cut(pair)[1]
    dense = pair | {(ELSEWHERE, end, number): 650 for end in (0, 1) for number in range(MODEL.neighbours)}
    assert frozenset({0, 1}) not in cut(dense)[1]
    few = pair | {(ELSEWHERE, end, 0): 650 for end in (0, 1)}
    assert frozenset({0, 1}) in cut(few)[1]
    near = pair | {(ELSEWHERE, end, number): 370 for end in (0, 1) for number in range(3 * MODEL.neighbours)}
    assert frozenset({0, 1}) in cut(near)[1]  # however many there are, the nearest count
