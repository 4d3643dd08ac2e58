"""Lines of a delimited table to its rows: a damaged row is set aside, and its neighbours stay whole.

A quotation mark that is never closed makes any reader of the standard swallow what follows. Here a row that breaks the
rules (RFC 4180) is tried again by itself: with quotes escaped by backslashes, as databases write them, and as a single
line whose quotes mean nothing. What fits neither is a damaged row, and the next line begins a row.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

MAX_ROW_LINES = 20_000  # lines of one quoted row that are gathered: a long article has some hundred
# Lines that were read ahead for a row that proved damaged are read again: so many times all bytes at most.
MOST_READ_AGAIN = 8
_BARE_QUOTE = re.compile(r'(?<!\\)"')
_NUMBER = re.compile(r"\d{1,18}")
_ADDRESS = re.compile(r"https?://")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.I)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a delimited table: its `cells`, [] for an empty line, None for a damaged row (see `damage`)."""

    cells: list[str] | None
    damage: str = ""  # why there are no cells


class RowReader(Iterator[Row]):
    """Iterate over the rows of a delimited table, given its lines with their ends; call `header` first.

    Lines of a quoted row are gathered up to `limit` characters and 20,000 lines. A row whose quotation marks do not
    match is parsed like the rows before it, or comes as a damaged row: both set `has_damage`. `consumed` counts the
    lines of the rows returned so far. Raises only what `lines` raises.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, limit: int) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._limit = limit  # characters of one row
        self._ahead: deque[str] = deque()
        self._read = 0  # characters of lines taken for the first time
        self._again = 0  # characters of lines given back
        self._width = 0
        self._numbers: set[int] = set()  # columns that hold numbers in the first whole row, and so in all
        self._addresses: set[int] = set()
        self._is_spaced = False  # cells begin with a space, as prose behind a comma does
        self.consumed = 0
        self.has_damage = False  # a row had to be read by itself, by what the rows before it look like

    def header(self) -> list[str]:
        """Take the first row and return the names of the columns, stripped; [] for no row or a damaged one.

        Empty lines before it are passed over, and a line `sep=;` sets the delimiter. Empty names at the end are
        dropped. Later rows with text in more cells than there are names are damaged.
        """
        first = self._next_line()
        while first is not None and not first.strip("\ufeff\r\n"):
            self.consumed += 1
            first = self._next_line()
        if first is not None and (stated := _SEPARATOR_LINE.fullmatch(first)):
            self._delimiter = stated.group(1)
            self.consumed += 1
        elif first is not None:
            self._ahead.appendleft(first)
        row = next(self, None)
        names = [name.strip().removeprefix("\ufeff") for name in (row.cells or [] if row else [])]
        while names and not names[-1]:
            names.pop()
        self._width = len(names)
        return names

    def __next__(self) -> Row:
        line = self._next_line()
        if line is None:
            raise StopIteration
        if '"' not in line:
            self.consumed += 1
            return self._plain(line)
        gathered = self._gather(line)
        for escape in (None, "\\"):
            cells = _parse(gathered, self._delimiter, escape)
            if (
                cells is not None
                and (len(gathered) == 1 or self._fits(cells))
                and self._is_wide_enough(cells)
            ):
                self.consumed += len(gathered)
                return self._row(cells)
        if (cells := self._with_bare_quotes(gathered)) is not None:
            self.has_damage = True
            self.consumed += len(gathered)
            return self._row(cells)
        for back in reversed(gathered[1:]):
            self._ahead.appendleft(back)
            self._again += len(back)
        self.consumed += 1
        return self._single(line)

    def _next_line(self) -> str | None:
        if self._ahead:
            return self._ahead.popleft()
        line = next(self._lines, None)
        self._read += len(line or "")
        return line

    def _gather(self, line: str) -> list[str]:
        """Take lines until the quotes that are not escaped are even in number, as far as the limits allow."""
        gathered, length = [line], len(line)
        is_open = _bare_quotes(line) % 2 == 1
        while is_open and len(gathered) < MAX_ROW_LINES and length < self._limit:
            if self._again > MOST_READ_AGAIN * self._read + self._limit:
                break
            more = self._next_line()
            if more is None:
                break
            gathered.append(more)
            length += len(more)
            is_open ^= _bare_quotes(more) % 2 == 1
        return gathered

    def _plain(self, line: str) -> Row:
        text = line.rstrip("\r\n")
        return self._row(text.split(self._delimiter)) if text else Row([])

    def _row(self, cells: list[str]) -> Row:
        if self._width and len(cells) > self._width and any(cell.strip() for cell in cells[self._width :]):
            return Row(None, f"{len(cells)} cells for {self._width} columns")
        if self._width and len(cells) == self._width and not (self._numbers or self._addresses):
            self._numbers = {at for at, cell in enumerate(cells) if _NUMBER.fullmatch(cell)}
            self._addresses = {at for at, cell in enumerate(cells) if _ADDRESS.match(cell)}
            self._is_spaced = any(cell.startswith(" ") for cell in cells[1:])
        return Row(cells)

    def _with_bare_quotes(self, gathered: list[str]) -> list[str] | None:
        """Read lines as one row in which a quote closes a cell only at its end; None where one is a row by itself."""
        if len(gathered) < 2 or any(self._is_row(line) for line in gathered[1:]):
            return None
        cells = _split_at_cell_ends("".join(gathered).rstrip("\r\n"), self._delimiter)
        return cells if cells is not None and len(cells) == self._width else None

    def _is_row(self, line: str) -> bool:
        """Distinguish a line that is a row by itself from a line of a cell's text."""
        if _bare_quotes(line) % 2:
            return False
        cells = _parse([line], self._delimiter, None)
        return cells is not None and len(cells) == self._width > 1 and self._looks_like_others(cells)

    def _single(self, line: str) -> Row:
        """Read one line whose quotes mean nothing, if it has a cell for each column, of the kind that others have."""
        self.has_damage = True
        cells = [_without_quotes(cell) for cell in line.rstrip("\r\n").split(self._delimiter)]
        if len(cells) == self._width > 1 and self._looks_like_others(cells):
            return Row(cells)
        return Row(None, "quotation marks that do not fit, or a piece of a row")

    def _fits(self, cells: list[str]) -> bool:
        return not self._width or len(cells) <= self._width

    def _is_wide_enough(self, cells: list[str]) -> bool:
        return self._width <= 1 or len(cells) > 1

    def _looks_like_others(self, cells: list[str]) -> bool:
        if not self._is_spaced and any(cell.startswith(" ") for cell in cells[1:]):
            return False
        return all(not cells[at] or _NUMBER.fullmatch(cells[at]) for at in self._numbers) and all(
            not cells[at] or _ADDRESS.match(cells[at]) for at in self._addresses
        )


