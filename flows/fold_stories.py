"""From changed copy groups to changed stories: profiles, candidates, evidence, groups, identity, canonical, rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from flows.decisions import Decisions
from flows.fold_copies import CopyChange, as_ids
from transforms.background import Background
from transforms.candidates import BUCKET_CAP, BUCKET_REACH, story_keys
from transforms.canonical import choose
from transforms.constraints import cluster_bound
from transforms.identity import Assignment, StoryEvent, assign_ids, propose_story_id
from transforms.members import Member
from transforms.pairs import FLOOR, MODEL_VERSION, THRESHOLD, score_pairs, tabulate
from transforms.publishers import independent_count
from transforms.stories import Links
from transforms.terms import CHANNELS, Profile, key_terms, pack, profile, unpack
from transforms.types import Kind, Precision
from transforms.urls import host_of
from warehouse import folding
from warehouse.folding import Ids
from warehouse.refolding import every_representative, forget_story_evidence, textless

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

# Pairs scored at a time: bounds memory, results do not depend on it.
_PAIRS_AT_ONCE = 200_000
# Articles described at a time when all are described anew; bounds memory likewise.
_ARTICLES_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Canonical:
    """How the article that stands for a story is chosen."""

    policy: str
    preferred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChange:
    """What a fold did to the stories."""

    new: int
    changed: int
    candidates: int
    accepted: int


def fold_stories(
    con: DuckDBPyConnection,
    change: CopyChange,
    decisions: Decisions,
    background: Background,
    canonical: Canonical,
    *,
    run_id: str,
    now: datetime,
) -> StoryChange:
    """Bring every story that the change may concern up to date; others are not looked at."""
    bereft = change.stale
    if len(change.stale):
        bereft = folding.neighbours(con, change.stale, folding.STORY_RELATIONS)
        folding.forget_representatives(con, change.stale)
    candidates = accepted = 0
    if len(change.fresh):
        _store_profiles(con, change.fresh, background)
        candidates, accepted = _link(con, change.fresh, run_id=run_id, now=now)

    former = folding.stories_of(con, change.touched)
    seeds = np.union1d(
        bereft, _representatives(con, np.union1d(change.touched, _column(former, "article_id")))
    )
    groups = _groups_around(con, seeds, decisions)
    clusters = _cluster(con, groups, decisions)
    old = _members_by_story(folding.stories_of(con, np.union1d(change.touched, as_ids(groups.members))))
    assignment = assign_ids(clusters, old, _EverUsed(con, clusters))
    changed = _changed(clusters, assignment, old, change)
    _write(con, clusters, assignment, changed, old, groups, decisions, canonical, run_id=run_id, now=now)
    new = sum(event.event is StoryEvent.BORN for event in assignment.events)
    return StoryChange(new=new, changed=len(changed) - new, candidates=candidates, accepted=accepted)


def rebuild_evidence(con: DuckDBPyConnection, background: Background, *, run_id: str, now: datetime) -> None:
    """Describe and compare all representatives anew, as after a change of model; stories are not touched.

    Articles whose texts were dropped keep the links that they have, and are described by their headlines.
    """
    standing = textless(con)
    forget_story_evidence(con)
    every = every_representative(con)
    chunks = [every[start : start + _ARTICLES_AT_ONCE] for start in range(0, len(every), _ARTICLES_AT_ONCE)]
    for chunk in chunks:
        _store_profiles(con, chunk, background)
    for chunk in chunks:
        _link(con, chunk, run_id=run_id, now=now, standing=standing)


def stories_at(
    con: DuckDBPyConnection, articles: Ids, decisions: Decisions, threshold: float
) -> list[tuple[int, ...]]:
    """Return the stories that these articles would make at a threshold, from stored links; nothing is changed.

    `articles` must hold everything that can end up in one story with any of them.
    """
    return _cluster(con, _groups_of(folding.copy_groups(con, articles)), decisions, threshold)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    """Copy groups under consideration: the article that stands for each, and who is in it."""

    members: Mapping[int, int]  # article → representative
    articles: Mapping[int, tuple[int, ...]]  # representative → articles, ascending


def _store_profiles(con: DuckDBPyConnection, fresh: Ids, background: Background) -> None:
    rows = folding.foldable_articles(con, fresh).to_pylist()
    profiles = [
        profile(
            row["article_id"],
            row["title"] or "",
            row["text"] or "",
            row["language"],
            row["published_at"],
            Precision(row["published_precision"]),
            Kind(row["kind"]),
            background,
        )
        for row in rows
    ]
    folding.insert_rows(
        con,
        "profiles",
        {
            "article_id": [item.article_id for item in profiles],
            "model_version": [MODEL_VERSION] * len(profiles),
            "profile": [pack(item) for item in profiles],
        },
    )
    keys = [story_keys(item, background) for item in profiles]
    folding.insert_rows(
        con,
        "story_keys",
        {
            "key": np.concatenate([np.empty(0, np.uint64), *keys]),
            "article_id": np.repeat(
                as_ids(item.article_id for item in profiles), [len(some) for some in keys]
            ),
        },
    )


def _link(
    con: DuckDBPyConnection, fresh: Ids, *, run_id: str, now: datetime, standing: Ids | None = None
) -> tuple[int, int]:
    """Score every candidate pair of a fresh representative and keep what can matter; returns (scored, accepted).

    When all are compared anew, `standing` are the articles whose links stand, since their texts were dropped; a pair
    then belongs to the call that has its smaller id among `fresh`.
    """
    left, right = folding.story_candidates(con, fresh, cap=BUCKET_CAP, reach=BUCKET_REACH)
    if standing is not None:
        mine = np.isin(left, fresh) & ~np.isin(left, standing) & ~np.isin(right, standing)
        left, right = left[mine], right[mine]
    left, right = _without(left, right, folding.same_form_pairs(con, np.union1d(left, right)))
    if not len(left):
        return 0, 0
    ids = np.union1d(left, right)
    table = tabulate(_profiles(con, ids))
    accepted = 0
    for start in range(0, len(left), _PAIRS_AT_ONCE):
        a, b = left[start : start + _PAIRS_AT_ONCE], right[start : start + _PAIRS_AT_ONCE]
        places = np.stack((np.searchsorted(ids, a), np.searchsorted(ids, b)), axis=1)
        scores = score_pairs(table, places)
        kept = np.flatnonzero(scores.final >= FLOOR)
        names = (*CHANNELS, "time")
        columns = np.column_stack((scores.channels, scores.time))[kept].astype(np.float64).round(4)
        folding.insert_links(
            con,
            {
                "article_a": a[kept],
                "article_b": b[kept],
                "relation": ["same_story"] * len(kept),
                "score": scores.final[kept],
                "decision": np.where(scores.final[kept] >= THRESHOLD, "accepted", "rejected").tolist(),
                "threshold": np.full(len(kept), THRESHOLD, np.float32),
                "model_version": [MODEL_VERSION] * len(kept),
                "run_id": [run_id] * len(kept),
                "linked_at": [now] * len(kept),
            },
            features=dict(zip(names, columns.T, strict=True)),
        )
        accepted += int((scores.final >= THRESHOLD).sum())
    return len(left), accepted


def _without(left: Ids, right: Ids, unwanted: tuple[Ids, Ids]) -> tuple[Ids, Ids]:
    """Leave pairs out."""
    gone = set(zip(unwanted[0].tolist(), unwanted[1].tolist(), strict=True))
    if not gone:
        return left, right
    kept = [pair not in gone for pair in zip(left.tolist(), right.tolist(), strict=True)]
    return left[kept], right[kept]


def _profiles(con: DuckDBPyConnection, ids: Ids) -> list[Profile]:
    rows = folding.stored(con, "profiles", "article_id", ids)
    return [unpack(data) for data in rows.column("profile").to_pylist()]


def _representatives(con: DuckDBPyConnection, articles: Ids) -> Ids:
    rows = folding.copy_groups(con, articles)
    return _column(rows.filter(rows.column("is_representative")), "article_id")


def _groups_around(con: DuckDBPyConnection, seeds: Ids, decisions: Decisions) -> _Groups:
    """Return the copy groups that can end up in one story with the seeds, or were in one with them before."""
    reached = seeds
    while True:
        edges = decisions.must_edges(lambda articles: _stand_in(con, articles))
        reached = folding.component(con, reached, folding.STORY_RELATIONS, edges)
        rows = folding.copy_groups(con, reached)
        former = folding.stories_of(con, _column(rows, "article_id"))
        wider = np.union1d(reached, _representatives(con, _column(former, "article_id")))
        if len(wider) == len(reached):
            break
        reached = wider
    return _groups_of(rows)


def _groups_of(rows: pa.Table) -> _Groups:
    stands: dict[int, int] = {}
    by_group: dict[int, list[int]] = {}
    for row in rows.to_pylist():
        by_group.setdefault(row["copy_group_id"], []).append(row["article_id"])
        if row["is_representative"]:
            stands[row["copy_group_id"]] = row["article_id"]
    return _Groups(
        members={article: stands[group] for group, some in by_group.items() for article in some},
        articles={stands[group]: tuple(some) for group, some in by_group.items()},
    )


def _stand_in(con: DuckDBPyConnection, articles: Iterable[int]) -> dict[int, int]:
    rows = folding.copy_groups(con, as_ids(articles)).to_pylist()
    stands = {row["copy_group_id"]: row["article_id"] for row in rows if row["is_representative"]}
    return {row["article_id"]: stands[row["copy_group_id"]] for row in rows}


def _cluster(
    con: DuckDBPyConnection, groups: _Groups, decisions: Decisions, threshold: float = THRESHOLD
) -> list[tuple[int, ...]]:
    """Group the representatives and put each one's copies back beside it: stories as ascending article ids."""
    ids = as_ids(groups.articles)
    rows = folding.links_within(con, ids, folding.STORY_RELATIONS)
    kinds = folding.article_kinds(con, ids)
    found = cluster_bound(
        {number: Kind(kinds[number]) for number in ids.tolist()},
        Links(_column(rows, "article_a"), _column(rows, "article_b"), rows.column("score").to_numpy()),
        decisions.between(groups.members, "must_link"),
        decisions.between(groups.members, "cannot_link"),
        threshold,
    )
    return [tuple(sorted(article for one in some for article in groups.articles[one])) for some in found]


