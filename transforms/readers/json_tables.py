"""Tables that programs write as JSON (data frames by column, spreadsheets by row) to one record a row."""

from __future__ import annotations

from collections.abc import Mapping

from transforms.readers.field_table import meanings_of

_WORDS = frozenset(("title", "text", "summary"))


def rows_of(value: Mapping[str, object]) -> list[Mapping[str, object]] | None:
    """Return the rows of a table in order, as dictionaries from column to cell; None for an object that is no table.

    Three layouts: names and rows under two names (`{"columns": […], "data": [[…]]}`), one list whose first row holds
    the names (`{"values": [["title", …], …]}`), and an object of numbered cells for each column,
    `{"title": {"0": …}}`. Two names of columns must be known, one of them for a title, text or summary. A short row
    lacks its last columns.
    """
    lists = [inner for inner in value.values() if isinstance(inner, list) and inner]
    for rows in lists:
        if not all(isinstance(row, list) for row in rows[:20]):
            continue
        names = next((names for names in lists if names is not rows and _are_names(names)), None)
        if names is None and _are_names(rows[0]):
            names, rows = rows[0], rows[1:]
        if names is not None:
            keys = [str(name) for name in names]
            return [dict(zip(keys, row, strict=False)) for row in rows if isinstance(row, list)]
    return _of_columns(value)


def _are_names(names: object) -> bool:
    """Recognise names of columns, one of which means a title or a text and one something else of ours."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return False
    known = [{meaning.field for meaning in meanings_of(name)} for name in names]
    return sum(bool(fields) for fields in known) > 1 and any(fields & _WORDS for fields in known)


def _of_columns(value: Mapping[str, object]) -> list[Mapping[str, object]] | None:
    columns = {name: inner for name, inner in value.items() if isinstance(inner, Mapping)}
    if len(columns) != len(value) or not _are_names(list(columns)):
        return None
    keys = {key: None for column in columns.values() for key in column}
    if not all(str(key).isdigit() for key in keys):
        return None
    return [{name: column.get(key) for name, column in columns.items()} for key in keys]
