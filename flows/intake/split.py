"""Found files in, work items out: small files together, a big file in slices that different workers can do."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from flows.intake.decompressed_copies import decompress_records
from flows.intake.discover import FoundFile, open_file
from flows.intake.file_slices import FileSlice
from flows.intake.split_points import split_file
from transforms.readers.read_options import ReadOptions

ITEM_BYTES = (
    8 << 20
)  # one item: some seconds of work, so that redoing one is cheap and handing out costs nothing
RECORDS_SHARE = 4  # clean records take so many times the work of pages for a byte: pages are mostly markup
ITEM_FILES = 64  # pages take about 20 ms each
FEWEST_ITEMS = 16  # with few files, items get smaller before workers stand idle


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """The files that one task call reads: whole files, or one slice of one file."""

    key: str  # names the result file; the same input gives the same key
    cost: int  # bytes
    files: tuple[FoundFile, ...]
    file_slice: FileSlice | None = None


def split(
    files: Iterable[FoundFile],
    *,
    item_bytes: int = ITEM_BYTES,
    spool: Path | None = None,
    options: ReadOptions | None = None,
) -> list[WorkItem]:
    """Divide files into work items of about `item_bytes`; every document of every file is in exactly one item.

    Small files share an item, at most 64 of them. JSONL, CSV, Parquet, WARC and WARC.gz (one member a record, as the
    standard asks) that are larger than two slices (Parquet: one) are cut between records: WARC into slices of
    `item_bytes`, the others of a quarter of that. So are compressed JSONL and CSV, if `spool` is given: a decompressed
    copy is made there, which the caller removes. Every other file stays whole. Slices and big files come first, in the
    order of `files`; no files give no items. A file that cannot be read now becomes an item, and the task that reads it
    rejects it. The result depends on the files and parameters alone, not on the machine.
    """
    items: list[WorkItem] = []
    small: list[FoundFile] = []
    for file in files:
        slices = _cut(file, item_bytes, spool, options or ReadOptions())
        if len(slices) > 1:
            items += [
                _item((file,), file_slice.cost or file_slice.end - file_slice.start, file_slice)
                for file_slice in slices
            ]
        elif file.size >= item_bytes:
            items.append(_item((file,), file.size))
        else:
            small.append(file)
    most = max(1, min(ITEM_FILES, len(small) // FEWEST_ITEMS))
    batch: list[FoundFile] = []
    size = 0
    for file in small:
        if batch and (len(batch) >= most or size + file.size > item_bytes):
            items.append(_item(tuple(batch), size))
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        items.append(_item(tuple(batch), size))
    return items


def _cut(file: FoundFile, item_bytes: int, spool: Path | None, options: ReadOptions) -> list[FileSlice]:
    """Return the slices of a big file, or none when it is small or of a kind that cannot be split."""
    record_bytes = max(1, item_bytes // RECORDS_SHARE)
    if file.size <= record_bytes // 2:
        return []
    try:
        with open_file(file) as stream:
            if decompressed := decompress_records(file, stream, spool, options, 2 * record_bytes):
                with decompressed.open("rb") as inner:
                    size = decompressed.stat().st_size
                    slices = split_file(inner, file.source_ref, size, item_bytes, record_bytes)
                    return [replace(file_slice, decompressed=str(decompressed)) for file_slice in slices]
            stream.seek(0)
            return split_file(stream, file.source_ref, file.size, item_bytes, record_bytes)
    except (OSError, zlib.error):
        return []  # whole, and its task finds the same error and rejects it


def _item(files: tuple[FoundFile, ...], cost: int, file_slice: FileSlice | None = None) -> WorkItem:
    identity = [[file.source_ref, file.size, file.mtime_ns] for file in files]
    place = (
        None
        if file_slice is None
        else [file_slice.start, file_slice.end, file_slice.first_record, file_slice.records]
    )
    key = hashlib.sha256(json.dumps([identity, place]).encode()).hexdigest()[:32]
    return WorkItem(key=key, cost=cost, files=files, file_slice=file_slice)
