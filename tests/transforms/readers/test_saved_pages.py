"""Saved pages keep the address and time that saving added to them, and nothing of it gets into their text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.samples import PAGE
from tests.transforms.readers.reading import read_all
from transforms.readers.saved_pages import split_saved
from transforms.types import RawDocument, Stated

URL = "https://www.eastmere.example/crane?id=5"
DAY = "Wed, 04 Mar 2026 08:00:00 GMT"
SAVED = {
    "wget": (f"HTTP/1.1 200 OK\r\nDate: {DAY}\r\nContent-Type: text/html; charset=koi8-r\r\n\r\n", None, DAY, "koi8-r"),
    "curl": (f"HTTP/2 200 \ncontent-type: text/html\ndate: {DAY}\ncontent-location: {URL}\n\n", URL, DAY, None),
    "headers alone": (f"Content-Type: text/html; charset=utf-8\nDate: {DAY}\n\n", None, DAY, "utf-8"),
    "browser": (f"<!-- saved from url=(0039){URL} -->\r\n", URL, None, None),
    "SingleFile": (
        f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: Wed Mar 04 2026 09:00:00 GMT+0100 (CET)\n-->",
        URL, "04 Mar 2026 09:00:00 +0100", None,
    ),
    "HTTrack": (
        f"<!-- Mirrored from www.eastmere.example/crane.html by HTTrack Website Copier/3.x [XR&CO'2014], {DAY} -->",
        "http://www.eastmere.example/crane.html", DAY, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAVED)
def test_saving_states_address_and_time(name: str) -> None:
    added, url, captured, charset = SAVED[name]
    [item] = read_all(added.encode() + PAGE)
    assert isinstance(item, RawDocument)
    assert (item.stated.url, item.stated.captured, item.stated.charset) == (url, captured, charset)
    assert bytes(item.body).endswith(PAGE)  # type: ignore[arg-type]
    assert b"HTTP/" not in bytes(item.body)[:10]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "added",
    [
        "",
        "<!-- saved from url=(0014)about:internet -->",
        "<!-- saved from url=(0022)file:///C:/crane.html -->",
        "Note: this page was sent to us\n\n",
        "<!-- url: https://www.eastmere.example/other -->",
    ],
)
def test_other_beginnings_state_nothing(added: str) -> None:
    data = added.encode() + PAGE
    assert split_saved(data) == (data, Stated())


@given(st.binary(max_size=300), st.sampled_from(sorted(SAVED)))
def test_any_bytes_are_survived(data: bytes, name: str) -> None:
    added = SAVED[name][0].encode()
    split_saved(data)
    split_saved(added[: len(data)] + data)
