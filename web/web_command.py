"""`newsfold web`: the reading room over a home, in a browser on this machine."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from flows.commands.options import home_option, settings_from

_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


@click.command("web")
@home_option
@click.option(
    "--port", default=8714, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; beyond loopback a token is demanded.",
)
@click.option(
    "--allow-host", multiple=True, metavar="NAME", help="Another name that it answers to; may be repeated."
)
@click.option(
    "--token",
    envvar="NEWSFOLD_WEB_TOKEN",
    metavar="TOKEN",
    help="What every request must bring.  [default: none on loopback, else made up and printed]",
)
@click.option("--read-only", is_flag=True, help="Nothing can be decided.")
def command(
    home: Path | None, port: int, host: str, allow_host: tuple[str, ...], token: str | None, read_only: bool
) -> None:
    """Open the reading room: today's stories, why they are together, and the way to decide otherwise.

    It reads the published file and needs no configuration. Stop it with Ctrl-C.
    """
    from web.server import run

    settings = settings_from(home=home)
    is_loopback = host in _LOOPBACK_NAMES
    if token is None and not is_loopback:
        token = secrets.token_urlsafe(24)
    run(
        settings.home.absolute(),
        host=host,
        port=port,
        names=(host, *allow_host),
        access_token=token,
        can_decide=not read_only,
        announce=lambda address: click.echo(
            f"newsfold: the reading room is at {address} (Ctrl-C ends it)", err=True
        ),
    )
