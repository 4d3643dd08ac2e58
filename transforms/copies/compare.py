"""Tokens and signatures in; verified copies of one text and their groups out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from transforms.copies.copy_model import COPIES
from transforms.copies.shingles import Tokens
from transforms.copies.signatures import band_keys
from transforms.copies.tree_ensemble import copy_probability
from transforms.kernel import compiled_or_numpy as kernel
from transforms.kernel import shingle_loops as at
from transforms.kernel.average_linkage import gather, link_by_average, strongest_links
from transforms.kernel.numpy_loops import I32, I64, U32, U64
from transforms.kernel.sorted_sets import distinct

F32: TypeAlias = NDArray[np.float32]
Bools: TypeAlias = NDArray[np.bool_]

_INEXACT_MOST = 0.9999  # score that only an exact copy exceeds
_SCALE = 1_000_000  # scores are added up as whole millionths, so that no order of adding changes a sum


class CopyRelation(StrEnum):
    """How two texts are copies of one another: exact (equal words in order) or near_duplicate (with changes)."""

    EXACT = "exact"  # equal words in equal order; case, punctuation and width aside
    NEAR_DUPLICATE = "near_duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The results of verifying pairs of texts: arrays with one entry a pair, in the order given.

    `score` is the probability (0 to 1) that one is a copy of the other. `is_exact`: all tokens of both are aligned, and
    the score is 1 (.9999 at most for others). `is_copy`: exact, or a score from `COPIES.threshold` on with at least
    `COPIES.least_matched_words` aligned tokens. `features` has a row of counts a pair, as
    `kernel.compiled_or_numpy.compare` returns them.
    """

    score: F32
    is_exact: Bools
    is_copy: Bools
    features: I32  # columns of transforms.kernel.shingle_loops

    def relation(self, pair: int) -> CopyRelation | None:
        """Return the relation of pair number `pair` (from 0); None when its texts are no copies."""
        if self.is_exact[pair]:
            return CopyRelation.EXACT
        return CopyRelation.NEAR_DUPLICATE if self.is_copy[pair] else None


def candidate_keys(tokens: Tokens, signatures: U32, *, processors: int = 1) -> tuple[U64, I64]:
    """Return blocking keys of the texts of a batch and, as a second array, the index of the text of each key.

    Two texts that share a key are candidates. First come the LSH bands of the `signatures` (row i is that of text i),
    which find texts that are alike throughout; then fingerprints, which find a passage kept in another text: hashes of
    runs of eight tokens, sampled by their own value, so that both texts choose the same ones (mod-p sampling: Manber
    1994). A text may have a key twice; one without shingles has none. A key depends on its own text alone. The
    warehouse stores both in its table `bands` and joins it with itself. Any number of `processors` gives the same.
    """
    banded = band_keys(signatures, processors=processors)
    owners = np.repeat(np.arange(len(banded), dtype=np.int64), banded.shape[1])
    flat = banded.ravel()
    fingerprints, fingerprint_owners = kernel.fingerprints(
        tokens.values,
        tokens.offsets,
        COPIES.fingerprint_tokens,
        COPIES.fingerprint_modulus,
        processors=processors,
    )
    keep = flat != 0
    return np.concatenate([flat[keep], fingerprints]), np.concatenate([owners[keep], fingerprint_owners])


def verify_pairs(tokens: Tokens, left: I64, right: I64, *, processors: int = 1) -> Verdicts:
    """Align the texts of each pair and return whether one is a copy of the other, in the order of the pairs.

    Pair i is the texts `left[i]` and `right[i]` of `tokens`, by index. A verdict depends on the two texts alone, and
    not on their order. A text without tokens is a copy of none. No pairs give no verdicts. Any number of `processors`
    gives the same.
    """
    grams = kernel.grams(tokens.values, tokens.flags, tokens.offsets, processors=processors)
    # the two texts of a pair in an order of their own, so that comparing is symmetric
    first, second = kernel.orient(tokens.values, tokens.offsets, left, right)
    features = kernel.compare(
        tokens.values, tokens.flags, grams, tokens.offsets, first, second, processors=processors
    )
    return decide(features, processors=processors)


