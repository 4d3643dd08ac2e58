"""`newsfold doctor`: what is in order here, what is not, and what to do."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from flows.commands.options import home_option, json_option, settings_from


@click.command("doctor")
@home_option
@json_option
def command(home: Path | None, as_json: bool) -> None:
    """Look at versions, home, disk, locks, readers, runs, inbox, cleaning and schedule, and say what to do.

    Nothing is changed. Exit code 1 when something fails.
    """
    from flows.operations.doctor import inspect_installation
    from flows.operations.doctor_findings import Health
    from flows.terminal_output import safe

    has_failed = False
    for finding in inspect_installation(settings_from(home=home)):
        has_failed |= finding.health is Health.FAIL
        click.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else safe(finding.describe()))
    if has_failed:
        sys.exit(1)
