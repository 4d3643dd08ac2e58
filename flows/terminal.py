"""What a terminal shows: tables, progress, text made safe. Plain lines when nobody watches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from flows.pipeline import OnProgress

# Columns of a line that nobody's window limits.
_PIPE_WIDTH = 200


@contextmanager
def show_progress(*, enabled: bool) -> Iterator[OnProgress]:
    """Show a progress bar on stderr for the block; the value is told (stage, done, total), total 0 when not known."""
    if not enabled:
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda stage, done, total: bar.update(
            task, description=stage, completed=done, total=total or None
        )


def make_console() -> Console:
    """Return a console for stdout that never reads markup out of data; into a pipe its lines are as long as needed."""
    import sys

    from rich.console import Console

    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(markup=False, highlight=False, emoji=False, width=width)


def make_table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> Table:
    """Return an empty table; columns named in `right` hold numbers, and the last one takes the room that is left."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for name in columns:
        is_last = name == columns[-1]
        table.add_column(
            name, justify="right" if name in right else "left", no_wrap=not is_last, overflow="fold"
        )
    return table


def safe(value: object) -> str:
    """Return a value as text that cannot steer a terminal: no control or direction characters."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.3f}"
    text = ", ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
