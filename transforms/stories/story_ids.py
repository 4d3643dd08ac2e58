"""Story identity: which new grouping carries which old story's id on, and what happened to the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class StoryEvent(StrEnum):
    """What can happen to a story: born, grown, merged, split, redirected, an article joined or left, and the like."""

    BORN = "born"
    RESTORED = "restored"  # has its former id back: what it had been merged into was parted again
    GROWN = "grown"
    SHRUNK = "shrunk"
    MERGED = "merged"  # took `other` in
    REDIRECTED = "redirected"  # lives on as `other`
    SPLIT = "split"  # gave `other` its own life
    DISSOLVED = "dissolved"  # no article is left
    JOINED = "joined"  # an article came into it after its birth
    LEFT = "left"  # an article went out of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event in the life of a story: what happened, the other story or article concerned, and its size then."""

    story_id: int
    event: StoryEvent
    other_story_id: int | None = None
    article_count: int | None = 0  # of the story, after the event
    article_id: int | None = None  # that joined or left


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The result of `assign_ids`: a story id for each cluster, in the order given, and the events of all stories."""

    story_ids: tuple[int, ...]
    events: tuple[Event, ...]


def propose_story_id(founder: int, attempt: int) -> int:
    """Return a 64-bit id for a story founded on the article `founder`: the xxHash of both numbers.

    `attempt` counts from 0, one more for each proposed id that is taken already.
    """
    import xxhash

    return int(xxhash.xxh3_64_intdigest(b"story:%d:%d" % (founder, attempt)))


def new_story_id(members: Iterable[int], taken: Container[int]) -> int:
    """Return a story id founded on the smallest member: that of the first attempt whose id is not in `taken`.

    `taken` are the ids that any story ever had. Raises ValueError without members.
    """
    founder = min(members)
    attempt = 0
    while (candidate := propose_story_id(founder, attempt)) in taken:
        attempt += 1
    return candidate


def assign_ids(
    clusters: Sequence[Collection[int]],
    old: Mapping[int, Collection[int]],
    taken: Container[int],
    *,
    retired: Mapping[int, Collection[int]] | None = None,
    age: Mapping[int, int] | None = None,
    earlier: Callable[[int], Collection[frozenset[int]]] | None = None,
) -> Assignment:
    """Carry story ids over from `old` (story id → article ids) to the new `clusters` of articles.

    Clusters are disjoint and not empty. In this order: (1) A cluster with exactly the last articles of a `retired`
    story (id → those) gets that id back. (2) An old story continues in the cluster that holds most of its articles, in
    a cluster of case 1 only if no other holds any; but a story that is divided continues in the cluster, if any, that
    equals its articles at an `earlier` time (story id → its former sets of articles), since that undoes an addition.
    (3) A cluster in which several stories continue keeps the id of one that case 2 restores, else of the one that
    brought most articles. (4) Any other cluster gets the id of the retired story with more than half of its articles in
    it, of several the one with most there, else a new id, made from its smallest article. Ties go to the lower `age`
    in case 3 (a story's rank in the order of creation, 0 if not stated), then to the smaller article or story id.

    The result depends on the sets alone. `old` must hold every story that shares an article with any cluster, `taken`
    every id that any story ever had. Events come for the new clusters by story id, then for the old stories by id.
    Raises ValueError for an empty cluster.
    """
    cluster_of = {article: index for index, members in enumerate(clusters) for article in members}
    former = _former_ids(cluster_of, retired or {}, set(old))
    exact = {
        index: [one for one in some if set((retired or {})[one]) == set(clusters[index])]
        for index, some in former.items()
    }
    exact = {index: some for index, some in exact.items() if some}
    continued, again = _continue_stories(clusters, old, cluster_of, set(exact), age or {}, earlier)

    def keeper(index: int) -> int:
        brought = continued[index]
        return min(
            brought,
            key=lambda story_id: (
                again.get(index) != story_id,
                -brought[story_id],
                (age or {}).get(story_id, 0),
                story_id,
            ),
        )

    ids: dict[int, int] = {}
    given: set[int] = set()
    for index in sorted(range(len(clusters)), key=lambda position: min(clusters[position])):
        brought = continued.get(index)
        if brought and index not in exact:
            ids[index] = keeper(index)
            continue
        back = exact.get(index) or former.get(index, [])
        ids[index] = next((one for one in back if one not in given), None) or new_story_id(
            clusters[index], taken
        )
        given.add(ids[index])
    return Assignment(
        story_ids=tuple(ids[index] for index in range(len(clusters))),
        events=tuple(_events(clusters, old, ids, continued, cluster_of, retired or {})),
    )


def _continue_stories(
    clusters: Sequence[Collection[int]],
    old: Mapping[int, Collection[int]],
    cluster_of: Mapping[int, int],
    exact: Collection[int],
    age: Mapping[int, int],
    earlier: Callable[[int], Collection[frozenset[int]]] | None,
) -> tuple[dict[int, dict[int, int]], dict[int, int]]:
    """Find the cluster in which each old story continues (case 2 of `assign_ids`).

    Returns {cluster: {old story that continues in it: articles it brought}}, and {cluster: old story that had exactly
    its articles before}. `cluster_of` is the cluster of each article, `exact` are the clusters of case 1.
    """
    continued: dict[int, dict[int, int]] = {}
    again: dict[int, int] = {}
    for story_id in sorted(old, key=lambda one: (age.get(one, 0), one)):
        shares = Counter(cluster_of[article] for article in old[story_id] if article in cluster_of)
        if not shares:
            continue
        successor = min(shares, key=lambda index: (index in exact, -shares[index], min(clusters[index])))
        if earlier is not None and len(shares) > 1:
            states = earlier(story_id)
            was = [index for index in shares if frozenset(clusters[index]) in states and index not in exact]
            successor = min(
                was,
                key=lambda index: (index in again, index != successor, min(clusters[index])),
                default=successor,
            )
            if was:
                again.setdefault(successor, story_id)
        continued.setdefault(successor, {})[story_id] = shares[successor]
    return continued, again


def _former_ids(
    cluster_of: Mapping[int, int], retired: Mapping[int, Collection[int]], current: Collection[int]
) -> dict[int, list[int]]:
    """Return for each cluster the retired stories most of whose articles it holds, the one with most articles first."""
    found: dict[int, list[tuple[int, int]]] = {}
    for story_id, articles in retired.items():
        shares = Counter(cluster_of[article] for article in articles if article in cluster_of)
        for index, share in shares.items():
            if story_id not in current and 2 * share > len(articles):
                found.setdefault(index, []).append((-share, story_id))
    return {index: [story_id for _, story_id in sorted(some)] for index, some in found.items()}


def _events(
    clusters: Sequence[Collection[int]],
    old: Mapping[int, Collection[int]],
    ids: Mapping[int, int],
    continued: Mapping[int, Mapping[int, int]],
    cluster_of: Mapping[int, int],
    retired: Mapping[int, Collection[int]],
) -> Iterable[Event]:
    for index in sorted(ids, key=lambda position: ids[position]):
        story_id, size = ids[index], len(clusters[index])
        before = old.get(story_id)
        if before is None:
            birth = StoryEvent.RESTORED if story_id in retired else StoryEvent.BORN
            yield Event(story_id=story_id, event=birth, article_count=size)
        else:
            if size != len(before):
                change = StoryEvent.GROWN if size > len(before) else StoryEvent.SHRUNK
                yield Event(story_id=story_id, event=change, article_count=size)
            for article in sorted(set(clusters[index]) - set(before)):
                yield _moved(story_id, StoryEvent.JOINED, article)
        for other in sorted(set(continued.get(index, ())) - {story_id}):
            yield Event(story_id=story_id, event=StoryEvent.MERGED, other_story_id=other, article_count=size)
            yield Event(story_id=other, event=StoryEvent.REDIRECTED, other_story_id=story_id)
    kept = {ids[index]: set(clusters[index]) for index in ids}
    for story_id in sorted(old):
        for article in sorted(set(old[story_id]) - kept.get(story_id, set())):
            yield _moved(story_id, StoryEvent.LEFT, article)
        landed = {cluster_of[article] for article in old[story_id] if article in cluster_of}
        if not landed:
            yield Event(story_id=story_id, event=StoryEvent.DISSOLVED)
        for index in sorted(landed, key=lambda position: ids[position]):
            if story_id not in continued.get(index, {}) and ids[index] not in old:
                yield Event(
                    story_id=story_id,
                    event=StoryEvent.SPLIT,
                    other_story_id=ids[index],
                    article_count=len(clusters[index]),
                )


def _moved(story_id: int, event: StoryEvent, article: int) -> Event:
    return Event(story_id=story_id, event=event, article_id=article, article_count=None)
