"""What people decided about articles: recorded, taken back and listed in the working file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from warehouse.errors import NotFound, UnknownArticle, UnknownStory
from warehouse.sql_files import rows_by_name, statement

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedArticle:
    """An article of the working file found by a key; `story_id` is None when no story holds it."""

    article_id: int
    title: str
    publisher: str | None
    kind: str
    kind_reason: str
    story_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStory:
    """A story of the working file found by a key."""

    story_id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision of a person: relation, articles or story, who, when and why; for a correction its field and value.

    Who revoked it, when and why is None while it holds.

    `article_a` is the smaller id of a pair, or the pinned or corrected article; None for an outlet. Titles are those
    that the articles have now, None where there is no such article, or its title was dropped.
    """

    decision_id: int
    relation: str  # must_link, cannot_link, not_copy, pin, correct or rename_outlet
    article_a: int | None
    article_b: int | None
    story_id: int | None
    made_by: str
    made_at: datetime
    why: str | None
    field: str | None = None  # what a correction changes; of an outlet its former name
    value: str | None = None  # what it is changed to
    made_with: int | None = None  # the first of the decisions that one command made together
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revoked_why: str | None = None
    title_a: str | None = None
    title_b: str | None = None


def as_record(decision: Decision) -> dict[str, object]:
    """Return the fields of a decision by name, ids as 16 hexadecimal digits, times as they are; None stays None."""
    ids = ("decision_id", "article_a", "article_b", "story_id", "made_with")
    return {
        name: f"{value:016x}" if name in ids and value is not None else value
        for name, value in asdict(decision).items()
    }


def find_article(con: DuckDBPyConnection, key: str) -> NamedArticle:
    """Return the one article of the working file with this id, beginning of an id, external id, URL or canonical URL.

    An id is 16 hexadecimal digits in any case; blanks around the key are dropped. Raises UnknownArticle where there
    is none (or an empty key), and where several fit and none has the key as its whole id.
    """
    return NamedArticle(**_only(con, "articles_by_key", "article", UnknownArticle, key))


def find_story(con: DuckDBPyConnection, key: str) -> NamedStory:
    """Return the one story of the working file with this id or beginning of an id, in any case.

    The id may be one from before a redirect.

    Raises UnknownStory where there is none (or an empty key), and where several fit and none has the key as its whole
    id.
    """
    return NamedStory(**_only(con, "stories_by_key", "story", UnknownStory, key))


def list_decisions(con: DuckDBPyConnection, *, with_revoked: bool = False) -> list[Decision]:
    """Return the decisions of the working file, the latest first, then by id.

    `with_revoked` adds those that were revoked.
    """
    return [
        Decision(**row)
        for row in rows_by_name(con, statement("decisions", "list").sql, {"with_revoked": with_revoked})
    ]


def published_decisions(con: DuckDBPyConnection, *, with_revoked: bool = False) -> list[Decision]:
    """Return the decisions in the published file, which no run locks, as `list_decisions` orders them.

    The latest first, then by id; `with_revoked` adds those that were revoked.
    """
    return [
        Decision(**row)
        for row in rows_by_name(con, statement("decisions", "published").sql, {"with_revoked": with_revoked})
    ]


def active_decisions(con: DuckDBPyConnection) -> pa.Table:
    """Return the decisions in force about groups and canonical articles, the first made first.

    Those are the relations must_link, cannot_link, not_copy and pin that nobody revoked. Columns: decision_id,
    relation, article_a, article_b, story_id, made_by, made_at, why.
    """
    return con.sql(statement("decisions", "active_decisions").sql).to_arrow_table()


def find_decision(con: DuckDBPyConnection, key: str) -> Decision:
    """Return the one decision with this id or beginning of an id (hexadecimal, in any case), revoked or not.

    Raises NotFound where there is none (or an empty key), and where several begin with it.
    """
    wanted = key.strip().lower()
    every = list_decisions(con, with_revoked=True)
    found = [one for one in every if wanted and f"{one.decision_id:016x}".startswith(wanted)]
    if not found:
        raise NotFound(
            f"no decision has the id, or an id beginning with, {key!r}: see `newsfold decisions --all`"
        )
    if len(found) > 1:
        raise NotFound(f"{key!r} is the beginning of more than one decision id: add digits")
    return found[0]


def add_decision(con: DuckDBPyConnection, decision: Decision) -> None:
    """Add a decision, inside the caller's transaction; nothing checks that it is new or that its articles exist.

    Its titles and who revoked it, and when, are not stored.
    """
    con.execute(
        statement("decisions", "add").sql,
        {
            "decision_id": decision.decision_id,
            "relation": decision.relation,
            "article_a": decision.article_a,
            "article_b": decision.article_b,
            "story_id": decision.story_id,
            "field": decision.field,
            "value": decision.value,
            "made_with": decision.made_with,
            "made_by": decision.made_by,
            "made_at": decision.made_at,
            "why": decision.why,
        },
    ).fetchall()


def revoke_decision(
    con: DuckDBPyConnection, decision_id: int, *, by: str, why: str | None, now: datetime
) -> None:
    """Mark a decision as revoked by a person, and why, in the caller's transaction; its record stays in the table.

    Nothing happens where there is no such decision or it is revoked already. Stories change when they are folded again.
    `now` is naive UTC.
    """
    con.execute(
        statement("decisions", "revoke").sql,
        {"decision_id": decision_id, "revoked_by": by, "revoked_at": now, "revoked_why": why},
    ).fetchall()


def _only(
    con: DuckDBPyConnection, query: str, what: str, unknown: type[NotFound], key: str
) -> dict[str, Any]:
    wanted = key.strip()
    found = rows_by_name(con, statement("decisions", query).sql, {"key": wanted}) if wanted else []
    if not found:
        raise unknown(f"no {what} has the id, or an id beginning with, {key!r}")
    ids = [f"{row[f'{what}_id']:016x}" for row in found]
    if len(ids) > 1 and ids[0] != wanted.lower():
        raise unknown(f"{key!r} means more than one {what} ({ids[0]}, {ids[1]}, …): name it by its id")
    return found[0]
