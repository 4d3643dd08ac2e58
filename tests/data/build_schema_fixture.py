"""Make the working file that stands for the current schema in tests/data/schemas: once for each schema released.

    python -m tests.data.build_schema_fixture

It holds something in every table: stories of several reports, copies, versions, evidence, decisions, marks of erasure,
refused documents. A file that is there is never made again: it is what people of that release have.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from pathlib import Path

from flows.operations.erase import erase
from flows.operations.link_unlink_pin import link, pin
from tests.story_samples import ask, copy_of, fold, report, settings_of, story_of, stub, write_inbox
from warehouse.connection import working_path
from warehouse.migrations import known_migrations

FOLDER = Path(__file__).parent / "schemas"


def fixture_path(version: int) -> Path:
    """Return where the working file of a schema lies, packed."""
    return FOLDER / f"{version:04d}.duckdb.gz"


def fill(root: Path) -> Path:
    """Fold a small corpus in two runs, decide and erase; return the home."""
    home, inbox = root / "home", root / "inbox"
    first = [
        *(report(event, telling) for event in range(3) for telling in (0, 1)),
        copy_of(report(0, 0), 1),
        stub(1),
    ]
    fold(home, write_inbox(inbox, "first", first))
    newer = report(1, 0, updated="2026-03-09T10:00:00Z")
    newer["text"] += "\nThis paragraph was added the next morning."
    (inbox / "empty.html").write_text("", encoding="utf-8")
    fold(home, write_inbox(inbox, "second", [newer, report(4, 0)]), inbox / "empty.html")
    settings = settings_of(home)
    link(settings, "e0t0", "e0t1", why="one event", by="Ada")
    pin(settings, _story_id(home, "e1t1"), "e1t1", why="the fuller one", by="Ada")
    erase(settings, "e4t0", why="asked for", by="Ada")
    return home


def _story_id(home: Path, external_id: str) -> str:
    assert external_id in story_of(home, external_id)
    found = ask(
        home,
        "SELECT format('{:016x}', story_id) FROM story_articles JOIN articles USING (article_id) "
        f"WHERE external_id = '{external_id}'",
    )
    return str(found[0][0])


def main() -> int:
    """Write the file of the current schema; refuse when it is there."""
    target = fixture_path(known_migrations()[-1].version)
    if target.exists():
        print(f"{target} is there and stays as it is", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as root:
        content = working_path(fill(Path(root))).read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    print(f"{target}: {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
