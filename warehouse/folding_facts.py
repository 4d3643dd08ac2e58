"""Fields of articles that folding decides by: arrays of article ids in, one row for each article out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from transforms.types import Kind
from warehouse.folding_tables import Ids, rows_of_ids

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def foldable_articles(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return a row with text and metadata for each of these articles that exists, by ascending id, for folding.

    Columns: article_id, external_id, title, text, lead, url, canonical_url, publisher, language, published_at,
    published_precision, kind, wire_agency, word_count, is_paywalled, content_hash, version. Stubs and indexes are
    included; of an article that is withdrawn or under embargo the kind is "stub".
    """
    return rows_of_ids(con, "foldable_articles", ids)


def copy_facts(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, kind and word_count of those of `ids` that exist, by ascending id.

    The kind of an article that is withdrawn or under embargo is "stub".
    """
    return rows_of_ids(con, "copy_facts", ids)


def article_kinds(con: DuckDBPyConnection, ids: Ids) -> dict[int, Kind]:
    """Return the kind of each of these articles that exists; STUB where it is withdrawn or under embargo."""
    rows = rows_of_ids(con, "article_kinds", ids)
    kinds = map(Kind, rows.column("kind").to_pylist())
    return dict(zip(rows.column("article_id").to_pylist(), kinds, strict=True))


def grouping_facts(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, words, first_day and last_day of each of `ids` that is in a copy group, by ascending id.

    Words are those of its own text; the days, counted from 1970 with fractions, are the first and last publication in
    its copy group, NULL where none is dated.
    """
    return rows_of_ids(con, "grouping_facts", ids)


def story_facts(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return the fields that a story's row is computed from, one row for each of these articles that exists, by id.

    Columns: article_id, title, url, canonical_url, publisher, language, published_at, published_precision, kind,
    wire_agency, word_count, is_paywalled, and is_title_derived (the title was made of the lead, and is not corrected).
    """
    return rows_of_ids(con, "story_facts", ids)
