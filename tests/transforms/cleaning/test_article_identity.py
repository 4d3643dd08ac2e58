"""What a document claims to be: placeholders say nothing, and addresses join by what they say."""

from __future__ import annotations

import pytest

from transforms.cleaning.article_identity import (
    Identity,
    advised_headlines,
    advised_ids,
    identify,
    known_id,
    own_url,
)
from transforms.types import Stated


def claims(
    url: str | None = None,
    external_id: str | None = None,
    *,
    place: str = "/in/a.jsonl#1",
    title: str = "Ferry",
    publisher: str | None = "Gazette",
    canonical: str | None = None,
) -> Identity:
    return identify(
        place,
        Stated(external_id=external_id),
        title=title,
        url=own_url(url, canonical),
        fetched=url,
        canonical=canonical,
        publisher=publisher,
    )


@pytest.mark.parametrize(
    "guid", ["N/A", "n/a", "0", "000", "null", "None", "-", " ", "undefined", "NaN", "no-guid"]
)
def test_a_placeholder_is_no_id(guid: str) -> None:
    assert known_id(guid) is None
    assert claims(external_id=guid).strict == claims().strict


@pytest.mark.parametrize("guid", ["17", "A", "gz-2026-0001", "urn:newsml:x:1", "https://x.example/?p=7"])
def test_an_id_is_one(guid: str) -> None:
    assert known_id(guid) == guid


def test_a_counter_behind_the_own_address_is_no_id() -> None:
    one = claims("https://x.example/2026/c", "https://x.example/2026/c#0")
    other = claims("https://x.example/2026/c", "https://x.example/2026/c#3")
    assert one == other


def test_ids_count_within_their_outlet() -> None:
    one, other = (claims(external_id="gz-2026-0001", publisher=name) for name in ("Gazette", "Herald"))
    assert not set(one.strict) & set(other.strict)
    assert set(one.items) == set(other.items)  # a notice names the item wherever it was printed


def test_a_row_number_is_an_id_of_its_headline_alone() -> None:
    one, other = (claims(external_id="1", title=title) for title in ("Ferry", "Dam"))
    assert one.article_id != other.article_id
    assert not set(one.items) & set(other.items)
    assert one.strict == other.strict  # they are compared


def test_tracking_leaves_the_strict_claim_and_what_may_be_tracking_the_loose_one() -> None:
    plain = claims("https://x.example/2026/a")
    assert claims("https://x.example/2026/a?utm_source=rss").strict == plain.strict
    other = claims("https://x.example/2026/a?ref=7")
    assert not set(other.strict) & set(plain.strict)
    assert set(other.loose) & set(plain.loose)


@pytest.mark.parametrize(
    ("fetched", "canonical", "expected"),
    [
        ("https://x.example/2026/a?ref=rss", "https://x.example/2026/a", "canonical"),
        ("https://x.example/business/2026/a", "https://x.example/business/", "fetched"),
        ("https://x.example/2026/a-long-story", "https://x.example/news", "fetched"),
        ("https://x.example/2026/a?page=2", "https://x.example/2026/a", "fetched"),
        ("https://x.example/2026/a/2", "https://x.example/2026/a", "fetched"),
        ("https://y.example/2026/a", "https://x.example/2026/a", "fetched"),
        (None, "https://x.example/2026/a", "canonical"),
    ],
)
def test_the_canonical_address_is_that_of_the_article_or_none(
    fetched: str | None, canonical: str, expected: str
) -> None:
    assert own_url(fetched, canonical) == (canonical if expected == "canonical" else fetched)


def test_a_later_page_shares_no_claim_with_the_first() -> None:
    first = claims("https://x.example/2026/a", canonical="https://x.example/2026/a")
    second = claims("https://x.example/2026/a?page=2", canonical="https://x.example/2026/a")
    assert not set(first.strict + first.loose) & set(second.strict + second.loose)


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("KILL: Head teacher suspended", "Please kill the story with id urn:x:1:77.", ("urn:x:1:77",)),
        ("MANDATORY KILL", "Do not use item TRN-70001, sent on Monday.", ("TRN-70001",)),
        ("Norwire", "WITHDRAWN - Editors, delete item nw-2026-0007 from all systems.", ("nw-2026-0007",)),
        ("BC-MANDATORY KILL, Pier fire", "Editors: kill the story slugged BC-Pier, AP-77.", ("AP-77",)),
        ("ADVISORY: WITHDRAWAL Pier fire out", "The story urn:x:88 is withdrawn.", ("urn:x:88",)),
        ("URGENT WITHDRAWAL OF TROOPS", "The army withdraws its A-12 tanks.", ()),
        ("Parliament kills bill AP-77", "It killed the bill; a new one, AP-79, would not run.", ()),
        ("KILL BILL 3 IN THE WORKS", "The director will not use item 12345678 to kill.", ()),
        ("Army withdrawn: what next", "Withdraw, said item A-12345.", ()),
        ("KILL: Head teacher suspended", "Please kill the story of Monday.", ()),
    ],
)
def test_an_advisory_names_what_it_takes_back(title: str, text: str, expected: tuple[str, ...]) -> None:
    assert advised_ids(title, text) == expected


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("KILL: Head teacher suspended over marks", "Do not use it.", ("Head teacher suspended over marks",)),
        ("Mandatory kill", "Please kill the story “Bell of the ferry found”.", ("Bell of the ferry found",)),
        ("WITHDRAWN: plan for the old mill", "The board had to withdraw it.", ()),
        ("Ferry bell found", "Do not use the old chart, says the pilot.", ()),
    ],
)
def test_an_advisory_names_a_headline(title: str, text: str, expected: tuple[str, ...]) -> None:
    assert advised_headlines(title, text) == expected
