"""What a terminal shows: tables, progress, text made safe. Plain lines when nobody watches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Column, Table

    from flows.pipeline import OnProgress

# Columns of a line that nobody's window limits.
_PIPE_WIDTH = 200
# Cells that the last column of a table, mostly a headline, keeps in a narrow window; and those between columns.
_FEWEST_CELLS = 30
_GAP, _EDGE = 3, 2
_NAMED_COLUMNS = 3


@contextmanager
def show_progress(*, enabled: bool) -> Iterator[OnProgress]:
    """Show a progress bar on stderr for the block; yield a function to call with (stage, done, total).

    A `total` of 0 means unknown. Unless `enabled`, nothing is shown, and the function does nothing.
    """
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
    """Return a rich console for stdout that never reads markup out of data; into a pipe it is 200 cells wide.

    A width in the variable COLUMNS counts, in a pipe too.
    """
    from rich.console import Console

    width = None if _has_width() else _PIPE_WIDTH
    return Console(markup=False, highlight=False, emoji=False, width=width)


def _has_width() -> bool:
    import os
    import sys

    return sys.stdout.isatty() or bool(os.environ.get("COLUMNS"))


def print_table(table: Table, *, drop: Sequence[str] = ()) -> None:
    """Print a table so that each row fits the window; the table is changed by that.

    Columns with the headers of `drop` are left out first, in that order, then others from the right; with `drop` the
    last column, a headline mostly, stays. A last column that is still too wide is cut with an ellipsis, and a line
    below names the columns left out. Into a pipe without COLUMNS every column is printed.
    """
    console = make_console()
    gone = _fit(table, console.width, drop) if _has_width() else []
    console.print(table)
    if gone:
        more = f" and {len(gone) - _NAMED_COLUMNS} more" if len(gone) > _NAMED_COLUMNS else ""
        names = f"{', '.join(gone[:_NAMED_COLUMNS])}{more}"
        console.print(f"left out to fit: {names}; --json has all", style="dim", no_wrap=True)


def _fit(table: Table, width: int, drop: Sequence[str]) -> list[str]:
    """Take columns out of a table, and set the width of the last one, until rows have at most so many cells."""
    gone: list[str] = []
    while len(table.columns) > 1 and _fixed_cells(table) + _least_cells(table) > width:
        column = _next_to_go(table, drop)
        table.columns.remove(column)
        gone.append(str(column.header))
    for number, column in enumerate(table.columns):
        column._index = number  # Rich pads a column by its number, and has no way to take one out
    last = table.columns[-1]
    last.no_wrap, last.overflow = True, "ellipsis"
    last.max_width = max(1, width - _fixed_cells(table))
    return gone


def _next_to_go(table: Table, drop: Sequence[str]) -> Column:
    ranked = (column for name in drop for column in table.columns[:-1] if column.header == name)
    return next(ranked, table.columns[-2] if drop else table.columns[-1])


def _least_cells(table: Table) -> int:
    return min(_FEWEST_CELLS, _cells(table.columns[-1]))


def _fixed_cells(table: Table) -> int:
    """Return how wide a row is without the content of its last column."""
    return _EDGE + sum(_cells(column) + _GAP for column in table.columns[:-1])


def _cells(column: Column) -> int:
    from rich.cells import cell_len

    texts = (str(column.header), *(str(cell) for cell in column.cells))
    return max(cell_len(line) for text in texts for line in text.split("\n"))


def make_table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> Table:
    """Return an empty table with these headers; columns named in `right` are aligned right, the last one wraps."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for name in columns:
        is_last = name == columns[-1]
        table.add_column(
            name, justify="right" if name in right else "left", no_wrap=not is_last, overflow="fold"
        )
    return table


def shown_time(at: datetime | None, precision: str) -> str:
    """Return a time to the minute, or its day alone where no hour was stated (`precision` "day"); "" for none."""
    if at is None:
        return ""
    return f"{at:%Y-%m-%d}" if precision == "day" else safe(at)


def safe(value: object) -> str:
    """Return a value as text for a terminal, unprintable characters except line breaks replaced by U+FFFD.

    None is "", a time is shown to the minute, a float with three decimals, a list with ", " between its parts.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.3f}"
    text = ", ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
