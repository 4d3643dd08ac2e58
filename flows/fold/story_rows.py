"""Write stories: groups with their ids in, rows of stories and memberships and the events of what happened out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flows.fold.copies import as_ids
from flows.fold.decisions_in_force import Decisions
from flows.fold.membership_reasons import Membership, explain_memberships, read_member_links
from flows.fold.story_evidence import packed_profiles
from flows.fold.threads import update_threads
from flows.settings.source_lists import SourceLists
from transforms.cleaning.urls import host_of
from transforms.kernel.sorted_sets import difference, distinct, union
from transforms.stories.canonical_article import choose, newest_report
from transforms.stories.clustering import ATTACHED_KINDS
from transforms.stories.profile import Profile, key_terms, unpack
from transforms.stories.publishers import family, independent_sources, outlet_count
from transforms.stories.story_ids import Assignment
from transforms.stories.story_member import OPINIONS, Member
from transforms.types import Kind, Precision
from warehouse import folding_facts, folding_stories, folding_tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Stories whose rows are made at a time. Bounds memory (kilobytes for each article); every batch reads whole columns of
# the warehouse, so a usual run should need one.
_STORIES_AT_ONCE = 20_000
_EPOCH = datetime(1970, 1, 1)  # days are counted from it  # noqa: DTZ001 - naive UTC, as stored

Columns = dict[str, list[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canonical:
    """The rule that chooses the canonical article of a story: `policy` (original-fullest, earliest, longest, …).

    `preferred` are the publishers of the policy preferred-publishers; `source_lists` None means the shipped lists of
    publishers and agencies.
    """

    policy: str
    preferred: tuple[str, ...] = ()
    source_lists: SourceLists | None = None  # None: the shipped lists

    def choose(self, members: Sequence[Member]) -> tuple[int, str]:
        """Choose the canonical article among the reports of a story; return its id and the reason in words.

        Ties go to the earliest time, then the smallest id. Raises ValueError for no members and an unknown policy.
        """
        families, agencies = (
            (self.source_lists.families, self.source_lists.agencies) if self.source_lists else (None, None)
        )
        return choose(members, self.policy, self.preferred, families=families, agencies=agencies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Copy groups, in both directions: the representative of each article, and the articles of each representative."""

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
    """Replace the rows of changed stories, delete those of ended stories, and append the events.

    For the caller's transaction. `clusters` are the articles of each story, `assignment` their story ids in that order
    and the events; `changed` are indices into `clusters`, `old` the stories before (id → articles). `groups` must know
    every article of `clusters`. Stories keep the time when they were made, articles the time when they joined.
    Relations and threads are updated too (`update_threads`). `now` is naive UTC.
    """
    folding_tables.insert_rows(
        con,
        "story_events",
        {
            "story_id": as_ids(event.story_id for event in assignment.events),
            "event": [event.event.value for event in assignment.events],
            "other_story_id": [event.other_story_id for event in assignment.events],
            "article_id": [event.article_id for event in assignment.events],
            "article_count": [event.article_count for event in assignment.events],
            "happened_at": [now] * len(assignment.events),
            "run_id": [run_id] * len(assignment.events),
        },
    )
    rewritten = as_ids(assignment.story_ids[index] for index in changed)
    gone = difference(as_ids(old), as_ids(assignment.story_ids))
    replaced = union(rewritten, gone)
    before = {
        row["story_id"]: row
        for row in folding_tables.stored_rows(con, "stories", "story_id", replaced).to_pylist()
    }
    joined = {
        (row["story_id"], row["article_id"]): row["joined_at"]
        for row in folding_tables.stored_rows(con, "story_articles", "story_id", replaced).to_pylist()
    }
    folding_tables.delete_rows(con, "stories", "story_id", replaced)
    folding_tables.delete_rows(con, "story_articles", "story_id", replaced)
    for start in range(0, len(changed), _STORIES_AT_ONCE):
        batch = {
            assignment.story_ids[index]: clusters[index]
            for index in changed[start : start + _STORIES_AT_ONCE]
        }
        rows, memberships = _columns(
            con, batch, before, joined, groups, decisions, canonical, run_id=run_id, now=now
        )
        folding_tables.insert_rows(con, "stories", rows)
        folding_tables.insert_rows(con, "story_articles", memberships)
    former = {row["first_published_at"] for row in before.values()} - {None}
    update_threads(con, replaced, {(at - _EPOCH).days for at in former})


