"""Inputs from Azure and Google, and publications there, through emulators: the tables are those of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.engine.protocol import InlineEngine
from flows.intake.discover import FoundFile, MissingPathError, discover
from flows.pipeline import fold_files
from tests.cloud_emulators import running_emulator
from tests.dask_cluster import running_cluster
from tests.story_samples import ask, report, settings_of, write_inbox
from tests.warehouse.test_published_places import manifest_of, published_views, read_as_a_reader
from warehouse.object_store import Address, StoreError, file_system, list_folder, without_secrets

pytestmark = [
    pytest.mark.slow,
    # of PyIceberg at its end, about connections of SQLAlchemy
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CORPUS = [report(event, telling) for event in range(3) for telling in range(2)]
FOLDED = "SELECT title, text, published_at FROM articles ORDER BY ALL"


@pytest.fixture(scope="module", params=["az", "gs"])
def bucket(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with running_emulator(request.param, tmp_path_factory.mktemp(request.param)) as address:
        yield address


def put(address: Address, content: bytes) -> None:
    fs, path = file_system(address)
    with fs.open_output_stream(path) as out:
        out.write(content)


def test_keys_below_folders_that_nobody_made_are_found(bucket: Address) -> None:
    for key in ("w/2026/11/a.txt", "w/2026/11/deep/er/b.txt", "w/2026/c.html", "w/.hidden/d.txt"):
        put(bucket.join(key), b"x")

    def names(place: Address) -> list[str]:
        found = discover([place], now=0.0)
        return [one.source_ref.rpartition("/")[2] for one in found if isinstance(one, FoundFile)]

    assert names(bucket.join("w")) == ["a.txt", "b.txt", "c.html"]
    assert names(bucket.join("w/2026/11")) == ["a.txt", "b.txt"]
    assert names(bucket.join("w/**/*.txt")) == ["a.txt", "b.txt"]
    with pytest.raises(MissingPathError):
        names(bucket.join("none"))


def test_inputs_are_read_once_and_publications_arrive(bucket: Address, tmp_path: Path) -> None:
    inbox = write_inbox(tmp_path / "inbox", "all", CORPUS)
    put(bucket.join(f"inbox/day/{inbox.name}"), inbox.read_bytes())
    home, out = tmp_path / "home", bucket.join("out")

    def fold(*places: Any) -> Any:
        return fold_files(places, settings_of(home, publish_to=str(out)), engine=InlineEngine())

    assert fold(bucket.join("inbox")).dispositions == {"loaded": len(CORPUS)}
    assert fold(bucket.join("inbox")).dispositions == {"unchanged": len(CORPUS)}
    fold_files([inbox], settings_of(tmp_path / "alone"), engine=InlineEngine())
    assert ask(home, FOLDED) == ask(tmp_path / "alone", FOLDED)
    assert read_as_a_reader(out) == published_views(home)
    former = manifest_of(out)
    fold(write_inbox(tmp_path / "more", "more", [report(4, 0)]))
    assert read_as_a_reader(out) == published_views(home)
    kept = {file["path"] for file in manifest_of(out)["files"]}
    assert kept & {file["path"] for file in former["files"]}


@pytest.mark.parametrize("format", ["delta", "iceberg"])
def test_tables_arrive(format: str, bucket: Address, tmp_path: Path) -> None:
    if (format, bucket.scheme) == ("delta", "gs"):
        pytest.skip("fake-gcs-server has no listing of the kind that Delta's client asks for")
    pytest.importorskip({"delta": "deltalake", "iceberg": "pyiceberg"}[format])
    home = tmp_path / "home"
    settings = settings_of(home, **{f"publish_{format}_to": f"{bucket}/{format}"})
    for number, records in enumerate((CORPUS, [report(4, 0)])):
        inbox = write_inbox(tmp_path / f"inbox{number}", f"n{number}", records)
        fold_files([inbox], settings, engine=InlineEngine())
    if format == "delta":
        from deltalake import DeltaTable

        from warehouse.published_to_delta import _options_of

        table: Any = DeltaTable(f"{bucket}/delta/articles", storage_options=_options_of(bucket))
        titles = table.to_pyarrow_table().column("title").to_pylist()
    else:
        from warehouse.published_to_iceberg import IcebergTables

        catalog = IcebergTables(home, bucket.join("iceberg"))._catalog
        titles = catalog.load_table("newsfold.articles").scan().to_arrow().column("title").to_pylist()
    assert sorted(titles) == [title for (title,) in ask(home, "SELECT title FROM articles ORDER BY title")]


def test_results_of_a_node_come_through_the_bucket(
    bucket: Address, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    inbox = write_inbox(tmp_path / "inbox", "all", CORPUS)
    with running_cluster(tmp_path_factory.mktemp("nodes"), workers=1) as cluster:
        settings = settings_of(tmp_path / "home", engine=cluster.address, engine_spool=f"{bucket}/exchange")
        assert fold_files([inbox], settings).dispositions == {"loaded": len(CORPUS)}
    assert not [info for info in list_folder(bucket.join("exchange")) if info.is_file]


def test_a_refusal_ends_the_run_and_shows_no_key(bucket: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    if bucket.scheme == "gs":
        pytest.skip("fake-gcs-server asks for no credentials")
    monkeypatch.setenv("AZURE_STORAGE_KEY", "bm90LXRoZS1rZXk=")
    with pytest.raises(StoreError) as raised:
        list(discover([bucket.join("inbox")], now=0.0))
    assert raised.value.can_pass
    assert "bm90LXRoZS1rZXk" not in str(raised.value)
    assert "bm90LXRoZS1rZXk" not in without_secrets("key bm90LXRoZS1rZXk= is wrong")
