"""The large file of the benchmarks: whole, consistent and searchable in every copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.multiply_home import multiply
from tests.story_samples import copy_of, fold_in, report
from warehouse.connection import open_published

TIMES = 4


@pytest.mark.slow
def test_every_copy_has_its_own_ids_and_holds_together(tmp_path: Path) -> None:
    rows = [report(0, 0), report(0, 1), copy_of(report(0, 0), 1), report(1, 0)]
    source = fold_in(tmp_path / "small", rows) / "home"
    large = tmp_path / "large"
    multiply(source, large, TIMES)
    with open_published(source) as con:
        stories, links, postings = con.execute(
            "SELECT (SELECT count(*) FROM stories), (SELECT count(*) FROM links), "
            "(SELECT count(*) FROM _search_postings)"
        ).fetchall()[0]
    with open_published(large) as con:
        counts = con.execute(
            "SELECT (SELECT count(DISTINCT article_id) FROM articles), (SELECT count(DISTINCT story_id) FROM stories), "
            "(SELECT count(*) FROM links WHERE article_a < article_b), (SELECT count(*) FROM _search_postings)"
        ).fetchall()[0]
        assert counts == (TIMES * len(rows), TIMES * stories, TIMES * links, TIMES * postings)
        ((apart,),) = con.execute(
            "SELECT count(*) FROM links l JOIN articles a ON a.article_id = l.article_a "
            "JOIN articles b ON b.article_id = l.article_b WHERE l.together <> (a.story_id = b.story_id)"
        ).fetchall()
        assert apart == 0
        found = con.execute("SELECT count(DISTINCT published_at) FROM search_articles('viaduct')").fetchall()
        assert found == [(2 * TIMES,)]  # the reprint states the time of its original
