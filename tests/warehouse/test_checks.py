"""Checks: each holds on a good warehouse, and each is seen to fail when its rule is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warehouse_samples import ingest, rejection, sample
from warehouse.checks import enforce_checks, run_checks
from warehouse.connection import open_working
from warehouse.errors import CheckFailed
from warehouse.sql_files import statements

EVENT = "(story_id, event, other_story_id, article_count, happened_at, run_id)"
LINK = "INSERT INTO links VALUES ({}, {}, 'exact', 1, 'passes', NULL, NULL, NULL, 'r', now()::TIMESTAMP)"
FILE = """INSERT INTO files BY NAME
          SELECT 'f' AS source_ref, 1 AS size, 1 AS mtime_ns, 's' AS sha256, 'html' AS format, 1 AS documents,
                 'r' AS run_id, now()::TIMESTAMP AS seen_at FROM range(2)"""
BREAKERS = {
    "article_stored_once": "INSERT INTO articles FROM articles LIMIT 1",
    "version_numbers_agree": "UPDATE articles SET version = 2",
    "dispositions_add_up": "UPDATE runs SET documents = documents + 1",
    "ledger_matches_runs": "DELETE FROM documents WHERE disposition = 'rejected'",
    "file_recorded_once": FILE,
    "document_article_exists": "UPDATE documents SET article_id = 1 WHERE disposition = 'loaded'",
    "totals_agree": "UPDATE stories SET article_count = 5",
    "story_stored_once": "INSERT INTO stories FROM stories LIMIT 1",
    "article_in_one_story": "INSERT INTO story_articles FROM story_articles LIMIT 1",
    "article_has_story": "DELETE FROM story_articles",
    "membership_leads_somewhere": "DELETE FROM articles",
    "story_has_one_canonical": "UPDATE story_articles SET role = 'report'",
    "copy_group_has_one_representative": "UPDATE copy_members SET is_representative = false",
    "link_ends_exist": LINK.format(1, 2),
    "old_story_id_leads_on": f"INSERT INTO story_events {EVENT} VALUES (1, 'born', NULL, 1, now()::TIMESTAMP, 'r')",
    "corrections_hold": """INSERT INTO decisions (decision_id, relation, article_a, field, value, made_by, made_at)
        SELECT 8, 'correct', min(article_id), 'title', 'x', 'me', now()::TIMESTAMP FROM articles""",
    "people_win": """INSERT INTO decisions (decision_id, relation, article_a, article_b, made_by, made_at)
                     SELECT 1, 'must_link', min(article_id), max(article_id), 'someone', now()::TIMESTAMP
                     FROM story_articles""",
    "derived_rows_have_articles": "INSERT INTO bands VALUES (1, 1)",
    "signature_made_of_current_text": "INSERT INTO signatures SELECT article_id, [1], 1 FROM articles",
    "document_known_once_a_run": "INSERT INTO documents FROM documents",
    "link_no_older_than_its_articles": "INSERT INTO links "
    "(article_a, article_b, relation, score, decision, run_id, linked_at) "
    "SELECT min(article_id), max(article_id), 'same_story', 1, 'passes', 'r', TIMESTAMP '2020-01-01' FROM articles",
    "time_has_precision": "UPDATE articles SET published_precision = 'none'",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in order."""
    home = tmp_path_factory.mktemp("home")
    ingest(home, [sample("a"), sample("b"), sample("wall", kind="stub")], [rejection("x")])
    return home


def test_every_check_holds_on_a_good_warehouse(home: Path) -> None:
    with open_working(home, purpose="test") as con:
        results = run_checks(con, deep=True)
    assert [result.describe() for result in results if not result.passes] == []
    assert all(result.rule.endswith(".") and result.describe().startswith("ok") for result in results)


def test_every_check_has_a_breaker() -> None:
    names = {check.name for folder in ("checks", "checks/deep") for check in statements(folder)}
    assert names == set(BREAKERS)


def test_every_check_fails_when_its_rule_is_broken(home: Path) -> None:
    with open_working(home, purpose="test") as con:
        for name, breaker in BREAKERS.items():
            con.execute("BEGIN")
            con.execute(breaker)
            broken = {result.name: result for result in run_checks(con, deep=True) if not result.passes}
            con.execute("ROLLBACK")
            assert name in broken, name
            assert broken[name].describe().startswith("FAILED")


@pytest.mark.slow
def test_a_run_looks_at_what_it_touched_and_at_the_totals(home: Path) -> None:
    unseen = {
        "dispositions_add_up",
        "ledger_matches_runs",
    }  # of the run before, which it does not look at again
    with open_working(home, purpose="test") as con:
        for name, breaker in BREAKERS.items():
            con.execute("BEGIN")
            con.execute("INSERT INTO runs BY NAME SELECT 'now' AS run_id, * EXCLUDE run_id FROM runs LIMIT 1")
            for table in ("articles", "stories", "files", "links", "story_events"):
                con.execute(f"UPDATE {table} SET run_id = 'now'")
            con.execute(breaker.replace("'r'", "'now'"))
            try:
                enforce_checks(con, "now")
                is_caught = False
            except CheckFailed:
                is_caught = True
            con.execute("ROLLBACK")
            is_deep = name in {check.name for check in statements("checks/deep")}
            assert is_caught or is_deep or name in unseen, name
