"""Whatever one record holds costs that record at most: its neighbours are read in every format."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.readers import csv_and_parquet, feeds, json_records, mappable_fields, read
from transforms.readers.documents import Item
from transforms.readers.field_values import states_time, time_of
from transforms.types import RawDocument, Reason, Rejection

TEXT = "The dam above Halle broke in the evening, and three villages were flooded. " * 3
HOSTILE = {
    "huge number": "1" + "0" * 400,
    "huge negative number": "-1" + "0" * 400,
    "number of too many digits": "1" * 5000,
    "huge fraction": "1e400",
    "NaN": "NaN",
    "lone surrogate": '"\\ud800 a \\udfff"',
    "deep list": "[" * 5000 + "]" * 5000,
    "deep object": '{"a":' * 5000 + "1" + "}" * 5000,
    "deep object that parses": '{"a":' * 300 + "1" + "}" * 300,
    "zero bytes": '"\\u0000\\u0000"',
    "nothing": "{}",
}
NAMES = [*mappable_fields(), "source", "data", "items", "articles", "@type", "type", "kind", "version"]


def read_all(data: bytes, name: str = "file") -> list[Item]:
    return list(read(io.BytesIO(data), name))


def titles(found: list[Item]) -> list[str | None]:
    return [item.stated.title for item in found if isinstance(item, RawDocument)]


def own(at: int, extra: str = "") -> str:
    return f'{{"title": "Flood {at}", "text": "{at} {TEXT}"{extra}}}'


@pytest.mark.parametrize("layout", ["{}\n{}\n{}\n", "[{},\n{},\n{}]", '{{"articles": [{}, {}, {}]}}'])
@given(st.sampled_from(NAMES), st.sampled_from(sorted(HOSTILE)))
def test_a_value_costs_its_record_at_most(layout: str, name: str, kind: str) -> None:
    bad = own(2, f', "{name}": {HOSTILE[kind]}')
    found = read_all(layout.format(own(1), bad, own(3)).encode())
    assert {"Flood 1", "Flood 3"} <= set(titles(found))
    assert len(found) >= 3  # and the one between them is reported
    for item in found:
        str(item).encode()  # nothing is left that no file could hold


@given(st.integers() | st.integers(-(10**4000), 10**4000))
def test_every_whole_number_is_a_time_or_none(value: int) -> None:
    assert time_of(value) is None or str(time_of(value)).isprintable()
    assert not (states_time(value) and value < 10**7)


def csv_file() -> bytes:
    return "".join(["title,text\n", *(f'Flood {at},"{at} {TEXT}"\n' for at in (1, 2, 3))]).encode()


def parquet_file() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"title": [f"Flood {at}" for at in (1, 2, 3)], "text": [TEXT] * 3}), out)
    return out.getvalue()


def rss_file() -> bytes:
    items = "".join(
        f"<item><title>Flood {at}</title><description>{TEXT}</description></item>" for at in (1, 2, 3)
    )
    return f"<rss version='2.0'><channel><title>W</title>{items}</channel></rss>".encode()


def json_feed() -> bytes:
    items = [{"id": str(at), "title": f"Flood {at}", "content_text": TEXT} for at in (1, 2, 3)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "W", "items": items}).encode()


def json_list() -> bytes:
    return json.dumps({"data": [json.loads(own(at)) for at in (1, 2, 3)]}).encode()


def json_lines() -> bytes:
    return "\n".join(own(at) for at in (1, 2, 3)).encode()


@pytest.mark.parametrize("error", [OverflowError, RecursionError, KeyError, UnicodeEncodeError])
@pytest.mark.parametrize(
    ("data", "place", "step"),
    [
        (csv_file(), csv_and_parquet, "record_to_document"),
        (parquet_file(), csv_and_parquet, "record_to_document"),
        (json_lines(), json_records, "record_to_document"),
        (json_list(), json_records, "record_to_document"),
        (rss_file(), feeds, "document"),
        (json_feed(), feeds, "document"),
    ],
    ids=["csv", "parquet", "lines", "list", "rss", "json feed"],
)
def test_an_error_of_one_record_costs_it_alone(
    data: bytes, place: object, step: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = getattr(place, step), iter((1, 2, 3))
    failure = (
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no") if error is UnicodeEncodeError else error("no")
    )

    def fail_once(*given: object, **named: object) -> object:
        if next(calls) == 2:
            raise failure
        return real(*given, **named)

    monkeypatch.setattr(place, step, fail_once)
    one, bad, three = read_all(data)
    assert titles([one, three]) == ["Flood 1", "Flood 3"]
    assert isinstance(bad, Rejection)
    assert (bad.reason, bad.source_ref) == (Reason.BAD_RECORD, "file#2")
    assert error.__name__ in bad.detail
