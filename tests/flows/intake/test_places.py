"""Places that are no plain files of this machine: addresses, lists of files, standard input, streams that break."""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow.fs import FileInfo, FileType

from flows.commands.ingest import command
from flows.intake import buckets
from flows.intake.discover import BrokenReadError, FoundFile, discover, open_file
from flows.intake.paths_files import read_paths_file
from flows.intake.standard_input import standard_input_kept
from flows.pipeline import fold_files
from flows.settings.settings import load_settings
from tests.story_samples import ask, report, settings_of, write_inbox
from transforms.types import Reason, Rejection
from warehouse import object_store
from warehouse.object_store import (
    Address,
    AddressError,
    azure_service,
    folders_below,
    parse_place,
    without_secrets,
)


@pytest.mark.parametrize("text", ["s3://b/k", "gs://b/a/k.warc.gz", "az://c/x", "S3://b/k/"])
def test_an_address_is_read_and_written_alike(text: str) -> None:
    address = parse_place(text)
    assert isinstance(address, Address)
    assert parse_place(str(address)) == address
    assert load_settings(inbox=text).model_dump(mode="json")["inbox"] == str(address)


@pytest.mark.parametrize("text", ["a", "./s3:/b", "/x/y", "-", "c:/x", "dir/http:/x"])
def test_a_path_stays_a_path(text: str) -> None:
    assert parse_place(text) == Path(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://user:pass-word@x.example/f?token=pass-word",
        "http://x.example",
        "ftp://x.example/pass-word",
        "s3://key:pass-word@b/k",
        "s3://pass-word@b/k",
        "hdfs://x/y",
        "s3://",
        "s3:///k",
    ],
)
def test_what_is_not_read_is_refused_without_repeating_a_secret(text: str) -> None:
    with pytest.raises(AddressError) as raised:
        parse_place(text)
    assert "pass-word" not in str(raised.value)
    result = CliRunner().invoke(command, [text])
    assert result.exit_code == 2
    assert "pass-word" not in result.output


def test_https_says_why_and_what_to_do() -> None:
    with pytest.raises(AddressError, match=r"not fetched.*newsfold ingest -"):
        parse_place("https://x.example/feed.xml")


def test_a_secret_of_the_environment_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret-word")
    assert without_secrets("denied:\n 'very-secret-word' does not match") == "denied: '…' does not match"


