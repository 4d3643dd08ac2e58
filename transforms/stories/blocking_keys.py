"""Profiles in, blocking keys out; keys in, the candidate pairs out: those articles that are worth scoring."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.kernel.blocking_joins import pair_up
from transforms.stories.profile import Channel, Profile
from transforms.stories.story_model import MODEL

# Profiles whose keys are made at a time; bounds memory, results do not depend on it.
_PROFILES_AT_ONCE: Final = 512
_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64(2**32 - 1)
_NO_TERM: Final = np.uint64(2**64 - 1)


def story_keys(item: Profile) -> npt.NDArray[np.uint64]:
    """Return the distinct 64-bit blocking keys of one article, ascending: each is a pair of its heaviest body terms.

    Of the `key_terms` heaviest (ties: the smaller key), those pairs whose ranks have a product of `key_rank_product`
    at most (constants of `StoryModel`). A pure function of the profile: two articles are candidates when they share a
    key, a hash join over a table (key, article_id); oversized blocks have a rule of their own. Fewer than two terms
    give no key.
    """
    return story_keys_of([item])[0]


def story_keys_of(profiles: Sequence[Profile]) -> list[npt.NDArray[np.uint64]]:
    """Return the blocking keys of many articles in their order: `story_keys` of each, in a fifth of the time."""
    keys: list[npt.NDArray[np.uint64]] = []
    for start in range(0, len(profiles), _PROFILES_AT_ONCE):
        keys += _keys_of([item.channels[0] for item in profiles[start : start + _PROFILES_AT_ONCE]])
    return keys


def _keys_of(bodies: Sequence[Channel]) -> list[npt.NDArray[np.uint64]]:
    sizes = np.array([len(body.keys) for body in bodies])
    flat = np.concatenate([body.keys for body in bodies]).astype(np.uint64)
    # a positive float's bits grow with it, so that heaviest first, then by key, is the order of one number
    lightness = ~np.concatenate([body.weights for body in bodies]).view(np.uint32)
    terms = np.full((len(bodies), max(MODEL.key_terms, sizes.max())), _NO_TERM)
    terms[np.arange(terms.shape[1]) < sizes[:, None]] = (lightness.astype(np.uint64) << _HALF) | flat
    terms.sort(axis=1)
    heaviest = terms[:, : MODEL.key_terms] & _LOW
    counts = np.minimum(sizes, MODEL.key_terms)
    keys = [np.empty(0, np.uint64)] * len(bodies)
    for count in np.unique(counts).tolist():
        first, second = _rank_pairs(count)
        rows = np.flatnonzero(counts == count)
        top = heaviest[rows]
        low, high = np.minimum(top[:, first], top[:, second]), np.maximum(top[:, first], top[:, second])
        made = (low << _HALF) | high
        made.sort(axis=1)
        for row, own in zip(rows.tolist(), made, strict=True):
            keys[row] = own
    return keys


@cache
def _rank_pairs(terms: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    first, second = np.triu_indices(terms, 1)
    kept = (first + 1) * (second + 1) <= MODEL.key_rank_product
    return first[kept], second[kept]


def candidate_pairs(
    keys: Sequence[npt.NDArray[np.uint64]],
    days: Sequence[float | None] | npt.NDArray[np.float64] | None = None,
) -> npt.NDArray[np.int64]:
    """Join articles on their blocking keys: an (n, 2) array of indices, first < second, rows ascending, distinct.

    `keys[i]` are the keys of article i, `days[i]` its day of publication (days since 1970), None or NaN when not known;
    without `days` none is. Articles more than `window_days` apart are no candidates; for large blocks see `pair_up`. No
    article gives (0, 2). Benchmarks and tests use it; the product joins in the warehouse
    (`warehouse.folding_evidence.story_candidates`).
    """
    sizes = [len(some) for some in keys]
    owners = np.repeat(np.arange(len(keys), dtype=np.int64), sizes)
    flat = np.concatenate([np.empty(0, np.uint64), *keys])
    day = np.floor(np.array(days if days is not None else [None] * len(keys), np.float64))
    pairs = pair_up(flat, owners, days=np.repeat(day, sizes), **MODEL.blocking()).astype(np.int64)
    is_far = (
        np.abs(day[pairs[:, 0]] - day[pairs[:, 1]]) > MODEL.window_days
    )  # never where either day is unknown
    near: npt.NDArray[np.int64] = pairs[~is_far]
    return near
