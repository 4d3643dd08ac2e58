"""Settings and items in; the engine that cleans them, and the spool that its results lie in, out."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.engine.local import LocalEngine
from flows.engine.protocol import Engine, Limits
from flows.intake.cleaning import PREPARATION
from flows.intake.cleaning_items import CleaningItem
from transforms.readers.read_options import MIB
from warehouse.connection import spool_path
from warehouse.object_store import Address, file_system

if TYPE_CHECKING:
    from flows.engine.remote import Cluster
    from flows.settings.settings import Settings

LOCAL = "local"
# What starting a worker costs in processor time, about two seconds, in pages of usual size.
_PAGES_OF_A_START = 80
_PAGE_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """The folder of result files on this machine, and the bucket by which other nodes send them (`exchange`).

    `exchange` is None where the nodes see the folder.
    """

    folder: Path
    exchange: Address | None = None

    @property
    def for_copies(self) -> Path | None:
        """Return the folder for decompressed copies of big files; None when nodes cannot read this machine's folder."""
        return None if self.exchange else self.folder

    def remove(self) -> None:
        """Delete the result files, here and in the bucket, once they are loaded. What cannot be deleted stays."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.exchange is not None:
            fs, path = file_system(self.exchange)
            with suppress(OSError):  # the next run of the same settings uses or overwrites what stays
                fs.delete_dir(path)


def spool_of(settings: Settings, fingerprint: str) -> Spool:
    """Return the spool for results of this kind; its folder is named by `fingerprint`, so kinds never mix.

    `fingerprint` is a text, usable in a file name, that changes with what cleaning depends on; a run after a crash with
    the same one goes on. The spool lies in the home; in `engine_spool` where a cluster cleans and that is a folder;
    where that is an address, in the home, and results come through the address. Nothing is created.
    """
    name = f"clean-{fingerprint}"
    home = spool_path(settings.home)
    if settings.engine == LOCAL or settings.engine_spool is None:
        return Spool(folder=home / name)
    shared = f"{hashlib.sha256(str(home.absolute()).encode()).hexdigest()[:12]}-{name}"
    if isinstance(settings.engine_spool, Path):
        return Spool(folder=settings.engine_spool / shared)
    return Spool(folder=home / name, exchange=settings.engine_spool.join(shared))


def make_engine(settings: Settings, items: Sequence[CleaningItem], spool: Spool) -> Engine:
    """Return the engine that the setting `engine` names, local worker processes or a cluster; the caller closes it.

    Without items it is always local. Local workers are at most the setting `workers`, one an item, and no more than the
    amount of work justifies. Raises ClusterError (an EngineError) where a cluster does not answer, MissingExtra where
    the package of one is not installed.
    """
    if settings.engine != LOCAL and items:
        from flows.engine.remote import RemoteEngine

        return RemoteEngine(
            _cluster_of(settings),
            limits=_limits(settings),
            modules=PREPARATION,
            inputs_of=inputs_of,
            exchange=spool.exchange,
        )
    # every worker but the first must have enough to do to be worth its start
    worth = sum(max(len(item.work.files), item.cost // _PAGE_BYTES) for item in items) // _PAGES_OF_A_START
    workers = max(1, min(settings.workers, len(items), 1 + worth))
    if _ahead and _ahead[-1].limits == _limits(settings):
        engine = _ahead.pop()
        engine.workers = workers
        return engine
    return LocalEngine(workers=workers, limits=_limits(settings), modules=PREPARATION)


_ahead: list[LocalEngine] = []  # what `start_ahead` started and no run has taken over


def start_ahead(settings: Settings) -> LocalEngine | None:
    """Start an engine with one process for the next run of this process, which takes it over (`make_engine`).

    For who has to wait for something else first, so that it is ready for pages too. Without such a run it ends with
    this process. None where a cluster cleans.
    """
    if settings.engine != LOCAL:
        return None
    engine = LocalEngine(workers=1, limits=_limits(settings), modules=(*PREPARATION, "trafilatura"))
    engine.start()
    _ahead.append(engine)
    return engine


def _limits(settings: Settings) -> Limits:
    return Limits(document_seconds=settings.document_seconds, memory_bytes=settings.worker_memory_mb * MIB)


def _cluster_of(settings: Settings) -> Cluster:
    if settings.engine.startswith("prefect"):
        from flows.engine.prefect_cluster import cluster_of

        return cluster_of(settings.engine, settings.workers)
    from flows.engine.dask_cluster import DaskCluster

    return DaskCluster(settings.engine)


def inputs_of(item: CleaningItem) -> list[tuple[str, int]]:
    """Return location and bytes of every file that an item reads; for a slice of a copy, those of the copy.

    Such copies are decompressed files in the spool. Raises OSError where the copy is gone.
    """
    copy = item.work.file_slice.decompressed if item.work.file_slice else ""
    if copy:
        return [(copy, Path(copy).stat().st_size)]
    return [(file.location, file.size) for file in item.work.files]
