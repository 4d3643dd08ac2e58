"""What people decide holds: at once, in later runs, against copies and scores, until it is taken back."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import cli
from flows.errors import InvalidRequestError
from flows.operations.link_unlink_pin import link, list_decisions, pin, revoke, unlink
from tests.story_samples import (
    article_id,
    ask,
    copy_of,
    fold,
    report,
    settings_of,
    stories,
    story_of,
    stub,
    write_inbox,
)
from transforms.stories.must_and_cannot_links import split_forbidden
from warehouse.checks import run_checks
from warehouse.connection import open_published, open_working
from warehouse.errors import UnknownArticle
from warehouse.published_queries import explain_pair, show_story

pytestmark = pytest.mark.slow

FIRST = [report(event, telling) for event in range(4) for telling in (0, 1)]
COPIES = [copy_of(report(0, 0), 1), copy_of(report(1, 0), 1), copy_of(report(1, 0), 2)]
LATER = [report(event, 2) for event in range(4)] + [copy_of(report(0, 1), 7), copy_of(report(0, 0), 2)]


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fold the first reports once; each test takes a copy of the home."""
    root = tmp_path_factory.mktemp("folded")
    write_inbox(root / "inbox", "first", [*FIRST, *COPIES, stub(1)])
    fold(root / "home", root / "inbox")
    return root


def later(place: Path) -> None:
    """Let more news come in."""
    write_inbox(place / "inbox", "later", LATER)
    fold(place / "home", place / "inbox")


def broken(home: Path) -> list[str]:
    with open_working(home, purpose="test") as con:
        return [result.describe() for result in run_checks(con, deep=True) if not result.passes]


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(
        cli, [*words, "--home", str(home)], standalone_mode=False, catch_exceptions=True
    )


def test_the_samples_are_what_these_tests_build_on(place: Path) -> None:
    assert stories(place / "home") == {
        frozenset({"e0t0", "e0t1", "e0t0c1"}),
        frozenset({"e1t0", "e1t1", "e1t0c1", "e1t0c2"}),
        frozenset({"e2t0", "e2t1"}),
        frozenset({"e3t0", "e3t1"}),
    }


def test_a_link_unites_two_whole_stories_now_and_later(place: Path) -> None:
    home = place / "home"
    result = link(settings_of(home), "e2t0", article_id(home, "e3t1"), why="one  and\nthe same", by="Ada")
    assert len(result.stories) == 1
    assert story_of(home, "e2t0") == {"e2t0", "e2t1", "e3t0", "e3t1"}
    later(place)
    assert story_of(home, "e2t0") == {"e2t0", "e2t1", "e2t2", "e3t0", "e3t1", "e3t2"}
    assert not broken(home)

    con = open_published(home)
    try:
        pair = explain_pair(con, "e2t0", "e3t1")
        (said,) = [found for found in pair.links if found.relation == "must_link"]
        assert (said.made_by, said.why) == ("Ada", "one and the same")
        assert pair.a.story_id is not None
        events = show_story(con, pair.a.story_id).events
    finally:
        con.close()
    merged = [event for event in events if event.event == "merged"]
    assert [event.run_id for event in merged] == [result.run_id]
    assert ask(home, f"SELECT command, status FROM runs WHERE run_id = '{result.run_id}'") == [
        ("link", "done")
    ]


def test_what_is_set_apart_stays_apart_and_each_keeps_its_own(place: Path) -> None:
    home = place / "home"
    unlink(settings_of(home), "e2t0", "e2t1")
    assert story_of(home, "e2t0").isdisjoint(story_of(home, "e2t1"))
    later(place)
    assert story_of(home, "e2t0").isdisjoint(story_of(home, "e2t1"))
    assert not broken(home)


def test_copies_can_be_set_apart(place: Path) -> None:
    home = place / "home"
    unlink(settings_of(home), "e1t0c1", "e1t0c2")
    assert story_of(home, "e1t0c1").isdisjoint(story_of(home, "e1t0c2"))
    assert not broken(home)
    later(place)
    assert story_of(home, "e1t0c1").isdisjoint(story_of(home, "e1t0c2"))
    assert not broken(home)


def test_decisions_that_meet_only_through_copies_all_hold(place: Path) -> None:
    """Two articles are linked, and a copy of the one is set apart from a copy of the other."""
    home = place / "home"
    link(settings_of(home), "e0t0", "e1t0")
    unlink(settings_of(home), "e0t0c1", "e1t0c1")
    for _ in range(2):
        assert "e1t0" in story_of(home, "e0t0")
        assert story_of(home, "e0t0c1").isdisjoint(story_of(home, "e1t0c1"))
        assert not broken(home)
        later(place)


