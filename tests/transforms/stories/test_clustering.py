"""Laws of grouping: order, locality, chains, kinds and people's decisions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transforms.stories.clustering import Links, group_articles
from transforms.stories.story_model import MODEL
from transforms.types import Kind

Edge = tuple[int, int, float]
Pair = tuple[int, int]
SCORES = st.sampled_from([0.0, 0.2, 0.4, MODEL.threshold, 0.6, 0.8, 0.8, 1.0])


def links_of(edges: list[Edge]) -> Links:
    return Links(
        np.array([edge[0] for edge in edges], dtype=np.uint64),
        np.array([edge[1] for edge in edges], dtype=np.uint64),
        np.array([edge[2] for edge in edges], dtype=np.float32),
    )


def cluster(
    ids: list[int],
    kinds: list[Kind],
    links: Links,
    must_links: list[Pair] | None = None,
    cannot_links: list[Pair] | None = None,
) -> list[list[int]]:
    return group_articles(ids, kinds, links, must_links or (), cannot_links or ()).stories


@st.composite
def graphs(draw: st.DrawFn, size: int = 9) -> list[Edge]:
    chosen = draw(
        st.sets(st.tuples(st.integers(1, size), st.integers(1, size)).filter(lambda p: p[0] < p[1]))
    )
    return [(a, b, draw(SCORES)) for a, b in sorted(chosen)]


KINDS = st.lists(
    st.sampled_from([Kind.ARTICLE, Kind.ARTICLE, Kind.LIVE_BLOG, Kind.ROUND_UP, Kind.STUB, Kind.INDEX]),
    min_size=9,
    max_size=9,
)
PAIRS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda p: p[0] != p[1]), max_size=4)


@given(graphs(), KINDS, PAIRS, PAIRS, st.randoms(use_true_random=False))
def test_order_of_articles_and_links_does_not_matter(
    edges: list[Edge],
    kinds: list[Kind],
    must: list[tuple[int, int]],
    cannot: list[tuple[int, int]],
    random: object,
) -> None:
    ids = list(range(1, 10))
    expected = cluster(ids, kinds, links_of(edges), must, cannot)
    shuffle = random.shuffle  # type: ignore[attr-defined]
    mixed = list(zip(ids, kinds, strict=True))
    turned = [(b, a, score) for a, b, score in edges]
    for some in (mixed, turned, must, cannot):
        shuffle(some)
    found = cluster([i for i, _ in mixed], [k for _, k in mixed], links_of(turned), must, cannot)
    assert found == expected


@given(graphs(), KINDS, PAIRS, PAIRS)
def test_a_component_can_be_grouped_alone(
    edges: list[Edge], kinds: list[Kind], must: list[tuple[int, int]], cannot: list[tuple[int, int]]
) -> None:
    ids = list(range(1, 10))
    parent = {i: i for i in ids}
    for a, b in [(a, b) for a, b, score in edges if score >= MODEL.threshold] + must:
        low, high = parent[a], parent[b]
        parent = {i: low if p == high else p for i, p in parent.items()}
    alone: list[list[int]] = []
    for root in sorted(set(parent.values())):
        part = [i for i in ids if parent[i] == root]
        inside = [edge for edge in edges if edge[0] in part and edge[1] in part]
        alone += cluster(part, [kinds[i - 1] for i in part], links_of(inside), must, cannot)
    assert sorted(alone) == cluster(ids, kinds, links_of(edges), must, cannot)


@given(graphs(), KINDS, PAIRS, PAIRS)
def test_people_win_over_any_score(
    edges: list[Edge], kinds: list[Kind], must: list[tuple[int, int]], cannot: list[tuple[int, int]]
) -> None:
    groups = cluster(range_ids(), kinds, links_of(edges), must, cannot)
    home = {i: number for number, group in enumerate(groups) for i in group}
    assert sorted(home) == range_ids()
    assert all(home[a] == home[b] for a, b in must)
    parent = {i: i for i in range_ids()}
    for a, b in must:
        low, high = parent[a], parent[b]
        parent = {i: low if p == high else p for i, p in parent.items()}
    assert all(home[a] != home[b] for a, b in cannot if parent[a] != parent[b])


@given(graphs(), KINDS)
def test_stubs_stay_alone_and_attached_kinds_never_hold_a_story_together(
    edges: list[Edge], kinds: list[Kind]
) -> None:
    groups = cluster(range_ids(), kinds, links_of(edges))
    plain = [i for i in range_ids() if kinds[i - 1] is Kind.ARTICLE]
    between = [edge for edge in edges if edge[0] in plain and edge[1] in plain]
    without = cluster(plain, [Kind.ARTICLE] * len(plain), links_of(between))
    for group in groups:
        if any(kinds[i - 1] in (Kind.STUB, Kind.INDEX) for i in group):
            assert len(group) == 1
    kept = [[i for i in group if kinds[i - 1] is Kind.ARTICLE] for group in groups]
    assert sorted(group for group in kept if group) == without


@given(graphs(), KINDS, PAIRS, PAIRS)
def test_a_grouping_leaves_its_own_dendrograms_as_they_are(
    edges: list[Edge], kinds: list[Kind], must: list[Pair], cannot: list[Pair]
) -> None:
    grouping = group_articles(range_ids(), kinds, links_of(edges), must, cannot)
    own = {article: tree[0] for tree in grouping.dendrograms for article in tree}
    assert grouping.invalidated(own) == set()
    alone = {article: article for article in range_ids()}
    assert grouping.invalidated(alone) == set()


def test_linked_live_blogs_and_fixed_stories_are_in_no_dendrogram() -> None:
    linked = group_articles([1, 2], [Kind.LIVE_BLOG] * 2, links_of([]), [(1, 2)])
    fixed = group_articles([1, 2], [Kind.ARTICLE] * 2, links_of([]), [(1, 2)], fixed=[[1, 2]])
    for grouping in (linked, fixed):
        assert (grouping.stories, grouping.merges) == ([[1, 2]], [])
        assert grouping.invalidated({1: 1, 2: 2}) == set()


def range_ids() -> list[int]:
    return list(range(1, 10))


def test_a_chain_of_single_links_does_not_become_one_story() -> None:
    chain = [(i, i + 1, MODEL.threshold + 0.01) for i in range(1, 20)]
    groups = cluster(list(range(1, 21)), [Kind.ARTICLE] * 20, links_of(chain))
    assert max(map(len, groups)) == 2


def test_a_live_blog_goes_to_the_story_it_fits_best_and_joins_no_two() -> None:
    edges = [(1, 2, 0.9), (3, 4, 0.9), (1, 9, 0.7), (2, 9, 0.7), (3, 9, 0.8), (4, 9, 0.8)]
    kinds = [Kind.ARTICLE] * 4 + [Kind.LIVE_BLOG]
    assert cluster([1, 2, 3, 4, 9], kinds, links_of(edges)) == [[1, 2], [3, 4, 9]]


def test_cannot_links_travel_with_the_groups_they_are_in() -> None:
    edges = [(1, 2, 0.9), (2, 3, 0.9), (1, 3, 0.9), (3, 4, 0.9), (1, 4, 0.8), (2, 4, 0.8)]
    groups = cluster([1, 2, 3, 4], [Kind.ARTICLE] * 4, links_of(edges), cannot_links=[(1, 4)])
    assert groups == [[1, 2, 3], [4]]


def test_an_attached_article_that_fits_two_stories_alike_joins_neither() -> None:
    kinds = [Kind.ARTICLE] * 4 + [Kind.LIVE_BLOG]
    pairs = [(1, 2, 0.9), (3, 4, 0.9)]
    to_first = [(1, 5, 0.7), (2, 5, 0.7)]
    alike = [*pairs, *to_first, (3, 5, 0.69), (4, 5, 0.69)]
    clear = [*pairs, *to_first, (3, 5, MODEL.threshold), (4, 5, 0.0)]
    assert cluster([1, 2, 3, 4, 5], kinds, links_of(alike)) == [[1, 2], [3, 4], [5]]
    assert cluster([1, 2, 3, 4, 5], kinds, links_of(clear)) == [[1, 2, 5], [3, 4]]
