"""Which pairs of articles are worth scoring: profiles in, blocking keys out, keys in, candidate pairs out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.background import Background
from transforms.terms import Profile

# Heaviest terms of an article that are combined into keys: more finds more pairs and costs the square of it.
KEY_TERMS: Final = 12
# Keys two articles must share to be a candidate pair.
SHARED_KEYS: Final = 1


def story_keys(item: Profile, background: Background) -> npt.NDArray[np.uint64]:
    """Return the blocking keys of one article: one for every two of its heaviest body terms, ascending.

    A pure function of the profile (and through it of the background): two articles are candidates when they share at
    least SHARED_KEYS keys, which is a hash join over a table (key, article_id).
    """
    body = item.channels[0]
    order = np.lexsort((body.keys, -body.weights))[:KEY_TERMS]
    top = np.sort(body.keys[order]).astype(np.uint64)
    first, second = np.triu_indices(len(top), 1)
    return np.unique((top[first] << np.uint64(32)) | top[second])


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
