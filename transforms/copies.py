"""Tokens and signatures in; verified copies (same wording) and their groups out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from transforms import copymodel, kernel, signatures
from transforms import kernel_loops as at
from transforms.buckets import pair_up
from transforms.kernel_numpy import I32, I64, U32, U64
from transforms.linkage import gather, link_by_average, strongest
from transforms.shingles import Tokens, tokenise

F32: TypeAlias = NDArray[np.float32]
F64: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

MODEL = "copies-1"  # stored beside every score; rises when the rule or its numbers change

ANCHOR_WORDS = 8  # tokens: long enough that unrelated articles share one only by quoting or by boilerplate
ANCHOR_SHARE = (
    16  # one run in so many is a key: a passage of 50 words keeps about three, an article about twenty
)
# Articles of one key that are all paired; beyond, each meets BUCKET_NEAREST of them only. Higher verifies more pairs of
# articles that share boilerplate alone; lower leaves large groups of copies thinly linked.
BUCKET_CAP = 64
BUCKET_NEAREST = 16  # half of them before it, half after


class Relation(StrEnum):
    """How two texts are copies of one another."""

    EXACT = "exact"  # equal words in equal order; case, punctuation and width aside
    NEAR_DUPLICATE = "near_duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What verification says of each pair, in the order of the pairs given."""

    score: F32  # 0 to 1; a copy from THRESHOLD on
    is_exact: Bools
    is_copy: Bools  # exact pairs are copies
    features: I32  # columns of transforms.kernel_loops

    def relation(self, pair: int) -> Relation | None:
        """Name the relation of one pair, None when the texts are no copies."""
        if self.is_exact[pair]:
            return Relation.EXACT
        return Relation.NEAR_DUPLICATE if self.is_copy[pair] else None


# Probability that two texts are one wording. Higher splits more: on the half of the evaluation groups that the forest
# has not seen, .8 to .95 all pass BCubed .992; .85 favours the recall of truncated and rewritten copies.
THRESHOLD = 0.85
LEAST_WORDS = 20  # aligned words below which only an exact copy counts: less is a phrase, not a wording
QUORUM = 0.1  # mean score between two groups that merge; lower chains, higher splits groups of early truncated versions
_SCALE = 1_000_000  # scores are added up as whole millionths, so that no order of adding changes a sum


def candidate_keys(tokens: Tokens, signed: U32, bands: int = signatures.BANDS) -> tuple[U64, I64]:
    """Return the keys of a batch and the index of the text that each belongs to, for a table `bands(key, article_id)`.

    Two texts that share a key are candidates. Keys are LSH bands of the signature, which find texts that are alike
    throughout, and anchors, which find a passage kept in another text: runs of 8 tokens chosen by their
    own hash, so that both texts choose the same ones (mod-p sampling: Manber 1994). A key hangs on its own text alone.
    """
    banded = signatures.band_keys(signed, bands)
    owners = np.repeat(np.arange(len(banded), dtype=np.int64), banded.shape[1])
    flat = banded.ravel()
    anchors, anchor_owners = kernel.anchors(tokens.values, tokens.offsets, ANCHOR_WORDS, ANCHOR_SHARE)
    keep = flat != 0
    return np.concatenate([flat[keep], anchors]), np.concatenate([owners[keep], anchor_owners])


def candidate_pairs(keys: U64, ids: I64 | U64) -> I64 | U64:
    """Return the distinct pairs of ids that share a key, one a row, the smaller id first, sorted.

    `keys` is flat with `ids` beside it, or a row of keys for each id; key 0 matches nothing. A key of more than
    BUCKET_CAP ids pairs each id with BUCKET_NEAREST neighbours only (see `pair_up`).
    """
    flat = np.ascontiguousarray(keys).ravel()
    owner = np.repeat(ids, keys.shape[1]) if keys.ndim == 2 else np.asarray(ids)
    reach = BUCKET_NEAREST // 2
    if owner.dtype == np.int64 and len(owner) and owner.min() >= 0 and owner.max() < len(owner):
        places, known = owner.astype(np.int64, copy=False), np.arange(int(owner.max()) + 1)
    else:
        known, places = np.unique(owner, return_inverse=True)
    met = kernel.meet_owners(flat, places, known.astype(np.uint64), BUCKET_CAP, reach)
    if met is None:
        keep = flat != 0
        return pair_up(flat[keep], owner[keep], cap=BUCKET_CAP, reach=reach)
    pairs: I64 | U64 = np.stack([known[met[0]], known[met[1]]], axis=1)
    return pairs


