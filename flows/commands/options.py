"""What commands share: options of one meaning, the settings, and the published file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.stderr_messages import use_format

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.operations.decision_steps import DecisionResult
    from flows.settings.settings import Settings
    from warehouse.object_store import Place

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # generic since click 8.4 only
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with the warehouse.  [default: ./newsfold-home, or NEWSFOLD_HOME]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
raw_option = click.option(
    "--raw", is_flag=True, help="In CSV, leave text as it is that a spreadsheet would run as a formula."
)
prefect_option = click.option(
    "--prefect",
    type=click.Choice(["auto", "always", "never"]),
    help="Report the run to a Prefect server. auto: when PREFECT_API_URL is set and answers.  [default: auto]",
)
map_option = click.option(
    "--map",
    "field_map",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Name a field of JSON, CSV or Parquet records, as in --map text=body_html.",
)
log_option = click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    expose_value=False,
    callback=lambda _context, _option, chosen: use_format(chosen) if chosen else None,
    help="What is said on stderr: text, or one JSON object a line.  [default: text]",
)
why_option = click.option("--why", metavar="WORDS", help="The reason, kept with the decision.")
by_option = click.option("--by", metavar="NAME", help="Who decides.  [default: the login name]")
dry_run_option = click.option(
    "--dry-run", "is_dry_run", is_flag=True, help="Show what it would move, and change nothing."
)


def decision_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every decision, named as `run_decision` takes them: --why, --by, --dry-run, …"""
    for option in (
        json_option,
        home_option,
        dry_run_option,
        by_option,
        why_option,
    ):  # the last is listed first
        function = option(function)
    return function


class LocalPath(click.Path):
    """Parameter type of click for a path on this machine to write to.

    An address such as s3://bucket/x is a usage error that names it.
    """

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Return the path as click does; raise a usage error for an address."""
        if isinstance(value, str) and _ADDRESS.match(value):
            self.fail(
                f"{value}: only paths of this machine are written here; the setting publish_to writes to buckets",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


class InputPlace(_ParamType):
    """Parameter type of click for a path of this machine, an address of a bucket, or `-` for standard input.

    It turns the text into a `Place`; an address that cannot be used is a usage error.
    """

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """Return the Place that a text names; raise a usage error for an address that cannot be used."""
        from warehouse.object_store import AddressError, parse_place

        try:
            return parse_place(value)
        except AddressError as error:
            raise click.BadParameter(str(error), ctx=ctx, param=param) from error


def settings_from(**flags: object) -> Settings:
    """Return the effective settings, and set the form of messages by them; a flag of None counts as not given.

    Raises SettingsError, which ends a command as wrong usage.
    """
    from flows.settings.settings import load_settings

    settings = load_settings(**flags)
    use_format(settings.log_format)
    return settings


@contextmanager
def published(home: Path | None) -> Iterator[DuckDBPyConnection]:
    """Open the published file of a home for the block, read-only; None is the home of the settings.

    Raises NotPublished where there is none, Damaged where it cannot be read, also in the block; SettingsError.
    """
    from flows.settings.home_folder import plain_home
    from warehouse.connection import engine_errors, open_published
    from warehouse.errors import REPUBLISH

    con = open_published(plain_home(home) or settings_from(home=home).home)
    try:
        with engine_errors(advice=REPUBLISH):  # a damaged block shows when it is read
            yield con
    finally:
        con.close()


def run_decision(
    decide: Callable[..., DecisionResult], *about: object, home: Path | None, as_json: bool, **how: object
) -> None:
    """Carry out a decision of a person, and report what it did: a JSON object on stdout, else lines on stderr.

    `decide` is called with the settings of the home (None: the one that the settings name), what the decision is
    `about`, and `how`: why, by whom, as a dry run. Raises its errors.
    """
    import json

    from flows.terminal_output import safe
    from warehouse.decision_records import as_record

    result = decide(settings_from(home=home), *about, **how)
    if as_json:
        stories = [f"{story.story_id:016x}" for story in result.stories]
        record = as_record(result.decision) | {
            "run_id": result.run_id,
            "stories": stories,
            "also": [f"{one.decision_id:016x}" for one in result.also],
            "moves": [move.describe() for move in result.moves],
        }
        click.echo(json.dumps(record, default=str, ensure_ascii=False))
    else:
        for line in result.lines():
            click.echo(safe(line), err=True)


def parse_field_map(pairs: tuple[str, ...]) -> dict[str, str] | None:
    """Return the map that `--map` states, our field to theirs; None without pairs.

    Of two pairs for one field the last counts. Raises UsageError for what is not OURS=THEIRS, or names no field of
    ours.
    """
    chosen: dict[str, str] = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise click.UsageError(f"--map takes OURS=THEIRS, as in --map text=body_html, not {pair!r}")
        chosen[ours] = theirs
    from transforms.readers.field_table import explain_unknown_fields

    if message := explain_unknown_fields(chosen):
        raise click.UsageError(f"--map: {message}")
    return chosen or None
