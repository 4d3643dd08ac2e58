"""What benchmarks share: evaluation data, newsfold's command, what it and all below it take, where figures go."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

DATA = Path(os.environ.get("NEWSFOLD_DATA", Path(__file__).parents[2] / "shared" / "data"))
LOOK_SECONDS, MOST_SECONDS = 0.2, 3.0  # between two looks at memory
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def newsfold(*arguments: str) -> list[str]:
    """The command of this environment."""
    return [str(Path(sys.executable).with_name("newsfold")), *arguments]


def environment(**more: str) -> dict[str, str]:
    """What commands are run in: as people have it, bytecode written by the first and read by the next."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | more


class Watch:
    """What a process and all below it take, read while they run and from the kernel when they have ended."""

    def __init__(self, arguments: list[str]) -> None:
        self.peak_together = self.peak_largest = 0
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        process = subprocess.Popen(
            arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment()
        )
        while process.poll() is None:
            self._look(process.pid)
            # which costs more the larger the processes are, so less often in a long run
            time.sleep(min(max(LOOK_SECONDS, (time.monotonic() - began) / 100), MOST_SECONDS))
        self.wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if process.returncode:
            raise RuntimeError(process.stderr.read().decode()[-2000:] if process.stderr else "failed")

    def _look(self, root: int) -> None:
        sizes = [_resident(pid) for pid in _family(root)]
        self.peak_together = max(self.peak_together, sum(sizes))
        self.peak_largest = max(self.peak_largest, *sizes, 0)


def resident_megabytes() -> int:
    """Megabytes that this process has in memory now."""
    return _resident(os.getpid()) >> 20


def _family(root: int) -> list[int]:
    """The process and everything below it."""
    found = [root]
    for pid in found:
        with suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _resident(pid: int) -> int:
    """Bytes of a process in memory, what it shares with others counted by its share."""
    with suppress(OSError, StopIteration, ValueError), Path(f"/proc/{pid}/smaps_rollup").open() as lines:
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    return 0


def _model() -> str:
    """Name the processor, as the kernel does."""
    with suppress(OSError, StopIteration), Path("/proc/cpuinfo").open() as lines:
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return platform.processor() or platform.machine()


def _commit() -> str:
    """Name the commit that is measured, and whether it was changed since; `unknown` outside a clone."""
    out = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=9"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return out.stdout.strip() or "unknown"


def circumstances() -> dict[str, Any]:
    """Return what every result carries: the commit and the machine that it was measured on."""
    return {
        "commit": _commit(),
        "machine": {
            "python": platform.python_version(),
            "processor": platform.machine(),
            "model": _model(),
            "cpus": os.cpu_count(),
            "load": round(os.getloadavg()[2], 1),
        },
    }


def keep_in(result: Path, name: str, figures: dict[str, Any]) -> None:
    """Lay the figures beside those of other runs, with the commit and the machine that they were measured on."""
    known = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
    known[name] = {
        **circumstances(),
        "versions": {
            package: version(package)
            for package in ("newsfold", "prefect", "duckdb", "pyarrow", "trafilatura")
        },
        **figures,
    }
    result.parent.mkdir(exist_ok=True)
    result.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
