"""People say which articles belong together: move, split and merge, written as links and separations of pairs.

What is wanted are sets of articles, each to be one story of its own. The decisions for it are found by trying: fold
with those found so far, look which sets are not together and which share a story, add a pair for each, and undo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from flows.errors import InvalidRequestError
from flows.fold.copies import as_ids
from flows.fold.decisions_in_force import Decisions, read_decisions
from flows.fold.regrouping_scope import groups_of, stories_in
from flows.operations.decision_steps import (
    DecisionResult,
    carry_out_decisions,
    fold_decided,
    mark_as_one,
    name_article,
    name_story,
    new_decision,
    open_for_decision,
    refuse_contradiction,
)
from flows.recorded_run import utc_now
from transforms.stories.clustering import ATTACHED_KINDS
from transforms.types import Kind
from warehouse import decision_records, folding_evidence, folding_facts, folding_stories
from warehouse.connection import rolled_back
from warehouse.refold_queries import articles_of_stories

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings.settings import Settings
    from warehouse.decision_records import Decision, NamedArticle

# Turns of trying and adding; two or three are usual, and each adds at least one pair.
_MOST_TURNS = 12
Wanted = Sequence[frozenset[int]]


def move(
    settings: Settings,
    article_key: str,
    story_key: str,
    *,
    why: str | None = None,
    by: str | None = None,
    is_dry_run: bool = False,
) -> DecisionResult:
    """Move an article, with the copies of its text, from its story into another one; the rest stays together.

    Recorded as links and separations of pairs, made by `by` (without it: the login name), and published as one run; a
    dry run tries them and rolls back. An article is named by its id, the beginning of it, its external id or its URL, a
    story by its id, the beginning of it, or a former id. Copies in other stories stay where they are.

    Raises InvalidRequestError when the article is in that story already, is of a kind that joins no story, a decision
    in force contradicts it, or no set of decisions achieves it; NotFound when a key fits none or several; NotPublished
    where the home has no warehouse; Busy.
    """
    with open_for_decision(settings, "newsfold move") as con:
        article, story = (
            decision_records.find_article(con, article_key),
            decision_records.find_story(con, story_key),
        )
        if article.story_id == story.story_id:
            raise InvalidRequestError(
                f"{name_article(article)} is in {name_story(story)} already: nothing moved"
            )
        former = _members(con, _story_of(article))
        text = _copies(con, article.article_id) & former
        wanted = [_members(con, story.story_id) | text, former - text]
        what = f"{name_article(article)} moved to {name_story(story)}"
        return _regroup(con, settings, "move", wanted, what, why, by, is_dry_run)


def split(
    settings: Settings,
    story_key: str,
    article_keys: Sequence[str],
    *,
    why: str | None = None,
    by: str | None = None,
    is_dry_run: bool = False,
) -> DecisionResult:
    """Make some articles of a story, with the copies of their texts, a story of their own; the rest stays together.

    Recorded and named as in `move`. Raises InvalidRequestError when no article is given, one is not in that story,
    nothing would be left in it, a decision in force contradicts it, or no set of decisions achieves it; NotFound when a
    key fits none or several; NotPublished where the home has no warehouse; Busy.
    """
    with open_for_decision(settings, "newsfold split") as con:
        story = decision_records.find_story(con, story_key)
        chosen = [decision_records.find_article(con, key) for key in article_keys]
        if not chosen:
            raise InvalidRequestError("name the articles that are to be a story of their own")
        for article in chosen:
            if article.story_id != story.story_id:
                raise InvalidRequestError(
                    f"{name_article(article)} is not in {name_story(story)}: nothing split"
                )
        members = _members(con, story.story_id)
        part = frozenset().union(*(_copies(con, article.article_id) for article in chosen)) & members
        if part == members:
            raise InvalidRequestError(f"that is all of {name_story(story)}: nothing would be left in it")
        names = " and ".join(name_article(article) for article in chosen)
        what = f"{names} split from {name_story(story)}"
        return _regroup(con, settings, "split", [part, members - part], what, why, by, is_dry_run)


def merge(
    settings: Settings,
    key_a: str,
    key_b: str,
    *,
    why: str | None = None,
    by: str | None = None,
    is_dry_run: bool = False,
) -> DecisionResult:
    """Make two stories one, with all their articles.

    Each is named by its id, the beginning of it, or a former id; recorded as in `move`. Raises InvalidRequestError when
    they are one already, a decision in force contradicts it, or no set of decisions achieves it; NotFound when a key
    fits none or several; NotPublished where the home has no warehouse; Busy.
    """
    with open_for_decision(settings, "newsfold merge") as con:
        a, b = (decision_records.find_story(con, key) for key in (key_a, key_b))
        if a.story_id == b.story_id:
            raise InvalidRequestError(f"{key_a} and {key_b} are the same story: {name_story(a)}")
        wanted = [_members(con, a.story_id) | _members(con, b.story_id)]
        what = f"{name_story(a)} and {name_story(b)} merged"
        return _regroup(con, settings, "merge", wanted, what, why, by, is_dry_run)


def _regroup(
    con: DuckDBPyConnection,
    settings: Settings,
    command: str,
    wanted: Wanted,
    what: str,
    why: str | None,
    by: str | None,
    is_dry_run: bool,
) -> DecisionResult:
    wanted = [group for group in wanted if group]
    made: list[Decision] = []
    in_force, decisions = decision_records.list_decisions(con), read_decisions(con)
    kinds = folding_facts.article_kinds(con, as_ids(one for group in wanted for one in group))
    where = _stories(con, wanted)
    for _ in range(_MOST_TURNS):
        pairs = list(_missing(wanted, where, kinds))
        if not pairs:
            return carry_out_decisions(
                con, settings, command, mark_as_one(made), what=what, is_dry_run=is_dry_run
            )
        for relation, a, b in pairs:
            one = new_decision(relation, a, b, why=why, by=by)
            refuse_contradiction(_with(decisions, made), one, in_force)
            made.append(one)
        with rolled_back(con):
            fold_decided(con, settings, made, run_id="dry run", now=utc_now())
            where = _stories(con, wanted)
    raise InvalidRequestError(f"no decisions about pairs bring that about: {what}; try link and unlink")


def _missing(
    wanted: Wanted, where: Mapping[int, int], kinds: Mapping[int, Kind]
) -> Iterator[tuple[str, int, int]]:
    """Yield the pairs to decide so that each group comes nearer to being a story of its own."""

    def rank(article: int) -> tuple[bool, int]:
        return kinds[article] in ATTACHED_KINDS, article  # what is attached takes nothing along

    def parts(group: frozenset[int]) -> dict[int | None, list[int]]:
        found: dict[int | None, list[int]] = {}
        for article in sorted(group, key=rank):
            found.setdefault(where.get(article), []).append(article)
        return found

    for whole in wanted:
        first, *others = sorted(parts(whole).values(), key=lambda part: (-len(part), rank(part[0])))
        for other in others:
            yield "must_link", first[0], other[0]
    for left, right in combinations(wanted, 2):
        mine, theirs = parts(left), parts(right)
        for story in sorted(key for key in mine.keys() & theirs.keys() if key is not None):
            yield "cannot_link", mine[story][0], theirs[story][0]


def _with(decisions: Decisions, made: Sequence[Decision]) -> Decisions:
    pairs = {
        relation: tuple((one.article_a or 0, one.article_b or 0) for one in made if one.relation == relation)
        for relation in ("must_link", "cannot_link")
    }
    return replace(
        decisions, must=decisions.must + pairs["must_link"], cannot=decisions.cannot + pairs["cannot_link"]
    )


def _stories(con: DuckDBPyConnection, wanted: Wanted) -> dict[int, int]:
    ids = as_ids(one for group in wanted for one in group)
    return {
        one: story
        for story, members in stories_in(folding_stories.stories_of(con, ids)).items()
        for one in members
    }


def _members(con: DuckDBPyConnection, story_id: int) -> frozenset[int]:
    return frozenset(articles_of_stories(con, as_ids([story_id])).tolist())


def _copies(con: DuckDBPyConnection, article: int) -> frozenset[int]:
    """Return the articles that are copies of one text, itself included."""
    groups = groups_of(folding_evidence.copy_groups(con, as_ids([article])))
    return (
        frozenset(groups.articles[groups.members[article]])
        if article in groups.members
        else frozenset([article])
    )


def _story_of(article: NamedArticle) -> int:
    if article.story_id is None:
        because = f": {article.kind_reason}" if article.kind_reason else ""
        raise InvalidRequestError(
            f"{name_article(article)} is no report ({article.kind}{because}), and joins no story: nothing moved"
        )
    return article.story_id
