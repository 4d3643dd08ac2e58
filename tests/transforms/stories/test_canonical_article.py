"""Choosing the report that stands for a story: deterministic, independent of order, with a reason people can read."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.stories.canonical_article import POLICIES, choose, is_original, newest_report
from transforms.stories.story_member import Member
from transforms.types import Kind, Precision

NOON = datetime(2024, 3, 5, 12, 0)  # noqa: DTZ001  times here have no zone


def report(number: int, words: int = 300, *, hour: int | None = None, **fields: object) -> Member:
    at = None if hour is None else NOON.replace(hour=hour)
    precision = Precision.NONE if hour is None else Precision.MINUTE
    values = {"article_id": number, "word_count": words, "published_at": at, "precision": precision} | fields
    return Member(**values)  # type: ignore[arg-type]  # fields are given by name in each test


def test_the_fullest_original_wins_over_a_longer_reprint() -> None:
    members = [
        report(1, 900, publisher="Solhamn Post", wire_agency="AP"),
        report(2, 500, publisher="Bild"),
        report(3, 400, publisher="El País"),
    ]
    number, reason = choose(members)
    assert number == 2
    assert reason == "the fullest original report, 500 words"


def test_an_opinion_stands_for_a_story_only_where_nothing_reports_it() -> None:
    opinion = report(1, 2000, hour=9, is_opinion=True)
    news = report(2, 90, hour=8, is_paywalled=True, wire_agency="AP")
    for policy in ("original-fullest", "earliest", "longest"):
        assert choose([opinion, news], policy)[0] == 2
    assert newest_report([opinion, news]) == 1  # nothing is a full report
    assert newest_report([opinion, report(2, 90, hour=8)]) == 2
    assert choose([opinion, report(3, 900, kind=Kind.TEASER)]) == (1, "the fullest opinion piece, 2000 words")


def test_the_agency_is_the_original_of_its_own_text() -> None:
    members = [
        report(1, 700, publisher="Solhamn Post", wire_agency="AP"),
        report(2, 700, publisher="AP News", url_host="apnews.com", wire_agency="AP"),
    ]
    assert choose(members)[0] == 2
    assert is_original(members[1])
    assert not is_original(members[0])


def test_a_copy_without_its_credit_is_no_original() -> None:
    members = [
        report(1, 700, publisher="Solhamn Post", copy_group_id=5),
        report(2, 650, publisher="Denver Post", copy_group_id=5, wire_agency="AP"),
        report(3, 200, publisher="Bild"),
    ]
    assert choose(members)[0] == 3


@pytest.mark.parametrize("blank", ["", " "])
def test_a_blank_name_is_no_preferred_publisher(blank: str) -> None:
    members = [
        report(1, 200),
        report(2, 300, publisher="", url_host="a.example."),
        report(3, 900, publisher="Bild"),
    ]
    number, reason = choose(members, "preferred-publishers", [blank])
    assert number == 3
    assert reason.startswith("no preferred publisher has a report")
    assert choose(members, "preferred-publishers", [blank, "bild"])[1].startswith("bild comes first")


def test_open_reports_come_before_paywalled_ones() -> None:
    number, reason = choose([report(1, 900, is_paywalled=True), report(2, 300)])
    assert number == 2
    assert reason == "the fullest open report, 300 words"


def test_all_paywalled_or_all_reprints_still_give_one() -> None:
    number, reason = choose([report(1, 200, is_paywalled=True), report(2, 300, is_paywalled=True)])
    assert number == 2
    assert "paywall" in reason
    number, reason = choose([report(1, 200, wire_agency="AP"), report(2, 300, wire_agency="AP")])
    assert number == 2
    assert "reprint of AP" in reason


def test_articles_come_before_other_kinds() -> None:
    members = [report(1, 4000, kind=Kind.LIVE_BLOG), report(2, 2000, kind=Kind.ROUND_UP), report(3, 80)]
    assert choose(members)[0] == 3
    assert choose(members, "longest")[0] == 3
    assert choose(members[:2])[0] == 1


def test_ties_go_to_the_earliest_then_the_smallest_id() -> None:
    number, reason = choose([report(2, hour=9), report(1, hour=10), report(3)])
    assert number == 2
    assert reason.endswith("of equals the earliest")
    number, reason = choose([report(5, hour=9), report(4, hour=9)])
    assert number == 4
    assert reason.endswith("of equals the smallest id")


def test_earliest() -> None:
    number, reason = choose([report(1), report(2, hour=10), report(3, hour=9)], "earliest")
    assert number == 3
    assert reason == "the earliest report, 2024-03-05 09:00"


def test_a_day_without_its_hour_does_not_beat_a_known_hour_of_that_day() -> None:
    day = Member(article_id=1, published_at=NOON.replace(hour=0), precision=Precision.DAY)
    assert choose([day, report(2, hour=15)], "earliest")[0] == 2


def test_earliest_without_any_time_says_so() -> None:
    number, reason = choose([report(2), report(1)], "earliest")
    assert number == 1
    assert "no report has a known time" in reason


def test_longest() -> None:
    number, reason = choose([report(1, 500, is_paywalled=True), report(2, 400)], "longest")
    assert number == 1
    assert reason == "the longest report, 500 words"


def test_preferred_publishers_in_their_order() -> None:
    members = [
        report(1, 100, publisher="Bild"),
        report(2, 900, publisher="El País"),
        report(3, 150, publisher="Bild"),
    ]
    number, reason = choose(members, "preferred-publishers", ["Solhamn Post", "bild", "El País"])
    assert number == 3
    assert reason.startswith("bild comes first among the preferred publishers")


def test_preferred_publishers_by_host_and_family() -> None:
    members = [report(1, url_host="www.freep.com"), report(2, 900, url_host="elpais.com")]
    assert choose(members, "preferred-publishers", ["freep.com"])[0] == 1
    assert choose(members, "preferred-publishers", ["gannett"])[0] == 1


def test_without_a_preferred_publisher_the_fullest_original_is_taken() -> None:
    number, reason = choose([report(1), report(2, 900)], "preferred-publishers", ["Solhamn Post"])
    assert number == 2
    assert reason.startswith("no preferred publisher has a report")


def test_a_stub_of_a_preferred_publisher_does_not_stand_for_a_story() -> None:
    members = [report(1, 40, publisher="Bild", kind=Kind.STUB), report(2, publisher="El País")]
    assert choose(members, "preferred-publishers", ["Bild"])[0] == 2


def test_one_member_is_the_only_report() -> None:
    assert choose([report(7, kind=Kind.STUB)]) == (7, "the only report")


def test_wrong_use_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="original-fullest"):
        choose([report(1)], "newest")
    with pytest.raises(ValueError, match="at least one"):
        choose([])


MEMBER = st.builds(
    Member,
    article_id=st.integers(0, 2**64 - 1),
    published_at=st.none() | st.sampled_from([NOON, NOON.replace(hour=9), NOON.replace(hour=0)]),
    precision=st.sampled_from(list(Precision)),
    word_count=st.sampled_from([0, 100, 100, 500]),
    kind=st.sampled_from(list(Kind)),
    is_paywalled=st.booleans(),
    wire_agency=st.sampled_from([None, "AP", "AFP"]),
    publisher=st.sampled_from([None, "AP News", "Bild", "Solhamn Post"]),
    copy_group_id=st.sampled_from([None, 1, 2]),
)
MEMBERS = st.lists(MEMBER, min_size=1, max_size=7, unique_by=lambda m: m.article_id)


@given(MEMBERS, st.sampled_from(POLICIES), st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_order(
    members: list[Member], policy: str, chance: random.Random
) -> None:
    shuffled = members[:]
    chance.shuffle(shuffled)
    chosen = choose(members, policy, ["Bild", "Solhamn Post"])
    assert choose(shuffled, policy, ["Bild", "Solhamn Post"]) == chosen
    assert chosen[0] in {m.article_id for m in members}
    assert chosen[1]


@given(MEMBERS)
def test_the_choice_stays_when_a_loser_leaves(members: list[Member]) -> None:
    """A report that was not chosen, and whose credit no copy shares, has no say in the choice."""
    chosen = choose(members)[0]
    for loser in members:
        if loser.article_id != chosen and loser.copy_group_id is None:
            assert choose([m for m in members if m is not loser])[0] == chosen
