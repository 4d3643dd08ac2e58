"""Which pairs of articles are worth scoring: profiles in, blocking keys out, keys in, candidate pairs out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.background import Background
from transforms.terms import Profile

# Heaviest terms of an article that are combined in twos into keys …
KEY_TERMS: Final = 32
# … where the product of their ranks (from 1) is at most this: the heaviest meet many, the lesser only the heaviest.
# Two reports rank the words of one event differently, so depth finds more than breadth for the same number of keys;
# 171 keys an article find .98 of the pairs of the tuning sets, all pairs of the 20 heaviest (190 keys) no more.
KEY_REACH: Final = 120
# Keys two articles must share to be a candidate pair.
SHARED_KEYS: Final = 1
# Articles of one key that are all paired. No key of the labelled sets has more than 222; keys of boilerplate and of
# forms filled in by the thousand do, and pairing them all costs the square of it.
BUCKET_CAP: Final = 256
BUCKET_REACH: Final = 16  # beyond, each article meets so many on either side


def story_keys(item: Profile, background: Background) -> npt.NDArray[np.uint64]:
    """Return the blocking keys of one article, ascending: twos of its heaviest body terms.

    A pure function of the profile (and through it of the background): two articles are candidates when they share at
    least SHARED_KEYS keys, which is a hash join over a table (key, article_id). Pairs of dated articles more than
    `pairs.WINDOW_DAYS` apart may be left out of the join: they cannot become evidence.
    """
    body = item.channels[0]
    top = body.keys[np.lexsort((body.keys, -body.weights))[:KEY_TERMS]].astype(np.uint64)
    first, second = _rank_pairs(len(top))
    low, high = np.minimum(top[first], top[second]), np.maximum(top[first], top[second])
    return np.unique((low << np.uint64(32)) | high)


@cache
def _rank_pairs(terms: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    first, second = np.triu_indices(terms, 1)
    kept = (first + 1) * (second + 1) <= KEY_REACH
    return first[kept], second[kept]


def candidate_pairs(
    keys: Sequence[npt.NDArray[np.uint64]], shared: int = SHARED_KEYS
) -> npt.NDArray[np.int64]:
    """Join articles on their keys: an (n, 2) array of positions, first < second, ascending, each pair once."""
    empty = np.empty((0, 2), dtype=np.int64)
    if len(keys) < 2:
        return empty
    owners = np.repeat(np.arange(len(keys), dtype=np.int64), [len(some) for some in keys])
    flat = np.concatenate(list(keys))
    order = np.lexsort((owners, flat))
    flat, owners = flat[order], owners[order]
    starts = np.flatnonzero(np.concatenate(([True], flat[1:] != flat[:-1])))
    sizes = np.diff(np.concatenate((starts, [len(flat)])))
    found: list[npt.NDArray[np.int64]] = []
    for size in np.unique(sizes[sizes > 1]).tolist():
        blocks = owners[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        found.append((blocks[:, first].ravel() << 32) | blocks[:, second].ravel())
    if not found:
        return empty
    pairs, counts = np.unique(np.concatenate(found), return_counts=True)
    pairs = pairs[counts >= shared]
    return np.stack((pairs >> 32, pairs & 0xFFFFFFFF), axis=1)
