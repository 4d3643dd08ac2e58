"""SQL files of the package: name in, text out, with the promise written in their first comment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SQL file. `promise` is its leading comment, in words."""

    name: str
    promise: str
    sql: str


@cache
def statement(folder: str, name: str) -> Statement:
    """Return one file of `sql/<folder>`, by its name without ending."""
    text = (files("warehouse") / "sql" / folder / f"{name}.sql").read_text(encoding="utf-8")
    comment = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    return Statement(name=name, promise=" ".join(comment), sql=text)


@cache
def statements(folder: str) -> tuple[Statement, ...]:
    """Return all files of `sql/<folder>`, by name."""
    entries = (files("warehouse") / "sql" / folder).iterdir()
    return tuple(
        statement(folder, e.name[:-4])
        for e in sorted(entries, key=lambda e: e.name)
        if e.name.endswith(".sql")
    )
