"""`prefect run`: a command that Prefect 2 had and Prefect 3 has not, added where newsfold is installed.

Prefect loads this module through the entry-point group `prefect.plugins` when plugins are enabled, which this
project's pyproject.toml does for its checkout. Prefect has no public door for commands, so this one goes through a
private object: whatever is not as expected leaves Prefect untouched, and the message names `newsfold ingest`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

PREFECT_PLUGIN_API_REQUIRES = ">=0.1,<1"  # read by Prefect
COMMAND = "run"
_TARGET = "flows.prefect_command:run"
_HELP = "Run a newsfold flow here and now: `prefect run`, `prefect run ingest PATH`."


def add_command(arguments: list[str]) -> bool:
    """Add `run` to Prefect's command line when `arguments` (as in sys.argv) are that command line's.

    Returns whether it was added now: False where it is there already, for any other program, which is left as it is,
    and where this version of Prefect does not allow it; a call of `run` then prints so on stderr. Never raises.
    """
    if not _is_prefect_command(arguments[0] if arguments else ""):
        return False
    try:
        app = import_module("prefect.cli._app")._app
        known = set(app)
        if COMMAND not in known:
            app.command(_TARGET, name=COMMAND, help=_HELP)
    except Exception:  # noqa: BLE001 - Prefect's insides changed: it stays as it is, and only `run` says so
        if COMMAND in arguments[1:2]:
            print(
                "newsfold: this version of Prefect does not take a `run` command; use `newsfold ingest` instead",
                file=sys.stderr,
            )
        return False
    return COMMAND not in known


def _is_prefect_command(program: str) -> bool:
    # `-m`: Python is still finding the module, so this is `python -m prefect`, unless it is another module that
    # imports Prefect, where a command more on an unused command line does no harm
    path = Path(program)
    return program == "-m" or path.stem == "prefect" or path.parts[-2:] == ("prefect", "__main__.py")


add_command(sys.argv)
