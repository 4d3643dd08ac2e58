"""How many processors there are for us; apart from the engine, since commands that only look ask for it too."""

from __future__ import annotations

import os
from pathlib import Path


def usable_processors() -> int:
    """Count the processors that this process may use: those of its affinity, or fewer by the quota of its container.

    The quota is that of cgroup v2 (cpu.max), rounded; at least 1.
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(count, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no such file, or "max"
        return count
