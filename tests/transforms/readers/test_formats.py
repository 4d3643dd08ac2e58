"""Every format that is read, on a real-looking file: what becomes a document, and what is taken from it."""

from __future__ import annotations

import io
import json
import zlib

import pytest

from tests.fuzz.samples import (
    ATOM,
    CSV,
    EML,
    JSON_FEED,
    MHTML,
    NEWSML,
    NINJS,
    NITF,
    PAGE,
    ROWS,
    RSS,
    http,
    parquet,
    pdf,
    samples,
    warc,
    warc_record,
)
from transforms.readers import feeds, read
from transforms.readers.documents import Item, digest
from transforms.types import Disposition, Format, RawDocument, Reason, Rejection


def read_all(data: bytes, name: str = "in/file") -> list[Item]:
    return list(read(io.BytesIO(data), name))


def documents(data: bytes, name: str = "in/file") -> list[RawDocument]:
    found = read_all(data, name)
    assert all(isinstance(item, RawDocument) for item in found), found
    return [item for item in found if isinstance(item, RawDocument)]


def only(data: bytes, name: str = "in/file") -> RawDocument:
    [found] = documents(data, name)
    return found


def rejections(data: bytes, name: str = "in/file") -> list[Rejection]:
    return [item for item in read_all(data, name) if isinstance(item, Rejection)]


@pytest.mark.parametrize("name", samples())
def test_every_valid_sample_gives_documents_and_no_rejection(name: str) -> None:
    found = read_all(samples()[name], name)
    assert any(isinstance(item, RawDocument) for item in found)
    assert not [
        item for item in found if isinstance(item, Rejection) and item.disposition is Disposition.REJECTED
    ]
    assert len({item.source_ref for item in found}) == len(found)


def test_page_keeps_its_bytes() -> None:
    page = only(PAGE)
    assert (page.body, page.is_html, page.sha256, page.size) == (PAGE, True, digest(PAGE), len(PAGE))
    assert page.source_ref == "in/file"
    assert not page.stated.is_clean


def test_text_is_decoded_from_any_charset() -> None:
    for charset in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso8859-1"):
        text = only("Grüße aus Köln: für alle, die Äpfel mögen.\nHeute ist frei.\n".encode(charset))
        assert isinstance(text.body, str)
        assert text.body.startswith("Grüße aus Köln"), charset


def test_markdown_states_its_front_matter() -> None:
    found = only(samples()["trains.md"])
    assert found.format is Format.MARKDOWN
    assert (found.stated.title, found.stated.published) == ("Night trains return to Varnholm", "2026-02-11")
    assert (found.stated.authors, found.stated.tags) == (("Jonas Aule",), ("rail", "travel"))
    assert isinstance(found.body, str)
    assert "The first sleeper in nine years left Varnholm on Tuesday evening." in found.body
    assert not any(mark in found.body for mark in ("**", "](", "# "))


def test_rss_full_entries_are_articles_and_teasers_are_summaries() -> None:
    full, teaser = documents(RSS)
    assert full.format is Format.FEED
    assert full.is_html
    assert not full.stated.is_summary
    assert full.stated.title == "Bakers & millers end dispute"
    assert full.stated.external_id == "lf-901"
    assert full.stated.publisher == "Lowfield Times"
    assert full.stated.authors == ("Amy Croft",)
    assert full.stated.published == "Tue, 03 Mar 2026 18:20:00 +0000"
    assert full.stated.updated is None
    assert full.stated.language == "en-GB"
    assert teaser.stated.is_summary
    assert [full.source_ref, teaser.source_ref] == ["in/file#1", "in/file#2"]


def test_a_long_description_is_the_article() -> None:
    body = "&lt;p&gt;" + "The council met again on the question of the bridge. " * 40 + "&lt;/p&gt;"
    [first, _] = documents(RSS.replace(b"The price of flour is settled.", body.encode()))
    assert not first.stated.is_summary
    assert "question of the bridge" in first.body


def test_atom_titles_lose_their_entities() -> None:
    entry = only(ATOM)
    assert entry.stated.title == "Brücke & Tunnel: beide kommen"
    assert entry.stated.published == "2026-03-01T08:30:00+01:00"
    assert entry.stated.updated == "2026-03-01T10:00:00+01:00"
    assert entry.stated.language == "de"


def test_rdf_feeds_have_one_time_only() -> None:
    entry = only(samples()["feed.rdf"])
    assert (entry.stated.published, entry.stated.updated) == ("2026-02-02T12:00:00Z", None)


def test_json_feed() -> None:
    full, teaser = documents(json.dumps(JSON_FEED).encode())
    assert (full.format, full.is_html, full.stated.is_summary) == (Format.JSON_FEED, True, False)
    assert full.stated.authors == ("Tim Oakes",)
    assert full.stated.publisher == "Quarry Road Notes"
    assert teaser.stated.is_summary


