"""The command line: finds a command without loading the others, and turns errors into one line and an exit code."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

# name → what `--help` says; the module of the same name in flows/commands is loaded only when it is called
COMMANDS: dict[str, str] = {
    "ingest": "Read, clean and fold files into stories.",
    "stories": "List stories, newest first.",
    "show": "Show one story: its reports, and how it came to be.",
    "explain": "Say why two articles are together, or why not.",
    "link": "Put two articles into one story, whatever their scores.",
    "unlink": "Keep two articles in different stories.",
    "pin": "Let an article stand for its story.",
    "overrides": "List what people decided, and take it back.",
    "refold": "Group everything again, or tell what another threshold would change.",
    "retry": "Read the files of rejected documents again.",
    "erase": "Take articles out for good, and keep them out.",
    "export": "Write articles, stories and feeds for other programs.",
    "recover": "Rebuild a damaged warehouse from the published file.",
    "maintain": "Look after the warehouse, as the nightly schedule does.",
    "serve": "Fold the inbox on a schedule, on this machine.",
    "config": "Show the settings that count here, and where each came from.",
    "doctor": "Look over the installation, and say what to do.",
    "sql": "Ask the published warehouse in SQL, read-only.",
    "check": "Prove that counts add up and nothing is orphaned.",
    "runs": "List runs and what each did with its documents.",
}


class Commands(click.Group):
    """A click group that imports a command's module on first use: `--help` stays under a fifth of a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"flows.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="newsfold", prog_name="newsfold")
def cli() -> None:
    """Fold a flood of news files into one row per story, with the evidence why.

    Data goes to stdout, words to stderr. Exit codes: 0 done, 1 documents rejected under --strict,
    2 wrong usage, 3 another run holds the warehouse, 4 damaged warehouse.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; every expected failure is one clear line on stderr."""
    try:
        code = cli.main(arguments, prog_name="newsfold", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("newsfold: interrupted; what was committed stays, run again to go on", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output (head, less) has had enough
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
