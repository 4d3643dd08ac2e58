"""The shape of what is loaded: Arrow schemas of article, rejection and file batches, and the way from our types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from transforms.types import Article


CLAIMS = ("claims", "loose_claims", "item_claims")


def article_schema() -> pa.Schema:
    """Return the columns of a batch of articles: `Article` flattened, then format, sha256 and bytes of its document.

    Times are naive, in microseconds; ids, content_hash and claims are uint64.
    """
    import pyarrow as pa

    text, when = pa.string(), pa.timestamp("us")
    return pa.schema(
        [
            ("article_id", pa.uint64()),
            ("document_id", pa.uint64()),
            ("external_id", text),
            ("source_ref", text),
            ("url", text),
            ("canonical_url", text),
            ("publisher", text),
            ("title", text),
            ("text", text),
            ("lead", text),
            ("authors", pa.list_(text)),
            ("published_at", when),
            ("published_precision", text),
            ("published_zone", text),
            ("published_source", text),
            ("updated_at", when),
            ("language", text),
            ("language_confidence", pa.float32()),
            ("kind", text),
            ("kind_reason", text),
            ("wire_agency", text),
            ("word_count", pa.uint32()),
            ("section", text),
            ("tags", pa.list_(text)),
            ("image_url", text),
            ("is_paywalled", pa.bool_()),
            ("field_sources", pa.map_(text, text)),
            ("standfirst", text),
            ("genre", text),
            ("published_text", text),
            ("published_from", when),
            ("published_until", when),
            ("captured_at", when),
            ("embargoed_until", when),
            ("withdrawn_at", when),
            ("revision", pa.int64()),
            ("content_hash", pa.uint64()),
            *((name, pa.list_(pa.uint64())) for name in CLAIMS),
            ("is_withdrawal", pa.bool_()),
            ("format", text),
            ("sha256", text),
            ("bytes", pa.uint64()),
        ]
    )


def rejection_schema() -> pa.Schema:
    """Return the columns of a batch of rejections: `Rejection` with its document_id, `size` named bytes."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            ("document_id", pa.uint64()),
            ("source_ref", text),
            ("format", text),
            ("sha256", text),
            ("bytes", pa.uint64()),
            ("disposition", text),
            ("reason", text),
            ("detail", text),
        ]
    )


def file_schema() -> pa.Schema:
    """Return the columns of a batch of files, as `files` records them: source_ref, size, mtime_ns, sha256 and more.

    For the look-up `load.known_files` the first three suffice and sha256 may be NULL; `load.record_files` needs all.
    """
    import pyarrow as pa

    return pa.schema(
        [
            ("source_ref", pa.string()),
            ("size", pa.uint64()),
            ("mtime_ns", pa.int64()),
            ("sha256", pa.string()),
            ("format", pa.string()),
            ("documents", pa.uint64()),
            ("field_map", pa.string()),
            ("read_by", pa.string()),
        ]
    )


def article_row(article: Article, *, format: str, sha256: str, size: int) -> dict[str, object]:
    """Flatten one article into a row of `article_schema`; format, sha256 and size (in bytes) are its document's."""
    return {
        "article_id": article.article_id,
        "document_id": article.document_id,
        "external_id": article.external_id,
        "source_ref": article.source_ref,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "publisher": article.publisher,
        "title": article.title,
        "text": article.text,
        "lead": article.lead,
        "authors": list(article.authors),
        "published_at": article.published.at,
        "published_precision": str(article.published.precision),
        "published_zone": article.published.zone,
        "published_source": article.published.source,
        "updated_at": article.updated.at,
        "language": article.language,
        "language_confidence": article.language_confidence,
        "kind": str(article.kind),
        "kind_reason": article.kind_reason,
        "wire_agency": article.wire_agency,
        "word_count": article.word_count,
        "section": article.section,
        "tags": list(article.tags),
        "image_url": article.image_url,
        "is_paywalled": article.is_paywalled,
        "field_sources": list(dict(article.field_sources).items()),
        "standfirst": article.standfirst,
        "genre": article.genre,
        "published_text": article.published_text,
        "published_from": article.published_from,
        "published_until": article.published_until,
        "captured_at": article.captured_at,
        "embargoed_until": article.embargoed_until,
        "withdrawn_at": article.withdrawn_at,
        "revision": article.revision,
        "content_hash": article.content_hash,
        "claims": list(article.claims),
        "loose_claims": list(article.loose_claims),
        "item_claims": list(article.item_claims),
        "is_withdrawal": article.is_withdrawal,
        "format": format,
        "sha256": sha256,
        "bytes": size,
    }


def to_batch(rows: Iterable[dict[str, object]], schema: pa.Schema) -> pa.Table:
    """Gather rows into one table with the columns of `schema`, in the order given; no rows give an empty table.

    A row without a column has NULL there, and keys that the schema lacks are dropped. A value of another type raises
    an error of Arrow.
    """
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=schema)
