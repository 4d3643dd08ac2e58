"""Formats are recognised by their bytes; a name never makes a picture an article."""

from __future__ import annotations

import pytest

from tests.fuzz.samples import PAGE, TEXT, samples
from transforms.readers.magic_numbers import Binary, Packing
from transforms.readers.sniff import HEAD_BYTES, sniff
from transforms.types import Format

EXPECTED: dict[str, Format | Packing] = {
    "crane.html": Format.HTML,
    "saved.mhtml": Format.MHTML,
    "reservoir.txt": Format.TEXT,
    "trains.md": Format.MARKDOWN,
    "one.json": Format.JSON,
    "array.json": Format.JSON,
    "envelope.json": Format.JSON,
    "records.jsonl": Format.JSONL,
    "table.csv": Format.CSV,
    "table.parquet": Format.PARQUET,
    "feed.rss": Format.FEED,
    "feed.atom": Format.FEED,
    "feed.rdf": Format.FEED,
    "feed.json": Format.JSON,  # a JSON Feed is recognised when it is parsed
    "crawl.warc": Format.WARC,
    "letter.eml": Format.EML,
    "letters.mbox": Format.EML,
    "wire.newsml.xml": Format.NEWSML,
    "wire.nitf.xml": Format.NITF,
    "wire.ninjs.json": Format.JSON,  # as is ninjs
    "paper.pdf": Format.PDF,
    "crawl.warc.gz": Packing.GZIP,
    "records.jsonl.gz": Packing.GZIP,
    "records.jsonl.zst": Packing.ZSTD,
    "records.jsonl.bz2": Packing.BZIP2,
    "records.jsonl.xz": Packing.XZ,
    "pages.zip": Packing.ZIP,
    "pages.tar": Packing.TAR,
    "pages.tar.gz": Packing.GZIP,
}


@pytest.mark.parametrize("name", samples())
@pytest.mark.parametrize("lie", ["{}", "nameless", "picture.png", "page.html", "data.json"])
def test_the_name_does_not_decide(name: str, lie: str) -> None:
    assert sniff(samples()[name], lie.format(name)) == EXPECTED[name]


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\xef\xbb\xbf  \r\n<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'><html>", Format.HTML),
        (b"<!-- cached 12:01 --><html><body>x</body></html>", Format.HTML),
        (
            b"<?xml version='1.0'?><!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>",
            Format.HTML,
        ),
        (
            b"Notice: undefined index in line 3\n<!doctype html>\n<html><body><p>x</p></body></html>",
            Format.HTML,
        ),
        (b"<p>One.</p><p>Two.</p><p>Three.</p>", Format.HTML),
        (PAGE.decode().encode("utf-16"), Format.HTML),
        (PAGE.decode().encode("utf-16-le"), Format.HTML),
        (PAGE.replace(b"crane", b"cra\x00ne"), Format.HTML),
        ("[Update] Die Brücke ist wieder offen.".encode(), Format.TEXT),
        (b"{Editor's note: this report was corrected.}\nThe vote was 7 to 2.", Format.TEXT),
        (b"The tag </p> closes a paragraph, and </div> a block. More is not needed here.", Format.TEXT),
        (b"Note: the ferry, the bus, and the train are late.\nPlan for an hour more.", Format.TEXT),
        (b"ID3 is a tag format; this sentence about it is text.", Format.TEXT),
        (b"BM, the mayor, was re-elected on Sunday.", Format.TEXT),
        ("Zażółć gęślą jaźń, rzekł burmistrz.".encode("cp1250"), Format.TEXT),
        ("新しい橋が開通した。".encode("shift_jis"), Format.TEXT),
        ("新しい橋が開通した。".encode("iso2022_jp"), Format.TEXT),
        (b'[\n  {"title": "x"}\n]', Format.JSON),
        (b'{"title": "x",\n "text": "y"}\n{"title": "z",\n "text": "w"}', Format.JSON),
        (b'{"title": "x"}\n{"title": "br\n{"title": "z"}\n', Format.JSONL),
        (b'{"broken\n{"title": "x"}\n{"title": "y"}\n', Format.JSONL),
        (b"title;url;text\nA;https://x.example;Some text\n", Format.CSV),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url/></urlset>", Format.SITEMAP),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", Format.UNKNOWN),
    ],
)
def test_hard_beginnings(head: bytes, form: Format) -> None:
    assert sniff(head, "file") == form


@pytest.mark.parametrize(
    ("head", "binary"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Binary.IMAGE),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", Binary.IMAGE),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", Binary.IMAGE),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", Binary.MEDIA),
        (
            b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + bytes(16) + b"\x13\x00\x00\x00[Content_Types].xml",
            Binary.OFFICE,
        ),
        (b"SQLite format 3\x00", Binary.DATABASE),
        (b"\x7fELF\x02\x01\x01" + bytes(9), Binary.PROGRAM),
        (bytes(range(256)) * 4, Binary.OTHER),
    ],
)
def test_binary_data_is_no_text(head: bytes, binary: Binary) -> None:
    assert sniff(head, "article.html") == binary


def test_the_name_decides_only_what_bytes_leave_open() -> None:
    assert sniff(b"name,town\nAda,Sele\n", "people.csv") == Format.CSV
    assert sniff(b"name,town\nAda,Sele\n", "people.txt") == Format.TEXT
    assert sniff(TEXT, "report.md") == Format.MARKDOWN
    assert sniff(PAGE, "report.md") == Format.HTML


@pytest.mark.parametrize("before", ["<!--a-->", "<!-- <html> -->\n", " \n", "<?a?>", "<!--", "<!doctype x>"])
@pytest.mark.parametrize(
    "after", [b"<html><body><p>Text.</p></body></html>", b"<rss><channel/></rss>", b"plain"]
)
def test_any_number_of_comments_may_stand_before_the_root(before: str, after: bytes) -> None:
    few, many = (sniff(before.encode() * times + after, "file") for times in (3, 3000))
    assert few == many
    if before == "<!--a-->":
        assert few == (Format.HTML if b"html" in after else Format.FEED if b"rss" in after else Format.TEXT)


def test_a_page_may_begin_with_a_comment_longer_than_the_head() -> None:
    assert sniff((b"<!--" + b" cached " * 10_000)[:HEAD_BYTES], "page") == Format.HTML


def test_front_matter_is_found_line_by_line() -> None:
    assert sniff(b"---\n" + b"- a: b\n" * 150 + b"---\nText of the report.\n", "file") == Format.MARKDOWN
    assert sniff(b"---\n" + b"- a: b\n" * 5000, "file") == Format.TEXT
