"""The engine against real processes: killed, hung, bloated, and what is left of their work."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.engine.local import LocalEngine
from flows.engine.protocol import (
    Done,
    Engine,
    EngineError,
    Failed,
    InlineEngine,
    Limits,
    Outcome,
    Progress,
    Pulse,
    TaskError,
    WorkerStartError,
)
from transforms.types import Reason

LIMITS = Limits(document_seconds=0.4, memory_bytes=256 << 20, item_seconds=20)


@dataclass(frozen=True)
class Errand:
    """An item: what each of its documents does to the worker."""

    key: str
    acts: tuple[str, ...]
    cost: int = 1


def perform(item: Errand, out: Path, progress: Progress) -> None:
    """The task: writes one line for each document, unless the document does something worse."""
    with out.open("w") as file:
        for number, act in enumerate(item.acts):
            if loss := progress.begin(f"{item.key}#{number}"):
                file.write(f"lost:{loss.reason}\n")
                continue
            _act(act, out)
            file.write(f"{act}\n")
        progress.end()
        if "die-outside" in item.acts:
            os._exit(9)
        if "raise-outside" in item.acts:
            raise RuntimeError("not the input's fault")


def _act(act: str, out: Path) -> None:
    name, _, argument = act.partition("=")
    match name:
        case "spin":
            while True:
                pass
        case "wait":
            time.sleep(1000)
        case "exit":
            os._exit(7)
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "eat":
            eaten = []
            while True:
                eaten.append(bytearray(16 << 20))
        case "raise":
            raise ValueError("bad \x1b[31m input\n")
        case "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        case "kill-me-once":
            once = Path(argument)
            if not once.exists():
                once.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case "wait-for":
            while not Path(argument).exists():
                time.sleep(0.01)
        case "write-pid":
            Path(argument).write_text(str(os.getpid()))
            time.sleep(1000)
        case "log":
            with Path(argument).open("a") as log:
                log.write(f"{out.name.split('.')[1]}\n")


def perform_two_files(item: Errand, out: Path, progress: Progress) -> None:
    """A task whose first file ends early once its second file's last document was found guilty."""
    deaths = Path(item.acts[0])
    with out.open("w") as file:
        for name in ("A", "B"):
            for number in range(2):
                if progress.begin(f"{name} (reading)"):
                    file.write(f"{name} given up\n")
                    break
                if name == "A" and number == 1 and deaths.exists() and len(deaths.read_text()) == 2:
                    os._exit(1)
                if progress.begin(f"{name}#{number}"):
                    file.write(f"{name}#{number} lost\n")
                    continue
                if name == "B" and number == 1:
                    with deaths.open("a") as log:
                        log.write("x")
                    os._exit(1)
                file.write(f"{name}#{number}\n")


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    with LocalEngine(workers=2, limits=LIMITS, modules=[__name__]) as local:
        local.start()
        yield local


def lines(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Done), outcome
    return outcome.path.read_text().split("\n")[:-1]


def run(engine: Engine, spool: Path, *acts: tuple[str, ...]) -> list[Outcome]:
    errands = [Errand(f"item{number}", act) for number, act in enumerate(acts)]
    return list(engine.map(perform, errands, spool))


@pytest.mark.parametrize("kind", ["local", "inline"])
def test_every_item_gives_its_result_in_order(kind: str, engine: LocalEngine, tmp_path: Path) -> None:
    chosen: Engine = engine if kind == "local" else InlineEngine()
    errands = [Errand(f"k{number}", (f"d{number}",) * (number % 3), cost=number % 7) for number in range(40)]
    outcomes = list(chosen.map(perform, errands, tmp_path))
    assert [outcome.key for outcome in outcomes] == [errand.key for errand in errands]
    assert [lines(outcome) for outcome in outcomes] == [list(errand.acts) for errand in errands]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(errand.key for errand in errands)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("spin", Reason.TIMEOUT),
        ("exit", Reason.CRASHED),
        pytest.param("segfault", Reason.CRASHED, marks=pytest.mark.slow),
        ("raise", Reason.CRASHED),
        pytest.param("wait", Reason.TIMEOUT, marks=pytest.mark.slow),
    ],
)
def test_a_poison_document_costs_only_itself(
    act: str, reason: Reason, engine: LocalEngine, tmp_path: Path
) -> None:
    poisoned, healthy = run(engine, tmp_path, ("a", act, "b", "c"), ("d", "e"))
    assert lines(poisoned) == ["a", f"lost:{reason}", "b", "c"]
    assert lines(healthy) == ["d", "e"]
    assert isinstance(poisoned, Done)
    assert [(loss.position, loss.source_ref, loss.reason) for loss in poisoned.losses] == [
        (1, "item0#1", reason)
    ]
    assert poisoned.losses[0].detail.isprintable()


