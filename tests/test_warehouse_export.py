"""Exports: what is written reads back as it was, runs in no spreadsheet, and the feeds are what their formats ask."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

import feedparser
import pyarrow.dataset as ds
import pytest

from tests.warehouse_samples import NOON, ingest, sample
from warehouse.connection import open_published
from warehouse.errors import BadQuery
from warehouse.export import (
    ATOM,
    export_table,
    feed_items,
    neutralise,
    write_atom,
    write_json_feed,
    write_parquet,
    write_rss,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EVIL = '=HYPERLINK("http://evil.example","ferry")'


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """A published file with hostile headlines in it."""
    home = tmp_path_factory.mktemp("home")
    articles = [
        sample("evil", title=EVIL),
        sample("markup", title='<b>Ferry & "port"</b> \x0b]]>', url=None, canonical_url=None),
        sample(
            "undated",
            published_at=None,
            published_precision="none",
            text="Zeile eins.\nZeile zwei, mit Komma.",
        ),
    ]
    ingest(home, articles, is_published=True)
    with open_published(home) as con:
        yield con


def test_csv_reads_back_and_runs_nowhere(con: DuckDBPyConnection) -> None:
    out = io.StringIO(newline="")
    assert export_table(con, "articles", "csv", out) == 3
    rows = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert {row["title"] for row in rows} >= {"'" + EVIL, "Headline of undated"}
    assert "Zeile eins.\nZeile zwei, mit Komma." in {row["text"] for row in rows}
    assert not any(value.lstrip()[:1] in {"=", "+", "-", "@"} for row in rows for value in row.values())


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r=1", "-"])
def test_formulas_are_neutralised(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", ["", "ferry", "-12.5", "+3", "2026-02-13", "a=b"])
def test_other_text_stays(text: str) -> None:
    assert neutralise(text) == text


def test_json_lines_read_back(con: DuckDBPyConnection) -> None:
    out = io.StringIO()
    assert export_table(con, "stories", "jsonl", out) == 3
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {row["title"] for row in rows} >= {EVIL}
    assert {row["last_published_at"] for row in rows} == {NOON.isoformat(), None}
    with pytest.raises(BadQuery, match="nope"):
        export_table(con, 'nope"; SELECT 1', "jsonl", out)


def test_parquet_is_filed_by_day_and_written_twice_is_once(con: DuckDBPyConnection, tmp_path: Path) -> None:
    for _ in range(2):
        assert write_parquet(con, tmp_path / "out") == 3
        table = ds.dataset(tmp_path / "out", partitioning="hive").to_table()
        assert table.num_rows == 3
    assert (tmp_path / "out" / "day=2026-02-13").is_dir()


def test_feeds_hold_every_story_and_what_their_formats_ask(con: DuckDBPyConnection) -> None:
    items = feed_items(con)
    link = "https://news.example/"
    rss = write_rss(items, title="Stories", link=link, now=NOON)
    channel = Xml.fromstring(rss).find("channel")
    assert channel is not None
    assert all(channel.findtext(tag) for tag in ("title", "link", "description"))
    assert all(item.findtext("title") and item.findtext("guid") for item in channel.iter("item"))
    assert all(parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo for item in channel.iter("item"))

    atom = Xml.fromstring(write_atom(items, title="Stories", link=link, now=NOON))
    entries = atom.findall(f"{{{ATOM}}}entry")
    assert all(
        node.findtext(f"{{{ATOM}}}{tag}") for node in [atom, *entries] for tag in ("id", "title", "updated")
    )
    assert all(node.find(f"{{{ATOM}}}author") is not None for node in entries)
    assert len({node.findtext(f"{{{ATOM}}}id") for node in entries}) == len(entries) == 3

    feed = json.loads(write_json_feed(items, title="Stories", link=link))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert all(item["id"] and item["content_text"] for item in feed["items"])
    for document in (rss, write_atom(items, title="Stories", link=link, now=NOON)):
        parsed = feedparser.parse(document)
        assert not parsed.bozo
        assert len(parsed.entries) == 3
    assert write_atom([], title="Stories", link=link, now=NOON).startswith(b"<?xml")
