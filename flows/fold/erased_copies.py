"""Hold back near copies of what was erased: under another address, with a word changed, cut or made longer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from transforms.copies.shingles import shingle_texts
from transforms.kernel.sorted_sets import distinct
from transforms.types import Disposition, Reason, format_id
from warehouse.batch_schemas import rejection_schema
from warehouse.tombstones import (
    add_shingles,
    documents_let_in,
    erased_rows,
    shared_shingles,
    shingles_per_erased,
    texts_of,
)

if TYPE_CHECKING:
    import numpy.typing as npt
    from duckdb import DuckDBPyConnection

# Shingles whose hash this divides are kept (mod-p sampling): a short paragraph leaves a dozen, a page a hundred.
SAMPLED = 4
# Share of the smaller sample that two texts must have in common. A word changed in every sentence of twenty takes three
# of twenty shingles away; reports of one event in other words share one in a hundred.
HELD_SHARE = 0.5
FEWEST = 5  # shared shingles, below which chance and set phrases could make up the share


def remember_erased(con: DuckDBPyConnection, article_ids: npt.NDArray[np.uint64]) -> None:
    """Store hashes of sampled shingles of articles that are about to be erased, in the caller's transaction.

    Call it before their texts are deleted: all versions are read. One shingle in four is kept, chosen by its own hash
    (mod-p sampling); articles without text leave nothing.
    """
    texts = texts_of(con, article_ids)
    shingles, rows = _sample([text for _, text in texts])
    articles = np.array([article for article, _ in texts], np.uint64)[rows]
    add_shingles(
        con,
        pa.table({"shingle": pa.array(shingles, pa.uint32()), "article_id": pa.array(articles, pa.uint64())}),
    )


def hold_back(con: DuckDBPyConnection, articles: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Split a batch of articles into those to load, and rejections of those that resemble an erased article.

    An article is held back when it shares at least 5 sampled shingles with an erased one, and these are at least half
    of the smaller sample (containment, over all versions of the erased one). Not held back are documents that a person
    let in with `newsfold retry --let-in`, and erased articles themselves, by id, content or address, which loading
    refuses. Both tables keep the order of the batch; nothing is stored.
    """
    kept = shingles_per_erased(con)
    if not kept or not len(articles):
        return articles, rejection_schema().empty_table()
    shingles, rows = _sample(articles.column("text").to_pylist())
    sizes = np.bincount(rows, minlength=len(articles))
    shared = shared_shingles(
        con, pa.table({"shingle": pa.array(shingles, pa.uint32()), "row": pa.array(rows, pa.uint32())})
    )
    resembled = {
        row: erased
        for row, erased, number in shared
        if number >= FEWEST and number >= HELD_SHARE * min(kept[erased], sizes[row])
    }
    if not resembled:
        return articles, rejection_schema().empty_table()
    passed = erased_rows(con, articles)  # the loading says so of them
    allowed = documents_let_in(con)
    documents = articles.column("document_id").to_pylist()
    held = {
        row: erased
        for row, erased in resembled.items()
        if row not in passed and documents[row] not in allowed
    }
    if not held:
        return articles, rejection_schema().empty_table()
    is_held = np.zeros(len(articles), np.bool_)
    is_held[list(held)] = True
    return articles.filter(pa.array(~is_held)), _rejections(articles.filter(pa.array(is_held)), held)


def _sample(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the sampled shingles of texts, each with the position of its text; repeats within a text once."""
    found = shingle_texts(texts)
    rows = np.repeat(np.arange(len(texts)), np.diff(found.offsets))
    is_sampled = found.values % SAMPLED == 0
    both = distinct(rows[is_sampled] << 32 | found.values[is_sampled].astype(np.int64))
    return (both & 0xFFFFFFFF).astype(np.uint32), both >> 32


def _rejections(held: pa.Table, erased: dict[int, int]) -> pa.Table:
    rows = [
        {name: row[name] for name in ("document_id", "source_ref", "format", "sha256", "bytes")}
        | {
            "disposition": str(Disposition.REJECTED),
            "reason": str(Reason.RESEMBLES_ERASED),
            "detail": f"resembles erased article {format_id(erased[place])}; "
            "a person lets it in with `newsfold retry --let-in`",
        }
        for place, row in zip(sorted(erased), held.to_pylist(), strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=rejection_schema())
