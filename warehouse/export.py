"""Export the published file: tables as Parquet by day, JSON Lines or CSV; folded stories as RSS, Atom or JSON Feed."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as Xml

from warehouse.queries import QueryResult, run_sql
from warehouse.statements import statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ATOM = "http://www.w3.org/2005/Atom"
# What a spreadsheet would take for a formula when it opens a CSV file, behind blanks too.
FORMULA = re.compile(r"^[\s]*[=+\-@]|^[\t\r\n]")
NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
ADDRESS_CHARACTERS = ":/?#@!$&'()*+,;=%-._~"  # what stands in an address as it is
# Characters that no XML file may hold, however written.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_jsonl(result: QueryResult, out: IO[str]) -> int:
    """Write one JSON object a row and return the rows; times as ISO 8601."""
    count = 0
    for row in result.rows():
        count += 1
        out.write(
            json.dumps(dict(zip(result.names, row, strict=True)), ensure_ascii=False, default=_plain) + "\n"
        )
    return count


def write_csv(result: QueryResult, out: IO[str]) -> int:
    """Write rows with a header and return their number; text that a spreadsheet would run gets a quote before it."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([neutralise(name) for name in result.names])
    count = 0
    for row in result.rows():
        count += 1
        writer.writerow([_cell(value) for value in row])
    return count


def neutralise(text: str) -> str:
    """Keep a spreadsheet from running text as a formula; numbers stay numbers."""
    return "'" + text if FORMULA.match(text) and not NUMBER.match(text) else text


def write_parquet(con: DuckDBPyConnection, folder: Path) -> int:
    """Write all articles into `folder/day=YYYY-MM-DD/`; days that are there already are replaced. Returns the rows."""
    import pyarrow.dataset as ds

    reader = QueryResult(con=con, sql=statement("queries", "articles_by_day").sql, names=[]).batches()
    written = 0

    def count(file: Any) -> None:
        nonlocal written
        written += file.metadata.num_rows

    ds.write_dataset(
        reader,
        folder,
        format="parquet",
        partitioning=ds.partitioning(_day_schema(), flavor="hive"),
        existing_data_behavior="delete_matching",
        file_visitor=count,
        max_partitions=100_000,  # days; its default would refuse an archive of three years
        max_open_files=64,
    )
    return written


