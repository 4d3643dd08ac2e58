"""Permissions of what is made in a home: for those who may enter its folder, and nobody else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_ONLY = 0o700  # texts of other people: who else may read them is for the owner to say, with chmod


@contextmanager
def as_open_as(home: Path) -> Iterator[None]:
    """Set the umask for the block so that files made in it are as open as the home's folder, and no more.

    A home that does not exist counts as its owner's alone. The umask is the whole process's, other threads included; it
    is put back at the end. So where only the owner may enter, no file can be read by others, wherever it is moved.
    """
    mode = stat.S_IMODE(home.stat().st_mode) if home.exists() else OWNER_ONLY
    before = os.umask(0o777 & ~mode)
    try:
        yield
    finally:
        os.umask(before)
