"""One writer: a second run waits or reports who holds the home; the dead hold nothing; a reader is named."""

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
from warehouse.compaction import scrub
from warehouse.connection import (
    PUBLISHED_NAME,
    open_published,
    open_working,
    prepare_home,
    transaction,
    working_path,
)
from warehouse.errors import Busy, Damaged, HomeUnusable, NotPublished
from warehouse.failed_attempts import note_attempt
from warehouse.locks import hold, is_alive, process_start, read_holder
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
TAKE = """
import sys
from pathlib import Path
from warehouse.locks import hold
with hold(Path(sys.argv[1]), wait_seconds=0, purpose="another process"):
    pass
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
    with process.stdout as stdout:
        assert stdout.readline()
    return process


def test_a_second_run_names_who_holds_the_home(tmp_path: Path) -> None:
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
            # it did nothing that is known, so it lasted no time, however late it is found
            ended = con.execute("SELECT status, finished_at = started_at FROM runs").fetchall()
            assert ended == [("crashed", True)]
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
        rows = con.execute("SELECT run_id, status FROM runs WHERE status <> 'running'").fetchall()
        assert rows == [(first, "failed")]


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
    with pytest.raises(NotPublished, match="no stories yet"):
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


def test_the_lock_survives_another_thread_that_reads_its_holder(tmp_path: Path) -> None:
    """Closing any handle of a file gives up all locks of the process on it: reading the holder must open none."""
    prepare_home(tmp_path)
    with hold(tmp_path, wait_seconds=0, purpose="first"):
        assert read_holder(tmp_path).command == "first"
        with pytest.raises(Busy, match="first"), hold(tmp_path, wait_seconds=0, purpose="second"):
            pass
        reader = threading.Thread(target=read_holder, args=(tmp_path,))
        reader.start()
        reader.join()
        other = subprocess.run(
            [sys.executable, "-c", TAKE, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert "Busy" in other.stderr, "another process got a lock that is held"
    assert read_holder(tmp_path).pid is None


def test_a_new_home_is_its_owners_alone_and_one_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    prepare_home(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    (tmp_path / "new").chmod(0o755)
    prepare_home(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_every_file_of_a_home_is_for_those_who_may_enter_it(tmp_path: Path, mode: int) -> None:
    home, before = tmp_path / "home", os.umask(0o022)
    try:
        prepare_home(home, mode=mode)
        ingest(home, [sample("ferry")], is_published=True)
        ingest(home, [sample("ferry", text="The ferry is repaired. " * 20)], is_published=True)
        note_attempt(home, command="ingest", message="no inbox", now=NOON)
        scrub(home, now=NOON)  # writes both files anew
        assert os.umask(0o022) == 0o022, "the process's own mask did not come back"
    finally:
        os.umask(before)
    assert home.stat().st_mode & 0o777 == mode
    made = {path.relative_to(home).as_posix(): path.stat().st_mode & 0o777 for path in home.rglob("*")}
    assert "news.duckdb" in made
    assert {name: oct(bits) for name, bits in made.items() if bits & ~mode} == {}
    assert made["news.duckdb"] == 0o444 & mode
