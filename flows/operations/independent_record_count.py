"""Count the records of files with other means than the readers', to prove that none was swallowed."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import tarfile
import time
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.readers.safe_xml import as_plain_utf8
from transforms.types import Format
from warehouse.checks import CheckResult

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LARGEST = 64 * 1024 * 1024  # bytes, unpacked: a check looks at usual files whole and passes over larger ones
_ITEM = re.compile(rb"<(?:\w{1,40}:)?(?:item|entry)(?=[\s>/])", re.I)
_NEWS_ITEM = re.compile(rb"<(?:\w{1,40}:)?newsItem(?=[\s>/])", re.I)
_SITEMAP_NEWS = re.compile(rb"<(?:\w{1,40}:)?news(?=[\s>])", re.I)
_CAPTURE = re.compile(rb"^WARC-Type:[ \t]{0,8}(?:response|resource|conversion)\s*$", re.I | re.M)
_NOT_DATA = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.S)
_OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
# what records of interfaces state; an object with two of them is counted
_STATED = frozenset(
    ("title", "headline", "webtitle", "text", "body", "bodytext", "body_text", "content", "contents", "selftext",
     "articlebody", "abstract", "maintext", "name", "description", "url", "link", "date", "published", "id")
)  # fmt: skip
_WORDS = _STATED - {"name", "description", "url", "link", "date", "published", "id"}
# what stands beside records
_BESIDE = frozenset(
    ("included", "includes", "authors", "author", "users", "media", "comments", "errors", "error", "tags",
     "categories", "facets", "sources", "images", "related", "options", "sort", "user", "publisher", "source")
)  # fmt: skip
_DEEPEST = 8
_ENVELOPE = re.compile(rb"^From \S[^\n]{0,200}\d{4}\s*$", re.M)
_ARC_PAGE = re.compile(rb"^https?://\S{1,2000} [\d.]{7,15} \d{14} text/html ", re.M)
_NEXIS = re.compile(rb"^\s{0,60}(?:Document )?\d{1,5} of \d{1,5} DOCUMENTS?\s*$", re.M | re.I)
_FACTIVA = re.compile(rb"^(?:AN\s{1,9})?Document [A-Za-z]{4,12}\d{8}[A-Za-z0-9]{6,20}\s*$", re.M | re.I)
RULE = "Every record of every file that lies as it was read has a disposition, counted on its own."


def count_files(con: DuckDBPyConnection) -> CheckResult:
    """Count the records of stored files again without the readers, and compare with the ledger of documents.

    The result has a row for each file with more records than the ledger has documents of it. Left out are files that
    are gone, damaged or of another size or time than when they were read, objects in buckets, and files over 64 MiB
    decompressed; zip and Parquet files of any size are counted by their tables of contents.
    """
    began = time.perf_counter()
    rows = con.execute(
        "SELECT source_ref, size, mtime_ns, format, documents FROM files ORDER BY source_ref"
    ).fetchall()
    broken = []
    for source_ref, size, mtime_ns, kind, documents in rows:
        path = Path(source_ref)
        try:
            state = path.stat()
            if (state.st_size, state.st_mtime_ns) != (size, mtime_ns):
                continue
            counted = count_records(path, kind)
        except (
            OSError,
            EOFError,
            ValueError,
            zipfile.BadZipFile,
            tarfile.TarError,
            csv.Error,
            lzma.LZMAError,
            zlib.error,
            RuntimeError,  # nested too deep (RecursionError), or packed in a way that is not known
        ):
            continue  # gone, or damaged: the ledger says so of the file as a whole
        if counted is not None and counted > documents:
            broken.append((f"{source_ref}: {counted} records, {documents} documents",))
    return CheckResult(
        name="records_counted", rule=RULE, rows=tuple(broken), seconds=time.perf_counter() - began
    )


def count_records(path: Path, kind: str) -> int | None:
    """Count the records of a local file that was read as `kind`, a value of Format; None over 64 MiB unpacked.

    Counted are files in zip and tar archives, rows of CSV and Parquet, captures of WARC (response, resource,
    conversion), HTML pages of ARC, items of feeds and sitemaps, objects of JSON, documents of mail boxes and of Nexis
    and Factiva texts; any other file is 1. Names ending in .gz, .bz2 and .xz are unpacked; zip and Parquet of any
    size are counted. Raises OSError, EOFError, ValueError, BadZipFile, TarError, csv.Error, LZMAError, zlib.error or
    RecursionError for a file that is damaged or nests too deep.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            return sum(not member.is_dir() for member in packed.infolist())
    if kind == Format.PARQUET:
        import pyarrow.parquet as pq

        return int(pq.ParquetFile(path).metadata.num_rows)
    with _OPENERS.get(path.suffix.lower(), open)(path, "rb") as stream:  # type: ignore[operator]
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        return None
    if data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as packed_tar:
            return sum(member.isfile() for member in packed_tar)
    return _count(data, kind)


