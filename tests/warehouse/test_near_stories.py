"""What keeps two stories apart is published, and is what explaining a pair of their articles says."""

from __future__ import annotations

import json
import re
from itertools import combinations
from math import sqrt
from pathlib import Path
from statistics import mean

import pytest

from flows.operations.pair_sentences import verdict
from tests.story_samples import fold, write_inbox
from transforms.stories.story_model import MODEL
from warehouse.connection import open_published
from warehouse.published_queries import explain_pair
from warehouse.sql_files import statement

STORM = Path(__file__).parents[1] / "cases" / "thread" / "storm-in-four-stories" / "in" / "reports.jsonl"
ROWS = [json.loads(line) for line in STORM.read_text(encoding="utf-8").splitlines()]
NEAR = """
SELECT own.external_id, other.external_id, n.similarity, n.own_similarity, n.their_similarity, n.least_needed,
       n.neighbourhood, n.needed
FROM (SELECT story_id, min(external_id) AS external_id FROM articles WHERE story_id = $id GROUP BY story_id) own
CROSS JOIN near_stories($id) n
JOIN (SELECT story_id, min(external_id) AS external_id FROM articles GROUP BY story_id) other
ON other.story_id = n.story_id
"""
TEXTS = """
SELECT * FROM articles
WHERE is_representative AND story_id IS NOT NULL AND kind NOT IN ('live_blog', 'round_up', 'digest')
"""
LINKS = "SELECT * FROM links WHERE relation = 'same_story'"
Figures = tuple[float | None, ...]


def near(home: Path) -> dict[tuple[str, str], Figures]:
    """Return the figures between neighbouring stories, each named by its first external id."""
    with open_published(home) as con:
        ids = [row[0] for row in con.execute("SELECT story_id FROM stories").fetchall()]
        rows = [row for story in ids for row in con.execute(NEAR, {"id": story}).fetchall()]
    return {(own, other): tuple(figures) for own, other, *figures in rows}


def test_figures_are_those_of_explain_and_the_same_for_both_stories(tmp_path: Path) -> None:
    fold(tmp_path / "home", write_inbox(tmp_path / "in", "all", ROWS))
    found = near(tmp_path / "home")
    assert found
    with open_published(tmp_path / "home") as con:
        for (own, other), (between, inside, their, least, _, needed) in found.items():
            pair = explain_pair(con, own, other)
            assert (between, inside, their) == pytest.approx((pair.between, pair.inside_a, pair.inside_b))
            assert pair.needed == pytest.approx(needed)
            assert f"A merge needs {needed:.2f}, " in " ".join(verdict(pair, are_candidates=True))
            assert least == pytest.approx(MODEL.least_similarity(), abs=1e-6)
            assert found[other, own][:3] == pytest.approx((between, their, inside))
        names = {name for name, _ in found}
        for a in names:
            for b in names - {a}:
                apart = explain_pair(con, a, b)
                assert ((a, b) in found) == bool(apart.between)


# One report of each event, in full and as two lines.
FIRST = [*{row["id"][0]: row for row in ROWS}.values()]
BRIEFS = [row | {"text": ". ".join(row["text"].split(". ")[:2])} for row in FIRST]


@pytest.mark.parametrize("rows", [ROWS, FIRST, BRIEFS], ids=["all", "one each", "briefs"])
def test_what_a_merge_needs_follows_from_the_model(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    fold(tmp_path / "home", write_inbox(tmp_path / "in", "all", rows))
    found = near(tmp_path / "home")
    assert found
    with open_published(tmp_path / "home") as con:
        texts = con.execute(f"SELECT story_id, article_id, external_id, word_count FROM ({TEXTS})").fetchall()
        links = {
            frozenset((a, b)): 1 - (1 - score) ** 0.25
            for a, b, score in con.execute(
                f"SELECT article_a, article_b, score::DOUBLE FROM ({LINKS})"
            ).fetchall()
        }
    members: dict[str, list[str]] = {}
    for story, article, _, _ in texts:
        members.setdefault(story, []).append(article)
    shortness = {article: max(0.0, 1 - words / MODEL.full_words) for _, article, _, words in texts}
    names = {story: min(name for one, _, name, _ in texts if one == story) for story in members}
    story_named = {name: story for story, name in names.items()}
    least = MODEL.least_similarity()
    for (own, other), (*_, neighbourhood, needed) in found.items():
        a, b = members[story_named[own]], members[story_named[other]]
        total = 0.0
        for one in (*a, *b):
            outside = [
                links.get(frozenset((one, article)), 0.0) for article in shortness if article not in (*a, *b)
            ]
            total += sum(
                sorted((link for link in outside if link >= least), reverse=True)[: MODEL.neighbours]
            )
        density = total / ((len(a) + len(b)) * MODEL.neighbours)
        assert neighbourhood == pytest.approx(density)
        short_a, short_b, short = (mean([shortness[one] for one in some]) for some in (a, b, [*a, *b]))
        wanted = least + density * (MODEL.separation + short * (MODEL.short_separation - MODEL.separation))
        doubt = (short + max(short_a, short_b)) / 2
        wanted += doubt * MODEL.short_margin / ((len(a) + len(b)) / 2) ** MODEL.short_margin_decay
        if (proof := min(len(a), len(b)) - 1) > 0:
            within = [
                mean([links.get(frozenset(pair), 0.0) for pair in combinations(some, 2)]) for some in (a, b)
            ]
            cohesion = MODEL.cohesion + short * (MODEL.short_cohesion - MODEL.cohesion)
            cohesion *= proof / (proof + MODEL.cohesion_doubt)
            wanted = max(wanted, cohesion * sqrt(within[0] * within[1]))
        assert needed == pytest.approx(wanted, abs=1e-6)


def test_the_constants_are_those_of_the_model() -> None:
    head = (
        statement("publish", "macros")
        .sql.partition("CREATE MACRO near_stories(")[2]
        .partition(") AS TABLE")[0]
    )
    constants = dict(re.findall(r"(\w+) := ([\d.]+)", head))
    assert len(constants) == 9
    for name, value in constants.items():
        assert float(value) == getattr(MODEL, name)


@pytest.mark.slow
def test_batches_do_not_matter(tmp_path: Path) -> None:
    fold(tmp_path / "whole", write_inbox(tmp_path / "in", "all", ROWS))
    for part in (0, 1):
        fold(tmp_path / "parts", write_inbox(tmp_path / "in", f"part{part}", ROWS[part::2]))
    whole, parts = near(tmp_path / "whole"), near(tmp_path / "parts")
    assert whole.keys() == parts.keys()
    for pair, figures in whole.items():
        assert parts[pair] == pytest.approx(figures)


def test_a_story_without_neighbours_has_none(tmp_path: Path) -> None:
    fold(tmp_path / "home", write_inbox(tmp_path / "in", "all", ROWS))
    with open_published(tmp_path / "home") as con:
        assert con.execute("FROM near_stories('0000000000000000')").fetchall() == []
