"""Three reports of one story, pasted with page noise: one story, alone and among three thousand other articles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NEWSFOLD = Path(sys.executable).with_name("newsfold")
DATA = Path(os.environ.get("NEWSFOLD_DATA", ROOT.parent / "shared" / "data")).resolve()
INPUTS = DATA / "seeds"
OTHERS = [
    DATA / "stories" / f"{name}.jsonl.gz" for name in ("ecbplus", "galaxy_wikinews", "allsides_roundup2021")
]
FURNITURE = {"Leave a Reply", "Related Articles", "Back to top button"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not INPUTS.is_dir() and "NEWSFOLD_DATA_REQUIRED" not in os.environ,
        reason="the evaluation data is not here: set NEWSFOLD_DATA",
    ),
]


def lines_of(path: Path) -> list[str]:
    return [" ".join(line.split()) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def fold(home: Path, *paths: Path) -> None:
    arguments: list[str | Path] = [NEWSFOLD, "ingest", *paths, "--home", home, "--quiet"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr


def ask(home: Path, query: str) -> list[dict[str, Any]]:
    arguments: list[str | Path] = [NEWSFOLD, "sql", "--json", query, "--home", home]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    home = tmp_path_factory.mktemp("owner") / "home"
    fold(home, INPUTS)
    assert len(ask(home, "SELECT * FROM stories WHERE article_count = 3")) == 1
    assert len(ask(home, "SELECT * FROM stories")) == 1
    return {Path(row["source_ref"]).name: row for row in ask(home, "SELECT * FROM articles")}


def test_no_foreign_headline_furniture_or_label_is_left(articles: dict[str, dict[str, Any]]) -> None:
    first, second, third = sorted(articles)
    headlines = lines_of(INPUTS / first)[-16:]
    labels = lines_of(INPUTS / second)[:1]
    for name in (first, second, third):
        kept = articles[name]["text"].split("\n")
        assert not set(kept) & (FURNITURE | set(labels)), name
        assert not any(headline in line for headline in headlines for line in kept), name


def test_no_body_line_is_lost(articles: dict[str, dict[str, Any]]) -> None:
    first, second, third = sorted(articles)
    noise = {
        first: set(lines_of(INPUTS / first)[-16:]),
        second: set(lines_of(INPUTS / second)[:3]),
        third: set(),
    }
    for name, dropped in noise.items():
        body = [line for line in lines_of(INPUTS / name) if line not in dropped | FURNITURE]
        kept = {" ".join(line.split()) for line in articles[name]["text"].split("\n")}
        assert [line for line in body if line not in kept] == []
        assert len(body) > 5


def test_among_three_thousand_others_they_are_one_story_of_exactly_three(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fold(home, INPUTS, *OTHERS)
    rows = ask(
        home,
        "SELECT story_id, list(source_ref) AS members FROM articles WHERE story_id IN "
        f"(SELECT story_id FROM articles WHERE starts_with(source_ref, '{INPUTS}')) GROUP BY story_id",
    )
    assert len(rows) == 1
    assert sorted(Path(ref).parent for ref in rows[0]["members"]) == [INPUTS] * 3
