"""How likely two articles report one event: profiles and pairs of positions in, scores by channel out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from transforms.kernel.slices import map_slices
from transforms.kernel.sparse_dot import FEW_PAIRS, dot_rows
from transforms.language.background import Background
from transforms.stories.profile import CHANNELS, Profile
from transforms.stories.profile_table import ProfileTable, tabulate
from transforms.stories.story_model import MODEL

_VECTORS_AT_ONCE: Final = 10_000  # pairs: bounds memory at about 60 MB

Floats = npt.NDArray[np.float32]
Pairs = npt.NDArray[np.int64]
Days = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairScores:
    """The scores of pairs of articles, one row a pair: cosines by channel, factors, and the final score (0 to 1).

    `channels` is (pairs, channels), columns as in CHANNELS, NaN where either article lacks the channel. `time`,
    `weekday` and `length` are factors of the similarity; `semantic` is the cosine of sentence vectors (-1 to 1), None
    without a sentence model. `shared_runs` counts sampled runs of words that both texts have; `trust` is the factor for
    passages that the texts repeat, None where none was examined.
    """

    channels: Floats  # (pairs, channels); NaN where either article lacks the channel
    time: Floats  # 1 for the same time or where neither is known, falling with the gap
    weekday: Floats  # MODEL.same_weekday, MODEL.other_weekday, or 1 where either names none
    length: Floats  # by how much the similarity counts more where a text is short (see `short_gain`)
    final: Floats
    semantic: Floats | None  # cosine of sentence vectors, -1..1; None without a sentence model
    shared_runs: Pairs  # (pairs,) sampled runs of words that both texts have: what `trust` has to examine
    trust: Floats | None = None  # factor for passages that the texts repeat; None where none was examined

    def columns(self) -> dict[str, Floats]:
        """Return the parts of the final score by name, one value a pair, to be stored as evidence.

        The names are those of `CHANNELS`, "time" and "weekday"; "semantic" where there is a sentence model, and "trust"
        where shared passages were examined, NaN for a factor of 1.
        """
        parts = dict(zip(CHANNELS, self.channels.T, strict=True))
        parts |= {"time": self.time, "weekday": self.weekday}
        parts |= {} if self.semantic is None else {"semantic": self.semantic}
        if self.trust is None:
            return parts
        # a factor of 1 says the same as none, so that evidence does not depend on what else was scored with a pair
        return parts | {"trust": np.where(self.trust < 1, self.trust, np.nan)}

    def trusted(self, trust: Floats) -> PairScores:
        """Return new scores in which the similarity of each pair is multiplied by its factor in `trust` (0 to 1).

        See `shared_passages.trust` for the factors. `final` changes where the factor is below 1; the field `trust`
        becomes the factors. The channels stay.
        """
        kept = similarity_of(self.final) * trust.astype(np.float64)
        final = np.where(trust < 1, score_of(kept), self.final).astype(np.float32)
        return replace(self, final=final, trust=trust)


def score_pairs(
    profiles: ProfileTable | Sequence[Profile], pairs: Pairs, *, processors: int = 1
) -> PairScores:
    """Score pairs of profiles, given as an (n, 2) array of their indices: TF-IDF cosine by channel, time and weekday.

    Rows come in the order of the pairs. The final score (0 to 1) is `score_of` the weighted mean of the cosines, raised
    for short texts and mixed with that of sentence vectors where there are any, times both factors of time; 0 between
    two languages. Symmetric, and a pure function of the two profiles of a pair. Passages that texts repeat are not
    examined here (see `PairScores.trusted`). No pairs give empty columns. Any number of `processors` gives the same.
    """
    table = profiles if isinstance(profiles, ProfileTable) else tabulate(profiles)
    pairs = np.sort(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), axis=1)
    parts = map_slices(
        lambda first, last: _score_slice(table, pairs[first:last]),
        len(pairs),
        processors=processors,
        least=FEW_PAIRS,
    )
    if len(parts) == 1:
        return parts[0]
    names = [one.name for one in fields(PairScores) if getattr(parts[0], one.name) is not None]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in names
    }
    return replace(parts[0], **columns)


def _score_slice(table: ProfileTable, pairs: Pairs) -> PairScores:
    channels = np.zeros((len(pairs), len(CHANNELS)), dtype=np.float32)
    present = np.zeros((len(pairs), len(CHANNELS)), dtype=bool)
    terms = np.diff(table.offsets[0])
    fewer = np.minimum(terms[pairs[:, 0]], terms[pairs[:, 1]])
    most = MODEL.term_cap * np.maximum(1.0, fewer / MODEL.cap_terms) ** 2
    for channel in range(len(CHANNELS)):
        sizes = np.diff(table.offsets[channel])
        present[:, channel] = (sizes[pairs[:, 0]] > 0) & (sizes[pairs[:, 1]] > 0)
        columns = table.offsets[channel], table.keys[channel], table.weights[channel]
        channels[:, channel] = dot_rows(*columns, pairs, most, MODEL.term_share)
    gap = np.abs(table.day[pairs[:, 0]] - table.day[pairs[:, 1]])
    time = _compare_days(table.day[pairs], gap)
    gain = _gain(terms, pairs)
    alike = np.minimum(_combine(channels, present) * gain, 1.0)
    channels[~present] = np.nan
    semantic = _compare_vectors(table.vectors, pairs) if table.vectors.shape[1] else None
    if semantic is not None:
        closeness = MODEL.semantic_scale * np.maximum(
            semantic.astype(np.float64) - MODEL.semantic_offset, 0.0
        )
        alike = (1.0 - MODEL.semantic_weight) * alike + MODEL.semantic_weight * closeness
    weekday = _compare_weekdays(table.weekdays[pairs[:, 0]], table.weekdays[pairs[:, 1]], gap)
    final = score_of((alike * time * weekday).astype(np.float64))
    final[table.language[pairs[:, 0]] != table.language[pairs[:, 1]]] = 0.0
    shared = _count_shared_runs(table, pairs)
    return PairScores(
        channels, time, weekday, gain.astype(np.float32), final.astype(np.float32), semantic, shared
    )


def score_of(similarity: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn similarities (weighted cosines) into scores: 1 - (1 - similarity) ** 4, after clipping to 0..1.

    Monotone. It spreads the low similarities, where decisions are made, over half of the scale, and compresses the high
    ones: two reports that share half of their weight are not twice as likely one event as two that share a quarter.
    Graded judgements agree better with it than with the similarity or its root.
    """
    rest = 1.0 - np.clip(similarity, 0.0, 1.0)
    found: npt.NDArray[np.float64] = 1.0 - (rest * rest) * (rest * rest)
    return found


