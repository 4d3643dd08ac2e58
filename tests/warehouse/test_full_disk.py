"""A real disk that is really full: every failure is said in words, nothing is lost, and the same again ends it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.operations.erase import erase
from flows.operations.maintenance import maintain_warehouse
from tests.story_samples import fold, report, settings_of, stories, write_inbox
from tests.warehouse.test_crash import FACTS, PER_DAY, day_of
from tests.warehouse_samples import ask, faults, ingest
from warehouse.compaction import is_scrub_owed
from warehouse.errors import DiskFull, WarehouseError

pytestmark = pytest.mark.slow
CORPUS = [report(event, telling) for event in range(3) for telling in range(2)]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=False)


def fill(folder: Path, *, leave: int = 0) -> Path:
    """Fill a disk up to some bytes."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(65536))
        except OSError:
            pass
        if leave:
            out.truncate(out.tell() - leave)
    return filler


def test_a_load_that_finds_no_room_harms_nothing(small: Path) -> None:
    home = small / "home"
    ingest(home, day_of(0), is_published=True)
    before = [ask(home, fact) for fact in FACTS]
    filler = fill(small)
    many = [row for day in range(1, 40) for row in day_of(day)]
    with pytest.raises(WarehouseError) as caught:
        ingest(home, many, day=1, is_published=True)
    assert isinstance(caught.value, DiskFull), caught.value
    filler.unlink()
    assert [ask(home, fact) for fact in FACTS] == before
    assert ingest(home, day_of(1), day=1, is_published=True).dispositions == {"loaded": PER_DAY}


def test_a_run_that_finds_no_room_says_so_in_one_line_and_the_next_one_goes_on(small: Path) -> None:
    home, inbox = small / "home", small.parent / "inbox"
    fold(home, write_inbox(inbox, "first", CORPUS[:4]))
    write_inbox(inbox, "second", CORPUS)
    filler = fill(small)
    result = CliRunner().invoke(
        cli, ["ingest", str(inbox), "--home", str(home), "--workers", "1", "--prefect", "never"]
    )
    assert result.exit_code not in (0, 1), result.output
    (line,) = [line for line in result.output.splitlines() if line.startswith("newsfold:")]
    assert "full" in line
    assert "make room" in line
    assert "Traceback" not in result.output
    filler.unlink()
    fold(home, inbox)
    assert len(ask(home, "FROM articles")) == len(CORPUS)
    assert ask(home, "SELECT count(*) FROM runs WHERE status = 'running'") == [(0,)]
    assert faults(home) == []


@pytest.mark.parametrize(("leave", "how"), [(0, "again"), (1 << 20, "again"), (1 << 20, "by night")])
def test_an_erasure_that_finds_no_room_is_reported_and_ended_later(small: Path, leave: int, how: str) -> None:
    home = small / "home"
    fold(home, write_inbox(small.parent / "inbox", "all", CORPUS))
    before = stories(home)
    secret = str(report(1, 1)["text"]).splitlines()[0].encode()
    filler = fill(small, leave=leave)
    with pytest.raises(DiskFull) as caught:
        erase(settings_of(home), "e1t1")
    filler.unlink()
    is_erased = not ask(home, "FROM articles WHERE external_id = 'e1t1'")
    assert is_erased == is_scrub_owed(home) == bool(leave)
    if is_erased:
        assert "newsfold maintain" in str(caught.value)
        assert "erasure" in CliRunner().invoke(cli, ["doctor", "--home", str(home)]).output
    else:
        assert stories(home) == before
    if how == "by night" and is_erased:
        assert maintain_warehouse(settings_of(home)).broken == []
    else:
        result = CliRunner().invoke(cli, ["erase", "e1t1", "--yes", "--home", str(home)])
        assert result.exit_code == (2 if is_erased else 0), result.output  # there is no such article any more
    assert not is_scrub_owed(home)
    assert all(secret not in path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert stories(home) == {story - {"e1t1"} for story in before}
    assert faults(home) == []
    assert os.listdir(home / "published") == []
