"""One small, real-looking, valid file of every format that is read. All texts are written for these tests."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile

import zstandard

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Harbour crane topples in Eastmere | Eastmere Echo</title>
<meta property="article:published_time" content="2026-03-04T07:15:00Z">
<link rel="stylesheet" href="/site.css"></head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Harbour crane topples in Eastmere</h1>
<p>A loading crane fell across two berths in Eastmere before dawn on Wednesday. The port stopped all traffic.</p>
<p>“Nobody was in the cab,” said harbour master Ilse Brandvold. Inspectors were to cut the boom on Thursday.</p>
</article><footer>© Eastmere Echo</footer></body></html>
""".encode()

TEXT = """Reservoir at Tolle refills after two dry years

The Tolle reservoir stood at 91 percent on Monday, the water board said, after the wettest February since 1987.
Restrictions on garden hoses end at midnight. “We are not wasting what we were given,” said engineer Pia Lorne.
""".encode()

MARKDOWN = b"""---
title: "Night trains return to Varnholm"
date: 2026-02-11
author: Jonas Aule
tags: [rail, travel]
---
# Night trains return to Varnholm

The **first sleeper** in nine years left Varnholm on [Tuesday evening](https://rails.example/first).

- 220 berths
- two dining cars
"""

RECORD: dict[str, object] = {
    "id": 48213,
    "headline": "Library in Sele stays open at night",
    "articleBody": "The town library in Sele will keep its doors open until two in the morning from Friday.\n"
    "Students had collected 4,100 signatures.",
    "url": "https://www.selepost.example/library-night?ref=home",
    "datePublished": "2026-02-27T16:05:00+01:00",
    "publisher": {"@type": "Organization", "name": "Sele Post"},
    "author": [{"name": "Rut Amdal"}, {"name": "Per Lie"}],
    "lang": "en",
}
SECOND: dict[str, object] = {
    "id": "b-2",
    "headline": "Ferry fares to Holm frozen for a year",
    "articleBody": "Fares on the Holm route will not rise before next March, the county said. “A wet bridge.”",
    "datePublished": None,
    "publisher": "Holm Avis",
}

RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Lowfield Times</title><link>https://lowfield.example/</link><language>en-GB</language>
<item><title>Bakers &amp; millers end dispute</title><link>https://lowfield.example/bakers</link>
<guid isPermaLink="false">lf-901</guid><pubDate>Tue, 03 Mar 2026 18:20:00 +0000</pubDate>
<dc:creator>Amy Croft</dc:creator>
<category>Business</category><description>The price of flour is settled.</description>
<content:encoded><![CDATA[<p>The bakers of Lowfield will pay four percent more for flour, both sides said.</p>
<p>A strike planned for the weekend is off.</p>]]></content:encoded></item>
<item><title>Council bans leaf blowers</title><link>https://lowfield.example/blowers</link>
<pubDate>Mon, 02 Mar 2026 09:00:00 +0000</pubDate><description>From May, only rakes.</description></item>
</channel></rss>
"""

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Elbwacht</title><id>tag:elbwacht.example,2026:feed</id>
<updated>2026-03-01T10:00:00Z</updated>
<entry><title type="html">Br&#252;cke &amp;amp; Tunnel: beide kommen</title><id>tag:elbwacht.example,2026:17</id>
<link rel="alternate" href="https://elbwacht.example/17"/><published>2026-03-01T08:30:00+01:00</published>
<updated>2026-03-01T10:00:00+01:00</updated><author><name>Karla Wendt</name></author>
<content type="html">&lt;p&gt;Der Rat hat beide Bauten beschlossen, die Br&#252;cke und den Tunnel.&lt;/p&gt;</content>
</entry>
</feed>
"""

RDF = b"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://old.example/"><title>Old Style News</title><link>https://old.example/</link></channel>
<item rdf:about="https://old.example/a"><title>Museum finds its own map</title><link>https://old.example/a</link>
<description>A map of 1702 lay behind a cupboard.</description><dc:date>2026-02-02T12:00:00Z</dc:date></item>
</rdf:RDF>
"""

JSON_FEED: dict[str, object] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Quarry Road Notes",
    "language": "en",
    "items": [
        {
            "id": "q1",
            "url": "https://quarry.example/1",
            "title": "The last tram shed is listed",
            "content_html": "<p>The shed of 1911 may not be torn down, the heritage office ruled.</p>",
            "date_published": "2026-01-20T09:00:00Z",
            "authors": [{"name": "Tim Oakes"}],
        },
        {
            "id": "q2",
            "url": "https://quarry.example/2",
            "title": "In short",
            "summary": "Buses are late this week.",
        },
    ],
}

EML = """Return-Path: <bounce@morning.example>
From: =?utf-8?q?Der_Morgen_=28Fr=C3=BChausgabe=29?= <post@morning.example>
To: reader@example.org
Subject: =?utf-8?b?RsO8bmYgRGluZ2UgYW0gTW9yZ2Vu?=
Date: Thu, 05 Mar 2026 06:30:00 +0100
Message-ID: <20260305.1@morning.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="cut"

