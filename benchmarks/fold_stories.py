"""How well reports of one event are folded: our engine beside TF-IDF and Jaccard linkages, on labelled sets.

Run `python -m benchmarks.fold_stories [--no-rivals] [--semantic DIR]`. Sets lie in NEWSFOLD_DATA; ours has one default
for all of them, every rival gets the single threshold that is best for the mean of all sets. With `--semantic`, ours
is measured a second time with the sentence model in that folder (.1 s an article).
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.measures import GroupScores, area_under_curve, pearson, score_groups
from benchmarks.watching import DATA
from flows.semantic import load_embedder
from transforms.background import Background, load_background, with_embedder
from transforms.candidates import candidate_pairs, story_keys
from transforms.lexicon import lexicon_of
from transforms.pairs import FLOOR, MODEL_VERSION, THRESHOLD, score_pairs
from transforms.profiletable import tabulate
from transforms.stems import tokenize
from transforms.stories import Links, grow_forest
from transforms.terms import Profile, profile
from transforms.types import Kind, Precision

Record = dict[str, Any]
Matrix = npt.NDArray[np.float64]

RESULT = Path(__file__).parent / "results" / "fold_stories.json"
# The name of a set and whether its dates may be used.
GROUPED = {"ecbplus": True, "galaxy_wikinews": True, "allsides_roundup2021": False}
GOALS = {"ecbplus": (0.92, 0.88), "galaxy_wikinews": (0.88, 0.68), "allsides_roundup2021": (0.78, None)}
BACKGROUND = load_background()


def read(name: str) -> list[Record]:
    """Return the records of a set."""
    with gzip.open(DATA / "stories" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def describe(record: Record, number: int, is_dated: bool, background: Background = BACKGROUND) -> Profile:
    """Describe one record as the pipeline would, with its date only where that is fair."""
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


def fold(profiles: Sequence[Profile]) -> tuple[list[int], npt.NDArray[np.int64], dict[str, float]]:
    """Fold profiles as the pipeline does; returns a label each, the candidate pairs, and seconds by stage."""
    seconds: dict[str, float] = {}

    def timed(stage: str, started: float) -> float:
        seconds[stage] = round(time.perf_counter() - started, 3)
        return time.perf_counter()

    started = time.perf_counter()
    pairs = candidate_pairs(
        [story_keys(item, BACKGROUND) for item in profiles], [item.day for item in profiles]
    )
    started = timed("candidates", started)
    final = score_pairs(tabulate(profiles), pairs).final
    started = timed("scores", started)
    ids = np.array([item.article_id for item in profiles], dtype=np.uint64)
    kept = final >= FLOOR
    links = Links(ids[pairs[kept, 0]], ids[pairs[kept, 1]], final[kept])
    groups = grow_forest(ids, [item.kind for item in profiles], links).stories
    timed("groups", started)
    label = {name: number for number, group in enumerate(groups) for name in group}
    return [label[item.article_id] for item in profiles], pairs, seconds


def candidate_recall(pairs: npt.NDArray[np.int64], gold: Sequence[str]) -> float:
    """Return the share of same-story pairs among the candidates."""
    number = np.unique(np.array(gold), return_inverse=True)[1]
    total = sum(comb(int(size), 2) for size in np.bincount(number))
    return float((number[pairs[:, 0]] == number[pairs[:, 1]]).sum()) / total


def ours(sets: Mapping[str, list[Record]], background: Background) -> list[Record]:
    """Fold every set by itself and all of them in one, and return a row of figures for each."""
    rows: list[Record] = []
    everything: list[Profile] = []
    every_gold: list[str] = []
    for name, records in [*sets.items(), ("all together", [])]:
        started = time.perf_counter()
        first = len(everything) + 1
        profiles = [
            describe(record, first + place, GROUPED[name], background) for place, record in enumerate(records)
        ]
        seconds = time.perf_counter() - started
        gold = [f"{name} {record['story']}" for record in records]
        everything += profiles
        every_gold += gold
        if name == "all together":
            profiles, gold = everything, every_gold
        labels, pairs, stages = fold(profiles)
        rows.append(
            {
                "set": name,
                "method": _name(background),
                "threshold": THRESHOLD,
                **score_groups(labels, gold).as_dict(),
                "candidate_recall": round(candidate_recall(pairs, gold), 4),
                "candidates_per_article": round(len(pairs) / len(profiles), 1),
                "profiles_per_second": round(len(records) / seconds) if records else None,
                "seconds": stages,
            }
        )
    return rows


def _name(background: Background) -> str:
    return f"newsfold {MODEL_VERSION}" + (" + sentences" if background.embedder else "")


def tfidf(records: Sequence[Record]) -> Matrix:
    """Return TF-IDF cosines with the background's weights: 1 + log tf, whole text, no stems left out."""
    lexicon = lexicon_of(BACKGROUND, "en")
    rows, keys, weights = [], [], []
    for number, record in enumerate(records):
        entries = lexicon.look_up(tokenize(f"{record['title']}\n{record['text']}"))
        found, first, counts = np.unique(lexicon.keys[entries], return_index=True, return_counts=True)
        heft = (1 + np.log(counts)) * lexicon.information[entries[first]]
        rows.append(np.full(len(found), number))
        keys.append(found)
        weights.append(heft / (np.sqrt((heft * heft).sum()) or 1.0))
    return _product(rows, keys, weights, len(records))


