"""Columns of the published file say what their comments say: a query a comment, which returns what contradicts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.operations.link_unlink_pin import link
from tests.story_samples import copy_of, fold, report, settings_of, stub, write_inbox
from warehouse.connection import open_published

pytestmark = pytest.mark.slow

MEMBERS = "(SELECT m.*, a.* EXCLUDE (story_id, article_id) FROM story_articles m JOIN articles a USING (article_id))"
COUNTS = f"(SELECT story_id, count(*) AS n, {{}} AS found FROM {MEMBERS} GROUP BY story_id)"


def counted(column: str, found: str) -> str:
    """Return a query for stories whose column is not what their members give."""
    members = COUNTS.format(found)
    joined = f"SELECT s.story_id FROM stories s JOIN {members} m USING (story_id)"
    return f"{joined} WHERE s.{column} IS DISTINCT FROM m.found"


CONTRADICTIONS = {
    "stories.article_count": counted("article_count", "count(*)"),
    "stories.publisher_count": counted("publisher_count", "count(DISTINCT publisher)"),
    "stories.independent_count": counted(
        "independent_count",
        "coalesce(nullif(count(DISTINCT source_id) FILTER (kind NOT IN ('live_blog', 'round_up', 'digest')), 0), "
        "count(DISTINCT source_id))",
    ),
    "stories.copy_group_count": counted("copy_group_count", "count(DISTINCT copy_group_id)"),
    "stories.undated_count": counted("undated_count", "count(*) FILTER (published_at IS NULL)"),
    "stories.canonical_article_id": counted(
        "canonical_article_id", "any_value(article_id) FILTER (role = 'canonical')"
    ),
    "stories.latest_title": "SELECT s.story_id FROM stories s JOIN articles a ON a.article_id = s.latest_article_id "
    "WHERE a.title <> s.latest_title OR a.story_id <> s.story_id",
    "articles.story_id": "SELECT a.article_id FROM articles a LEFT JOIN story_articles m USING (article_id) "
    "WHERE a.story_id IS DISTINCT FROM m.story_id",
    "articles.is_canonical": "SELECT a.article_id FROM articles a LEFT JOIN story_articles m USING (article_id) "
    "WHERE a.is_canonical <> coalesce(m.role = 'canonical', false)",
    "articles.is_representative": "SELECT copy_group_id FROM articles WHERE copy_group_id IS NOT NULL "
    "GROUP BY copy_group_id HAVING count(*) FILTER (is_representative) <> 1",
    "story_articles.score": """
        SELECT m.article_id FROM story_articles m LEFT JOIN (
            SELECT x.article_id, max(l.score) AS best FROM story_articles x
            JOIN links l ON x.article_id IN (l.article_a, l.article_b) AND l.together AND l.decision = 'passes'
            GROUP BY x.article_id
        ) b USING (article_id) WHERE m.score IS DISTINCT FROM b.best""",
    "story_articles.decided_by": "SELECT article_id FROM story_articles m JOIN stories s USING (story_id) "
    "WHERE (decided_by = 'alone') <> (s.article_count = 1) "
    "OR decided_by NOT IN ('alone', 'score', 'copy', 'decision', 'attached')",
    "story_articles.via_article_id": "SELECT m.article_id FROM story_articles m "
    "LEFT JOIN story_articles v ON v.article_id = m.via_article_id AND v.story_id = m.story_id "
    "WHERE (v.article_id IS NULL) <> (m.role = 'canonical')",
    "links.together": "SELECT article_a FROM links l JOIN articles a ON a.article_id = article_a "
    "JOIN articles b ON b.article_id = article_b WHERE together <> coalesce(a.story_id = b.story_id, false)",
    "links.decision": "SELECT article_a FROM links WHERE relation = 'same_story' "
    "AND (decision = 'passes') <> (score >= threshold)",
    "decisions.revoked_at": "SELECT decision_id FROM decisions WHERE (revoked_at IS NULL) <> (revoked_by IS NULL)",
    "story_redirects.current_story_id": "SELECT story_id FROM story_redirects "
    "WHERE current_story_id NOT IN (SELECT story_id FROM stories) OR story_id IN (SELECT story_id FROM stories)",
    "documents.article_id": "SELECT document_id FROM documents "
    "WHERE article_id IS NOT NULL AND article_id NOT IN (SELECT article_id FROM articles)",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file that came about in two runs and a decision."""
    root = tmp_path_factory.mktemp("comments")
    first = [*(report(event, telling) for event in range(4) for telling in (0, 1)), stub(1)]
    fold(root / "home", write_inbox(root / "inbox", "first", [*first, copy_of(report(0, 0), 1)]))
    link(settings_of(root / "home"), "e2t0", "e3t1", why=None, by="Ada")
    later = [*(report(event, 2) for event in range(3)), copy_of(report(1, 0), 1)]
    fold(root / "home", write_inbox(root / "inbox", "later", later))
    return root / "home"


@pytest.mark.parametrize("column", CONTRADICTIONS)
def test_a_column_is_what_its_comment_says(home: Path, column: str) -> None:
    with open_published(home) as con:
        assert con.execute(CONTRADICTIONS[column]).fetchall() == []
        assert con.execute(
            "SELECT comment IS NOT NULL FROM duckdb_columns() WHERE table_name || '.' || column_name = ?",
            [column],
        ).fetchall() == [(True,)]
