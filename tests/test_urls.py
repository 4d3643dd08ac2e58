"""One page has one address, whatever way people came to it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.urls import (
    _normalise_or_refuse,
    host_of,
    normalise_url,
    plain_path,
    registrable_host,
    url_key,
)

PLAIN = "https://example.com/news/bridge-opens"


@pytest.mark.parametrize(
    "variant",
    [
        "https://example.com/news/bridge-opens",
        "HTTPS://EXAMPLE.com:443/news/bridge-opens",
        "https://example.com/news/bridge-opens#comments",
        "https://example.com/news/bridge-opens?utm_source=mail&utm_medium=x&fbclid=abc",
        "https://user:secret@example.com/news/bridge-opens",
        "https://example.com//news///bridge-opens",
        "https://example.com/news/./bridge-opens",
        "https://example.com/sport/../news/bridge-opens",
        "https://m.example.com/news/bridge-opens",
        "https://amp.example.com/news/bridge-opens",
        "https://example.com/news/bridge-opens/amp",
        "https://example.com/news/bridge-opens/amp/",
        "https://example.com/news/bridge-opens.amp",
        "https://example.com/news/bridge-opens?outputType=amp",
        "https://example-com.cdn.ampproject.org/c/s/example.com/news/bridge-opens",
        "https://www.google.com/amp/s/example.com/news/bridge-opens",
        "https://web.archive.org/web/20200101000000/https://example.com/news/bridge-opens",
        "  https://example.com/news/\tbridge-opens\n",
        "//example.com/news/bridge-opens",
    ],
)
def test_variants_of_an_address_become_one(variant: str) -> None:
    assert normalise_url(variant) == PLAIN


def test_scheme_www_and_a_closing_slash_do_not_make_another_page() -> None:
    assert url_key("http://www.example.com/a/") == url_key("https://example.com/a")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/story?id=1", "https://example.com/story?id=2"),
        ("https://example.com/story?12345", "https://example.com/story?12346"),
        ("https://example.com/a", "https://example.com/b"),
        ("https://news.example.com/a", "https://sport.example.com/a"),
        ("https://example.com/a?page=2", "https://example.com/a"),
        ("https://example.com/campaign", "https://example.com/champagne"),
        ("https://example.com:8080/a", "https://example.com/a"),
    ],
)
def test_different_pages_stay_different(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


def test_parameters_are_sorted_and_their_values_kept() -> None:
    assert (
        normalise_url("https://example.com/s?b=2&a=%C3%A9&ref=home") == "https://example.com/s?a=%C3%A9&b=2"
    )


def test_relative_addresses_are_resolved() -> None:
    assert normalise_url("/a/b", "https://example.com/x/y") == "https://example.com/a/b"
    assert normalise_url("/a/b") is None


@pytest.mark.parametrize(
    "garbage",
    [None, "", "   ", "javascript:alert(1)", "mailto:a@example.com", "data:text/html,x", "file:///etc/passwd", "http://",
     "http://[::1", "http://example.com:99999/", "https://exa mple", "ftp://example.com/x", "http://" + "a" * 9000,
     "https://-/", "http://\ud800.com/", "nonsense", "http://localhost/x"],
)  # fmt: skip
def test_what_is_no_address_is_none(garbage: str | None) -> None:
    assert normalise_url(garbage) in (None, "https://example/")
    assert url_key(garbage) is None


@given(
    st.text(max_size=80),
    st.sampled_from(["", "http://", "https://example.com/", "https://example.com/?", "//"]),
)
def test_normalising_is_safe_and_twice_is_once(text: str, start: str) -> None:
    once = normalise_url(start + text)
    if once is not None:
        once.encode("ascii")
        assert normalise_url(once) == once


def test_hosts_are_told() -> None:
    assert host_of("https://www.news.example.co.uk/a") == "news.example.co.uk"
    assert registrable_host("https://www.news.example.co.uk/a") == "example.co.uk"
    assert registrable_host("https://bücher.example.de/") == "example.de"
    assert registrable_host("garbage") is None


PIECES = st.sampled_from(
    [
        *(
            "http://",
            "https://",
            "HTTP://",
            "www.",
            "m.",
            "amp.",
            "example",
            "sample",
            ".com",
            ".org",
            ":80",
            "@",
        ),
        *(
            "/",
            "/a-b",
            "/2026/01",
            "/index.html",
            "/Default.aspx",
            "/amp",
            "/amp/",
            "/camp",
            ".",
            "..",
            "//",
            "%41",
        ),
        *(
            "?id=1",
            "?utm_source=x",
            "#x",
            "web.archive.org/web/2020/",
            "cdn.ampproject.org",
            "Ä",
            " ",
            "\n",
            "-",
            "_",
        ),
    ]
)


@given(st.lists(PIECES, min_size=2, max_size=8).map("".join).map(lambda rest: f"https://{rest}"))
@example("https://sample.example.com/2026/camp")
@example("https://sample.example.com/2026/a-bridge_opens~1.html")
@example("https://m.m.example.com/a")
@example("https://example.com/index.html/a")
def test_an_address_that_shows_to_be_normal_is(url: str) -> None:
    path = plain_path(url)
    if path is not None:
        assert _normalise_or_refuse(url, None) == url
        assert path == urlsplit(url).path


def test_common_addresses_show_to_be_normal() -> None:
    assert (
        plain_path("https://sample.example.com/2026/01/05/a-bridge-opens.html")
        == "/2026/01/05/a-bridge-opens.html"
    )
    for url in (
        "https://example.com",
        "https://m.example.com/a",
        "https://example.com/a?b=1",
        "http://EXAMPLE.com/a",
    ):
        assert plain_path(url) is None
