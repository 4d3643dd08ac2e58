"""Rows that folding reads and writes: found by index or by scan alike, and no link older than its articles."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.warehouse_samples import NOON, faults, load, sample
from warehouse import folding_evidence, folding_facts, folding_tables
from warehouse.connection import open_working

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAMES = ("one", "two", "three", "four", "five")


def stored(con: DuckDBPyConnection) -> folding_tables.Ids:
    """Store articles with profiles, out of order, and return their ids."""
    load(con, [sample(name) for name in NAMES])
    ids = np.array([row[0] for row in con.execute("SELECT article_id FROM articles").fetchall()], np.uint64)
    columns = {
        "article_id": ids[::-1],
        "model_version": ["m"] * len(ids),
        "profile": [b"%d" % one for one in ids[::-1]],
    }
    folding_tables.insert_rows(con, "profiles", columns)
    return ids


def link(con: DuckDBPyConnection, ends: folding_tables.Ids, days: int) -> None:
    """Link two articles, as a run does whose clock is `days` after that of the run that stored them."""
    low, high = sorted(ends.tolist())
    columns = {"article_a": [low], "article_b": [high], "relation": ["same_story"], "score": [0.9]}
    rest = {"decision": ["passes"], "threshold": [0.5], "model_version": ["m"], "run_id": ["r"]}
    folding_tables.insert_links(con, {**columns, **rest}, now=NOON + timedelta(days=days), features={})


def test_rows_looked_up_in_an_index_are_those_found_by_a_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_working(tmp_path, purpose="test") as con:
        ids = stored(con)
        for wanted in (ids, ids[1:3], ids[:0], np.append(ids[:2], np.uint64(7))):

            def read(wanted: folding_tables.Ids = wanted) -> list[object]:
                return [
                    folding_tables.stored_rows(con, "profiles", "article_id", wanted).to_pylist(),
                    folding_facts.foldable_articles(con, wanted).to_pylist(),
                    folding_facts.story_facts(con, wanted).to_pylist(),
                    folding_facts.copy_facts(con, wanted).to_pylist(),
                    folding_facts.article_kinds(con, wanted),
                ]

            few = read()
            with monkeypatch.context() as patch:
                patch.setattr(folding_tables, "_FEW", -1)
                assert read() == few
            assert [row["article_id"] for row in few[0]] == sorted(set(wanted.tolist()) & set(ids.tolist()))  # type: ignore[attr-defined]


@pytest.mark.parametrize("days", [3, -3])
def test_the_links_of_articles_are_found_from_when_they_came_in_also_where_the_clock_was_set_back(
    tmp_path: Path, days: int
) -> None:
    with open_working(tmp_path, purpose="test") as con:
        ids = stored(con)
        link(con, ids[:2], days)
        since = folding_tables.links_since(con, ids[:1])
        assert since == NOON
        assert con.execute("SELECT min(linked_at) FROM links").fetchall()[0][0] >= since
        for end, other in (ids[:2], ids[1::-1]):
            found = folding_evidence.neighbours(con, np.array([end]), folding_tables.STORY_RELATIONS)
            assert found.tolist() == [other]
        assert folding_evidence.links_within(con, ids, folding_tables.STORY_RELATIONS).num_rows == 1
        assert (
            folding_tables.links_since(con, np.append(ids, np.uint64(7))) == folding_tables.EVER
        )  # not stored
        folding_evidence.forget_representatives(con, ids[:1])
        assert con.execute("SELECT count(*) FROM links").fetchall() == [(0,)]


def test_a_link_older_than_its_articles_is_a_fault(tmp_path: Path) -> None:
    with open_working(tmp_path, purpose="test") as con:
        link(con, stored(con)[:2], 1)
    assert not any("link_no_older" in fault for fault in faults(tmp_path))
    with open_working(tmp_path, purpose="test") as con:
        con.execute("UPDATE links SET linked_at = ?", [NOON - timedelta(days=1)])
    assert any("link_no_older" in fault for fault in faults(tmp_path))