def test_taking_everything_back_leaves_no_trace_in_the_stories(place: Path) -> None:
    home = place / "home"
    before = stories(home)
    made = [
        link(settings_of(home), "e2t0", "e3t0"),
        unlink(settings_of(home), "e0t0", "e0t0c1"),
        link(settings_of(home), "e0t0", "e1t0"),
        unlink(settings_of(home), "e1t0c1", "e0t1"),
        pin(settings_of(home), article_story(home, "e3t0"), "e3t0"),
    ]
    assert stories(home) != before
    for decision in made:
        revoke(settings_of(home), f"{decision.decision.decision_id:016x}", by="Ben", why="a slip")
    assert stories(home) == before
    assert not broken(home)
    assert list_decisions(settings_of(home)) == []
    taken_back = list_decisions(settings_of(home), with_revoked=True)
    assert {(one.revoked_by, one.revoked_why) for one in taken_back} == {("Ben", "a slip")}
    with pytest.raises(InvalidRequestError, match="taken back by Ben"):
        revoke(settings_of(home), f"{made[0].decision.decision_id:016x}")


def test_a_pin_chooses_the_canonical_report_and_follows_the_article(place: Path) -> None:
    home = place / "home"
    for name in ("e2t1", "e2t0", "e2t1"):
        pin(settings_of(home), article_story(home, "e2t0"), name, why="ours", by="Ada")
        assert canonical_of(home, "e2t0") == (name, "pinned by Ada: ours")
    link(settings_of(home), "e2t0", "e3t0")
    later(place)
    assert canonical_of(home, "e3t1") == ("e2t1", "pinned by Ada: ours")
    assert not broken(home)


def test_contradictions_are_refused_naming_the_chain(place: Path) -> None:
    home = place / "home"
    a, b, c = ("e0t0", "e1t0", "e2t0")
    first = link(settings_of(home), a, b)
    second = link(settings_of(home), b, c)
    before = stories(home)
    runs = ask(home, "SELECT count(*) FROM runs")
    with pytest.raises(InvalidRequestError) as refused:
        unlink(settings_of(home), a, c)
    for decision in (first, second):
        assert f"{decision.decision.decision_id:016x}" in str(refused.value)
    revoke(settings_of(home), f"{second.decision.decision_id:016x}")
    apart = unlink(settings_of(home), a, c)
    with pytest.raises(InvalidRequestError, match=f"{apart.decision.decision_id:016x}"):
        link(settings_of(home), c, a)
    with pytest.raises(InvalidRequestError, match=f"{apart.decision.decision_id:016x}"):
        link(settings_of(home), b, c)
    assert stories(home) != before
    assert len(ask(home, "SELECT run_id FROM runs")) == runs[0][0] + 2  # what is refused is no run
    assert not broken(home)


def test_what_makes_no_sense_is_refused(place: Path) -> None:
    home = place / "home"
    with pytest.raises(InvalidRequestError, match="no report"):
        link(settings_of(home), "stub1", "e0t0")
    with pytest.raises(InvalidRequestError, match="the same article"):
        link(settings_of(home), "e0t0", article_id(home, "e0t0")[:9])
    with pytest.raises(InvalidRequestError, match="nothing pinned"):
        pin(settings_of(home), article_story(home, "e0t0"), "e1t0")
    with pytest.raises(UnknownArticle):
        link(settings_of(home), "e0t0", "nowhere")
    assert list_decisions(settings_of(home), with_revoked=True) == []


def test_deciding_the_same_twice_is_deciding_once(place: Path) -> None:
    home = place / "home"
    link(settings_of(home), "e2t0", "e3t0")
    runs = ask(home, "SELECT count(*) FROM runs")
    assert link(settings_of(home), "e3t0", "e2t0").run_id is None
    assert ask(home, "SELECT count(*) FROM runs") == runs


def test_the_command_line_links_lists_and_takes_back(place: Path) -> None:
    home = place / "home"
    made = json.loads(run(home, "link", "e2t0", "e3t0", "--why", "same", "--by", "Ada", "--json").stdout)
    assert (made["relation"], made["made_by"], made["why"], len(made["stories"])) == (
        "must_link",
        "Ada",
        "same",
        1,
    )
    refused = run(home, "unlink", "e2t0", "e3t0")
    assert isinstance(refused.exception, SystemExit)
    assert refused.exception.code == 2
    assert refused.stderr.count("\n") == 1
    listed = json.loads(run(home, "decisions", "--json").stdout)
    assert listed["decision_id"] == made["decision_id"]
    assert "Ada" in run(home, "decisions").stdout
    assert run(home, "decisions", "revoke", made["decision_id"][:8]).exception is None
    assert run(home, "decisions", "--json").stdout == ""
    assert json.loads(run(home, "decisions", "--all", "--json").stdout)["revoked_at"]