def test_a_feed_cut_off_gives_what_it_has() -> None:
    for cut in (RSS.index(b"<item><title>Council"), RSS.index(b"From May, only")):
        first, last = read_all(RSS[:cut])
        assert isinstance(first, RawDocument)
        assert isinstance(last, Rejection)
        assert last.reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    ("feed", "begin", "end"), [(RSS, b"<item>", b"</channel>"), (ATOM, b"<entry>", b"</feed>")]
)
def test_a_large_feed_reads_as_a_small_one(
    feed: bytes, begin: bytes, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, entries = feed[: feed.index(begin)], feed[feed.index(begin) : feed.index(end)]
    large = (
        head + entries.replace(b"<p>", b"<p>An &lt;item> and <item> in it. ") * 40 + feed[feed.index(end) :]
    )
    at_once = read_all(large)
    monkeypatch.setattr(feeds, "BATCH_BYTES", 3000)
    assert read_all(large) == at_once
    assert len(at_once) >= 40


def test_warc_gives_pages_and_counts_other_responses() -> None:
    page, picture, gone = read_all(b"".join(warc()))
    assert isinstance(page, RawDocument)
    assert page.body == PAGE
    assert page.stated.url == "https://www.eastmere.example/crane"
    assert page.stated.charset == "utf-8"
    assert (
        page.source_ref == "in/file#3"
    )  # the third record of the archive: requests count, and are no documents
    assert isinstance(picture, Rejection)
    assert isinstance(gone, Rejection)
    assert picture.disposition is gone.disposition is Disposition.SKIPPED
    assert "404" in gone.detail


def test_warc_payloads_are_unpacked() -> None:
    deflater = zlib.compressobj(wbits=31)
    packed = deflater.compress(PAGE) + deflater.flush()
    page = only(warc_record("response", http(packed, extra="Content-Encoding: gzip\r\n")))
    assert page.body == PAGE


def test_wet_texts_are_documents() -> None:
    text = only(warc_record("conversion", b"The ferry sails again.", form="text/plain"))
    assert (text.is_html, text.body) == (False, b"The ferry sails again.")


def test_mail_prefers_the_page_and_decodes_its_headers() -> None:
    letter = only(EML)
    assert letter.is_html
    assert "Die Fähre fährt wieder, zum ersten Mal" in letter.body
    assert letter.stated.title == "Fünf Dinge am Morgen"
    assert letter.stated.publisher == "Der Morgen (Frühausgabe)"
    assert letter.stated.published == "2026-03-05T06:30:00+01:00"
    assert letter.stated.external_id == "<20260305.1@morning.example>"


def test_an_mbox_is_its_messages() -> None:
    found = documents(samples()["letters.mbox"])
    assert [item.source_ref for item in found] == ["in/file#1", "in/file#2"]


def test_a_saved_page_is_one_document() -> None:
    page = only(MHTML)
    assert page.format is Format.MHTML
    assert page.stated.url == "https://hillnews.example/snow"
    assert isinstance(page.body, bytes)
    assert "Snow closed the Grå pass on Friday." in page.body.decode()
    assert page.stated.published is None  # the date of an MHTML is when it was saved


def test_newsml_g2() -> None:
    item, picture, killed = read_all(NEWSML)
    assert isinstance(item, RawDocument)
    assert item.stated.external_id == "urn:newsml:nordpress.example:20260214:N1"
    assert item.stated.title == "Dockers at Ostvik walk out"
    assert item.stated.publisher == "Nordpress"
    assert item.stated.agency == "NP"
    assert item.stated.authors == ("Solveig Dahl",)
    assert item.stated.published == "2026-02-14T07:55:00Z"
    assert item.stated.updated == "2026-02-14T08:10:00Z"
    assert item.stated.language == "en"
    assert item.stated.tags == ("strike",)
    assert item.body == (
        "<p>OSTVIK, Feb 14 — Dockers at Ostvik stopped work at six on Saturday over a new roster.</p>\n"
        "<p>Talks were to resume at noon.</p>"
    )
    assert isinstance(picture, Rejection)
    assert picture.disposition is Disposition.SKIPPED
    assert isinstance(killed, RawDocument)
    assert (
        killed.stated.status == "canceled"
    )  # a notice: what it takes back is decided where articles are known


def test_nitf_leaves_captions_out() -> None:
    item = only(NITF)
    assert item.stated.title == "Quake off Lund rattles windows"
    assert item.stated.external_id == "NPX-771"
    assert item.stated.publisher == "Daily Lund"
    assert item.stated.agency == "Northern Press Exchange"
    assert item.stated.published == "2026-02-11T14:02:00Z"
    assert item.stated.section == "World"
    assert item.stated.authors == ("Mats Ek",)
    assert isinstance(item.body, str)
    assert item.body.startswith(
        "<p>LUND — A magnitude 4.1 quake shook the coast near Lund on Wednesday. Cafés"
    )
    assert "cracked" not in item.body


def test_ninjs_of_both_generations() -> None:
    first = only(json.dumps(NINJS).encode())
    second = only(
        json.dumps(
            {
                "uri": "urn:x:1",
                "type": "text",
                "versioncreated": "2026-02-11T15:00:00Z",
                "headlines": [{"role": "main", "value": "Parliament passes fishing quota"}],
                "bodies": [{"contenttype": "text/plain", "value": "Parliament passed the new cod quota."}],
            }
        ).encode()
    )
    assert first.format is second.format is Format.NINJS
    assert first.stated.title == second.stated.title == "Parliament passes fishing quota"
    assert first.stated.authors == ("Dora Finn",)
    assert (first.is_html, second.is_html) == (True, False)
    assert only(json.dumps(NINJS | {"pubstatus": "canceled"}).encode()).stated.status == "canceled"


def test_pdf_with_a_text_layer() -> None:
    paper = only(pdf("The ice road opened on Sun-", "day. Trucks may cross.", title="Ice road opens"))
    assert paper.stated.title == "Ice road opens"
    assert isinstance(paper.body, str)
    assert paper.body.split() == ["The", "ice", "road", "opened", "on", "Sunday.", "Trucks", "may", "cross."]


def test_pdf_without_text_says_so() -> None:
    [scan] = rejections(pdf())
    assert (scan.format, scan.reason) == (Format.PDF, Reason.NO_TEXT)


def test_csv_keeps_quotes_and_line_breaks() -> None:
    first, second = documents(CSV)
    assert first.body == 'A fire burned for "six hours" at the Orde mill.\nIt was out by noon.'
    assert first.stated.title == "Fire at mill, nobody hurt"
    assert second.stated.published is None
    assert [first.source_ref, second.source_ref] == ["in/file#1", "in/file#2"]


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "cp1252"])
def test_csv_of_other_charsets_and_marks(charset: str) -> None:
    rows = "Titel;Text;url;title\nx;Für die Brücke über die Elbe gibt es grünes Licht.;https://e.example/1;Grün\n"
    found = only(rows.encode(charset))
    assert found.body == "Für die Brücke über die Elbe gibt es grünes Licht."
    assert found.stated.title == "Grün"


