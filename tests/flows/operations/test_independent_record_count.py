"""Records are counted apart from the readers, and every one of the seeds has a document."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from flows.operations.independent_record_count import count_files, count_records
from tests.deliveries.articles import make_stories
from tests.deliveries.records import ENVELOPES, RECORDS, write_json
from tests.story_samples import fold, report
from transforms.readers import read
from warehouse.connection import open_scratch, open_working

CASES = Path(__file__).parents[2] / "cases"
SEEDS = Path(__file__).parents[3] / "seeds" / "inbox"
ITEM = "<item><title>t</title><description><![CDATA[<item>no item</item>]]></description></item>"


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ('{"title": "a"}\n\n{"title": "b"}\n', "jsonl", 2),
        ('{"articles":[\n{"title": "a", "url": "b"},\n{"title": "b", "url": "c"}\n]}', "json", 2),
        ('{"title": "a", "tags": [{}, {}, {}]}', "json", 1),
        ('title,text\n"a","x\ny"\n"b","z"\n', "csv", 2),
        (f"<rss><channel>{ITEM * 3}</channel></rss>", "feed", 3),
        ("<newsMessage><itemSet><newsItem/><newsItem/></itemSet></newsMessage>", "newsml", 2),
        ("WARC/1.0\r\nWARC-Type: response\r\n\r\nWARC/1.0\r\nWARC-Type: request\r\n", "warc", 1),
        ("<p>a page</p>", "html", 1),
    ],
)
def test_records_are_counted(tmp_path: Path, text: str, kind: str, expected: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(text.encode())
    assert count_records(path, kind) == expected
    packed = tmp_path / "file.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert count_records(packed, kind) == expected


def test_a_damaged_or_deep_file_ends_no_count(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(bytes(range(256)) * 400))
    packed[10] |= 6  # a kind of block that deflate has not
    files = {
        "damaged.gz": ("jsonl", bytes(packed)),
        "cut.gz": ("jsonl", gzip.compress(b"{}\n" * 99)[:-12]),
        "deep.json": ("json", b"[" * 200_000),
        "deep.jsonl": ("jsonl", b'{"a":' * 200_000),
        "swallowed.jsonl": ("jsonl", b'{"title": "a"}\n{"title": "b"}\n'),
    }
    with open_scratch(tmp_path / "scratch.duckdb") as con:
        con.execute(
            "CREATE TABLE files (source_ref VARCHAR, size BIGINT, mtime_ns BIGINT, format VARCHAR, documents INT)"
        )
        for name, (kind, data) in files.items():
            path = tmp_path / name
            path.write_bytes(data)
            row = [str(path), path.stat().st_size, path.stat().st_mtime_ns, kind, 1]
            con.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", row)
        assert count_files(con).rows == ((f"{tmp_path / 'swallowed.jsonl'}: 2 records, 1 documents",),)


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_records_of_every_envelope_are_counted(tmp_path: Path, envelope: str) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(
        write_json([RECORDS["newsapi"](story) for story in make_stories(5)], envelope, "compact")
    )
    assert count_records(path, "json") == 5


def test_no_record_of_the_cases_is_swallowed() -> None:
    files = [path for path in sorted(CASES.glob("*/*/in*/**/*")) if path.is_file()]
    assert len(files) > 300
    swallowed = []
    for path in files:
        with path.open("rb") as stream:
            documents = list(read(stream, str(path)))
        kind = max((str(document.format) for document in documents), default="unknown")
        counted = count_records(path, kind)
        if counted is not None and counted > len(documents):
            swallowed.append(f"{path.relative_to(CASES)}: {counted} records, {len(documents)} documents")
    assert swallowed == []


@pytest.mark.slow
def test_no_record_of_the_seeds_is_swallowed_and_a_swallowed_one_is_found(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    records = tmp_path / "in" / "records.jsonl"
    records.write_text("".join(json.dumps(report(event, 0)) + "\n" for event in range(3)), encoding="utf-8")
    fold(tmp_path / "home", SEEDS, tmp_path / "in")
    with open_working(tmp_path / "home", purpose="test") as con:
        found = count_files(con)
        assert found.passes, found.describe()
        con.execute("UPDATE files SET documents = 2 WHERE source_ref = ?", [str(records)])
        assert count_files(con).rows == ((f"{records}: 3 records, 2 documents",),)
