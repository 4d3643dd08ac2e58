"""Rivals of our stories: linkages over TF-IDF and Jaccard similarities, each with the threshold that is best for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.measures import GroupScores, score_groups
from transforms.language.background import load_background
from transforms.language.lexicon import lexicon_of
from transforms.language.stems import tokenize

Record = dict[str, Any]
Matrix = npt.NDArray[np.float64]

BACKGROUND = load_background()


def tfidf(records: Sequence[Record], language: str = "en") -> Matrix:
    """Return TF-IDF cosines with the background's weights: 1 + log tf, whole text, no stems left out."""
    lexicon = lexicon_of(BACKGROUND, language)
    rows, keys, weights = [], [], []
    for number, record in enumerate(records):
        entries = lexicon.look_up(tokenize(f"{record['title']}\n{record['text']}"))
        found, first, counts = np.unique(lexicon.keys[entries], return_index=True, return_counts=True)
        weight = (1 + np.log(counts)) * lexicon.information[entries[first]]
        rows.append(np.full(len(found), number))
        keys.append(found)
        weights.append(weight / (np.sqrt((weight * weight).sum()) or 1.0))
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
    from scipy.cluster.hierarchy import fcluster

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
            tree = _linkage(matrices[key], method)
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


def own_best(name: str, records: Sequence[Record], language: str) -> Record:
    """Return TF-IDF average linkage at the threshold that is best for this set alone."""
    from scipy.cluster.hierarchy import fcluster

    gold = [record["story"] for record in records]
    tree = _linkage(tfidf(records, language), "average")
    found = [
        (score_groups(fcluster(tree, 1 - cut, "distance").tolist(), gold), float(cut))
        for cut in np.arange(0.06, 0.7, 0.02)
    ]
    best, cut = max(found, key=lambda pair: pair[0].bcubed_f1)
    method = "TF-IDF average-link, own best"
    return {"set": name, "method": method, "threshold": round(cut, 3), **best.as_dict()}


def _linkage(similarity: Matrix, method: str) -> Matrix:
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    distance = np.clip(1 - similarity, 0, None)
    np.fill_diagonal(distance, 0)
    tree: Matrix = linkage(squareform((distance + distance.T) / 2, checks=False), method)
    return tree
