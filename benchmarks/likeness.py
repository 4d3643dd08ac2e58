"""How alike made-up news is beside real news: within one story, and between articles that have nothing in common.

Run as `python -m benchmarks.likeness [--articles N]`. The labelled sets lie in NEWSFOLD_DATA; without them only what is
made up is known (see `benchmarks.made_up_news`). Dates count nothing here. Copies, more than half of whose shingles are
the same, are left out within a story.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.fold_stories import GROUPED, Record, describe, read
from benchmarks.made_up_news import make_articles
from benchmarks.run_measurement import DATA, keep_in
from transforms.copies.shingles import shingle_texts
from transforms.stories.pair_score import score_pairs
from transforms.stories.profile_table import tabulate
from transforms.stories.story_model import MODEL

RESULT = Path(__file__).parent / "results" / "likeness.json"
LEAST_WORDS = 60  # shorter texts say little about how alike texts are
MOST_STORIES, MOST_OF_STORY = 600, 6
COPIES_FROM = 0.5  # Jaccard similarity

Pairs = npt.NDArray[np.int64]


def made_up(count: int) -> list[Record]:
    """Made-up articles as records of a labelled set."""
    return [{**article.record(), "story": article.event} for article in make_articles(count)]


def choose(records: Sequence[Record]) -> list[Record]:
    """Some articles of some stories."""
    stories: dict[str, list[Record]] = {}
    for record in records:
        if len(record["text"].split()) >= LEAST_WORDS:
            stories.setdefault(str(record["story"]), []).append(record)
    names = random.Random(1).sample(sorted(stories), min(MOST_STORIES, len(stories)))
    return [record for name in names for record in stories[name][:MOST_OF_STORY]]


def compare(name: str, records: Sequence[Record]) -> dict[str, Any]:
    """Measure how alike articles are by their shingles and by the scores of stories."""
    chosen = choose(records)
    story = np.unique([str(record["story"]) for record in chosen], return_inverse=True)[1]
    shingles = shingle_texts([record["text"] for record in chosen])
    sets = [set(some.tolist()) for some in np.split(shingles.values, shingles.offsets[1:-1])]
    table = tabulate([describe(record, number, is_dated=False) for number, record in enumerate(chosen)])
    left, right = np.triu_indices(len(chosen), 1)
    together = story[left] == story[right]
    # one article a story, so that stories count alike
    first = np.isin(np.arange(len(chosen)), np.unique(story, return_index=True)[1])
    unrelated = np.stack((left, right), 1)[first[left] & first[right]]
    related = np.stack((left, right), 1)[together]
    related = related[_jaccard(sets, related) < COPIES_FROM]
    apart, near = score_pairs(table, unrelated).final, score_pairs(table, related).final
    row = {
        "set": name,
        "stories": int(first.sum()),
        "words": round(float(np.mean([len(record["text"].split()) for record in chosen]))),
        "unrelated_jaccard": _jaccard(sets, unrelated).mean(),
        "unrelated_score": apart.mean(),
        "unrelated_linked": (apart >= MODEL.floor).mean(),
        "unrelated_accepted": (apart >= MODEL.threshold).mean(),
        "related_jaccard": np.median(_jaccard(sets, related)),
        "related_score": near.mean(),
        "related_accepted": (near >= MODEL.threshold).mean(),
    }
    return {
        key: round(float(value), 4) if isinstance(value, np.floating) else value for key, value in row.items()
    }


def _jaccard(sets: Sequence[set[int]], pairs: Pairs) -> npt.NDArray[np.float64]:
    return np.array([len(sets[a] & sets[b]) / max(1, len(sets[a] | sets[b])) for a, b in pairs.tolist()])


def main() -> int:
    """Measure made-up and real news, print and keep."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=5_000, help="how many to make up")
    chosen = options.parse_args()
    real = [name for name in GROUPED if (DATA / "stories" / f"{name}.jsonl.gz").exists()]
    if not real:
        print("without NEWSFOLD_DATA there is nothing to compare with", file=sys.stderr)
    rows = [compare(name, read(name)) for name in real]
    rows.append(compare("made up", made_up(chosen.articles)))
    for row in rows:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    keep_in(RESULT, "likeness", {"rows": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
