"""Pieces of text with their places on a PDF's pages in, lines in reading order out: column by column, headings apart.

Columns are found by the left edges that many lines share; what reaches over an edge, such as a headline, parts the
page into bands that are read from top to bottom (after the recursive X-Y cut of Nagy and Seth, 1984, cut twice).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from transforms.readers.font_widths import measure

# A left edge begins a column if it has so many lines, and this share of a page's lines or others beside all of them.
EDGE_LINES = 2
EDGE_SHARE = 0.15
EDGE_WIDTH = 2.0  # points by which the left ends of one column's lines may differ
NEAREST_COLUMNS = 60.0  # points: the narrowest columns of print have some 100, deep indents 40
CELL_SHARE = 0.6  # of a column's width that its lines fill at least; cells of a table are narrower
OVER_EDGE = 40.0  # points by which a line reaches over a column's edge for sure; widths are estimated
BASELINE = 0.35  # of the size of type: pieces that lie this near stand in one line
WORD_GAP = 1.5  # sizes of type between two pieces of one line
COLUMN_GAP = 1.0  # the same, between words drawn one by one
WORD_CHARACTERS = 15  # characters of a usual piece; more are lines or large parts of them
PARAGRAPH_GAP = 1.35  # of the usual distance of lines
HEADING_SIZE = 1.15  # of the usual size of type
HEADING_LEADING = 1.6  # sizes of type between the lines of one heading
HEADLINE_SIZE = 1.3
HEADLINE_CHARACTERS = 300
MARGIN = 0.1  # of a page's height, above and below: where running heads and page numbers stand
INDENT = 0.4  # sizes of type

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"\W*(?:\w{1,6}\W*)?\d{1,4}(?:\W+(?:\w{1,3}\W+)?\d{1,4})?\W*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Text drawn in one go: its baseline's begin (`x`, `y`) and end (`end`), and its size of type, all in points.

    Measured from the lower left corner of the page.
    """

    text: str
    x: float
    y: float
    size: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The pieces of text of one PDF page, and its height in points."""

    pieces: tuple[Piece, ...]
    height: float


def read_lines(pages: Sequence[Page]) -> tuple[str, str | None]:
    """Return the text of all pages in reading order, a printed line a line, and the headline.

    A blank line separates blocks, three spaces begin an indented line, a heading of several lines becomes one. Page
    numbers and running heads (lines in the margins of half the pages, ignoring digits) are left out. The headline is
    the largest type of the first page, if that is 1.3 times the usual size and the headline at most 300 characters
    long; else None.
    """
    rows = [_rows(page) for page in pages]
    running = _find_running(rows, pages)
    rows = [[row for row in page if (_mask(row), _band(row, size)) not in running and not _is_number(row, size)]
            for page, size in zip(rows, pages, strict=True)]  # fmt: skip
    usual = _usual_size(row for page in rows for row in page)
    lines: list[str] = []
    for page in rows:
        lines.extend(_lay_out(_join_headings(page, usual), usual))
    return "\n".join(lines).strip("\n"), _find_headline(rows[0], usual) if rows else None


def _rows(page: Page) -> list[Piece]:
    """Join the pieces that stand side by side in one line of one column; from top to bottom."""
    # where words are drawn one by one, their ends are estimated well and gaps show the columns
    is_by_word = median(len(each.text) for each in page.pieces) < WORD_CHARACTERS if page.pieces else True
    edges = [] if is_by_word else _find_edges(page.pieces)
    out: list[Piece] = []
    for piece in sorted(page.pieces, key=lambda each: (-round(each.y, 1), each.x)):
        last = out[-1] if out else None
        if last is None or abs(last.y - piece.y) > BASELINE * max(last.size, piece.size):
            out.append(piece)
            continue
        gap = piece.x - last.end
        begins_column = gap > -OVER_EDGE and any(abs(piece.x - edge) <= EDGE_WIDTH for edge in edges)
        if begins_column or gap > (COLUMN_GAP if is_by_word else WORD_GAP) * piece.size:
            out.append(piece)
            continue
        is_apart = gap > 0.12 * piece.size and not last.text.endswith(" ") and not piece.text.startswith(" ")
        out[-1] = replace(last, text=f"{last.text}{' ' if is_apart else ''}{piece.text}", end=piece.end)
    return out


def _find_edges(pieces: Sequence[Piece]) -> list[float]:
    """Find the left edges of the columns, from left to right; columns of a table, of short cells, are none."""
    counts = Counter(round(piece.x / EDGE_WIDTH) for piece in pieces)
    near = {at: counts[at - 1] + counts[at] + counts[at + 1] for at in counts}
    baselines = len({round(piece.y) for piece in pieces})
    edges: list[float] = []
    for at in sorted(near, key=lambda each: (-near[each], each)):
        edge = at * EDGE_WIDTH
        if near[at] < EDGE_LINES or any(abs(edge - other) < NEAREST_COLUMNS for other in edges):
            continue
        if near[at] >= EDGE_SHARE * baselines or _is_beside(pieces, edge):
            edges.append(edge)
    edges.sort()
    while len(edges) > 1 and (
        table := next((k for k in range(1, len(edges)) if _is_table(pieces, edges, k)), 0)
    ):
        edges.pop(table)
    return edges


def _is_beside(pieces: Sequence[Piece], edge: float) -> bool:
    """Return whether all that begins at an edge stands beside something on its left."""
    right = [each for each in pieces if abs(each.x - edge) <= EDGE_WIDTH]
    left = [each for each in pieces if each.x < edge - NEAREST_COLUMNS and each.end < edge + OVER_EDGE]
    return all(any(abs(a.y - b.y) <= BASELINE * b.size for b in left) for a in right)


def _is_table(pieces: Sequence[Piece], edges: Sequence[float], at: int) -> bool:
    """Return whether what stands left of an edge leaves most of its column empty, as the cells of a table do."""
    left, edge = edges[at - 1], edges[at]
    beside = {round(each.y) for each in pieces if abs(each.x - edge) <= EDGE_WIDTH}
    widths = [
        each.end - left
        for each in pieces
        if left - EDGE_WIDTH <= each.x < edge - EDGE_WIDTH and round(each.y) in beside
    ]
    return bool(widths) and median(widths) < CELL_SHARE * (edge - left)


def _lay_out(rows: Sequence[Piece], usual: float) -> list[str]:
    """Read one page: bands from top to bottom, in each the columns from left to right."""
    edges = _find_edges(rows)
    columns: list[list[Piece]] = [[] for _ in edges] or [[]]
    bands: list[list[list[Piece]]] = []
    for row in rows:
        at = max((k for k, edge in enumerate(edges) if edge <= row.x + EDGE_WIDTH * 2), default=0)
        if at + 1 < len(edges) and row.end > edges[at + 1] + OVER_EDGE:
            bands += [columns, [[row]]]
            columns = [[] for _ in edges]
        else:
            columns[at].append(row)
    bands.append(columns)
    leading = _usual_leading(column for band in bands for column in band)
    lines: list[str] = []
    for band in bands:
        for column in band:
            lines.extend(_write_column(column, usual, leading))
            if len(band) == 1 and column:
                lines.append("")
    return lines


def _write_column(column: Sequence[Piece], usual: float, leading: float) -> list[str]:
    left = median(row.x for row in column) if column else 0.0
    lines: list[str] = []
    before: Piece | None = None
    for row in column:
        is_large = row.size >= HEADING_SIZE * usual
        if before is not None and abs(before.y - row.y) <= BASELINE * row.size:
            lines[-1] = f"{lines[-1]}   {row.text.strip()}"  # cells of a table
            continue
        if before is not None:
            was_large = before.size >= HEADING_SIZE * usual
            if is_large or was_large or before.y - row.y > PARAGRAPH_GAP * leading:
                lines.append("")
        elif is_large:
            lines.append("")
        is_indented = INDENT * row.size < row.x - left < 6 * row.size and not is_large
        lines.append(f"{'   ' if is_indented else ''}{row.text.strip()}")
        before = row
    return lines


def _join_headings(rows: Sequence[Piece], usual: float) -> list[Piece]:
    """Make one row of a heading that is set in several lines."""
    out: list[Piece] = []
    for row in rows:
        last = out[-1] if out else None
        if (
            last is not None
            and min(row.size, last.size) >= HEADING_SIZE * usual
            and 0 < last.y - row.y <= HEADING_LEADING * row.size
        ):
            text = f"{last.text.strip()} {row.text.strip()}"
            out[-1] = replace(row, text=text, x=min(last.x, row.x), end=max(last.end, row.end))
        else:
            out.append(row)
    return out


def _usual_size(rows: Iterable[Piece]) -> float:
    sizes: Counter[float] = Counter()
    for row in rows:
        sizes[round(row.size, 1)] += len(row.text)
    return max(sizes, key=lambda size: (sizes[size], -size), default=10.0)


def _usual_leading(columns: Iterable[Sequence[Piece]]) -> float:
    gaps = [a.y - b.y for column in columns for a, b in pairwise(column) if a.y > b.y]
    return median(gaps) if gaps else 12.0


def _find_headline(rows: Sequence[Piece], usual: float) -> str | None:
    """Return the lines of the largest type on the first page, if it is clearly larger than that of the text."""
    largest = max((row.size for row in rows), default=0.0)
    if largest < HEADLINE_SIZE * usual:
        return None
    found = " ".join(row.text.strip() for row in rows if row.size >= 0.95 * largest)
    return " ".join(found.split()) if len(found) <= HEADLINE_CHARACTERS else None


def _mask(row: Piece) -> str:
    return _DIGITS.sub("#", row.text.strip().lower())


def _band(row: Piece, page: Page) -> str:
    if row.y >= (1 - MARGIN) * page.height:
        return "above"
    return "below" if row.y <= MARGIN * page.height else ""


def _find_running(rows: Sequence[Sequence[Piece]], pages: Sequence[Page]) -> frozenset[tuple[str, str]]:
    """Find the lines that stand in the margins of most pages, but for their numbers."""
    seen: Counter[tuple[str, str]] = Counter()
    for page, size in zip(rows, pages, strict=True):
        seen.update({(_mask(row), band) for row in page if (band := _band(row, size))})
    return frozenset(key for key, count in seen.items() if count >= max(2, len(pages) / 2))


def _is_number(row: Piece, page: Page) -> bool:
    return bool(_band(row, page)) and len(row.text) < 20 and bool(_PAGE_NUMBER.fullmatch(row.text.strip()))


def piece(text: str, outer: Sequence[float], inner: Sequence[float], font: Any, size: float) -> Piece:
    """Make a `Piece` of the arguments of pypdf's text visitor; where it ends is estimated from the font's widths.

    `outer` is the current transformation matrix, `inner` the text matrix, both of six numbers; `font` is the font's
    dictionary or None, and `size` the size of type before both matrices; after them it is at least one point.
    """
    x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
    y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
    scale = abs(inner[3] or inner[1]) * abs(outer[3] or outer[1])
    full = max(1.0, abs(size) * scale)
    return Piece(text=text, x=x, y=y, size=full, end=x + measure(text, font) * full)