def _columns(
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
    facts = {row["article_id"]: row for row in folding_facts.story_facts(con, moved).to_pylist()}
    story_of = {article: story_id for story_id, articles in stories.items() for article in articles}
    links = read_member_links(folding_stories.member_links(con, story_of), story_of)
    representatives = distinct(as_ids(groups.members[one] for one in moved.tolist()))
    packed = dict(zip(representatives.tolist(), packed_profiles(con, representatives), strict=True))
    families = canonical.source_lists.families if canonical.source_lists else None
    births = folding_stories.birth_times(
        con, as_ids(story_id for story_id in stories if story_id not in before)
    )
    rows: Columns = {name: [] for name in folding_tables.columns_of("stories")}
    memberships: Columns = {name: [] for name in folding_tables.columns_of("story_articles")}
    for story_id, articles in stories.items():
        members = [_member(facts[article], groups) for article in articles]
        chosen, reason = decisions.pinned(articles) or canonical.choose(members)
        own = sorted({groups.members[article] for article in articles})
        row = _story_row(members, facts[chosen], [unpack(packed[one]) for one in own])
        sources = independent_sources(members, families)
        row["independent_count"] = len({sources[one] for one in _independent(members)})
        latest = newest_report(members) or chosen
        former = before.get(story_id)
        row |= {
            "story_id": story_id,
            "title": _title(chosen, members, facts, canonical),
            "latest_title": facts[latest]["title"],
            "latest_article_id": latest,
            "canonical_reason": reason,
            "created_at": former["created_at"] if former else births.get(story_id, now),
            "updated_at": now,
            "run_id": run_id,
        }
        for name, values in rows.items():
            values.append(row[name])
        reasons = explain_memberships(
            articles,
            chosen,
            {member.article_id: member.kind for member in members},
            links.get(story_id, ()),
            groups.members,
            decisions,
        )
        for member in members:
            article = member.article_id
            membership = _membership_row(reasons[article]) | {
                "story_id": story_id,
                "article_id": article,
                "role": _role(article, chosen, groups),
                "publisher_family": family(member.publisher, member.url_host, families) or None,
                "source_id": sources[article],
                "joined_at": joined.get((story_id, article), now),
            }
            for name, values in memberships.items():
                values.append(membership[name])
    return rows, memberships


def _membership_row(reason: Membership) -> dict[str, Any]:
    """Return the columns of `story_articles` that say why an article is in its story."""
    return {
        "score": reason.score,
        "decided_by": str(reason.decided_by),
        "via_article_id": reason.via_article_id,
        "margin": reason.margin,
    }


def _member(row: Mapping[str, Any], groups: Groups) -> Member:
    return Member(
        article_id=row["article_id"],
        published_at=row["published_at"],
        precision=Precision(row["published_precision"]),
        word_count=row["word_count"],
        kind=Kind(row["kind"]),
        is_paywalled=row["is_paywalled"],
        is_opinion=row["genre"] in OPINIONS,
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


def _independent(members: Sequence[Member]) -> list[int]:
    """Articles that count as sources: attached ones speak of several events and repeat what others found out."""
    return [one.article_id for one in members if one.kind not in ATTACHED_KINDS] or [
        one.article_id for one in members
    ]


def _story_row(
    members: Sequence[Member], chosen: Mapping[str, Any], profiles: Sequence[Profile]
) -> dict[str, object]:
    # what speaks of several events says nothing of when this one was reported, nor is it a source of its own
    reports = [member for member in members if member.kind not in ATTACHED_KINDS] or list(members)
    times = [member.published_at for member in reports if member.published_at is not None]
    return {
        "canonical_article_id": chosen["article_id"],
        "url": chosen["canonical_url"] or chosen["url"],
        "publisher": chosen["publisher"],
        "language": chosen["language"],
        "first_published_at": min(times, default=None),
        "last_published_at": max(times, default=None),
        "article_count": len(members),
        "copy_group_count": len(profiles),
        "publisher_count": outlet_count(member.publisher for member in members),
        "key_terms": key_terms(profiles),
        "undated_count": sum(member.published_at is None for member in members),
    }
