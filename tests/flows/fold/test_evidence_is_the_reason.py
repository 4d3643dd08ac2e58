"""Evidence is the reason: stories follow from the published file alone."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.operations.link_unlink_pin import link, unlink
from flows.operations.pair_sentences import verdict
from tests.story_law import compute_stories
from tests.story_samples import copy_of, fold, report, settings_of, stub, write_inbox
from transforms.stories.story_model import MODEL
from warehouse.connection import open_published
from warehouse.published_queries import explain_pair

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

pytestmark = pytest.mark.slow


def published_stories(home: Path) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """Return the stories as published, and as they follow from the evidence."""
    with open_published(home) as con:
        rows = con.execute("SELECT list(article_id) FROM story_articles GROUP BY story_id").fetchall()
        return {frozenset(articles) for (articles,) in rows}, compute_stories(con, MODEL)


def test_stories_follow_from_the_published_file_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    reports = [report(event, telling) for event in range(5) for telling in (0, 1, 2)]
    del reports[-1]["published"]  # of event 4
    reports += [
        report(5, 0),
        report(5, 1, published="2025-03-06T09:00:00Z"),
        report(6, 0),
        report(6, 1),
        report(6, 2),
    ]
    for one in reports[-3:]:
        one["publisher"] = "Outlet 6"
    copies = [copy_of(report(0, 0), 1), copy_of(report(1, 0), 1), copy_of(report(1, 0), 2)]
    fold(home, write_inbox(tmp_path / "inbox", "first", [*reports, *copies, stub(1)]))
    found, expected = published_stories(home)
    assert found == expected
    _explain_every_pair(home)
    link(settings_of(home), "e2t0", "e3t1", why=None, by="Ada")
    unlink(settings_of(home), "e0t1", "e0t0", why=None, by="Ada")
    found, expected = published_stories(home)
    assert found == expected
    with open_published(home) as con:
        undated = explain_pair(con, "e4t0", "e4t2")
        assert "states no date" in " ".join(verdict(undated, are_candidates=True))
        linked, parted = explain_pair(con, "e2t0", "e3t1"), explain_pair(con, "e0t0", "e0t1")
        stays = parted.a if explain_pair(con, "e0t2", "e0t0").is_same_story else parted.b
        gone = explain_pair(con, "e0t2", (parted.b if stays is parted.a else parted.a).article_id)
        reason = " ".join(verdict(gone, are_candidates=True))
        assert "Ada decided about other reports of theirs that these are two stories" in reason
        assert "A merge needs" not in reason
        far = explain_pair(con, "e5t0", "e5t1")
        assert "365 days apart, and a story spans 51 at most" in " ".join(verdict(far, are_candidates=False))
        _look_at_names_on_the_way(con)
        assert "Ada linked the two" in " ".join(verdict(linked, are_candidates=True))
        assert "Ada decided that they are two stories" in " ".join(verdict(parted, are_candidates=True))
        blog = replace(gone, parted=None, a=replace(gone.a, kind="live_blog"))
        reason = " ".join(verdict(blog, are_candidates=True))
        assert "is a live blog: it is put into the one story" in reason
        assert "A merge needs" not in reason
        copy = replace(gone.links[0], relation="near_duplicate", decision="falls_short", score=0.77)
        unlike = replace(gone, parted=None, links=[copy])
        # it is less than copies need, and no score of two reports
        assert "0.77" not in " ".join(verdict(unlike, are_candidates=True))


def _look_at_names_on_the_way(con: DuckDBPyConnection) -> None:
    """Three reports of one outlet under one headline are named by their ids on the way from one to another."""
    ids = ["e6t0", "e6t1", "e6t2"]
    pairs = [explain_pair(con, a, b) for a, b in combinations(ids, 2)]
    (longest,) = [pair for pair in pairs if len(pair.chain) > 1]
    (way,) = [line for line in verdict(longest, are_candidates=True) if "through" in line]
    named = re.findall("[0-9a-f]{16}", way)
    assert (named[0], named[-1]) == (longest.a.article_id, longest.b.article_id)
    assert len({*named}) == len(longest.chain) + 1


def _explain_every_pair(home: Path) -> None:
    """Hold the sentences of every pair, and the chain they name, against the stories."""
    with open_published(home) as con:
        ids = [row[0] for row in con.execute("SELECT article_id FROM articles ORDER BY ALL").fetchall()]
        for a, b in combinations(ids, 2):
            pair = explain_pair(con, a, b)
            first = verdict(pair, are_candidates=False)[0]
            assert first.startswith("Together" if pair.is_same_story else "Apart")
            ends = [{step.article_id, step.via_article_id} for step in pair.chain]
            assert bool(ends) == pair.is_same_story
            at = a
            for end in ends:
                assert at in end
                (at,) = end - {at}
            assert not ends or at == b