def _count(data: bytes, kind: str) -> int:
    if kind == Format.WARC:
        return len(_CAPTURE.findall(data))
    if kind == Format.ARC:
        return len(_ARC_PAGE.findall(data))
    if kind == Format.TEXT:
        return max(1, len(_NEXIS.findall(data)), len(_FACTIVA.findall(data)))
    if kind == Format.EML:
        return max(1, len(_ENVELOPE.findall(data)) if data.startswith(b"From ") else 1)
    if kind == Format.FEED:
        return max(1, len(_ITEM.findall(_NOT_DATA.sub(b"", as_plain_utf8(data)))))
    if kind == Format.NEWSML:
        return max(1, len(_NEWS_ITEM.findall(_NOT_DATA.sub(b"", as_plain_utf8(data)))))
    if kind == Format.SITEMAP:
        return max(1, len(_SITEMAP_NEWS.findall(_NOT_DATA.sub(b"", as_plain_utf8(data)))))
    if kind == Format.CSV:
        return _rows(as_plain_utf8(data).decode("utf-8", "replace"))
    if kind in (Format.JSON, Format.JSONL, Format.JSON_FEED, Format.NINJS):
        return _values(as_plain_utf8(data).decode("utf-8", "replace"))
    return 1


def _rows(text: str) -> int:
    """Count the rows below a header, by Python's csv module."""
    text = text.lstrip("\ufeff")
    if text[:5].lower().lstrip('"').startswith("sep="):  # a spreadsheet's word on its separator
        text = text.partition("\n")[2]
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    return max(1, len(rows) - 1)


def _values(text: str) -> int:
    """Count records of JSON: values a line, or else the objects of all lists of worded objects within the one value."""
    try:
        return max(1, _listed(json.loads(text), _DEEPEST))
    except ValueError:
        return max(1, sum(line.strip() not in ("", "[", "]") for line in text.splitlines()))


def _listed(value: object, depth: int) -> int:
    """Count the objects in lists of objects that have words, down to the first of them."""
    if isinstance(value, list):
        if any(_is_worded(one, depth=2) for one in value):
            return sum(isinstance(one, dict) for one in value)
        return sum(_listed(one, depth - 1) for one in value) if depth else 0
    if not isinstance(value, dict) or not depth or _is_worded(value, depth=0):
        return 0
    if len(value) > 1 and all(_is_worded(one, depth=1) for one in value.values()):
        return len(value)  # under their ids
    return sum(_listed(inner, depth - 1) for name, inner in value.items() if name.lower() not in _BESIDE)


def _is_worded(value: object, *, depth: int) -> bool:
    """Return whether an object states a headline and a text, itself or in an object inside it."""
    if not isinstance(value, dict):
        return False
    names = {name.lower() for name, inner in value.items() if inner}
    return (bool(names & _WORDS) and len(names & _STATED) > 1) or (
        depth > 0 and any(_is_worded(one, depth=depth - 1) for one in value.values())
    )
