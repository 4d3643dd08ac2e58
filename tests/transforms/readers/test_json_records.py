"""JSON in every delivery, and the names under which the world's records keep what an article is."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.samples import RECORD, SECOND, lines
from transforms.readers import ReadOptions, mappable_fields, read, record_to_document
from transforms.readers.documents import Item, digest
from transforms.readers.field_values import time_of
from transforms.types import Format, RawDocument, Reason, Rejection


def read_all(data: bytes, **options: int | Format | Mapping[str, str]) -> list[Item]:
    return list(read(io.BytesIO(data), "in/file", ReadOptions(**options)))  # type: ignore[arg-type]


def titles(data: bytes) -> list[str | None]:
    return [item.stated.title for item in read_all(data) if isinstance(item, RawDocument)]


def converted(**record: object) -> RawDocument:
    found = record_to_document(record, "in/file#1", Format.JSONL)
    assert isinstance(found, RawDocument)
    return found


BOTH = [RECORD["headline"], SECOND["headline"]]
ONE, TWO = json.dumps(RECORD), json.dumps(SECOND)


@pytest.mark.parametrize(
    "data",
    [
        lines(RECORD, SECOND),
        f"\ufeff{ONE}\r\n\r\n{TWO}\r\n".encode(),
        f"{ONE}\n{TWO}".encode(),
        f"\x1e{ONE}\n\x1e{TWO}\n".encode(),
        f"{ONE}{TWO}".encode(),
        f"{ONE} {TWO}".encode(),
        (json.dumps(RECORD, indent=4) + "\n" + json.dumps(SECOND, indent=4)).encode(),
        json.dumps([RECORD, SECOND], indent=2).encode(),
        f"[{ONE},\n{TWO}\n]\n".encode(),
        f"[{ONE}]\n[{TWO}]".encode(),
        json.dumps({"status": "ok", "totalResults": 2, "articles": [RECORD, SECOND]}).encode(),
        json.dumps({"response": {"results": [RECORD, SECOND], "pages": 1}}).encode(),
        json.dumps(
            {"took": 3, "hits": {"hits": [{"_id": "1", "_source": RECORD}, {"_source": SECOND}]}}
        ).encode(),
        json.dumps(
            {"meta": {"tags": [{"a": 1}]}, "data": [{"attributes": RECORD}, {"attributes": SECOND}]}
        ).encode(),
        (json.dumps({"articles": [RECORD]}) + "\n" + json.dumps({"articles": [SECOND]})).encode(),
        json.dumps({"version": "2", "info": {"text": "fine"}, "articles": [RECORD, SECOND]}).encode(),
        json.dumps([{"article": RECORD}, {"article": SECOND}]).encode(),
        json.dumps([RECORD, SECOND]).encode("utf-16"),
        json.dumps([RECORD, SECOND]).encode("utf-16-le"),
        f"{ONE}\n{TWO}\n".encode("utf-16"),
    ],
)
def test_every_delivery_gives_the_same_records(data: bytes) -> None:
    assert titles(data) == BOTH


def test_one_object_is_one_document_with_the_files_own_reference() -> None:
    [found] = read_all(json.dumps(RECORD, indent=2).encode())
    assert isinstance(found, RawDocument)
    assert found.source_ref == "in/file"
    assert found.format is Format.JSON


def test_what_a_record_states() -> None:
    [found] = [item for item in read_all(lines(RECORD, SECOND)) if item.source_ref == "in/file#1"]
    assert isinstance(found, RawDocument)
    stated = found.stated
    assert found.sha256 == digest(lines(RECORD).strip())
    assert stated.external_id == "48213"
    assert stated.publisher == "Sele Post"
    assert stated.authors == ("Rut Amdal", "Per Lie")
    assert stated.published == "2026-02-27T16:05:00+01:00"
    assert stated.language == "en"
    assert stated.is_clean
    assert not stated.is_summary
    assert not found.is_html


def test_numbers_are_line_numbers_and_a_broken_line_costs_itself_alone() -> None:
    data = lines(RECORD) + b'{"title": "half a rec\n\n' + b"not json\n" + b"[1, 2]\n" + lines(SECOND)
    found = {item.source_ref: item for item in read_all(data)}
    assert list(found) == [f"in/file#{n}" for n in (1, 2, 4, 5, 6)]
    bad = [item for item in found.values() if isinstance(item, Rejection)]
    assert {item.reason for item in bad} == {Reason.BAD_RECORD}
    assert all(f"line {item.source_ref.rpartition('#')[2]}" in item.detail for item in bad)
    assert all(len(item.sha256) == 64 for item in bad)


def test_a_part_of_a_file_keeps_the_numbers_of_the_file() -> None:
    both = read_all(lines(RECORD, SECOND), first_record=41, known_format=Format.JSONL)
    assert [item.source_ref for item in both] == ["in/file#41", "in/file#42"]
    one = read_all(lines(SECOND), first_record=41, known_format=Format.JSONL)
    assert [item.source_ref for item in one] == ["in/file#41"]


def test_a_broken_record_in_an_array_costs_itself_alone() -> None:
    data = f'[{ONE}, {{"title": nonsense}}, 17, "x", {TWO}]'.encode()
    reasons = [item.reason for item in read_all(data) if isinstance(item, Rejection)]
    assert titles(data) == BOTH
    assert reasons == [
        Reason.BAD_RECORD,
        Reason.BAD_RECORD,
    ]  # the loose values between two records are one piece


def test_an_array_cut_off_gives_what_was_whole() -> None:
    data = f"[{ONE}, {TWO}".encode()
    *found, last = read_all(data[:-20])
    assert len(found) == 1
    assert isinstance(last, Rejection)
    assert last.reason is Reason.TRUNCATED
    *both, last = read_all(data)
    assert len(both) == 2
    assert isinstance(last, Rejection)
    assert last.reason is Reason.TRUNCATED


def test_a_record_with_lists_of_its_own_is_one_record() -> None:
    record = RECORD | {"items": [{"caption": "A picture"}], "images": [{"url": "https://x.example/1.jpg"}]}
    assert titles(json.dumps(record).encode()) == [RECORD["headline"]]
    mapped = {"items": [{"caption": "x"}], "Überschrift": "Neu", "Fließtext": "Ein Satz steht hier."}
    found = read_all(json.dumps(mapped).encode(), field_map={"title": "Überschrift", "text": "Fließtext"})
    assert [item.stated.title for item in found if isinstance(item, RawDocument)] == ["Neu"]


def test_neither_title_nor_text() -> None:
    found = record_to_document({"id": 1, "url": "https://x.example"}, "r", Format.JSON)
    assert isinstance(found, Rejection)
    assert found.reason is Reason.NO_TEXT
    assert converted(title="Only a headline").body == ""


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"maintext": "A.", "description": "B."}, "A."),
        ({"body_html": "<p>A.</p>"}, "<p>A.</p>"),
        ({"content": {"rendered": "<p>A.</p>"}}, "<p>A.</p>"),
        ({"paragraphs": ["A.", "", "B."]}, "A.\nB."),
        ({"content": [{"type": "paragraph", "text": "A."}, {"type": "paragraph", "text": "B."}]}, "A.\nB."),
        ({"fields": {"bodyText": "A."}}, "A."),
        ({"Article_Body": "A."}, "A."),
        ({"text": "", "content": "A."}, "A."),
        ({"text": None, "body": float("nan"), "content": "A."}, "A."),
    ],
)
def test_where_the_text_is(record: dict[str, object], text: str) -> None:
    found = converted(**record)
    assert found.body == text
    assert found.is_html == text.startswith("<")
    assert not found.stated.is_summary


def test_summaries_are_marked() -> None:
    assert converted(title="T", description="A teaser.").stated.is_summary
    assert converted(title="T", content="The council met on Monday… [+2311 chars]").stated.is_summary
    assert not converted(title="T", content="The council met on Monday.").stated.is_summary


def test_labels_of_a_data_set_are_not_text() -> None:
    found = converted(title="T", story="17_event", event="17", topic="3")
    assert found.body == ""
    assert found.stated.external_id is None


def test_other_names() -> None:
    found = converted(
        _id={"$oid": "65f0"},
        webTitle="T",
        webUrl="https://x.example/a",
        webPublicationDate="2026-01-02T03:04:05Z",
        source={"id": None, "name": "The Wire"},
        byline="By Ann Ley",
        tags="rail, travel; night",
        sectionName="World",
        urlToImage="https://x.example/i.jpg",
        inLanguage="nb",
        dateModified="2026-01-03",
    )
    stated = found.stated
    assert stated.external_id == "65f0"
    assert stated.title == "T"
    assert stated.url == "https://x.example/a"
    assert stated.published == "2026-01-02T03:04:05Z"
    assert stated.publisher == "The Wire"
    assert stated.tags == ("rail", "travel", "night")
    assert stated.section == "World"
    assert stated.image_url == "https://x.example/i.jpg"
    assert stated.language == "nb"
    assert stated.updated == "2026-01-03"


def test_a_post_of_a_content_system() -> None:
    found = converted(
        id=912,
        date="2026-01-02T04:04:05",
        date_gmt="2026-01-02T03:04:05",
        guid={"rendered": "https://blog.example/?p=912"},
        link="https://blog.example/ferry",
        title={"rendered": "Ferry &#038; bus"},
        content={"rendered": "<p>The ferry sails.</p>", "protected": False},
        author=5,
        categories=[3, 7],
        tags=[12],
    )
    stated = found.stated
    assert (stated.external_id, stated.url) == ("912", "https://blog.example/ferry")
    assert stated.title == "Ferry & bus"
    assert stated.published == "2026-01-02T03:04:05Z"
    assert (stated.authors, stated.tags, stated.section) == ((), (), None)
    assert (found.body, found.is_html) == ("<p>The ferry sails.</p>", True)


def test_addresses_of_sites_are_not_addresses_of_articles() -> None:
    found = converted(
        title="T", source="https://www.selepost.example/", source_url="https://www.selepost.example"
    )
    assert (found.stated.url, found.stated.publisher) == (None, "www.selepost.example")


def test_lists_that_a_table_made_text_of() -> None:
    assert converted(title="T", authors="['Ann Ley', \"Bo O'Ek\"]").stated.authors == ("Ann Ley", "Bo O'Ek")
    assert converted(title="T", authors="[Reuters]").stated.authors == ("[Reuters]",)


def test_a_field_map_wins_over_names_found_by_themselves() -> None:
    record = {"title": "Internal title", "print": {"head": "Printed title"}, "text": "A.", "x.y": "B."}
    found = record_to_document(
        record, "r", Format.JSON, ReadOptions(field_map={"title": "print.head", "text": "x.y"})
    )
    assert isinstance(found, RawDocument)
    assert (found.stated.title, found.body) == ("Printed title", "B.")
    assert {"text", "title", "published", "external_id"} <= set(mappable_fields())


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1767322800, "2026-01-02T03:00:00Z"),
        (1767322800000, "2026-01-02T03:00:00Z"),
        (1767322800.5, "2026-01-02T03:00:00Z"),
        ("1767322800", "2026-01-02T03:00:00Z"),
        ({"$date": 1767322800000}, "2026-01-02T03:00:00Z"),
        (20260102, "20260102"),
        ("2 January 2026", "2 January 2026"),
        (dt.datetime(2026, 1, 2, 3, 0), "2026-01-02T03:00:00"),  # noqa: DTZ001 - a naive time stays naive
        (dt.date(2026, 1, 2), "2026-01-02"),
        (2026, None),
        (True, None),
        (float("inf"), None),
        (None, None),
    ],
)
def test_times(value: object, time: str | None) -> None:
    assert time_of(value) == time


def test_lone_surrogates_are_replaced_and_pairs_joined() -> None:
    [bad] = read_all(b'{"title": "A \\ud83d\\ude00 B \\ud800 C", "text": "x"}')
    assert isinstance(bad, RawDocument)
    assert bad.stated.title == "A 😀 B \ufffd C"


def test_a_line_in_a_legacy_charset_is_read() -> None:
    broken = '{"title": "Grüße aus Köln", "text": "Für die Äpfel gibt es Lob."}\n'.encode("cp1252")
    assert titles(lines(RECORD) + broken) == [RECORD["headline"], "Grüße aus Köln"]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.datetimes()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["id", "title", "text", "content", "published", "source", "author", "tags", "article", "x"]
)


@settings(max_examples=30)
@given(st.dictionaries(NAMES, VALUES))
def test_any_record_converts_or_is_rejected(record: dict[str, object]) -> None:
    found = record_to_document(record, "r", Format.PARQUET)
    assert record_to_document(record, "r", Format.PARQUET) == found
    if isinstance(found, RawDocument):
        assert found.body or found.stated.title


@given(
    st.lists(st.fixed_dictionaries({"title": st.text(min_size=1), "text": st.text()}), min_size=1, max_size=5)
)
def test_lines_and_array_say_the_same(records: list[dict[str, str]]) -> None:
    def pairs_in(data: bytes) -> list[object]:
        return [(item.stated.title, item.body) for item in read_all(data) if isinstance(item, RawDocument)]

    as_lines = "\n".join(json.dumps(record) for record in records).encode()
    assert pairs_in(as_lines) == pairs_in(json.dumps(records).encode())


@pytest.mark.parametrize(
    "mark",
    ["… [+1874 chars]", "... [1874 chars]", "… (mehr)", "…", "...", " [...]", " Read more…", "… [Lire la suite]",
     "... (continua)", "… Weiterlesen", "…[+1 char]", "… читать далее", "… [+512 Zeichen]", " [Read more →]"],
)  # fmt: skip
def test_a_text_that_an_interface_cut_is_a_teaser(mark: str) -> None:
    cut = "The ferry company said on Monday that all crossings to the isl"
    record = {"title": "Ferry halted", "content": cut + mark, "url": "https://g.example/a"}
    found = record_to_document(record, "in/a.json#1", Format.JSON)
    assert isinstance(found, RawDocument)
    assert found.stated.is_summary and found.stated.is_cut
    assert str(found.body).rstrip(".…") == cut


@pytest.mark.parametrize(
    "text",
    ["He thought about it again… and then he left the town for good.", "Children should read more. Read more.",
     "“And so on…”", "The ferry stops. " * 40 + "And so on...", "They said (see below) that it will go on [sic]."],
)  # fmt: skip
def test_dots_within_or_below_a_text_are_its_own(text: str) -> None:
    found = record_to_document(
        {"title": "Ferry", "content": text, "url": "https://g.example/a"}, "r", Format.JSON
    )
    assert isinstance(found, RawDocument)
    assert not found.stated.is_summary


@pytest.mark.parametrize(
    "nothing",
    ["[Removed]", "No content available", "Subscribe to unlock this content", "ONLY AVAILABLE IN CORPORATE PLANS",
     "nan", "Available with a paid subscription", "Upgrade to unlock", "None"],
)  # fmt: skip
def test_what_stands_for_a_text_gives_way_to_the_description(nothing: str) -> None:
    record = {
        "title": "Ferry halted",
        "content": nothing,
        "description": "It stops.",
        "url": "https://g.example/a",
    }
    found = record_to_document(record, "r", Format.JSON)
    assert isinstance(found, RawDocument)
    assert (found.body, found.stated.is_summary) == ("It stops.", True)
