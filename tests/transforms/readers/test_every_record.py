"""Nothing is swallowed: whatever the layout, the format and the damage, every record is a document or a rejection."""

from __future__ import annotations

import io
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.deliveries.articles import Story, make_stories
from tests.deliveries.records import ENVELOPES, LAYOUTS, RECORDS, write_json, write_table
from transforms.readers import read
from transforms.readers.documents import Item
from transforms.types import Disposition, RawDocument, Rejection

WITH_ENVELOPE = ("compact", "indented", "a record a line")


def read_all(data: bytes, name: str = "in/file") -> list[Item]:
    return list(read(io.BytesIO(data), name))


def missing(stories: list[Story], found: list[Item]) -> list[int]:
    """Return the numbers of stories whose words are in no document, or not all of them."""
    bodies = [_words(item) for item in found if isinstance(item, RawDocument)]
    return [one.number for one in stories if not any(set(one.text.split()) <= body for body in bodies)]


def _words(item: RawDocument) -> set[str]:
    body = item.body if isinstance(item.body, str) else item.body.decode()
    plain = body.replace("<p>", " ").replace("</p>", " ").replace("&amp;", "&")
    return set(f"{item.stated.title or ''} {plain}".split())


@pytest.mark.parametrize("layout", WITH_ENVELOPE)
@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("kind", RECORDS)
def test_every_record_of_every_envelope_is_read(kind: str, envelope: str, layout: str) -> None:
    stories = make_stories(4)
    found = read_all(write_json([RECORDS[kind](story) for story in stories], envelope, layout))
    assert missing(stories, found) == []
    assert len(found) == len(stories)
    assert len({item.source_ref for item in found}) == len(found)
    if kind != "messages":
        titles = [item.stated.title for item in found if isinstance(item, RawDocument)]
        assert titles == [story.title for story in stories]


@pytest.mark.parametrize("layout", LAYOUTS[3:])
@pytest.mark.parametrize("kind", RECORDS)
def test_records_without_an_envelope_are_read(kind: str, layout: str) -> None:
    stories = make_stories(4)
    found = read_all(write_json([RECORDS[kind](story) for story in stories], "array", layout))
    assert missing(stories, found) == []
    assert len(found) == len(stories)


@given(
    st.sampled_from(sorted(RECORDS)),
    st.sampled_from(sorted(ENVELOPES)),
    st.sampled_from(("a record a line", "lines")),
    st.sets(st.integers(0, 7), max_size=3),
    st.sampled_from(("open string", "bad escape", "no value", "half", "python")),
)
def test_a_damaged_record_costs_itself_alone(
    kind: str, envelope: str, layout: str, damaged: set[int], damage: str
) -> None:
    stories = make_stories(8)
    data = write_json([RECORDS[kind](story) for story in stories], envelope, layout)
    lines = data.split(b"\n")
    first = next(
        at for at, line in enumerate(lines) if str(stories[0].number).encode() in line and b"Marl 0" in line
    )
    for number in damaged:
        lines[first + number] = _damaged(lines[first + number], damage)
    found = read_all(b"\n".join(lines))
    whole = [story for story in stories if story.number not in damaged]
    if (
        not {0, 1} <= damaged and 7 not in damaged
    ):  # enough of the beginning and the end to tell what the file is
        assert missing(whole, found) == []
    rejected = [item for item in found if isinstance(item, Rejection)]
    assert bool(rejected) >= bool(damaged)


