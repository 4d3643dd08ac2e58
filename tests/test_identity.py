"""A story keeps its id as it grows; merged ids lead on; nothing depends on the order of the groups."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.identity import StoryEvent, assign_ids

ARTICLES = list(range(1, 13))


@st.composite
def partitions(draw: st.DrawFn) -> list[frozenset[int]]:
    labels = draw(st.lists(st.integers(0, 5), min_size=len(ARTICLES), max_size=len(ARTICLES)))
    groups: dict[int, set[int]] = {}
    for article, label in zip(ARTICLES, labels, strict=True):
        groups.setdefault(label, set()).add(article)
    return [frozenset(group) for group in groups.values()]


def test_a_growing_story_keeps_its_id() -> None:
    first = assign_ids([{1, 2}], {}, ())
    second = assign_ids([{1, 2, 3}], {first.story_ids[0]: {1, 2}}, ())
    assert second.story_ids == first.story_ids
    assert [event.event for event in second.events] == [StoryEvent.GROWN]


def test_a_merge_leads_the_smaller_story_to_the_larger() -> None:
    result = assign_ids([{1, 2, 3}], {70: {1}, 90: {2, 3}}, ())
    assert result.story_ids == (90,)
    told = {(event.story_id, event.event, event.other_story_id) for event in result.events}
    assert (70, StoryEvent.REDIRECTED, 90) in told
    assert (90, StoryEvent.MERGED, 70) in told


def test_a_split_leaves_the_id_with_the_larger_part() -> None:
    result = assign_ids([{1}, {2, 3}], {70: {1, 2, 3}}, ())
    assert result.story_ids[1] == 70
    assert result.story_ids[0] != 70
    split = [event for event in result.events if event.event is StoryEvent.SPLIT]
    assert [(event.story_id, event.other_story_id) for event in split] == [(70, result.story_ids[0])]


@given(partitions(), partitions())
def test_ids_are_unique_order_free_and_every_old_id_leads_somewhere(
    before: list[frozenset[int]], after: list[frozenset[int]]
) -> None:
    old = dict(zip(assign_ids(before, {}, ()).story_ids, before, strict=True))
    result = assign_ids(after, old, old)
    assert len(set(result.story_ids)) == len(after)
    backwards = assign_ids(after[::-1], dict(reversed(old.items())), old)
    assert backwards.story_ids[::-1] == result.story_ids
    assert set(backwards.events) == set(result.events)
    redirected = {event.story_id for event in result.events if event.event is StoryEvent.REDIRECTED}
    assert redirected | set(result.story_ids) >= set(old)
    assert not redirected & set(result.story_ids)


@given(partitions())
def test_nothing_happens_when_nothing_changed(groups: list[frozenset[int]]) -> None:
    old = dict(zip(assign_ids(groups, {}, ()).story_ids, groups, strict=True))
    again = assign_ids(groups, old, old)
    assert again.events == ()
    assert again.story_ids == tuple(old)


@given(partitions())
def test_an_id_that_was_ever_used_is_not_given_again(groups: list[frozenset[int]]) -> None:
    first = assign_ids(groups, {}, ())
    assert not set(assign_ids(groups, {}, first.story_ids).story_ids) & set(first.story_ids)
