"""Export the published file: tables as Parquet by day, JSON Lines or CSV; folded stories as RSS, Atom or JSON Feed."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from html import escape
from math import isfinite
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

from warehouse.published_queries import QueryResult, run_sql
from warehouse.sql_files import rows_by_name, statement
from warehouse.web_addresses import web_address

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ATOM = "http://www.w3.org/2005/Atom"
# What makes a spreadsheet take a cell of a CSV file for a formula; fullwidth forms are folded to these first.
FORMULA_SIGNS = "=+-@"
NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
# Characters that no XML file may hold, however written.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_jsonl(result: QueryResult, out: IO[str], *, plain: Callable[[object], str] | None = None) -> int:
    """Write each row as one line with a JSON object, and return the number of rows; without rows nothing is written.

    Dates and times are ISO 8601 (UTC, without a zone); decimals, other types and keys of maps are written as their
    text, NaN and infinities as null. Of columns with one name the later ones are numbered, as DuckDB does (a, a_1).
    `plain`, where given, turns values that JSON does not know into text. Raises BadQuery for an error in the data.
    """
    names = _unique_names(result.names)
    count = 0
    for row in result.rows():
        count += 1
        out.write(_json(dict(zip(names, row, strict=True)), plain or _plain) + "\n")
    return count


def _unique_names(names: Sequence[str]) -> list[str]:
    """Return the names with a number after each that was there before, none of them that of another column."""
    taken: set[str] = set()
    unique = []
    for name in names:
        new, number = name, 0
        while new in taken or (number and new in names):
            number += 1
            new = f"{name}_{number}"
        taken.add(new)
        unique.append(new)
    return unique


def write_csv(result: QueryResult, out: IO[str], *, raw: bool = False, line_end: str = "\r\n") -> int:
    """Write a header and rows as CSV, and return the number of rows; formulas get an apostrophe before them.

    So a spreadsheet does not run them (see `neutralise`); `raw` leaves every text as it is, for other programs. NULL is
    empty, lists and structures are JSON as in `write_jsonl`, dates and times ISO 8601. Open `out` with newline="".
    Raises BadQuery for an error in the data.
    """
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow(result.names if raw else [neutralise(name) for name in result.names])
    count = 0
    for row in result.rows():
        count += 1
        writer.writerow([_cell(value, raw=raw) for value in row])
    return count


def neutralise(text: str) -> str:
    """Return text with an apostrophe before it where a spreadsheet may take it for a formula, else as it is.

    Such texts begin with a tab or line break, or their first visible character is =, +, - or @, also fullwidth:
    programs differ in what they skip and fold. Plain decimal numbers, as -1.5, stay; -1e5 and -1,000 do not.
    """
    if not text or text[0].isalnum():
        return text
    is_formula = text[0] in "\t\r\n" or _first_visible(text) in FORMULA_SIGNS
    return "'" + text if is_formula and not NUMBER.match(text) else text


def _first_visible(text: str) -> str:
    for character in text:
        if not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf", "Mn", "Cn", "Co"):
            return unicodedata.normalize("NFKC", character)[:1]
    return "\0"  # nothing to see, and no sign


def write_parquet(con: DuckDBPyConnection, folder: Path) -> int:
    """Write all articles of the published file as Parquet into `folder/day=YYYY-MM-DD/`, and return their number.

    The day is that of publication, else of arrival. Days that get rows are replaced as a whole, others in the folder
    stay. All columns but field_sources are written. Errors of the file system are raised as they are.
    """
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


def export_table(con: DuckDBPyConnection, table: str, format: str, out: IO[str], *, raw: bool = False) -> int:
    """Write one published table as CSV where `format` is "csv", else as JSON Lines; return the number of rows.

    Raises BadQuery for an unknown table. `raw` is for CSV: do not protect against formulas (see `write_csv`).
    """
    quoted = table.replace('"', '""')
    result = run_sql(con, f'FROM "{quoted}"')
    return write_csv(result, out, raw=raw) if format == "csv" else write_jsonl(result, out)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One story as an item of a feed: address, summary and authors of its newest full report, key terms, times."""

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
    """Return at most `limit` stories with at least `min_articles` articles from the published file, for a feed.

    The last reported comes first, undated ones last, equal ones by id; empty where there are none.
    """
    return _feed(con, story_ids=None, limit=limit, min_articles=min_articles)


