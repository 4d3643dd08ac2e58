"""The folder of what newsfold keeps for a user between runs, and can make again: a name in, a path out."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder(name: str) -> Path:
    """Return the folder `newsfold/NAME` below XDG_CACHE_HOME where that is absolute, else below ~/.cache.

    It need not exist, and may be deleted at any time. Raises RuntimeError where there is no home.
    """
    stated = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(stated) if Path(stated).is_absolute() else Path("~/.cache").expanduser()
    return base / "newsfold" / name
