"""Articles as feeds, pages, mails, press archives and web archives, each file with the articles that it holds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape

import pyarrow as pa
import pyarrow.parquet as pq

from tests.deliveries.articles import Story, make_stories
from tests.deliveries.records import ENVELOPES, LAYOUTS, RECORDS, write_json, write_table
from tests.deliveries.wires import WIRES

File = tuple[str, bytes, list[Story]]  # name, bytes, articles


def _body(story: Story) -> str:
    return "".join(f"<p>{escape(one)}</p>" for one in story.paragraphs)


def records() -> Iterator[File]:
    """Write every record in every envelope and layout."""
    stories = make_stories(3)
    for kind, make in RECORDS.items():
        made = [make(story) for story in stories]
        for layout in LAYOUTS[:3]:
            for envelope in ENVELOPES:
                yield f"{kind} {envelope} {layout}.json", write_json(made, envelope, layout), stories
        for layout in LAYOUTS[3:]:
            yield f"{kind} {layout}.json", write_json(made, "array", layout), stories


def tables() -> Iterator[File]:
    """Write tables with every separator and quoting, and as Parquet with times of every unit."""
    stories = make_stories(5)
    for delimiter in (",", ";", "\t", "|"):
        for quoted in (True, False):
            data = write_table(stories, delimiter, quoted=quoted)
            yield f"table {ord(delimiter)} {quoted}.csv", data, stories
            yield f"named {ord(delimiter)} {quoted}.csv", f"sep={delimiter}\n".encode() + data, stories
    for unit in ("s", "ms", "us", "ns"):
        for zone in (None, "UTC", "Europe/Paris"):
            out = io.BytesIO()
            columns = {"title": [s.title for s in stories], "text": [s.text for s in stories]}
            times = pa.array([1_768_480_200] * len(stories), pa.timestamp("s", zone)).cast(
                pa.timestamp(unit, zone)
            )
            pq.write_table(pa.table(columns | {"published": times}), out)
            yield f"{unit} {zone}.parquet", out.getvalue(), stories


def feeds() -> Iterator[File]:
    """Write feeds of each family with the text in each of its places."""
    stories = make_stories(4)
    for place in ("description", "content:encoded"):
        for wrap in ("cdata", "escaped"):
            items = "".join(
                f"<item><title>{escape(s.title)}</title><link>{s.url}</link><guid>{s.number}</guid>"
                f"<pubDate>Mon, 02 Mar 2026 09:00:00 +0000</pubDate><{place}>"
                + (f"<![CDATA[{_body(s)}]]>" if wrap == "cdata" else escape(_body(s)))
                + f"</{place}></item>"
                for s in stories
            )
            space = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
            text = f"<rss version='2.0' {space}><channel><title>F</title>{items}</channel></rss>"
            yield f"rss {place} {wrap}.xml", text.encode(), stories
    for kind in ("html", "xhtml", "text"):
        entries = []
        for s in stories:
            inner = f"<div xmlns='http://www.w3.org/1999/xhtml'>{_body(s)}</div>" if kind == "xhtml" else escape(
                s.text if kind == "text" else _body(s)
            )  # fmt: skip
            entries.append(
                f"<entry><title>{escape(s.title)}</title><id>urn:{s.number}</id><link href='{s.url}'/>"
                f"<updated>{s.published}</updated><content type='{kind}'>{inner}</content></entry>"
            )
        text = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title>{''.join(entries)}</feed>"
        yield f"atom {kind}.xml", text.encode(), stories


def wires() -> Iterator[File]:
    """Write items of the agencies' formats over their elements and roles."""
    for name, write in WIRES.items():
        for story in make_stories(3):
            for label, text in write(story):
                yield f"{name}: {label}.{'json' if name == 'ninjs' else 'xml'}", text.encode(), [story]


def mails() -> Iterator[File]:
    """Write mails of plain and HTML text, after empty lines, and many in one file."""
    stories = make_stories(3)
    texts = []
    for story in stories:
        for kind, body in (("plain", story.text), ("html", f"<html><body>{_body(story)}</body></html>")):
            text = (
                f"From: Ann Ley <ann@paper.example>\r\nTo: desk@paper.example\r\nSubject: {story.title}\r\n"
                f"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nMessage-ID: <{story.number}.{kind}@paper.example>\r\n"
                f"MIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{body}\r\n"
            )
            for before in ("", "\r\n", "\n\n"):
                yield f"{kind}.eml", (before + text).encode(), [story]
            texts.append(text)
    whole = "".join(f"From ann@paper.example Mon Mar  2 09:00:00 2026\r\n{text}\r\n" for text in texts)
    yield "mails.mbox", whole.encode(), stories


def archives() -> Iterator[File]:
    """Write exports of press archives, and web archives of either form."""
    stories = make_stories(3)
    lexis = "".join(
        f"{n} of {len(stories)} DOCUMENTS\n\n{s.publisher}\n\nMarch 2, 2026 Monday\n\n{s.title}\n\nBYLINE: {s.author}\n\n"
        f"LENGTH: 80 words\n\n{chr(10).join(f'{one}{chr(10)}' for one in s.paragraphs)}\nLOAD-DATE: March 2, 2026\n\n"
        for n, s in enumerate(stories, 1)
    )
    yield "lexis.txt", lexis.encode(), stories
    uni = "".join(
        f"{s.title}\n{s.publisher}\nMarch 2, 2026 Monday\n\nCopyright 2026 Paper All Rights Reserved\n\nSection: NEWS\n"
        f"Length: 80 words\nByline: {s.author}\nBody\n\n{chr(10).join(f'{one}{chr(10)}' for one in s.paragraphs)}\n"
        "Load-Date: March 2, 2026\n\nEnd of Document\n\n"
        for s in stories
    )
    yield "uni.txt", uni.encode(), stories
    factiva = "".join(
        f"{s.title}\n\nBy {s.author}\n80 words\n2 March 2026\n{s.publisher}\nPAPER\nEnglish\nCopyright 2026\n\n"
        f"{chr(10).join(f'{one}{chr(10)}' for one in s.paragraphs)}\nDocument PAPER000202603{n:03d}\n\n"
        for n, s in enumerate(stories, 1)
    )
    yield "factiva.txt", factiva.encode(), stories
    pages = [
        f"<html><head><title>x</title></head><body><h1>{escape(s.title)}</h1>{_body(s)}</body></html>"
        for s in stories
    ]
    heads = ["", "Content-Encoding: gzip\r\n"]  # the second lies: the body is stored decoded
    for number, head in enumerate(heads):
        warc = b""
        for s, page in zip(stories, pages, strict=True):
            block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{head}\r\n{page}".encode()
            warc += (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {s.url}\r\nWARC-Date: 2026-03-02T09:00:00Z\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
            ).encode() + block + b"\r\n\r\n"  # fmt: skip
        yield f"crawl {number}.warc", warc, stories
    about = b"1 0 Crawl\nURL IP-address Archive-date Content-type Archive-length\n"
    arc = b"filedesc://c.arc 0.0.0.0 20260302000000 text/plain %d\n%s\n" % (len(about), about)
    for s, page in zip(stories, pages, strict=True):
        block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}".encode()
        arc += f"{s.url} 192.0.2.1 20260302101500 text/html {len(block)}\n".encode() + block + b"\n"
    yield "crawl.arc", arc, stories


SUITES = {
    "records": records, "tables": tables, "feeds": feeds, "wires": wires, "mails": mails, "archives": archives
}  # fmt: skip
