"""Which files were read before as they are, under which map and by which cleaner; the others are to be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.intake.discover import FoundFile, identity_of, refuse
from transforms.cleaning import CLEANER_VERSION
from transforms.readers import READERS_VERSION
from transforms.types import Disposition, Format, Reason, Rejection
from warehouse.batch_schemas import file_schema, to_batch
from warehouse.load import files_by_hash, known_files

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Formats that a map of field names makes no difference to.
_UNMAPPED = frozenset(
    (Format.HTML, Format.MHTML, Format.TEXT, Format.MARKDOWN, Format.FEED, Format.WARC, Format.EML, Format.NEWSML,
     Format.NITF, Format.PDF)
)  # fmt: skip
# Requests for the etags of objects in flight: a round trip of 30 ms becomes 500 objects a second.
REQUESTS_AT_ONCE = 16
_CONTAINERS = frozenset((".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a run reads files: field map as JSON text (empty for none), and versions of readers and cleaner."""

    field_map: str
    read_by: str

    def is_map_new(self, source_ref: str, row: Mapping[str, Any]) -> bool:
        """Return whether a known file has to be read again, since this run has another field map than it was read with.

        `row` has its format and field_map; a field_map of None counts as another. False where this run has no map, and
        for formats in which a map changes nothing, unless compressed.
        """
        return bool(self.field_map) and self._is_mapped_otherwise(source_ref, row)

    def is_other(self, source_ref: str, row: Mapping[str, Any]) -> bool:
        """Return whether a known file was read by other versions of readers or cleaner, or under another field map.

        `row` is of `known_files`. That this run has no map, where the file was read with one, counts as another; for
        formats in which a map changes nothing, unless compressed, maps are not compared.
        """
        return row["read_by"] != self.read_by or self._is_mapped_otherwise(source_ref, row)

    def _is_mapped_otherwise(self, source_ref: str, row: Mapping[str, Any]) -> bool:
        can_matter = row["format"] not in _UNMAPPED or Path(source_ref).suffix.lower() in _CONTAINERS
        return can_matter and (row["field_map"] or "") != self.field_map


def reading_of(field_map: Mapping[str, str]) -> Reading:
    """Return how this version of newsfold reads files under a field map (our field → theirs; empty for none)."""
    return Reading(
        field_map=json.dumps(dict(field_map), sort_keys=True, ensure_ascii=False) if field_map else "",
        read_by=f"readers {READERS_VERSION}, cleaner {CLEANER_VERSION}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """The result of `compare`: files to read, with their hashes, rejections of the others, and what was left alone."""

    files: tuple[FoundFile, ...]
    hashes: Mapping[str, str]  # source_ref → sha256, of an object its etag
    refused: tuple[Rejection, ...]
    unchanged: int  # documents in files that are as they were
    read_otherwise: tuple[str, ...] = ()  # files left alone though read under another map or cleaner


def compare(
    con: DuckDBPyConnection, files: Sequence[FoundFile], refused: Sequence[Rejection], reading: Reading
) -> Fresh:
    """Split found files into those to read and those that were read before, by the table `files`; writes nothing.

    A file is known if it was read under its source_ref with this size and time, or else with these bytes (SHA-256, or
    an object's etag: only such files are opened). Known files are left alone, also those that another cleaner read,
    which `read_otherwise` lists; but records that were read under another field map than this run's are read again. Of
    files with the same bytes, the one known before or else the first by source_ref counts, and the others are rejected
    as duplicates; one that cannot be read is rejected too. `refused` comes first among the rejections.
    """
    by_ref = {file.source_ref: file for file in files}
    seen: list[dict[str, object]] = [
        {"source_ref": file.source_ref, "size": file.size, "mtime_ns": file.mtime_ns, "sha256": None}
        for file in files
    ]
    known = {row["source_ref"]: row for row in known_files(con, to_batch(seen, file_schema())).to_pylist()}
    hashes: dict[str, str] = {}
    rejections = list(refused)
    for file, identity in _identities([file for ref, file in by_ref.items() if ref not in known]):
        if isinstance(identity, str):
            hashes[file.source_ref] = identity
        else:
            rejections.append(refuse(file.source_ref, identity, file.size))
    hashed = [row | {"sha256": hashes[str(row["source_ref"])]} for row in seen if row["source_ref"] in hashes]
    for row in known_files(con, to_batch(hashed, file_schema())).to_pylist():
        known[row["source_ref"]] = row
        del hashes[row["source_ref"]]
    for source_ref in [ref for ref, row in known.items() if reading.is_map_new(ref, row)]:
        hashes[source_ref] = known.pop(source_ref)["sha256"]
    twins = _twins(con, hashes)
    rejections += [
        _duplicate(by_ref[source_ref], hashes[source_ref], twin) for source_ref, twin in twins.items()
    ]
    return Fresh(
        files=tuple(by_ref[source_ref] for source_ref in hashes if source_ref not in twins),
        hashes=hashes,
        refused=tuple(rejections),
        unchanged=sum(row["documents"] for row in known.values()),
        read_otherwise=tuple(sorted(ref for ref, row in known.items() if reading.is_other(ref, row))),
    )


def _identities(files: Sequence[FoundFile]) -> Iterator[tuple[FoundFile, str | OSError]]:
    """Tell files by their bytes; objects are asked for side by side, since each costs a round trip and no work."""
    local = [file for file in files if not file.is_object]
    yield from zip(local, map(_identity, local), strict=True)
    if objects := [file for file in files if file.is_object]:
        with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
            yield from zip(objects, pool.map(_identity, objects), strict=True)


def _identity(file: FoundFile) -> str | OSError:
    try:
        return identity_of(file)
    except OSError as error:
        return error


def _twins(con: DuckDBPyConnection, hashes: Mapping[str, str]) -> dict[str, str]:
    """Return files whose bytes are those of a file known before, or of one earlier in this run, with that file."""
    first: dict[str, str] = files_by_hash(con, sorted(set(hashes.values())))
    twins: dict[str, str] = {}
    for source_ref in sorted(hashes):
        other = first.setdefault(hashes[source_ref], source_ref)
        if other != source_ref:
            twins[source_ref] = other
    return twins


def _duplicate(file: FoundFile, identity: str, twin: str) -> Rejection:
    return Rejection(
        source_ref=file.source_ref,
        format=Format.UNKNOWN,
        reason=Reason.SAME_BYTES,
        detail=f"same bytes as {twin}",
        sha256="" if file.is_object else identity,
        size=file.size,
        disposition=Disposition.DUPLICATE_FILE,
    )
