"""How well reports of one event are folded: newsfold itself beside TF-IDF and Jaccard linkages, on labelled sets.

Run `python -m benchmarks.fold_stories [--no-rivals] [--semantic DIR]`. Sets lie in NEWSFOLD_DATA. Each is written as
JSON lines, folded by `newsfold ingest` into a home of its own, and its stories are read from the published file. Ours
has one default for all sets, every rival gets the single threshold that is best for the mean of all sets. With
`--semantic`, ours is measured a second time with the sentence model in that folder (.1 s an article).
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.measures import area_under_curve, pearson, precision_at, score_groups
from benchmarks.run_measurement import DATA, circumstances, environment, newsfold
from benchmarks.story_rivals import own_best, rivals
from flows.fold.embedding_model import load_embedder
from transforms.language.background import Background, load_background, with_embedder
from transforms.stories.pair_score import score_pairs
from transforms.stories.profile import Profile, profile
from transforms.stories.story_model import MODEL
from transforms.types import Kind, Precision
from warehouse.connection import open_published

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Record = dict[str, Any]

FOLDED_AT_ONCE = 2  # runs of the whole command side by side; figures of quality do not depend on it
RESULT = Path(__file__).parent / "results" / "fold_stories.json"
# The name of a set and whether its dates may be used. Addresses are left out: they tell dates.
GROUPED = {"ecbplus": True, "galaxy_wikinews": True, "allsides_roundup2021": False}
GOALS = {"ecbplus": (0.935, 0.90), "galaxy_wikinews": (0.87, 0.74), "allsides_roundup2021": (0.815, 0.57)}
# Headlines alone, dated; a gold story of several languages is cut by language. The goal is TF-IDF with the threshold
# that is best for the language.
HEADLINES = "og2021_titles_half"
LANGUAGES = ("en", "pt", "es", "fr", "de", "ru", "sl", "ar")
# Labelled pairs: each article once, all in one home; a pair is found where both are in one story. What the score of a
# pair can do is its precision where FOUND_PAIRS of the pairs of one event are found; the goal is .55.
PAIRS = "pairs_finnews_repr520"
FOUND_PAIRS = 0.75
LINKED = """
SELECT a.external_id, b.external_id, max(CASE WHEN l.relation = 'same_story' THEN l.score ELSE 1 END)
FROM links l JOIN articles a ON a.article_id = l.article_a JOIN articles b ON b.article_id = l.article_b
WHERE l.relation = 'same_story' OR l.decision = 'passes' GROUP BY ALL
"""
BACKGROUND = load_background()


def read(name: str) -> list[Record]:
    """Return the records of a set."""
    with gzip.open(DATA / "stories" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@contextmanager
def folded(
    records: Iterable[Record], is_dated: bool, semantic: Path | None = None, **variables: str
) -> Iterator[tuple[DuckDBPyConnection, float]]:
    """Fold records by `newsfold ingest` into an empty home; give the published file and the seconds it took.

    The external id of an article is its place among the records. `variables` are set in the environment.
    """
    with tempfile.TemporaryDirectory(prefix="newsfold-bench-") as scratch:
        inbox, home = Path(scratch) / "records.jsonl", Path(scratch) / "home"
        with inbox.open("w", encoding="utf-8") as lines:
            for number, record in enumerate(records):
                lines.write(json.dumps(_as_input(record, str(number), is_dated)) + "\n")
        more = variables | ({"NEWSFOLD_SEMANTIC_MODEL": str(semantic)} if semantic else {})
        command = newsfold("ingest", "--quiet", "--home", str(home), str(inbox))
        started = time.perf_counter()
        subprocess.run(command, env=environment(**more), check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
        with open_published(home) as con:
            yield con, seconds


def fold(records: Sequence[Record], is_dated: bool, semantic: Path | None = None) -> tuple[list[str], Record]:
    """Return the story of each record as the published file has it, and figures of the run.

    An article in no story is one of its own. Figures are the seconds of the whole command and articles in stories.
    """
    with folded(records, is_dated, semantic) as (con, seconds):
        labels = story_labels(con, len(records))
    alone = sum(label.startswith("alone") for label in labels)
    return labels, {"seconds": round(seconds, 1), "in_stories": len(labels) - alone}


def story_labels(con: DuckDBPyConnection, count: int) -> list[str]:
    """Return the published story of each of `count` records; "alone N" for one in no story."""
    rows = con.execute(
        "SELECT a.external_id, s.story_id FROM articles a JOIN story_articles s USING (article_id)"
    ).fetchall()
    story_of: dict[str, str] = dict(rows)
    return [story_of.get(str(number), f"alone {number}") for number in range(count)]


def _as_input(record: Record, name: str, is_dated: bool) -> Record:
    fields = {
        "id": name,
        "title": record.get("title"),
        "text": record["text"],
        "language": record.get("lang"),
    }
    fields |= {"source": record.get("source"), "published": record.get("published") if is_dated else None}
    return {key: value for key, value in fields.items() if value is not None}


def ours(semantic: Path | None = None) -> list[Record]:
    """Fold every set by itself, two at a time, and return a row of figures for each; headlines by language."""
    sets = {name: (read(name), is_dated) for name, is_dated in GROUPED.items()}
    sets |= (
        {} if semantic else {f"headlines {language}": (own, True) for language, own in headlines().items()}
    )
    method = f"newsfold {MODEL.version}" + (" + sentences" if semantic else "")

    def measure(name: str) -> Record:
        records, is_dated = sets[name]
        labels, figures = fold(records, is_dated, semantic)
        scores = score_groups(labels, [record["story"] for record in records]).as_dict()
        return {"set": name, "method": method, **scores, **figures}

    with ThreadPoolExecutor(FOLDED_AT_ONCE) as pool:
        return list(pool.map(measure, sets))


def headlines() -> dict[str, list[Record]]:
    """Return the headlines of each language."""
    records = read(HEADLINES)
    return {language: [one for one in records if one["lang"] == language] for language in LANGUAGES}


def finance_pairs() -> list[Record]:
    """Fold the articles of labelled pairs in one home, and measure pairs by their stories and by their stored scores.

    One row has the precision and recall of the pairs in one story, the other the precision of the pairs with the
    highest scores. A pair without a link has the score 0, copies have 1.
    """
    pairs = read(PAIRS)
    sides = [pair[side] for pair in pairs for side in ("a", "b")]
    articles = {side["id"]: {**side, "id": side["id"]} for side in sides}
    with folded(articles.values(), True) as (con, seconds):
        labels = story_labels(con, len(articles))
        linked = con.execute(LINKED).fetchall()
    number = {name: str(place) for place, name in enumerate(articles)}
    score_of = {frozenset((a, b)): score for a, b, score in linked}
    ends = [(number[pair["a"]["id"]], number[pair["b"]["id"]]) for pair in pairs]
    found = [labels[int(a)] == labels[int(b)] for a, b in ends]
    is_gold = [bool(pair["label"]) for pair in pairs]
    hits = sum(one and other for one, other in zip(found, is_gold, strict=True))
    method = f"newsfold {MODEL.version}"
    common = {"method": method, "pairs": len(pairs), "seconds": round(seconds, 1)}
    scores = [score_of.get(frozenset(pair), 0.0) for pair in ends]
    return [
        {
            "set": "finnews in one story",
            **common,
            "precision": round(hits / max(1, sum(found)), 4),
            "recall": round(hits / sum(is_gold), 4),
        },
        {
            "set": "finnews by stored score",
            **common,
            "precision": round(precision_at(scores, is_gold, FOUND_PAIRS), 4),
            "recall": FOUND_PAIRS,
        },
    ]


def describe(record: Record, number: int, is_dated: bool, background: Background = BACKGROUND) -> Profile:
    """Build the profile of one record as the pipeline would, with its date only where that is fair."""
    stated = record.get("published") if is_dated else None
    at = datetime.fromisoformat(stated) if stated else None
    return profile(
        number,
        record.get("title") or "",
        record["text"],
        record.get("lang") or "en",
        at,
        Precision.DAY if at else Precision.NONE,
        Kind.ARTICLE,
        background,
    )


def graded_pairs(background: Background) -> list[Record]:
    """Correlate pair scores with graded labels, by language, and separate labelled finance pairs.

    These are figures of the score alone, whether or not a pair is a candidate. A sentence model is asked about English
    alone: few know more languages.
    """
    rows: list[Record] = []
    method = f"newsfold {MODEL.version}" + (" + sentences" if background.embedder else "")
    sides = ("a", "b")
    graded = [pair for pair in read("pairs_semeval2022t8_sample") if pair["a"]["lang"] == pair["b"]["lang"]]
    for language in ["en"] if background.embedder else sorted({pair["a"]["lang"] for pair in graded}):
        some = [pair for pair in graded if pair["a"]["lang"] == language]
        if len(some) < 40:
            continue
        scores = _pair_scores(
            [[describe(pair[side], 1, True, background) for side in sides] for pair in some]
        )
        figure = -pearson(scores, [float(pair["label"]) for pair in some])
        rows.append(
            {"set": f"semeval {language}", "method": method, "pairs": len(some), "pearson": round(figure, 4)}
        )
    finance = read(PAIRS)
    for is_dated in (True, False):
        scores = _pair_scores(
            [[describe(pair[side], 1, is_dated, background) for side in sides] for pair in finance]
        )
        figure = area_under_curve(scores, [bool(pair["label"]) for pair in finance])
        name = f"finnews {'with' if is_dated else 'without'} dates"
        rows.append({"set": name, "method": method, "pairs": len(finance), "auc": round(figure, 4)})
    return rows


def _pair_scores(pairs: Sequence[Sequence[Profile]]) -> list[float]:
    profiles = [item for pair in pairs for item in pair]
    places = np.arange(len(profiles), dtype=np.int64).reshape(-1, 2)
    return [float(score) for score in score_pairs(profiles, places).final]


def show(rows: Sequence[Record]) -> None:
    """Print a line a row."""
    print(f"{'set':22}{'method':30}{'B3 P':>7}{'B3 R':>7}{'B3 F1':>7}{'ARI':>7}{'pair F1':>9}")
    for row in sorted(rows, key=lambda row: str(row["set"])):
        figures = [row[name] for name in ("bcubed_precision", "bcubed_recall", "bcubed_f1", "ari")]
        line = f"{row['set']:22}{row['method']:30}" + "".join(f"{figure:7.3f}" for figure in figures)
        print(f"{line}{row['pair_f1']:9.3f}")


def main() -> None:
    """Print the tables and write the result file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--no-rivals", action="store_true", help="ours alone; nothing is written")
    arguments.add_argument("--semantic", type=Path, help="folder of a sentence model")
    chosen = arguments.parse_args()
    if not (DATA / "stories").is_dir():
        print(f"skipped: no evaluation data in {DATA} (set NEWSFOLD_DATA)")
        return
    rows = ours()
    pairs = [*finance_pairs(), *graded_pairs(BACKGROUND)]
    for language, own in headlines().items():
        rows.append(own_best(f"headlines {language}", own, language))
    if chosen.semantic:
        rows += ours(chosen.semantic)
        pairs += graded_pairs(with_embedder(BACKGROUND, load_embedder(chosen.semantic)))
    rows += [] if chosen.no_rivals else rivals({name: read(name) for name in GROUPED})
    show(rows)
    for row in pairs:
        scores = "  ".join(
            f"{key} {row[key]:.3f}" for key in ("pearson", "auc", "precision", "recall") if key in row
        )
        print(f"{row['set']:26}{row['method']:30}{row['pairs']:6} pairs  {scores}")
    if chosen.no_rivals:
        return
    RESULT.parent.mkdir(exist_ok=True)
    versions = {name: version(name) for name in ("numpy", "numba", "scipy", "wordfreq")}
    found = {**circumstances(), "versions": versions, "background": BACKGROUND.version, "goals": GOALS}
    RESULT.write_text(json.dumps({**found, "groups": rows, "pairs": pairs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