def export_table(con: DuckDBPyConnection, table: str, format: str, out: IO[str]) -> int:
    """Write one published table as `jsonl` or `csv`; raise BadQuery for a table that is not there."""
    quoted = table.replace('"', '""')
    result = run_sql(con, f'FROM "{quoted}"')
    return write_csv(result, out) if format == "csv" else write_jsonl(result, out)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One story as a feed shows it."""

    story_id: str
    title: str
    url: str | None
    publisher: str | None
    language: str
    summary: str
    published_at: datetime  # UTC
    updated_at: datetime  # UTC
    authors: Sequence[str]
    key_terms: Sequence[str]


def feed_items(con: DuckDBPyConnection, *, limit: int = 50, min_articles: int = 1) -> list[FeedItem]:
    """Return the latest stories for a feed."""
    answer = con.execute(statement("queries", "feed").sql, {"limit": limit, "min_articles": min_articles})
    names = [column[0] for column in answer.description or ()]
    return [_item(dict(zip(names, row, strict=True))) for row in answer.fetchall()]


def web_address(url: str | None) -> str | None:
    """Return an address as a URI that every reader takes; None for what is no address of the web."""
    try:
        parts = urlsplit((url or "").strip())
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    netloc = parts.netloc if parts.netloc.isascii() else host + (f":{parts.port}" if parts.port else "")
    return quote(parts._replace(netloc=netloc).geturl(), safe=ADDRESS_CHARACTERS)


def write_rss(items: Iterable[FeedItem], *, title: str, link: str, now: datetime) -> bytes:
    """Return an RSS 2.0 document. Its descriptions are HTML by the format, so text is escaped once more."""
    rss = Xml.Element("rss", {"version": "2.0"})
    channel = Xml.SubElement(rss, "channel")
    _add(channel, "title", title)
    _add(channel, "link", link)
    _add(channel, "description", "One item for each story, however many outlets told it")
    _add(channel, "lastBuildDate", format_datetime(_utc(now)))
    _add(channel, "generator", "newsfold")
    for item in items:
        node = Xml.SubElement(channel, "item")
        _add(node, "title", item.title)
        if item.url:
            _add(node, "link", item.url)
        _add(node, "description", escape(item.summary, quote=False))
        _add(node, "guid", f"urn:newsfold:story:{item.story_id}", isPermaLink="false")
        _add(node, "pubDate", format_datetime(_utc(item.published_at)))
        for term in item.key_terms:
            _add(node, "category", term)
    return _document(rss)


def write_atom(items: Sequence[FeedItem], *, title: str, link: str, now: datetime) -> bytes:
    """Return an Atom 1.0 document (RFC 4287)."""
    Xml.register_namespace("", ATOM)
    feed = Xml.Element(f"{{{ATOM}}}feed")
    _add(feed, f"{{{ATOM}}}id", link)
    _add(feed, f"{{{ATOM}}}title", title)
    _add(feed, f"{{{ATOM}}}updated", _stamp(max([item.updated_at for item in items], default=now)))
    _add(feed, f"{{{ATOM}}}generator", "newsfold")
    Xml.SubElement(feed, f"{{{ATOM}}}link", {"rel": "alternate", "href": _clean(link)})
    for item in items:
        node = Xml.SubElement(feed, f"{{{ATOM}}}entry")
        _add(node, f"{{{ATOM}}}id", f"urn:newsfold:story:{item.story_id}")
        _add(node, f"{{{ATOM}}}title", item.title)
        _add(node, f"{{{ATOM}}}updated", _stamp(item.updated_at))
        _add(node, f"{{{ATOM}}}published", _stamp(item.published_at))
        author = Xml.SubElement(node, f"{{{ATOM}}}author")
        _add(author, f"{{{ATOM}}}name", ", ".join(item.authors) or item.publisher or "unknown")
        if item.url:
            _add(node, f"{{{ATOM}}}summary", item.summary)
            Xml.SubElement(node, f"{{{ATOM}}}link", {"rel": "alternate", "href": item.url})
        else:  # who has nowhere to send the reader has to say it all here
            _add(node, f"{{{ATOM}}}content", item.summary)
        for term in item.key_terms:
            Xml.SubElement(node, f"{{{ATOM}}}category", {"term": _clean(term)})
    return _document(feed)


def write_json_feed(items: Iterable[FeedItem], *, title: str, link: str) -> bytes:
    """Return a JSON Feed 1.1 document."""
    told = [
        {
            "id": f"urn:newsfold:story:{item.story_id}",
            **({"url": item.url} if item.url else {}),
            "title": item.title,
            "content_text": item.summary,
            "date_published": _stamp(item.published_at),
            "date_modified": _stamp(item.updated_at),
            "authors": [{"name": name} for name in item.authors],
            "tags": list(item.key_terms),
            "language": item.language,
        }
        for item in items
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": link,
        "items": told,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _item(row: dict[str, Any]) -> FeedItem:
    counted = f"{row['article_count']} report{'s' if row['article_count'] > 1 else ''}"
    outlets = f" by {row['publisher_count']} outlets" if row["publisher_count"] > 1 else ""
    return FeedItem(
        story_id=row["story_id"],
        title=_clean(row["title"] or "").strip() or "(no headline)",
        url=web_address(row["url"]),
        publisher=row["publisher"],
        language=row["language"],
        summary=f"{row['lead']} [{counted}{outlets}]".strip(),
        published_at=row["first_published_at"] or row["created_at"],
        updated_at=row["last_published_at"] or row["updated_at"],
        authors=[name for name in row["authors"] if name.strip()],
        key_terms=[term for term in row["key_terms"] if term.strip()],
    )


def _day_schema() -> Any:
    import pyarrow as pa

    return pa.schema([("day", pa.string())])


def _cell(value: object) -> object:
    if isinstance(value, str):
        return neutralise(value)
    if isinstance(value, list | dict):
        return neutralise(json.dumps(value, ensure_ascii=False, default=_plain))
    return _plain(value) if isinstance(value, date) else value


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _add(parent: Xml.Element, tag: str, text: str, **attributes: str) -> None:
    Xml.SubElement(parent, tag, attributes).text = _clean(text)


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)


def _document(root: Xml.Element) -> bytes:
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


def _stamp(at: datetime) -> str:
    return _utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")
