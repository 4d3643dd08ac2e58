"""A story keeps its id as it grows; merged ids lead on; nothing depends on the order of the groups."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from transforms.stories.story_ids import Assignment, StoryEvent, assign_ids

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
    assert [event.event for event in second.events] == [StoryEvent.GROWN, StoryEvent.JOINED]


def test_a_merge_leads_the_smaller_story_to_the_larger() -> None:
    result = assign_ids([{1, 2, 3}], {70: {1}, 90: {2, 3}}, ())
    assert result.story_ids == (90,)
    events = {(event.story_id, event.event, event.other_story_id) for event in result.events}
    assert (70, StoryEvent.REDIRECTED, 90) in events
    assert (90, StoryEvent.MERGED, 70) in events


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


def test_a_retired_story_gets_its_id_back_when_its_articles_come_apart_again() -> None:
    apart = {70: {1, 2, 3}, 90: {4, 5}}
    merged = assign_ids([{1, 2, 3, 4, 5}], apart, {70, 90})
    assert merged.story_ids == (70,)
    left = {(event.story_id, event.article_id) for event in merged.events if event.event is StoryEvent.LEFT}
    assert left == {(90, 4), (90, 5)}
    again = assign_ids(
        [{1, 2, 3}, {4, 5, 6}], {70: {1, 2, 3, 4, 5}, 95: {6}}, {70, 90, 95}, retired={90: {4, 5}}
    )
    assert again.story_ids == (70, 95)  # a story that lives on there wins
    again = assign_ids([{1, 2, 3}, {4, 5}], {70: {1, 2, 3, 4, 5}}, {70, 90}, retired={90: {4, 5}})
    assert again.story_ids == (70, 90)
    assert (90, StoryEvent.RESTORED) in {(event.story_id, event.event) for event in again.events}


def test_of_two_that_bring_as_much_the_older_keeps_its_id() -> None:
    assert assign_ids([{1, 2}], {70: {1}, 90: {2}}, (), age={90: 0, 70: 1}).story_ids == (90,)
    assert assign_ids([{1, 2}], {70: {1}, 90: {2}}, ()).story_ids == (70,)


def _group_back(
    first: list[frozenset[int]],
    second: list[frozenset[int]],
    before: dict[int, frozenset[int]],
    **options: Any,
) -> Assignment:
    """Group the stories `before`, which are `first`, as `second` and then as `first` again; return the second step."""
    age = {story_id: place for place, story_id in enumerate(sorted(before))}
    changed = assign_ids(second, before, set(before), age=age)
    between = dict(zip(changed.story_ids, second, strict=True))
    return assign_ids(
        first,
        between,
        before.keys() | between.keys(),
        retired={story_id: before[story_id] for story_id in before.keys() - between.keys()},
        age={story_id: age.get(story_id, len(age)) for story_id in between},
        **options,
    )


@given(partitions(), st.data())
def test_undoing_a_merge_or_a_split_brings_every_id_back(
    first: list[frozenset[int]], data: st.DataObject
) -> None:
    born = assign_ids(first, {}, ())
    before = dict(zip(born.story_ids, first, strict=True))
    chosen = data.draw(st.sets(st.sampled_from(first), min_size=1))
    whole = frozenset().union(*chosen)
    second = [group for group in first if group not in chosen]
    if len(chosen) > 1:
        second.append(whole)
    else:
        part = frozenset(data.draw(st.sets(st.sampled_from(sorted(whole)))))
        second += [half for half in (part, whole - part) if half]
    again = _group_back(first, second, before)
    assert again.story_ids == born.story_ids


@given(partitions(), partitions())
def test_undoing_any_regrouping_brings_every_id_back(
    first: list[frozenset[int]], second: list[frozenset[int]]
) -> None:
    born = assign_ids(first, {}, ())
    before = dict(zip(born.story_ids, first, strict=True))
    again = _group_back(
        first,
        second,
        before,
        earlier=lambda story_id: {before[story_id]} if story_id in before else set(),
    )
    assert again.story_ids == born.story_ids
