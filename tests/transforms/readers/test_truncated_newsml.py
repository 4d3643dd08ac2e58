"""An XML news item that is cut is never given as a whole one, and one with small faults is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.samples import NEWSML, NITF
from tests.transforms.readers.reading import kinds, only_rejection, read_all
from transforms.types import RawDocument, Reason

LAST = "It was the third this year."
BODY = f"<body><body.content><p>A quake shook Lund.</p><p>{LAST}</p></body.content></body>"
NEWSML_1 = (
    "<NewsML><NewsItem><NewsComponent><Role FormalName='Main'/><NewsLines><HeadLine>Quake</HeadLine></NewsLines>"
    f"<ContentItem><DataContent><nitf>{BODY}</nitf></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"
).encode()
G2_ITEM = (
    "<n:newsItem xmlns:n='http://iptc.org/std/nar/2006-10-01/' guid='urn:x:1'><n:contentMeta><n:headline>Quake"
    "</n:headline></n:contentMeta><n:contentSet><n:inlineXML><html xmlns='http://www.w3.org/1999/xhtml'><body>"
    f"<p>A quake shook Lund.</p><p>{LAST}</p></body></html></n:inlineXML></n:contentSet></n:newsItem>"
).encode()
WHOLE = {"nitf": NITF, "newsml 1": NEWSML_1, "g2": G2_ITEM}


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 1, exclude_max=True))
def test_a_cut_item_is_whole_or_rejected(charset: str, kind: str, share: float) -> None:
    text = WHOLE[kind].decode("iso-8859-1").replace(' encoding="iso-8859-1"', "").strip()
    found = read_all(text[: int(len(text) * share)].encode(charset))
    assert found
    for item in found:
        if isinstance(item, RawDocument) and item.format.value in ("nitf", "newsml"):
            assert LAST in str(item.body)


def test_a_cut_item_says_so() -> None:
    for data in WHOLE.values():
        cut = data[: data.index(LAST.encode()) + 10]
        assert only_rejection(cut).reason is Reason.TRUNCATED
        assert only_rejection(cut + b"\x00" * 9).reason is Reason.TRUNCATED


@given(st.integers(0, len(NEWSML) - 20))
def test_a_cut_message_gives_its_whole_items(length: int) -> None:
    whole, cut = kinds(read_all(NEWSML)), kinds(read_all(NEWSML[:length]))
    ends = NEWSML[:length].count(b"</newsItem>")
    if length > NEWSML.index(b"<itemSet>"):
        assert cut == [*whole[:ends], "truncated"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Lund", "Lund & Son"),
        ("Lund", "<em>Lund"),
        ("Lund", "<i>Lund<br>"),
        ("Lund", "Lund&nbsp;"),
        ("quake shook", "quake < 6 shook"),
        ("</p><p>", "<p>"),
        ("<p>", "<p class=lead>"),
        ("<p>", '<p class="lead>'),
        ("<p>", '<p class=lead">'),
        ("<p>", '<p id="a"class="b" hidden 1="2" id="c">'),
        ("<p>", "<p class=\u201clead\u201d title='5 < 6'>"),
        ("<p>", "<p><a href=http://wire.example/a?b=1&c=2/>Map</a>"),
        ("<p>", "< p>"),
        ("<p>", "<p/ >"),
        ("Lund", "Lund</em>"),
        ("Lund", "<b><i>Lund</b></i>"),
        ("Lund.</p>", "Lund.</p></p></div>"),
        ("Lund.</p>", "Lund.</P>"),
        ("Lund", "Lund <!-- a"),
        ("Lund", "Lund <!-- a --!> b --> c"),
        ("Lund", "Lund <![CDATA[ a"),
        ("Lund", "Lund ]]> a"),
        ("Lund", 'Lund <?xml:namespace prefix = o ns = "urn:x" /> <o:p></o:p>'),
        ("Lund", "<Lund"),
        ("Lund", "<desk@wire.example> <http://wire.example/a?b=1&c=2> Lund <3"),
    ],
)
def test_small_faults_cost_nothing(old: str, new: str) -> None:
    for data in (NITF.replace(b"on Wednesday. Caf\xe9s stayed open.", b""), NEWSML_1, G2_ITEM):
        [item] = read_all(data.replace(old.encode(), new.encode()))
        assert isinstance(item, RawDocument), (item, data)
        assert "quake" in str(item.body)
        assert LAST in str(item.body)


def test_names_of_characters_are_characters() -> None:
    [item] = read_all(G2_ITEM.replace(b"Lund", b"M&ouml;rk &amp; Caf&eacute;"))
    assert "M\xf6rk &amp; Caf\xe9" in str(item.body)  # type: ignore[union-attr]


@pytest.mark.parametrize("rest", [b"\n\x03\x04", b"<!-- sent -->", b"\x00" * 9, b"NNNN\n", b" <?end?>"])
def test_what_follows_the_end_means_nothing(rest: bytes) -> None:
    for data in WHOLE.values():
        assert kinds(read_all(data + rest)) == ["+"]


def test_a_missing_end_behind_the_whole_text_costs_nothing() -> None:
    assert kinds(read_all(NITF[: NITF.index(b"</body></nitf>")])) == ["+"]