@pytest.mark.slow
def test_a_document_that_eats_memory_costs_only_itself(tmp_path: Path) -> None:
    limits = Limits(document_seconds=60, memory_bytes=200 << 20)
    with LocalEngine(workers=1, limits=limits, modules=[__name__]) as local:
        (outcome,) = run(local, tmp_path, ("a", "eat", "b"))
    assert lines(outcome) == ["a", "lost:out_of_memory", "b"]


@pytest.mark.slow
def test_several_poisons_in_one_item(engine: LocalEngine, tmp_path: Path) -> None:
    (outcome,) = run(engine, tmp_path, ("raise", "a", "exit", "b", "raise"))
    assert lines(outcome) == ["lost:crashed", "a", "lost:crashed", "b", "lost:crashed"]


@pytest.mark.slow
def test_a_loss_stays_with_its_document_when_positions_shift(engine: LocalEngine, tmp_path: Path) -> None:
    """B#1 is blamed as the eighth step; then A ends early, and the blame must not fall on what is eighth now."""
    (outcome,) = engine.map(perform_two_files, [Errand("two", (f"{tmp_path}/deaths",))], tmp_path / "spool")
    assert lines(outcome) == ["A#0", "A given up", "B#0", "B#1 lost"]
    assert isinstance(outcome, Done)
    assert [loss.source_ref for loss in outcome.losses] == ["A (reading)", "B#1"]


def test_a_worker_killed_from_outside_loses_nothing(engine: LocalEngine, tmp_path: Path) -> None:
    """One kill -9 is no document's fault: the item is done again in full."""
    (outcome,) = run(engine, tmp_path / "spool", ("a", f"kill-me-once={tmp_path}/once", "b"))
    assert isinstance(outcome, Done)
    assert outcome.losses == ()
    assert lines(outcome) == ["a", f"kill-me-once={tmp_path}/once", "b"]


@pytest.mark.slow
def test_kills_at_any_time_lose_and_double_nothing(tmp_path: Path) -> None:
    """Workers are killed one after another while they work; every result is there once."""
    errands = [Errand(f"n{number}", ("x",) * 50, cost=1) for number in range(300)]
    killed = 0
    with LocalEngine(workers=2, limits=LIMITS, modules=[__name__]) as local:
        outcomes = []
        for outcome in local.map(perform, errands, tmp_path):
            outcomes.append(outcome)
            if len(outcomes) % 60 == 30:
                with local._lock:
                    pids = [worker.process.pid for worker in local._workers]
                for pid in pids[:1]:
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
    assert killed >= 4
    assert [lines(outcome) for outcome in outcomes] == [["x"] * 50] * 300


def test_a_slow_document_does_not_hold_the_others(tmp_path: Path) -> None:
    """The dearest item goes out first and cannot end before the last of the others has: they must flow past it."""
    pulses: list[Pulse] = []
    errands = [Errand(f"small{number:02}", ("a",), cost=20 - number) for number in range(20)]
    errands.append(Errand("big", (f"wait-for={tmp_path}/small19",), cost=1000))
    with LocalEngine(workers=2, modules=[__name__]) as local:
        outcomes = list(local.map(perform, errands, tmp_path, on_pulse=pulses.append))
    assert [lines(outcome) for outcome in outcomes] == [list(errand.acts) for errand in errands]
    assert pulses[-1].items_done == pulses[-1].items == 21
    assert pulses[-1].documents == 21