class _EverUsed:
    """Every id that a story ever had, asked for in bulk and remembered."""

    def __init__(self, con: DuckDBPyConnection, clusters: Sequence[Sequence[int]]) -> None:
        self._con = con
        first = as_ids(propose_story_id(min(members), 0) for members in clusters)
        self._asked = set(first.tolist())
        self._used = folding.used_story_ids(con, first)

    def __contains__(self, story_id: object) -> bool:
        if story_id not in self._asked and isinstance(story_id, int):
            self._asked.add(story_id)
            self._used |= folding.used_story_ids(self._con, as_ids([story_id]))
        return story_id in self._used


def _changed(
    clusters: Sequence[Sequence[int]],
    assignment: Assignment,
    old: Mapping[int, Sequence[int]],
    change: CopyChange,
) -> list[int]:
    """Positions of the clusters whose story row has to be written again."""
    dirty = set(change.dirty.tolist())
    return [
        index
        for index, members in enumerate(clusters)
        if list(members) != sorted(old.get(assignment.story_ids[index], ())) or not dirty.isdisjoint(members)
    ]


def _write(
    con: DuckDBPyConnection,
    clusters: Sequence[Sequence[int]],
    assignment: Assignment,
    changed: Sequence[int],
    old: Mapping[int, Sequence[int]],
    groups: _Groups,
    decisions: Decisions,
    canonical: Canonical,
    *,
    run_id: str,
    now: datetime,
) -> None:
    """Replace the rows of changed stories and of those that are no more, and record what happened."""
    folding.insert_rows(
        con,
        "story_events",
        {
            "story_id": as_ids(event.story_id for event in assignment.events),
            "event": [event.event.value for event in assignment.events],
            "other_story_id": [event.other_story_id for event in assignment.events],
            "article_count": [event.article_count for event in assignment.events],
            "happened_at": [now] * len(assignment.events),
            "run_id": [run_id] * len(assignment.events),
        },
    )
    rewritten = as_ids(assignment.story_ids[index] for index in changed)
    gone = np.setdiff1d(as_ids(old), as_ids(assignment.story_ids))
    replaced = np.union1d(rewritten, gone)
    before = {
        row["story_id"]: row for row in folding.stored(con, "stories", "story_id", replaced).to_pylist()
    }
    moved = as_ids(article for index in changed for article in clusters[index])
    joined = {
        (row["story_id"], row["article_id"]): row["joined_at"]
        for row in folding.stored(con, "story_articles", "story_id", replaced).to_pylist()
    }
    folding.delete_rows(con, "stories", "story_id", replaced)
    folding.delete_rows(con, "story_articles", "story_id", replaced)

    facts = {row["article_id"]: row for row in folding.story_facts(con, moved).to_pylist()}
    strength = folding.strongest_links(con, moved)
    profiles = {
        item.article_id: item
        for item in _profiles(con, as_ids({groups.members[one] for one in moved.tolist()}))
    }
    stories: dict[str, list[object]] = {name: [] for name in folding.columns_of("stories")}
    memberships: dict[str, list[object]] = {name: [] for name in folding.columns_of("story_articles")}
    for index in changed:
        story_id = assignment.story_ids[index]
        members = [_member(facts[article], groups) for article in clusters[index]]
        chosen, reason = decisions.pinned(clusters[index]) or choose(
            members, canonical.policy, canonical.preferred
        )
        representatives = sorted({groups.members[article] for article in clusters[index]})
        row = _story_row(members, facts[chosen], [profiles[one] for one in representatives])
        former = before.get(story_id)
        row |= {
            "story_id": story_id,
            "title": _title(chosen, members, facts, canonical),
            "canonical_reason": reason,
            "created_at": former["created_at"] if former else now,
            "updated_at": now,
            "run_id": run_id,
        }
        for name, values in stories.items():
            values.append(row[name])
        for article in clusters[index]:
            memberships["story_id"].append(story_id)
            memberships["article_id"].append(article)
            memberships["role"].append(_role(article, chosen, groups))
            memberships["score"].append(1.0 if article == chosen else strength.get(article))
            memberships["joined_at"].append(joined.get((story_id, article), now))
    folding.insert_rows(con, "stories", stories)
    folding.insert_rows(con, "story_articles", memberships)


