"""One writer: a second run waits or is told who holds the home; the dead hold nothing; a reader is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.warehouse_samples import NOON, ask, ingest, sample
from warehouse.connection import (
    PUBLISHED_NAME,
    open_published,
    open_working,
    prepare_home,
    transaction,
    working_path,
)
from warehouse.errors import Busy, Damaged, HomeUnusable, NotPublished
from warehouse.locks import is_alive, process_start
from warehouse.runs import begin_run, close_abandoned_runs, fail_run

HOLD = """
import os, sys, time
from contextlib import suppress
from pathlib import Path
from warehouse.connection import open_working
from warehouse.runs import begin_run
from datetime import datetime
with open_working(Path(sys.argv[1]), purpose="ingest /inbox") as con:
    begin_run(con, command="ingest /inbox", settings={}, versions={}, now=datetime(2026, 2, 13))
    if sys.argv[2] == "fork" and os.fork() == 0:
        time.sleep(60)  # a child that outlives its parent must not keep the home
        os._exit(0)
    print("held", flush=True)
    time.sleep(60)
"""
READ = """
import duckdb, sys, time
con = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
time.sleep(60)
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a process and wait for its first line."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def test_a_second_run_is_told_who_holds_the_home(tmp_path: Path) -> None:
    holder = start(HOLD, str(tmp_path), "alone")
    try:
        begun = time.monotonic()
        with pytest.raises(Busy) as caught, open_working(tmp_path, wait_seconds=0.3, purpose="second"):
            pass
        assert 0.3 <= time.monotonic() - begun < 5
        assert caught.value.holder.pid == holder.pid
        assert caught.value.holder.command == "ingest /inbox"
        assert str(holder.pid) in str(caught.value)
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()


@pytest.mark.parametrize("way", ["alone", "fork"])
def test_the_dead_hold_nothing_and_their_runs_are_closed(tmp_path: Path, way: str) -> None:
    holder = start(HOLD, str(tmp_path), way)
    try:
        os.kill(holder.pid, signal.SIGKILL)  # the parent only
        holder.wait()
        with open_working(tmp_path, purpose="next") as con:
            closed = close_abandoned_runs(con, now=NOON)
            assert len(closed) == 1
            assert con.execute("SELECT status, finished_at FROM runs").fetchall() == [("crashed", NOON)]
            mine = begin_run(con, command="me", settings={}, versions={}, now=NOON)
            assert close_abandoned_runs(con, now=NOON) == []  # this process lives
            fail_run(con, mine, "no room", now=NOON)
            assert con.execute("SELECT status, message FROM runs WHERE run_id = ?", [mine]).fetchall() == [
                ("failed", "no room")
            ]
    finally:
        with suppress(ProcessLookupError):
            os.killpg(holder.pid, signal.SIGKILL)


def test_a_run_of_a_machine_that_is_gone_is_closed_at_once(tmp_path: Path) -> None:
    with open_working(tmp_path, purpose="run") as con:
        begin_run(con, command="ingest", settings={}, versions={}, now=NOON)
        con.execute("UPDATE runs SET host = 'a container replaced since'")
        assert len(close_abandoned_runs(con, now=NOON)) == 1
        assert con.execute("SELECT status FROM runs").fetchall() == [("crashed",)]


def test_a_run_that_found_no_room_to_say_its_end_is_closed_by_the_next_of_its_process(tmp_path: Path) -> None:
    with open_working(tmp_path, purpose="run") as con:
        first = begin_run(con, command="ingest", settings={}, versions={}, now=NOON)
        begin_run(con, command="ingest", settings={}, versions={}, now=NOON)
        told = con.execute("SELECT run_id, status FROM runs WHERE status <> 'running'").fetchall()
        assert told == [(first, "failed")]


def test_a_waiting_run_gets_its_turn(tmp_path: Path) -> None:
    prepare_home(tmp_path)
    order: list[str] = []
    entered = threading.Event()

    def first() -> None:
        with open_working(tmp_path, purpose="first"):
            entered.set()
            time.sleep(0.3)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    entered.wait()
    with open_working(tmp_path, wait_seconds=30, purpose="second"):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_forgotten_reader_of_the_working_file_is_named(tmp_path: Path) -> None:
    ingest(tmp_path, [sample("a")])
    reader = start(READ, str(working_path(tmp_path)))
    try:
        with pytest.raises(Busy) as caught, open_working(tmp_path, purpose="run"):
            pass
        assert caught.value.holder.pid == reader.pid
        assert "which has it open" in str(caught.value)
    finally:
        os.killpg(reader.pid, signal.SIGKILL)
        reader.wait()
    assert ask(tmp_path, "SELECT count(*) FROM articles") == [(1,)]


def test_an_error_in_the_block_leaves_nothing_half_done(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_working(tmp_path, purpose="run") as con, transaction(con):
        begin_run(con, command="x", settings={}, versions={}, now=NOON)
        raise ZeroDivisionError
    assert ask(tmp_path, "SELECT count(*) FROM runs") == [(0,)]


def test_homes_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(HomeUnusable, match="cannot use"), open_working(tmp_path / "file", purpose="run"):
        pass
    with pytest.raises(NotPublished, match="nothing published"):
        open_published(tmp_path)
    (tmp_path / PUBLISHED_NAME).write_bytes(b"not a database at all")
    with pytest.raises(Damaged):
        open_published(tmp_path)
    prepare_home(tmp_path / "home")
    working_path(tmp_path / "home").write_bytes(os.urandom(20000))
    with pytest.raises(Damaged), open_working(tmp_path / "home", purpose="run"):
        pass


def test_a_process_number_given_to_another_is_not_the_old_process() -> None:
    started = process_start(os.getpid())
    assert started is not None
    assert is_alive(os.getpid(), started)
    assert not is_alive(os.getpid(), started + 1)
