"""What every engine promises, held to each: in this process, processes, executors, Dask, Prefect's task runners."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from flows.engine import remote
from flows.engine.local import LocalEngine
from flows.engine.node import NodeReport, run_item, stamp
from flows.engine.protocol import Done, Engine, Failed, InlineEngine, Limits, NoRoomError, Outcome, Pulse
from flows.engine.remote import ClusterError, NodeMismatchError, NodeSetupError, RemoteEngine
from tests.dask_cluster import Cluster, running_cluster
from tests.flows.engine.test_local import Errand, lines, perform
from transforms.types import Reason
from warehouse.object_store import Address

pytestmark = pytest.mark.slow

# a very busy machine takes more than a second of processor time for the memory that a document may have
LIMITS = Limits(document_seconds=2.0, memory_bytes=256 << 20, item_seconds=30)
MODULES = [perform.__module__]
RUNNERS = ["prefect:threads", "prefect:processes", "prefect+dask"]  # of Prefect, whose task runs items are
KINDS = ["inline", "local", "executor", "dask"]
# those that survive what a document does to its process; test_local has more of the local one
OF_PROCESSES = ["local", "dask", "prefect:processes"]


class Executor(ThreadPoolExecutor):
    """Two threads of this process as nodes: anything with `submit` is a cluster."""

    def __init__(self) -> None:
        super().__init__(max_workers=2)

    def slots(self) -> int:
        return 2

    def on_every_node(self, fn: Callable[..., Any], /, *args: Any) -> Mapping[str, Any]:
        return {"here": fn(*args)}

    def close(self) -> None:
        self.shutdown(cancel_futures=True)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("dask")) as one:
        yield one


@pytest.fixture(scope="module")
def prefect_server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=600):
        yield


def make(kind: str, request: pytest.FixtureRequest, **fields: Any) -> Engine:
    if kind == "inline":
        return InlineEngine()
    if kind == "local":
        return LocalEngine(workers=2, limits=LIMITS, modules=MODULES)
    if kind == "executor":
        return RemoteEngine(Executor(), limits=LIMITS, modules=MODULES, **fields)
    if kind in RUNNERS:
        return connect_runner(kind, request, **fields)
    return connect(request.getfixturevalue("cluster"), **fields)


def connect_runner(kind: str, request: pytest.FixtureRequest, **fields: Any) -> RemoteEngine:
    from flows.engine.prefect_cluster import cluster_of

    request.getfixturevalue("prefect_server")
    name = kind
    if kind == "prefect+dask":
        pytest.importorskip("prefect_dask", reason="newsfold[dask] is not installed")
        name = f"prefect+{request.getfixturevalue('cluster').address}"
    return RemoteEngine(cluster_of(name, 2), limits=LIMITS, modules=MODULES, **fields)


def connect(cluster: Cluster, **fields: Any) -> RemoteEngine:
    from flows.engine.dask_cluster import DaskCluster

    return RemoteEngine(DaskCluster(cluster.address), limits=LIMITS, modules=MODULES, **fields)


@pytest.fixture
def engine(kind: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    one = make(kind, request)
    yield one
    one.close()


def run(engine: Engine, spool: Path, *acts: tuple[str, ...], **fields: Any) -> list[Outcome]:
    return list(engine.map(perform, [Errand(f"item{n}", act) for n, act in enumerate(acts)], spool, **fields))


@pytest.mark.parametrize("kind", [*KINDS, *RUNNERS])
def test_results_come_in_order_and_are_used_again(engine: Engine, tmp_path: Path) -> None:
    errands = [Errand(f"k{n}", (f"d{n}",) * (n % 3), cost=n % 7) for n in range(12)]
    pulses: list[Pulse] = []
    first = list(engine.map(perform, errands, tmp_path, on_pulse=pulses.append))
    assert [one.key for one in first] == [one.key for one in errands]
    assert [lines(one) for one in first] == [list(one.acts) for one in errands]
    assert sum(one.documents for one in first if isinstance(one, Done)) == 12
    assert pulses[-1].items_done == pulses[-1].items == 12
    (tmp_path / "k3").unlink()
    (tmp_path / ".k3.0.part").write_text("half")
    again = list(engine.map(perform, errands, tmp_path))
    assert [one.is_reused for one in again if isinstance(one, Done)] == [n != 3 for n in range(12)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(one.key for one in errands)


@pytest.mark.parametrize("kind", OF_PROCESSES)
def test_a_document_that_hangs_bloats_or_dies_is_lost_alone(engine: Engine, tmp_path: Path) -> None:
    outcomes = run(
        engine, tmp_path, ("a", "spin", "b"), ("exit", "c"), ("d", "eat"), ("e", "exit"), ("raise", "f")
    )
    assert [lines(one) for one in outcomes] == [
        ["a", "lost:timeout", "b"],
        ["lost:crashed", "c"],
        ["d", "lost:out_of_memory"],
        ["e", "lost:crashed"],
        ["lost:crashed", "f"],
    ]
    assert [len(one.losses) for one in outcomes if isinstance(one, Done)] == [1] * 5


@pytest.mark.parametrize("kind", KINDS)
def test_errors_in_two_items_and_twice_in_one_cost_three_documents(engine: Engine, tmp_path: Path) -> None:
    outcomes = run(engine, tmp_path, ("raise", "a", "raise"), ("b", "raise"), ("c",))
    assert [lines(one) for one in outcomes] == [
        ["lost:crashed", "a", "lost:crashed"],
        ["b", "lost:crashed"],
        ["c"],
    ]
    assert [[loss.source_ref for loss in one.losses] for one in outcomes if isinstance(one, Done)] == [
        ["item0#0", "item0#2"],
        ["item1#1"],
        [],
    ]


@pytest.mark.parametrize("kind", OF_PROCESSES)
def test_a_worker_process_that_is_killed_from_outside_costs_no_document(
    engine: Engine, tmp_path: Path
) -> None:
    act = f"kill-me-once={tmp_path}/once"
    hit, beside = run(engine, tmp_path / "spool", ("a", act, "b"), ("c",))
    assert [lines(hit), lines(beside)] == [["a", act, "b"], ["c"]]
    assert isinstance(hit, Done)
    assert hit.losses == ()
    assert (tmp_path / "once").exists()


@pytest.mark.parametrize("kind", ["executor"])
def test_an_item_that_dies_outside_any_document_is_given_up(engine: Engine, tmp_path: Path) -> None:
    given_up, fine = run(engine, tmp_path, ("x", "die-outside"), ("y",))
    assert isinstance(given_up, Failed)
    assert given_up.reason is Reason.CRASHED
    assert lines(fine) == ["y"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_ends_the_map_and_says_so(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NoRoomError, match="No space left"):
        run(engine, tmp_path, ("a",), ("full",))
    if not isinstance(
        engine, LocalEngine
    ):  # the processes of one machine end with its map; nodes take the next one
        assert [lines(one) for one in run(engine, tmp_path, ("a",), ("b",))] == [["a"], ["b"]]


@pytest.mark.parametrize("kind", ["executor"])
def test_a_late_answer_of_a_map_that_was_given_up_is_not_the_next_ones(
    engine: Engine, tmp_path: Path
) -> None:
    late, now = tmp_path / "late", tmp_path / "now"
    spool = tmp_path / "spool"
    spool.mkdir()
    with pytest.raises(NoRoomError):
        run(engine, spool, (f"wait-for={late}",), ("full",))

    def release(pulse: Pulse) -> None:
        (now if late.exists() else late).touch()

    outcomes = run(engine, spool, (f"wait-for={now}",), ("b",), on_pulse=release)
    assert [lines(one) for one in outcomes] == [[f"wait-for={now}"], ["b"]]


@pytest.mark.parametrize("kind", ["executor", "dask", "prefect+dask"])
def test_a_node_of_another_version_is_refused_in_one_line(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "stamp", lambda: "newsfold 0.0.1")
    if isinstance(engine, RemoteEngine) and isinstance(engine._cluster, Executor):
        assert run_item("newsfold 0.0.1", b"never unpickled").other_stamp == stamp()
    with pytest.raises(
        NodeMismatchError, match=r"node .* has newsfold .*; this machine has newsfold 0\.0\.1"
    ):
        run(engine, tmp_path, ("a",))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["executor", "dask", "prefect+dask"])
def test_inputs_that_a_node_does_not_see_are_named_before_anything_is_done(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "in" / "page.html"
    there.parent.mkdir()
    there.write_text("x")
    with make(kind, request, inputs_of=lambda item: [(str(there), 1)]) as engine:  # type: ignore[attr-defined]
        assert lines(run(engine, tmp_path / "seen", ("a",))[0]) == ["a"]
    # the head sees a file that no node does: it believes in another size
    monkeypatch.setattr(remote, "first_unseen", lambda inputs: "")
    with (
        make(kind, request, inputs_of=lambda item: [(str(there), 2)]) as engine,  # type: ignore[attr-defined]
        pytest.raises(NodeMismatchError, match=r"does not see .*page\.html"),
    ):
        run(engine, tmp_path / "unseen", ("a",))
    monkeypatch.undo()
    gone = str(tmp_path / "gone")  # here neither: its task says what that means
    with make(kind, request, inputs_of=lambda item: [(gone, 1)]) as engine:  # type: ignore[attr-defined]
        assert lines(run(engine, tmp_path / "gone-here-too", ("a",))[0]) == ["a"]


def test_a_spool_that_a_node_does_not_see_is_named(tmp_path: Path) -> None:
    class Elsewhere(Executor):
        def on_every_node(self, fn: Callable[..., Any], /, *args: Any) -> Mapping[str, Any]:
            return {"far": NodeReport(stamp=stamp(), sees_spool=False, unseen="")}

    with RemoteEngine(Elsewhere(), limits=LIMITS) as engine, pytest.raises(NodeMismatchError, match="spool"):
        run(engine, tmp_path, ("a",))


def test_a_node_without_the_account_of_the_exchange_ends_the_map_and_rejects_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(remote, "list_folder", lambda exchange: [])  # the head has one
    with (
        RemoteEngine(Executor(), limits=LIMITS, exchange=Address("az", "box/exchange")) as engine,
        pytest.raises(NodeSetupError, match=r"AZURE_STORAGE_ACCOUNT \(node .*\)"),
    ):
        run(engine, tmp_path, ("a",), ("b",))


def test_few_items_are_in_flight(tmp_path: Path) -> None:
    class Counting(Executor):
        flying = most = 0

        def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
            future = super().submit(fn, *args, **named)
            self.flying += 1
            self.most = max(self.most, self.flying)
            future.add_done_callback(self._landed)
            return future

        def _landed(self, future: Any) -> None:
            self.flying -= 1

    counting = Counting()
    with RemoteEngine(counting, limits=LIMITS, modules=MODULES) as engine:
        run(engine, tmp_path, *[(f"d{n}",) for n in range(20)])
    assert counting.most <= remote.ITEMS_A_SLOT * 2


def test_killed_nodes_cost_their_items_another_try(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    go = tmp_path / "go"
    with running_cluster(tmp_path_factory.mktemp("kill")) as cluster, connect(cluster) as engine:

        def replace_nodes() -> None:
            for node in cluster.workers:
                node.kill()
            go.touch()
            cluster.add_worker()

        errands = [Errand("k0", (f"wait-for={go}", "a")), Errand("k1", ("b",))]
        outcomes = engine.map(perform, errands, tmp_path / "spool")
        killer = threading.Timer(1.0, replace_nodes)
        killer.start()
        assert [lines(one)[-1] for one in outcomes] == ["a", "b"]
        killer.join()


def test_a_killed_scheduler_ends_the_run_and_what_was_done_is_used_again(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    never = tmp_path / "never"
    errands = [Errand("k0", ("a",), cost=9), Errand("k1", (f"wait-for={never}", "b"), cost=9)]
    with running_cluster(tmp_path_factory.mktemp("lost")) as cluster:
        with connect(cluster) as engine:
            outcomes = engine.map(perform, errands, tmp_path / "spool")
            assert lines(next(outcomes)) == ["a"]
            assert cluster.scheduler is not None
            cluster.scheduler.send_signal(signal.SIGKILL)
            with pytest.raises(ClusterError) as raised:
                next(outcomes)
            assert raised.value.can_pass
            # which would say it in a page of a traceback
            assert not logging.getLogger("distributed.client").isEnabledFor(logging.ERROR)
        with pytest.raises(ClusterError, match="no Dask scheduler answers"):
            connect(cluster)
        cluster.stop()
        never.touch()
        cluster.start()
        with connect(cluster) as engine:
            first, second = engine.map(perform, errands, tmp_path / "spool")
    assert isinstance(first, Done)
    assert first.is_reused
    assert lines(second)[-1] == "b"
