"""Small articles, homes and a fold that leaves every article alone, for the tests of the warehouse."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.batch_schemas import article_schema, rejection_schema, to_batch
from warehouse.checks import enforce_checks
from warehouse.connection import open_working, transaction
from warehouse.load import LoadResult, load_documents
from warehouse.publish import publish
from warehouse.recovery import inspect
from warehouse.runs import RunOutcome, begin_run, close_abandoned_runs, finish_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOON = datetime.fromisoformat("2026-02-13T12:00")


def number(*parts: object) -> int:
    """Make a stable 64-bit number of anything."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big")


def sample(name: str, text: str = "The ferry stayed in port.", **fields: Any) -> dict[str, Any]:
    """Make a row of an article batch; the name is its identity unless `article_id` says otherwise.

    Each text lies in a file of its own: one file cannot hold two states at a time.
    """
    sha256 = fields.pop("sha256", hashlib.sha256(f"{name}{text}".encode()).hexdigest())
    source_ref = fields.pop("source_ref", f"/inbox/{sha256[:8]}/{name}.html")
    row: dict[str, Any] = {
        "article_id": number("article", name),
        "document_id": number("document", source_ref, sha256),
        "source_ref": source_ref,
        "url": f"https://harbour.example/{name}",
        "canonical_url": f"https://harbour.example/{name}",
        "publisher": "Harbour Post",
        "title": f"Headline of {name}",
        "text": text,
        "lead": text[:80],
        "authors": ["Ina Moor"],
        "published_at": NOON,
        "published_precision": "minute",
        "published_zone": "Z",
        "published_source": "json-ld",
        "language": "en",
        "language_confidence": 0.9,
        "kind": "article",
        "kind_reason": "",
        "word_count": len(text.split()),
        "tags": [],
        "is_paywalled": False,
        "field_sources": [("title", "json-ld")],
        "content_hash": number("content", name, text),
        "format": "html",
        "sha256": sha256,
        "bytes": len(text),
    }
    return row | fields


def rejection(name: str, reason: str = "empty", disposition: str = "rejected") -> dict[str, Any]:
    """Make a row of a rejection batch."""
    source_ref = f"/inbox/{name}"
    return {
        "document_id": number("document", source_ref, ""),
        "source_ref": source_ref,
        "format": "html",
        "sha256": "",
        "bytes": 0,
        "disposition": disposition,
        "reason": reason,
        "detail": "nothing in it",
    }


ALONE = """
INSERT INTO story_articles (story_id, article_id, role, score, joined_at)
SELECT article_id, article_id, 'canonical', NULL, $now FROM articles
WHERE kind NOT IN ('stub', 'index') AND NOT is_held AND article_id NOT IN (SELECT article_id FROM story_articles)
"""
ALONE_COPIES = """
INSERT INTO copy_members
SELECT article_id, article_id, true FROM articles WHERE article_id NOT IN (SELECT article_id FROM copy_members)
"""
ALONE_STORIES = """
INSERT INTO stories (
    story_id, title, canonical_article_id, canonical_reason, url, publisher, language, first_published_at,
    last_published_at,
    article_count, copy_group_count, publisher_count, independent_count, key_terms, created_at, updated_at, run_id,
    latest_title, latest_article_id, undated_count)
SELECT s.story_id, a.title, a.article_id, 'the only report', a.url, a.publisher, a.language, a.published_at,
       a.published_at, 1, 1, 1, 1, ['ferry', 'port'], $now, $now, $run_id, a.title, a.article_id,
       (a.published_at IS NULL)::INTEGER
FROM story_articles s JOIN articles a USING (article_id) WHERE s.story_id NOT IN (SELECT story_id FROM stories)
"""
ALONE_EVENTS = """
INSERT INTO story_events (story_id, event, other_story_id, article_count, happened_at, run_id)
SELECT story_id, 'born', NULL, 1, $now, $run_id FROM stories WHERE story_id NOT IN (SELECT story_id FROM story_events)
"""


def fold_alone(con: DuckDBPyConnection, run_id: str, now: datetime) -> None:
    """Give every article that has none a story of its own."""
    con.execute(ALONE, {"now": now})
    con.execute(ALONE_COPIES)
    con.execute(ALONE_STORIES, {"now": now, "run_id": run_id})
    con.execute(ALONE_EVENTS, {"now": now, "run_id": run_id})


def ingest(
    home: Path,
    articles: Iterable[dict[str, Any]] = (),
    rejections: Iterable[dict[str, Any]] = (),
    *,
    day: int = 0,
    is_published: bool = False,
) -> LoadResult:
    """Do a whole run in its own opening of the home: load, fold, finish, check and perhaps publish."""
    with open_working(home, purpose="test") as con:
        result = load(con, articles, rejections, day=day)
        if is_published:
            publish(con, home, now=NOON + timedelta(days=day))
    return result


def load(
    con: DuckDBPyConnection,
    articles: Iterable[dict[str, Any]] = (),
    rejections: Iterable[dict[str, Any]] = (),
    *,
    day: int = 0,
) -> LoadResult:
    """Do a whole run in a home that is open: load, fold, finish and check."""
    now = NOON + timedelta(days=day)
    close_abandoned_runs(con, now=now)
    run_id = begin_run(con, command="test", settings={}, versions={}, now=now)
    with transaction(con):
        batches = to_batch(articles, article_schema()), to_batch(rejections, rejection_schema())
        result = load_documents(con, run_id, *batches, now=now)
        fold_alone(con, run_id, now)
        counted = sum(result.dispositions.values())
        outcome = RunOutcome(
            files=1, documents=counted, dispositions=result.dispositions, reasons=result.reasons
        )
        finish_run(con, run_id, outcome, now=now)
        enforce_checks(con, run_id)
    return result


def faults(home: Path) -> list[str]:
    """Inspect a home as `newsfold check --deep` does and return what is wrong with it, in words."""
    return [check.describe() for check in inspect(home) if not check.passes]


def ask(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Open the working file again and ask it."""
    with open_working(home, purpose="test") as con:
        return con.execute(sql).fetchall()
