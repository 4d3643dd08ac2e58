"""Tokens and signatures in; verified copies (same wording) and their groups out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from transforms import kernel, kernel_numpy, signatures
from transforms import kernel_loops as at
from transforms.kernel_numpy import I32, I64, U32, U64
from transforms.shingles import Tokens, tokenise

F32: TypeAlias = NDArray[np.float32]
F64: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

MODEL = "copies-1"  # stored beside every score; rises when the rule or its numbers change

ANCHOR_WORDS = 8  # tokens: long enough that unrelated articles share one only by quoting or by boilerplate
ANCHOR_SHARE = (
    16  # one run in so many is a key: a passage of 50 words keeps about three, an article about twenty
)
BUCKET_CAP = 64  # articles of one key that are all paired; beyond, each meets its nearest BUCKET_NEAREST only
BUCKET_NEAREST = 24


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


THRESHOLD = 0.5


def candidate_keys(tokens: Tokens, signed: U32, bands: int = signatures.BANDS) -> tuple[U64, I64]:
    """Return the keys of a batch and the index of the text that each belongs to, for a table `bands(key, article_id)`.

    Two texts that share a key are candidates. Keys are LSH bands of the signature, which find texts that are alike
    throughout, and anchors, which find a passage kept in another text: runs of 8 tokens chosen by their
    own hash, so that both texts choose the same ones (mod-p sampling: Manber 1994). A key depends on its own text alone.
    """
    banded = signatures.band_keys(signed, bands)
    owners = np.repeat(np.arange(len(banded), dtype=np.int64), banded.shape[1])
    flat = banded.ravel()
    anchors, anchor_owners = kernel.anchors(tokens.values, tokens.offsets, ANCHOR_WORDS, ANCHOR_SHARE)
    keep = flat != 0
    return np.concatenate([flat[keep], anchors]), np.concatenate([owners[keep], anchor_owners])


def candidate_pairs(keys: U64, ids: I64) -> I64:
    """Return the distinct pairs of ids that share a key, one a row, the smaller id first, sorted.

    `keys` is flat with `ids` beside it, or a row of keys for each id; key 0 matches nothing. A key of more than
    BUCKET_CAP ids pairs each id with its nearest in id order only: their links still join the whole bucket.
    """
    flat = np.ascontiguousarray(keys).ravel()
    owner = np.repeat(ids, keys.shape[1]) if keys.ndim == 2 else np.asarray(ids, np.int64)
    keep = flat != 0
    flat, owner = flat[keep], owner[keep]
    order = np.lexsort((owner, flat))
    flat, owner = flat[order], owner[order]
    fresh = np.ones(len(flat), np.bool_)
    fresh[1:] = (flat[1:] != flat[:-1]) | (owner[1:] != owner[:-1])
    flat, owner = flat[fresh], owner[fresh]
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate([[0], edges])
    sizes = np.diff(np.concatenate([starts, [len(flat)]]))
    reach = np.where(sizes <= BUCKET_CAP, sizes - 1, BUCKET_NEAREST // 2)
    ends = np.repeat(starts + sizes, sizes)
    reach = np.minimum(np.repeat(reach, sizes), ends - np.arange(len(flat)) - 1)
    total = int(reach.sum())
    if total == 0:
        return np.empty((0, 2), np.int64)
    first = np.repeat(np.arange(len(flat)), reach)
    step = np.arange(total) - np.repeat(np.cumsum(reach) - reach, reach) + 1
    pairs = np.stack([owner[first], owner[first + step]], axis=1)
    return np.unique(pairs, axis=0)


def verify_pairs(tokens: Tokens, left: I64, right: I64) -> Verdicts:
    """Compare pairs of texts of a batch, given by index, token by token; pure in the two texts and symmetric."""
    grams = kernel.grams(tokens.values, tokens.flags, tokens.offsets)
    first, second = _in_own_order(tokens, left, right)
    order = np.lexsort((second, first))
    features = np.empty((len(first), at.FEATURES), np.int32)
    features[order] = kernel.compare(
        tokens.values, tokens.flags, grams, tokens.offsets, first[order], second[order]
    )
    return decide(features)


def _in_own_order(tokens: Tokens, left: I64, right: I64) -> tuple[I64, I64]:
    """Order the two texts of a pair by length, then content, so that comparing is symmetric."""
    lengths = np.diff(tokens.offsets)
    marks = _content_hash(tokens)
    swap = (lengths[left] < lengths[right]) | (
        (lengths[left] == lengths[right]) & (marks[left] < marks[right])
    )
    return np.where(swap, right, left), np.where(swap, left, right)


def _content_hash(tokens: Tokens) -> U64:
    """Hash all tokens of each text in order; equal texts and hardly any others have equal hashes."""
    total = len(tokens.values)
    place = np.arange(total) - np.repeat(tokens.offsets[:-1], np.diff(tokens.offsets))
    mixed = kernel_numpy.mix64(tokens.values.astype(np.uint64) + (place.astype(np.uint64) << np.uint64(32)))
    sums = np.zeros(total + 1, np.uint64)
    np.cumsum(mixed, out=sums[1:])
    return sums[tokens.offsets[1:]] - sums[tokens.offsets[:-1]]


def decide(features: I32) -> Verdicts:
    """Turn the measures of pairs into scores and verdicts; a query over stored features can do it again."""
    f = features.astype(np.float64).T
    smaller = np.minimum(f[at.TOKENS_A], f[at.TOKENS_B])
    is_exact = (f[at.TOKENS_A] == f[at.TOKENS_B]) & (f[at.MATCHED] == f[at.TOKENS_A]) & (smaller > 0)
    head = np.minimum(f[at.HEAD_A], f[at.HEAD_B])
    tail = np.minimum(f[at.TAIL_A], f[at.TAIL_B])
    against = 2.0 * head + 0.3 * tail + f[at.CLASH] + 3.0 * f[at.NUMBER_SLOTS] + 2.0 * f[at.NAME_SLOTS]
    score = f[at.MATCHED] / np.maximum(f[at.MATCHED] + against, 1.0)
    is_copy = is_exact | ((score >= THRESHOLD) & (f[at.MATCHED] >= 40))
    score = np.where(is_exact, 1.0, np.minimum(score, 0.999))
    return Verdicts(score=score.astype(np.float32), is_exact=is_exact, is_copy=is_copy, features=features)


def group(ids: Iterable[int], links: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Gather ids joined by accepted links; groups and members sorted, the same for any order of the input.

    An id without a link is a group of its own. Only the groups that a new link touches can change.
    """
    parent = {item: item for item in ids}

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for a, b in links:
        x, y = root(a), root(b)
        if x != y:
            parent[max(x, y)] = min(x, y)
    groups: dict[int, list[int]] = {}
    for item in sorted(parent):
        groups.setdefault(root(item), []).append(item)
    return [groups[key] for key in sorted(groups)]


def explain_copy(a: str, b: str) -> dict[str, float | str | bool | None]:
    """Say why two texts count as copies or not: every measure by name, the score, the threshold and the verdict."""
    tokens = tokenise([a, b])
    verdicts = verify_pairs(tokens, np.array([0], np.int64), np.array([1], np.int64))
    row = verdicts.features[0]
    union = int(row[at.DISTINCT_A]) + int(row[at.DISTINCT_B]) - int(row[at.SHARED])
    return {
        "relation": verdicts.relation(0),
        "score": round(float(verdicts.score[0]), 4),
        "threshold": THRESHOLD,
        "jaccard": round(int(row[at.SHARED]) / max(union, 1), 4),
        "words_matched": int(row[at.MATCHED]),
        "words_a": int(row[at.TOKENS_A]),
        "words_b": int(row[at.TOKENS_B]),
        "number_slots": int(row[at.NUMBER_SLOTS]),
        "name_slots": int(row[at.NAME_SLOTS]),
    }
