"""Headlines and messages as one line: nothing of the words is lost, and nothing grows beyond its limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.readers.byte_streams import one_line
from transforms.readers.feeds import strip_markup
from transforms.readers.field_values import is_nothing
from transforms.readers.json_records import parse_json
from transforms.readers.record_fields import without_outlet

MARKS = (" - ", " – ", " — ", " | ")


@pytest.mark.parametrize(
    ("title", "outlet", "left"),
    [
        ("Brand in Halle - Straße", "Strasse", "Brand in Halle"),
        ("Brand in Halle - STRASSE", "Straße", "Brand in Halle"),
        ("Fire in Hall | ﬁnance", "FINANCE", "Fire in Hall"),
        ("Yangın - İZMİR", "i̇zmi̇r", "Yangın"),
        ("Flood - Radio - TV", "Radio - TV", "Flood"),
        ("Flood - Radio - TV", "TV", "Flood - Radio"),
        ("Flood in Halle", "Halle", "Flood in Halle"),
        (" - Wire", "Wire", " - Wire"),
        ("Flood - Wire", "", "Flood - Wire"),
    ],
)
def test_an_outlet_at_the_end_of_a_headline(title: str, outlet: str, left: str) -> None:
    assert without_outlet(title, outlet) == left


@given(st.text(min_size=1), st.text(min_size=1), st.sampled_from(MARKS))
def test_an_outlet_costs_nothing_of_the_headline(headline: str, outlet: str, mark: str) -> None:
    for stated in (outlet, outlet.upper(), outlet.casefold()):
        left = without_outlet(headline + mark + stated, outlet)
        if stated.casefold() == outlet.casefold():
            assert left == headline.rstrip() or left == headline + mark + stated
            assert left == headline.rstrip() or not headline.strip()


@given(st.text(st.characters(exclude_categories=())), st.integers(1, 60))
def test_a_line_keeps_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert line.isprintable()
    assert len(line) <= limit or (len(line) == limit + 1 and line.endswith("…"))
    if text.isprintable() and len(text) <= limit:
        assert line == text


def test_codes_count_in_the_limit_of_a_line() -> None:
    assert one_line("\x01" * 200) == "\\x01" * 50 + "…"
    assert one_line("\x01" * 50) == "\\x01" * 50


@given(st.text(" \t\n\r\xa0\u3000"))
def test_white_space_of_any_length_is_nothing(space: str) -> None:
    assert is_nothing(space * 70)
    assert is_nothing(space * 70 + "[Removed]" + space)
    assert not is_nothing(space * 70 + "Flood in Halle" + space)


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("5 &lt; 6 <b>and</b> 7 &gt; 3", "5 < 6 and 7 > 3"),
        ("I <3 news<br/> and <!-- not --><em class='x'>you</em>", "I <3 news and you"),
        ("a &lt;b&gt;x&lt;/b&gt;", "a x"),
        ("a &lt;em class='y'&gt;x&lt;/EM&gt; &lt;u&gt;", "a x <u>"),
        ("Why &lt;b&gt; went out of HTML", "Why <b> went out of HTML"),
        ("Use List&lt;String&gt; and &lt;main&gt;&lt;/main&gt;", "Use List<String> and <main></main>"),
        ("", ""),
    ],
)
def test_headlines_lose_tags_and_no_signs(markup: str, line: str) -> None:
    assert strip_markup(markup) == line


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_value_behind_a_byte_order_mark(mark: bytes) -> None:
    assert parse_json(mark + b'{"title": "Flood"}') == {"title": "Flood"}
    assert parse_json(mark + '{"title": "Überflutung"}'.encode()) == {"title": "Überflutung"}