def jaccard(records: Sequence[Record]) -> Matrix:
    """Return the Jaccard similarity of the sets of word 3-shingles."""
    rows, keys, weights = [], [], []
    numbers: dict[tuple[str, ...], int] = {}
    for number, record in enumerate(records):
        words = [word.lower() for word in tokenize(f"{record['title']}\n{record['text']}")]
        shingles = {tuple(words[place : place + 3]) for place in range(max(1, len(words) - 2))}
        rows.append(np.full(len(shingles), number))
        keys.append(np.array([numbers.setdefault(shingle, len(numbers)) for shingle in shingles]))
        weights.append(np.ones(len(shingles)))
    shared = _product(rows, keys, weights, len(records))
    sizes = shared.diagonal()
    return shared / (sizes[:, None] + sizes[None, :] - shared)


def _product(rows: list[Any], keys: list[Any], weights: list[Any], size: int) -> Matrix:
    from scipy.sparse import csr_matrix

    columns = np.unique(np.concatenate(keys), return_inverse=True)[1]
    table = csr_matrix(
        (np.concatenate(weights), (np.concatenate(rows), columns)), shape=(size, columns.max() + 1)
    )
    return np.asarray((table @ table.T).todense())


def rivals(sets: Mapping[str, list[Record]]) -> list[Record]:
    """Return a row for every rival and set, at the threshold with the best mean BCubed F1 over the sets."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    plans: list[tuple[str, Callable[[Sequence[Record]], Matrix], str, npt.NDArray[np.float64]]] = [
        ("TF-IDF average-link", tfidf, "average", np.arange(0.1, 0.5, 0.01)),
        ("TF-IDF complete-link", tfidf, "complete", np.arange(0.04, 0.4, 0.01)),
        ("TF-IDF single-link", tfidf, "single", np.arange(0.2, 0.7, 0.01)),
        ("Jaccard single-link", jaccard, "single", np.arange(0.005, 0.3, 0.005)),
    ]
    rows: list[Record] = []
    matrices: dict[tuple[str, str], Matrix] = {}
    for name, measure, method, thresholds in plans:
        scores: dict[str, list[GroupScores]] = {}
        for which, records in sets.items():
            key = (measure.__name__, which)
            if key not in matrices:
                matrices[key] = measure(records)
            distance = np.clip(1 - matrices[key], 0, None)
            np.fill_diagonal(distance, 0)
            tree = linkage(squareform((distance + distance.T) / 2, checks=False), method)
            gold = [record["story"] for record in records]
            scores[which] = [
                score_groups(fcluster(tree, 1 - t, "distance").tolist(), gold) for t in thresholds
            ]
        means = [
            np.mean([found[place].bcubed_f1 for found in scores.values()]) for place in range(len(thresholds))
        ]
        best = int(np.argmax(means))
        for which, found in scores.items():
            alone = max(score.bcubed_f1 for score in found)
            row = {"set": which, "method": name, "threshold": round(float(thresholds[best]), 3)}
            rows.append({**row, **found[best].as_dict(), "bcubed_f1_tuned_on_this_set": round(alone, 4)})
    return rows


def graded_pairs(background: Background) -> list[Record]:
    """Correlate pair scores with graded labels, by language, and separate labelled finance pairs.

    A sentence model is asked about English alone: few know more languages.
    """
    rows: list[Record] = []
    method = _name(background)
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
    finance = read("pairs_finnews_repr520")
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


def main() -> None:
    """Print the tables and write the result file."""
    if not (DATA / "stories").is_dir():
        print(f"skipped: no evaluation data in {DATA} (set NEWSFOLD_DATA)")
        return
    sets = {name: read(name) for name in GROUPED}
    backgrounds = [BACKGROUND]
    if "--semantic" in sys.argv:
        folder = Path(sys.argv[sys.argv.index("--semantic") + 1])
        backgrounds.append(with_embedder(BACKGROUND, load_embedder(folder)))
    rows = [row for background in backgrounds for row in ours(sets, background)]
    rows += [] if "--no-rivals" in sys.argv else rivals(sets)
    print(
        f"{'set':22}{'method':30}{'B3 P':>7}{'B3 R':>7}{'B3 F1':>7}{'ARI':>7}{'pair F1':>9}  cand.recall / article"
    )
    for row in sorted(rows, key=lambda row: str(row["set"])):
        figures = [row[name] for name in ("bcubed_precision", "bcubed_recall", "bcubed_f1", "ari")]
        line = f"{row['set']:22}{row['method']:30}" + "".join(f"{figure:7.3f}" for figure in figures)
        more = (
            f"  {row['candidate_recall']:.3f} / {row['candidates_per_article']}" if "seconds" in row else ""
        )
        print(f"{line}{row['pair_f1']:9.3f}{more}")
    pairs = [row for background in backgrounds for row in graded_pairs(background)]
    for row in pairs:
        measure = "pearson" if "pearson" in row else "auc"
        print(f"{row['set']:26}{row['method']:30}{row['pairs']:6} pairs  {measure} {row[measure]:.3f}")
    if "--no-rivals" in sys.argv:
        return
    RESULT.parent.mkdir(exist_ok=True)
    versions = {name: version(name) for name in ("numpy", "numba", "scipy", "wordfreq")}
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    found = {"machine": machine, "versions": versions, "background": BACKGROUND.version, "goals": GOALS}
    RESULT.write_text(json.dumps({**found, "groups": rows, "pairs": pairs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
