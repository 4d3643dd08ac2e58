"""Whole runs whose cleaning other processes do over a real Dask cluster: the tables are those of one machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cluster import kill_in_turn, put_archives, write_pages
from flows.engine.protocol import InlineEngine
from flows.engine.remote import ClusterError
from flows.pipeline import fold_files
from flows.settings.settings import SettingsError, load_settings
from tests.dask_cluster import Cluster, running_cluster
from tests.object_store import BUCKET, running_store
from tests.story_samples import settings_of
from warehouse.connection import open_published
from warehouse.object_store import Address, list_folder

SEEDS = Path(__file__).parents[2] / "seeds" / "inbox"
TABLES = {
    "articles": "run_id, first_seen_at, last_changed_at",
    "stories": "created_at, updated_at",
    "story_articles": "joined_at",
    "links": "run_id, linked_at",
    "documents": "run_id, seen_at",
}


def published(home: Path) -> dict[str, list[Any]]:
    with open_published(home) as con:
        return {
            table: con.execute(f"SELECT * EXCLUDE ({times}) FROM {table} ORDER BY ALL").fetchall()
            for table, times in TABLES.items()
        }


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    home = tmp_path_factory.mktemp("local") / "home"
    fold_files([SEEDS], settings_of(home), engine=InlineEngine())
    return published(home)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("dask")) as one:
        yield one


@pytest.mark.slow
def test_seeds_on_two_nodes_of_which_one_is_killed(
    cluster: Cluster, local: dict[str, list[Any]], tmp_path: Path
) -> None:
    killer = threading.Timer(1.5, cluster.workers[0].kill)

    def on_progress(stage: str, done: int, total: int) -> None:
        if not killer.is_alive() and not killer.finished.is_set():
            killer.start()

    settings = settings_of(tmp_path / "home", engine=cluster.address)
    fold_files([SEEDS], settings, on_progress=on_progress)
    killer.join()
    cluster.add_worker()
    assert published(tmp_path / "home") == local
    assert not list((tmp_path / "home" / "spool").glob("clean-*"))


@pytest.mark.slow
def test_a_run_whose_scheduler_is_killed_is_run_again(
    local: dict[str, list[Any]], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_cluster(tmp_path_factory.mktemp("lost"), workers=1) as cluster:
        settings = settings_of(tmp_path / "home", engine=cluster.address)

        def on_progress(stage: str, done: int, total: int) -> None:
            if stage == "clean" and done and cluster.scheduler is not None:
                cluster.stop()

        with pytest.raises(ClusterError):
            fold_files([SEEDS], settings, on_progress=on_progress)
        cluster.start(workers=1)
        fold_files([SEEDS], settings)
    assert published(tmp_path / "home") == local


@pytest.mark.slow
def test_results_come_through_a_bucket_where_no_folder_is_shared(
    local: dict[str, list[Any]], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        running_store(tmp_path_factory.mktemp("store")),
        running_cluster(tmp_path_factory.mktemp("nodes"), workers=1) as cluster,
    ):
        settings = settings_of(
            tmp_path / "home", engine=cluster.address, engine_spool=f"s3://{BUCKET}/exchange"
        )
        fold_files([SEEDS], settings)
        assert not list(list_folder(Address("s3", f"{BUCKET}/exchange")))
    assert published(tmp_path / "home") == local


@pytest.mark.slow
def test_web_archives_from_a_bucket_on_nodes_that_are_killed_in_turn(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As `benchmarks.cluster` does with a gigabyte."""
    with (
        running_store(tmp_path_factory.mktemp("store")),
        running_cluster(tmp_path_factory.mktemp("nodes")) as cluster,
    ):
        write_pages(tmp_path / "pages", 60)
        place = put_archives(tmp_path / "pages", 1)
        fold_files([place], settings_of(tmp_path / "alone"), engine=InlineEngine())
        has_ended = threading.Event()
        killer = threading.Thread(target=kill_in_turn, args=(cluster, has_ended))
        killer.start()
        try:
            fold_files([place], settings_of(tmp_path / "shared", engine=cluster.address))
        finally:
            has_ended.set()
            killer.join()
    assert published(tmp_path / "shared") == published(tmp_path / "alone")


@pytest.mark.parametrize(
    "engine",
    [
        "dask://",
        "dask://user:pass@host:1",
        "ray://host:1",
        "prefect:ray",
        "prefect+dask://",
        "tcp://host:1",
        "Local",
    ],
)
def test_an_engine_that_is_none_is_refused(engine: str) -> None:
    with pytest.raises(SettingsError, match="engine"):
        load_settings(engine=engine)
