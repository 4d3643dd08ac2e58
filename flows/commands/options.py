"""What commands share: options of one meaning, and the way from an error to one line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.overruling import Overruled
    from flows.settings import Settings

WRONG_USAGE = 2
BUSY = 3
DAMAGED = 4

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with the warehouse.  [default: ./newsfold-home, or NEWSFOLD_HOME]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
why_option = click.option("--why", metavar="WORDS", help="The reason, kept with the decision.")
by_option = click.option("--by", metavar="NAME", help="Who decides.  [default: the login name]")


def settings_from(**flags: object) -> Settings:
    """Return the effective settings; a mistake in them is wrong usage."""
    from flows.settings import SettingsError, load_settings

    try:
        return load_settings(**flags)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


@contextmanager
def told_errors() -> Iterator[None]:
    """Turn every failure a person can act on into one line on stderr and the exit code that stands for it."""
    try:
        yield
    except Exception as error:  # the kinds are told apart below; a mistake of ours goes on as it is
        told = _told(error)
        if told is None:
            raise
        _end(*told)


def _told(error: Exception) -> tuple[str, int] | None:
    """Return the line and the exit code for an error; the kinds are imported here, when there is one."""
    from flows.discover import DiscoverError
    from flows.engine import EngineError
    from flows.refusals import RefusedError
    from warehouse.errors import Busy, Damaged, WarehouseError

    match error:
        case DiscoverError():
            return str(error), WRONG_USAGE
        case Busy():
            return f"{error}; try again later, or raise wait_seconds", BUSY
        case Damaged():
            return f"{error}; {error.remedy}", DAMAGED
        case EngineError():
            from flows.mishaps import explain

            told = explain(error)
            return f"{told.happened}; {told.advice}", WRONG_USAGE
        case WarehouseError() | RefusedError():
            return str(error), WRONG_USAGE
    return None


def _end(message: str, code: int) -> None:
    click.echo(f"newsfold: {message}", err=True)
    sys.exit(code)


@contextmanager
def published(home: Path | None) -> Iterator[DuckDBPyConnection]:
    """Open the published file of a home for the block, read-only."""
    from flows.home import plain_home
    from warehouse.connection import engine_errors, open_published
    from warehouse.errors import REPUBLISH

    con = open_published(plain_home(home) or settings_from(home=home).home)
    try:
        with engine_errors(remedy=REPUBLISH):  # a damaged block shows when it is read
            yield con
    finally:
        con.close()


def overrule(home: Path | None, as_json: bool, decide: Callable[[Settings], Overruled]) -> None:
    """Carry out a decision of a person and say what it did."""
    import json

    from flows.terminal import safe
    from warehouse.overrides import as_record

    with told_errors():
        told = decide(settings_from(home=home))
    if as_json:
        stories = [f"{story.story_id:016x}" for story in told.stories]
        record = as_record(told.override) | {"run_id": told.run_id, "stories": stories}
        click.echo(json.dumps(record, default=str, ensure_ascii=False))
    else:
        click.echo(safe(told.describe()), err=True)
