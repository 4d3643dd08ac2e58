"""Packings and archives: all members in order, each under its own name, to a bounded depth."""

from __future__ import annotations

import bz2
import io
import lzma
import random
import tarfile
from collections.abc import Callable

import pytest
import zstandard

from tests.fuzz.samples import PAGE, RECORD, SECOND, TEXT, gzipped, lines, tarred, zipped
from tests.transforms.readers.reading import read_all
from transforms.readers import ReadOptions
from transforms.readers.byte_streams import Budget, StopReading, Window, decompress
from transforms.types import Disposition, RawDocument, Reason, Rejection

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzipped,
    "zstd": zstandard.ZstdCompressor().compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
RECORDS = lines(RECORD, SECOND)


@pytest.mark.parametrize("packing", PACKERS)
def test_members_in_a_row_are_one_stream(packing: str) -> None:
    pack = PACKERS[packing]
    found = read_all(pack(lines(RECORD)) + pack(lines(SECOND)))
    assert [item.source_ref for item in found] == ["in/file#1", "in/file#2"]


@pytest.mark.parametrize("packing", PACKERS)
def test_zeros_and_junk_after_the_end_are_ignored(packing: str) -> None:
    assert read_all(PACKERS[packing](RECORDS) + bytes(512)) == read_all(RECORDS)
    assert read_all(PACKERS[packing](RECORDS) + b"junk") == read_all(RECORDS)


@pytest.mark.parametrize("packing", PACKERS)
def test_unpacking_gives_every_byte_whatever_is_asked(packing: str) -> None:
    data = random.Random(7).randbytes(300_000) + b"a" * 900_000
    window = decompress(
        Window(io.BytesIO(PACKERS[packing](data)).read), packing, Budget(lambda: 1 << 20, ReadOptions())
    )
    dice, parts = random.Random(8), []
    while part := window.read(dice.choice((1, 10, 4096, 300_000))):
        parts.append(part)
    assert b"".join(parts) == data


@pytest.mark.parametrize("packing", PACKERS)
def test_every_truncation_gives_whole_records_and_then_says_so(packing: str) -> None:
    words = random.Random(3)
    records: list[dict[str, object]] = [
        {"title": f"Report {n}", "text": " ".join(f"w{words.randrange(10**6)}" for _ in range(40))}
        for n in range(60)
    ]
    packed = PACKERS[packing](lines(*records))
    for share in (0.3, 0.6, 0.9, 0.999):
        *found, last = read_all(packed[: int(len(packed) * share)])
        assert isinstance(last, Rejection)
        assert last.reason is Reason.TRUNCATED
        titles = [item.stated.title for item in found if isinstance(item, RawDocument)]
        assert titles == [f"Report {n}" for n in range(len(found))]


@pytest.mark.parametrize("make", [zipped, tarred])
def test_members_come_in_stored_order_under_their_names(make: Callable[[dict[str, bytes]], bytes]) -> None:
    found = read_all(make({"b/2.html": PAGE, "a/1.jsonl": RECORDS, "c.txt": TEXT}))
    assert [item.source_ref for item in found] == [
        "in/file!b/2.html",
        "in/file!a/1.jsonl#1",
        "in/file!a/1.jsonl#2",
        "in/file!c.txt",
    ]
    assert all(isinstance(item, RawDocument) for item in found)


def test_the_old_and_the_gnu_tar_read_too() -> None:
    deep = "d" * 80 + "/" + "e" * 80 + "/" + "f" * 60 + ".html"
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        assert [item.source_ref for item in read_all(tarred({deep: PAGE}, form))] == [f"in/file!{deep}"]
    assert [item.source_ref for item in read_all(tarred({"x.html": PAGE}, tarfile.USTAR_FORMAT))] == [
        "in/file!x.html"
    ]


def test_what_pages_bring_along_is_skipped() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(20)
    found = read_all(
        zipped({"p.html": PAGE, "p_files/a.css": b"p{}", "p_files/noname": picture, ".DS_Store": b"x"})
    )
    assert isinstance(found[0], RawDocument)
    assert [item.disposition for item in found[1:] if isinstance(item, Rejection)] == [
        Disposition.SKIPPED
    ] * 3


def test_nesting_is_read_to_its_bound_and_named_at_each_level() -> None:
    inner = zipped({"x.txt": TEXT})
    packed = tarred({"in.zip": inner, "y.html": PAGE})
    found = read_all(gzipped(packed))
    assert [item.source_ref for item in found] == ["in/file!in.zip!x.txt", "in/file!y.html"]
    for _ in range(3):
        inner = zipped({"in.zip": inner})
    assert isinstance(read_all(inner)[0], RawDocument)
    [too_deep] = read_all(zipped({"in.zip": inner}))
    assert isinstance(too_deep, Rejection)
    assert too_deep.reason is Reason.ARCHIVE_TOO_DEEP


@pytest.mark.parametrize("make", [zipped, tarred])
def test_an_empty_archive_says_so(make: Callable[[dict[str, bytes]], bytes]) -> None:
    [found] = read_all(make({}))
    assert isinstance(found, Rejection)
    assert found.reason in (Reason.EMPTY, Reason.BINARY)  # an empty tar is nothing but zeros


def test_a_damaged_member_costs_itself_alone() -> None:
    archive = bytearray(zipped({"a.html": PAGE, "b.html": PAGE}))
    archive[60] ^= 0xFF
    bad, good = read_all(bytes(archive))
    assert isinstance(bad, Rejection)
    assert bad.reason is Reason.BAD_ARCHIVE
    assert isinstance(good, RawDocument)
    assert good.source_ref == "in/file!b.html"


def test_window_gives_what_was_readable_before_it_raises() -> None:
    parts = iter([b"one\ntw", b"o\nthr"])

    def pull(count: int) -> bytes:
        part = next(parts, None)
        if part is None:
            raise StopReading(Reason.TRUNCATED, "cut")
        return part

    window = Window(pull)
    assert window.peek(100) == b"one\ntwo\nthr"
    assert [window.readline(100) for _ in range(3)] == [b"one\n", b"two\n", b"thr"]
    assert window.failure is not None
    with pytest.raises(StopReading):
        window.readline(100)
    with pytest.raises(StopReading):
        window.read(1)
