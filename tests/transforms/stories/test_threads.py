"""Relations and threads hold whatever the order in which stories are looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from transforms.stories.threads import (
    MODEL,
    StoryPair,
    StoryRelation,
    ThreadRelation,
    predecessors,
    relate,
    threads_of,
)

NOON = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - times of stories are naive UTC


def pair(
    hours: float | None, score: float = 0.8, names: float = 0.5, own_name: float = 0.2, **fields: int
) -> StoryPair:
    later = None if hours is None else NOON + timedelta(hours=hours)
    ends = {"story_a": 1, "story_b": 2, "article_a": 11, "article_b": 22} | fields
    return StoryPair(score=score, names=names, own_name=own_name, first_a=NOON, first_b=later, **ends)


def test_a_later_story_with_the_same_names_follows_up_the_earlier_one() -> None:
    forward, backward = relate(pair(48)), relate(pair(-48))
    assert forward is not None
    assert backward is not None
    assert (forward.relation, forward.story_a, forward.article_a) == (ThreadRelation.FOLLOW_UP, 1, 11)
    assert (backward.relation, backward.story_a, backward.article_a) == (ThreadRelation.FOLLOW_UP, 2, 22)


def test_without_an_order_or_names_stories_are_related_at_most() -> None:
    apart = (pair(48, names=0.1), pair(48, own_name=0.6))
    for one in (pair(None), pair(2), pair(24 * 40), *apart):
        found = relate(one)
        assert found is not None
        assert found.relation is ThreadRelation.RELATED
    assert relate(pair(48, score=MODEL.least_score - 0.01)) is None


RELATIONS = st.lists(
    st.builds(
        StoryRelation,
        story_a=st.integers(0, 9),
        story_b=st.integers(10, 19),
        relation=st.sampled_from(ThreadRelation),
        score=st.sampled_from([0.6, 0.7, 0.8]),
        article_a=st.just(0),
        article_b=st.just(0),
    ),
    max_size=25,
)


@given(RELATIONS, st.randoms())
def test_who_follows_whom_does_not_depend_on_order(relations: list[StoryRelation], random: object) -> None:
    shuffled = list(relations)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert predecessors(relations) == predecessors(shuffled)


def reachable(edges: dict[int, int], story: int) -> set[int]:
    found = {story}
    while wider := {end for edge in edges.items() if not found.isdisjoint(edge) for end in edge} - found:
        found |= wider
    return found


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 30), max_size=30))
def test_threads_are_the_connected_components(edges: dict[int, int]) -> None:
    found = threads_of(edges)
    assert sorted(story for thread in found for story in thread) == sorted({*edges, *edges.values()})
    for thread in found:
        assert reachable(edges, thread[0]) == set(thread)