@pytest.mark.parametrize(
    ("endpoint", "blob", "dfs"),
    [
        ("http://127.0.0.1:10000/desk", "127.0.0.1:10000", "127.0.0.1:10000"),
        (
            "https://desk.blob.core.usgovcloudapi.net",
            ".blob.core.usgovcloudapi.net",
            ".dfs.core.usgovcloudapi.net",
        ),
        ("store.example:443", "store.example:443", "store.example:443"),
    ],
)
def test_an_endpoint_of_azure_is_named_as_arrow_names_it(
    endpoint: str, blob: str, dfs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT", "desk")
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", endpoint)
    named = azure_service().authorities()
    assert (named["blob_storage_authority"], named["dfs_storage_authority"]) == (blob, dfs)
    assert named["blob_storage_scheme"] == ("http" if endpoint.startswith("http:") else "https")


@given(
    st.sets(st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4).map("/".join), max_size=12)
)
@example({"a", "a/b"})  # an object and a folder of one name
def test_folders_that_names_imply_are_listed_as_those_of_other_services(keys: set[str]) -> None:
    objects = [FileInfo(f"bucket/top/{key}", FileType.File) for key in sorted(keys)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(object_store, "_infos_below", lambda place, is_recursive: objects)
        listed = folders_below(Address("gs", "bucket/top"))

    def below(folder: str) -> Iterator[str]:
        for info in listed(folder):
            if info.type == FileType.File:
                yield info.path
            else:
                yield from below(info.path)

    assert sorted(below("bucket/top")) == [info.path for info in objects]


segments = st.lists(st.sampled_from(["a", "b", "*", "**", "a*", "?"]), min_size=1, max_size=5)


@given(segments, st.lists(st.sampled_from(["a", "b", "ab", "abc"]), max_size=5))
def test_patterns_match_as_an_expression_says(pattern: list[str], names: list[str]) -> None:
    one = {"*": "[^/]*", "?": "[^/]", "a*": "a[^/]*"}
    text = "".join("(?:[^/]+/)*" if part == "**" else one.get(part, part) + "/" for part in pattern)
    expected = re.fullmatch(text, "".join(f"{name}/" for name in names)) is not None
    assert buckets.is_match(names, pattern) == expected


class FakeStore:
    """One object behind a connection that breaks at random."""

    def __init__(self, content: bytes, seed: int, *, share: float) -> None:
        self.content, self.etag, self._random, self._share = content, b'"1"', random.Random(seed), share
        self.opened = 0

    def open_input_file(self, path: str) -> FakeStore:
        self._break()
        self.opened += 1
        return self

    def metadata(self) -> dict[str, bytes]:
        return {"ETag": self.etag}

    def size(self) -> int:
        return len(self.content)

    def read_at(self, count: int, offset: int) -> bytes:
        self._break()
        return self.content[offset : offset + self._random.randint(1, count)]

    def close(self) -> None:
        pass

    def _break(self) -> None:
        if self._random.random() < self._share:
            raise OSError("connection reset")


def read_through(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(buckets, "file_system", lambda address: (store, address.path))
    monkeypatch.setattr(buckets, "RESUME_SECONDS", (0.0,) * 30)
    with open_file(FoundFile(location="s3://b/k", source_ref="s3://b/k", size=0, mtime_ns=0)) as stream:
        return stream.read()


@given(st.binary(max_size=2000), st.integers(0, 1 << 30))
def test_an_object_is_read_whole_over_broken_connections(content: bytes, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert read_through(FakeStore(content, seed, share=0.4), patch) == content


def test_states_of_an_object_are_not_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    store = FakeStore(b"x" * 100, 1, share=0)

    def read_at(count: int, offset: int) -> bytes:
        if offset and store.etag == b'"1"':
            store.etag = b'"2"'
            raise OSError("connection reset")
        return b"x" * min(count, 10)

    monkeypatch.setattr(store, "read_at", read_at)
    with pytest.raises(BrokenReadError, match="replaced"):
        read_through(store, monkeypatch)


def test_a_service_that_stays_away_puts_the_object_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "connection reset")
    with pytest.raises(BrokenReadError) as raised:
        read_through(FakeStore(b"x", 1, share=1), monkeypatch)
    assert str(raised.value) == "…"


def found(*paths: Path) -> list[FoundFile | Rejection]:
    return list(discover(list(paths), now=0.0))


@pytest.mark.parametrize("name", ["warc.paths", "warc.paths.gz"])
def test_a_list_of_files_names_them_from_the_root_of_the_mirror(name: str, tmp_path: Path) -> None:
    for key in ("crawl/2026/a.warc.gz", "crawl/2026/b.warc.gz"):
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(b"x")
    (tmp_path / "secret").write_bytes(b"x")
    lines = "crawl/2026/b.warc.gz\n\ncrawl/2026/a.warc.gz\ncrawl/2026/gone.warc.gz\n../secret\nhttps://x.example/y\n"
    packed = gzip.compress(lines.encode()) if name.endswith(".gz") else lines.encode()
    listing = tmp_path / "crawl/2026" / name
    listing.write_bytes(packed)
    seen = found(listing)
    assert [one.path.name for one in seen if isinstance(one, FoundFile)] == ["a.warc.gz", "b.warc.gz"]
    refused = {one.source_ref.rpartition("/")[2]: one.reason for one in seen if isinstance(one, Rejection)}
    assert refused == {
        "gone.warc.gz": Reason.VANISHED,
        f"{name}#5": Reason.UNSAFE_PATH,
        f"{name}#6": Reason.UNSAFE_PATH,
    }


@given(st.lists(st.sampled_from([0, 1, 3, 4092, 4093, 4094, 4095, 8190, 9000]), max_size=4), st.booleans())
def test_a_line_too_long_for_a_path_is_refused_whole(lengths: list[int], is_crlf: bool) -> None:
    end = "\r\n" if is_crlf else "\n"
    rows = ["a/" + "b" * length for length in lengths] + ["a/last"]
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "some.paths"
        listing.write_bytes("".join(row + end for row in rows).encode())
        result = list(read_paths_file(listing))
    wanted = [f"#{n}" if len(row + end) >= 4096 else row for n, row in enumerate(rows, 1)]
    seen = [
        f"#{one.source_ref.rpartition('#')[2]}"
        if isinstance(one, Rejection)
        else str(one).removeprefix(f"{folder}/")
        for one in result
    ]
    assert [one.strip("/") for one in seen] == [one.strip("/") for one in wanted]
    assert {one.detail for one in result if isinstance(one, Rejection)} <= {
        "a line of 4,096 bytes or more, which is no path"
    }


def test_keys_of_several_buckets_are_asked_of_the_service_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    class OneBucket:
        """Stands for a file system: it knows its own bucket, as services of two regions or schemes do."""

        def __init__(self, address: Address) -> None:
            self.own = f"{address.bucket}/"

        def get_file_info(self, paths: list[str]) -> list[FileInfo]:
            return [
                FileInfo(one, FileType.File if one.startswith(self.own) else FileType.NotFound)
                for one in paths
            ]

    monkeypatch.setattr(buckets, "file_system", lambda address: (OneBucket(address), address.path))
    monkeypatch.setattr(buckets, "KEYS_AT_ONCE", 2)
    keys = [Address("s3", f"x/{n}.warc") for n in range(5)]
    keys += [Address("gs", "y/b.warc"), Address("s3", "x-2/a.warc"), Address("gs", "x/a.warc")]
    result = list(buckets.find_objects([], keys, now=0.0, home_files=frozenset()))
    assert all(isinstance(one, FoundFile) for one in result)
    assert {one.source_ref for one in result} == {str(key) for key in keys}


def test_a_damaged_list_is_rejected(tmp_path: Path) -> None:
    listing = tmp_path / "warc.paths.gz"
    listing.write_bytes(gzip.compress(os.urandom(1000))[:-200])
    assert isinstance(found(listing)[0], Rejection)


@pytest.mark.slow
def test_what_is_piped_in_is_folded_once(tmp_path: Path) -> None:
    content = write_inbox(tmp_path / "inbox", "one", [report(0, 0), report(0, 1)]).read_bytes()
    settings = settings_of(tmp_path / "home")

    def pipe(data: bytes) -> Any:
        spool = settings.home / "spool"
        with standard_input_kept([Path("-")], spool, io.BytesIO(data)) as paths:
            outcome = fold_files(paths, settings)
        assert not list((spool / "standard-input").iterdir())
        return outcome.dispositions

    assert pipe(content) == {"loaded": 2}
    assert pipe(content) == {"unchanged": 2}
    refs = ask(settings.home, "SELECT source_ref FROM documents ORDER BY ALL")
    assert all(ref.startswith("stdin:") for (ref,) in refs)
    assert pipe(content + content.replace(b"e0t", b"e1t"))["loaded"] >= 1


def test_without_a_dash_standard_input_is_left_alone(tmp_path: Path) -> None:
    with standard_input_kept([tmp_path], tmp_path, io.BytesIO(b"x")) as paths:
        assert paths == [tmp_path]
    assert not list(tmp_path.iterdir())
