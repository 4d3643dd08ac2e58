"""Story identity: which new grouping carries which old story's id on, and what happened to the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class StoryEvent(StrEnum):
    """What can happen to a story."""

    BORN = "born"
    GROWN = "grown"
    SHRUNK = "shrunk"
    MERGED = "merged"  # took `other` in
    REDIRECTED = "redirected"  # lives on as `other`
    SPLIT = "split"  # gave `other` its own life
    DISSOLVED = "dissolved"  # no article is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one story."""

    story_id: int
    event: StoryEvent
    other_story_id: int | None = None
    article_count: int = 0  # of the story, after the event


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A story id for each cluster, in the order given, and the events that led there."""

    story_ids: tuple[int, ...]
    events: tuple[Event, ...]


def propose_story_id(founder: int, attempt: int) -> int:
    """Return the 64-bit id that a story founded on this article gets, unless an earlier attempt's is free."""
    import xxhash

    return int(xxhash.xxh3_64_intdigest(b"story:%d:%d" % (founder, attempt)))


def new_story_id(members: Iterable[int], taken: Container[int]) -> int:
    """Return a 64-bit id from the smallest member, never one of `taken` (ids that any story ever had)."""
    founder = min(members)
    attempt = 0
    while (candidate := propose_story_id(founder, attempt)) in taken:
        attempt += 1
    return candidate


def assign_ids(
    clusters: Sequence[Collection[int]], old: Mapping[int, Collection[int]], taken: Container[int]
) -> Assignment:
    """Carry story ids over from `old` (story id → article ids) to the new `clusters` of articles.

    An old story lives on in the cluster that holds most of its articles, and a cluster that several old stories live
    on in keeps the id that brought most articles; ties go to the smaller article or story id. The result depends on
    the sets alone, not on their order. `old` must hold every story that shares an article with any cluster, `taken`
    every id that any story ever had.
    """
    home = {article: index for index, members in enumerate(clusters) for article in members}
    heirs: dict[int, dict[int, int]] = {}  # cluster → {old story that lives on in it: articles it brought}
    for story_id, articles in old.items():
        shares = Counter(home[article] for article in articles if article in home)
        if shares:
            heir = min(shares, key=lambda index: (-shares[index], min(clusters[index])))
            heirs.setdefault(heir, {})[story_id] = shares[heir]

    ids: dict[int, int] = {}
    for index in sorted(range(len(clusters)), key=lambda position: min(clusters[position])):
        brought = heirs.get(index)
        if brought:
            ids[index] = min(brought, key=lambda story_id: (-brought[story_id], story_id))
        else:
            ids[index] = new_story_id(clusters[index], taken)
    return Assignment(
        story_ids=tuple(ids[index] for index in range(len(clusters))),
        events=tuple(_events(clusters, old, ids, heirs, home)),
    )


def _events(
    clusters: Sequence[Collection[int]],
    old: Mapping[int, Collection[int]],
    ids: Mapping[int, int],
    heirs: Mapping[int, Mapping[int, int]],
    home: Mapping[int, int],
) -> Iterable[Event]:
    for index in sorted(ids, key=lambda position: ids[position]):
        story_id, size = ids[index], len(clusters[index])
        before = old.get(story_id)
        if before is None:
            yield Event(story_id=story_id, event=StoryEvent.BORN, article_count=size)
        elif size != len(before):
            change = StoryEvent.GROWN if size > len(before) else StoryEvent.SHRUNK
            yield Event(story_id=story_id, event=change, article_count=size)
        for other in sorted(set(heirs.get(index, ())) - {story_id}):
            yield Event(story_id=story_id, event=StoryEvent.MERGED, other_story_id=other, article_count=size)
            yield Event(story_id=other, event=StoryEvent.REDIRECTED, other_story_id=story_id)
    for story_id in sorted(old):
        landed = {home[article] for article in old[story_id] if article in home}
        if not landed:
            yield Event(story_id=story_id, event=StoryEvent.DISSOLVED)
        for index in sorted(landed, key=lambda position: ids[position]):
            if story_id not in heirs.get(index, {}) and ids[index] not in old:
                yield Event(
                    story_id=story_id,
                    event=StoryEvent.SPLIT,
                    other_story_id=ids[index],
                    article_count=len(clusters[index]),
                )