def _member(row: Mapping[str, Any], groups: _Groups) -> Member:
    return Member(
        article_id=row["article_id"],
        published_at=row["published_at"],
        precision=Precision(row["published_precision"]),
        word_count=row["word_count"],
        kind=Kind(row["kind"]),
        is_paywalled=row["is_paywalled"],
        wire_agency=row["wire_agency"],
        publisher=row["publisher"],
        url_host=host_of(row["canonical_url"] or row["url"]),
        copy_group_id=groups.members[row["article_id"]],
    )


def _role(article: int, chosen: int, groups: _Groups) -> str:
    """One article of each copy group is the report, the others its copies; the canonical is the report of its own."""
    if article == chosen:
        return "canonical"
    representative = groups.members[article]
    return "report" if article == representative and groups.members[chosen] != representative else "copy"


def _title(
    chosen: int, members: Sequence[Member], facts: Mapping[int, Mapping[str, Any]], canonical: Canonical
) -> str:
    """Return the canonical article's headline; where it came without one, that of the next best report that has one."""
    headed = [member for member in members if not facts[member.article_id]["is_title_derived"]]
    if headed and facts[chosen]["is_title_derived"]:
        chosen, _ = choose(headed, canonical.policy, canonical.preferred)
    title: str = facts[chosen]["title"]
    return title


def _story_row(
    members: Sequence[Member], chosen: Mapping[str, Any], profiles: Sequence[Profile]
) -> dict[str, object]:
    times = [member.published_at for member in members if member.published_at is not None]
    return {
        "canonical_article_id": chosen["article_id"],
        "url": chosen["canonical_url"] or chosen["url"],
        "publisher": chosen["publisher"],
        "language": chosen["language"],
        "first_published_at": min(times, default=None),
        "last_published_at": max(times, default=None),
        "article_count": len(members),
        "copy_group_count": len(profiles),
        "publisher_count": len({member.publisher for member in members if member.publisher}),
        "independent_count": independent_count(members),
        "key_terms": key_terms(profiles),
    }


def _members_by_story(rows: pa.Table) -> dict[int, list[int]]:
    stories: dict[int, list[int]] = {}
    for story_id, article_id in zip(
        rows.column("story_id").to_pylist(), rows.column("article_id").to_pylist(), strict=True
    ):
        stories.setdefault(story_id, []).append(article_id)
    return stories


def _column(rows: pa.Table, name: str) -> Ids:
    values: Ids = rows.column(name).to_numpy().astype(np.uint64)
    return values