def decide(features: I32, *, processors: int = 1) -> Verdicts:
    """Turn counts of aligned pairs into scores and verdicts.

    `features` are rows of `kernel.compiled_or_numpy.compare`: a row a pair and a column a count
    (`kernel.shingle_loops`). A pair is exact, and a copy whatever its length, when all tokens of both are aligned and
    there are some; its score is 1. Of others the score is the `copy_probability`, .9999 at most, and they are copies
    from `COPIES.threshold` on with at least `COPIES.least_matched_words` aligned tokens. No rows give no verdicts.
    """
    same_length = features[:, at.TOKENS_A] == features[:, at.TOKENS_B]
    is_exact = (
        same_length & (features[:, at.MATCHED] == features[:, at.TOKENS_A]) & (features[:, at.TOKENS_A] > 0)
    )
    score = np.minimum(copy_probability(features, processors=processors), _INEXACT_MOST)
    score[is_exact] = 1.0
    enough = features[:, at.MATCHED] >= COPIES.least_matched_words
    return Verdicts(
        score=score.astype(np.float32),
        is_exact=is_exact,
        is_copy=is_exact | ((score >= COPIES.threshold) & enough),
        features=features,
    )


def group(
    ids: Iterable[int],
    links: Iterable[tuple[int, int]] | I64 | U64,
    scores: Sequence[float] | F32 | None = None,
) -> list[list[int]]:
    """Group ids by accepted links; groups and members are sorted, the same for any order of the input.

    Both ends of every link must be among `ids`; `scores[i]` (0 to 1) is that of link i, without scores each is .9999.
    Exact copies (score 1) come together first, by union-find, and count as one text from then on. Then groups merge by
    average linkage (UPGMA) while the mean score between their texts is at least `COPIES.least_mean_score`: one false
    link between two large groups does not join them. Of several links between two texts the strongest counts, a
    missing one counts 0. An id without a link is a group of its own; no ids give no groups. A further link can change
    only the connected component that it lies in. Raises ValueError for a link with an end that is not among `ids`, and
    for another number of scores than links.
    """
    known = distinct(np.fromiter(ids, np.uint64))
    pairs = np.asarray(links if isinstance(links, np.ndarray) else list(links), np.uint64).reshape(-1, 2)
    weight = (
        np.full(len(pairs), _INEXACT_MOST, np.float32) if scores is None else np.asarray(scores, np.float32)
    )
    if len(weight) != len(pairs):
        raise ValueError(f"{len(weight)} scores for {len(pairs)} links")
    ends = np.searchsorted(known, pairs)
    is_known = ends < len(known)
    is_known[is_known] = known[ends[is_known]] == pairs[is_known]
    strange = pairs[~is_known]
    if len(strange):
        raise ValueError(f"a link to {strange[0]}, which is not among the ids")
    left, right = ends.T
    exact = weight >= 1.0
    root = kernel.components(len(known), left[exact], right[exact])
    left, right = root[left], root[right]
    apart = left != right
    label = _label_groups(len(known), left[apart], right[apart], weight[apart])[root]
    return [members.tolist() for members in gather(known, label)]


def _label_groups(count: int, left: I64, right: I64, weight: F32) -> I64:
    """Return the number of the group of each text; of several links between two texts the strongest counts."""
    left, right, best = strongest_links(
        left, right, np.round(weight.astype(np.float64) * _SCALE).astype(np.int64)
    )
    barred = np.zeros(len(best), np.bool_)
    merges = link_by_average(
        np.ones(count, np.int64), left, right, best, barred, COPIES.least_mean_score * _SCALE
    )
    label = np.arange(count)
    for kept, gone in zip(merges.kept[::-1].tolist(), merges.gone[::-1].tolist(), strict=True):
        label[gone] = label[kept]  # the last merges first: what is kept has its name by then
    return label
