"""Found files in, work items out: small files together, a big file in parts that different workers can do."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from flows.cuts import cut
from flows.discover import FoundFile, open_file
from flows.parts import Part
from flows.unpacking import unpack_records
from transforms.readers.options import ReadOptions

ITEM_BYTES = (
    8 << 20
)  # one item: some seconds of work, so that redoing one is cheap and handing out costs nothing
RECORDS_SHARE = 4  # clean records take so many times the work of pages for a byte: pages are mostly markup
ITEM_FILES = 64  # pages take about 20 ms each
FEWEST_ITEMS = 16  # with few files, items get smaller before workers stand idle


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """What one task call reads: whole files, or one part of one file."""

    key: str  # names the result file; the same input gives the same key
    cost: int  # bytes
    files: tuple[FoundFile, ...]
    part: Part | None = None


def split(
    files: Iterable[FoundFile],
    *,
    item_bytes: int = ITEM_BYTES,
    spool: Path | None = None,
    options: ReadOptions | None = None,
) -> list[WorkItem]:
    """Cut the work into items of about `item_bytes`; every document of every file is in exactly one.

    JSONL, CSV, Parquet, WARC and WARC.gz (one member a record, as the standard asks) of more than two parts are cut
    between records; so are packed JSONL and CSV, of which an unpacked copy is laid into `spool`, if one is given,
    for the time of the run. Everything else stays whole. A file that cannot be read now becomes an item as it is, and
    its task says why. What comes out depends on the files alone, not on the machine.
    """
    items: list[WorkItem] = []
    small: list[FoundFile] = []
    for file in files:
        parts = _cut(file, item_bytes, spool, options or ReadOptions())
        if len(parts) > 1:
            items += [_item((file,), part.cost or part.end - part.start, part) for part in parts]
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


def _cut(file: FoundFile, item_bytes: int, spool: Path | None, options: ReadOptions) -> list[Part]:
    """Parts of a big file, or none when it is small or of a kind that cannot be cut."""
    record_bytes = max(1, item_bytes // RECORDS_SHARE)
    if file.size <= record_bytes // 2:
        return []
    try:
        with open_file(file) as stream:
            if unpacked := unpack_records(file, stream, spool, options, 2 * record_bytes):
                with unpacked.open("rb") as inner:
                    size = unpacked.stat().st_size
                    parts = cut(inner, file.source_ref, size, item_bytes, record_bytes)
                    return [replace(part, unpacked=str(unpacked)) for part in parts]
            stream.seek(0)
            return cut(stream, file.source_ref, file.size, item_bytes, record_bytes)
    except (OSError, zlib.error):
        return []  # whole, and its task finds the same error and rejects it


def _item(files: tuple[FoundFile, ...], cost: int, part: Part | None = None) -> WorkItem:
    identity = [[file.source_ref, file.size, file.mtime_ns] for file in files]
    place = None if part is None else [part.start, part.end, part.first_record, part.records]
    key = hashlib.sha256(json.dumps([identity, place]).encode()).hexdigest()[:32]
    return WorkItem(key=key, cost=cost, files=files, part=part)
