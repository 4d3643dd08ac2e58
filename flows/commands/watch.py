"""`newsfold watch`: saved searches that report each story once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import home_option, json_option, published, settings_from

if TYPE_CHECKING:
    from flows.operations.watches import Watch
    from flows.run_report import RunReport
    from flows.settings.settings import Settings


@click.group("watch")
def command() -> None:
    """Save a search that reports each story it finds, once.

    Every ingest runs all watches over what it published; `newsfold watch run` does it without one.
    """


@command.command("add")
@click.argument("words", default="")
@home_option
@click.option(
    "--thread",
    metavar="ID",
    help="Stories of this thread alone: its id, or that of a story. WORDS may be left out then.",
)
@click.option("--language", metavar="TAG", help="Stories in this language alone.")
@click.option("--outlet", metavar="NAME", help="Stories that this outlet reports.")
@click.option(
    "--sources",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="At least so many independent sources.",
)
@click.option(
    "--again",
    multiple=True,
    type=click.Choice(["source", "correction", "withdrawal"]),
    help="Report a story again for a new independent source, a correction or a withdrawal; may be repeated.",
)
@click.option(
    "--follow-ups",
    is_flag=True,
    help="Report stories that follow up one that was found, whatever their words.",
)
@click.option(
    "--feed/--no-feed",
    default=True,
    show_default=True,
    help="Write Atom and JSON Feed files in HOME/watches.",
)
@click.option(
    "--webhook", metavar="URL", help="Post each event there as signed JSON; tried again until it is taken."
)
@click.option(
    "--block", metavar="TYPE/NAME", help="Notify this Prefect block, in runs that report to Prefect."
)
@click.option("--from-start", is_flag=True, help="Report what is found already, too.")
def add(
    words: str,
    home: Path | None,
    thread: str | None,
    language: str | None,
    outlet: str | None,
    sources: int,
    again: tuple[str, ...],
    follow_ups: bool,
    feed: bool,
    webhook: str | None,
    block: str | None,
    from_start: bool,
) -> None:
    """Watch for WORDS: "two words" is a phrase, -word leaves out, OR is either.

    What is found already is not reported, unless --from-start. Prints the id of the watch.
    """
    from flows.operations.watches import add_watch
    from flows.recorded_run import utc_now

    settings = settings_from(home=home)
    with published(home) as con:
        made = add_watch(
            con,
            settings.home,
            words,
            thread=thread,
            language=language,
            publisher=outlet,
            sources=sources,
            events=(*again, "follow_up") if follow_ups else again,
            feed=feed,
            webhook=webhook,
            block=block,
            now=utc_now(),
            from_start=from_start,
        )
    found = f"{len(made.reported)} stor{'y' if len(made.reported) == 1 else 'ies'}"
    click.echo(f"newsfold: watching as {made.watch_id}; it finds {found} already", err=True)
    if feed:
        click.echo(
            f"newsfold: feeds are {settings.home}/watches/{made.watch_id}.feed.atom and .json", err=True
        )
    if webhook:
        click.echo(f"newsfold: the secret of its signatures is {made.secret}", err=True)
    click.echo(made.watch_id)


@command.command("list")
@home_option
@json_option
def list_(home: Path | None, as_json: bool) -> None:
    """List watches, with what each has reported, what waits, and what was given up after 20 tries."""
    from flows.operations.watches import list_watches
    from flows.terminal_output import make_console, safe

    watches = list_watches(settings_from(home=home).home)
    if as_json:
        for watch in watches:
            click.echo(json.dumps(_record(watch), ensure_ascii=False, default=str))
        return
    console = make_console()
    if not watches:
        click.echo("newsfold: no watches yet; newsfold watch add WORDS makes one", err=True)
    for watch in watches:
        row = _record(watch)
        console.print(safe(f"{watch.watch_id}  {watch.name}"), soft_wrap=True)
        console.print(
            safe(
                f"{'':16}  {row['delivered']} reported, {row['waiting']} waiting, {row['given_up']} given up, "
                f"last look {watch.looked_at}"
            ),
            soft_wrap=True,
        )
        if row["error"]:
            console.print(safe(f"{'':16}  last error: {row['error']}"), soft_wrap=True)


@command.command("remove")
@click.argument("watch_id")
@home_option
def remove(watch_id: str, home: Path | None) -> None:
    """Remove a watch, by its id or the beginning of it, with its feeds."""
    from flows.operations.watches import remove_watch
    from flows.terminal_output import safe

    gone = remove_watch(settings_from(home=home).home, watch_id)
    click.echo(safe(f"newsfold: no longer watching for {gone.name}"), err=True)


@command.command("run")
@home_option
def run(home: Path | None) -> None:
    """Look with every watch and deliver what is new, as every ingest does at its end."""
    report_watches(settings_from(home=home))


def report_watches(settings: Settings) -> None:
    """Run all watches and deliver what is new; report on stderr what was delivered and what failed.

    An event for a Prefect block cannot be delivered here: it waits for a run that reports to Prefect. Does nothing
    without watches; raises NotPublished where there are some and nothing is published.
    """
    from flows.operations.watches import has_watches

    if not has_watches(settings.home):
        return
    from flows.operations.watch_delivery import run_watches
    from flows.stderr_messages import say
    from flows.terminal_output import safe

    done = run_watches(settings)
    if done.events or done.waiting:
        say(f"watches: {done.events} reported, {done.waiting} waiting")
    for error in done.errors:
        say(safe(error), level="warning")


def report_unsent(report: RunReport, settings: Settings) -> None:
    """Send the alert about withdrawn articles through the block `notify_block`; report a failure on stderr."""
    from flows.terminal_output import safe
    from flows.withdrawal_alert import alert_withdrawals

    if (unsent := alert_withdrawals(report, settings)) is not None:
        click.echo(safe(f"newsfold: {unsent}"), err=True)


def _record(watch: Watch) -> dict[str, object]:
    return {
        "watch_id": watch.watch_id,
        "words": watch.words,
        "thread": watch.thread,
        "language": watch.language,
        "outlet": watch.publisher,
        "sources": watch.sources,
        "events": list(watch.events),
        "webhook": watch.receiver,
        "made_at": watch.made_at,
        "looked_at": watch.looked_at,
        "delivered": len(watch.outbox) - watch.waiting - watch.given_up,
        "waiting": watch.waiting,
        "given_up": watch.given_up,
        "error": watch.error,
    }
