"""A schedule under load: a stream of made-up news, readers, killed workers, a full disk; at the end all must add up.

`newsfold serve` folds an inbox every few seconds while articles come in many times faster than in real life. Meanwhile
pages and SQL are read, cleaning processes are killed, and the disk of the home is filled and emptied. Afterwards each
article must be there once, no reader may have met an error, and every data check must pass.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.made_up_news import make_articles
from benchmarks.run_measurement import environment, keep_in, newsfold
from flows.prefect_support.schedule_runner import descendants

RESULT = Path(__file__).parent / "results" / "soak.json"
FILE_ARTICLES = 50  # of one file of the stream
DISK_MB = 1500  # of the home's file system, where one can be mounted
FULL_SECONDS = 15.0  # the disk stays full for so long


@dataclass
class Seen:
    """What was seen from outside while it ran."""

    reads: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    killed: int = 0
    filled: int = 0
    written: int = 0
    memory_mb: list[int] = field(default_factory=list)
    home_mb: list[int] = field(default_factory=list)


def main() -> None:
    """Soak for as long as asked, write the report, and fail when something did not add up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--per-minute", type=int, default=2000, help="articles")
    parser.add_argument("--kill-every", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--fill", type=int, default=2, help="how often the disk is filled")
    parser.add_argument("--name", default="soak")
    parser.add_argument("--no-report", action="store_true")
    chosen = parser.parse_args()
    figures = soak(
        seconds=60 * chosen.minutes,
        per_minute=chosen.per_minute,
        kill_every=chosen.kill_every,
        fills=chosen.fill,
    )
    print(json.dumps(figures, indent=2))
    if not chosen.no_report:
        keep_in(RESULT, chosen.name, figures)
    if figures["faults"]:
        sys.exit(1)


def soak(*, seconds: float, per_minute: int, kill_every: float, fills: int) -> dict[str, object]:
    """Run the schedule under load for so long; return figures, with `faults` in words, empty when all adds up."""
    with tempfile.TemporaryDirectory(prefix="soak-") as name, _small_disk(Path(name) / "disk") as disk:
        folder = Path(name)
        (folder / "inbox").mkdir()
        home, port, page = (disk or folder) / "home", _free_port(), _free_port()
        env = environment(
            PREFECT_HOME=str(folder / "prefect"), NEWSFOLD_SETTLE_SECONDS="0", NEWSFOLD_RETRY_DELAYS="[5, 10]"
        )
        env.pop("PREFECT_API_URL", None)
        log = folder / "serve.log"
        serve = ["serve", "--interval", "3", "--inbox", str(folder / "inbox"), "--home", str(home)]
        with log.open("wb") as out:
            schedule = subprocess.Popen(
                newsfold(*serve, "--port", str(port)), env=env, cwd=folder, stderr=out, start_new_session=True
            )
        seen, stop = Seen(), threading.Event()
        _write_stream(folder / "inbox", 0, FILE_ARTICLES, seen)
        try:
            _wait(lambda: (home / "news.duckdb").exists(), 600, schedule)
            with _web(home, page, env):
                began = time.monotonic()
                threads = [
                    threading.Thread(target=work, daemon=True)
                    for work in (
                        lambda: _stream(folder / "inbox", per_minute, stop, seen),
                        lambda: _read_pages(page, stop, seen),
                        lambda: _read_sql(home, stop, seen),
                        lambda: _kill_workers(schedule.pid, kill_every, stop, seen),
                        lambda: _fill_disk(disk, fills, seconds, stop, seen),
                        lambda: _measure(schedule.pid, home, stop, seen),
                    )
                ]
                for thread in threads:
                    thread.start()
                time.sleep(seconds)
                stop.set()
                for thread in threads:
                    thread.join(60)
                lasted = time.monotonic() - began
                ended = _ends(schedule)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(schedule.pid, signal.SIGKILL)
        return _judge(home, folder / "inbox", seen, lasted, ended, env, log)


def _write_stream(inbox: Path, begin: int, end: int, seen: Seen) -> None:
    records = _records(end)
    lines = [json.dumps(record) for record in records[begin:end]]
    (inbox / f"{begin:07d}.part").write_text("\n".join(lines))
    (inbox / f"{begin:07d}.part").replace(inbox / f"{begin:07d}.jsonl")
    seen.written = end


_made: list[dict[str, object]] = []
_maker: Iterator[dict[str, object]] = (article.record() for article in make_articles(10_000_000))


def _records(count: int) -> list[dict[str, object]]:
    while len(_made) < count:
        _made.append(next(_maker))
    return _made


def _stream(inbox: Path, per_minute: int, stop: threading.Event, seen: Seen) -> None:
    while not stop.wait(60 * FILE_ARTICLES / per_minute):
        _write_stream(inbox, seen.written, seen.written + FILE_ARTICLES, seen)


def _read_pages(port: int, stop: threading.Event, seen: Seen) -> None:
    while not stop.wait(0.5):
        for path in ("/", "/api/v1/stories", "/search?q=minister"):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                    answer.read()
                seen.reads["pages"] += 1
            except urllib.error.HTTPError as error:
                seen.errors.append(f"{path}: {error.code}")
            except OSError as error:
                seen.errors.append(f"{path}: {error}")


def _read_sql(home: Path, stop: threading.Event, seen: Seen) -> None:
    from warehouse.connection import open_published
    from warehouse.errors import WarehouseError

    while not stop.wait(0.2):
        try:
            with open_published(home) as con:
                con.execute("SELECT count(*) FROM stories JOIN articles USING (story_id)").fetchall()
            seen.reads["sql"] += 1
        except WarehouseError as error:
            seen.errors.append(f"sql: {error}")


def _kill_workers(schedule: int, every: float, stop: threading.Event, seen: Seen) -> None:
    """Kill one cleaning process: those that a run has started, which are its leaves."""
    while not stop.wait(every):
        end = time.monotonic() + every
        while time.monotonic() < end and not stop.wait(0.05):
            leaves = [pid for pid in descendants(schedule) if b"sys.path[:]" in _command(pid)]
            if leaves:
                with suppress(ProcessLookupError):
                    os.kill(random.choice(leaves), signal.SIGKILL)
                    seen.killed += 1
                break


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _fill_disk(disk: Path | None, fills: int, seconds: float, stop: threading.Event, seen: Seen) -> None:
    if disk is None or not fills:
        return
    while seen.filled < fills and not stop.wait(seconds / (fills + 1)):
        filler = disk / "filler"
        with suppress(OSError), filler.open("wb") as out:
            while True:
                out.write(bytes(1 << 20))
                out.flush()
        seen.filled += 1
        stop.wait(min(FULL_SECONDS, seconds / (4 * fills)))
        filler.unlink()


def _measure(schedule: int, home: Path, stop: threading.Event, seen: Seen) -> None:
    while not stop.wait(2.0):
        pages = 0
        for pid in [schedule, *descendants(schedule)]:
            with suppress(OSError, IndexError):
                pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        seen.memory_mb.append(pages * os.sysconf("SC_PAGE_SIZE") >> 20)
        size = 0
        for path in home.rglob("*"):
            with suppress(OSError):
                size += path.stat().st_size
        seen.home_mb.append(size >> 20)


def _judge(
    home: Path, inbox: Path, seen: Seen, lasted: float, ended: float | None, env: dict[str, str], log: Path
) -> dict[str, object]:
    """Fold what is left, then count: every article once, every check passes, nobody met an error."""
    from warehouse.connection import open_published

    last = subprocess.run(
        newsfold("ingest", str(inbox), "--home", str(home), "-q"),
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    again = subprocess.run(  # a document whose worker was killed was rejected for it, and is in order
        newsfold("retry", "--reason", "crashed", "--home", str(home), "-q"),
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if "no document is rejected" in again.stderr:
        again.returncode = 0
    check = subprocess.run(
        newsfold("check", "--deep", "--home", str(home)), env=env, capture_output=True, text=True, check=False
    )
    with open_published(home) as con:
        ((articles, distinct),) = con.execute(
            "SELECT count(*), count(DISTINCT external_id) FROM articles"
        ).fetchall()
        runs = dict(con.execute("SELECT status, count(*) FROM runs GROUP BY ALL").fetchall())
        stories = con.execute("SELECT count(*) FROM stories").fetchall()[0][0]
    faults = [f"a reader met an error: {error}" for error in seen.errors[:5]]
    if ended is None:
        faults.append("the schedule did not end by SIGTERM")
    for what, done in (("ingest", last), ("retry", again), ("check", check)):
        if done.returncode:
            faults.append(f"{what} ended with {done.returncode}: {done.stderr[-300:]}")
    if not articles == distinct == seen.written:
        faults.append(f"{seen.written} articles came in, {articles} are there, {distinct} different ones")
    log_text = log.read_text(errors="replace")
    if seen.filled and "disk" not in log_text:
        faults.append("the disk was full and the schedule did not say so")
    half = len(seen.memory_mb) // 2
    return {
        "minutes": round(lasted / 60, 2),
        "articles": articles,
        "stories": stories,
        "articles_a_minute": round(articles / (lasted / 60)),
        "runs": runs,
        "reads": dict(seen.reads),
        "reader_errors": len(seen.errors),
        "workers_killed": seen.killed,
        "disk_filled": seen.filled,
        "memory_mb": {
            "first_half": max(seen.memory_mb[:half], default=0),
            "second_half": max(seen.memory_mb[half:], default=0),
        },
        "home_mb": {"most": max(seen.home_mb, default=0), "last": seen.home_mb[-1] if seen.home_mb else 0},
        "seconds_to_end": ended,
        "faults": faults,
    }


def _ends(schedule: subprocess.Popen[bytes]) -> float | None:
    began = time.monotonic()
    schedule.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        schedule.wait(60)
        return round(time.monotonic() - began, 1)
    return None


@contextmanager
def _web(home: Path, port: int, env: dict[str, str]) -> Iterator[None]:
    command = newsfold("web", "--home", str(home), "--port", str(port))
    web = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(lambda: _is_open(port), 120, web)
        yield
    finally:
        web.terminate()
        web.wait(30)


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    """Mount a small file system in memory, where that is allowed; else there is none to fill."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def _wait(condition: Callable[[], bool], seconds: float, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError("it did not come up")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
