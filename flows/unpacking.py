"""A packed file of records in, an unpacked copy in the spool out, so that several workers can read it at once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from flows.discover import FoundFile
from flows.worker import PART_SUFFIX
from transforms.readers.options import ReadOptions
from transforms.readers.sniff import HEAD_BYTES, Packing, sniff
from transforms.readers.streams import CHUNK, UNPACKERS, Budget, Refusal, Window, unpack
from transforms.types import Format

UNPACKED_SUFFIX = ".unpacked"
_FORMATS = (Format.JSONL, Format.CSV)  # web archives are cut as they are, others cannot be cut


def unpack_records(
    file: FoundFile, stream: BinaryIO, spool: Path | None, options: ReadOptions, least: int
) -> Path | None:
    """Unpack gzip, zstd, bzip2 or xz with JSONL or CSV in it; None for all else, and for what is below `least` bytes.

    Damaged, truncated and bomb-like files give None as well: their reader says what is wrong with them. A copy that
    is there already is taken. Raises OSError when a file cannot be read or written.
    """
    packed = Window(stream.read)
    kind = sniff(packed.peek(HEAD_BYTES), file.source_ref)
    if spool is None or not isinstance(kind, Packing) or kind not in UNPACKERS:
        return None
    inner = unpack(packed, kind, Budget(packed.tell, options))
    head = inner.peek(max(HEAD_BYTES, least))
    if len(head) < least or sniff(head[:HEAD_BYTES], file.source_ref) not in _FORMATS:
        return None
    identity = f"{file.source_ref}\n{file.size}\n{file.mtime_ns}"
    path = spool / (
        hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32] + UNPACKED_SUFFIX
    )
    if not path.exists():
        try:
            _write(inner, path)
        except Refusal:
            return None
    return path


def open_unpacked(location: str) -> BinaryIO:
    """Open a copy that `unpack_records` made; the caller closes it. Raises OSError."""
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