def similarity_of(score: npt.NDArray[np.floating[Any]] | np.floating[Any]) -> npt.NDArray[np.float64]:
    """Return the similarity (0 to 1) that has this score (0 to 1), the inverse of `score_of`.

    Means are taken of similarities, not of scores.
    """
    rest = 1.0 - np.asarray(score, dtype=np.float64)
    found: npt.NDArray[np.float64] = 1.0 - np.sqrt(np.sqrt(rest))
    return found


def _gain(terms: Pairs, pairs: Pairs) -> npt.NDArray[np.float64]:
    """Return by how much the similarity of short texts counts more (see `short_gain`)."""
    share = np.minimum(terms / MODEL.full_terms, 1.0)
    gain: npt.NDArray[np.float64] = 1.0 + (MODEL.short_gain - 1.0) * (
        1.0 - np.sqrt(share[pairs[:, 0]] * share[pairs[:, 1]])
    )
    return gain


def _count_shared_runs(table: ProfileTable, pairs: Pairs) -> Pairs:
    ones = np.ones(len(table.runs), np.float32)
    return dot_rows(table.run_offsets, table.runs, ones, pairs).astype(np.int64)


def _compare_days(days: Days, gap: Days) -> Floats:
    """Return the factor of time; a report without a day beside one with a day may be of any time."""
    known = np.exp2(-np.maximum(gap - MODEL.grace_days, 0.0) / MODEL.half_life_days)
    one_is_known = np.isnan(days).sum(axis=1) == 1
    return np.where(np.isnan(gap), np.where(one_is_known, MODEL.undated, 1.0), known).astype(np.float32)


