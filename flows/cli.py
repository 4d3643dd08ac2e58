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
    "thread": "List threads: stories that follow up one another.",
    "explain": "Say why two articles are together, or why not.",
    "link": "Put two articles into one story, whatever their scores.",
    "unlink": "Keep two articles in different stories.",
    "pin": "Let an article stand for its story.",
    "move": "Put an article into another story.",
    "split": "Make a story of its own of some articles of a story.",
    "merge": "Make two stories one, or join homes that were folded apart.",
    "correct": "Correct the headline, date, kind or outlet of an article.",
    "outlet": "Rename an outlet.",
    "decisions": "List what people decided, and take it back.",
    "refold": "Group everything again, or show what another threshold would change.",
    "retry": "Read the files of rejected documents again.",
    "erase": "Take articles out for good, and keep them out.",
    "export": "Write articles, stories and feeds for other programs.",
    "recover": "Rebuild a damaged warehouse from the published file.",
    "maintain": "Maintain the warehouse, as the nightly schedule does.",
    "serve": "Fold the inbox on a schedule, on this machine.",
    "alerts": "Have Prefect report runs that died, and that none succeeds.",
    "watch": "Save a search that reports each story once.",
    "web": "Open the reading room in a browser.",
    "mcp": "Serve tools for an assistant on standard input.",
    "config": "Show the settings that count here, and where each came from.",
    "doctor": "Check the installation, and say what to do.",
    "sql": "Ask the published warehouse in SQL, read-only.",
    "check": "Prove that counts add up and nothing is orphaned.",
    "runs": "List runs and what each did with its documents.",
}

# commands of the packages above this one, which imports nothing of them before they are called
ELSEWHERE = {"web": "web.web_command", "mcp": "web.mcp_server"}
FORMER_NAMES = {"overrides": "decisions"}  # so that scripts written for an earlier version go on


DEFECT, INTERRUPTED = 70, 130  # as in warehouse.errors.ExitCode, known here before anything is imported


class Commands(click.Group):
    """A click group that imports a command's module on first use: `--help` stays under a fifth of a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return the command; None for an unknown name."""
        cmd_name = FORMER_NAMES.get(cmd_name, cmd_name)
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(ELSEWHERE.get(cmd_name, f"flows.commands.{cmd_name}"))
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; report an error that an operator can act on in one line on stderr, and exit with its code.

        Raises SystemExit then. Errors of click, a broken pipe and defects of newsfold are raised, for `main`.
        """
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.exceptions.Abort, BrokenPipeError):
            raise
        except (
            Exception
        ) as error:  # any class of any library: `is_expected` knows those that are no defect of ours
            from flows.errors import explain, is_expected
            from flows.stderr_messages import say

            if not is_expected(error):
                raise
            failure = explain(error)
            say(failure.line(), level="error")
            sys.exit(failure.exit_code)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands for `--help`, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="newsfold", prog_name="newsfold")
def cli() -> None:
    """Fold a flood of news files into one row per story, with the evidence why.

    Data goes to stdout, messages to stderr. Exit codes: 0 done, 1 documents rejected under --strict, 2 wrong usage, 3
    another run holds the warehouse, 4 damaged warehouse, failed check or breached quality gate, 5 the machine or a
    service failed and may recover (disk full, Prefect unreachable).
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with these arguments (None: those of the process) and exit; always raises SystemExit.

    The code is one of ExitCode: every expected failure is one clear line on stderr, a defect a traceback and 70,
    Ctrl-C 130. A reader of our output who has gone away is no failure: 0.
    """
    try:
        code = cli.main(arguments, prog_name="newsfold", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("newsfold: interrupted; what was committed stays, run again to go on", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output (head, less) has had enough
        sys.stderr.close()
        sys.exit(0)
    except Exception:  # noqa: BLE001 - what is left is a defect of ours, and its traceback is what a report needs
        import traceback

        from flows.stderr_messages import is_json, write_record

        if is_json():
            write_record("error", "this is a defect in newsfold", traceback=traceback.format_exc())
        else:
            traceback.print_exc()
            click.echo(
                "newsfold: this is a defect in newsfold; please report it with the lines above", err=True
            )
        sys.exit(DEFECT)
    sys.exit(code if isinstance(code, int) else 0)