def test_parquet_rows() -> None:
    first, second = documents(parquet(ROWS))
    assert (first.stated.external_id, first.stated.published) == ("1", None)
    assert second.body == "The owners will rebuild it."


def test_the_same_row_has_the_same_hash_in_any_table() -> None:
    records: list[dict[str, object]] = [{"id": "1", "title": "A", "text": "B"}]
    assert only(parquet(records)).sha256 == only(b"id,title,text\n1,A,B\n").sha256


SENTENCES = (
    b"The council voted on Tuesday to rebuild the lighthouse.\n\nThe work takes two years, engineers said.\n"
)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("notes", b"BEGIN:VCALENDAR\nSUMMARY:"),
        ("paper.txt", b"\\documentclass{article}\n"),
        ("job", b"#!/bin/sh\necho "),
        ("saved.txt", b"bplist00"),
        ("key.txt", b"-----BEGIN PGP MESSAGE-----\n"),
        ("dump.sql", b"INSERT INTO articles VALUES (1);\n"),
        ("crawl.log", b"2026-03-03 10:15:00 INFO fetched\n"),
        ("site.conf", b""),
    ],
)
def test_what_is_written_for_programs_is_no_article(name: str, head: bytes) -> None:
    (found,) = read(io.BytesIO(head + SENTENCES), name)
    assert isinstance(found, Rejection)
    assert found.reason in (Reason.UNKNOWN_FORMAT, Reason.BINARY)


@pytest.mark.parametrize("name", ["4711.cs", "4711.pl", "story.txt", "story", "index.php"])
def test_the_look_alikes_are_articles(name: str) -> None:
    page = b"<html><body><p>" + SENTENCES + b"</p></body></html>"
    (found,) = read(io.BytesIO(page if name == "index.php" else SENTENCES), name)
    assert isinstance(found, RawDocument)


def test_a_page_whose_markup_is_escaped_is_the_page() -> None:
    escaped = b"&lt;html&gt;&lt;body&gt;&lt;p&gt;" + SENTENCES + b"&lt;/p&gt;&lt;/body&gt;&lt;/html&gt;"
    (found,) = documents(escaped)
    assert found.is_html
    assert isinstance(found.body, str)
    assert found.body.startswith("<html><body><p>The council")
    mentioned = b"How to write &lt;p&gt; in a page.\n\n" + SENTENCES
    (found,) = documents(mentioned)
    assert not found.is_html
