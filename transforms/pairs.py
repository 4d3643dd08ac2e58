"""How likely two articles report one event: profiles and pairs of positions in, scores by channel out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from transforms.background import Background
from transforms.dots import dot_rows
from transforms.profiletable import ProfileTable, tabulate
from transforms.terms import CHANNELS, Profile

MODEL_VERSION: Final = "story-9"
# Two articles that nothing else resembles are one story from this score on, and what grows together does so as long as
# its mean is that of such a pair. Between .47 and .52 the tuning sets change little; higher keeps fewer links.
THRESHOLD: Final = 0.5
# Weaker scores are still kept as evidence inside a group (average linkage needs them).
FLOOR: Final = 0.43
# Days apart at which a dated pair has lost half of its similarity; beyond it fades on without a cliff. The labelled
# sets do not tell 60 from 7: three quarters of their dated pairs lie within two days. Two weeks keep the links of a
# warehouse that grows for years near each article's own time.
HALF_LIFE_DAYS: Final = 14.0
GRACE_DAYS: Final = 7.0  # reports of one event spread over this many days at no cost
# Where both leads name days of the week, a day in common speaks for one event and none against: by these factors.
SAME_WEEKDAY: Final = 1.1
OTHER_WEEKDAY: Final = 0.85
# Days of publication farther apart than this (whole days, both known) leave even equal texts below FLOOR.
REACH_DAYS: Final = 51
# How much each channel counts, in the order of CHANNELS; an absent channel hands its share to the body.
WEIGHTS: Final = (0.65, 0.3, 0.05)
# Share of the similarity that a sentence model decides, where both articles have its vector; docs/decisions/0023.
SEMANTIC_WEIGHT: Final = 0.3
# Vectors of unrelated reports have a cosine of SEMANTIC_LEAST; what exceeds it counts SEMANTIC_SCALE times, which
# brings it to the scale of the other channels.
SEMANTIC_LEAST: Final = 0.1
SEMANTIC_SCALE: Final = 0.6

_VECTORS_AT_ONCE: Final = 10_000  # pairs: bounds memory at about 60 MB

Floats = npt.NDArray[np.float32]
Pairs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PairScores:
    """Scores of pairs: one column a channel in the order of CHANNELS, factors of time, and the final score."""

    channels: Floats  # (pairs, channels)
    time: Floats  # 1 for the same time or unknown, falling with the gap
    weekday: Floats  # SAME_WEEKDAY, OTHER_WEEKDAY, or 1 where either names none
    final: Floats
    semantic: Floats | None  # cosine of sentence vectors, -1..1; None without a sentence model

    def columns(self) -> dict[str, Floats]:
        """Return the parts of the final score by name, for evidence."""
        parts = dict(zip(CHANNELS, self.channels.T, strict=True))
        parts |= {"time": self.time, "weekday": self.weekday}
        return parts if self.semantic is None else parts | {"semantic": self.semantic}


def score_pairs(profiles: ProfileTable | Sequence[Profile], pairs: Pairs) -> PairScores:
    """Score pairs of positions (an (n, 2) array). Symmetric, and a pure function of the two profiles of a pair."""
    table = profiles if isinstance(profiles, ProfileTable) else tabulate(profiles)
    pairs = np.sort(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), axis=1)
    channels = np.zeros((len(pairs), len(CHANNELS)), dtype=np.float32)
    present = np.zeros((len(pairs), len(CHANNELS)), dtype=bool)
    for place in range(len(CHANNELS)):
        sizes = np.diff(table.offsets[place])
        present[:, place] = (sizes[pairs[:, 0]] > 0) & (sizes[pairs[:, 1]] > 0)
        channels[:, place] = dot_rows(table.offsets[place], table.keys[place], table.weights[place], pairs)
    gap = np.abs(table.day[pairs[:, 0]] - table.day[pairs[:, 1]])
    time = np.where(np.isnan(gap), 1.0, np.exp2(-np.maximum(gap - GRACE_DAYS, 0.0) / HALF_LIFE_DAYS)).astype(
        np.float32
    )
    alike = _combine(channels, present)
    semantic = _compare_vectors(table.vectors, pairs) if table.vectors.shape[1] else None
    if semantic is not None:
        told = SEMANTIC_SCALE * np.maximum(semantic.astype(np.float64) - SEMANTIC_LEAST, 0.0)
        alike = (1.0 - SEMANTIC_WEIGHT) * alike + SEMANTIC_WEIGHT * told
    weekday = _compare_weekdays(table.weekdays[pairs[:, 0]], table.weekdays[pairs[:, 1]])
    final = score_of(alike * time * weekday)
    final[table.language[pairs[:, 0]] != table.language[pairs[:, 1]]] = 0.0
    return PairScores(channels, time, weekday, final.astype(np.float32), semantic)


def score_of(similarity: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn similarities into scores: 1 - (1 - similarity) ** 4.

    Rising all the way, which spreads the low similarities, where decisions are, over half of the scale, and hardly
    tells apart what is far beyond: two reports that share half of their weight are not twice as much one event as two
    that share a quarter. Graded judgements agree better with it than with the similarity or its root.
    """
    rest = 1.0 - np.clip(similarity, 0.0, 1.0)
    found: npt.NDArray[np.float64] = 1.0 - (rest * rest) * (rest * rest)
    return found


