"""Publishing as Delta and Iceberg tables: every view arrives with its history, and no reader sees half of it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from flows.operations.erase import erase
from tests.object_store import BUCKET, ObjectStore, running_store
from tests.story_samples import article_id, fold, fold_in, report, settings_of, write_inbox
from warehouse import errors
from warehouse.connection import open_published
from warehouse.errors import MissingExtra
from warehouse.object_store import Address, Place, StoreError
from warehouse.published_parts import ForeignPublicationError, PlacePublication
from warehouse.published_tables import PUBLICATIONS, Tables, publish_tables

NOW = datetime.fromisoformat("2026-03-20T12:00:00")
CORPUS = [
    *(report(event, telling) for event in range(3) for telling in range(2)),
    report(3, 0, published=None),
]
FORMATS = [
    pytest.param(
        name, marks=pytest.mark.skipif(find_spec(package) is None, reason=f"newsfold[{name}] is not here")
    )
    for name, package in (("delta", "deltalake"), ("iceberg", "pyiceberg"))
]
pytestmark = [
    pytest.mark.slow,
    # of PyIceberg at its end, about connections of SQLAlchemy
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SETTING = {"delta": "publish_delta_to", "iceberg": "publish_iceberg_to"}


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fold_in(tmp_path_factory.mktemp("tables"), CORPUS)


@pytest.fixture
def home(folded: Path, tmp_path: Path) -> Path:
    shutil.copytree(folded / "home", tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with running_store(tmp_path_factory.mktemp("store")) as one:
        yield one


def tables_of(format: str, home: Path, place: Place) -> Tables:
    if format == "delta":
        from warehouse.published_to_delta import DeltaTables

        return DeltaTables(place)
    from warehouse.published_to_iceberg import IcebergTables

    return IcebergTables(home, place)


def send(format: str, home: Path, place: Place, **fields: Any) -> PlacePublication:
    return publish_tables(home, tables_of(format, home, place), **{"now": NOW, **fields})


class Reader:
    """Somebody who reads the tables with the libraries of their formats alone."""

    def __init__(self, format: str, home: Path, place: Place) -> None:
        self.format, self.home, self.place = format, home, place

    def _open(self, view: str, version: int | None) -> Any:
        """Return an Arrow table of one version, of the newest where None."""
        if self.format == "delta":
            return self.delta(view, version).to_pyarrow_table()
        return self.iceberg(view).scan(snapshot_id=version).to_arrow()

    def delta(self, view: str, version: int | None = None) -> Any:
        from deltalake import DeltaTable

        options = {"allow_http": "true", "aws_region": "us-east-1"}
        return DeltaTable(f"{self.place}/{view}", version=version, storage_options=options)

    def iceberg(self, view: str) -> Any:
        from pyiceberg.catalog.sql import SqlCatalog

        is_local = isinstance(self.place, Path)
        file = (self.place if isinstance(self.place, Path) else self.home) / "iceberg-catalog.db"
        options = (
            {} if is_local else {"s3.endpoint": os.environ["AWS_ENDPOINT_URL"], "s3.region": "us-east-1"}
        )
        return SqlCatalog("newsfold", uri=f"sqlite:///{file}", **options).load_table(("newsfold", view))

    def rows(self, view: str, version: int | None = None) -> list[str]:
        return plain(self._open(view, version))

    def publications(self) -> list[dict[str, int]]:
        """Return the versions that belong together, oldest first."""
        rows = self._open(PUBLICATIONS, None).to_pylist()
        return [dict(row["versions"]) for row in sorted(rows, key=lambda row: row["published_at"])]

    def published(self, at: int = -1) -> dict[str, list[str]]:
        """Return what a reader finds who takes the versions of one publication."""
        return {view: self.rows(view, version) for view, version in self.publications()[at].items()}

    def newest(self) -> dict[str, list[str]]:
        return {view: self.rows(view) for view in self.publications()[-1]}

    def files(self, view: str) -> set[str]:
        if self.format == "delta":
            return set(self.delta(view).file_uris())
        return {task.file.file_path for task in self.iceberg(view).scan().plan_files()}

    def versions(self, view: str) -> list[int]:
        """Return the states that are kept, those made by dropping files aside."""
        if self.format == "delta":
            return [entry["version"] for entry in self.delta(view).history() if entry["operation"] == "WRITE"]
        return [snapshot.snapshot_id for snapshot in self.iceberg(view).snapshots()]


def plain(table: Any) -> list[str]:
    """Return rows as sorted text that does not depend on widths of integers or on how maps are shown."""
    names = sorted(set(table.column_names) - {"day"})
    return sorted(repr([row[name] for name in names]) for row in table.to_pylist())


def published_views(home: Path) -> dict[str, list[str]]:
    with open_published(home) as con:
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: plain(con.sql(f"FROM {name}").to_arrow_table())
            for name in names
            if not name.startswith("_")
        }


@pytest.mark.parametrize("format", FORMATS)
def test_every_view_is_a_table_by_day_with_what_is_said_of_it(
    format: str, home: Path, tmp_path: Path
) -> None:
    done = send(format, home, tmp_path / "out")
    reader = Reader(format, home, tmp_path / "out")
    assert done.written == done.total == len(published_views(home))
    assert reader.newest() == reader.published() == published_views(home)
    days = {row["day"] for row in reader._open("articles", None).select(["day"]).to_pylist()}
    assert {day and day.isoformat() for day in days} == {"2026-03-01", "2026-03-02", "2026-03-03", None}
    assert len(reader.files("articles")) == 4
    if format == "delta":
        fields = {field.name: field.metadata for field in reader.delta("stories").schema().fields}
        assert fields["title"]["comment"] == "Headline of the canonical article."
        assert reader.delta("stories").metadata().description.startswith("One row per story")
    else:
        table = reader.iceberg("stories")
        assert table.schema().find_field("title").doc == "Headline of the canonical article."
        assert table.properties["comment"].startswith("One row per story")


@pytest.mark.parametrize("format", FORMATS)
def test_only_days_that_changed_are_written_and_former_states_stay(
    format: str, home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    reader = Reader(format, home, out)
    send(format, home, out)
    former, files = published_views(home), reader.files("articles")
    assert send(format, home, out, now=NOW + timedelta(minutes=1)).written == 0
    assert len(reader.publications()) == 1
    fold(home, write_inbox(tmp_path / "inbox", "more", [report(2, 2)]))
    send(format, home, out, now=NOW + timedelta(minutes=2))
    assert len(reader.files("articles") - files) == 1
    assert len(reader.files("articles") & files) == 3
    assert reader.newest() == reader.published() == published_views(home)
    assert reader.published(0) == former
    assert len(reader.versions("articles")) == 2
    send(format, home, out, now=NOW + timedelta(days=2), history_days=1)
    assert reader.newest() == published_views(home)


@pytest.mark.parametrize("format", FORMATS)
def test_a_table_whose_last_commit_is_not_on_record_is_written_as_a_whole(
    format: str, home: Path, tmp_path: Path
) -> None:
    """As after a home was restored from an older copy."""
    out = tmp_path / "out"
    send(format, home, out)
    shutil.copytree(home, tmp_path / "copy")
    fold(home, write_inbox(tmp_path / "inbox", "more", [report(2, 2)]))
    send(format, home, out, now=NOW + timedelta(minutes=1))
    restored = tmp_path / "copy"
    assert send(format, restored, out, now=NOW + timedelta(minutes=2)).written > 0
    assert Reader(format, restored, out).newest() == published_views(restored)


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_erased_is_in_no_file_and_no_history(format: str, home: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    out = tmp_path / "out"
    fields = {SETTING[format]: out}
    fold(home, write_inbox(tmp_path / "inbox", "more", [report(4, 0)]), **fields)
    reader = Reader(format, home, out)
    assert any("aquarium" in row for row in reader.rows("articles"))
    erase(settings_of(home, **fields), article_id(home, "e4t0"))
    assert reader.newest() == reader.published() == published_views(home)
    words = re.compile(b"aquarium", re.IGNORECASE)
    for path in out.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".parquet":
                content = repr(pq.read_table(path, partitioning=None).to_pylist()).encode()
            assert not words.search(content), path


@pytest.mark.parametrize("format", FORMATS)
def test_the_tables_of_others_are_left_alone(format: str, home: Path, tmp_path: Path) -> None:
    send(format, home, tmp_path / "out")
    other = fold_in(tmp_path / "other", [report(5, 0)]) / "home"
    with pytest.raises(ForeignPublicationError, match="article"):
        send(format, other, tmp_path / "out")
    assert Reader(format, home, tmp_path / "out").newest() == published_views(home)


KILLED = """
import sys; from datetime import datetime; from pathlib import Path
from tests.warehouse.test_published_tables import send
from warehouse.object_store import parse_place
print('go', flush=True)
send(sys.argv[1], Path(sys.argv[2]), parse_place(sys.argv[3]), now=datetime(2026, 3, 21))
"""


@pytest.mark.parametrize("format", FORMATS)
def test_killed_publications_into_a_bucket_are_never_seen_half(
    format: str, store: ObjectStore, home: Path, tmp_path: Path
) -> None:
    address = Address("s3", f"{BUCKET}/tables/{format}")
    send(format, home, address)
    reader = Reader(format, home, address)
    former = reader.newest()
    assert former == published_views(home)
    fold(home, write_inbox(tmp_path / "inbox", "more", [report(event, 2) for event in range(8)]))
    following = published_views(home)
    for wait in (0.3, 0.8, 1.5):
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", KILLED, format, str(home), str(address)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)  # an arbitrary instant: whatever it is, each table is the former or the new one
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert reader.published() in (former, following)
        for view, rows in reader.newest().items():
            assert rows in (former[view], following[view])
    store.kill_gateway()
    with pytest.raises(StoreError):
        send(format, home, address)
    store.start_gateway()
    send(format, home, address, now=NOW + timedelta(days=2))
    assert reader.newest() == reader.published() == following


@pytest.mark.parametrize(
    ("setting", "package"), [("publish_delta_to", "deltalake"), ("publish_iceberg_to", "pyiceberg")]
)
def test_without_the_extra_a_run_says_how_to_get_it_and_does_nothing(
    setting: str, package: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "find_spec", lambda name: None if name == package else find_spec(name))
    before = published_views(home)
    with pytest.raises(MissingExtra, match=package) as raised:
        fold(home, write_inbox(tmp_path / "inbox", "more", [report(4, 0)]), **{setting: tmp_path / "out"})
    assert re.fullmatch(r'install it: pip install "newsfold\[(delta|iceberg)\]"', raised.value.advice)
    assert published_views(home) == before
