"""A list of files, as web archives publish it (`warc.paths.gz`), in; the places that it names out."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from flows.intake.discover import reject, show
from transforms.types import Reason, Rejection
from warehouse.object_store import Address, Place, StoreError, file_system, is_address

SUFFIXES = (".paths", ".paths.gz")
# A line longer than this is no path: keys of buckets have at most 1,024 bytes.
_LINE_BYTES = 4096


def is_paths_file(place: Place) -> bool:
    """Return whether a place is a list of files, by its name: it ends in `.paths` or `.paths.gz`; opens nothing."""
    name = place.name if isinstance(place, Path) else place.path
    return name.endswith(SUFFIXES)


def read_paths_file(place: Place) -> Iterator[Place | Rejection]:
    """Yield the place that each line names, in their order, whether or not it is there; empty lines are left out.

    Paths begin at the root of the bucket; those of a local list at the nearest folder above it that has the first
    path, else at its own. A line with a scheme, `..`, a NUL, or 4,096 bytes and more, is rejected whole
    (UNSAFE_PATH), named by its number from 1. Raises, while it is iterated, OSError for a list that is damaged or
    cannot be read, StoreError for a bucket that refuses it.
    """
    root: Place | None = None
    for number, line in enumerate(_lines(place), 1):
        text = line.decode("utf-8", "surrogateescape").strip()
        if why := _why_none(line, text):
            yield reject(f"{show(str(place))}#{number}", Reason.UNSAFE_PATH, why)
        elif text:
            root = root or _root(place, text)
            yield root / text.lstrip("/") if isinstance(root, Path) else root.join(text.lstrip("/"))


def _why_none(line: bytes, text: str) -> str:
    if len(line) >= _LINE_BYTES:
        return f"a line of {_LINE_BYTES:,} bytes or more, which is no path"
    if is_address(text) or "\0" in text or ".." in PurePosixPath(text).parts:
        return "no path below the root of its list"
    return ""


def _root(place: Place, first: str) -> Place:
    if isinstance(place, Address):
        return Address(place.scheme, place.bucket)
    above = list(place.absolute().parents)
    return next((folder for folder in above if os.path.exists(folder / first.lstrip("/"))), above[0])  # noqa: PTH110 - a name too long is not there


def _lines(place: Place) -> Iterator[bytes]:
    """Yield each line, of one that is too long only the beginning."""
    is_packed = str(place).endswith(".gz")
    with _open(place) as stream:
        lines: BinaryIO = io.BufferedReader(gzip.GzipFile(fileobj=stream)) if is_packed else stream
        try:
            while line := lines.readline(_LINE_BYTES):
                yield line
                while len(line) == _LINE_BYTES and not line.endswith(b"\n"):
                    line = lines.readline(_LINE_BYTES)  # the rest of it
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise OSError(f"a damaged list: {error}") from error


def _open(place: Place) -> BinaryIO:
    if isinstance(place, Path):
        return place.open("rb")
    fs, path = file_system(place)
    try:
        return io.BufferedReader(fs.open_input_stream(path))
    except OSError as error:
        raise StoreError(place, error) from error
