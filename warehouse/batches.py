"""The shape of what is loaded: Arrow schemas of article, rejection and file batches, and the way from our types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from transforms.types import Article


def article_schema() -> pa.Schema:
    """Return the columns of a batch of articles: Article flattened, then what the ledger needs of its document."""
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
            ("content_hash", pa.uint64()),
            ("format", text),
            ("sha256", text),
            ("bytes", pa.uint64()),
        ]
    )


def rejection_schema() -> pa.Schema:
    """Return the columns of a batch of rejections: Rejection, with its document_id, and `size` named bytes."""
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
    """Return the columns of a batch of files. A look-up needs only the first three; sha256 there may be NULL."""
    import pyarrow as pa

    return pa.schema(
        [
            ("source_ref", pa.string()),
            ("size", pa.uint64()),
            ("mtime_ns", pa.int64()),
            ("sha256", pa.string()),
            ("format", pa.string()),
            ("documents", pa.uint64()),
        ]
    )


def article_row(article: Article, *, format: str, sha256: str, size: int) -> dict[str, object]:
    """Flatten one article into a row of `article_schema`."""
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
        "content_hash": article.content_hash,
        "format": format,
        "sha256": sha256,
        "bytes": size,
    }


def article_batch(rows: Iterable[dict[str, object]]) -> pa.Table:
    """Gather rows of `article_row` into one batch."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=article_schema())


def rejection_batch(rows: Iterable[dict[str, object]]) -> pa.Table:
    """Gather rows with the keys of `rejection_schema` into one batch."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=rejection_schema())


def file_batch(rows: Iterable[dict[str, object]]) -> pa.Table:
    """Gather rows with the keys of `file_schema` into one batch."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=file_schema())
