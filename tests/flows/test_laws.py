"""The laws of folding, tried on the whole pipeline over a real warehouse."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.operations.link_unlink_pin import link, unlink
from tests.story_samples import (
    ask,
    copy_groups,
    copy_of,
    fold,
    report,
    settings_of,
    stories,
    stub,
    write_inbox,
)
from transforms.types import Disposition
from warehouse.checks import run_checks
from warehouse.connection import open_published, open_working
from warehouse.published_queries import show_story

pytestmark = pytest.mark.slow

# Reports of five events, reprints of some, a live blog between two of them, and pages that tell nothing.
CORPUS: list[dict[str, Any]] = [
    *(report(event, telling) for event in range(5) for telling in range(3)),
    *(copy_of(report(0, 0), number) for number in (1, 2, 3)),
    copy_of(report(3, 1), 1),
    report(1, 1, id="live", url="https://live.example/1", kind="live_blog", published=None),
    stub(1),
    stub(2),
]
TABLES = (
    "articles", "article_versions", "documents", "files", "signatures", "bands", "copy_members", "profiles",
    "story_keys", "trees", "links", "stories", "story_articles", "story_events", "decisions", "tombstones",
)  # fmt: skip

few = settings(
    max_examples=3,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # an example takes seconds: what fails is shown as it is
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@st.composite
def arrivals(draw: st.DrawFn) -> list[list[dict[str, Any]]]:
    """Cut the corpus, in any order, into up to four deliveries."""
    order = draw(st.permutations(CORPUS))
    cuts = sorted(draw(st.sets(st.integers(1, len(CORPUS) - 1), max_size=3)))
    return [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]


def deliver(place: Path, deliveries: list[list[dict[str, Any]]]) -> Path:
    """Fold deliveries one run after another."""
    for number, records in enumerate(deliveries):
        fold(place / "home", write_inbox(place / "inbox", f"d{number}", records))
    return place / "home"


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fold everything at once: what any other way has to end in."""
    return deliver(tmp_path_factory.mktemp("rebuilt"), [CORPUS])


def links(home: Path) -> list[tuple[Any, ...]]:
    return ask(
        home,
        "SELECT article_a, article_b, relation, score, decision, features FROM links ORDER BY ALL",
    )


def broken(home: Path) -> list[str]:
    with open_working(home, purpose="test") as con:
        return [result.describe() for result in run_checks(con, deep=True) if not result.passes]


def test_the_corpus_has_stories_copies_and_what_stands_apart(rebuilt: Path) -> None:
    found = stories(rebuilt)
    assert len(found) >= 5
    assert max(len(group) for group in copy_groups(rebuilt)) == 4
    assert not any("stub1" in story for story in found)


@few
@given(deliveries=arrivals())
def test_order_and_batching_do_not_matter_and_incremental_equals_rebuild(
    rebuilt: Path, deliveries: list[list[dict[str, Any]]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        home = deliver(Path(place), deliveries)
        assert stories(home) == stories(rebuilt)
        assert copy_groups(home) == copy_groups(rebuilt)
        assert links(home) == links(rebuilt)
        canonical = "SELECT canonical_article_id, canonical_reason, article_count, key_terms FROM stories ORDER BY ALL"
        assert ask(home, canonical) == ask(rebuilt, canonical)
        assert not broken(home)


@few
@given(deliveries=arrivals())
def test_every_story_id_ever_seen_leads_on_and_nothing_vanishes(
    deliveries: list[list[dict[str, Any]]],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        seen: set[str] = set()
        for number, records in enumerate(deliveries):
            before = len(ask(Path(place) / "home", "FROM articles")) if number else 0
            outcome = fold(Path(place) / "home", write_inbox(Path(place) / "inbox", f"d{number}", records))
            assert sum(outcome.dispositions.values()) == outcome.documents == len(records)
            after = len(ask(Path(place) / "home", "FROM articles"))
            assert after == before + outcome.dispositions[Disposition.LOADED]
            seen |= {
                name
                for (name,) in ask(Path(place) / "home", "SELECT format('{:016x}', story_id) FROM stories")
            }
        con = open_published(Path(place) / "home")
        try:
            assert all(show_story(con, name).members for name in seen)
        finally:
            con.close()


@few
@given(deliveries=arrivals())
def test_twice_is_once(deliveries: list[list[dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        home = deliver(Path(place), deliveries)
        before = {table: ask(home, f"FROM {table} ORDER BY ALL") for table in TABLES}
        outcome = fold(home, Path(place) / "inbox")
        assert dict(outcome.dispositions) == {Disposition.UNCHANGED: len(CORPUS)}
        assert {table: ask(home, f"FROM {table} ORDER BY ALL") for table in TABLES} == before


@few
@given(
    deliveries=arrivals(),
    decisions=st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from(["e0t0", "e0t0c1", "e1t1", "e2t0", "e3t1", "live"]),
            st.integers(0, 4),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_decisions_hold_in_every_later_run_and_the_order_still_does_not_matter(
    deliveries: list[list[dict[str, Any]]], decisions: list[tuple[bool, str, int]]
) -> None:
    """Decide after the first delivery that has all it takes, or after all; the end is the same."""
    from flows.errors import InvalidRequestError

    def decide(home: Path) -> None:
        for is_link, name, event in decisions:
            try:
                (link if is_link else unlink)(settings_of(home), name, f"e{event}t0", by="Ada")
            except InvalidRequestError:
                continue  # a contradiction, or an article and itself

    wanted = {name for _, one, event in decisions for name in (one, f"e{event}t0")}
    early = [record for record in CORPUS if record["id"] in wanted]
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        home = deliver(Path(first), [early])
        decide(home)
        for number, records in enumerate(deliveries):
            rest = [record for record in records if record not in early]
            if rest:
                fold(home, write_inbox(Path(first) / "inbox", f"later{number}", rest))
        other = deliver(Path(second), [CORPUS])
        decide(other)
        assert stories(home) == stories(other)
        assert copy_groups(home) == copy_groups(other)
        assert not broken(home)
        assert not broken(other)


def test_what_was_committed_and_not_published_is_published_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    inbox = write_inbox(tmp_path / "inbox", "first", CORPUS[:3])
    fold(home, inbox)
    more = write_inbox(tmp_path / "inbox", "second", CORPUS[3:6])
    with monkeypatch.context() as patch:
        patch.setattr("flows.pipeline.publish", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fold(home, more)
    assert fold(home, more).published is not None  # though not one document changed
    con = open_published(home)
    try:
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(6,)]
    finally:
        con.close()
