"""What holds an article in its story: a tree over stored links, people's decisions before copies before scores."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from flows.fold.decisions_in_force import Decisions
from flows.fold.membership_reasons import DecidedBy, MemberLink, explain_memberships
from transforms.types import Kind

ARTICLES = (1, 2, 3, 4, 5)
PAIRS = list(combinations(ARTICLES, 2))
LINKS = st.lists(
    st.builds(
        lambda pair, relation, score: MemberLink(
            article_a=pair[0], article_b=pair[1], relation=relation, score=score, has_passed=score >= 0.3
        ),
        st.sampled_from(PAIRS),
        st.sampled_from(["same_story", "near_duplicate"]),
        st.floats(0.1, 1.0),
    ),
    max_size=12,
)
KINDS = st.fixed_dictionaries(
    {one: st.sampled_from([Kind.ARTICLE, Kind.ARTICLE, Kind.LIVE_BLOG]) for one in ARTICLES}
)
GROUPS = st.fixed_dictionaries({one: st.sampled_from([1, 2]) for one in ARTICLES})


@given(LINKS, KINDS, GROUPS, st.lists(st.sampled_from(PAIRS), max_size=2, unique=True))
def test_every_member_leads_to_the_root(
    links: list[MemberLink],
    kinds: dict[int, Kind],
    groups: dict[int, int],
    must: list[tuple[int, int]],
) -> None:
    found = explain_memberships(ARTICLES, 1, kinds, links, groups, Decisions(must=tuple(must)))
    assert set(found) == set(ARTICLES)
    assert found[1].via_article_id is None
    for article in ARTICLES[1:]:
        step, seen = article, set()
        while step != 1:
            assert step not in seen
            seen.add(step)
            via = found[step].via_article_id
            assert via is not None
            step = via
    for article, held in found.items():
        mine = [
            link.score for link in links if link.has_passed and article in (link.article_a, link.article_b)
        ]
        assert held.score == max(mine, default=None)
        if held.decided_by is DecidedBy.COPY and held.via_article_id is not None:
            assert groups[article] == groups[held.via_article_id]
    assert found == explain_memberships(
        tuple(reversed(ARTICLES)), 1, kinds, links[::-1], groups, Decisions(must=tuple(must[::-1]))
    )


def test_a_decision_holds_before_any_score() -> None:
    link = MemberLink(article_a=1, article_b=2, relation="same_story", score=0.9, has_passed=True)
    kinds = {1: Kind.ARTICLE, 2: Kind.ARTICLE}
    by_score = explain_memberships((1, 2), 1, kinds, [link], {1: 1, 2: 2}, Decisions())
    assert (by_score[2].decided_by, by_score[2].score) == (DecidedBy.SCORE, 0.9)
    decided = explain_memberships((1, 2), 1, kinds, [link], {1: 1, 2: 2}, Decisions(must=((1, 2),)))
    assert (decided[2].decided_by, decided[2].via_article_id) == (DecidedBy.DECISION, 1)


def test_one_article_is_alone_and_has_no_score() -> None:
    (held,) = explain_memberships((7,), 7, {7: Kind.ARTICLE}, [], {7: 7}, Decisions()).values()
    assert (held.decided_by, held.via_article_id, held.score) == (DecidedBy.ALONE, None, None)
