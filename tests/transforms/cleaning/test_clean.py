"""Any raw document becomes one article or a rejection that says why, and page noise does not change the article."""

from __future__ import annotations

import html
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.cleaning.article_assembly import hash_content, make_lead
from transforms.cleaning.clean import clean
from transforms.text.ids import hash_text
from transforms.text.wordcount import count_words
from transforms.types import Article, Format, Kind, Precision, RawDocument, Reason, Rejection, Stated

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
SENTENCES = [
    "The old crane at the northern quay fell into the water early on Monday, and nobody was hurt.",
    "Workers had noticed a crack in its foot two weeks before, the harbour master said at noon.",
    "Ships are being led to the southern quay until divers have raised the wreck from the ground.",
    "The company that built the crane in 1968 no longer exists, and its plans were lost in a fire.",
    "The council will decide in April whether a new crane is to be bought or the quay given up.",
]
PAGE = """<html lang="en"><head><title>Crane falls into harbour - Harbour Post</title>
<meta property="og:site_name" content="Harbour Post">{head}
<meta property="article:published_time" content="2026-03-02T08:00:00+01:00"></head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Crane falls into harbour</h1>{body}</article>{noise}</body></html>"""


def document(
    body: bytes | str, *, is_html: bool = False, ref: str = "in/a.html", **stated: object
) -> RawDocument:
    return RawDocument(
        source_ref=ref,
        format=Format.HTML if is_html else Format.TEXT,
        sha256="ab" * 32,
        size=len(body),
        body=body,
        is_html=is_html,
        stated=replace(Stated(), **stated),  # type: ignore[arg-type]
    )


BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def page(head: str = "", noise: str = "", text: str = BODY) -> str:
    return PAGE.format(head=head, body=text, noise=noise)


def article(doc: RawDocument) -> Article:
    found = clean(doc, now=NOW)
    assert isinstance(found, Article), found
    return found


def test_a_page_becomes_an_article() -> None:
    found = article(
        document(page().encode(), is_html=True, url="https://m.post.example.com/crane?utm_source=x")
    )
    assert found.title == "Crane falls into harbour"
    assert found.text == "\n".join(SENTENCES)
    assert found.publisher == "Harbour Post"
    assert found.url == "https://post.example.com/crane"
    assert found.published.at == datetime(2026, 3, 2, 7, 0)  # noqa: DTZ001
    assert found.published.zone == "+01:00"
    assert (found.language, found.kind) == ("en", Kind.ARTICLE)
    assert found.word_count == len(" ".join(SENTENCES).split())
    assert found.lead.startswith(SENTENCES[0])
    assert dict(found.field_sources)["published"] == "meta"


def test_page_noise_changes_neither_identity_nor_content() -> None:
    url = "https://post.example.com/crane"
    one = article(document(page(), is_html=True, url=url))
    other = article(
        document(page(noise="<aside>Weather: rain. 17 users online.</aside>"), is_html=True, url=url, ref="b")
    )
    edited = article(
        document(page(text=f"<p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p>"), is_html=True, url=url)
    )
    assert one.article_id == other.article_id == edited.article_id
    assert one.content_hash == other.content_hash != edited.content_hash
    assert one.document_id != other.document_id


def test_what_the_container_states_beats_the_page() -> None:
    found = article(
        document(
            page(),
            is_html=True,
            url="https://post.example.com/crane",
            title="Harbour crane down",
            publisher="The Post",
            published="2026-03-03T10:00:00Z",
            authors=("Ann Lee and Bo Ek",),
            section="Coast",
        )
    )
    assert (found.title, found.publisher, found.section) == ("Harbour crane down", "The Post", "Coast")
    assert found.authors == ("Ann Lee", "Bo Ek")
    assert found.published.at == datetime(2026, 3, 3, 10, 0)  # noqa: DTZ001
    assert dict(found.field_sources)["title"] == "stated"


def test_the_canonical_address_beats_the_fetched_one_of_the_same_house_only() -> None:
    head = '<link rel="canonical" href="https://post.example.com/news/crane">'
    own = article(document(page(head), is_html=True, url="https://www.example.com/x?id=7"))
    assert own.url == "https://post.example.com/news/crane"
    reprint = article(document(page(head), is_html=True, url="https://other.example.org/copy"))
    assert reprint.url == "https://other.example.org/copy"
    assert reprint.canonical_url == "https://post.example.com/news/crane"
    assert own.article_id != reprint.article_id


def test_identity_comes_from_the_best_there_is() -> None:
    def identify(ref: str = "f.jsonl#1", **stated: object) -> int:
        return article(
            document("Text of it.", is_html=False, ref=ref, is_clean=True, title="T", **stated)
        ).article_id

    assert identify(url="https://example.com/a") == identify("g.jsonl#9", url="http://www.example.com/a/#x")
    assert identify(external_id="7", publisher="P") == identify("g.jsonl#9", external_id="7", publisher="P")
    assert identify(external_id="7", publisher="P") != identify(external_id="7", publisher="Q")
    assert (
        identify(external_id="7")
        == identify("f.jsonl#2", external_id="7")
        != identify("g.jsonl#2", external_id="7")
    )
    assert identify("f.jsonl#1") != identify("f.jsonl#2")


