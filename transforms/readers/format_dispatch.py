"""Bytes in, documents and rejections out: find out what a stream is, and hand it to the reader of its kind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import BinaryIO

from transforms.readers.archives import read_members
from transforms.readers.byte_streams import CHUNK, Budget, StopReading, Window, decompress, one_line
from transforms.readers.documents import Items, Source, reject, reject_for, skip
from transforms.readers.magic_numbers import Binary, Packing
from transforms.readers.read_options import ReadOptions
from transforms.readers.sniff import HEAD_BYTES, sniff
from transforms.types import Disposition, Format, RawDocument, Reason, Rejection

# where the reader of each kind lives: imported when the first of its kind comes, since some bring heavy libraries
_READERS = {
    Format.HTML: ("html_and_text", "read_page"),
    Format.TEXT: ("html_and_text", "read_text"),
    Format.MARKDOWN: ("html_and_text", "read_markdown"),
    Format.JSON: ("json_records", "read_json"),
    Format.JSONL: ("json_records", "read_lines"),
    Format.FEED: ("feeds", "read_feed"),
    Format.SITEMAP: ("sitemaps", "read_sitemap"),
    Format.WARC: ("warc", "read_warc"),
    Format.ARC: ("arc", "read_arc"),
    Format.CSV: ("csv_and_parquet", "read_csv"),
    Format.PARQUET: ("csv_and_parquet", "read_parquet"),
    Format.EML: ("mail", "read_mail"),
    Format.MHTML: ("mail", "read_saved_page"),
    Format.NEWSML: ("newsml", "read_newsml"),
    Format.NITF: ("nitf", "read_nitf"),
    Format.PDF: ("pdf", "read_pdf"),
}
_RECORD_NAMES = tuple(
    name + packed
    for name in (
        ".json",
        ".json5",
        ".jsonc",
        ".json-seq",
        ".js",
        ".py",
        ".yaml",
        ".yml",
        ".toml",
        ".jsonl",
        ".ndjson",
        ".jsonlines",
        ".jl",
        ".csv",
        ".tsv",
        ".psv",
        ".parquet",
        ".rss",
        ".atom",
    )
    for packed in ("", ".gz", ".zst", ".bz2", ".xz")
)
# Names of texts that are written for programs or by them: no news, whatever sentences they hold.
_PROGRAM_NAMES = (  # none that is a language's tag too, as in "4711.cs" or "4711.pl"
    ".sql", ".tex", ".bib", ".css", ".scss", ".tsx", ".jsx", ".cpp", ".hpp", ".java", ".php", ".rb", ".swift",
    ".scala", ".bash", ".zsh", ".bat", ".ps1", ".ini", ".cfg", ".conf", ".properties", ".env", ".lock", ".log",
    ".ics", ".vcf", ".diff", ".patch", ".pem", ".crt", ".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz", ".srt", ".vtt",
)  # fmt: skip
_SIDE_FILES = {Binary.IMAGE, Binary.FONT, Binary.MEDIA}


def read(stream: BinaryIO, source_ref: str, options: ReadOptions | None = None) -> Items:
    """Yield every document of one file, and a rejection for each that cannot be read, in stored order.

    `stream` is a seekable binary file, read from its beginning while the result is consumed; the caller closes it.
    Bad input never raises (only MemoryError passes): it yields a `Rejection`, and reading goes on where it can. An
    empty file is one rejection, `empty`; one without anything like an article is one that is skipped. Records that
    are whole before a truncation come first, then one rejection says `truncated`; a lone page, text or mail that ends
    too early is read as far as it goes, unless its packing shows the loss. `options` (None: the
    defaults) bound the memory.
    """
    chosen = options if options is not None else ReadOptions()
    try:
        stream.seek(0)
    except (OSError, ValueError) as error:
        yield reject(source_ref, Format.UNKNOWN, Reason.UNREADABLE, f"cannot be read: {error}")
        return
    window = Window(stream.read)
    source = Source(
        window=window,
        ref=source_ref,
        depth=0,
        options=chosen,
        budget=Budget(window.tell, chosen),
        opened=stream,
    )
    yield from _read_source(source)


def _read_source(source: Source) -> Items:
    """Read one level, and turn whatever stops it into a rejection."""
    kind: Format | Packing | Binary = Format.UNKNOWN
    try:
        head = source.window.peek(HEAD_BYTES)
        if not head:
            source.window.read(1)  # raises what kept the head from being read, if anything did
            yield reject(source.ref, Format.UNKNOWN, Reason.EMPTY, "the file is empty")
            return
        kind = source.options.known_format or sniff(head, source.name)
        is_silent = True
        for item in _read_kind(kind, source):
            is_silent = False
            yield item
        if is_silent and source.options.first_record == 1:
            detail = "nothing in it that could be an article"
            yield reject(source.ref, _form(kind), Reason.EMPTY, detail, disposition=Disposition.SKIPPED)
    except StopReading as stop:
        yield reject_for(source.ref, _form(kind), stop)
    except MemoryError:
        raise  # the process is at its end: whoever watches it says so
    except Exception as error:  # noqa: BLE001
        # Readers stand on libraries that raise anything on hostile bytes. This is the one boundary where such a
        # document is given up alone; the type of the error is named so that a bug of ours is found again.
        detail = one_line(f"{type(error).__name__}: {error}")
        reason = Reason.UNREADABLE if isinstance(error, OSError) else Reason.BAD_RECORD
        yield reject(source.ref, _form(kind), reason, detail)


def _form(kind: Format | Packing | Binary) -> Format:
    if isinstance(kind, Packing):
        return Format.ARCHIVE
    return kind if isinstance(kind, Format) else Format.UNKNOWN


def _read_kind(kind: Format | Packing | Binary, source: Source) -> Items:
    if isinstance(kind, Binary):
        yield _refuse_binary(kind, source)
    elif isinstance(kind, Packing):
        if source.depth >= source.options.max_depth:
            raise StopReading(
                Reason.ARCHIVE_TOO_DEEP, f"more than {source.options.max_depth} packings around it"
            )
        if kind in (Packing.ZIP, Packing.TAR):
            yield from _read_archive(source, kind)
        else:
            inner = decompress(source.window, kind, source.budget)
            yield from _read_source(_inside(source, source.ref, inner))
    else:
        yield from _read_format(kind, source)


def _inside(source: Source, ref: str, window: Window) -> Source:
    return Source(
        window=window, ref=ref, depth=source.depth + 1, options=source.options, budget=source.budget
    )


def read_inside(source: Source, ref: str, window: Window) -> Items:
    """Yield what a file inside another holds, whole and under `ref`, as `read` does; its packing counts as deeper."""
    options = replace(source.options, first_record=1, max_records=None, known_format=None)
    yield from _read_source(replace(_inside(source, ref, window), options=options))


def _read_archive(source: Source, packing: Packing) -> Items:
    count = 0
    last: RawDocument | Rejection | None = None
    members = read_members(source, packing)
    while True:
        try:
            member = next(members, None)
        except StopReading as stop:
            if (
                stop.reason is Reason.TRUNCATED
                and isinstance(last, Rejection)
                and last.reason is Reason.TRUNCATED
            ):
                return  # the member that was cut has said so
            raise
        if member is None:
            break
        count += 1
        ref = f"{source.ref}!{member.name}"
        if member.window is not None and _is_index(source.name, member.name):
            last = skip(ref, Format.UNKNOWN, "a list of what the web archive holds")
            yield last
        elif member.stop is not None:
            last = reject_for(ref, Format.UNKNOWN, member.stop)
            yield last
        elif member.window is not None:
            for last in _read_source(_inside(source, ref, member.window)):
                yield last
        if source.budget.is_spent:
            return  # the bomb was reported by the member that went off
    if not count:
        yield reject(source.ref, Format.ARCHIVE, Reason.EMPTY, "an archive without files")


def _is_index(archive: str, member: str) -> bool:
    """Recognise what a WACZ archive holds beside its WARC files: indexes, lists of pages, a description."""
    return archive.lower().endswith(".wacz") and member.startswith(("pages/", "indexes/", "datapackage"))


def _refuse_binary(kind: Binary, source: Source) -> Rejection:
    """Reject binary data under its hash; in an archive, images and fonts are only what pages bring along."""
    hasher, size = hashlib.sha256(), 0
    while size <= source.options.max_document_bytes and (part := source.window.read(CHUNK)):
        hasher.update(part)
        size += len(part)
    if source.depth and kind in _SIDE_FILES:
        made = skip(source.ref, Format.UNKNOWN, f"{kind} beside the pages")
    else:
        reason = Reason.UNKNOWN_FORMAT if kind is Binary.OFFICE else Reason.BINARY
        made = reject(source.ref, Format.UNKNOWN, reason, f"{kind}, not text")
    is_whole = size <= source.options.max_document_bytes
    return replace(made, sha256=hasher.hexdigest(), size=size) if is_whole else made


def _read_format(kind: Format, source: Source) -> Items:
    """Hand the source to its reader; a text named as a file of records, or a program, is no article."""
    if kind in (Format.TEXT, Format.MARKDOWN) and source.name.lower().endswith(_PROGRAM_NAMES):
        raise StopReading(
            Reason.UNKNOWN_FORMAT, "its name says that it is source code, settings, a log or a calendar"
        )
    if kind in (Format.TEXT, Format.MARKDOWN, Format.HTML) and source.name.lower().endswith(_RECORD_NAMES):
        raise StopReading(Reason.BAD_RECORD, "its name promises records, and none can be read in it")
    place = _READERS.get(kind)
    if place is None:
        raise StopReading(Reason.UNKNOWN_FORMAT, "not a format that is read")
    module, function = place
    reader: Callable[[Source], Items] = getattr(import_module(f"transforms.readers.{module}"), function)
    return reader(source)
