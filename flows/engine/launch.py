"""Start a worker process and read what it uses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import IO

from flows.engine.worker import NO_DOCUMENT, SLOT_BYTES, Slot

# one worker a processor: threads inside each would only fight
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
# A fresh interpreter that imports this project's worker and nothing else. Not a fork: the parent has threads. Not
# the library's spawn: it would import the parent's main module again, which may be all of Prefect.
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from flows.engine.worker import main;"
    " main(*json.loads(sys.argv[2]))"
)


def launch(modules: Sequence[str], data_bytes: int) -> tuple[subprocess.Popen[bytes], Connection, Slot]:
    """Start a worker process without waiting for it; return the process, the parent's end of its pipe, and its slot.

    The slot is shared memory that shows which document the worker has open. The worker imports `modules` (and calls
    what is named as `module:function`), and may write to `data_bytes` of memory. The caller closes pipe and slot, and
    waits for the process. Raises OSError where it cannot be started.
    """
    ours, theirs = Pipe()
    with _shared_memory() as shared, closing(theirs):
        slot = Slot(shared.fileno())
        slot.write(NO_DOCUMENT)
        inherited = (theirs.fileno(), shared.fileno())
        paths = [entry or os.getcwd() for entry in sys.path]  # noqa: PTH109 - sys.path holds text
        arguments = [*inherited, os.getpid(), data_bytes, list(modules)]
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, json.dumps(paths), json.dumps(arguments)],
            stdin=subprocess.DEVNULL,
            stdout=2,  # what a library prints must not mix with our data on stdout
            pass_fds=inherited,
            env={**os.environ, **dict.fromkeys(_ONE_THREAD, "1")},
        )
    return process, ours, slot


def usage_of(pid: int) -> tuple[float, int] | None:
    """Return processor seconds (user and system) and resident bytes of a process.

    None where there is no /proc or the process is gone.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICK, int(fields[21]) * _PAGE


def _shared_memory() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        shared: IO[bytes] = os.fdopen(os.memfd_create("newsfold-slot"), "w+b")
    else:
        shared = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shared.truncate(SLOT_BYTES)
    return shared