def test_a_clean_record_is_only_normalised() -> None:
    text = "Leave a Reply\nMarkets were quiet.\nRelated Articles\nShort."
    assert article(document(text, is_clean=True, title="T")).text == text
    brief = article(document("Rain.", is_clean=True))
    assert (brief.text, brief.title) == ("Rain.", "Rain.")
    assert article(document("", is_clean=True, title="Only a title")).text == ""


def test_markup_in_a_clean_record_is_taken_out() -> None:
    found = article(
        document("<p>Rain &amp; wind.</p><p>Then <b>sun</b>.</p>", is_clean=True, title="A <i>day</i>")
    )
    assert found.text == "Rain & wind.\nThen sun."
    assert found.title == "A day"
    assert (
        article(document("If a < b and b > c, then 3<4.", is_clean=True)).text
        == "If a < b and b > c, then 3<4."
    )


def test_pasted_text_loses_its_noise_and_gets_a_title() -> None:
    pasted = (
        "Home\nSport\nCrane falls into harbour\n\n2026-03-02 08:00:00\n\n"
        + "\n\n".join(SENTENCES)
        + "\n\nLeave a Reply\n"
    )
    found = article(document(pasted))
    assert "Leave a Reply" not in found.text
    assert SENTENCES[2] in found.text
    assert found.title
    assert found.published.zone is None


@pytest.mark.parametrize(
    ("doc", "reason"),
    [
        (document(b"", is_html=True), Reason.EMPTY),
        (document("  \n "), Reason.EMPTY),
        (document("<html><body><script>x()</script></body></html>", is_html=True), Reason.NO_TEXT),
        (document("<a href='/x'>word here</a> " * 20_000, is_html=True), Reason.TOO_MANY_LINKS),
        (document("<p>" + "x" * 21_000_000, is_html=True), Reason.TOO_LARGE),
        (document("", is_clean=True), Reason.EMPTY),
    ],
)
def test_what_is_no_article_is_rejected_with_its_reason(doc: RawDocument, reason: Reason) -> None:
    found = clean(doc, now=NOW)
    assert isinstance(found, Rejection)
    assert (found.reason, found.source_ref, found.sha256) == (reason, doc.source_ref, doc.sha256)
    assert found.detail.isprintable()


def test_a_list_of_headlines_is_an_index_and_a_summary_a_teaser() -> None:
    links = "".join(
        f"<li><a href='/{i}'>Headline of the day with the number {i}</a></li>" for i in range(300)
    )
    assert (
        article(document(f"<html><title>Front</title><body><ul>{links}</ul>", is_html=True)).kind
        is Kind.INDEX
    )
    assert article(document("A crane fell.", is_clean=True, title="T", is_summary=True)).kind is Kind.TEASER


def test_a_refused_time_leaves_its_mark() -> None:
    found = article(document("Rain.", is_clean=True, published="2050-01-01"))
    assert found.published.at is None
    assert found.published.precision is Precision.NONE
    assert dict(found.field_sources)["published_refused"] == "stated:future"


def test_tricks_in_titles_are_defused() -> None:
    found = article(
        document("Rain.", is_clean=True, title="\x1b[31mRed\x1b[0m \u202eevil\u200b'; DROP TABLE stories;--")
    )
    assert found.title == "Red evil'; DROP TABLE stories;--"


