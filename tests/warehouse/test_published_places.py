"""Publishing outwards: every view arrives, only what changed is written, and no reader sees half of it."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from flows.operations.erase import erase
from flows.operations.maintenance import maintain_warehouse
from tests.object_store import BUCKET, ObjectStore, running_store
from tests.story_samples import article_id, fold, fold_in, report, settings_of, write_inbox
from warehouse import published_places
from warehouse.connection import open_published, published_path
from warehouse.errors import DiskFull, StorageFailed
from warehouse.object_store import Address, Place, StoreError, file_system
from warehouse.published_parts import DAYS, ForeignPublicationError, PlacePublication
from warehouse.published_places import publish_to_place

NOW = datetime.fromisoformat("2026-03-20T12:00:00")
CORPUS = [
    *(report(event, telling) for event in range(3) for telling in range(2)),
    report(3, 0, published=None),
]


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fold_in(tmp_path_factory.mktemp("outward"), CORPUS)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with running_store(tmp_path_factory.mktemp("store")) as one:
        yield one


def send(home: Path, place: Place, **fields: Any) -> PlacePublication:
    return publish_to_place(home, place, now=NOW, **fields)


def manifest_of(place: Place) -> dict[str, Any]:
    fs, root = file_system(place)
    with fs.open_input_stream(f"{root}/manifest.json") as source:
        found: dict[str, Any] = json.loads(source.read())
    return found


def read_as_a_reader(place: Place) -> dict[str, list[Any]]:
    """Return the rows of every view by the manifest; fails where a file that it names is missing or not whole."""
    fs, root = file_system(place)
    manifest = manifest_of(place)
    views: dict[str, list[Any]] = {}
    for file in manifest["files"]:
        assert fs.get_file_info(f"{root}/{file['path']}").size == file["bytes"]
        rows = pq.read_table(f"{root}/{file['path']}", filesystem=fs, partitioning=None)
        assert rows.num_rows == file["rows"]
        views.setdefault(file["view"], []).extend(rows.to_pylist())
    database = manifest["database"]
    assert fs.get_file_info(f"{root}/{database['path']}").size == database["bytes"]
    return {view: sorted(map(repr, rows)) for view, rows in views.items()}


def published_views(home: Path) -> dict[str, list[Any]]:
    with open_published(home) as con:
        names = [n for (n,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: sorted(map(repr, con.sql(f"FROM {name}").to_arrow_table().to_pylist()))
            for name in names
            if not name.startswith("_")
        }


def files_below(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}


def test_every_view_arrives_by_day_with_undated_rows_apart(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "out"
    send(home, place)
    assert read_as_a_reader(place) == published_views(home)
    days = {file["day"] for file in manifest_of(place)["files"] if file["view"] == "articles"}
    assert days == {"2026-03-01", "2026-03-02", "2026-03-03", None}
    undated = [
        path for path in files_below(place) if path.startswith("articles/day=__HIVE_DEFAULT_PARTITION__/")
    ]
    assert len(undated) == 1
    assert set(DAYS) < set(published_views(home))
    database = place / manifest_of(place)["database"]["path"]
    assert database.read_bytes() == published_path(home).read_bytes()


@pytest.mark.slow
def test_only_what_changed_is_written(place: Path) -> None:
    home, out = place / "home", place / "out"
    first = send(home, out)
    assert first.written == first.total
    assert send(home, out).written == 0
    fold(home, write_inbox(place / "inbox", "more", [report(2, 2)]))
    before = files_below(out)
    send(home, out)
    new = {path.rpartition("/")[0] for path in files_below(out) - before}
    assert {folder for folder in new if folder.startswith(("articles/", "stories/"))} == {
        "articles/day=2026-03-03",
        "stories/day=2026-03-03",
    }
    assert read_as_a_reader(out) == published_views(home)


@pytest.mark.slow
def test_older_files_stay_for_a_few_publications(place: Path) -> None:
    home, out = place / "home", place / "out"
    former: list[set[str]] = []
    for number in range(3):
        fold(home, write_inbox(place / "inbox", f"n{number}", [report(3 + number % 5, number % 3)]))
        send(home, out, keep=1)
        former.append({file["path"] for file in manifest_of(out)["files"]})
        for paths in former[-2:]:
            assert paths <= files_below(out)
    named = {*former[-1], manifest_of(out)["database"]["path"], "manifest.json"}
    assert files_below(out) - named == set().union(*manifest_of(out)["superseded"])


@pytest.mark.slow
def test_a_publication_that_is_cut_off_anywhere_leaves_the_former_one(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, out = place / "home", place / "out"
    send(home, out)
    fold(home, write_inbox(place / "inbox", "more", [report(4, 0), report(2, 2)]))
    former = read_as_a_reader(out)
    write = published_places._Target._write
    for allowed in range(100):
        left = allowed

        def cut_off(self: Any, path: str, chunks: Any) -> None:
            nonlocal left
            if left == 0:
                raise OSError("the line is dead")
            left -= 1
            write(self, path, chunks)

        monkeypatch.setattr(published_places._Target, "_write", cut_off)
        try:
            send(home, out)
            break
        except StoreError:
            assert read_as_a_reader(out) == former
    assert allowed > 1
    assert read_as_a_reader(out) == published_views(home)


@pytest.mark.slow
def test_what_was_erased_is_nowhere_beyond_either(place: Path) -> None:
    home, out = place / "home", place / "out"
    settings = settings_of(home, publish_to=out)
    fold(home, write_inbox(place / "inbox", "more", [report(4, 0)]), publish_to=out)
    key = article_id(home, "e4t0")
    part = next(path for path in out.rglob("articles/day=2026-03-05/*.parquet"))
    shutil.copy(part, part.with_name("0" * 24 + ".parquet"))  # left by a publication that was cut off
    (out / "notes.parquet").write_bytes(b"somebody else's")
    erase(settings, key)
    assert read_as_a_reader(out) == published_views(home)
    words = re.compile(b"aquarium", re.IGNORECASE)
    for path in out.rglob("*.parquet"):
        if path.name != "notes.parquet":
            assert not words.search(repr(pq.read_table(path, partitioning=None).to_pylist()).encode()), path
    assert (out / "notes.parquet").exists()
    assert manifest_of(out)["superseded"] == []


@pytest.mark.slow
def test_maintenance_brings_what_a_run_could_not(place: Path) -> None:
    home, out = place / "home", place / "out"
    maintain_warehouse(settings_of(home, publish_to=out))
    assert read_as_a_reader(out) == published_views(home)


@pytest.mark.slow
def test_the_place_of_another_home_is_left_alone(home: Path, tmp_path: Path) -> None:
    send(home, tmp_path / "out")
    other = fold_in(tmp_path / "other", [report(5, 0)]) / "home"
    before = files_below(tmp_path / "out")
    with pytest.raises(ForeignPublicationError):
        send(other, tmp_path / "out")
    assert files_below(tmp_path / "out") == before


@pytest.mark.slow
def test_killed_publications_into_a_bucket_are_never_seen_half(store: ObjectStore, place: Path) -> None:
    home, address = place / "home", Address("s3", f"{BUCKET}/site/news")
    send(home, address)
    former = read_as_a_reader(address)
    assert former == published_views(home)
    fold(home, write_inbox(place / "inbox", "more", [report(event, 2) for event in range(8)]))
    program = (
        "import sys; from datetime import datetime; from pathlib import Path;"
        "from warehouse.object_store import parse_place; from warehouse.published_places import publish_outward;"
        "print('go', flush=True); publish_outward(Path(sys.argv[1]), parse_place(sys.argv[2]), now=datetime(2026,3,21))"
    )
    for wait in (0.02, 0.1, 0.3):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(home), str(address)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)  # an arbitrary instant: whatever it is, the former or the new one is whole
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert read_as_a_reader(address) in (former, published_views(home))
    store.kill_gateway()
    with pytest.raises(StoreError):
        send(home, address)
    store.start_gateway()
    send(home, address)
    assert read_as_a_reader(address) == published_views(home)


def test_duckdb_reads_a_publication_as_the_documents_say(home: Path, tmp_path: Path) -> None:
    send(home, tmp_path / "out")
    page = (Path(__file__).parents[2] / "docs" / "scale.md").read_text()
    recipe = re.search(r"```sql\n(SET VARIABLE news.*?)```", page, re.DOTALL)
    assert recipe is not None
    with duckdb.connect() as con:  # noqa: TID251 - as a reader without newsfold
        *steps, query = (
            recipe[1].replace("s3://bucket/news/", f"{tmp_path}/out/").strip().rstrip(";").split(";\n")
        )
        for step in steps:
            con.execute(step)
        rows = con.execute(query).fetchall()
    assert sum(count for _, count in rows) == len(CORPUS)


def test_a_home_without_room_is_not_put_down_to_the_place(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(code: int) -> Any:
        def writer(*_: object, **__: object) -> None:
            raise OSError(code, os.strerror(code))

        return writer

    for code, error_class in ((errno.ENOSPC, DiskFull), (errno.EIO, StorageFailed)):
        with monkeypatch.context() as patched:
            patched.setattr(pq, "ParquetWriter", refuse(code))
            with pytest.raises(error_class) as caught:
                send(home, tmp_path / "beyond")
        assert caught.type is error_class
    with monkeypatch.context() as patched:
        patched.setattr(published_places, "sync", refuse(errno.ENOSPC))
        with pytest.raises(StoreError):
            send(home, tmp_path / "beyond")