def _split_at_cell_ends(text: str, delimiter: str) -> list[str] | None:
    """Split one row whose quotes close a cell only before a delimiter or at the end, in one pass; None elsewhere."""
    cells: list[str] = []
    at = 0
    while True:
        if text.startswith('"', at):
            end = text.find('"', at + 1)
            while end >= 0 and text[end + 1 : end + 2] not in ("", delimiter):
                end = text.find('"', end + 1)
            if end < 0:
                return None
            cells.append(text[at + 1 : end].replace('""', '"'))
            at = end + 1
        else:
            end = text.find(delimiter, at)
            end = len(text) if end < 0 else end
            if "\n" in text[at:end]:
                return None
            cells.append(text[at:end])
            at = end
        if at >= len(text):
            return cells
        at += 1


def _parse(lines: list[str], delimiter: str, escape: str | None) -> list[str] | None:
    """Parse exactly one row; None where it breaks the rules."""
    if escape is not None and not _is_escaped("".join(lines), delimiter):
        return None
    reader = csv.reader(
        lines, delimiter=delimiter, escapechar=escape, doublequote=escape is None, strict=True
    )
    try:
        rows = list(reader)
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _bare_quotes(line: str) -> int:
    return line.count('"') - (line.count('\\"') if "\\" in line else 0)


def _is_escaped(text: str, delimiter: str) -> bool:
    """Recognise quotes escaped by backslashes: the others open at the begin of a cell and close at its end."""
    if '\\"' not in text:
        return False
    edges = (delimiter, "\n", "\r", "")
    for number, quote in enumerate(_BARE_QUOTE.finditer(text)):
        before, after = text[max(0, quote.start() - 1) : quote.start()], text[quote.end() : quote.end() + 1]
        if (after if number % 2 else before) not in edges:
            return False
    return True


def _without_quotes(cell: str) -> str:
    if len(cell) > 1 and cell[0] == '"' == cell[-1]:
        return cell[1:-1].replace('""', '"')
    return cell.removeprefix('"') if cell.count('"') == 1 else cell
