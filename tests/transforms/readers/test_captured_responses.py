"""Feeds, JSON and wire XML in a web archive are read as files of their own; what else was captured passes by."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.fuzz.samples import ATOM, JSON_FEED, NEWSML, NITF, PAGE, RSS, http, warc_record
from tests.transforms.readers.reading import kinds, only_rejection, read_all
from transforms.readers import ReadOptions
from transforms.types import Format, RawDocument, Reason

URL = "https://www.eastmere.example/api/latest"
RECORDS = json.dumps(
    {
        "articles": [
            {"title": f"Crane {n}", "url": f"/crane-{n}", "text": "A crane fell. " * 9} for n in (1, 2)
        ]
    }
).encode()
FILES = {
    "rss": (RSS, "application/rss+xml; charset=utf-8"),
    "atom": (ATOM, "application/atom+xml"),
    "feed as xml": (RSS, "text/xml"),
    "json feed": (json.dumps(JSON_FEED).encode(), "application/feed+json"),
    "json": (RECORDS, "application/json"),
    "lines": (
        b"\n".join(json.dumps(one).encode() for one in json.loads(RECORDS)["articles"]),
        "application/x-ndjson",
    ),
    "nitf": (NITF, "application/xml"),
    "newsml": (NEWSML, "application/vnd.iptc.g2.newsmessage+xml"),
}


def _arc(body: bytes, media: str) -> bytes:
    block = http(body, media)
    line = f"{URL} 192.0.2.1 20260304080000 {media.partition(';')[0]} {len(block)}\n"
    own = b"1 0 Crawler\n\n"
    return (
        f"filedesc://a.arc 0.0.0.0 20260304 text/plain {len(own)}\n".encode()
        + own
        + line.encode()
        + block
        + b"\n"
    )


@pytest.mark.parametrize("name", FILES)
def test_each_record_is_a_document(name: str) -> None:
    body, media = FILES[name]
    alone = read_all(body)
    response = warc_record("response", http(body, media), URL)
    packed = http(gzip.compress(body), media, extra="Content-Encoding: gzip\r\n")
    resource = warc_record("resource", body, URL, media)
    for archive in (
        response, warc_record("response", packed, URL), resource, _arc(body, media),
        warc_record("response", http(body, media, extra="Content-Encoding: gzip\r\n"), URL),
    ):  # fmt: skip
        found = read_all(archive)
        assert kinds(found) == kinds(alone)
        for inner, own in zip(found, alone, strict=True):
            assert inner.sha256 == own.sha256
            assert inner.source_ref.startswith("in/file#")
            if isinstance(inner, RawDocument) and isinstance(own, RawDocument):
                assert (inner.body, inner.stated.title) == (own.body, own.stated.title)
                assert inner.stated.captured == "2026-03-04T08:00:00Z"


def test_addresses_are_resolved_by_that_of_the_response() -> None:
    found = read_all(warc_record("response", http(RECORDS, "application/json"), URL))
    assert [item.stated.url for item in found if isinstance(item, RawDocument)] == [
        "https://www.eastmere.example/crane-1",
        "https://www.eastmere.example/crane-2",
    ]
    assert [item.source_ref for item in found] == ["in/file#1#1", "in/file#1#2"]


def test_pages_around_keep_their_numbers() -> None:
    page = warc_record("response", http(PAGE))
    rss = warc_record("response", http(RSS, "application/rss+xml"), URL)
    found = read_all(page + rss + page)
    numbers = [item.source_ref.removeprefix("in/file#").partition("#")[0] for item in found]
    assert numbers == ["1", *["2"] * (len(found) - 2), "3"]
    later = read_all(rss + page, ReadOptions(first_record=2, known_format=Format.WARC))
    assert [item.source_ref for item in later] == [item.source_ref for item in found[1:]]


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b'{"name": "Eastmere Echo", "icons": [], "title": "Echo"}', "application/manifest+json"),
        (b'{"consent": true}', "application/json"),
        (
            b'{"title": "A crane", "type": "video", "html": "", "url": "https://www.eastmere.example/v"}',
            "application/json",
        ),
        (b"User-agent: *\nDisallow: /\n", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<urlset><url><loc>https://www.eastmere.example/</loc></url></urlset>", "application/xml"),
        (b"", "application/json"),
    ],
)
def test_what_holds_no_news_is_skipped(body: bytes, media: str) -> None:
    for archive in (warc_record("response", http(body, media), URL), _arc(body, media)):
        found = only_rejection(archive)
        assert found.reason is Reason.NOT_AN_ARTICLE


@pytest.mark.parametrize("opening", [b"", b"filedesc://a.arc 0.0.0.0 20260304 text/plain x\n"])
@pytest.mark.parametrize("form", [Format.ARC, Format.WARC])
def test_an_archive_of_junk_is_one_rejection(opening: bytes, form: Format) -> None:
    data = opening + b"neither a record\nnor a page\n" * 3
    assert kinds(read_all(data, ReadOptions(known_format=form))) == ["bad_record"]
