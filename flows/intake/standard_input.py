"""Standard input in, a file that a run can read out: what is piped in cannot be read twice, and reading needs that."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from flows.intake.discover import FoundFile
from warehouse.object_store import Place

STANDARD_INPUT = Path("-")
_FOLDER = "standard-input"
_CHUNK = 1 << 20


@contextmanager
def standard_input_kept(paths: Sequence[Place], spool: Path, stream: BinaryIO) -> Iterator[list[Place]]:
    """Yield the paths with every `-` replaced by a copy of the stream in `spool`, which is removed after the block.

    The copy is named after the SHA-256 of its bytes, so that the same input again is known. Without `-` the stream is
    not read, and the paths are those given. Raises OSError where the copy cannot be written.
    """
    if STANDARD_INPUT not in paths:
        yield list(paths)
        return
    folder = spool / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{os.getpid()}.part"
    kept = part
    try:
        digest = hashlib.sha256()
        with part.open("wb") as out:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                out.write(chunk)
        kept = part.replace(folder / digest.hexdigest())
        yield [kept if path == STANDARD_INPUT else path for path in paths]
    finally:
        kept.unlink(missing_ok=True)


def name_standard_input(file: FoundFile, spool: Path) -> FoundFile:
    """Name a copy of standard input by its content, so that the same bytes piped in again are known.

    Its source_ref becomes `stdin:` and 16 digits of its SHA-256, its time 0. A file outside the folder of such copies
    in `spool` is returned as it is.
    """
    if file.is_object or file.path.parent != (spool / _FOLDER).absolute():
        return file
    return replace(file, source_ref=f"stdin:{file.path.name[:16]}", mtime_ns=0)
