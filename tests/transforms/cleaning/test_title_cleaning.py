"""The headline that readers see is the title: not the site, not a label, and no two words glued together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from transforms.cleaning.metadata import read_metadata
from transforms.cleaning.metadata_markup import visible_text
from transforms.cleaning.page_body import parse_page
from transforms.cleaning.title_cleaning import prefer_shown
from transforms.types import Reason

HEADLINE = "Harbour plan approved after debate"
WORDS = st.sampled_from(
    ["harbour", "Plan", "votes", "Council", "2026", "quay", "nine", "U.S.", "ferry", "Gov."]
)


def title(head: str, body: str) -> str | None:
    tree = parse_page(f"<html><head>{head}</head><body>{body}<p>Text.</p></body></html>")
    assert not isinstance(tree, Reason)
    return read_metadata(tree, url="https://post.example/a", now=datetime(2026, 3, 1, tzinfo=UTC)).title


KICKERS = ["<span>Council</span>", "<div>Council</div>", "Council<br>"]
BESIDE = [
    "<span class='kicker'>Council</span> HEADLINE", "<small>Council</small><br>HEADLINE",
    "HEADLINE <span class='badge-premium'>Premium</span>",
    "<span class='a__kicker'>Council</span><span class='visually-hidden'>: </span><span>HEADLINE</span>",
    "<span class='sr-only'>Headline: </span>HEADLINE", "HEADLINE<span style='display: none'> - for members</span>",
    "<i hidden>Item 7</i>HEADLINE<span class='screen-reader-text'> (opens in a new window)</span>",
]  # fmt: skip
WHOLE = [
    "<span class='kicker'>Obituary:</span> Ann Lee", "<span class='visually-hidden'>Crane falls into harbour</span>",
    "Yes | No: how the isles voted", "<span>Harbour</span> <b>plan approved</b> after debate",
    "<a href='/news/crane'>Crane falls into harbour</a>",
]  # fmt: skip


@pytest.mark.parametrize("kicker", KICKERS)
def test_a_kicker_is_not_glued_to_the_headline(kicker: str) -> None:
    assert title("", f"<h1>{kicker}<span>{HEADLINE}</span></h1>") == f"Council {HEADLINE}"
    stated = f"<meta property='og:title' content='{HEADLINE}'>"
    assert title(stated, f"<h1>{kicker}<span>{HEADLINE}</span></h1>") == HEADLINE


@pytest.mark.parametrize("markup", BESIDE)
def test_labels_and_hidden_parts_are_not_of_the_headline(markup: str) -> None:
    assert title("", f"<h1>{markup.replace('HEADLINE', HEADLINE)}</h1>") == HEADLINE


@pytest.mark.parametrize("markup", WHOLE)
def test_a_heading_that_is_the_headline_stays_whole(markup: str) -> None:
    shown = str(html.fromstring(f"<h1>{markup}</h1>").xpath("string()"))
    assert title(f"<title>{shown} | The Post</title>", f"<h1>{markup}</h1>") == shown
    assert title("", f"<h1>{markup}</h1>") == shown


@pytest.mark.parametrize("kicker", ["Council | ", "<span>Council</span> ", "<em>Island budget</em><br>"])
def test_the_pages_own_title_distinguishes_a_kicker_from_the_headline(kicker: str) -> None:
    heading = f"<h1>{kicker}<span>{HEADLINE}</span></h1>"
    assert title(f"<title>{HEADLINE} « The Post</title>", heading) == HEADLINE
    kept = str(html.fromstring(heading).xpath("string()"))
    assert title(f"<title>{kept} « The Post</title>", heading) != HEADLINE


def test_a_marked_line_beneath_the_heading_is_not_the_headline() -> None:
    line = "<p itemprop='headline'>Two of five crossings go from April</p>"
    assert title("", f"<h1>{HEADLINE}</h1>{line}") == HEADLINE
    assert title("", line) == "Two of five crossings go from April"
    named = "<title>Two of five crossings go from April</title>"
    assert title(named, f"<h1>The Post of the Isles</h1>{line}") == "Two of five crossings go from April"


@pytest.mark.parametrize("tag", ["h2", "h3", "b", "font"])
@pytest.mark.parametrize(
    "stated", ["Isle Courier: {}", "{} « Isle Courier", "Print | {}", "{} | Isle Courier | News"]
)
def test_without_a_heading_the_part_of_the_title_that_is_shown_is_the_headline(tag: str, stated: str) -> None:
    logo = "<h1><a href='/'>Isle Courier</a></h1>"
    head = f"<title>{stated.format(HEADLINE)}</title>"
    assert title(head, f"{logo}<{tag}>{HEADLINE}</{tag}>") == HEADLINE
    whole = stated.format(HEADLINE)
    assert title(head, f"<{tag}>{whole}</{tag}><p><b>{HEADLINE}</b></p>") == whole
    assert title(head, f"<{tag}><a href='/x'>{HEADLINE}</a></{tag}>") == whole


@pytest.mark.parametrize(
    "markup",
    ["<h1><b>H</b>arbour</h1>", "<h1><span>H</span><span>arbour</span></h1>", "<h1>Har<i>bour</i></h1>"],
)
def test_a_word_set_in_parts_stays_one_word(markup: str) -> None:
    assert visible_text(html.fromstring(markup)) == "Harbour"


@pytest.mark.parametrize(
    "site", ["The Post", "The Post - Breaking News", "Breaking news and more | The Post"]
)
def test_the_shown_headline_beats_the_name_of_the_site(site: str) -> None:
    head = (
        f"<title>{site}</title><meta property='og:title' content='{site}'>"
        "<meta property='og:site_name' content='The Post'>"
    )
    assert title(head, f"<h1>{HEADLINE}</h1>") == HEADLINE


def test_a_section_above_the_article_does_not_beat_the_stated_headline() -> None:
    head = f"<meta property='og:title' content='{HEADLINE}'>"
    assert title(head, "<h1>News</h1>") == HEADLINE
    assert title(head, "<h1>All about politics and society</h1>") == HEADLINE


def test_the_heading_that_shares_words_with_the_page_title_is_the_headline() -> None:
    body = f"<h1>Navigation and service</h1><h1>{HEADLINE}</h1>"
    assert title(f"<title>{HEADLINE} - The Post</title>", body) == HEADLINE


@given(st.lists(WORDS, min_size=1, max_size=8), st.lists(WORDS, min_size=1, max_size=8))
def test_one_of_the_two_wordings_is_chosen(stated: list[str], shown: list[str]) -> None:
    one, other = " ".join(stated), " ".join(shown)
    assert prefer_shown(one, other) in (one, other)
    assert prefer_shown(one, one) == one