# --- the rule behind copies and decisions, tried on every small case


@pytest.mark.parametrize("musts", list(combinations(list(combinations(range(5), 2)), 2)))
def test_splitting_keeps_every_pair_that_was_set_apart_in_two_stories(
    musts: tuple[tuple[int, int], ...],
) -> None:
    groups = [[0, 1, 2], [3, 4]]
    links = [(0, 1, 0.9), (1, 2, 0.8), (0, 2, 0.8), (3, 4, 0.95)]
    for cannot in combinations(list(combinations(range(5), 2)), 2):
        bound = connected(range(5), musts)
        if any(bound[a] == bound[b] for a, b in cannot):
            continue  # a contradiction, which is refused before it comes here
        split = split_forbidden(groups, links, musts, cannot)
        assert sorted(one for group in split for one in group) == [0, 1, 2, 3, 4]
        assert all(any(set(group) <= set(whole) for whole in groups) for group in split)
        held = connected(range(5), [*musts, *((group[0], one) for group in split for one in group)])
        assert all(held[a] != held[b] for a, b in cannot)
        whole = connected(range(5), [*musts, *((group[0], one) for group in groups for one in group)])
        if all(whole[a] != whole[b] for a, b in cannot):
            assert split == groups


def connected(ids: range, pairs: object) -> dict[int, int]:
    """Name the connected component of each id by its smallest member."""
    name = {one: one for one in ids}
    for _ in ids:
        for a, b in pairs:  # type: ignore[attr-defined]
            name[a] = name[b] = min(name[a], name[b])
    return name


def article_story(home: Path, external_id: str) -> str:
    query = f"""SELECT format('{{:016x}}', story_id) FROM story_articles JOIN articles USING (article_id)
                WHERE external_id = '{external_id}'"""
    return str(ask(home, query)[0][0])


def canonical_of(home: Path, external_id: str) -> tuple[str, str]:
    query = f"""SELECT c.external_id, s.canonical_reason
                FROM stories s JOIN articles c ON c.article_id = s.canonical_article_id
                JOIN story_articles m USING (story_id) JOIN articles a ON a.article_id = m.article_id
                WHERE a.external_id = '{external_id}'"""
    found: tuple[str, str] = ask(home, query)[0]
    return found


GROUPING = (
    "SELECT story_id, list_sort(list(article_id)) FROM story_articles GROUP BY story_id ORDER BY story_id"
)
REDIRECTS = "SELECT * FROM story_redirects ORDER BY ALL"


def published(home: Path, query: str) -> list[tuple[object, ...]]:
    with open_published(home) as con:
        return con.execute(query).fetchall()


def test_revoking_a_link_brings_ids_stories_and_redirects_back(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before = published(home, GROUPING), published(home, REDIRECTS)
    dated = published(home, "SELECT story_id, created_at FROM stories ORDER BY ALL")
    made = link(settings, "e2t0", "e3t1", why=None, by="Ada").decision
    assert len(published(home, REDIRECTS)) == 1
    revoke(settings, f"{made.decision_id:016x}", by="Ben")
    assert (published(home, GROUPING), published(home, REDIRECTS)) == before
    assert published(home, "SELECT story_id, created_at FROM stories ORDER BY ALL") == dated
    assert broken(home) == []


def test_revoking_an_unlink_brings_ids_and_stories_back(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before, stories_before = published(home, GROUPING), {row[0] for row in published(home, GROUPING)}
    made = unlink(settings, "e1t0", "e1t1", why=None, by="Ada").decision
    parted = {row[0] for row in published(home, GROUPING)}
    revoke(settings, f"{made.decision_id:016x}", by="Ben")
    assert published(home, GROUPING) == before
    # the id that the part had meanwhile is one that somebody may hold: it leads to the story
    assert {row[0] for row in published(home, REDIRECTS)} == parted - stories_before
    assert broken(home) == []


def test_a_reprint_can_be_kept_in_its_story_as_a_text_of_its_own(place: Path) -> None:
    home, settings = place / "home", settings_of(place / "home")
    before = published(home, GROUPING)
    groups = "SELECT count(DISTINCT copy_group_id) FROM articles WHERE external_id IN ('e0t0', 'e0t0c1')"
    assert published(home, groups) == [(1,)]
    made = unlink(settings, "e0t0", "e0t0c1", why=None, by="Ada", not_a_copy=True).decision
    assert published(home, groups) == [(2,)]
    assert published(home, GROUPING) == before
    assert broken(home) == []
    revoke(settings, f"{made.decision_id:016x}", by="Ben")
    assert published(home, groups) == [(1,)]
