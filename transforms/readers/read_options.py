"""Limits and choices of reading: what a caller may set, each with what it trades."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from transforms.types import Format

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """Options of reading: the field map, the part of a file to read, and the limits above which it is refused.

    `field_map` maps our field to the name in the records; `on_record(reference, found, names)` is called for each
    record with {our field: (its name there, value)} and all of its names. `first_record` and `max_records` select
    records by number, from 1. Limits are in bytes but for `max_depth` (compressions and archives around a document),
    `max_expansion` (decompressed bytes a packed one) and `max_pages` (of a PDF); the defaults keep one reader well
    under 1 GiB of memory.
    """

    # our field -> their field (dots go one level down), e.g. {"text": "body_html"}; wins over names found by themselves
    field_map: Mapping[str, str] = field(default_factory=dict)
    # receives, for each record, its reference, the name and the value found for each field of ours, and all its names
    on_record: Callable[[str, Mapping[str, tuple[str, object]], Sequence[str]], None] | None = None
    # number of the stream's first record, where the stream is a later part of a file
    first_record: int = 1
    # how many records of a Parquet file to read from there, for a part of one; None reads to the end
    max_records: int | None = None
    # what the stream is, where whoever cut the file knows: a part may begin with what looks like something else
    known_format: Format | None = None
    # one document, decompressed. Real articles end near 5 MiB even with inlined images; parsing costs about
    # eight times the bytes, so 50 MiB is what a worker of 1 GiB can still hold.
    max_document_bytes: int = 50 * MIB
    # one JSON record: parsed, its values take up to twenty times its bytes. Articles end near 1 MiB.
    max_record_bytes: int = 16 * MIB
    # a member that must be held whole to be read at all (a zip inside a tar): memory against completeness
    max_buffered_bytes: int = 128 * MIB
    # packings around a document: .tar.gz inside a .zip is 3. Honest deliveries stop there; each level costs a buffer.
    max_depth: int = 4
    # decompressed bytes for each packed byte of the outermost file, all levels together. Text reaches 5-20, very
    # repetitive JSON about 100, and a deflate bomb 1,000 for every level.
    max_expansion: int = 200
    # below this much decompressed no ratio counts: a small bomb is harmless, and small files are often repetitive
    expansion_floor: int = 32 * MIB
    # all decompressed bytes of one file: a day of work for a disk, never reached by an honest file of a few GB
    max_decompressed_bytes: int = 256 * 1024 * MIB
    # a zip's table of contents is held in memory whole, at up to ten times its size: 24 MiB is 250,000 members
    max_directory_bytes: int = 24 * MIB
    # pages of one PDF: a newspaper has 100; extraction takes .01-.1 s a page
    max_pages: int = 500
