"""`newsfold outlet`: a person renames an outlet."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.options import decision_options, run_decision


@click.group("outlet")
def command() -> None:
    """Rename an outlet."""


@command.command("rename")
@click.argument("old")
@click.argument("new")
@decision_options
def rename_command(old: str, new: str, **options: Any) -> None:
    """Show every article of the outlet OLD under the name NEW, those to come too.

    OLD is the name as lists of articles show it, capitals included. Outlets renamed to one name count as one outlet;
    which are independent sources goes by site and the setting publisher_families. `newsfold decisions` lists renamings
    and takes them back.

    \f
    Reports like `run_decision`; raises what `operations.corrections.rename_outlet` raises.
    """
    from flows.operations.corrections import rename_outlet

    run_decision(rename_outlet, old, new, **options)
