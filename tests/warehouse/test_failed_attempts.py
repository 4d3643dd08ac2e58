"""Attempts that failed before the ledger: none is lost behind one that was cut off, none counts twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warehouse_samples import NOON, ingest, sample
from warehouse.connection import open_working
from warehouse.failed_attempts import ATTEMPTS_NAME, note_attempt, read_attempts, record_attempts
from warehouse.latest_runs import read_totals


@pytest.mark.parametrize("cut_off", [b"", b"\n", b'{"run_id": "2026', b'{"message": "\xc3'])
def test_an_attempt_is_kept_after_one_that_was_cut_off(tmp_path: Path, cut_off: bytes) -> None:
    note_attempt(tmp_path, command="ingest", message="first", now=NOON)
    with (tmp_path / ATTEMPTS_NAME).open("ab") as out:
        out.write(cut_off)
    for message in ("second", "third"):
        note_attempt(tmp_path, command="ingest", message=message, now=NOON)
    assert [each.message for each in read_attempts(tmp_path)] == ["first", "second", "third"]


def test_an_attempt_that_was_taken_in_but_not_forgotten_counts_once(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a")])
    note_attempt(tmp_path, command="ingest", message="no room", now=NOON)
    noted = (tmp_path / ATTEMPTS_NAME).read_bytes()
    with open_working(tmp_path, purpose="test") as con:
        assert record_attempts(con, tmp_path) == 1
    (tmp_path / ATTEMPTS_NAME).write_bytes(noted)  # as after a kill before it was deleted
    assert read_totals(tmp_path).runs["failed"] == 1
    note_attempt(tmp_path, command="ingest", message="no room yet", now=NOON)
    assert read_totals(tmp_path).runs["failed"] == 2