def feed_items_of(con: DuckDBPyConnection, story_ids: Sequence[str]) -> list[FeedItem]:
    """Return the feed items of these stories of the published file `con`, in the order given and as often.

    An id that is gone or was merged into another is left out.
    """
    found = {
        item.story_id: item
        for item in _feed(con, story_ids=list(story_ids), limit=len(story_ids), min_articles=1)
    }
    return [found[story_id] for story_id in story_ids if story_id in found]


def _feed(con: DuckDBPyConnection, **values: object) -> list[FeedItem]:
    return [_item(row) for row in rows_by_name(con, statement("queries", "feed").sql, values)]


def write_rss(items: Iterable[FeedItem], *, title: str, link: str, now: datetime) -> bytes:
    """Return an RSS 2.0 document in UTF-8, its items in their order; without any it has a channel only.

    `now` is UTC and becomes lastBuildDate; `link` is the page of the feed. Characters that XML forbids are left out.
    Descriptions are HTML by the format, so text is escaped once more.
    """
    rss = Xml.Element("rss", {"version": "2.0"})
    channel = Xml.SubElement(rss, "channel")
    _add(channel, "title", title)
    _add(channel, "link", link)
    _add(channel, "description", "One item for each story, however many outlets reported it")
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
    """Return an Atom 1.0 document (RFC 4287) in UTF-8, its items in their order.

    It is dated by the latest update of an item, without any by `now` (UTC); `link` is its page and its id. Characters
    that XML forbids are left out. Items without an address hold their summary as content.
    """
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
    """Return a JSON Feed 1.1 document in UTF-8, its items in their order; `link` is the page of the feed."""
    entries = [
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
        "items": entries,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _item(row: dict[str, Any]) -> FeedItem:
    counted = f"{row['article_count']} report{'s' if row['article_count'] > 1 else ''}"
    outlets = f" by {row['publisher_count']} outlets" if row["publisher_count"] > 1 else ""
    beside = ""
    if row["canonical_title"]:
        outlet = f" ({row['canonical_publisher']})" if row["canonical_publisher"] else ""
        beside = f"; canonical: {row['canonical_title']}{outlet}"
    return FeedItem(
        story_id=row["story_id"],
        title=_clean(row["title"] or "").strip() or "(no headline)",
        url=web_address(row["url"]),
        publisher=row["publisher"],
        language=row["language"],
        summary=f"{row['lead']} [{counted}{outlets}{beside}]".strip(),
        published_at=row["first_published_at"] or row["created_at"],
        updated_at=row["last_published_at"] or row["updated_at"],
        authors=[name for name in row["authors"] if name.strip()],
        key_terms=[term for term in row["key_terms"] if term.strip()],
    )


def _day_schema() -> Any:
    import pyarrow as pa

    return pa.schema([("day", pa.string())])


def _cell(value: object, *, raw: bool) -> object:
    if isinstance(value, list | dict):
        value = _json(value, _plain)
    if isinstance(value, str):
        return value if raw else neutralise(value)
    return _plain(value) if isinstance(value, date) else value


def _json(value: object, plain: Callable[[object], str]) -> str:
    return json.dumps(_jsonable(value, plain), ensure_ascii=False, default=plain)


def _jsonable(value: object, plain: Callable[[object], str]) -> object:
    """Return a value with what JSON does not know put right at any depth: null for NaN and infinities, keys as text."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {
            key if isinstance(key, str | int | float) else plain(key): _jsonable(inner, plain)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_jsonable(inner, plain) for inner in value]
    return value


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
