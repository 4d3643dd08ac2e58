"""Programs that write into the published file: readers never see it, and it does not last."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse_samples import ingest, sample
from warehouse.connection import history_path, open_published, open_sealed, open_working, published_path
from warehouse.publish import KEEP_PUBLISHED
from warehouse.published_file import published_problems

WRITER = """
import duckdb, os, sys
con = duckdb.connect(sys.argv[1])
con.execute("CREATE TABLE my_notes AS SELECT 1 x")
con.execute("UPDATE stories SET title = 'forged'")
if sys.argv[2] == "close":
    con.close()
os._exit(0)
"""


def spoil(home: Path, way: str) -> None:
    published_path(home).chmod(0o644)  # what root may do anyway
    subprocess.run([sys.executable, "-c", WRITER, str(published_path(home)), way], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["die", "close"])
def test_another_program_that_wrote_into_the_published_file_changes_nothing_for_readers(
    tmp_path: Path, way: str
) -> None:
    ingest(tmp_path, [sample("a")], is_published=True)
    for day in (1, 2, 3):
        spoil(tmp_path, way)
        assert published_problems(tmp_path)
        if way == "die":  # its log is not replayed, whether a publication came since or not
            with open_published(tmp_path) as con:
                assert con.execute("SELECT count(*) FROM stories WHERE title = 'forged'").fetchall() == [(0,)]
        ingest(tmp_path, [sample(f"day{day}")], day=day, is_published=True)
        assert published_problems(tmp_path) == []
        con = open_sealed(published_path(tmp_path))
        assert con.execute("SELECT count(*), count_if(title = 'forged') FROM stories").fetchall() == [
            (day + 1, 0)
        ]
        assert con.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'my_notes'"
        ).fetchall() == [(0,)]
        con.close()


@pytest.mark.slow
def test_a_log_left_behind_and_a_publication_that_came_since_lock_nobody_out(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a")], is_published=True)
    spoil(tmp_path, "die")
    log = published_path(tmp_path).with_name("news.duckdb.wal")
    stale = log.read_bytes()
    ingest(tmp_path, [sample("b")], day=1, is_published=True)
    assert not log.exists()
    assert [path.read_bytes() for path in tmp_path.glob("foreign-*.wal")] == [stale]
    log.write_bytes(stale)  # of a file that is gone: the engine refuses to open this one because of it
    with open_published(tmp_path) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]
    with open_working(tmp_path, purpose="any command"):
        pass
    assert published_problems(tmp_path) == []


@pytest.mark.slow
def test_a_published_file_is_read_only(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a")], is_published=True)
    for day in range(1, KEEP_PUBLISHED + 5):  # copies and files used again alike
        ingest(tmp_path, [sample(f"day{day}")], day=day, is_published=True)
        assert published_path(tmp_path).stat().st_mode & 0o222 == 0


@pytest.mark.slow
@pytest.mark.parametrize("way", ["die", "close"])
def test_a_file_that_another_program_wrote_into_is_no_publication_to_look_back_at(
    tmp_path: Path, way: str
) -> None:
    ingest(tmp_path, [sample("a")], is_published=True)
    spoil(tmp_path, way)
    ingest(tmp_path, [sample("b")], day=1, is_published=True)
    kept = list(history_path(tmp_path).iterdir())
    assert len(kept) == (1 if way == "die" else 0)
