"""Bring a working file to the current schema: numbered SQL files in, one recorded transaction each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.blank_databases import begin_file
from warehouse.errors import Damaged, NewerSchema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER NOT NULL, name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE schema_migrations IS 'Changes of the schema that this file has had.';
COMMENT ON COLUMN schema_migrations.version IS 'Number, from 1.';
COMMENT ON COLUMN schema_migrations.name IS 'File it came from.';
COMMENT ON COLUMN schema_migrations.sha256 IS 'Hash of that file.';
COMMENT ON COLUMN schema_migrations.applied_at IS 'When, UTC.';
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered step of the schema: an SQL file of `sql/migrations`."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the step's text in UTF-8, as 64 hexadecimal digits."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_migrations() -> list[Migration]:
    """Return the steps that this version ships, by ascending number: the first four digits of each file's name."""
    folder = files("warehouse") / "sql" / "migrations"
    found = [
        Migration(version=int(entry.name[:4]), name=entry.name, sql=entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    ]
    return sorted(found, key=lambda step: step.version)


def migrate(con: DuckDBPyConnection, steps: list[Migration] | None = None) -> list[str]:
    """Apply the steps that are missing and return their names in order; empty when the schema is current.

    `steps` are ascending by number; None means `known_migrations()`. Each step commits in a transaction of its own
    together with its record, so call it outside one; a step that fails is rolled back, and DuckDB's error is raised.
    Raises NewerSchema for a file of a later version, Damaged when a step already applied has another text than the one
    known.
    """
    steps = known_migrations() if steps is None else steps
    applied = applied_migrations(con)
    newest = steps[-1].version if steps else 0
    if applied and max(applied) > newest:
        raise NewerSchema(max(applied), newest)
    done: list[str] = []
    for step in steps:
        if step.version in applied:
            if applied[step.version] != step.sha256:
                raise Damaged(f"schema step {step.name} is not the one this warehouse was made with")
            continue
        con.execute("BEGIN")
        try:
            if not applied and not done:
                con.execute(RECORD)
            con.execute(step.sql)
            con.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?, ?)",
                [step.version, step.name, step.sha256, _now()],
            )
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            raise
        done.append(step.name)
    return done


def begin_with_schema(path: Path, open_file: Callable[[Path], DuckDBPyConnection]) -> bool:
    """Put a working file with the current schema and no rows, as `migrate` makes it, at a path; False where a file is.

    `open_file` opens a new file to write. The steps are recorded as applied at some time in the past; `note_applied`
    corrects that. Raises OSError where the file cannot be written, DuckDB's errors as they are.
    """
    if path.exists():
        return False

    def make(empty: Path) -> None:
        with open_file(empty) as con:
            migrate(con)

    texts = [step.sql.encode() for step in known_migrations()]
    begin_file(path, "working", [Path(__file__).read_bytes(), *texts], make)
    return True


def note_applied(con: DuckDBPyConnection) -> None:
    """Record the present as the time at which all steps of a new file were applied."""
    con.execute("UPDATE schema_migrations SET applied_at = ?", [_now()]).fetchall()


def applied_migrations(con: DuckDBPyConnection) -> dict[int, str]:
    """Return the SHA-256 of every step that a file has had, by number of the step; empty for a new file."""
    known = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_migrations'"
    ).fetchall()[0][0]
    if not known:
        return {}
    return dict(con.execute("SELECT version, sha256 FROM schema_migrations").fetchall())


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
