"""Repaired XML is well formed, keeps every word, and leaves what was well formed as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from transforms.readers.xml_repair import name_characters, repair_xml

_WORDS = st.sampled_from(["quake", "5 &lt; 6", "A &amp; B", "M\xf6rk", "<![CDATA[a < b & c]]>", "&#228;"])
_NAMES = st.sampled_from(["p", "em", "o:p", "body.content", "Block"])
_ATTRIBUTES = st.sampled_from(["", ' id="a"', " class='x y' title=\"a > b\"", ' n="A &amp; B"'])
_FAULTS = [
    "<",
    "&",
    "</em>",
    "</p>",
    "<p class=x>",
    "<p a='",
    '<p a="',
    "<b",
    "<!--",
    "<![CDATA[",
    "]]>",
    "<?a",
    "<!D",
    "\x01",
    "<p/>",
    ">",
]


@st.composite
def _elements(draw: st.DrawFn, depth: int = 3) -> str:
    inner = "".join(draw(st.lists(_elements(depth - 1) | _WORDS, max_size=3))) if depth else draw(_WORDS)
    name = draw(_NAMES)
    return f"<{name}{draw(_ATTRIBUTES)}>{inner}</{name}>"


def _root(text: str) -> etree._Element:
    return etree.fromstring(f"<r xmlns:o='urn:o'>{text}</r>".encode())


@given(_elements())
def test_what_is_well_formed_means_the_same(text: str) -> None:
    before = etree.tostring(_root(text), method="c14n2")
    assert etree.tostring(_root(repair_xml(text)), method="c14n2") == before


@given(st.lists(_elements() | st.sampled_from(_FAULTS) | st.sampled_from(["one", "two", " "]), max_size=12))
def test_any_faults_give_well_formed_xml_and_keep_the_words(parts: list[str]) -> None:
    text = "".join(parts)
    root = _root(repair_xml(text))
    assert repair_xml(repair_xml(text)) == repair_xml(text)
    if not any(fault in text for fault in ("<!", "<?", "='", '="')):  # these may hold words
        found = "".join(str(piece) for piece in root.itertext())
        assert found.count("one") == parts.count("one")


@given(st.text(alphabet="<>/&!-[]?'\"= ap:\u201c", max_size=60))
def test_any_text_gives_well_formed_xml(text: str) -> None:
    _root(repair_xml(text))


def test_deep_and_long_faults_take_linear_time() -> None:
    for piece in ("<a>", "</a>", "<a b='", "<!--", "<![CDATA[", "<?", "<!D[", "< a>", "<a ", "&"):
        _root(repair_xml(piece * 20_000))


def test_names_of_characters() -> None:
    assert name_characters("Caf&eacute; &amp;&lt; &unknown; &nbsp;") == "Caf\xe9 &amp;&lt; &unknown; \xa0"
