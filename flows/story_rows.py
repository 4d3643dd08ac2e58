"""Stories as rows: groups with their ids in, stories, memberships and events written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from flows.decisions import Decisions
from flows.fold_copies import as_ids
from flows.story_evidence import packed_profiles
from flows.voices import Voices
from transforms.canonical import choose
from transforms.identity import Assignment
from transforms.members import Member
from transforms.publishers import independent_count
from transforms.terms import Profile, key_terms, unpack
from transforms.types import Kind, Precision
from transforms.urls import host_of
from warehouse import folding

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Stories whose rows are made at a time. Bounds memory, some kilobytes for each of their articles; every lot reads whole
# columns of the warehouse, so a usual run should need one.
_STORIES_AT_ONCE = 20_000

Columns = dict[str, list[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canonical:
    """How the article that stands for a story is chosen."""

    policy: str
    preferred: tuple[str, ...] = ()
    voices: Voices | None = None  # None: the shipped lists

    def choose(self, members: Sequence[Member]) -> tuple[int, str]:
        """Choose among the reports of a story; returns the article and the reason."""
        families, agencies = (self.voices.families, self.voices.agencies) if self.voices else (None, None)
        return choose(members, self.policy, self.preferred, families=families, agencies=agencies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Copy groups under consideration: the article that stands for each, and who is in it."""

    members: Mapping[int, int]  # article → representative
    articles: Mapping[int, tuple[int, ...]]  # representative → articles, ascending


def write_stories(
    con: DuckDBPyConnection,
    clusters: Sequence[Sequence[int]],
    assignment: Assignment,
    changed: Sequence[int],
    old: Mapping[int, Sequence[int]],
    groups: Groups,
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
    joined = {
        (row["story_id"], row["article_id"]): row["joined_at"]
        for row in folding.stored(con, "story_articles", "story_id", replaced).to_pylist()
    }
    folding.delete_rows(con, "stories", "story_id", replaced)
    folding.delete_rows(con, "story_articles", "story_id", replaced)
    for start in range(0, len(changed), _STORIES_AT_ONCE):
        some = {
            assignment.story_ids[index]: clusters[index]
            for index in changed[start : start + _STORIES_AT_ONCE]
        }
        rows, memberships = _describe(
            con, some, before, joined, groups, decisions, canonical, run_id=run_id, now=now
        )
        folding.insert_rows(con, "stories", rows)
        folding.insert_rows(con, "story_articles", memberships)


def _describe(
    con: DuckDBPyConnection,
    stories: Mapping[int, Sequence[int]],
    before: Mapping[int, Mapping[str, Any]],
    joined: Mapping[tuple[int, int], datetime],
    groups: Groups,
    decisions: Decisions,
    canonical: Canonical,
    *,
    run_id: str,
    now: datetime,
) -> tuple[Columns, Columns]:
    """Make the columns of `stories` and `story_articles` for stories, which are articles by story id."""
    moved = as_ids(article for articles in stories.values() for article in articles)
    facts = {row["article_id"]: row for row in folding.story_facts(con, moved).to_pylist()}
    strength = folding.strongest_links(con, moved)
    stands = np.unique(as_ids(groups.members[one] for one in moved.tolist()))
    packed = dict(zip(stands.tolist(), packed_profiles(con, stands), strict=True))
    rows: Columns = {name: [] for name in folding.columns_of("stories")}
    memberships: Columns = {name: [] for name in folding.columns_of("story_articles")}
    for story_id, articles in stories.items():
        members = [_member(facts[article], groups) for article in articles]
        chosen, reason = decisions.pinned(articles) or canonical.choose(members)
        representatives = sorted({groups.members[article] for article in articles})
        row = _story_row(members, facts[chosen], [unpack(packed[one]) for one in representatives])
        row["independent_count"] = independent_count(
            members, canonical.voices.families if canonical.voices else None
        )
        former = before.get(story_id)
        row |= {
            "story_id": story_id,
            "title": _title(chosen, members, facts, canonical),
            "canonical_reason": reason,
            "created_at": former["created_at"] if former else now,
            "updated_at": now,
            "run_id": run_id,
        }
        for name, values in rows.items():
            values.append(row[name])
        for article in articles:
            memberships["story_id"].append(story_id)
            memberships["article_id"].append(article)
            memberships["role"].append(_role(article, chosen, groups))
            memberships["score"].append(1.0 if article == chosen else strength.get(article))
            memberships["joined_at"].append(joined.get((story_id, article), now))
    return rows, memberships


def _member(row: Mapping[str, Any], groups: Groups) -> Member:
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


def _role(article: int, chosen: int, groups: Groups) -> str:
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
        chosen, _ = canonical.choose(headed)
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
        "key_terms": key_terms(profiles),
    }
