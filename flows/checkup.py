"""Look over an installation: what is in order, what is not, and what to do about it; nothing is changed."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from flows.recording import utc_now
from warehouse.compaction import is_scrub_owed
from warehouse.connection import open_published, published_path, working_path
from warehouse.errors import WarehouseError
from warehouse.locks import LOCK_NAME, is_alive, read_holder

if TYPE_CHECKING:
    from flows.settings import Settings

# Room on the disk below which the next run may not end: a run writes a copy of the published file and a log.
_LEAST_ROOM = 1 << 30
_ROOM_TIMES = 3  # … and at least this many times what the warehouse takes now
_OLD = timedelta(days=2)  # since the last run: on any schedule that is long
_ANSWER_SECONDS = 3.0
_MAJORS = {"prefect": "3", "duckdb": "2", "datasketch": "2"}


class Health(StrEnum):
    """How one thing is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at, in words, and what to do when it is not in order."""

    health: Health
    what: str
    told: str
    advice: str = ""

    def describe(self) -> str:
        """Say it in one line."""
        return f"{self.health:<5} {self.what}: {self.told}" + (f"; {self.advice}" if self.advice else "")


def look_over(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after the other; a look that fails is a finding too."""
    looks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _versions,
        _home,
        _room,
        _writer,
        _readers,
        _published,
        _erasure,
        _last_run,
        _prefect,
    )
    for look in looks:
        yield from look(settings)


def _ok(what: str, told: str) -> Finding:
    return Finding(health=Health.OK, what=what, told=told)


