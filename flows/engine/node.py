"""What a node of a cluster runs: one item in, its result as a file in the shared spool, and a few plain values out.

Each thread of a node that takes items has a worker process of its own, watched and limited as on one machine, so what
a document does to its process stays between the two.
"""

from __future__ import annotations

import atexit
import os
import pickle
import platform
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.engine.local import LocalEngine
from flows.engine.protocol import (
    Done,
    Failed,
    Item,
    Limits,
    NoRoomError,
    Outcome,
    TaskError,
    WorkerStartError,
)
from flows.engine.worker import Loss
from transforms.cleaning import CLEANER_VERSION
from transforms.readers import READERS_VERSION
from transforms.types import Reason
from warehouse.object_store import (
    Address,
    AddressError,
    Place,
    file_system,
    is_address,
    is_object,
    parse_place,
)

# What the result of an item depends on beside the item.
_PACKAGES = ("newsfold", "trafilatura", "lxml", "pyarrow")
_CHUNK = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeItem:
    """One item as it is sent to a node: name of the task, item, where results go, limits, and the files it reads."""

    task: str  # module:function
    item: Item
    spool: Place
    limits: Limits
    modules: tuple[str, ...]
    inputs: tuple[tuple[str, int], ...]  # location and bytes of what it reads; empty: not examined


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeResult:
    """The result of one item on a node: its losses, why it failed, or the error as text, for the head to raise."""

    node: str
    documents: int = 0
    losses: tuple[Loss, ...] = ()
    failed: tuple[Reason, str] | None = None
    other_stamp: str = ""  # the node's, where it is not the head's
    unseen: str = ""  # an input that the node does not see
    error: tuple[str, str, str] | None = None  # class, line, trace


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeReport:
    """What a node reports before its first item: its versions, whether it sees the spool, the first input it lacks."""

    stamp: str
    sees_spool: bool
    unseen: str


@cache
def stamp() -> str:
    """Return the versions that results depend on, as one text: it has to be equal on the head and on all nodes."""
    return ", ".join(
        [
            *(f"{name} {_version(name)}" for name in _PACKAGES),
            f"readers {READERS_VERSION}",
            f"cleaner {CLEANER_VERSION}",
            f"Python {'.'.join(platform.python_version_tuple()[:2])}",
        ]
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def report_node(token: str, inputs: Sequence[tuple[str, int]]) -> NodeReport:
    """Return the versions on this node, and whether the node can read a file of the head and the given inputs.

    `token` is the path of that file; `inputs` are location and bytes of each, see `first_unseen`. Raises nothing.
    """
    return NodeReport(stamp=stamp(), sees_spool=_sees(token, None), unseen=first_unseen(inputs))


def first_unseen(inputs: Sequence[tuple[str, int]]) -> str:
    """Return the location of the first input that this node lacks or has in another size; "" when it has all.

    Of an object (an address) the size is not compared; one that the service does not return counts as lacking.
    """
    return next((location for location, size in inputs if not _sees(location, size)), "")


def _sees(location: str, size: int | None) -> bool:
    if is_address(location):
        try:
            return is_object(parse_place(location))
        except Exception:  # noqa: BLE001 - no credentials, no network, no such scheme here: it is not seen
            return False
    try:
        return os.stat(location).st_size == size or size is None  # noqa: PTH116 - text, as where it was found
    except OSError:
        return False


def run_item(head_stamp: str, assignment: bytes) -> NodeResult:
    """Do a pickled Assignment in the worker process of this thread; return when the result file has its final name.

    Where versions differ from `head_stamp`, nothing is unpickled. The Answer also carries errors of the task, of the
    start of a worker, and of writing the result, and a lack of what this node's environment needs to write there
    (AddressError, before anything is done). Any other exception is raised, and the head counts the node as ended.
    """
    here = f"{platform.node()}:{os.getpid()}"
    if head_stamp != stamp():
        return NodeResult(node=here, other_stamp=stamp())
    work: NodeItem = pickle.loads(assignment)  # noqa: S301 - from the head, as all that a cluster runs
    local = [(location, size) for location, size in work.inputs if not is_address(location)]
    if unseen := first_unseen(local):
        return NodeResult(node=here, unseen=unseen)
    try:
        outcome = _into_spool(work)
    except (NoRoomError, TaskError, WorkerStartError) as error:
        trace = "\n".join(getattr(error, "__notes__", []))
        return NodeResult(node=here, error=(type(error).__name__, str(error), trace))
    except AddressError as error:
        return NodeResult(node=here, error=(AddressError.__name__, str(error), ""))
    except OSError as error:
        return NodeResult(node=here, error=("NoRoomError", f"the spool cannot be written: {error}", ""))
    if isinstance(outcome, Failed):
        return NodeResult(node=here, failed=(outcome.reason, outcome.detail))
    return NodeResult(node=here, documents=outcome.documents, losses=outcome.losses)


def _into_spool(work: NodeItem) -> Outcome:
    if isinstance(work.spool, Path):
        return _run(work, work.spool)
    file_system(work.spool)  # what this node lacks for it shows before the work, not after
    with TemporaryDirectory(prefix="newsfold-") as aside:
        outcome = _run(work, Path(aside))
        if isinstance(outcome, Done):
            put_result(outcome.path, work.spool.join(work.item.key))
        return outcome


def put_result(path: Path, address: Address) -> None:
    """Upload a result file to an address, where it appears only as a whole. Raises OSError, AddressError."""
    fs, target = file_system(address)
    with path.open("rb") as source, fs.open_output_stream(target) as out:
        while chunk := source.read(_CHUNK):
            out.write(chunk)


def _run(work: NodeItem, spool: Path) -> Outcome:
    module, _, function = work.task.partition(":")
    engine = _engine_of_thread(work.limits, work.modules)
    (outcome,) = engine.map(getattr(import_module(module), function), [work.item], spool)
    return outcome


_of_thread = threading.local()


def _engine_of_thread(limits: Limits, modules: tuple[str, ...]) -> LocalEngine:
    """Return this thread's engine; another one replaces it when a run has other limits."""
    made: tuple[Limits, tuple[str, ...], LocalEngine] | None = getattr(_of_thread, "made", None)
    if made is not None:
        if made[:2] == (limits, modules) and made[2].is_working:
            return made[2]
        made[2].close()
    engine = LocalEngine(workers=1, limits=limits, modules=modules)
    atexit.register(engine.close)
    _of_thread.made = (limits, modules, engine)
    return engine
