"""Inputs in a real bucket: the same tables as from files, nothing read twice, breaks and restarts got over."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.engine.protocol import InlineEngine
from flows.intake import buckets
from flows.intake.discover import FoundFile, MissingPathError, discover, open_file
from flows.operations.retry import forget_reading, retry
from flows.pipeline import fold_files
from flows.run_report import RunReport
from tests.object_store import (
    BUCKET,
    KEY,
    SECRET,
    ObjectStore,
    Relay,
    environment_of,
    put,
    put_folder,
    running_store,
)
from tests.story_samples import ask, settings_of
from transforms.types import Reason, Rejection
from warehouse.object_store import Address, Place, StoreError

pytestmark = pytest.mark.slow

SEEDS = Path(__file__).parents[3] / "seeds" / "inbox"
PAGE = "<html><head><title>{0}</title></head><body><article><h1>{0}</h1><p>{1}</p></article></body></html>"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with running_store(tmp_path_factory.mktemp("store")) as one:
        yield one


@pytest.fixture
def relay(store: ObjectStore) -> Iterator[Relay]:
    one = Relay(store.port)
    with environment_of(one.port):
        yield one
    one.close()


def fold(home: Path, *places: Place, **fields: Any) -> RunReport:
    return fold_files(places, settings_of(home, **fields), engine=InlineEngine())


def found(*places: Place) -> list[FoundFile | Rejection]:
    return list(discover(places, now=0.0, home_files=("working.duckdb",)))


def tables(home: Path) -> dict[str, Any]:
    """Return what was folded, without where it came from."""
    queries = {  # ids of texts without an identity of their own follow from where they lie
        "articles": "SELECT title, text, url, published_at, language, kind FROM articles ORDER BY ALL",
        "stories": "SELECT list_sort(list(title)) FROM story_articles JOIN articles USING (article_id)"
        " GROUP BY story_id ORDER BY ALL",
        "documents": "SELECT disposition, reason, format, bytes FROM documents ORDER BY ALL",
    }
    return {name: ask(home, query) for name, query in queries.items()}


def warc(pages: dict[str, str]) -> bytes:
    """Make a web archive as crawls publish them: a gzip member a record."""
    members = []
    for address, html in pages.items():
        body = html.encode()
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
        head = (
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026-11-01T00:00:00Z\r\n"
            f"WARC-Target-URI: {address}\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(http)}\r\n\r\n"
        )
        members.append(gzip.compress(head.encode() + http + b"\r\n\r\n"))
    return b"".join(members)


def test_seeds_from_a_bucket_give_the_tables_of_the_folder_and_are_not_read_again(
    relay: Relay, tmp_path: Path
) -> None:
    address = put_folder(SEEDS, "seeds")
    there, here = fold(tmp_path / "there", address), fold(tmp_path / "here", SEEDS)
    assert there.dispositions == here.dispositions
    assert tables(tmp_path / "there") == tables(tmp_path / "here")
    relay.requests.clear()
    put_folder(SEEDS, "seeds")  # the same bytes at a later time: the etag decides
    again = fold(tmp_path / "there", address)
    assert set(again.dispositions) == {"unchanged"}
    assert again.dispositions["unchanged"] == sum(here.dispositions.values())
    assert relay.gets("seeds/") == 0
    ledger = str(ask(tmp_path / "there", "FROM runs")) + str(ask(tmp_path / "there", "FROM files"))
    assert KEY not in ledger
    assert SECRET not in ledger


def test_other_bytes_of_the_same_size_in_the_same_second_are_read(store: ObjectStore, tmp_path: Path) -> None:
    text = (
        "The council of Brackwater voted on Tuesday to close the viaduct for {} weeks, after an inspection."
    )
    home = tmp_path / "home"
    for weeks in ("nine", "four"):
        address = put("same/page.txt", f"Viaduct shuts\n\n{text.format(weeks)}\n".encode())
        fold(home, address)
    assert [lead for (lead,) in ask(home, "SELECT text FROM articles") if "four" in lead]


def test_crawled_archives_are_folded_from_their_list(store: ObjectStore, tmp_path: Path) -> None:
    names = [f"crawl-data/CC-NEWS/2026/11/CC-NEWS-2026110100000{n}-0000{n}.warc.gz" for n in (1, 2)]
    words = "The harbour of Port Ellery reopened after the storm. Pilots guided four ships to their berths."
    for number, name in enumerate(names):
        pages = {
            f"https://paper{number}.example/{n}": PAGE.format(f"Ship {number} {n} docks", f"{words} {n} " * 8)
            for n in range(3)
        }
        put(name, warc(pages))
    listing = put(
        "crawl-data/CC-NEWS/2026/11/warc.paths.gz",
        gzip.compress("\n".join([*names, "crawl-data/gone"]).encode()),
    )
    report = fold(tmp_path / "home", listing)
    assert report.files == 2
    assert report.dispositions["loaded"] == 6
    assert report.reasons["vanished"] == 1
    refs = {ref for (ref,) in ask(tmp_path / "home", "SELECT source_ref FROM documents")}
    assert f"s3://{BUCKET}/crawl-data/gone" in refs
    assert any(ref.startswith(f"s3://{BUCKET}/{names[0]}") for ref in refs)


def test_keys_are_named_by_patterns_and_sorted_by_the_rules_of_files(store: ObjectStore) -> None:
    for key in (
        "w/a/1.txt",
        "w/b/c/2.txt",
        "w/b/3.html",
        "w/.hidden/4.txt",
        "w/5.txt.part",
        "w/star*[x].txt",
        "w/\n.txt",
    ):
        put(key, b"x")
    put("w/home/working.duckdb", b"x")
    root = Address("s3", f"{BUCKET}/w")

    def names(*places: Place) -> list[str]:
        return [one.source_ref.rpartition("/")[2] for one in found(*places) if isinstance(one, FoundFile)]

    assert names(root) == ["\\n.txt", "1.txt", "3.html", "2.txt", "star*[x].txt"]
    assert names(root.join("**/*.txt")) == ["\\n.txt", "1.txt", "2.txt", "star*[x].txt"]
    assert names(root.join("*/?.*"), root.join("a"), root.join("a/1.txt")) == ["1.txt", "3.html"]
    assert names(root.join("star*[x].txt")) == ["star*[x].txt"]
    reasons = {
        one.source_ref.rpartition("/")[2]: one.reason for one in found(root) if isinstance(one, Rejection)
    }
    assert reasons == {
        ".hidden": Reason.NOT_A_FILE,
        "5.txt.part": Reason.STILL_WRITTEN,
        "home": Reason.NOT_A_FILE,
    }
    for missing in (root.join("none"), root.join("*.none")):
        with pytest.raises(MissingPathError):
            found(missing)


def test_broken_connections_and_a_killed_server_change_nothing(
    store: ObjectStore, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * 40_000  # 10 MB
    file = found(put("broken/big.bin", content))[0]
    assert isinstance(file, FoundFile)
    monkeypatch.setattr(buckets, "REQUEST_BYTES", 1 << 20)
    relay.cut_after = 3 << 20  # a connection gives three parts, and breaks in the fourth
    with open_file(file) as stream:
        assert stream.read() == content
    assert relay.cuts
    relay.cut_after = None
    with open_file(file) as stream:
        first = stream.read(2 << 20)
        store.kill_gateway()
        restart = threading.Timer(1.0, store.start_gateway)
        restart.start()
        assert first + stream.read() == content
        restart.join()


def test_an_object_that_cannot_be_read_now_is_put_off_and_read_next_time(
    relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "RESUME_SECONDS", (0.01,))
    page = PAGE.format(
        "Viaduct shuts", "The council of Brackwater voted on Tuesday to close the viaduct. " * 9
    )
    address = put("later/page.html", page.encode() + b" " * 400_000)
    put("later/small.html", page.replace("viaduct", "market").encode())
    relay.cut_after = 200_000
    home = tmp_path / "home"
    first = fold(home, address, Address("s3", f"{BUCKET}/later/small.html"))
    assert first.dispositions["deferred"] == 1
    assert first.reasons["unreadable"] == 1
    assert first.dispositions["loaded"] == 1
    relay.cut_after = None
    second = fold(home, Address("s3", f"{BUCKET}/later"))
    assert "deferred" not in second.dispositions
    assert sum(second.dispositions.values()) == 2


def test_rejected_objects_are_tried_again_from_their_bucket(store: ObjectStore, tmp_path: Path) -> None:
    address = put("again/empty.txt", b"")
    home = tmp_path / "home"
    assert fold(home, address).dispositions == {"rejected": 1}
    report = retry(settings_of(home), engine=InlineEngine())
    assert report.files == 1
    assert forget_reading(settings_of(home), [address]) == 1


def test_a_service_that_does_not_answer_or_refuses_ends_the_run(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = Address("s3", f"{BUCKET}/seeds")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    with pytest.raises(StoreError, match=r"ACCESS_DENIED|SIGNATURE") as raised:
        found(address)
    assert raised.value.can_pass
    assert "another-secret" not in str(raised.value)
    with environment_of(1), pytest.raises(StoreError, match="connect"):
        found(address)
