"""Where the warehouse is when nothing else is set: for commands that only look, which need no other setting."""

from __future__ import annotations

import os
from pathlib import Path

SETTINGS_FILE = "newsfold.toml"
DEFAULT_HOME = Path("newsfold-home")
# environment names with our prefix that are no settings: they steer the tests, or hold a secret of one command
NOT_SETTINGS = frozenset(
    {
        "NEWSFOLD_DATA",
        "NEWSFOLD_DATA_REQUIRED",
        "NEWSFOLD_BROWSER_REQUIRED",
        "NEWSFOLD_KILLS",
        "NEWSFOLD_WEB_TOKEN",
    }
)
_HOME = "NEWSFOLD_HOME"


def plain_home(flag: Path | None) -> Path | None:
    """Return the home without reading other settings, for commands that need no more; None where they have to be read.

    They have to where newsfold.toml exists, or the environment has another NEWSFOLD_* setting or an empty
    NEWSFOLD_HOME. Otherwise the result is that of `load_settings(home=flag)`, in less time.
    """
    ours = {name for name in os.environ if name.upper().startswith("NEWSFOLD_")} - NOT_SETTINGS
    if ours - {_HOME} or Path(SETTINGS_FILE).exists():
        return None
    if flag is not None:
        return flag
    if _HOME not in ours:
        return DEFAULT_HOME
    return Path(os.environ[_HOME]) if os.environ[_HOME] else None
