"""Exports: what is written reads back as it was, runs in no spreadsheet, and the feeds are what their formats ask."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import feedparser
import jsonschema  # type: ignore[import-untyped]
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.warehouse_samples import NOON, ingest, sample
from warehouse.connection import open_published
from warehouse.errors import BadQuery
from warehouse.export import (
    ATOM,
    NUMBER,
    export_table,
    feed_items,
    neutralise,
    write_atom,
    write_csv,
    write_json_feed,
    write_jsonl,
    write_parquet,
    write_rss,
)
from warehouse.published_queries import run_sql
from warehouse.web_addresses import web_address

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GRAMMARS = Path(__file__).parents[1] / "data" / "feeds"
LINK = "https://news.example/"
EVIL = '=HYPERLINK("http://evil.example","ferry")'


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """A published file with hostile headlines in it."""
    home = tmp_path_factory.mktemp("home")
    articles = [
        sample("evil", title=EVIL),
        sample("markup", title='<b>Ferry & "port"</b> \x0b]]>', url=None, canonical_url=None),
        sample("odd", url='https://bücher.example/a b|c?q="ü"#[x]', title="  ", authors=["", "Ada"]),
        sample("trap", url="javascript:alert(1)", text="<script>alert(1)</script> & more"),
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
    assert export_table(con, "articles", "csv", out) == 5
    rows = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert {row["title"] for row in rows} >= {"'" + EVIL, "Headline of undated"}
    assert "Zeile eins.\nZeile zwei, mit Komma." in {row["text"] for row in rows}
    assert not any(value.lstrip()[:1] in {"=", "+", "-", "@"} for row in rows for value in row.values())


SIGNS = [*"=+-@", *"\uff1d\uff0b\uff0d\uff20\ufe66"]  # as they are, fullwidth and small
HIDDEN = ["", "\u200b", "\ufeff", "\u2066 ", "\u00ad\u3000"]  # what shows as nothing, or as a blank


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r=1", "-"]
    + [f"{hidden}{sign}HYPERLINK()" for hidden in HIDDEN for sign in SIGNS],
)
def test_formulas_are_neutralised(text: str) -> None:
    assert neutralise(text) == "'" + text


@given(st.text(max_size=12))
def test_no_text_begins_a_formula_however_it_is_dressed(text: str) -> None:
    seen = "".join(c for c in unicodedata.normalize("NFKC", neutralise(text)) if c.isprintable()).lstrip()
    assert seen[:1] not in set("=+-@") or NUMBER.match(text)


def test_raw_leaves_text_as_it_is(con: DuckDBPyConnection) -> None:
    out = io.StringIO(newline="")
    export_table(con, "articles", "csv", out, raw=True)
    assert EVIL in {row["title"] for row in csv.DictReader(io.StringIO(out.getvalue(), newline=""))}


@pytest.mark.parametrize("text", ["", "ferry", "-12.5", "+3", "2026-02-13", "a=b"])
def test_other_text_stays(text: str) -> None:
    assert neutralise(text) == text


def test_json_lines_read_back(con: DuckDBPyConnection) -> None:
    out = io.StringIO()
    assert export_table(con, "stories", "jsonl", out) == 5
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {row["title"] for row in rows} >= {EVIL}
    assert {row["last_published_at"] for row in rows} == {NOON.isoformat(), None}
    with pytest.raises(BadQuery, match="nope"):
        export_table(con, 'nope"; SELECT 1', "jsonl", out)


def test_parquet_is_filed_by_day_and_written_twice_is_once(con: DuckDBPyConnection, tmp_path: Path) -> None:
    for _ in range(2):
        assert write_parquet(con, tmp_path / "out") == 5
        table = ds.dataset(tmp_path / "out", partitioning="hive").to_table()
        assert table.num_rows == 5
    assert (tmp_path / "out" / "day=2026-02-13").is_dir()


def valid(document: bytes, grammar: str) -> Any:
    """Parse a feed and hold it to the grammar of its format; the line of the first breach is the message."""
    rules = etree.RelaxNG(etree.parse(GRAMMARS / grammar))
    parsed = etree.fromstring(document)
    assert rules.validate(parsed), rules.error_log
    return parsed


def test_feeds_hold_every_story_and_are_valid(con: DuckDBPyConnection) -> None:
    items = feed_items(con)
    rss = write_rss(items, title="Stories", link=LINK, now=NOON)
    assert len(valid(rss, "rss.rng").findall("channel/item")) == 5
    assert all(
        parsedate_to_datetime(when.text or "").tzinfo for when in etree.fromstring(rss).iter("pubDate")
    )
    atom = write_atom(items, title="Stories", link=LINK, now=NOON)
    entries = valid(atom, "atom.rng").findall(f"{{{ATOM}}}entry")
    assert len({node.findtext(f"{{{ATOM}}}id") for node in entries}) == len(entries) == 5
    feed = json.loads(write_json_feed(items, title="Stories", link=LINK))
    jsonschema.validate(feed, json.loads((GRAMMARS / "json-feed.schema.json").read_text()))
    assert len({item["id"] for item in feed["items"]}) == 5
    for document in (rss, atom):
        parsed = feedparser.parse(document)
        assert not parsed.bozo
        assert len(parsed.entries) == 5
    valid(write_rss([], title="Stories", link=LINK, now=NOON), "rss.rng")
    valid(write_atom([], title="Stories", link=LINK, now=NOON), "atom.rng")


def test_the_grammars_refuse_what_the_formats_do(con: DuckDBPyConnection) -> None:
    """A check that cannot fail proves nothing: what a format asks is taken out, and must be missed."""
    atom = etree.fromstring(write_atom(feed_items(con), title="Stories", link=LINK, now=NOON))
    for path in ("id", "title", "updated", "entry/id", "entry/updated", "entry/author", "entry/link"):
        hurt = deepcopy(atom)
        found = hurt.find("/".join(f"{{{ATOM}}}{tag}" for tag in path.split("/")))
        assert found is not None
        parent = found.getparent()
        assert parent is not None
        parent.remove(found)
        with pytest.raises(AssertionError):
            valid(etree.tostring(hurt), "atom.rng")
    rss = write_rss(feed_items(con), title="Stories", link=LINK, now=NOON)
    for wrong in (rss.replace(b"Fri, ", b"Freitag, "), rss.replace(b"<link>https", b"<link>ht tps")):
        assert wrong != rss
        with pytest.raises(AssertionError):
            valid(wrong, "rss.rng")


def test_text_from_outside_does_nothing_in_a_feed(con: DuckDBPyConnection) -> None:
    items = {item.title: item for item in feed_items(con)}
    assert items["Headline of trap"].url is None
    assert items["(no headline)"].url == "https://xn--bcher-kva.example/a%20b%7Cc?q=%22%C3%BC%22#%5Bx%5D"
    assert items["(no headline)"].authors == ["Ada"]
    rss = etree.fromstring(write_rss(items.values(), title="Stories", link=LINK, now=NOON))
    rows = [node.text or "" for node in rss.iter("description")]
    assert any("&lt;script&gt;" in text for text in rows)
    assert not any("<script>" in text for text in rows)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://m\u00fcller.example:99999/x", None),
        ("http://\u00fc.example:x/", None),
        ("http://plain.example:99999/x", None),
        (
            "https://m\u00fcller.example:8443/\u00e4?q=[1]",
            "https://xn--mller-kva.example:8443/%C3%A4?q=%5B1%5D",
        ),
        ("http://[2001:db8::1]/x[1]", "http://[2001:db8::1]/x%5B1%5D"),
        ("http://\u00fc@[2001:db8::1]:81/x", "http://[2001:db8::1]:81/x"),
        ("http://news.example/a?#", "http://news.example/a"),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_addresses_of_the_web_are_written_for_any_reader(url: str | None, expected: str | None) -> None:
    assert web_address(url) == expected


@given(st.text(alphabet="htps:/.[]@%?#\u00fc1a", max_size=20))
def test_no_address_fails_a_feed(rest: str) -> None:
    result = web_address(f"http://{rest}")
    assert result is None or result.isascii()
    assert result is None or web_address(result) == result


def test_json_lines_are_json_whatever_the_values(con: DuckDBPyConnection) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    sql = (
        "SELECT 'NaN'::DOUBLE AS a, 2 AS a, 3 AS a_1, ['inf'::FLOAT, 1] AS many, {'x': '-inf'::DOUBLE} AS one, "
        "MAP {DATE '2026-02-13': 'NaN'::DOUBLE} AS days, MAP {1: 2} AS numbers"
    )
    out, table = io.StringIO(), io.StringIO(newline="")
    assert write_jsonl(run_sql(con, sql), out) == write_csv(run_sql(con, sql), table) == 1
    output = json.loads(out.getvalue(), parse_constant=refuse)
    assert sorted(map(str, output.values())) == sorted(
        ["None", "2", "3", "[None, 1.0]", "{'x': None}", "{'2026-02-13': None}", "{'1': 2}"]
    )
    assert output["a"] is None
    assert list(csv.reader(io.StringIO(table.getvalue(), newline="")))[1][3:6] == [
        "[null, 1.0]",
        '{"x": null}',
        '{"2026-02-13": null}',
    ]
