"""Work items: every document in exactly one, and a file read in parts is the file read whole."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.intake.decompressed_copies import open_decompressed
from flows.intake.discover import FoundFile, discover, open_file
from flows.intake.file_slices import SliceStream
from flows.intake.split import WorkItem, split
from transforms.readers import read
from transforms.readers.read_options import ReadOptions
from transforms.types import Format

NOW = 2_000_000_000.0


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    os.utime(path, (NOW - 3600, NOW - 3600))
    return path


def cut(path: Path, item_bytes: int) -> list[WorkItem]:
    spool = path.parent / ".spool"
    found = [each for each in discover([path], now=NOW) if isinstance(each, FoundFile)]
    return split(found, item_bytes=item_bytes, spool=spool)


def read_part(item: WorkItem) -> bytes:
    with open_file(item.files[0]) as stream:
        if item.file_slice is None:
            return stream.read()
        part = SliceStream(stream, item.file_slice)
        part.read(7)
        assert part.seek(0, os.SEEK_END) == item.file_slice.end - item.file_slice.start
        assert part.read() == b""
        assert part.seek(0) == 0
        return part.read(10) + part.readline() + b"".join(part)


def test_small_files_go_together_and_every_file_goes_once(tmp_path: Path) -> None:
    for number in range(300):
        write(tmp_path / f"{number:03}", b"x" * (number * 10))
    items = cut(tmp_path, 20_000)
    assert [file.path.name for item in items for file in item.files] == [
        f"{number:03}" for number in range(300)
    ]
    assert all(item.cost <= 20_000 and len(item.files) <= 64 for item in items)
    assert 16 <= len(items) < 100
    assert len({item.key for item in items}) == len(items)
    assert cut(tmp_path, 20_000) == items
    write(tmp_path / "007", b"changed")
    changed = {item.key for item in cut(tmp_path, 20_000)} ^ {item.key for item in items}
    assert len(changed) == 2


def test_the_key_of_an_item_is_of_its_content_as_far_as_the_file_system_shows(tmp_path: Path) -> None:
    """A result that a killed run left is used again by its key: never for a file that was written since."""
    write(tmp_path / "page", b"as it was")
    os.utime(tmp_path / "page", ns=(0, 1_000_000_000))
    (before,) = cut(tmp_path, 20_000)
    assert cut(tmp_path, 20_000) == [before]
    write(tmp_path / "page", b"corrected")  # of the same size, under the same name
    os.utime(tmp_path / "page", ns=(0, 2_000_000_000))
    (after,) = cut(tmp_path, 20_000)
    assert after.cost == before.cost
    assert after.key != before.key


LINE = st.one_of(
    st.binary(max_size=60).map(lambda noise: noise.replace(b"\n", b" ")),
    st.dictionaries(st.text(max_size=4), st.text(max_size=30), max_size=3).map(
        lambda row: json.dumps(row).encode()
    ),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINE, min_size=1, max_size=80), st.integers(30, 400), st.booleans())
def test_parts_of_jsonl_add_up_to_the_file(
    tmp_path: Path, rows: list[bytes], item_bytes: int, ends_with_newline: bool
) -> None:
    content = b"\n".join([b'{"title": "first"}', *rows]) + (b"\n" if ends_with_newline else b"")
    items = cut(write(tmp_path / "rows.jsonl", content), item_bytes)
    assert b"".join(read_part(item) for item in items) == content
    line = 1
    for item in items if len(items) > 1 else []:
        assert item.file_slice is not None
        assert item.file_slice.first_record == line
        line += read_part(item).count(b"\n")


def read_all(path: Path, item_bytes: int) -> list[tuple[str, Format, str]]:
    """What the readers make of a file, whole or in parts."""
    found = []
    for item in cut(path, item_bytes):
        with open_item(item) as stream:
            options = item.file_slice.options(ReadOptions()) if item.file_slice else ReadOptions()
            source = SliceStream(stream, item.file_slice) if item.file_slice else stream
            for each in read(source, path.name, options):
                found.append((each.source_ref, each.format, str(getattr(each, "reason", each.sha256))))
    return found


def open_item(item: WorkItem) -> BinaryIO:
    if item.file_slice and item.file_slice.decompressed:
        return open_decompressed(item.file_slice.decompressed)
    return open_file(item.files[0])


@pytest.mark.parametrize(
    "odd",
    [
        '{"title": "cut of',
        "\0\1\2",
        "",
        '"just a string"',
        '{"title": "t", "text": "%s"}' % ("far too long " * 90),
    ],
)
def test_reading_the_parts_is_reading_the_file(odd: str, tmp_path: Path) -> None:
    """A broken line costs itself wherever the cuts fall: no part begins with a line that hides what the file is."""
    usual = [
        json.dumps({"title": f"Number {number}", "text": "some words here " * 9}) for number in range(300)
    ]
    path = write(
        tmp_path / "rows",
        "\n".join(odd if number % 7 == 5 else row for number, row in enumerate(usual)).encode(),
    )
    assert len(cut(path, 400)) > 50
    assert read_all(path, 400) == read_all(path, 1 << 30)


def test_reading_the_parts_of_an_archive_is_reading_the_archive(tmp_path: Path) -> None:
    path = write(tmp_path / "crawl", b"".join(gzip.compress(each) for each in records(120)))
    assert read_all(path, 4000) == read_all(path, 1 << 30)


def table(count: int) -> list[dict[str, object]]:
    """Rows with line ends, quotes and markup in their texts, some of which look like other formats."""
    texts = [
        "Rain fell.\nThen it stopped.",
        'He said "no", twice.\r\n\r\nOr so.',
        "<html><p>a</p><p>b</p></html>",
    ]
    texts += ["Łódź, 5°", "", "WARC/1.1 and\n{}", 'a stray " mark']
    return [
        {"id": number, "title": f"Number {number}", "text": texts[number % 7] + " words" * (number % 23)}
        for number in range(count)
    ]


def as_csv(rows: list[dict[str, object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_parquet(rows: list[dict[str, object]], group: int) -> bytes:
    out = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist(rows), out, row_group_size=group, compression="none", use_dictionary=False
    )
    return out.getvalue()


@pytest.mark.parametrize("bad", [b"", b"1,2,3,4,5\r\n\r\n", b'7,a\rb,"c"\r\n', b'8,"open ""\n'])
def test_reading_the_parts_of_a_csv_file_is_reading_it(bad: bytes, tmp_path: Path) -> None:
    """The cuts fall between rows though rows hold line ends; damaged rows are counted alike."""
    whole = as_csv(table(400))
    middle = whole.index(b"\n200,") + 1
    path = write(tmp_path / "rows.csv", b"\xef\xbb\xbf" + whole[:middle] + bad + whole[middle:])
    assert len(cut(path, 4000)) > (0 if bad[:1] in (b"7", b"8") else 20)
    assert read_all(path, 4000) == read_all(path, 1 << 30)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8 at first"])
def test_a_csv_file_of_another_charset_is_not_cut(encoding: str, tmp_path: Path) -> None:
    text = as_csv(table(400)).decode().replace("Łódź", "Münster")
    late = text.encode() + as_csv(table(2000))[20:] + "1,Münster,é".encode("cp1252")
    path = write(tmp_path / "rows.csv", late if encoding == "utf-8 at first" else text.encode(encoding))
    assert [item.file_slice for item in cut(path, 2000)] == [None]


@pytest.mark.parametrize("group", [7, 64, 1000])
def test_reading_the_parts_of_a_parquet_file_is_reading_it(group: int, tmp_path: Path) -> None:
    path = write(tmp_path / "rows.parquet", as_parquet(table(1000), group))
    items = cut(path, 8000)
    assert len(items) >= 8
    assert sum(item.file_slice.records or 0 for item in items if item.file_slice) == 1000
    assert read_all(path, 8000) == read_all(path, 1 << 30)


def test_a_damaged_parquet_file_is_not_cut(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.parquet", as_parquet(table(1000), 64)[:-50])
    assert [item.file_slice for item in cut(path, 8000)] == [None]


@pytest.mark.parametrize(
    "name", ["rows.jsonl.gz", "rows.csv.gz", "rows.jsonl.bz2", "rows.jsonl.zst", "rows.jsonl.xz"]
)
def test_reading_the_parts_of_a_packed_file_is_reading_it(name: str, tmp_path: Path) -> None:
    rows = table(600)
    plain = as_csv(rows) if ".csv" in name else b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    pack: dict[str, Callable[[bytes], bytes]] = {
        ".gz": gzip.compress,
        ".bz2": bz2.compress,
        ".xz": lzma.compress,
        ".zst": zstandard.compress,
    }
    path = write(tmp_path / name, pack[Path(name).suffix](plain))
    assert len(cut(path, 4000)) > 10
    assert read_all(path, 4000) == read_all(path, 1 << 30)


@pytest.mark.parametrize("kind", ["cut short", "damaged", "bomb", "page", "twice"])
def test_a_packed_file_that_is_not_whole_records_stays_whole(kind: str, tmp_path: Path) -> None:
    noise = random.Random(3)
    rows = [{"title": f"Number {n}", "text": noise.randbytes(40).hex()} for n in range(600)]
    good = gzip.compress(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    bomb = b'{"title": "a"}\n' * (6_000_000 if kind == "bomb" else 1)
    content = {
        "cut short": good[:-20],
        "damaged": good[:9000] + b"\xff\xff\xff" + good[9003:],
        "bomb": gzip.compress(bomb),
        "page": gzip.compress(b"<html>" + noise.randbytes(9000).hex().encode()),
        "twice": gzip.compress(good),
    }[kind]
    items = cut(write(tmp_path / "rows.jsonl.gz", content), 4000)
    assert [item.file_slice for item in items] == [None]
    assert list((tmp_path / ".spool").glob("*")) == []


def test_one_json_document_is_not_cut(tmp_path: Path) -> None:
    rows = [{"title": f"Number {number}", "text": "words " * 20} for number in range(200)]
    for name, content in (
        ("indented", json.dumps(rows, indent=1)),
        ("wrapped", '{"articles": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}"),
        ("array", "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"),
        ("flat", json.dumps({"articles": rows})),
    ):
        items = cut(write(tmp_path / name, content.encode()), 1000)
        assert [item.file_slice for item in items] == [None], name


def record(number: int, content: bytes) -> bytes:
    header = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x:{number}>\r\nContent-Length: {len(content)}"
    return header.encode() + b"\r\n\r\n" + content + b"\r\n\r\n"


def records(count: int) -> list[bytes]:
    """Records of which some hold whole archives: an offset must never be guessed from what content looks like."""
    inner = record(999, b"a page inside an archive inside a page")
    noise = random.Random(5)
    return [
        record(number, (inner, gzip.compress(inner, mtime=0), noise.randbytes(700))[number % 3])
        for number in range(count)
    ]


@pytest.mark.parametrize("is_gzip", [False, True])
def test_a_web_archive_is_cut_at_its_own_records_only(is_gzip: bool, tmp_path: Path) -> None:
    whole = [gzip.compress(each) if is_gzip else each for each in records(120)]
    items = cut(write(tmp_path / "crawl", b"".join(whole)), 4000)
    assert len(items) > 5
    assert b"".join(read_part(item) for item in items) == b"".join(whole)
    rest = records(120)
    for item in items:
        assert item.file_slice is not None
        assert (item.file_slice.format, item.file_slice.is_gzip) == (Format.WARC, is_gzip)
        assert item.file_slice.first_record == 121 - len(rest)
        plain = gzip.decompress(read_part(item)) if is_gzip else read_part(item)
        while plain:
            assert plain.startswith(rest[0])
            plain = plain[len(rest.pop(0)) :]
    assert rest == []


@pytest.mark.parametrize(
    "kind", ["one member for all", "two records a member", "cut short", "junk after", "bomb"]
)
def test_a_web_archive_that_keeps_no_rule_stays_whole_or_readable(kind: str, tmp_path: Path) -> None:
    each = [gzip.compress(one) for one in records(60)]
    content = {
        "one member for all": gzip.compress(b"".join(records(60))),
        "two records a member": b"".join([*each[:40], gzip.compress(b"".join(records(2))), *each[40:]]),
        "cut short": b"".join(each)[:-30],
        "junk after": b"".join(each) + b"<html>" * 500,
        "bomb": b"".join([*each, gzip.compress(record(1, b"\0" * 30_000_000))]),
    }[kind]
    items = cut(write(tmp_path / "crawl.warc.gz", content), 3000)
    assert b"".join(read_part(item) for item in items) == content
    assert (len(items) > 1) == (kind in ("cut short", "bomb"))