def similarity_of(score: npt.NDArray[np.floating[Any]] | np.floating[Any]) -> npt.NDArray[np.float64]:
    """Return the similarity that has a score: what may be averaged."""
    rest = 1.0 - np.asarray(score, dtype=np.float64)
    found: npt.NDArray[np.float64] = 1.0 - np.sqrt(np.sqrt(rest))
    return found


def _compare_weekdays(left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> Floats:
    factor = np.where(left & right, SAME_WEEKDAY, OTHER_WEEKDAY)
    return np.where((left == 0) | (right == 0), 1.0, factor).astype(np.float32)


def _compare_vectors(vectors: npt.NDArray[np.float16], pairs: Pairs) -> Floats:
    """Return the cosine of each pair, the same whatever other pairs are asked for with it."""
    found = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), _VECTORS_AT_ONCE):
        left, right = pairs[start : start + _VECTORS_AT_ONCE].T
        products = vectors[left].astype(np.float64) * vectors[right].astype(np.float64)
        found[start : start + _VECTORS_AT_ONCE] = products.sum(axis=1)
    return found


def _combine(channels: Floats, present: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Weigh the channels; one that either article lacks hands its weight to the body."""
    weights = np.where(present, np.array(WEIGHTS), 0.0)
    weights[:, 0] += 1.0 - weights.sum(axis=1)
    total: npt.NDArray[np.float64] = (channels.astype(np.float64) * weights).sum(axis=1)
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTerm:
    """A word both articles use, and how much of the body score it carries."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why two articles are, or are not, told as one story."""

    score: float
    threshold: float
    is_same_story: bool
    channels: dict[
        str, float
    ]  # by channel name, with "time", "weekday", "language", and "semantic" with a model
    shared_terms: tuple[SharedTerm, ...]  # heaviest first
    short_channel: str | None  # the channel that fell short most; None when joined
    model_version: str


def name_model(background: Background) -> str:
    """Name what scores are made with, as it is kept beside them."""
    return MODEL_VERSION if background.embedder is None else f"{MODEL_VERSION}+{background.embedder.version}"


def explain_pair(
    a: Profile, b: Profile, shared: int = 12, threshold: float = THRESHOLD, model: str = MODEL_VERSION
) -> Explanation:
    """Explain the score of one pair: channels, the heaviest shared terms, decision, and what was missing."""
    scores = score_pairs([a, b], np.array([[0, 1]]))
    score = float(scores.final[0])
    channels = {name: round(float(column[0]), 4) for name, column in scores.columns().items()}
    channels["language"] = float(a.language == b.language)
    return Explanation(
        score=score,
        threshold=threshold,
        is_same_story=score >= threshold,
        channels=channels,
        shared_terms=shared_terms(a, b)[:shared],
        short_channel=None if score >= threshold else _shortest(channels),
        model_version=model,
    )


def shared_terms(a: Profile, b: Profile) -> tuple[SharedTerm, ...]:
    """Return the body terms both profiles hold and at least one spells out, heaviest product first."""
    words = b.spelling() | a.spelling()
    common, left, right = np.intersect1d(a.channels[0].keys, b.channels[0].keys, return_indices=True)
    products = a.channels[0].weights[left] * b.channels[0].weights[right]
    found = [
        SharedTerm(word=words[key], weight=round(float(product), 4))
        for key, product in zip(common.tolist(), products, strict=True)
        if key in words
    ]
    return tuple(sorted(found, key=lambda term: (-term.weight, term.word)))


def _shortest(channels: dict[str, float]) -> str:
    if channels["language"] == 0.0:
        return "language"
    lack = {name: float(WEIGHTS[place]) * (1 - channels[name]) for place, name in enumerate(CHANNELS)}
    lack["time"] = 1 - channels["time"]
    lack["weekday"] = 1 - channels["weekday"]
    if "semantic" in channels:
        lack["semantic"] = SEMANTIC_WEIGHT * (1 - channels["semantic"])
    return max(lack, key=lambda name: (lack[name], name))