--cut
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Die F=C3=A4hre f=C3=A4hrt wieder.
--cut
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<html><body><p>Die F=E4hre f=E4hrt wieder, zum ersten Mal seit dem Sturm.</p></body></html>
--cut--
""".replace("\n", "\r\n").encode()

MHTML = (
    b"From: <Saved by a browser>\r\nSnapshot-Content-Location: https://hillnews.example/snow\r\n"
    b"Subject: Snow closes the pass\r\nDate: Fri, 6 Mar 2026 11:00:00 -0000\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related; type="text/html"; boundary="----part"\r\n\r\n'
    b"------part\r\nContent-Type: text/html\r\nContent-ID: <frame-1@mhtml>\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://hillnews.example/snow\r\n\r\n"
    b'<!DOCTYPE html><html><head><meta charset=3D"utf-8"></head><body><p>Snow closed the Gr=C3=A5 pass =\r\n'
    b"on Friday.</p></body></html>\r\n"
    b"------part\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Location: https://hillnews.example/p.png\r\n\r\niVBORw0KGgo=\r\n------part--\r\n"
)

NEWSML = b"""<?xml version="1.0" encoding="UTF-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sent>2026-02-14T08:10:00Z</sent></header><itemSet>
<newsItem guid="urn:newsml:nordpress.example:20260214:N1" version="2" xml:lang="en">
<itemMeta><itemClass qcode="ninat:text"/><provider qcode="nprov:NP"><name>Nordpress</name></provider>
<versionCreated>2026-02-14T08:10:00Z</versionCreated><firstCreated>2026-02-14T07:55:00Z</firstCreated>
<pubStatus qcode="stat:usable"/></itemMeta>
<contentMeta><urgency>3</urgency><by>By Solveig Dahl</by><dateline>OSTVIK, Feb 14</dateline><creditline>NP</creditline>
<language tag="en"/><subject qcode="medtop:1"><name>strike</name></subject>
<headline>Dockers at Ostvik walk out</headline></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body>
<p>Dockers at Ostvik stopped work at six on Saturday over a new roster.</p><p>Talks were to resume at noon.</p>
</body></html></inlineXML></contentSet></newsItem>
<newsItem guid="urn:newsml:nordpress.example:20260214:P7"><itemMeta><itemClass qcode="ninat:picture"/>
<pubStatus qcode="stat:usable"/></itemMeta><contentMeta><headline>Picket line</headline></contentMeta></newsItem>
<newsItem guid="urn:newsml:nordpress.example:20260213:N9"><itemMeta><itemClass qcode="ninat:text"/>
<pubStatus qcode="stat:canceled"/></itemMeta><contentMeta><headline>KILL: wrong name</headline></contentMeta></newsItem>
</itemSet></newsMessage>
"""

NITF = b"""<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE nitf SYSTEM "nitf-3-6.dtd">
<nitf><head><title>Quake off Lund</title><docdata><doc-id id-string="NPX-771" regsrc="NPX"/>
<date.issue norm="20260211T1402Z"/><key-list><keyword key="earthquake"/></key-list></docdata>
<pubdata name="Daily Lund" position.section="World"/></head>
<body><body.head><hedline><hl1>Quake off Lund rattles windows</hl1></hedline>
<byline>By <person>Mats Ek</person></byline>
<distributor>Northern Press Exchange</distributor><dateline><location>LUND</location></dateline></body.head>
<body.content><block><p>A magnitude 4.1 quake shook the coast near Lund on Wednesday. Caf\xe9s stayed open.</p>
<media media-type="image"><media-caption>A cracked window.</media-caption></media>
<p>It was the third this year.</p></block></body.content></body></nitf>
"""

NINJS: dict[str, object] = {
    "uri": "https://wire.example/items/2026/02/11/55",
    "type": "text",
    "pubstatus": "usable",
    "versioncreated": "2026-02-11T15:00:00Z",
    "firstcreated": "2026-02-11T14:30:00Z",
    "headline": "Parliament passes fishing quota",
    "byline": "By Dora Finn",
    "language": "en",
    "provider": "Wire North",
    "body_xhtml": "<div><p>Parliament passed the new cod quota by 71 votes to 40 on Wednesday.</p></div>",
    "subject": [{"code": "medtop:2", "name": "fishing"}],
}

CSV = (
    b"id,title,text,url,published\r\n"
    b'1,"Fire at mill, nobody hurt","A fire burned for ""six hours"" at the Orde mill.\nIt was out by noon.",'
    b"https://orde.example/fire,2026-03-02\r\n"
    b"2,Mill to be rebuilt,The owners of the Orde mill will rebuild it by autumn.,https://orde.example/rebuild,\r\n"
)


def lines(*records: dict[str, object]) -> bytes:
    """Write records as JSON Lines."""
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def warc_record(
    kind: str, block: bytes, uri: str = "https://www.eastmere.example/crane", form: str = ""
) -> bytes:
    """Write one WARC record."""
    content_type = form or f"application/http; msgtype={kind}"
    return (
        (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:5c1e0000-0000-0000-0000-{len(block):012d}>\r\n"
            f"WARC-Date: 2026-03-04T08:00:00Z\r\nWARC-Target-URI: {uri}\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        ).encode()
        + block
        + b"\r\n\r\n"
    )


def http(
    body: bytes, content_type: str = "text/html; charset=utf-8", status: str = "200 OK", extra: str = ""
) -> bytes:
    """Write one HTTP response."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def warc() -> tuple[bytes, ...]:
    """Write the records of a small crawl, each for itself."""
    info = b"software: a crawler\r\nformat: WARC File Format 1.0\r\n"
    return (
        warc_record("warcinfo", info, form="application/warc-fields"),
        warc_record("request", b"GET /crane HTTP/1.1\r\nHost: www.eastmere.example\r\n\r\n"),
        warc_record("response", http(PAGE)),
        warc_record(
            "response", http(b"\x89PNG\r\n\x1a\n....", "image/png"), "https://www.eastmere.example/p.png"
        ),
        warc_record(
            "response", http(b"<html>gone</html>", status="404 Not Found"), "https://www.eastmere.example/old"
        ),
        warc_record("metadata", b"fetchTimeMs: 12\r\n", form="application/warc-fields"),
    )


