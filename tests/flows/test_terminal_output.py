"""Tables of the command line fit the window, whatever is in them."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from flows.terminal_output import make_table, print_table, shown_time

CELLS = st.text(st.sampled_from("ab x漢é🙂"), max_size=40)
NAMES = ("story", "last report", "articles", "lang", "newest headline")


def printed(
    rows: list[tuple[str, ...]], drop: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> list[str]:
    table = make_table(*NAMES)
    for row in rows:
        table.add_row(*row)
    print_table(table, drop=drop)
    return capsys.readouterr().out.splitlines()


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS), max_size=5),
    drop=st.lists(st.sampled_from(NAMES[1:4]), unique=True).map(tuple),
    width=st.integers(40, 200),
)
def test_no_line_is_wider_than_the_window(
    rows: list[tuple[str, ...]], drop: tuple[str, ...], width: int
) -> None:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setenv("COLUMNS", str(width))
        table = make_table(*NAMES)
        for row in rows:
            table.add_row(*row)
        print_table(table, drop=drop)
    lines = out.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= width
    # one line a row: a blank one and the head, its rule, the rows, a blank one, and what was left out
    assert len([line for line in lines if line.strip()]) <= len(rows) + 3


def test_columns_go_by_rank_and_the_headline_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ("0123456789abcdef", "2026-11-28 21:01", "3", "en", "Harbour council votes to rebuild " * 3)
    monkeypatch.setenv("COLUMNS", "80")
    lines = "\n".join(printed([row], ("lang", "last report"), capsys))
    assert "0123456789abcdef" in lines
    assert "Harbour council votes" in lines
    assert "…" in lines
    assert "left out to fit: lang" in lines
    monkeypatch.setenv("COLUMNS", "70")
    lines = "\n".join(printed([row], ("lang", "last report"), capsys))
    assert "left out to fit: lang, last report" in lines
    monkeypatch.delenv("COLUMNS")
    lines = "\n".join(printed([row], ("lang", "last report"), capsys))
    assert row[-1].strip() in lines  # into a pipe all of it goes
    assert "left out" not in lines


@pytest.mark.parametrize(("precision", "shown"), [("minute", "2026-03-10 00:00"), ("day", "2026-03-10")])
def test_no_hour_is_shown_that_was_not_stated(precision: str, shown: str) -> None:
    assert shown_time(datetime(2026, 3, 10, tzinfo=UTC), precision) == shown
    assert shown_time(None, precision) == ""