def verify_pairs(tokens: Tokens, left: I64, right: I64) -> Verdicts:
    """Compare pairs of texts of a batch, given by index, token by token; pure in the two texts and symmetric."""
    grams = kernel.grams(tokens.values, tokens.flags, tokens.offsets)
    # the two texts of a pair in an order of their own, so that comparing is symmetric
    first, second = kernel.orient(tokens.values, tokens.offsets, left, right)
    return decide(kernel.compare(tokens.values, tokens.flags, grams, tokens.offsets, first, second))


def decide(features: I32) -> Verdicts:
    """Turn the measures of pairs into scores and verdicts; a query over stored features can do it again."""
    same_length = features[:, at.TOKENS_A] == features[:, at.TOKENS_B]
    is_exact = (
        same_length & (features[:, at.MATCHED] == features[:, at.TOKENS_A]) & (features[:, at.TOKENS_A] > 0)
    )
    score = np.minimum(copymodel.judge(features), 0.9999)
    score[is_exact] = 1.0
    return Verdicts(
        score=score.astype(np.float32),
        is_exact=is_exact,
        is_copy=is_exact | ((score >= THRESHOLD) & (features[:, at.MATCHED] >= LEAST_WORDS)),
        features=features,
    )


def group(
    ids: Iterable[int],
    links: Iterable[tuple[int, int]] | I64 | U64,
    scores: Sequence[float] | F32 | None = None,
) -> list[list[int]]:
    """Gather ids joined by accepted links; groups and members sorted, the same for any order of the input.

    Exact copies (score 1) come together first. Then groups merge while the mean score between their members, a missing
    link counting 0, is at least QUORUM (average linkage): one false link between two large groups does not join them.
    Without scores every link counts .9999. An id without a link is a group of its own. Only the connected parts that a
    new link touches can change.
    """
    known = np.unique(np.fromiter(ids, np.uint64))
    pairs = np.asarray(links if isinstance(links, np.ndarray) else list(links), np.uint64).reshape(-1, 2)
    weight = np.full(len(pairs), 0.9999, np.float32) if scores is None else np.asarray(scores, np.float32)
    left, right = np.searchsorted(known, pairs[:, 0]), np.searchsorted(known, pairs[:, 1])
    same = weight >= 1.0
    twin = kernel.components(len(known), left[same], right[same])
    left, right = twin[left], twin[right]
    apart = left != right
    label = _label_groups(len(known), left[apart], right[apart], weight[apart])[twin]
    return [some.tolist() for some in gather(known, label)]


def _label_groups(count: int, left: I64, right: I64, weight: F32) -> I64:
    """Number the group of each of so many texts; of several links between two the strongest counts."""
    left, right, best = strongest(left, right, np.round(weight.astype(np.float64) * _SCALE).astype(np.int64))
    barred = np.zeros(len(best), np.bool_)
    merges = link_by_average(np.ones(count, np.int64), left, right, best, barred, QUORUM * _SCALE)
    label = np.arange(count)
    for kept, gone in zip(merges.kept[::-1].tolist(), merges.gone[::-1].tolist(), strict=True):
        label[gone] = label[kept]  # the last merges first: what is kept has its name by then
    return label


def explain_copy(a: str, b: str) -> dict[str, float | str | bool | None]:
    """Say why two texts count as copies or not: every measure by name, the score, the threshold and the verdict."""
    tokens = tokenise([a, b])
    verdicts = verify_pairs(tokens, np.array([0], np.int64), np.array([1], np.int64))
    inputs = copymodel.measure(verdicts.features)[0]
    return {
        "relation": verdicts.relation(0),
        "score": round(float(verdicts.score[0]), 4),
        "threshold": THRESHOLD,
        "model": MODEL,
        **{name: round(float(value), 4) for name, value in zip(copymodel.INPUTS, inputs, strict=True)},
    }
