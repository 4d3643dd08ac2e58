"""A field map names fields of records: it hides no delivery whose envelope has a field of such a name."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.readers import ReadOptions, mappable_fields, read
from transforms.readers.documents import Item
from transforms.readers.field_table import field_table
from transforms.types import RawDocument

TEXT = "The dam above Halle broke in the evening, and three villages were flooded. " * 3
OTHERS = sorted(set(mappable_fields()) - {"text"})


def read_mapped(value: object, field_map: dict[str, str]) -> list[Item]:
    return list(read(io.BytesIO(json.dumps(value).encode()), "f", ReadOptions(field_map=field_map)))


def texts(found: list[Item]) -> list[str]:
    return [str(item.body) for item in found if isinstance(item, RawDocument)]


@given(
    st.dictionaries(
        st.sampled_from(OTHERS), st.sampled_from(["status", "source", "title", "name"]), max_size=3
    ),
    st.booleans(),
)
def test_a_mapped_field_of_the_envelope_hides_no_record(field_map: dict[str, str], is_late: bool) -> None:
    around = {"status": "ok", "source": "Wire", "title": "All news", "name": "Wire"}
    articles = {"articles": [{"title": f"Flood {at}", "id": at, "text": f"{at} {TEXT}"} for at in range(3)]}
    value = articles | around if is_late else around | articles
    found = read_mapped(value, field_map)
    assert len(found) == len(texts(found)) == 3


def test_a_message_under_the_mapped_name_of_the_text_hides_no_record() -> None:
    value = {"message": "ok", "articles": [{"message": TEXT, "id": at} for at in range(2)]}
    assert texts(read_mapped(value, {"text": "message"})) == [TEXT.strip()] * 2


@given(st.sampled_from(sorted(field_table().names["text"])), st.booleans())
def test_a_long_text_makes_a_record_of_what_has_lists(name: str, is_late: bool) -> None:
    related = {"articles": [{"title": "Another", "url": "https://a.example/1"}]}
    own: dict[str, object] = {"title": "Flood"}
    inner = own
    for step in name.split(".")[:-1]:
        inner[step] = inner = {}
    inner[name.split(".")[-1]] = TEXT
    assert texts(read_mapped(related | own if is_late else own | related, {})) == [TEXT.strip()]


@pytest.mark.parametrize("related", ["articles", "related"])
def test_a_mapped_text_makes_a_record_of_what_has_lists(related: str) -> None:
    value = {"inhalt": TEXT, "titel": "Flut", related: [{"title": "Another", "url": "https://a.example/1"}]}
    assert texts(read_mapped(value, {"text": "inhalt"})) == [TEXT.strip()]