def test_what_is_done_is_not_done_again(engine: LocalEngine, tmp_path: Path) -> None:
    log = tmp_path / "log"
    spool = tmp_path / "spool"
    acts = [("a", f"log={log}"), ("b", f"log={log}")]
    first = run(engine, spool, *acts)
    (spool / "item1").unlink()
    (spool / ".item1.77.part").write_text("half of it")
    second = run(engine, spool, *acts)
    assert [lines(outcome) for outcome in first] == [lines(outcome) for outcome in second]
    assert [outcome.is_reused for outcome in second if isinstance(outcome, Done)] == [True, False]
    assert sorted(log.read_text().split()) == ["item0", "item1", "item1"]
    assert sorted(path.name for path in spool.iterdir()) == ["item0", "item1"]


@pytest.mark.slow
def test_an_item_that_kills_outside_any_document_is_given_up(engine: LocalEngine, tmp_path: Path) -> None:
    bad, good = run(engine, tmp_path, ("die-outside",), ("a",))
    assert isinstance(bad, Failed)
    assert bad.reason is Reason.CRASHED
    assert lines(good) == ["a"]


@pytest.mark.parametrize("act", ["raise-outside", "full"])
@pytest.mark.parametrize("kind", ["local", "inline"])
def test_what_is_no_documents_fault_ends_the_map(kind: str, act: str, tmp_path: Path) -> None:
    chosen: Engine = LocalEngine(workers=1, modules=[__name__]) if kind == "local" else InlineEngine()
    with pytest.raises(TaskError, match="fault" if act == "raise-outside" else "No space"):
        run(chosen, tmp_path, (act,))
    chosen.close()
    assert list(tmp_path.iterdir()) == []


def test_a_broken_environment_is_said_at_once(tmp_path: Path) -> None:
    with LocalEngine(workers=2, modules=["no_such_module_anywhere"]) as local:
        with pytest.raises(WorkerStartError, match="no_such_module_anywhere"):
            run(local, tmp_path, ("a",))
        with pytest.raises(EngineError):
            run(local, tmp_path, ("a",))


def test_a_caller_who_stops_listening_can_map_again(engine: LocalEngine, tmp_path: Path) -> None:
    errands = [Errand(f"e{number}", ("a",)) for number in range(5)] + [Errand("stuck", ("wait",))]
    stream = engine.map(perform, errands, tmp_path / "one")
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert [lines(outcome) for outcome in run(engine, tmp_path / "two", ("z",))] == [["z"]]


def test_keys_must_be_plain_file_names(tmp_path: Path) -> None:
    for key in ("", "../up", ".hidden", "a/b"):
        with pytest.raises(ValueError, match="file name"):
            list(InlineEngine().map(perform, [Errand(key, ())], tmp_path))
    with pytest.raises(ValueError, match="same key"):
        list(InlineEngine().map(perform, [Errand("a", ()), Errand("a", ())], tmp_path))


PARENT = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs tests in the background has it ignored
sys.path[:0] = {paths!r}
from flows.engine.local import LocalEngine
from tests.flows.engine import test_local as test_engine
engine = LocalEngine(workers=2)
errands = [test_engine.Errand(str(n), ("write-pid={folder}/pid" + str(n),)) for n in range(2)]
list(engine.map(test_engine.perform, errands, Path("{folder}/spool")))
"""


@pytest.mark.parametrize(
    "how",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_no_worker_outlives_its_parent(how: signal.Signals, tmp_path: Path) -> None:
    paths = [str(Path(__file__).parents[3])]
    program = PARENT.format(paths=paths, folder=tmp_path)
    parent = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    pid_files = [tmp_path / "pid0", tmp_path / "pid1"]
    try:
        _wait_until(lambda: all(path.exists() and path.read_text() for path in pid_files))
    finally:
        parent.send_signal(how)
        parent.wait(timeout=10)
    pids = [int(path.read_text()) for path in pid_files]
    _wait_until(lambda: not any(_is_alive(pid) for pid in pids))


def _is_alive(pid: int) -> bool:
    try:
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False


def _wait_until(condition: object, seconds: float = 15.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