def zipped(members: dict[str, bytes]) -> bytes:
    """Write a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 4, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """Write a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def gzipped(data: bytes) -> bytes:
    """Pack with gzip, the same bytes every time."""
    return gzip.compress(data, mtime=0)


def pdf(*page_lines: str, title: str = "") -> bytes:
    """Write a PDF with a text layer, one line of text for each argument, and an optional title."""
    shown = " T* ".join(f"({line}) Tj" for line in page_lines)
    return pdf_of(f"BT /F1 11 Tf 14 TL 50 750 Td {shown} ET", title=title)


def pdf_of(drawn: str, *, title: str = "") -> bytes:
    """Write a PDF of one page, 612 by 792 points, from the operators that draw it; /F1 is Helvetica."""
    content = drawn.encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Title ({title}) >>".encode(),
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, text in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
    )
    return bytes(out)


def parquet(records: list[dict[str, object]]) -> bytes:
    """Write a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records), out)
    return out.getvalue()


ROWS: list[dict[str, object]] = [
    {"id": 1, "title": "Fire at mill", "text": "A fire burned for six hours.", "published": None},
    {
        "id": 2,
        "title": "Mill to be rebuilt",
        "text": "The owners will rebuild it.",
        "published": "2026-03-09",
    },
]


def samples() -> dict[str, bytes]:
    """Give one valid file of every format and packing, by a file name that fits."""
    records = lines(RECORD, SECOND)
    return {
        "crane.html": PAGE,
        "saved.mhtml": MHTML,
        "reservoir.txt": TEXT,
        "trains.md": MARKDOWN,
        "one.json": json.dumps(RECORD, indent=2).encode(),
        "array.json": json.dumps([RECORD, SECOND]).encode(),
        "envelope.json": json.dumps({"status": "ok", "articles": [RECORD, SECOND]}).encode(),
        "records.jsonl": records,
        "table.csv": CSV,
        "table.parquet": parquet(ROWS),
        "feed.rss": RSS,
        "feed.atom": ATOM,
        "feed.rdf": RDF,
        "feed.json": json.dumps(JSON_FEED).encode(),
        "crawl.warc": b"".join(warc()),
        "letter.eml": EML,
        "letters.mbox": b"From a@example Thu Mar  5 06:30:00 2026\n"
        + EML
        + b"\nFrom b@example Fri Mar  6 06:30:00 2026\n"
        + EML,
        "wire.newsml.xml": NEWSML,
        "wire.nitf.xml": NITF,
        "wire.ninjs.json": json.dumps(NINJS).encode(),
        "paper.pdf": pdf("The ice road opened on Sunday.", "Trucks may cross until March."),
        "crawl.warc.gz": b"".join(gzipped(record) for record in warc()),
        "records.jsonl.gz": gzipped(records),
        "records.jsonl.zst": zstandard.ZstdCompressor().compress(records),
        "records.jsonl.bz2": bz2.compress(records),
        "records.jsonl.xz": lzma.compress(records),
        "pages.zip": zipped({"a/crane.html": PAGE, "a/site.css": b"p{}", "b/table.csv": CSV}),
        "pages.tar": tarred({"a/crane.html": PAGE, "b/records.jsonl": records}),
        "pages.tar.gz": gzipped(
            tarred({"a/crane.html": PAGE, "b/t.parquet": parquet(ROWS), "c.zip": zipped({"x.txt": TEXT})})
        ),
    }
