"""A packed file of records in, a decompressed copy in the spool out, so that several workers can read it at once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from flows.engine.worker import PART_SUFFIX
from flows.intake.discover import FoundFile
from transforms.readers.byte_streams import CHUNK, DECOMPRESSORS, Budget, StopReading, Window, decompress
from transforms.readers.magic_numbers import Packing
from transforms.readers.read_options import ReadOptions
from transforms.readers.sniff import HEAD_BYTES, sniff
from transforms.types import Format

DECOMPRESSED_SUFFIX = ".decompressed"
_FORMATS = (Format.JSONL, Format.CSV)  # web archives are cut as they are, others cannot be split


def decompress_records(
    file: FoundFile, stream: BinaryIO, spool: Path | None, options: ReadOptions, least: int
) -> Path | None:
    """Decompress gzip, zstd, bzip2 or xz with JSONL or CSV in it to a copy in `spool`; return the path of the copy.

    `stream` is the file from its beginning and stays open. None for all else, for less than `least` bytes decompressed,
    and without a spool. Damaged, truncated and unreadable files and decompression bombs give None as well: their reader
    rejects them. An existing copy of the same path, size and time is used. Raises OSError when the copy cannot be
    written.
    """
    packed = Window(stream.read)
    kind = sniff(packed.peek(HEAD_BYTES), file.source_ref)
    if spool is None or not isinstance(kind, Packing) or kind not in DECOMPRESSORS:
        return None
    inner = decompress(packed, kind, Budget(packed.tell, options))
    head = inner.peek(max(HEAD_BYTES, least))
    if len(head) < least or sniff(head[:HEAD_BYTES], file.source_ref) not in _FORMATS:
        return None
    identity = f"{file.source_ref}\n{file.size}\n{file.mtime_ns}"
    path = spool / (
        hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32] + DECOMPRESSED_SUFFIX
    )
    if not path.exists():
        try:
            _write(inner, path)
        except StopReading:
            return None
    return path


def open_decompressed(location: str) -> BinaryIO:
    """Open a copy that `decompress_records` made; the caller closes it. Raises OSError."""
    return Path(location).open("rb")


def _write(inner: Window, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}{PART_SUFFIX}")
    try:
        with part.open("wb") as out:
            while data := inner.read(CHUNK):
                out.write(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
