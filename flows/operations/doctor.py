"""Look over an installation: what is in order, what is not, and what to do about it; nothing is changed."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from flows.operations.doctor_findings import Finding, Health, in_hours, ok
from flows.operations.doctor_input import inspect_cleaning, inspect_inbox
from flows.operations.doctor_schedule import inspect_prefect
from flows.recorded_run import utc_now
from warehouse.compaction import is_scrub_owed
from warehouse.connection import open_published, published_path, working_path
from warehouse.errors import WarehouseError
from warehouse.locks import LOCK_NAME, is_alive, read_holder

if TYPE_CHECKING:
    from flows.settings.settings import Settings

# Room on the disk below which the next run may not end: a run writes a copy of the published file and a log.
_LEAST_ROOM = 1 << 30
_ROOM_TIMES = 3  # … and at least this many times what the warehouse takes now
_MAJORS = {"prefect": "3", "duckdb": "2", "datasketch": "2"}


def inspect_installation(settings: Settings) -> Iterator[Finding]:
    """Yield findings on versions, home, disk, locks, published file, erasure, runs, inbox, cleaning and Prefect.

    A subject has one finding, several, or none. Faults are findings of WARN or FAIL with advice; none raises. Nothing
    is changed.
    """
    inspections: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _versions,
        _home,
        _room,
        _writer,
        _readers,
        _published,
        _erasure,
        _last_run,
        _last_success,
        inspect_inbox,
        inspect_cleaning,
        inspect_prefect,
    )
    for inspect in inspections:
        yield from inspect(settings)


def _versions(settings: Settings) -> Iterator[Finding]:
    found = [f"Python {platform.python_version()}"]
    for name in ("newsfold", "prefect", "trafilatura", "datasketch", "duckdb"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding(
                health=Health.FAIL,
                what="versions",
                detail=f"{name} is not installed",
                advice="install newsfold again",
            )
            continue
        major = _MAJORS.get(name)
        if major and version(name).split(".")[0] != major:
            yield Finding(
                health=Health.WARN,
                what="versions",
                detail=f"{name} {version(name)} is not of the series {major}",
                advice="install from requirements.txt",
            )
    yield ok("versions", ", ".join(found))


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    parent = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        yield Finding(
            health=Health.FAIL,
            what="home",
            detail=f"{parent} is not a folder that can be written",
            advice="give it to the user who runs newsfold, or choose another with --home",
        )
    elif not working_path(home).exists():
        yield Finding(
            health=Health.WARN,
            what="home",
            detail=f"{home} has no warehouse yet",
            advice="run `newsfold ingest PATH`",
        )
    else:
        yield ok("home", f"{home} is there and can be written")


def _room(settings: Settings) -> Iterator[Finding]:
    parent = next(folder for folder in (settings.home, *settings.home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(parent).free
    taken = sum(
        path.stat().st_size
        for path in (working_path(settings.home), published_path(settings.home))
        if path.exists()
    )
    needed = max(_LEAST_ROOM, _ROOM_TIMES * taken)
    detail = f"{_size(free)} free, the warehouse takes {_size(taken)}"
    if free < needed:
        yield Finding(
            health=Health.WARN if free > taken else Health.FAIL,
            what="disk",
            detail=detail,
            advice=f"make room: a run may need {_size(needed)}; lower keep_published or keep_text_days",
        )
    else:
        yield ok("disk", detail)


def _writer(settings: Settings) -> Iterator[Finding]:
    holder = read_holder(settings.home)
    if holder.pid is None:
        yield ok("writer", "no run holds the warehouse")
    elif holder.host != platform.node():
        yield Finding(
            health=Health.WARN,
            what="writer",
            detail=f"held by {holder.describe()}",
            advice="a home belongs to one machine: see there whether it still runs",
        )
    elif is_alive(holder.pid, None):
        yield ok("writer", f"held by {holder.describe()}")
    else:
        yield Finding(
            health=Health.WARN,
            what="writer",
            detail=f"{LOCK_NAME} names process {holder.pid}, which is gone",
            advice="nothing to do: its lock went with it, and the next run closes its record",
        )


def _readers(settings: Settings) -> Iterator[Finding]:
    """Name processes that have the working file open: they lock out every run."""
    holder = read_holder(settings.home).pid
    readers = [pid for pid in _who_has_open(working_path(settings.home)) if pid not in (os.getpid(), holder)]
    if readers:
        yield Finding(
            health=Health.FAIL,
            what="readers",
            detail="the working file is open in "
            + ", ".join(f"process {pid} ({_command(pid)})" for pid in readers),
            advice=f"end them; {published_path(settings.home)} is the file to read",
        )
    else:
        yield ok("readers", "nobody has the working file open")


def _published(settings: Settings) -> Iterator[Finding]:
    path = published_path(settings.home)
    if not path.exists():
        if working_path(settings.home).exists():
            yield Finding(
                health=Health.FAIL,
                what="published",
                detail="there is no published file",
                advice="run `newsfold ingest`",
            )
        return
    try:
        open_published(settings.home).close()
    except WarehouseError as error:
        yield Finding(
            health=Health.FAIL,
            what="published",
            detail=str(error),
            advice="the next run with news replaces it",
        )
        return
    age = timedelta(seconds=max(0.0, time.time() - path.stat().st_mtime))
    yield ok("published", f"{path}, {_size(path.stat().st_size)}, {in_hours(age)} old")


def _erasure(settings: Settings) -> Iterator[Finding]:
    if is_scrub_owed(settings.home):
        yield Finding(
            health=Health.FAIL,
            what="erasure",
            detail="the files may still hold bytes of what was erased: they could not be written anew",
            advice="make room and run `newsfold maintain`",
        )


def _last_run(settings: Settings) -> Iterator[Finding]:
    from warehouse.latest_runs import latest_runs

    try:
        runs = latest_runs(settings.home, limit=1)
    except WarehouseError:
        return  # reported before
    if not runs:
        return
    run = runs[0]
    age = utc_now() - run.started_at
    detail = f"{run.run_id} ({run.command}) {run.status}, {in_hours(age)} ago"
    if run.status in ("failed", "crashed"):
        yield Finding(
            health=Health.WARN,
            what="last run",
            detail=f"{detail}: {run.message or 'without a word'}",
            advice="run `newsfold ingest` again: it goes on where that ended",
        )
    else:
        yield ok("last run", detail)


def _last_success(settings: Settings) -> Iterator[Finding]:
    """Say when nothing succeeded for too long: on a schedule that fails each minute, every other sign is of today."""
    from warehouse.latest_runs import read_totals

    try:
        totals = read_totals(settings.home)
    except WarehouseError:
        return  # reported before
    if not settings.quiet_hours or not totals.runs:
        return
    advice = "see `newsfold runs` for why, and whether the schedule is running"
    if totals.last_success_at is None:
        yield Finding(
            health=Health.FAIL, what="last success", detail="no run has succeeded yet", advice=advice
        )
        return
    age = timedelta(seconds=max(0.0, time.time() - totals.last_success_at))
    if age > timedelta(hours=settings.quiet_hours):
        yield Finding(health=Health.FAIL, what="last success", detail=f"{in_hours(age)} ago", advice=advice)
    else:
        yield ok("last success", f"{in_hours(age)} ago")


def _who_has_open(path: Path) -> list[int]:
    """Return the processes of this machine, as far as they may be examined, that have a file open."""
    if not path.exists():
        return []
    wanted = path.stat()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            for handle in (process / "fd").iterdir():
                seen = handle.stat()
                if (seen.st_dev, seen.st_ino) == (wanted.st_dev, wanted.st_ino):
                    found.append(int(process.name))
                    break
        except OSError:
            continue  # it ended meanwhile, or is somebody else's
    return sorted(found)


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "gone"
    return " ".join(word.decode("utf-8", "replace") for word in words if word)[:80]


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