def test_cleaning_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("cleaning must not reach for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    doctype = '<!DOCTYPE html SYSTEM "http://example.com/x.dtd">'
    article(document(doctype + page(), is_html=True, url="https://post.example.co.uk/crane"))


def test_leads_end_with_a_sentence_or_say_that_they_go_on() -> None:
    assert make_lead("One. Two. Three.") == "One. Two."
    assert make_lead("No stop") == "No stop"
    long = make_lead("word " * 300)
    assert long.endswith("…")
    assert len(long) <= 401
    assert make_lead("一つ目の文。二つ目の文。三つ目の文。") == "一つ目の文。二つ目の文。"


def test_words_are_counted_in_any_script() -> None:
    assert count_words("It's a well-known fact, 3 times over") == 7
    assert count_words("市議会は新しい橋") == 4


def test_content_is_compared_without_case_and_spacing() -> None:
    assert hash_content("A Title", "Some  text\nhere") == hash_content("a title", "some text here")
    assert hash_content("A", "B C") != hash_content("A", "B D")


WILD = st.text(alphabet=st.characters(), max_size=200)


@settings(max_examples=60, deadline=None)
@given(WILD, st.booleans(), st.booleans(), WILD, WILD, WILD)
def test_no_document_makes_cleaning_fail(
    body: str, is_html: bool, is_clean: bool, title: str, url: str, published: str
) -> None:
    doc = document(
        body, is_html=is_html, is_clean=is_clean, title=title, url=url, published=published, authors=(title,)
    )
    found = clean(doc, now=NOW)
    if isinstance(found, Article):
        assert found.title or found.text
        json.dumps([found.title, found.text, found.lead]).encode("ascii")
        (found.title + found.text + (found.publisher or "")).encode("utf-8")
        assert 0 <= found.article_id < 2**64
        assert clean(doc, now=NOW) == found


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_cleaning_fail(data: bytes) -> None:
    clean(document(b"<html><title>" + data + b"</title><p>" + data, is_html=True), now=NOW)


SPACED = st.text("aB é\n\t\x1f\u00a0\u3000.!İß", max_size=60)


@given(SPACED, SPACED)
@example("", "")
@example("A Title", "of a text.\nIn two lines")
def test_spacing_and_case_do_not_count_in_the_hash(title: str, text: str) -> None:
    words = f"{title}\n{text}".casefold().split()
    assert hash_content(title, text) == hash_text(" ".join(words))


@given(st.lists(st.tuples(st.sampled_from(["word", "End.", "an"]), st.integers(1, 40)), max_size=200))
def test_the_lead_is_read_from_the_words_whatever_stands_between(parts: list[tuple[str, int]]) -> None:
    text = "".join(word + " " * gap for word, gap in parts)[:1600]
    assert make_lead(text) == make_lead(" ".join(text.split()))


PARAGRAPHS = (
    "<p>The harbour council voted on Tuesday to close the old ferry pier for the winter, ending a long dispute.</p>"
    "<p>Repairs would have cost twice what the town sets aside for roads, said its chair on the same evening.</p>"
)


def test_a_standfirst_is_a_field_and_opens_the_lead() -> None:
    page = f"<html><body><article><h1>Pier closes</h1><h2>Nine to two for closing the pier at once.</h2>{PARAGRAPHS}"
    found = article(document(f"{page}</article></body></html>", is_html=True))
    assert found.standfirst == "Nine to two for closing the pier at once."
    assert found.lead.startswith(found.standfirst)
    assert found.standfirst not in found.text
    stated = article(document("The pier closes.", is_clean=True, title="Pier", standfirst="Nine  to two"))
    assert stated.standfirst == "Nine to two"


@pytest.mark.parametrize("shown", ["", "<div id='root'></div>", "<p>Please enable JavaScript to go on.</p>"])
def test_a_page_that_a_script_would_fill_keeps_what_its_head_states(shown: str) -> None:
    head = (
        "<title>Pier closes</title><meta property='og:title' content='Pier closes'>"
        "<meta property='og:description' content='The council closed the pier, nine to two.'>"
        "<meta property='article:published_time' content='2026-01-20T18:11:01+01:00'>"
    )
    found = article(document(f"<html><head>{head}</head><body>{shown}</body></html>", is_html=True))
    assert (found.title, found.text) == ("Pier closes", "The council closed the pier, nine to two.")
    assert found.kind in (Kind.STUB, Kind.TEASER)
    assert found.published.at is not None


@given(st.integers(0, 2), st.sampled_from(["&", '"', "é", "’"]))
def test_entities_are_undone_however_often_they_were_escaped(times: int, char: str) -> None:
    text = f"Tom {char} Jerry reopened their shop on Monday."
    for _ in range(times):
        text = html.escape(text).replace("é", "&eacute;").replace("’", "&rsquo;")
    shown = f"Tom {char} Jerry reopened their shop on Monday."
    found = article(document(f"{text}\nNobody complained.", is_clean=True, title=text))
    assert (found.title, found.text) == (shown, f"{shown}\nNobody complained.")


def test_inline_markup_in_a_record_joins_no_paragraphs() -> None:
    found = article(document("One <b>bold</b> word.\n\nAnother paragraph.", is_clean=True, title="T"))
    assert found.text == "One bold word.\nAnother paragraph."


def test_a_text_about_markup_keeps_the_tags_it_shows() -> None:
    body = "<p>Close each &lt;br&gt; and &lt;p&gt; element, said the teacher.</p><p>Nobody did.</p>"
    found = article(document(body, is_html=True, is_clean=True, title="T"))
    assert found.text == "Close each <br> and <p> element, said the teacher.\nNobody did."


def test_a_body_escaped_as_a_whole_is_read_as_markup() -> None:
    body = html.escape("<p>The council closed the pier &amp; the quay.</p><p>Nobody complained.</p>")
    found = article(document(body, is_clean=True, title="T"))
    assert found.text == "The council closed the pier & the quay.\nNobody complained."
