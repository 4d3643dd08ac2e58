"""One page has one address, whatever way people came to it."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.cleaning.urls import (
    _normalise_or_refuse,
    host_of,
    is_above,
    is_page_of,
    loose_key,
    names_an_article,
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
        normalise_url("https://example.com/s?b=2&a=%C3%A9&utm_id=home")
        == "https://example.com/s?a=%C3%A9&b=2"
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


def test_hosts_are_found() -> None:
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
            "?&",
            "&amp;",
            "=",
            "http:/",
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
@example("https://sample.example.com/x/..amp")
@example("https://sample.example.com//web.archive.org/web/2020/http://b.example/x")
@example("https://sample.example.com/x?&")
@example("https://sample.example.com/a/amp/amp")
def test_the_normal_form_of_any_pieces_is_its_own(url: str) -> None:
    once = normalise_url(url)
    assert normalise_url(once) == once


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


@pytest.mark.parametrize(
    "wrapped",
    [
        "https://www.google.com/url?rct=j&sa=t&url={}&ct=ga",
        "https://l.facebook.com/l.php?u={}&h=x",
        "https://out.reddit.com/x?url={}",
        "https://duckduckgo.com/l/?uddg={}",
        "https://safelinks.protection.outlook.com/?url={}&data=1",
        "https://href.li/?{}",
        "https://urldefense.com/v3/__{}__;!!x$",
        "https://r.search.yahoo.com/_ylt=A/RV=2/RU={}/RK=2/RS=x",
        "https://paper.example/go?url={}",
        "https://archive.ph/2026.01.01-120000/{}",
        "https://web.archive.org/web/20260115120000id_/{}",
        "https://www.webarchive.org.uk/wayback/archive/20260115/{}",
        "https://webcache.googleusercontent.com/search?q=cache:AbCdEfGh123:{}",
        "https://translate.google.com/translate?sl=de&u={}",
        "https://reader.example/{}",
        "https://proxy.example/v1/text/{}",
    ],
)
def test_a_wrapper_is_undone(wrapped: str) -> None:
    assert normalise_url(wrapped.format(PLAIN)) == PLAIN
    if "=" in wrapped and "/RU=" not in wrapped and "cache:" not in wrapped:
        assert normalise_url(wrapped.format(quote(PLAIN, safe=""))) == PLAIN


@pytest.mark.parametrize(
    "own",
    [
        "https://paper.example/2026/01/15/https-explained",
        "https://paper.example/read?about=https%3A%2F%2Fexample.com%2Fa",
        "https://paper.example/2026/0115/story",
        "https://archive.example.com/2026/story-of-the-year",
        "https://archive.example.com/20260115/story.html",
        "https://paper.example/what-https:/means",
        "https://paper.example/https/story.html",
    ],
)
def test_what_is_no_wrapper_stays(own: str) -> None:
    assert normalise_url(own) == own


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/#/article/101", "https://example.com/#/article/102"),
        ("https://example.com/index.html#!/story/7", "https://example.com/index.html#!/story/8"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        *((f"https://example.com/s?{name}=a1", f"https://example.com/s?{name}=a2")
          for name in ("ref", "ei", "seg", "print", "share", "source", "via", "mod", "partner", "src")),
    ],
)  # fmt: skip
def test_what_may_say_what_is_read_stays_in_the_address(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


def test_a_session_and_a_place_on_the_page_do_not() -> None:
    assert normalise_url(f"{PLAIN};jsessionid=0A1B2C") == PLAIN
    assert normalise_url(f"{PLAIN}?PHPSESSID=abc") == PLAIN
    assert normalise_url(f"{PLAIN}#comments") == PLAIN


@pytest.mark.parametrize("shown", ["?print=1", "?view=print", "/print", "?ref=home&mod=hp_lead_pos2"])
def test_views_of_a_page_have_one_loose_key(shown: str) -> None:
    assert loose_key(PLAIN + shown) == loose_key(PLAIN) == url_key(PLAIN)
    assert loose_key("https://example.com/news/fingerprint-found") == "example.com/news/fingerprint-found"


def test_pages_and_sections() -> None:
    assert is_page_of(f"{PLAIN}?page=2", PLAIN)
    assert is_page_of("https://example.com/story-2.html", "https://example.com/story.html")
    assert not is_page_of(PLAIN, PLAIN)
    assert not is_page_of("https://example.com/?p=123", "https://example.com/slug")
    assert is_above("https://example.com/news/", PLAIN)
    assert not is_above(PLAIN, PLAIN)
    assert names_an_article(PLAIN)
    assert not names_an_article("https://example.com/hot-news")
    assert not names_an_article("https://example.com/")
