"""Folding again: shown before it is done, nothing where nothing changed, everything after a change of model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import flows.fold.refold
from flows.cli import cli
from flows.errors import InvalidRequestError
from flows.fold.refold import current_models, refold
from flows.operations.link_unlink_pin import link, unlink
from tests.story_samples import (
    ask,
    copy_groups,
    copy_of,
    fold,
    fold_in,
    report,
    settings_of,
    stories,
    story_of,
    stub,
)
from transforms.stories.story_model import MODEL
from warehouse.checks import run_checks
from warehouse.connection import open_working

pytestmark = pytest.mark.slow

CORPUS = [
    *(report(event, telling) for event in range(4) for telling in range(3)),
    copy_of(report(0, 0), 1),
    copy_of(report(0, 0), 2),
    stub(1),
]
EVIDENCE = ("signatures", "bands", "profiles", "story_keys", "trees", "copy_members", "story_articles")


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = fold_in(tmp_path_factory.mktemp("refold"), CORPUS)
    link(settings_of(root / "home"), "e2t0", "e3t0")
    unlink(settings_of(root / "home"), "e0t0c1", "e0t0c2")
    return root


def everything(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    tables = [
        name
        for (name,) in ask(
            home, "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
        )
    ]
    return {table: ask(home, f'FROM "{table}" ORDER BY ALL') for table in tables}


def evidence(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    found = {table: ask(home, f"FROM {table} ORDER BY ALL") for table in EVIDENCE}
    links = "SELECT article_a, article_b, relation, score, decision, features FROM links ORDER BY ALL"
    return found | {"links": ask(home, links)}


def broken(home: Path) -> list[str]:
    with open_working(home, purpose="test") as con:
        return [result.describe() for result in run_checks(con, deep=True) if not result.passes]


@pytest.mark.parametrize("threshold", [None, 0.6, 0.99])
def test_a_dry_run_changes_nothing(home: Path, threshold: float | None) -> None:
    before = everything(home)
    outcome = refold(settings_of(home), threshold=threshold, dry_run=True)
    assert everything(home) == before
    assert outcome.stories_before == len(stories(home))
    if threshold is None:
        assert outcome.changes == []
        assert outcome.stories_after == outcome.stories_before


def test_a_higher_threshold_splits_as_shown_before(home: Path) -> None:
    outcome = refold(settings_of(home), threshold=1.0, dry_run=True)
    assert outcome.stories_after > outcome.stories_before
    assert outcome.count("split") == len(outcome.changes) > 0
    for change in outcome.changes:
        assert sum(part.articles for part in change.before) == sum(part.articles for part in change.after)
        assert all(part.title and part.story_id for part in change.before)
    # what people bound stays bound at any threshold
    sizes = sorted(part.articles for change in outcome.changes for part in change.after)
    assert sizes[-1] >= 2


def test_a_threshold_that_is_no_trial_or_out_of_range_is_refused(home: Path) -> None:
    with pytest.raises(InvalidRequestError, match="--dry-run"):
        refold(settings_of(home), threshold=0.6)
    for threshold in (0.0, 1.1):
        with pytest.raises(InvalidRequestError, match="from"):
            refold(settings_of(home), threshold=threshold, dry_run=True)


def test_folding_again_with_the_same_models_changes_no_story_and_is_recorded(home: Path) -> None:
    before = evidence(home)
    outcome = refold(settings_of(home))
    assert outcome.changes == []
    assert evidence(home) == before
    assert ask(
        home,
        f"SELECT command, status, stories_new, stories_changed FROM runs WHERE run_id = '{outcome.run_id}'",
    ) == [("refold", "done", 0, 0)]
    assert not broken(home)


@pytest.mark.parametrize("kind", ["copies", "stories"])
def test_evidence_of_another_model_is_made_anew_by_the_next_run_and_ids_stay(home: Path, kind: str) -> None:
    """The other model here is the same in all but its name, so everything must end as it was."""
    before, ids = evidence(home), ask(home, "SELECT story_id FROM stories ORDER BY ALL")
    with open_working(home, purpose="test") as con:
        con.execute("UPDATE models SET model_version = 'older' WHERE kind = ?", [kind]).fetchall()
        con.execute("UPDATE profiles SET model_version = 'older'").fetchall()
    outcome = refold(settings_of(home), dry_run=True)
    assert outcome.stale_models == (kind,)
    assert outcome.changes == []
    run = fold(home, home.parent / "inbox")
    assert run.refolded
    assert run.published
    assert run.refolded in ask(home, f"SELECT message FROM runs WHERE run_id = '{run.run_id}'")[0][0]
    assert evidence(home) == before
    assert ask(home, "SELECT story_id FROM stories ORDER BY ALL") == ids
    known = dict(ask(home, "SELECT kind, max_by(model_version, created_at) FROM models GROUP BY kind"))
    assert known == current_models(settings_of(home))
    assert not broken(home)


def test_chunks_do_not_matter(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = evidence(home)
    monkeypatch.setattr(flows.fold.refold, "_ARTICLES_AT_ONCE", 1)
    monkeypatch.setattr("flows.fold.story_evidence._ARTICLES_AT_ONCE", 3)
    monkeypatch.setattr("flows.fold.copies._ARTICLES_AT_ONCE", 3)
    with open_working(home, purpose="test") as con:
        con.execute("UPDATE models SET model_version = 'older'").fetchall()
    outcome = refold(settings_of(home))
    assert outcome.stale_models == ("copies", "stories")
    assert evidence(home) == before
    assert refold(settings_of(home), threshold=0.99, dry_run=True).articles == len(CORPUS)


def test_stories_that_went_wrong_are_mended_and_their_ids_lead_on(home: Path) -> None:
    """Someone wrote into the working file; folding again finds the stories that the evidence speaks for."""
    right, groups = stories(home), copy_groups(home)
    with open_working(home, purpose="test") as con:
        keep, lose = (
            con.execute(
                "SELECT m.story_id FROM story_articles m JOIN articles a USING (article_id) WHERE a.external_id = ?",
                [name],
            ).fetchall()[0][0]
            for name in ("e0t0", "e1t0")
        )
        con.execute(
            "UPDATE story_articles SET story_id = ?, role = 'report' WHERE story_id = ?", [keep, lose]
        ).fetchall()
        con.execute("DELETE FROM stories WHERE story_id = ?", [lose]).fetchall()
        con.execute(
            "UPDATE stories s SET article_count = "
            "(SELECT count(*) FROM story_articles m WHERE m.story_id = s.story_id)"
        ).fetchall()
    assert stories(home) != right
    outcome = refold(settings_of(home))
    assert outcome.count("split") == 1
    assert stories(home) == right
    assert copy_groups(home) == groups


def test_the_command_line_shows_both_ways(home: Path) -> None:
    words = ["refold", "--home", str(home), "--dry-run", "--threshold", "1"]
    shown = CliRunner().invoke(cli, words)
    assert shown.exit_code == 0
    assert "split" in shown.stdout
    output = json.loads(CliRunner().invoke(cli, [*words, "--json"]).stdout)
    assert output["threshold"] == 1
    assert {change["kind"] for change in output["changes"]} == {"split"}
    refused = CliRunner().invoke(cli, ["refold", "--home", str(home), "--threshold", "0.6"])
    assert refused.exit_code == 2
    assert MODEL.threshold != 0.6


def test_links_of_people_count_in_a_dry_run_too(home: Path) -> None:
    assert "e3t0" in story_of(home, "e2t0")
    outcome = refold(settings_of(home), threshold=1.0, dry_run=True)
    assert any({part.articles for part in change.after} != {1} for change in outcome.changes)


def test_articles_whose_texts_were_dropped_keep_their_groups_through_a_change_of_model(home: Path) -> None:
    right, groups = stories(home), copy_groups(home)
    with open_working(home, purpose="test") as con:
        con.execute(
            "UPDATE articles SET text = '', lead = '', title = 'Morning' WHERE external_id NOT IN ('e1t0', 'e0t0')"
        ).fetchall()
        con.execute("UPDATE models SET model_version = 'older'").fetchall()
    outcome = refold(settings_of(home))
    assert outcome.stale_models == ("copies", "stories")
    assert (stories(home), copy_groups(home)) == (right, groups)
    assert not broken(home)
