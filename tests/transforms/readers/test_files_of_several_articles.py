"""Files that gather several articles, split where they mark them; look-alikes that stay whole."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.deliveries.articles import Story, make_stories
from tests.deliveries.files import archives
from transforms.readers import read
from transforms.readers.press_archive_texts import split_archive
from transforms.readers.teletype import split_messages
from transforms.types import Disposition, Format, RawDocument, Rejection

STORIES = make_stories(3)


def documents(data: bytes | str, name: str = "in/file") -> list[RawDocument]:
    raw = data.encode() if isinstance(data, str) else data
    return [item for item in read(io.BytesIO(raw), name) if isinstance(item, RawDocument)]


@pytest.mark.parametrize(
    ("name", "data", "stories"), list(archives()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_exports_and_web_archives_are_split(name: str, data: bytes, stories: list[Story]) -> None:
    found = documents(data, name)
    assert [item.source_ref for item in found] == [
        item.source_ref for item in found if "#" in item.source_ref
    ]
    assert len(found) == len(stories)
    if name.endswith(".txt"):
        assert [item.stated.title for item in found] == [story.title for story in stories]
        assert [item.stated.publisher for item in found] == [story.publisher for story in stories]
        assert all(item.stated.published for item in found)
        assert [item.body for item in found] == [story.text for story in stories]
    else:
        assert [item.stated.url for item in found] == [story.url for story in stories]
        assert all((item.stated.captured or "").startswith("2026-03-02T") for item in found)


def test_an_export_of_proquest_is_split_and_numbers_of_pages_are_no_headline() -> None:
    entry = (
        "____________\n\nDocument {n} of 3\n\n{s.title}\n\nAuthor: {s.author}\n\n"
        "Publication info: "
        "{s.publisher} ; Marl  [Marl]02 Mar 2026: 1.\n\nAbstract: Short.\n\nFull text: {body}\n\n"
        "Subject: Towns\n\nTitle: {s.title}\n\n"
        "Publication title: {s.publisher}\n\nPublication date: Mar 2, 2026\n\n"
    )
    text = "".join(entry.format(n=s.number + 1, s=s, body=s.text.replace("\n", "\n\n")) for s in STORIES)
    found = documents(text)
    assert [(one.stated.title, one.stated.publisher) for one in found] == [
        (s.title, s.publisher) for s in STORIES
    ]
    assert [one.body for one in found] == [s.text for s in STORIES]
    assert all(one.stated.published == "Mar 2, 2026" for one in found)
    nexis = "".join(
        f"Page {s.number} of 9\n\n{s.title}\n\nThe Day\n\nMarch 2, 2026 Monday\n\nLength: 9 words\n\nBody\n\n"
        f"{s.text}\n\nLoad-Date: March 2, 2026\n\nEnd of Document\n\n"
        for s in STORIES
    )
    assert [one.stated.title for one in documents(nexis)] == [s.title for s in STORIES]


def test_a_forwarded_message_sheds_the_headers_of_the_first_one() -> None:
    mail = (
        "From: Ann <a@x.example>\nTo: b@x.example\nSubject: Fwd: Ferry halted\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n"
        "Content-Type: text/plain\n\n---------- Forwarded message ---------\nFrom: G <g@x.example>\n"
        "Date: Mon, 2 Mar 2026\nSubject: Ferry halted\nTo: <a@x.example>\n\nThe ferry stops.\nFrom: here it is seen.\n"
    )
    [found] = documents(mail)
    assert found.stated.title == "Ferry halted"
    assert str(found.body).split("\n")[1:3] == ["The ferry stops.", "From: here it is seen."]


@pytest.mark.parametrize(
    "text",
    [
        "Document 1 of 2\n\nThe inquiry published its first document on Monday.\n\nIt has forty pages.\n",
        "He read 1 of 2 documents on Monday.\n\nThe other one was lost.\n",
        "The end of document management is near, the company said.\n\nIt sells folders.\n",
        "Document the change, said the engineer.\n\nNobody did.\n",
    ],
)
def test_text_that_speaks_of_documents_is_one(text: str) -> None:
    assert split_archive(text) == []
    assert len(documents(text)) == 1


def test_a_wire_message_sheds_its_control_lines() -> None:
    body = "\r\n".join(
        ["DAM CRACKED AT CASTLE RIGG", "", "CASTLE RIGG, Jan 15 - Water was lowered by two metres a day."]
    )
    raw = f"\x01TRN0123 4 GEN 0020 Dam\r\n\x02\r\n{body}\r\n\x03\r\n151230 JAN 26\r\n\x04"
    [message] = split_messages(raw)
    assert message.published == "2026-01-15T12:30"
    assert message.text.startswith("DAM CRACKED AT CASTLE RIGG")
    assert "TRN0123" not in message.text
    [found] = documents(raw)
    assert found.stated.published == "2026-01-15T12:30"
    assert len(documents(raw * 3)) == 3
    assert split_messages("Plain text, without any control character.") == []


def test_a_wordpress_export_gives_published_posts() -> None:
    def item(kind: str, status: str, password: str = "") -> str:
        return (
            f"<item><title>{kind} {status}</title><link>https://w.example/{kind}-{status}</link>"
            f"<content:encoded><![CDATA[<p>Some words of a {kind}.</p>]]></content:encoded>"
            f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>"
            f"<wp:post_password>{password}</wp:post_password></item>"
        )

    kinds = ("post", "page", "attachment", "nav_menu_item", "revision", "wp_block")
    items = [
        item(kind, status) for kind in kinds for status in ("publish", "draft", "trash", "private", "inherit")
    ]
    items.append(item("post", "publish", "secret"))
    spaces = (
        "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:wp='http://wordpress.org/export/1.2/'"
    )
    data = f"<rss version='2.0' {spaces}><channel><title>W</title>{''.join(items)}</channel></rss>"
    found = list(read(io.BytesIO(data.encode()), "in/w.xml"))
    assert len(found) == len(items)
    assert [one.stated.title for one in found if isinstance(one, RawDocument)] == ["post publish"]
    assert {one.disposition for one in found if isinstance(one, Rejection)} == {Disposition.SKIPPED}


def test_relative_links_count_from_the_feed() -> None:
    def link(channel: str) -> str | None:
        item = "<item><title>A title</title><link>/news/1</link></item>"
        data = f"<rss version='2.0'><channel><title>F</title>{channel}{item}</channel></rss>"
        return documents(data)[0].stated.url

    assert link("<link>https://gazette.example/</link>") == "https://gazette.example/news/1"
    self_link = (
        "<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='self' href='https://gazette.example/f/rss'/>"
    )
    assert link(self_link) == "https://gazette.example/news/1"
    assert link("") == "/news/1"


def test_an_aggregator_names_the_outlet() -> None:
    data = (
        "<rss version='2.0'><channel><title>All</title><item><title>Ferry halted - Harbour Gazette</title>"
        "<source url='https://g.example'>Harbour Gazette</source></item>"
        "<item><title>Ferry halted - again</title></item></channel></rss>"
    )
    first, second = documents(data)
    assert (first.stated.title, first.stated.publisher) == ("Ferry halted", "Harbour Gazette")
    assert (second.stated.title, second.stated.publisher) == ("Ferry halted - again", "All")


def test_an_arc_file_with_damage_gives_its_whole_records() -> None:
    _, data, stories = next(one for one in archives() if one[0] == "crawl.arc")
    begin = data.index(b"https://")
    found = list(read(io.BytesIO(data[:begin] + b"noise\nmore noise\n" + data[begin:]), "c.arc"))
    assert sum(isinstance(item, RawDocument) for item in found) == len(stories)
    assert sum(isinstance(item, Rejection) for item in found) == 1
    assert {item.format for item in found} == {Format.ARC}
    cut = list(read(io.BytesIO(data[:-200]), "c.arc"))
    assert sum(isinstance(item, RawDocument) for item in cut) == len(stories) - 1


def test_an_export_of_blogger_gives_published_posts() -> None:
    def entry(kind: str, inside: str = "") -> str:
        term = f"http://schemas.google.com/blogger/2008/kind#{kind}"
        category = f"<category scheme='http://schemas.google.com/g/2005#kind' term='{term}'/>"
        content = f"<content type='html'>Some words of a {kind}.</content>"
        return (
            f"<entry><id>b:{kind}{len(inside)}</id>{category}<title>{kind}</title>{content}{inside}</entry>"
        )

    draft = "<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft></app:control>"
    live = "<b:type xmlns:b='http://schemas.google.com/blogger/2018'>POST</b:type>"
    kinds = ("template", "settings", "page", "comment", "post")
    entries = [entry(kind) for kind in kinds] + [
        entry("post", draft),
        f"<entry><title>new</title>{live}</entry>",
    ]
    data = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>B</title>{''.join(entries)}</feed>"
    found = list(read(io.BytesIO(data.encode()), "in/b.xml"))
    assert [one.stated.title for one in found if isinstance(one, RawDocument)] == ["post", "new"]
    assert {one.disposition for one in found if isinstance(one, Rejection)} == {Disposition.SKIPPED}


def test_elements_of_single_services_are_heeded() -> None:
    item = (
        "<title>BC-Fire</title><link>https://proxy.example/1</link><description>Short.</description>"
        "<y:full-text xmlns:y='http://news.yandex.ru'>All of the text is here.</y:full-text>"
        "<f:origLink xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'>https://w.example/fire</f:origLink>"
        "<apcm:HeadLine xmlns:apcm='http://ap.org/schemas/03/2005/apcm'>Fire on a ferry</apcm:HeadLine>"
        "<apnm:PublishingStatus xmlns:apnm='http://ap.org/schemas/03/2005/apnm'>Canceled</apnm:PublishingStatus>"
    )
    data = f"<rss version='2.0'><channel><title>W</title><item>{item}</item></channel></rss>"
    (found,) = read(io.BytesIO(data.encode()), "in/w.xml")
    assert isinstance(found, RawDocument)
    assert (found.body, found.stated.title) == ("All of the text is here.", "Fire on a ferry")
    assert (found.stated.url, found.stated.status) == ("https://w.example/fire", "Canceled")


@pytest.mark.parametrize(
    ("before", "form"),
    [
        ("<br />\n<b>Warning</b>: Undefined key in <b>/w/feed.php</b> on line <b>3</b><br />\n", Format.FEED),
        ("PHP Notice:  Undefined index in feed.php\n", Format.FEED),
        ("How a feed of the harbour begins\n\n", Format.TEXT),
        ("<!DOCTYPE html><html><body><p>So begins a feed, by the standard:</p>", Format.HTML),
    ],
)
def test_a_feed_below_warnings_is_one_and_a_text_that_shows_one_is_not(before: str, form: Format) -> None:
    feed = (
        "<?xml version='1.0'?>\n<rss version='2.0'><channel><item><title>Fire</title></item></channel></rss>"
    )
    (found,) = read(io.BytesIO((before + feed).encode()), "in/w")
    assert found.format is form


def letter(subject: str, text: str, more: str = "") -> str:
    return f"From: Ann <ann@w.example>\nSubject: {subject}\nDate: Sun, 1 Mar 2026 08:15:00 +0000\n{more}\n{text}\n"


def parts(kind: str, *inside: str) -> str:
    return f"Content-Type: {kind}; boundary=BB\n\n" + "".join(f"--BB\n{one}\n" for one in inside) + "--BB--"


def attached(subject: str) -> str:
    return "Content-Type: message/rfc822\n\n" + letter(subject, f"Words of {subject}.")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            letter("Digest", "", parts("multipart/digest", attached("A"), attached("B"))),
            {"#1": "A", "#2": "B"},
        ),
        (
            letter(
                "FW", "", parts("multipart/mixed", "Content-Type: text/plain\n\nSee below.\n", attached("A"))
            ),
            {"#1": "A"},
        ),
        (
            letter(
                "Own",
                "",
                parts("multipart/mixed", f"Content-Type: text/plain\n\n{'word ' * 50}\n", attached("A")),
            ),
            {"": "Own", "#1": "A"},
        ),
        (f"{len(letter('A', 'Words.'))}\n{letter('A', 'Words.')}<?xml version='1.0'?><plist/>\n", {"": "A"}),
        (letter("Returned", "", parts("multipart/report", "\nNot delivered.\n", attached("A"))), {}),
        (letter("Away", "I am away.", "Auto-Submitted: auto-replied\n"), {}),
        (letter("Alert", "Words.", "Auto-Submitted: auto-generated\n"), {"": "Alert"}),
    ],
)
def test_messages_inside_messages_are_read_and_automatic_answers_are_not(
    message: str, expected: dict[str, str]
) -> None:
    found = list(read(io.BytesIO(message.encode()), "in/m"))
    got = {one.source_ref[4:]: one.stated.title for one in found if isinstance(one, RawDocument)}
    assert got == expected
    assert all("plist" not in one.body for one in found if isinstance(one, RawDocument))
    assert found


ARTICLES = (
    (
        "Ferry halted after a fire",
        "Nobody was hurt, the captain said.",
        "Two boats took all 214 passengers back.",
    ),
    (
        "Wolves return to Karst",
        "A pair is raising four cubs there.",
        "Farmers ask for fences that the state pays.",
    ),
)
TREC = "<DOC>\n<DOCNO> AP88-{n} </DOCNO>\n<HEAD>{0}</HEAD>\n<TEXT>\n   {1}\n   {2}\n</TEXT>\n</DOC>\n"
GIGAWORD = (
    '<DOC id="AFP_ENG_{n}" type="story">\n<HEADLINE>\n{0}\n</HEADLINE>\n<TEXT>\n<P>\n{1}\n</P>\n<P>\n{2}\n</P>\n'
    "</TEXT>\n</DOC>\n"
)
REUTERS = (
    '<REUTERS TOPICS="NO" NEWID="{n}">\n<DATE>26-FEB-1987 15:01:01.79</DATE>\n<TEXT>&#2;\n<TITLE>{0}</TITLE>\n'
    "<DATELINE> BAHIA, Feb 26 - </DATELINE><BODY>{1}\n    {2}\n&#3;</BODY></TEXT>\n</REUTERS>\n"
)
RIS = (
    "TY  - NEWS\nTI  - {0}\nT2  - The Courier\nDA  - 2026/03/01/\nN2  - {1}\n{2}\n"
    "UR  - https://w.example/{n}\nER  - \n\n"
)
FACTIVA = (
    '<div id="article-COUR000020260301ab{n}" class="article enArticle"><div><span>{0}</span></div><div>95 words</div>'
    "<div>1 March 2026</div><div>The Courier</div><div>COUR</div><div>English</div>"
    '<p class="articleParagraph">{1}</p><p class="articleParagraph">{2}</p><p>Document COUR000020260301ab{n}</p></div>'
)
EUROPRESSE = (
    '<article><span class="DocPublicationName">The Courier</span><span class="DocHeader">dimanche 1 mars 2026 - p. 2'
    '</span><p class="titreArticleVisu">{0}</p><div class="docOcurrContainer"><p>{1}</p><p>{2}</p></div>'
    "<footer>news·20260301·{n}</footer></article>"
)


@pytest.mark.parametrize("layout", [TREC, GIGAWORD, REUTERS, RIS, FACTIVA, EUROPRESSE])
def test_collections_and_exports_are_split(layout: str) -> None:
    data = "".join(layout.format(*article, n=number) for number, article in enumerate(ARTICLES))
    if layout in (FACTIVA, EUROPRESSE):
        data = f"<html><body>{data}</body></html>"
    found = documents(data)
    assert [one.source_ref for one in found] == ["in/file#1", "in/file#2"]
    assert [one.stated.title for one in found] == [title for title, *_ in ARTICLES]
    assert [str(one.body).split("\n") for one in found] == [paragraphs for _, *paragraphs in ARTICLES]
    if "Courier" in layout:
        assert {one.stated.publisher for one in found} == {"The Courier"}
        assert all(one.stated.published for one in found)


def test_lines_of_fields_above_a_text_are_its_fields() -> None:
    above = "Title: Ferry halted\nDate: 2026-03-01\nSource: The Courier\nURL: https://w.example/1\n"
    for between in ("\n", "Text:\n", "Body: "):
        (found,) = documents(above + between + "Nobody was hurt.\n")
        assert (found.body, found.source_ref) == ("Nobody was hurt.", "in/file")
        assert (found.stated.title, found.stated.url) == ("Ferry halted", "https://w.example/1")
        assert (found.stated.publisher, found.stated.published) == ("The Courier", "2026-03-01")


@pytest.mark.parametrize(
    "text",
    [
        "Title: a history of the word\n\nTitles were once painted above doors, says Ann Ley.\n",
        "Question: What is a title?\nAnswer: A word above a door.\n\nSo began the talk.\n",
        "The DOC <DOCNO> was found below the TY  - line.\n\nThere it stayed.\n",
        "Insert into the wall a hook, then hang the lamp.\n\nUser-agent: a new play opens.\n",
    ],
)
def test_texts_that_begin_like_lists_are_texts(text: str) -> None:
    (found,) = documents(text)
    assert found.body == text
    assert found.stated.title is None


@pytest.mark.parametrize(
    "data",
    [
        "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `p`;\n"
        "INSERT INTO `p` VALUES (1,'<p>a</p><p>b</p><p>c</p>');\n",
        "User-agent: *\nDisallow: /admin/\n",
        "[InternetShortcut]\r\nURL=https://w.example/\r\n",
        " CDX N b a m s k r M S V g\nexample,w)/ 20260301081500 https://w.example/ text/html 200 A - - 1 0 x.warc\n",
        f"{'0' * 64}  news-1.jsonl\n{'1' * 64}  news-2.jsonl\n",
        "{\\rtf1\\ansi{\\fonttbl{\\f0 Calibri;}}\\pard Ferry halted\\par}",
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nGood evening.\n",
        "1\n00:00:01,000 --> 00:00:03,000\nGood evening.\n",
    ],
)
def test_lists_and_statements_for_programs_are_no_articles(data: str) -> None:
    (found,) = read(io.BytesIO(data.encode()), "in/file")
    assert isinstance(found, Rejection)


def test_what_describes_a_web_archive_is_no_news() -> None:
    packed = io.BytesIO()
    names = ("pages/pages.jsonl", "indexes/index.cdxj", "datapackage.json", "archive/a.html")
    with zipfile.ZipFile(packed, "w") as members:
        for name in names:
            members.writestr(name, f"<html><body><p>Words of {name}.</p></body></html>")
    found = list(read(io.BytesIO(packed.getvalue()), "in/c.wacz"))
    assert [one.disposition for one in found if isinstance(one, Rejection)] == [Disposition.SKIPPED] * 3
    assert [one.source_ref for one in found if isinstance(one, RawDocument)] == ["in/c.wacz!archive/a.html"]


def test_a_table_may_begin_with_empty_lines() -> None:
    (found,) = documents("\ufeff\n\r\ntitle,text\nFerry halted,Nobody was hurt.\n", "in/t.csv")
    assert (found.stated.title, found.body) == ("Ferry halted", "Nobody was hurt.")


def test_headings_of_anpa_shed_their_signs() -> None:
    (found,) = split_messages(
        "\x01a1\r\n\x02\r\n^BC-Fire,1st Ld<\r\n^Ferry halted<\r\n^By ANN LEE=\r\n\tTARN (TW) _ Ok.\r\n\x03"
    )
    assert found.text == "Ferry halted\nBy ANN LEE\n\tTARN (TW) _ Ok."


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ('+++\ntitle = "Fire"\ndate = 2026-03-01\ndraft = false\n+++\n', ("Fire", "2026-03-01", None, ())),
        ("---\ntitle: Fire\npublished: true\n---\n", ("Fire", None, None, ())),
        (
            '---\ntitle: Fire\nsource: "https://w.example/1"\nauthor:\n  - "[[Ann Ley]]"\npublished:\n---\n',
            ("Fire", None, "https://w.example/1", ("Ann Ley",)),
        ),
        ("---\ntitle: Fire\ndraft: true\n---\n", None),
        ("---\ntitle: Fire\npublished: false\n---\n", None),
        ("+++\ntitle = 'Fire'\ndraft = true\n+++\n", None),
    ],
)
def test_front_matter_of_sites_and_notes(front: str, expected: tuple[object, ...] | None) -> None:
    (found,) = read(io.BytesIO(f"{front}Nobody was hurt.\n".encode()), "in/a.md")
    if expected is None:
        assert isinstance(found, Rejection)
        assert found.disposition is Disposition.SKIPPED
    else:
        assert isinstance(found, RawDocument)
        stated = found.stated
        assert (stated.title, stated.published, stated.url, stated.authors) == expected
        assert str(found.body).strip() == "Nobody was hurt."


@pytest.mark.parametrize(("sent", "count"), [("bytes 0-9/4000", 0), ("bytes 0-99/100", 1), ("", 0)])
def test_a_part_of_a_page_in_a_web_archive_is_no_page(sent: str, count: int) -> None:
    page = "<html><body><p>Nobody was hurt on the ferry.</p></body></html>"
    response = (
        f"HTTP/1.1 206 Partial Content\r\nContent-Type: text/html\r\nContent-Range: {sent}\r\n\r\n{page}"
    )
    record = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-03-05T00:00:00Z\r\n"
        "WARC-Target-URI: https://w.example/1\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(response)}\r\n\r\n{response}\r\n\r\n"
    )
    assert len(documents(record, "in/a.warc")) == count
