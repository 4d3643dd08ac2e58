"""The first line of a delimited table in; its delimiter, and whether its columns have known names, out."""

from __future__ import annotations

from transforms.readers.field_table import meanings_of

_DELIMITERS = ",;\t|"


def has_known_columns(text: str) -> bool:
    """Return whether a table's first line names two known fields or more, one of them a text, headline or address.

    `text` is the beginning of the table; False for a text of one line. Nothing raises.
    """
    cells = _header_cells(text)
    if len(cells) < 2 or any(len(cell) > 40 for cell in cells):
        return False
    meant = [{meaning.field for meaning in meanings_of(cell.strip().strip('"'))} for cell in cells]
    known = [fields for fields in meant if fields]
    return len(known) >= 2 and any(fields & {"text", "title", "summary", "url"} for fields in known)


def is_table(text: str) -> bool:
    """Return whether a text that its file's name calls a table is one: its first line has several columns.

    One column is enough where its name is that of a known field. False for a text of one line, or whose first line is
    empty. Nothing raises.
    """
    cells = _header_cells(text)
    return len(cells) > 1 or (len(cells) == 1 and bool(meanings_of(cells[0].strip().strip('"'))))


def _header_cells(text: str) -> list[str]:
    """Split the first of several lines at what seems to separate columns; `sep=;` is not it."""
    first, line_end, _ = below_separator(text).partition("\n")
    header = first.strip("\r\ufeff")
    return header.split(delimiter_of(header)) if line_end and header else []


def below_separator(text: str) -> str:
    """Return a table's text without empty lines at its beginning, and without a first line `sep=;`.

    By that line spreadsheets name the column separator. A table without either comes back as it is.
    """
    text = text.lstrip("\ufeff\r\n")
    return text.partition("\n")[2] if text[:5].lower().lstrip('"').startswith("sep=") else text


def delimiter_of(header: str) -> str:
    """Return which of comma, semicolon, tab and vertical bar is most frequent in a table's first line.

    The first of them in this order where several are as frequent, and the comma where none occurs.
    """
    return max(_DELIMITERS, key=header.count)
