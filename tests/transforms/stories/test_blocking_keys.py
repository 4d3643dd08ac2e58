"""Candidates: a pure function of each article, equal to a join over a table of keys, whatever the order."""

from __future__ import annotations

from itertools import combinations

import duckdb
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from tests.transforms.stories.test_pair_score import REPORTS, describe
from transforms.stories.blocking_keys import candidate_pairs, story_keys
from transforms.stories.story_model import MODEL
from warehouse.folding_evidence import story_candidates
from warehouse.folding_tables import insert_rows

KEY_SETS = st.lists(st.frozensets(st.integers(0, 12), max_size=5), max_size=8)


def arrays(sets: list[frozenset[int]]) -> list[npt.NDArray[np.uint64]]:
    return [np.array(sorted(some), dtype=np.uint64) for some in sets]


@given(KEY_SETS)
def test_the_join_finds_exactly_the_pairs_that_share_a_key(sets: list[frozenset[int]]) -> None:
    expected = [(a, b) for a, b in combinations(range(len(sets)), 2) if sets[a] & sets[b]]
    assert list(map(tuple, candidate_pairs(arrays(sets)).tolist())) == expected


def test_a_crowded_key_costs_no_square_and_a_large_story_still_meets() -> None:
    articles = 10 * MODEL.block_size
    strangers = candidate_pairs(arrays([frozenset({1, 100 + place}) for place in range(articles)]))
    assert len(strangers) == 0  # one common key, and each met any other at most once
    story = candidate_pairs(arrays([frozenset(range(60)) for _ in range(articles)]))
    assert articles * MODEL.block_size < len(story) < articles * MODEL.window * 60 / MODEL.shared_blocks
    found = csr_array((np.ones(len(story)), (story[:, 0], story[:, 1])), shape=(articles, articles))
    assert connected_components(found, directed=False)[0] == 1


@pytest.mark.parametrize("new", [1, 3, 40])
@pytest.mark.parametrize("undated", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("most", [30, 400])  # of different keys
def test_the_warehouse_joins_by_the_same_rule(new: int, undated: float, most: int) -> None:
    random = np.random.default_rng(7)
    keys = arrays([frozenset(random.integers(0, most, 6).tolist()) for _ in range(120)])
    days = np.where(random.random(120) < undated, np.nan, random.integers(20_000, 20_200, 120))
    sizes = [len(some) for some in keys]
    numbers = np.arange(120, dtype=np.uint64)
    with duckdb.connect(":memory:") as con:  # noqa: TID251 - a bare schema; no home is needed
        con.execute("CREATE TABLE story_keys (key UBIGINT, article_id UBIGINT, day INTEGER)")
        con.execute(
            "CREATE TABLE articles AS SELECT article_id, make_timestamp(day * 86_400_000_000) AS published_at, "
            "CASE WHEN day IS NULL THEN 'none' ELSE 'day' END AS published_precision "
            "FROM (SELECT unnest($1) AS article_id, unnest($2) AS day)",
            [numbers.tolist(), [None if np.isnan(day) else int(day) for day in days]],
        )
        rows = {
            "key": np.concatenate(keys),
            "article_id": np.repeat(numbers, sizes),
            "day": np.repeat(days, sizes),
        }
        insert_rows(con, "story_keys", rows)
        days_apart, rule = MODEL.window_days, MODEL.blocking()
        left, right = story_candidates(con, numbers[-new:], days=days_apart, keys=None, **rule)
        own = np.concatenate(keys[-new:])
        again = story_candidates(con, numbers[-new:], days=days_apart, keys=own, **rule)
    pairs = candidate_pairs(keys, days)
    wanted = pairs[pairs[:, 1] >= 120 - new]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == list(map(tuple, wanted.tolist()))
    assert np.array_equal(np.stack(again), np.stack((left, right)))


def test_articles_far_apart_in_time_have_to_share_more() -> None:
    def pairs(shared: int, gap: float) -> int:
        return len(candidate_pairs(arrays([frozenset(range(shared))] * 2), [20_000.0, 20_000.0 + gap]))

    assert pairs(1, MODEL.far_days) == 1
    assert pairs(MODEL.far_shared_blocks - 1, MODEL.far_days + 1) == 0
    assert pairs(MODEL.far_shared_blocks, MODEL.far_days + 1) == 1
    assert pairs(1, np.nan) == 1


def test_articles_of_a_crowded_key_meet_those_of_their_days() -> None:
    articles, span = 20 * MODEL.block_size, 20
    days = np.arange(articles) % span
    pairs = candidate_pairs(arrays([frozenset(range(60)) for _ in range(articles)]), days.astype(float))
    assert np.abs(days[pairs[:, 0]] - days[pairs[:, 1]]).max() <= 1
    unknown = np.where(np.arange(articles) % 2, np.nan, days)
    pairs = candidate_pairs(arrays([frozenset(range(60)) for _ in range(articles)]), unknown)
    found = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(articles, articles))
    assert connected_components(found, directed=False)[0] == 1
    met = unknown[pairs[np.isnan(unknown[pairs]).any(axis=1)]]
    assert len(np.unique(met[~np.isnan(met)])) == span / 2  # whoever has no day meets all days


def test_reports_of_one_event_are_candidates_in_every_language() -> None:
    profiles = [describe(text, language) for language, texts in REPORTS.items() for text in texts]
    found = {tuple(pair) for pair in candidate_pairs([story_keys(p) for p in profiles]).tolist()}
    assert {(place, place + 1) for place in range(0, len(profiles), 3)} <= found
    assert all(profiles[a].language == profiles[b].language for a, b in found)


def test_keys_are_few_and_ascend() -> None:
    text = " ".join(f"{a}{b}" for a in "bdfghklmn" for b in ("oran", "etik", "ulam", "arsi", "onde"))
    keys = story_keys(describe(text))
    assert 100 < len(keys) < 200
    assert (np.diff(keys.astype(object)) > 0).all()
    assert len(story_keys(describe(""))) == 0