def _compare_weekdays(left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8], gap: Days) -> Floats:
    """Return the factor of named weekdays; a week apart, one name means two days."""
    is_same = (left & right) != 0
    is_same &= ~(gap >= MODEL.weekday_days)
    factor = np.where(is_same, MODEL.same_weekday, MODEL.other_weekday)
    return np.where((left == 0) | (right == 0), 1.0, factor).astype(np.float32)


def _compare_vectors(vectors: npt.NDArray[np.float16], pairs: Pairs) -> Floats:
    """Return the cosine of each pair, the same whatever other pairs are in the batch."""
    found = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), _VECTORS_AT_ONCE):
        left, right = pairs[start : start + _VECTORS_AT_ONCE].T
        products = vectors[left].astype(np.float64) * vectors[right].astype(np.float64)
        found[start : start + _VECTORS_AT_ONCE] = products.sum(axis=1)
    return found


def _combine(channels: Floats, present: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return the weighted mean of the channels; one that either article lacks hands its weight to the body."""
    weights = np.where(present, np.array(MODEL.channel_weights), 0.0)
    weights[:, 0] += 1.0 - weights.sum(axis=1)
    total: npt.NDArray[np.float64] = (channels.astype(np.float64) * weights).sum(axis=1)
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTerm:
    """A word that both articles use, and its part of the body score: the product of its two TF-IDF weights."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why two articles are, or are not, one story: score and threshold (0 to 1), scores by channel, shared terms.

    `channels` are by name, None where an article lacks one, with "time", "weekday", "length" and "language", and
    "semantic" with a sentence model. `short_channel` is the channel that fell short most, None for one story.
    """

    score: float
    threshold: float
    is_same_story: bool
    # by channel name, None where an article lacks it, with "time", "weekday", "length", "language"; with a sentence
    # model also "semantic"
    channels: dict[str, float | None]
    shared_terms: tuple[SharedTerm, ...]  # heaviest first
    short_channel: str | None  # the channel that fell short most; None when joined
    model_version: str


def name_model(background: Background) -> str:
    """Return the version of the model that pair scores are made with.

    It is that of the story model, with "+" and the embedder's version where the background has an embedder.
    """
    return MODEL.version if background.embedder is None else f"{MODEL.version}+{background.embedder.version}"


def explain_pair(
    a: Profile, b: Profile, shared: int = 12, threshold: float = MODEL.threshold, model: str = MODEL.version
) -> Explanation:
    """Explain the score of one pair: channels, the heaviest common terms, the verdict, and which channel fell short.

    `shared` is the greatest number of terms. The verdict is that of the pair alone, score >= `threshold`: grouping
    decides about whole groups. Passages that the texts repeat word for word are not examined, so the stored score may
    be lower. The short channel is "language" where languages differ, else the one that loses most by its weight.
    `model` is copied into the result.
    """
    scores = score_pairs([a, b], np.array([[0, 1]]))
    score = float(scores.final[0])
    parts = scores.columns() | {"length": scores.length}
    channels = {
        name: None if np.isnan(column[0]) else round(float(column[0]), 4) for name, column in parts.items()
    }
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
    """Return the body terms that both profiles hold and at least one spells out, the heaviest product of weights first.

    Equal products, rounded to four places, come by word; a word is written as in `a` where that spells it out. Without
    a common term, as between two languages, the result is empty.
    """
    words = b.spelling() | a.spelling()
    common, left, right = np.intersect1d(a.channels[0].keys, b.channels[0].keys, return_indices=True)
    products = a.channels[0].weights[left] * b.channels[0].weights[right]
    found = [
        SharedTerm(word=words[key], weight=round(float(product), 4))
        for key, product in zip(common.tolist(), products, strict=True)
        if key in words
    ]
    return tuple(sorted(found, key=lambda term: (-term.weight, term.word)))


def _shortest(channels: dict[str, float | None]) -> str:
    if channels["language"] == 0.0:
        return "language"
    weights = dict(zip(CHANNELS, map(float, MODEL.channel_weights), strict=True))
    weights |= {"time": 1.0, "weekday": 1.0, "semantic": MODEL.semantic_weight}
    known = {name: value for name, value in channels.items() if name in weights and value is not None}
    lack = {name: weights[name] * (1 - value) for name, value in known.items()}
    return max(lack, key=lambda name: (lack[name], name))
