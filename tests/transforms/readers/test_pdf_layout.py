"""Pages of print are read column by column, in whatever order their lines were drawn."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.samples import pdf_of
from tests.transforms.readers.test_formats import only
from transforms.readers.font_widths import measure
from transforms.readers.pdf_layout import Page, Piece, read_lines

HELVETICA = {"/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
WORDS = [
    "the", "old", "harbour", "council", "of", "Solhamn", "voted", "on", "Tuesday", "to", "close", "its",
    "pier", "and", "nobody", "had", "asked", "for", "a", "long", "time", "when", "Ines", "Aldana",
    "said", "that", "repairs", "would", "cost", "more", "than", "twice", "what", "was", "left", "in",
    "a", "town", "without", "any", "other", "crossing",
]  # fmt: skip
TITLE = "Ferry pier of Solhamn closes for the winter"


def put(text: str, x: float, y: float, size: float = 10.0) -> Piece:
    return Piece(text=text, x=x, y=y, size=size, end=x + measure(text, HELVETICA) * size)


def set_columns(words: list[str], columns: int, *, height: int = 30) -> list[list[Piece]]:
    """Set words in columns of a page 535 points wide, as a printer does: pieces by column."""
    width = (535 - 20 * (columns - 1)) / columns
    lines: list[str] = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer, HELVETICA) * 10 > width:
            lines.append(word)
        else:
            lines[-1] = longer
    per_column = max(height, -(-len(lines) // columns))
    return [
        [
            put(line, 30 + k * (width + 20), 740 - 12 * i)
            for i, line in enumerate(lines[k * per_column :][:per_column])
        ]
        for k in range(columns)
    ]


def split_words(row: Piece) -> list[Piece]:
    out = []
    x = row.x
    for word in row.text.split():
        out.append(put(word, x, row.y, row.size))
        x = out[-1].end + 0.278 * row.size
    return out


@pytest.mark.slow
@given(
    st.lists(st.sampled_from(WORDS), min_size=420, max_size=700),
    st.integers(1, 3),
    st.booleans(),
    st.randoms(),
)
def test_columns_are_read_one_after_the_other(
    words: list[str], columns: int, by_word: bool, order: random.Random
) -> None:
    pieces = [put(TITLE, 30, 770, 20), *(row for column in set_columns(words, columns) for row in column)]
    if by_word:
        pieces = [word for row in pieces for word in split_words(row)]
    order.shuffle(pieces)
    text, headline = read_lines([Page(pieces=tuple(pieces), height=842)])
    assert headline == TITLE
    assert text.split() == TITLE.split() + words


def test_a_headline_over_both_columns_parts_the_page() -> None:
    columns = set_columns(WORDS * 12, 2)
    second = [put("Night train returns to the coast after nine long years of waiting", 30, 330, 14)]
    below = [
        put(row.text, row.x, row.y - 440) for column in set_columns(WORDS * 6, 2, height=12) for row in column
    ]
    drawn = [*columns[1], *below, *second, *columns[0]]
    text, _ = read_lines([Page(pieces=tuple(drawn), height=842)])
    assert text.split() == [*WORDS * 12, *second[0].text.split(), *WORDS * 6]


def test_a_heading_of_two_lines_is_one_line_and_stands_apart() -> None:
    heading = [put("Ferry pier of Solhamn closes", 30, 790, 20), put("for the winter", 30, 768, 20)]
    text, headline = read_lines([Page(pieces=(*heading, *set_columns(WORDS * 3, 1)[0]), height=842)])
    assert headline == TITLE
    assert text.startswith(f"{TITLE}\n\nthe old harbour")


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = []
    for number in (1, 2, 3):
        body = set_columns(WORDS * 10, 2)
        margin = [put("The Marl Courier", 30, 825, 8), put(f"Page {number} of 3", 280, 20, 8)]
        pages.append(Page(pieces=(*margin, *(row for column in body for row in column)), height=842))
    text, _ = read_lines(pages)
    assert text.split() == WORDS * 30


def test_rows_of_a_table_stay_rows() -> None:
    table = [
        ("Solhamn Rowers", "6:41"),
        ("Farrowgate Ladies", "7:02"),
        ("Penny Hill Four", "7:15"),
        ("Tarrow", "7:20"),
    ]
    rows = [
        put(cell, x, 400 - 12 * i)
        for i, cells in enumerate(table)
        for x, cell in zip((30, 300), cells, strict=True)
    ]
    text, _ = read_lines([Page(pieces=(*set_columns(WORDS * 3, 1)[0], *rows), height=842)])
    assert "Solhamn Rowers   6:41\nFarrowgate Ladies   7:02\n" in text


def test_indents_and_gaps_are_kept() -> None:
    rows = [
        put(f"line {i} of the paragraph and more of it", 30 + (10 if i in (0, 3) else 0), 700 - 12 * i)
        for i in range(6)
    ]
    rows += [put("what stands apart", 30, 600)]
    lines = read_lines([Page(pieces=tuple(rows), height=842)])[0].split("\n")
    assert [line.startswith("   ") for line in lines] == [
        True,
        False,
        False,
        True,
        False,
        False,
        False,
        False,
    ]
    assert lines[6] == ""


def test_columns_drawn_line_by_line_are_read_column_by_column() -> None:
    columns = set_columns(WORDS * 12, 2)
    drawn = sorted((row for column in columns for row in column), key=lambda row: (-row.y, row.x))
    operators = [
        f"BT /F1 {row.size} Tf {row.x} {row.y} Td ({row.text}) Tj ET"
        for row in [put(TITLE, 30, 770, 20), *drawn]
    ]
    paper = only(pdf_of("\n".join(operators)))
    assert paper.stated.title == TITLE
    assert str(paper.body).split() == TITLE.split() + WORDS * 12


@pytest.mark.parametrize(
    "font", [None, {}, {"/Subtype": "/Type1", "/Widths": ["x"], "/FirstChar": 32}, "no font"]
)
def test_any_font_gives_a_width(font: object) -> None:
    assert 1 < measure("harbour", font) < 7


def test_stated_widths_count() -> None:
    font = {"/Subtype": "/TrueType", "/FirstChar": 97, "/Widths": [1000, 500]}
    assert measure("ab", font) == 1.5
