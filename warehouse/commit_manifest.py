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
    """What the working file held after a commit: schema, runs, documents, last run. These counts never fall."""

    schema: int
    runs: int
    documents: int
    last_run_id: str | None


def take_manifest(con: DuckDBPyConnection) -> Manifest:
    """Count the runs and documents (rows of the ledger, any disposition) that are in an open working file.

    Writes nothing. `last_run_id` is None where no run is recorded.
    """
    schema, runs, documents, last_run_id = con.execute(STATE).fetchall()[0]
    return Manifest(schema=schema, runs=runs, documents=documents, last_run_id=last_run_id)


def note_manifest(con: DuckDBPyConnection, home: Path) -> None:
    """Count what the working file has committed and replace the manifest of its home in one step.

    Call it outside a transaction. Where it cannot be written (OSError) nothing is raised and the older one stays,
    which stays true: rows of its tables are only ever added.
    """
    manifest = take_manifest(con)
    fresh = home / f"{MANIFEST_NAME}.new"
    with suppress(OSError):
        fresh.write_text(json.dumps(asdict(manifest)))
        fresh.replace(home / MANIFEST_NAME)


def read_manifest(home: Path) -> Manifest | None:
    """Return the last manifest of a home; None where there is none with its fields that can be read."""
    try:
        return Manifest(**json.loads((home / MANIFEST_NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def reconcile(con: DuckDBPyConnection, home: Path) -> None:
    """Compare an open working file with the manifest of its home; raise Damaged when something committed is missing.

    Without a readable manifest nothing is compared. Writes nothing.
    """
    recorded = read_manifest(home)
    missing = losses(recorded, take_manifest(con)) if recorded else []
    if missing:
        raise Damaged(
            f"{'; '.join(missing)}; if an older copy was put there on purpose, delete {home / MANIFEST_NAME}"
        )


def losses(recorded: Manifest, found: Manifest) -> list[str]:
    """Return a sentence for each thing of which a file has less than its manifest: runs, documents, the last run.

    Empty when nothing is missing; more than was recorded, and another schema, are no loss.
    """
    lines = []
    for what in ("runs", "documents"):
        was, now = getattr(recorded, what), getattr(found, what)
        if now < was:
            lines.append(f"the working file has {now} {what}, and had {was} after its last commit")
    if (recorded.last_run_id or "") > (found.last_run_id or ""):
        lines.append(f"run {recorded.last_run_id} was finished and is not in the working file")
    return lines
