"""The law of locality, on random webs of links in a real database: growing what a change touches grows everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from flows.fold import regrouping_scope as story_scope
from flows.fold.decisions_in_force import Decisions
from flows.fold.regrouping_scope import regroup
from transforms.stories.story_model import MODEL
from transforms.types import Kind
from warehouse.migrations import migrate

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

pytestmark = pytest.mark.slow

Edge = tuple[int, int, float]
SIZE = 14
# Distinct enough that few means tie, dense around the threshold, where groupings are touchy.
SCORES = st.integers(round(MODEL.floor * 1000), 1000).map(lambda score: score / 1000)
NEAR = st.integers(round(MODEL.threshold * 1000), round(MODEL.threshold * 1000) + 200).map(
    lambda score: score / 1000
)


@st.composite
def webs(draw: st.DrawFn) -> list[Edge]:
    pairs = [(a, b) for a in range(1, SIZE + 1) for b in range(a + 1, SIZE + 1)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=6, max_size=40))
    return [(a, b, draw(st.one_of(SCORES, NEAR))) for a, b in sorted(chosen)]


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[int]]:
    order = draw(st.permutations(range(1, SIZE + 1)))
    cuts = sorted(draw(st.sets(st.integers(1, SIZE - 1), min_size=1, max_size=5)))
    return [list(order[start:end]) for start, end in zip([0, *cuts], [*cuts, SIZE], strict=True)]


KINDS = st.lists(
    st.sampled_from([Kind.ARTICLE] * 6 + [Kind.LIVE_BLOG, Kind.ROUND_UP]), min_size=SIZE, max_size=SIZE
)
PAIRS = st.lists(
    st.tuples(st.integers(1, SIZE), st.integers(1, SIZE)).filter(lambda pair: pair[0] < pair[1]),
    max_size=3,
    unique=True,
)
laws = settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # an example takes a second: what fails is shown as it is
    suppress_health_check=list(HealthCheck),
)


def as_ids(numbers: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(sorted(numbers), np.uint64)


@cache
def opened(number: int) -> DuckDBPyConnection:
    con = duckdb.connect(":memory:", config={"threads": 1})  # noqa: TID251 - a bare schema; no home is needed
    migrate(con)
    # all that grouping reads of an article
    con.execute(
        "DROP TABLE articles; CREATE TABLE articles (article_id UBIGINT, kind VARCHAR, is_held BOOLEAN, "
        "word_count INTEGER DEFAULT 200, published_at TIMESTAMP, published_precision VARCHAR DEFAULT 'none', "
        "first_seen_at TIMESTAMP)"
    )
    return con


def emptied(number: int) -> DuckDBPyConnection:
    """Return one of the databases that examples use in turn."""
    con = opened(number)
    for table in ("articles", "copy_members", "links", "trees", "story_articles"):
        con.execute(f"TRUNCATE {table}")
    return con


def arrive(con: DuckDBPyConnection, new: Sequence[int], kinds: Sequence[Kind], web: Sequence[Edge]) -> None:
    """Store articles, each a copy group of its own, and the links among all that are there, a day after the others."""
    con.execute(
        "INSERT INTO articles (article_id, kind, first_seen_at) SELECT unnest($1), unnest($2), "
        "coalesce((SELECT max(first_seen_at) + INTERVAL 1 DAY FROM articles), TIMESTAMP '2026-01-01')",
        [list(new), [str(kinds[one - 1]) for one in new]],
    )
    con.execute("INSERT INTO copy_members SELECT unnest($1) AS one, one, true", [list(new)])
    here = {row[0] for row in con.sql("SELECT article_id FROM copy_members").fetchall()}
    linked = [edge for edge in web if set(edge[:2]) <= here and not set(edge[:2]).isdisjoint(new)]
    con.execute(
        "INSERT INTO links (article_a, article_b, relation, score, decision, model_version, run_id, linked_at) "
        "SELECT unnest($1), unnest($2), 'same_story', unnest($3), unnest($4), 'm', 'r', "
        "(SELECT max(first_seen_at) FROM articles)",
        [
            *map(list, zip(*linked, strict=True)),
            ["passes" if e[2] >= MODEL.threshold else "falls_short" for e in linked],
        ]
        if linked
        else [[], [], [], []],
    )


def settle(con: DuckDBPyConnection, changed: Iterable[int], decisions: Decisions) -> None:
    """Group again around a change and write the stories, each named by its smallest article."""
    found = regroup(con, as_ids(changed), as_ids(()), decisions)
    every = [one for story in found.stories for one in story]
    assert len(every) == len(set(every))
    con.execute("DELETE FROM story_articles WHERE article_id IN (SELECT unnest($1))", [every])
    con.execute(
        "INSERT INTO story_articles (story_id, article_id, role, joined_at) "
        "SELECT unnest($1), unnest($2), 'report', TIMESTAMP '2026-01-01'",
        [[min(story) for story in found.stories for _ in story], every],
    )


def stories(con: DuckDBPyConnection) -> list[list[int]]:
    rows = con.sql("SELECT list_sort(list(article_id)) FROM story_articles GROUP BY story_id").fetchall()
    return sorted(row[0] for row in rows)


def trees(con: DuckDBPyConnection) -> list[tuple[int, int]]:
    return con.sql("SELECT article_id, tree_id FROM trees ORDER BY ALL").fetchall()


def at_once(kinds: Sequence[Kind], web: Sequence[Edge], decisions: Decisions) -> DuckDBPyConnection:
    con = emptied(1)
    arrive(con, range(1, SIZE + 1), kinds, web)
    settle(con, range(1, SIZE + 1), decisions)
    return con


def consistent(must: Sequence[tuple[int, int]], cannot: Sequence[tuple[int, int]]) -> Decisions:
    """Leave out cannot-links that must-links contradict; those are refused before they are recorded."""
    name = list(range(SIZE + 1))
    for a, b in must:
        name = [name[a] if one == name[b] else one for one in name]
    return Decisions(
        must=tuple(must), cannot=tuple(pair for pair in cannot if name[pair[0]] != name[pair[1]])
    )


@contextmanager
def many_from(share: int) -> Iterator[None]:
    """Let all trees count as many (from a share of 0) or none (1): small webs would see one of the two only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story_scope, "MANY_INVALIDATED", share)
        patch.setattr(story_scope, "MANY_CHANGED", 0)
        yield


