"""What people decided about articles: recorded, taken back and listed in the working file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from warehouse.errors import NotFound, UnknownArticle, UnknownStory
from warehouse.statements import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedArticle:
    """An article as people meant it by a key; without a story when it is none of its reports."""

    article_id: int
    title: str
    publisher: str | None
    kind: str
    kind_reason: str
    story_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStory:
    """A story as people meant it by a key."""

    story_id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One decision. `article_a` is the smaller id of a pair, or the pinned article; titles are None when erased."""

    override_id: int
    relation: str  # must_link, cannot_link or pin
    article_a: int
    article_b: int | None
    story_id: int | None
    made_by: str
    made_at: datetime
    why: str | None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    title_a: str | None = None
    title_b: str | None = None


def as_record(override: Override) -> dict[str, object]:
    """Return a decision as plain values, ids as people see them."""
    ids = ("override_id", "article_a", "article_b", "story_id")
    return {
        name: f"{value:016x}" if name in ids and value is not None else value
        for name, value in asdict(override).items()
    }


def find_article(con: DuckDBPyConnection, key: str) -> NamedArticle:
    """Return the one article with this id, beginning of an id, external id or URL; raise UnknownArticle."""
    return NamedArticle(**_only(con, "articles_by_key", "article", UnknownArticle, key))


def find_story(con: DuckDBPyConnection, key: str) -> NamedStory:
    """Return the one story with this id, beginning of an id, or id it once had; raise UnknownStory."""
    return NamedStory(**_only(con, "stories_by_key", "story", UnknownStory, key))


def list_overrides(con: DuckDBPyConnection, *, with_revoked: bool = False) -> list[Override]:
    """Return decisions, the latest first."""
    return [
        Override(**row)
        for row in _rows(con, statement("overrides", "list").sql, {"with_revoked": with_revoked})
    ]


def published_overrides(con: DuckDBPyConnection, *, with_revoked: bool = False) -> list[Override]:
    """Return decisions as the published file has them, the latest first; who asks waits for nobody."""
    return [
        Override(**row)
        for row in _rows(con, statement("overrides", "published").sql, {"with_revoked": with_revoked})
    ]


def find_override(con: DuckDBPyConnection, key: str) -> Override:
    """Return the one decision with this id or beginning of an id, taken back or not; raise NotFound."""
    wanted = key.strip().lower()
    every = list_overrides(con, with_revoked=True)
    found = [one for one in every if wanted and f"{one.override_id:016x}".startswith(wanted)]
    if not found:
        raise NotFound(
            f"no override has the id, or an id beginning with, {key!r}: see `newsfold overrides --all`"
        )
    if len(found) > 1:
        raise NotFound(f"{key!r} is the beginning of more than one override id: add digits")
    return found[0]


def add_override(con: DuckDBPyConnection, override: Override) -> None:
    """Record a decision inside the caller's transaction."""
    con.execute(
        statement("overrides", "add").sql,
        {
            "override_id": override.override_id,
            "relation": override.relation,
            "article_a": override.article_a,
            "article_b": override.article_b,
            "story_id": override.story_id,
            "made_by": override.made_by,
            "made_at": override.made_at,
            "why": override.why,
        },
    ).fetchall()


def revoke_override(con: DuckDBPyConnection, override_id: int, *, by: str, now: datetime) -> None:
    """Take a decision back inside the caller's transaction; the record of it stays."""
    con.execute(
        statement("overrides", "revoke").sql,
        {"override_id": override_id, "revoked_by": by, "revoked_at": now},
    ).fetchall()


def _only(
    con: DuckDBPyConnection, query: str, what: str, unknown: type[NotFound], key: str
) -> dict[str, Any]:
    wanted = key.strip()
    found = _rows(con, statement("overrides", query).sql, {"key": wanted}) if wanted else []
    if not found:
        raise unknown(f"no {what} has the id, or an id beginning with, {key!r}")
    ids = [f"{row[f'{what}_id']:016x}" for row in found]
    if len(ids) > 1 and ids[0] != wanted.lower():
        raise unknown(f"{key!r} means more than one {what} ({ids[0]}, {ids[1]}, …): name it by its id")
    return found[0]


def _rows(con: DuckDBPyConnection, sql: str, values: dict[str, object]) -> list[dict[str, Any]]:
    answer = con.execute(sql, values)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
