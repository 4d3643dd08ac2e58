"""What tests of the readers share: all that some bytes give, and the memory that it takes."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable

from transforms.readers import ReadOptions, read
from transforms.readers.documents import Item
from transforms.types import RawDocument, Rejection

MIB = 1 << 20


def read_all(data: bytes, options: ReadOptions | None = None) -> list[Item]:
    """Read the bytes of one file."""
    return list(read(io.BytesIO(data), "in/file", options))


def only_rejection(data: bytes, options: ReadOptions | None = None) -> Rejection:
    """Read bytes that give one rejection and nothing else."""
    [found] = read_all(data, options)
    assert isinstance(found, Rejection), found
    return found


def kinds(found: list[Item]) -> list[str]:
    """Show what came: `+` for a document, else the reason."""
    return ["+" if isinstance(item, RawDocument) else item.reason.value for item in found]


def peak_of(action: Callable[[], object]) -> int:
    """Return the bytes of memory that an action takes at most."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