def _versions(settings: Settings) -> Iterator[Finding]:
    found = [f"Python {platform.python_version()}"]
    for name in ("newsfold", "prefect", "trafilatura", "datasketch", "duckdb"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding(
                health=Health.FAIL,
                what="versions",
                told=f"{name} is not installed",
                advice="install newsfold again",
            )
            continue
        major = _MAJORS.get(name)
        if major and version(name).split(".")[0] != major:
            yield Finding(
                health=Health.WARN,
                what="versions",
                told=f"{name} {version(name)} is not of the series {major}",
                advice="install from requirements.txt",
            )
    yield _ok("versions", ", ".join(found))


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    parent = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        yield Finding(
            health=Health.FAIL,
            what="home",
            told=f"{parent} is not a folder that can be written",
            advice="give it to the user who runs newsfold, or choose another with --home",
        )
    elif not working_path(home).exists():
        yield Finding(
            health=Health.WARN,
            what="home",
            told=f"{home} has no warehouse yet",
            advice="run `newsfold ingest PATH`",
        )
    else:
        yield _ok("home", f"{home} is there and can be written")


def _room(settings: Settings) -> Iterator[Finding]:
    parent = next(folder for folder in (settings.home, *settings.home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(parent).free
    taken = sum(
        path.stat().st_size
        for path in (working_path(settings.home), published_path(settings.home))
        if path.exists()
    )
    needed = max(_LEAST_ROOM, _ROOM_TIMES * taken)
    told = f"{_size(free)} free, the warehouse takes {_size(taken)}"
    if free < needed:
        yield Finding(
            health=Health.WARN if free > taken else Health.FAIL,
            what="disk",
            told=told,
            advice=f"make room: a run may need {_size(needed)}; lower keep_published or keep_text_days",
        )
    else:
        yield _ok("disk", told)


def _writer(settings: Settings) -> Iterator[Finding]:
    holder = read_holder(settings.home)
    if holder.pid is None:
        yield _ok("writer", "no run holds the warehouse")
    elif holder.host != platform.node():
        yield Finding(
            health=Health.WARN,
            what="writer",
            told=f"held by {holder.describe()}",
            advice="a home belongs to one machine: see there whether it still runs",
        )
    elif is_alive(holder.pid, None):
        yield _ok("writer", f"held by {holder.describe()}")
    else:
        yield Finding(
            health=Health.WARN,
            what="writer",
            told=f"{LOCK_NAME} names process {holder.pid}, which is gone",
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
            told="the working file is open in "
            + ", ".join(f"process {pid} ({_command(pid)})" for pid in readers),
            advice=f"end them; {published_path(settings.home)} is the file to read",
        )
    else:
        yield _ok("readers", "nobody has the working file open")


def _published(settings: Settings) -> Iterator[Finding]:
    path = published_path(settings.home)
    if not path.exists():
        if working_path(settings.home).exists():
            yield Finding(
                health=Health.FAIL,
                what="published",
                told="there is no published file",
                advice="run `newsfold ingest`",
            )
        return
    try:
        open_published(settings.home).close()
    except WarehouseError as error:
        yield Finding(
            health=Health.FAIL, what="published", told=str(error), advice="the next run with news replaces it"
        )
        return
    age = timedelta(seconds=max(0.0, time.time() - path.stat().st_mtime))
    yield _ok("published", f"{path}, {_size(path.stat().st_size)}, {_age(age)} old")


def _erasure(settings: Settings) -> Iterator[Finding]:
    if is_scrub_owed(settings.home):
        yield Finding(
            health=Health.FAIL,
            what="erasure",
            told="the files may still hold bytes of what was erased: they could not be written anew",
            advice="make room and run `newsfold maintain`",
        )


def _last_run(settings: Settings) -> Iterator[Finding]:
    from warehouse.ledger import latest_runs

    try:
        runs = latest_runs(settings.home, limit=1)
    except WarehouseError:
        return  # told before
    if not runs:
        return
    run = runs[0]
    age = utc_now() - run.started_at
    told = f"{run.run_id} ({run.command}) {run.status}, {_age(age)} ago"
    if run.status in ("failed", "crashed"):
        yield Finding(
            health=Health.WARN,
            what="last run",
            told=f"{told}: {run.message or 'without a word'}",
            advice="run `newsfold ingest` again: it goes on where that ended",
        )
    elif age > _OLD:
        yield Finding(health=Health.WARN, what="last run", told=told, advice="is the schedule running?")
    else:
        yield _ok("last run", told)


def _prefect(settings: Settings) -> Iterator[Finding]:
    url = os.environ.get("PREFECT_API_URL")
    if not url:
        yield _ok(
            "prefect", "PREFECT_API_URL is not set: runs are not reported; `newsfold serve` brings a server"
        )
        return
    import json
    import urllib.request

    try:
        with urllib.request.urlopen(f"{url}/health", timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - the operator's own setting
            answer.read(16)
        body = json.dumps({"deployments": {"tags": {"all_": ["newsfold"]}}}).encode()
        question = urllib.request.Request(  # noqa: S310 - the operator's own setting
            f"{url}/deployments/filter", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(question, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - the operator's own setting
            deployments = json.load(answer)
    except (OSError, ValueError) as error:
        yield Finding(
            health=Health.FAIL,
            what="prefect",
            told=f"{url} does not answer: {error}",
            advice="start it (`prefect server start`), or unset PREFECT_API_URL",
        )
        return
    yield _ok("prefect", f"{url} answers")
    if not deployments:
        yield Finding(
            health=Health.WARN,
            what="schedule",
            told="no deployment with the tag newsfold",
            advice="run `prefect deploy --all --no-prompt`, or `newsfold serve`",
        )
    for each in deployments:
        yield _schedule(each)


def _schedule(deployment: dict[str, object]) -> Finding:
    what = f"schedule {deployment.get('name')}"
    schedules = deployment.get("schedules")
    active = [one for one in schedules if one.get("active")] if isinstance(schedules, list) else []
    if deployment.get("paused") or not active:
        return Finding(
            health=Health.WARN,
            what=what,
            told="paused or without a schedule",
            advice="resume it in the Prefect UI",
        )
    if deployment.get("status") == "NOT_READY":
        return Finding(
            health=Health.WARN,
            what=what,
            told="nobody is there to run it",
            advice="start `prefect worker start --pool newsfold`, or `newsfold serve`",
        )
    told = ", ".join(
        str((one.get("schedule") or {}).get("cron") or (one.get("schedule") or {}).get("interval"))
        for one in active
    )
    return _ok(what, told)


def _who_has_open(path: Path) -> list[int]:
    """Return the processes of this machine, as far as they may be looked at, that have a file open."""
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


def _age(age: timedelta) -> str:
    hours, seconds = divmod(int(age.total_seconds()), 3600)
    return (
        f"{hours // 24} days"
        if hours >= 48
        else f"{hours} h {seconds // 60} min"
        if hours
        else f"{seconds // 60} min"
    )
