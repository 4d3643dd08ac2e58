"""How well a grouping agrees with gold groups: two label sequences in, BCubed, ARI and pair scores out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import comb


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScores:
    """Agreement of two groupings, each figure in 0..1 (ARI may fall below 0)."""

    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    ari: float
    pair_precision: float
    pair_recall: float
    pair_f1: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name, rounded to four digits, for result files."""
        return {name: round(float(getattr(self, name)), 4) for name in self.__slots__}


def harmonic(a: float, b: float) -> float:
    """Return the harmonic mean (F1) of two shares, 0 when both are 0."""
    return 2 * a * b / (a + b) if a + b else 0.0


def score_groups(predicted: Sequence[Hashable], gold: Sequence[Hashable]) -> GroupScores:
    """Compare predicted with gold labels of the same items, in the same order.

    BCubed after Bagga & Baldwin (1998), adjusted Rand index after Hubert & Arabie (1985); pairs are all
    unordered pairs within a group. A side without any pair scores 1. Linear in the items.
    """
    if len(predicted) != len(gold):
        raise ValueError(f"{len(predicted)} predicted labels for {len(gold)} gold labels")
    n = len(gold)
    if n == 0:
        return GroupScores(**dict.fromkeys(GroupScores.__slots__, 1.0))
    rows, columns = Counter(predicted), Counter(gold)
    cells = Counter(zip(predicted, gold, strict=True))
    precision = sum(c * c / rows[p] for (p, _), c in cells.items()) / n
    recall = sum(c * c / columns[g] for (_, g), c in cells.items()) / n
    both = sum(comb(c, 2) for c in cells.values())
    ours, theirs = sum(comb(c, 2) for c in rows.values()), sum(comb(c, 2) for c in columns.values())
    expected = ours * theirs / comb(n, 2) if n > 1 else 0.0
    ceiling = (ours + theirs) / 2
    pair_precision, pair_recall = both / ours if ours else 1.0, both / theirs if theirs else 1.0
    return GroupScores(
        bcubed_precision=precision,
        bcubed_recall=recall,
        bcubed_f1=harmonic(precision, recall),
        ari=(both - expected) / (ceiling - expected) if ceiling != expected else 1.0,
        pair_precision=pair_precision,
        pair_recall=pair_recall,
        pair_f1=harmonic(pair_precision, pair_recall),
    )


def pearson(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return the linear correlation of two sequences; 0 when one of them is constant."""
    n = len(xs)
    mx, my = sum(xs) / n, sum(ys) / n
    sxy = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    sxx, syy = sum((x - mx) ** 2 for x in xs), sum((y - my) ** 2 for y in ys)
    return float(sxy / (sxx * syy) ** 0.5) if sxx and syy else 0.0


def area_under_curve(scores: Sequence[float], is_positive: Sequence[bool]) -> float:
    """Return the chance that a random positive scores above a random negative, ties counting half."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    rank_sum, positives, start = 0.0, 0, 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        here = sum(is_positive[i] for i in order[start:end])
        rank_sum += here * (start + end + 1) / 2
        positives += here
        start = end
    negatives = len(order) - positives
    return (
        (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)
        if positives and negatives
        else 0.5
    )


def precision_at(scores: Sequence[float], is_positive: Sequence[bool], recall: float) -> float:
    """Return the precision where the pairs of the highest scores hold that share of the positive ones, 0 to 1.

    Pairs of one score come in together. Without a positive pair the precision is 0.
    """
    ranked = sorted(zip(scores, is_positive, strict=True), reverse=True)
    needed = recall * sum(is_positive)
    hits = 0
    for taken, (score, is_hit) in enumerate(ranked, 1):
        hits += is_hit
        is_last = taken == len(ranked) or ranked[taken][0] < score
        if hits >= needed and hits and is_last:
            return hits / taken
    return 0.0
