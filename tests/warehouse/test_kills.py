"""kill -9 inside an erasure, a migration and the first set-up of caches: what was begun is ended by the next one.

NEWSFOLD_KILLS=100 tries each a hundred times; with -s, pytest shows how many met the work.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warehouse.test_erase import SECRET, erase, holding
from tests.warehouse.test_upgrade import unpack
from tests.warehouse_samples import NOON, ask, faults, ingest, sample
from warehouse.compaction import is_scrub_owed, scrub
from warehouse.connection import open_published
from warehouse.migrations import known_migrations

KILLS = int(os.environ.get("NEWSFOLD_KILLS", "3"))
OUTLET = "Kutterblatt"
# Children are forked from a process that has imported everything: a hundred starts would take longer than the work.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__, "flows.intake.language_model_cache"])


def bring_up(home: Path) -> None:
    """Open a working file of an older schema."""
    ask(home, "SELECT 1")


def fill_cache(folder: Path) -> str:
    """Set up the cache of the language model in a folder, and use it."""
    os.environ["XDG_CACHE_HOME"] = str(folder)
    from flows.intake.language_model_cache import find_model

    return find_model().languages[0]


def compile_loop(folder: Path) -> None:
    """Compile a loop with numba's cache in a folder, and use it."""
    import numba
    import numpy as np

    from transforms.kernel.compiled_or_numpy import components

    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]  # made of variables of the environment
    left = np.arange(9)
    assert components(10, left, left + 1).tolist() == [0] * 10
    assert any(folder.rglob("*.nbc"))


class Instants:
    """Random instants within a span that follows what is seen, so that a third of the kills come too late."""

    def __init__(self, seed: int, span: float) -> None:
        self._chance, self._span = random.Random(seed), span
        self.inside = 0

    def kill(self, work: Callable[..., object], place: Path, *arguments: str) -> None:
        """Begin the work and kill it at such an instant; count whether it was still at it."""
        if kill_inside(work, place, self._chance.uniform(0, self._span), *arguments):
            self.inside += 1
            self._span *= 1.1
        else:
            self._span /= 1.2


def kill_inside(work: Callable[..., object], place: Path, after: float, *arguments: str) -> bool:
    """Begin the work in a process of its own and kill it after so many seconds; return whether it was still at it."""
    begun, begins = FORKS.Pipe(duplex=False)
    child = FORKS.Process(target=_say_and_work, args=(begins, work, place, *arguments))
    child.start()
    begins.close()
    assert begun.recv() == "ready"
    time.sleep(after)
    child.kill()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def run_apart(work: Callable[..., object], *arguments: object) -> None:
    """Do the work in such a process and wait for its end."""
    child = FORKS.Process(target=work, args=arguments)
    child.start()
    child.join()
    assert child.exitcode == 0


def _say_and_work(
    begins: multiprocessing.connection.Connection, work: Callable[..., object], *arguments: object
) -> None:
    begins.send("ready")
    work(*arguments)


def seconds_of(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


@pytest.mark.slow
def test_an_erasure_is_whole_or_not_there_and_can_be_ended(tmp_path: Path) -> None:
    first = tmp_path / "first"
    secret = sample("pilots", SECRET, title="Lotsen fort", publisher=OUTLET)
    ingest(first, [secret, *(sample(f"other {n}") for n in range(8))], is_published=True)
    shutil.copytree(first, tmp_path / "calm")
    instants = Instants(11, seconds_of(lambda: erase(tmp_path / "calm", secret["url"])))
    for n in range(KILLS):
        home = shutil.copytree(first, tmp_path / f"home{n}")
        instants.kill(erase, home, secret["url"])
        left = ask(home, "SELECT count(*) FROM articles")[0][0]
        with open_published(home) as con:
            shown = con.execute("SELECT count(*) FROM articles").fetchall()[0][0]
        assert 8 <= left <= shown <= 9
        if left == 9:
            erase(home, secret["url"])
        elif holding(home, OUTLET, "Quastenflosser"):
            assert is_scrub_owed(home), "bytes are left and nobody knows"
            scrub(home, now=NOON)
        assert holding(home, OUTLET, "Quastenflosser") == []
        assert faults(home) == []
        shutil.rmtree(home)
    print(f"{instants.inside} of {KILLS} kills met an erasure at work")
    assert instants.inside


@pytest.mark.slow
def test_a_migration_is_whole_or_not_there(tmp_path: Path) -> None:
    newest = known_migrations()[-1].version
    facts = (
        "SELECT * FROM stories ORDER BY ALL",
        "SELECT article_id, content_hash FROM articles ORDER BY ALL",
    )
    calm = unpack(1, tmp_path / "calm")
    instants = Instants(12, seconds_of(lambda: bring_up(calm)))
    for n in range(KILLS):
        home = unpack(1, tmp_path / f"home{n}")
        instants.kill(bring_up, home)
        assert ask(home, "SELECT max(version) FROM schema_migrations") == [(newest,)]
        for fact in facts:
            assert ask(home, fact) == ask(calm, fact)
        assert faults(home) == []
        shutil.rmtree(home)
    print(f"{instants.inside} of {KILLS} kills met a migration at work")
    assert instants.inside


@pytest.mark.slow
def test_a_cache_that_was_begun_is_begun_again(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    instants = Instants(13, seconds_of(lambda: run_apart(fill_cache, tmp_path / "calm")))
    whole = {path.name: path.read_bytes() for path in (tmp_path / "calm").rglob("*.npy")}
    for _ in range(KILLS):
        instants.kill(fill_cache, folder)
        for stored in (folder / "newsfold" / "language-model").glob(
            "[!t]*"
        ):  # whatever has its name is whole
            assert {path.name: path.read_bytes() for path in stored.iterdir()} == whole
            shutil.rmtree(stored)  # and the next one begins again
    print(f"{instants.inside} of {KILLS} kills met a cache being set up")
    assert instants.inside
    said = [
        subprocess.run([sys.executable, "-c", CALM, str(place)], check=True, capture_output=True).stdout
        for place in (folder, tmp_path / "calm")
    ]
    assert said[0] == said[1]
    (model,) = (folder / "newsfold" / "language-model").iterdir()  # and no drafts of those that died
    assert sorted(path.name for path in model.iterdir()) == sorted(
        path.name for path in (tmp_path / "calm" / "newsfold" / "language-model" / model.name).iterdir()
    )


@pytest.mark.slow
def test_machine_code_that_was_cached_in_part_is_compiled_again(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    instants = Instants(14, seconds_of(lambda: run_apart(compile_loop, tmp_path / "calm")))
    for n in range(KILLS):
        instants.kill(compile_loop, folder)
        if n % 3 == 0:  # what two or three left is met by one that ends
            run_apart(compile_loop, folder)
            shutil.rmtree(folder)
    print(f"{instants.inside} of {KILLS} kills met a loop being compiled")
    assert instants.inside


CALM = (
    "import sys; from pathlib import Path; from tests.warehouse.test_kills import fill_cache; "
    "print(fill_cache(Path(sys.argv[1])))"
)
