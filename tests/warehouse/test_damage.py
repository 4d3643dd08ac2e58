"""Real damage, byte by byte: flipped bits and cut logs are found, and recovery gives back what there was."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from tests.story_samples import copy_of, fold_in, report, stories
from tests.warehouse_samples import ask, faults, ingest, sample
from warehouse.connection import open_working, published_path, working_path
from warehouse.errors import Damaged

pytestmark = pytest.mark.slow

CORPUS = [*(report(event, telling) for event in range(4) for telling in range(3)), copy_of(report(0, 0), 1)]
BLOCK = 1 << 18  # of DuckDB's files, after three headers of 4 KiB
TABLES = ("articles", "documents", "stories", "story_articles", "story_events", "links", "copy_members")
CHILD = """
import os, signal, sys
from pathlib import Path
from tests.warehouse_samples import NOON, sample
from warehouse.batch_schemas import article_schema, rejection_schema, to_batch
from warehouse.connection import open_working, transaction
from warehouse.load import load_documents
from warehouse.runs import begin_run
with open_working(Path(sys.argv[1]), purpose="test") as con:
    for batch in range(6):
        run_id = begin_run(con, command="test", settings={}, versions={}, now=NOON)
        with transaction(con):
            articles = to_batch([sample(f"late{batch}")], article_schema())
            load_documents(con, run_id, articles, to_batch([], rejection_schema()), now=NOON)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fold_in(tmp_path_factory.mktemp("damage"), CORPUS)


def contents(home: Path) -> list[list[tuple[object, ...]]]:
    return [ask(home, f"FROM {table} ORDER BY ALL") for table in TABLES]


def flip(path: Path, place: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 0x10]))


def test_one_flipped_bit_is_found_or_changes_nothing(home: Path, tmp_path: Path) -> None:
    before, size = contents(home), working_path(home).stat().st_size
    chance, found = random.Random(5), 0
    for _ in range(6):
        shutil.rmtree(tmp_path / "hurt", ignore_errors=True)
        hurt = Path(shutil.copytree(home, tmp_path / "hurt"))
        # the first pages of a block hold its checksum and what is in use: further in there is much empty room
        block = chance.randrange((size - 3 * 4096) // BLOCK)
        flip(working_path(hurt), 3 * 4096 + block * BLOCK + chance.randrange(8192))
        if faults(hurt):
            found += 1
        else:
            assert contents(hurt) == before
    assert found >= 3


def test_damage_is_reported_with_its_remedy_which_gives_everything_back(home: Path) -> None:
    before = stories(home)
    for place in range(3 * 4096 + BLOCK + 9, working_path(home).stat().st_size, BLOCK):
        flip(working_path(home), place)
    result = CliRunner().invoke(cli, ["check", "--deep", "--home", str(home)])
    assert result.exit_code == 4
    assert "newsfold recover" in result.output
    assert "Traceback" not in result.output
    inbox = str(home.parent / "inbox")
    for words in (["ingest", inbox, "--prefect", "never"], ["maintain", "--prefect", "never"]):
        stopped = CliRunner().invoke(cli, [*words, "--home", str(home)])
        assert stopped.exit_code == 4, stopped.output
        assert stopped.exception is None or isinstance(stopped.exception, SystemExit)
        assert "recover" in stopped.output
    mended = CliRunner().invoke(cli, ["recover", inbox, "--home", str(home)])
    assert mended.exit_code == 0, mended.output
    assert stories(home) == before
    assert CliRunner().invoke(cli, ["check", "--deep", "--home", str(home)]).exit_code == 0


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose writer was killed with six commits in its log, and what was published before."""
    home = tmp_path_factory.mktemp("logged") / "home"
    ingest(home, [sample("early")], is_published=True)
    child = subprocess.run([sys.executable, "-c", CHILD, str(home)], check=False)
    assert child.returncode == -signal.SIGKILL
    assert log_of(home).stat().st_size > 1000
    return home


def log_of(home: Path) -> Path:
    return working_path(home).with_name(working_path(home).name + ".wal")


@pytest.mark.parametrize("way", ["cut", "flip"])
def test_a_damaged_log_is_found_or_loses_nothing(logged: Path, tmp_path: Path, way: str) -> None:
    before = contents(Path(shutil.copytree(logged, tmp_path / "whole")))
    chance, found, size = random.Random(3), 0, log_of(logged).stat().st_size
    places = [0, size // 2, size - 40, chance.randrange(size)]
    for number, place in enumerate(places):
        hurt = Path(shutil.copytree(logged, tmp_path / f"hurt{number}"))
        if way == "cut":
            os.truncate(log_of(hurt), place)
        else:
            flip(log_of(hurt), place)
        if faults(hurt):
            found += 1
            with pytest.raises(Damaged), open_working(hurt, purpose="test"):
                pass  # found once, it is not forgotten
        else:
            assert contents(hurt) == before, place
    assert found >= len(places) // 2


def test_a_log_that_went_missing_is_found_and_the_published_state_is_given_back(
    logged: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(logged, tmp_path / "home"))
    log_of(home).unlink()
    result = CliRunner().invoke(cli, ["check", "--deep", "--home", str(home)])
    assert result.exit_code == 4
    assert "after its last commit" in result.output
    again = CliRunner().invoke(cli, ["check", "--home", str(home)])
    assert again.exit_code == 4, "what is missing is not forgotten by looking"
    assert CliRunner().invoke(cli, ["recover", "--home", str(home)]).exit_code == 0
    assert ask(home, "SELECT title FROM articles") == [("Headline of early",)]
    assert faults(home) == []


def test_a_damaged_published_file_is_found_and_written_anew(home: Path) -> None:
    clean = published_path(home).stat().st_size
    for place in range(3 * 4096 + BLOCK + 9, clean, BLOCK):
        flip(published_path(home), place)
    result = CliRunner().invoke(cli, ["check", "--deep", "--home", str(home)])
    assert result.exit_code == 4
    assert "newsfold maintain" in result.output
    asked = CliRunner().invoke(cli, ["sql", "SELECT * FROM articles", "--home", str(home)])
    assert asked.exit_code == 4, asked.output
    assert "newsfold maintain" in asked.output
    mended = CliRunner().invoke(cli, ["maintain", "--home", str(home), "--prefect", "never"])
    assert mended.exit_code == 0, mended.output
    assert "written anew" in mended.output
    assert faults(home) == []
