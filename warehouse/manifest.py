"""The manifest: what the working file held after its last commit, so that a later loss shows."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import Damaged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MANIFEST_NAME = "manifest.json"
STATE = """
SELECT (SELECT max(version) FROM schema_migrations), (SELECT count(*) FROM runs), (SELECT count(*) FROM documents),
       (SELECT max(run_id) FROM runs)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Numbers that only ever grow: a file with less than it once had has lost something."""

    schema: int
    runs: int
    documents: int
    last_run_id: str | None


def take_manifest(con: DuckDBPyConnection) -> Manifest:
    """Count what is in the working file now."""
    schema, runs, documents, last_run_id = con.execute(STATE).fetchall()[0]
    return Manifest(schema=schema, runs=runs, documents=documents, last_run_id=last_run_id)


def note_manifest(con: DuckDBPyConnection, home: Path) -> None:
    """Count what is committed and put the manifest in place in one step.

    Where that fails the older one stays, and stays true: rows of its tables are only ever added.
    """
    manifest = take_manifest(con)
    fresh = home / f"{MANIFEST_NAME}.new"
    with suppress(OSError):
        fresh.write_text(json.dumps(asdict(manifest)))
        fresh.replace(home / MANIFEST_NAME)


def read_manifest(home: Path) -> Manifest | None:
    """Return the last manifest; None when there is none that can be read."""
    try:
        return Manifest(**json.loads((home / MANIFEST_NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def reconcile(con: DuckDBPyConnection, home: Path) -> None:
    """Compare the working file with its manifest; raise Damaged when something that was committed is missing."""
    told = read_manifest(home)
    missing = losses(told, take_manifest(con)) if told else []
    if missing:
        raise Damaged(
            f"{'; '.join(missing)}; if an older copy was put there on purpose, delete {home / MANIFEST_NAME}"
        )


def losses(told: Manifest, found: Manifest) -> list[str]:
    """Say in words what a file has less of than its manifest tells."""
    lines = []
    for what in ("runs", "documents"):
        was, now = getattr(told, what), getattr(found, what)
        if now < was:
            lines.append(f"the working file has {now} {what}, and had {was} after its last commit")
    if (told.last_run_id or "") > (found.last_run_id or ""):
        lines.append(f"run {told.last_run_id} was finished and is not in the working file")
    return lines