def _damaged(line: bytes, damage: str) -> bytes:
    if damage == "open string":
        at = line.index(b"Marl")
        end = line.index(b'"', at)
        return line[:end] + line[end + 1 :]
    if damage == "bad escape":
        return line.replace(b"Marl", b"Ma\\xrl", 1)
    if damage == "no value":
        return line.replace(b"{", b'{"x": tru, ', 1)
    if damage == "half":
        return line[: len(line) // 2]
    return line.replace(b"{", b"{'x': None, ", 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoted", [True, False])
def test_every_row_of_a_table_is_read(delimiter: str, quoted: bool) -> None:
    stories = make_stories(12)
    found = read_all(write_table(stories, delimiter, quoted=quoted), "in/table.csv")
    assert missing(stories, found) == []
    assert len(found) == len(stories)


@given(
    st.sampled_from([",", ";", "\t"]),
    st.sets(st.integers(0, 11), max_size=3),
    st.sampled_from(("opened", "within", "backslash", "too many")),
)
def test_a_damaged_row_costs_itself_alone(delimiter: str, damaged: set[int], damage: str) -> None:
    stories = make_stories(12)
    lines = write_table(stories, delimiter, quoted=False).split(b"\r\n")
    mark = delimiter.encode()
    for number in damaged:
        row = lines[number + 1]
        cells = row.split(mark)
        if damage == "opened":
            cells[1] = b'"' + cells[1]
        elif damage == "within":
            cells[1] = cells[1].replace(b"Marl", b'"Marl" of')
        elif damage == "backslash":
            cells[1] = b'"' + cells[1].replace(b"Marl", b'\\"Marl\\" of') + b'"'
        else:
            cells.append(b"one more")
        lines[number + 1] = mark.join(cells)
    found = read_all(b"\r\n".join(lines), "in/table.csv")
    assert missing([story for story in stories if story.number not in damaged], found) == []
    assert len(found) == len(stories)
    longest = max(len(item.stated.title or "") for item in found if isinstance(item, RawDocument))
    assert longest < 120  # no title holds another row


def write_feed(stories: list[Story], *, atom: bool) -> bytes:
    items = []
    for story in stories:
        body = "".join(f"<p>{one}</p>" for one in story.paragraphs)
        if atom:
            items.append(
                f"<entry><title>{story.title}</title><id>urn:{story.number}</id><link href='{story.url}'/>"
                f"<updated>{story.published}</updated><content type='html'><![CDATA[{body}]]></content></entry>"
            )
        else:
            items.append(
                f"<item><title>{story.title}</title><link>{story.url}</link><guid>{story.number}</guid>"
                f"<description><![CDATA[{body}]]></description></item>"
            )
    if atom:
        return (
            f"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title>{chr(10).join(items)}</feed>".encode()
        )
    return f"<rss version='2.0'><channel><title>F</title>{chr(10).join(items)}</channel></rss>".encode()


@given(
    st.booleans(),
    st.sets(st.integers(0, 7), max_size=3),
    st.sampled_from(("open CDATA", "open title", "stray ampersand", "no end")),
)
def test_a_damaged_entry_costs_itself_alone(atom: bool, damaged: set[int], damage: str) -> None:
    stories = make_stories(8)
    lines = write_feed(stories, atom=atom).split(b"\n")
    for number in damaged:
        lines[number] = {
            "open CDATA": lambda line: line.replace(b"]]>", b"", 1),
            "open title": lambda line: line[::-1].replace(b">eltit/<", b"", 1)[::-1],
            "stray ampersand": lambda line: line.replace(b"Marl", b"Marl & Co", 1),
            "no end": lambda line: line.replace(b"</entry>" if atom else b"</item>", b"", 1),
        }[damage](lines[number])
    found = read_all(b"\n".join(lines))
    assert missing([story for story in stories if story.number not in damaged], found) == []
    assert len(found) == len(stories)
    assert all(item.disposition is Disposition.REJECTED for item in found if isinstance(item, Rejection))


def test_a_record_for_want_of_text_names_the_fields_that_were_seen() -> None:
    [found] = read_all(json.dumps({"kopf": "x", "fliess": "y"}).encode())
    assert isinstance(found, Rejection)
    assert "kopf, fliess" in found.detail
    assert "--map text=NAME" in found.detail


@pytest.mark.parametrize(
    "name",
    [
        "in/a.json",
        "in/a.jsonl",
        "in/a.csv",
        "in/a.tsv",
        "in/a.jsonl.gz",
        "in/a.json5",
        "in/a.yaml",
        "in/a.py",
    ],
)
@pytest.mark.parametrize(
    "text", ["not json{\n", "An unclosed start of a torn file", "# A heading\n\n[x](https://y.example)\n"]
)
def test_a_name_that_promises_records_is_held_to_it(name: str, text: str) -> None:
    [found] = read_all(text.encode(), name)
    assert isinstance(found, Rejection)
    assert "promises records" in found.detail or "not valid JSON" in found.detail


@pytest.mark.parametrize(
    "text",
    ["{'title': 'A', 'text': 'B'}", "{title: \"A\", text: 'B'}", 'var data = [{"title": "A"}];',
     'callback({"title": "A"})', "[{'title': None}]", "window.x = {'a': 1}", "({'title': 'A'}, {'title': 'B'})",
     "export default {title: 'A'}", "module.exports = [{'title': 'A'}]", "OrderedDict([('title', 'A'), ('text', 'B')])",
     "array('title' => 'A', 'text' => 'B')", "[{:title=>'A'}]", "// of Monday\n[{title: 'A'}]",
     "/* x */ {'title': u'A'}", "# of Monday\n{'title': b'A'}", "{\n  // the title\n  \"title\": \"A\",\n}",
     "{'at': datetime.date(2026, 3, 2)}",
     "window['state'] = {'title': 'A'}", ")]}',\n{\"title\": \"A\"}", "for(;;);[{\"title\": \"A\"}]"],
)  # fmt: skip
def test_source_code_of_records_is_no_text(text: str) -> None:
    documents = [item for item in read_all(text.encode()) if isinstance(item, RawDocument)]
    assert [item.stated.title for item in documents] in (
        [],
        ["A"],
    )  # rejected, or read as the record that it means
    assert not any(item.body for item in documents)


@pytest.mark.parametrize("text", ["{Editor's note: this was corrected.}\nThe vote was 7 to 2.", "[Update] It is open.",
                                  "{In brackets} stands a remark: nothing else.",
                                  "# Monday\n\n[Update] It is open.", "// By our own staff\nThe vote was 7 to 2.",
                                  "Return (to sender): it came back.", "Array (noun): a row of things."])  # fmt: skip
def test_text_in_brackets_is_text(text: str) -> None:
    [found] = read_all(text.encode())
    assert isinstance(found, RawDocument)


@pytest.mark.parametrize(
    ("name", "data", "titles"),
    [
        ("bare quotes", 'title,text\nA,"one\ntwo"\n"B "q" b","of b\nmore, of b"\nC,c\n', ["A", 'B "q" b', "C"]),
        ("line ends of old exports", "title,text\rA,one\rB,two\r", ["A", "B"]),
        ("a separator in quotes", '"sep=;"\ntitle;text\nA;b\n', ["A"]),
        ("no names of columns", "1,https://x.example/1,Some headline\n2,https://x.example/2,Other\n", []),
    ],
)  # fmt: skip
def test_tables_as_people_send_them(name: str, data: str, titles: list[str]) -> None:
    found = read_all(data.encode(), "in/table.csv")
    assert [item.stated.title for item in found if isinstance(item, RawDocument)] == titles
    assert bool(titles) != any(isinstance(item, Rejection) for item in found)


def test_lists_of_an_envelope_larger_than_its_head_are_all_read() -> None:
    stories = make_stories(9)
    records = [RECORDS["plain"](story) for story in stories]
    filler = {"text": "word " * 30_000, "title": "Filler", "id": "f"}
    envelope = {
        "status": "ok",
        "articles": [*records[:3], filler, filler],
        "facets": [{"title": "2026", "text": "a facet of many words", "count": 3}],
        "paging": {"pages": [{"name": "next", "href": "https://x.example/2"}]},
        "promoted": [{"no": "record"}, *records[3:6]],
        "more": {"groups": [{"of": {"docs": records[6:]}}]},
    }
    for data in (envelope, dict(reversed(envelope.items()))):
        found = read_all(json.dumps(data, indent=1).encode(), "in/answer.json")
        assert missing(stories, found) == []
        assert len(found) == len(stories) + 2
        assert len({item.source_ref for item in found}) == len(found)


def test_a_news_sitemap_gives_teasers_and_one_note_for_mere_addresses() -> None:
    def entry(number: int, title: str | None) -> str:
        name = f"<n:title>{title}</n:title>" if title else ""
        news = f"<n:news><n:publication><n:name>G</n:name><n:language>de</n:language></n:publication>{name}</n:news>"
        return f"<url><loc>https://g.example/{number}</loc>{news if title is not None else ''}</url>"

    titles = ["A & b".replace("&", "&amp;"), "B", "", None, None]
    spaces = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
    data = f"<urlset {spaces}>{''.join(map(entry, range(5), titles))}</urlset>".encode()
    found = read_all(data, "in/sitemap.xml")
    documents = [item for item in found if isinstance(item, RawDocument)]
    assert [(one.stated.title, one.stated.url) for one in documents] == [
        ("A & b", "https://g.example/0"),
        ("B", "https://g.example/1"),
    ]
    assert all(one.stated.is_summary and one.stated.publisher == "G" for one in documents)
    assert [getattr(one, "disposition", None) for one in found[2:]] == [
        Disposition.REJECTED,
        Disposition.SKIPPED,
    ]
    cut = read_all(data[: data.index(b"<loc>https://g.example/1")], "in/sitemap.xml")
    assert [isinstance(item, RawDocument) for item in cut] == [True, False]
    [plain] = read_all(f"<urlset {spaces}>{entry(1, None)}</urlset>".encode(), "in/sitemap.xml")
    assert isinstance(plain, Rejection) and plain.disposition is Disposition.SKIPPED


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        ('{"news": [{"title": "A", "text": "b"}], "stories": [{"title": "B", "text": "c"}]}', ["A", "B"]),
        ('{"articles": [{"title": "A", "text": "b"}], "more": [{"title": "B", "text": "c"}]}', ["A", "B"]),
        ('{"a1": {"title": "A", "text": "b"}, "a2": {"title": "B", "text": "c"}}', ["A", "B"]),
        ('[{"title": "A", "text": "b"}, {"title": "B", "text": "c"},]', ["A", "B"]),
        ('{"status": "error", "code": "apiKeyInvalid", "message": "Your key is invalid"}', []),
        ('{"data": {"item": {"headline": "A", "body": "b", "uri": "urn:1", "pubstatus": "usable"}}}', ["A"]),
        ('{"title": "A", "text": NaN, "description": "b"}', ["A"]),
    ],
)
def test_objects_as_interfaces_send_them(data: str, titles: list[str]) -> None:
    found = read_all(data.encode(), "in/answer.json")
    assert [item.stated.title for item in found if isinstance(item, RawDocument)] == titles
    assert bool(titles) != any(isinstance(item, Rejection) for item in found)


def test_entries_in_comments_were_taken_out_and_those_in_text_are_text() -> None:
    entries = (
        "<!-- <item><title>Old</title></item> --><item><title>How to</title><description><![CDATA[Write "
        "<item><title>x</title></item> <!-- here -->]]></description></item><item><title>Two</title></item>"
    )
    found = read_all(f"<rss version='2.0'><channel><title>F</title>{entries}</channel></rss>".encode())
    assert [item.stated.title for item in found if isinstance(item, RawDocument)] == ["How to", "Two"]
    assert len(found) == 2


@pytest.mark.parametrize("piece", ['a,"b', '"', '"a"b,', 'x"\n', '\\"', '","'])
def test_reading_hostile_rows_takes_time_in_proportion(piece: str) -> None:
    def seconds(times: int) -> float:
        data = b"title,text\n" + piece.encode() * times
        began = time.process_time()
        for _ in read(io.BytesIO(data), "in/table.csv"):
            pass
        return time.process_time() - began

    small, large = max(seconds(4_000) for _ in range(3)), min(seconds(32_000) for _ in range(2))
    assert large <= 24 * max(small, 2e-3)