# 4 tears 1 from 2, which then goes with 3: what lies two links from a change can change.
RIPPLE = (
    [(1, 2, 0.7), (1, 4, 1.0), (2, 3, 0.55)],
    [Kind.ARTICLE] * SIZE,
    [[1, 2, 3], [*range(5, SIZE + 1)], [4]],
)
# the same, when no share counts as many
LATER_RIPPLE = (*RIPPLE[:2], [[1, 2, 3], [5], [*range(6, SIZE + 1)], [4]])
# 4 makes the round-up 14 choose again; that 2 and 3 suit it as well shows in its weak link to 3, who does not move
GUEST = (
    [(1, 14, 0.686), (2, 3, 0.531), (2, 14, 0.656), (3, 14, 0.441), (4, 14, 0.51)],
    [Kind.ARTICLE] * (SIZE - 1) + [Kind.ROUND_UP],
    [[1, 2, 3, *range(5, SIZE + 1)], [4]],
)


@laws
@given(webs(), KINDS, deliveries())
@example(*RIPPLE)
@example(*LATER_RIPPLE)
@example(*GUEST)
def test_deliveries_grow_what_everything_at_once_grows(
    web: list[Edge], kinds: list[Kind], parts: list[list[int]]
) -> None:
    con = emptied(0)
    for turn, part in enumerate(parts):
        arrive(con, part, kinds, web)
        with many_from(turn % 2):
            settle(con, part, Decisions())
    whole = at_once(kinds, web, Decisions())
    assert trees(con) == trees(whole)
    assert stories(con) == stories(whole)


# 4 makes 14 and 8 grow again; 5, which is set apart from 14, still says nothing of how crowded it is around them
APART: tuple[list[Edge], list[Kind], list[list[int]], list[tuple[int, int]], list[tuple[int, int]]] = (
    [(4, 14, 0.754), (5, 14, 0.697), (8, 14, 0.512)],
    [Kind.ARTICLE] * SIZE,
    [[1, 2, 3, *range(5, SIZE + 1)], [4]],
    [],
    [(4, 14), (5, 14)],
)


@laws
@given(webs(), KINDS, deliveries(), PAIRS, PAIRS)
@example(*APART)
def test_so_they_do_under_what_people_decided(
    web: list[Edge],
    kinds: list[Kind],
    parts: list[list[int]],
    must: list[tuple[int, int]],
    cannot: list[tuple[int, int]],
) -> None:
    decisions = consistent(must, cannot)
    con = emptied(0)
    for turn, part in enumerate(parts):
        arrive(con, part, kinds, web)
        with many_from(turn % 2):
            settle(con, part, decisions)
    assert stories(con) == stories(at_once(kinds, web, decisions))
    # taken back, and decided again
    decided = {one for pair in (*decisions.must, *decisions.cannot) for one in pair}
    settle(con, decided, Decisions())
    assert stories(con) == stories(at_once(kinds, web, Decisions()))
    settle(con, decided, decisions)
    assert stories(con) == stories(at_once(kinds, web, decisions))
