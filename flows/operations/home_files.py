"""Small files of a home beside its databases: replaced in one step, changed by one process at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.connection import FOREIGN_PREFIX


def replace_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace a file by one with this content in one step: readers see the old content or the new one, never a part.

    The content is on disk before the name changes. `mode` is the permission of the new file; by default only its owner
    may read it. The folder must exist. Only one process at a time may replace a file (see `locked`). Raises OSError.
    """
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)  # what a kill left, whatever its mode
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)


# First parts of the names that newsfold gives in a home; a test holds this to what a busy home has.
_OURS = (
    "working.",
    "news.duckdb",
    "manifest.json",
    "published",
    "spool",
    "watches",
    "scrub.owed",
    "iceberg-catalog.db",
    "attempts.jsonl",
)
_OURS_TOO = ("pending-decisions.", FOREIGN_PREFIX)


def files_of_others(home: Path) -> list[Path]:
    """Return the files of a home, in folders too, that newsfold did not make (exports, notes), sorted by path.

    A file counts as newsfold's if the first part of its path in the home begins as one of its names does.
    """
    return [
        path
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.relative_to(home).parts[0].startswith((*_OURS, *_OURS_TOO))
    ]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive `flock` on a lock file for the block, waiting without limit for its holder; does not nest.

    The file is made where it is missing, with its folder (mode 0700), and stays. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
