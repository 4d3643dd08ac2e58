"""What `prefect run` does: the same as `newsfold`, always as a Prefect flow."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Annotated

import cyclopts

from flows.cli import main

FLOWS = ("ingest", "maintain")
SEEDS = Path("seeds/inbox")  # what a fresh checkout has to show


def run(*arguments: Annotated[str, cyclopts.Parameter(allow_leading_hyphen=True, show=False)]) -> None:
    """Run a newsfold flow in this process and report it to Prefect.

    prefect run                  fold the inbox; in a fresh checkout without one, the seeds
    prefect run ingest PATH...   fold files, folders or patterns
    prefect run maintain         check, repair and compact the warehouse

    What follows the flow's name goes to `newsfold` as it is: see `newsfold ingest --help`.
    """
    if arguments[:1] in (("--help",), ("-h",)):
        print(inspect.cleandoc(run.__doc__ or ""))
        return
    main(newsfold_arguments(arguments))


def newsfold_arguments(arguments: tuple[str, ...]) -> list[str]:
    """Turn the words after `prefect run` into those after `newsfold`: the flow, `--prefect always`, then the rest.

    Without a flow's name the flow is ingest; without any words, and without an inbox, it reads the seeds of a checkout
    and prints so on stderr. Exits with code 2 for an unknown flow.
    """
    has_name = bool(arguments) and not arguments[0].startswith("-")
    name, *rest = arguments if has_name else ("ingest", *arguments)
    if name not in FLOWS:
        print(
            f"newsfold: no flow named {name!r}; try `prefect run ingest PATH` (flows: {', '.join(FLOWS)})",
            file=sys.stderr,
        )
        raise SystemExit(2)
    if name == "ingest" and not arguments[1:] and SEEDS.is_dir() and not _has_inbox():
        print(f"newsfold: no inbox yet, so these are the stories of {SEEDS}", file=sys.stderr)
        rest = [str(SEEDS)]
    return [name, "--prefect", "always", *rest]


def _has_inbox() -> bool:
    from flows.settings.settings import SettingsError, load_settings

    try:
        inbox = load_settings().inbox
    except SettingsError:
        return True  # the command itself says what is wrong with the settings
    return not isinstance(inbox, Path) or inbox.exists()
