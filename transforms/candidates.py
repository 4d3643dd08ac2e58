"""Which pairs of articles are worth scoring: profiles in, blocking keys out, keys in, candidate pairs out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.background import Background
from transforms.buckets import pair_up
from transforms.pairs import REACH_DAYS
from transforms.terms import Channel, Profile

# Heaviest terms of an article that are combined in twos into keys …
KEY_TERMS: Final = 32
# … where the product of their ranks (from 1) is at most this: the heaviest meet many, the lesser only the heaviest.
# Two reports rank the words of one event differently, so depth finds more than breadth for the same number of keys;
# 171 keys an article find .98 of the pairs of the tuning sets, all pairs of the 20 heaviest (190 keys) no more.
KEY_REACH: Final = 120
# Articles of one key that are all paired. 256 finds .001 to .006 more of the labelled pairs with twice the candidates,
# and groups no better.
BUCKET_CAP: Final = 32
BUCKET_REACH: Final = 8  # beyond, each article meets so many on either side …
# … and those count that met so often: a chance meeting over one common pair of words is none. Two reports of an event
# with 300 reports share 60 crowded keys and meet over three.
BUCKET_MEETINGS: Final = 2
# Of articles more days apart only those that share so many keys. Of pairs with fewer, one in sixty scores enough to be
# kept: similarity has lost half of itself by then and more.
FAR_DAYS: Final = 14
FAR_MEETINGS: Final = 3
# The rule as `pair_up` and the warehouse take it.
MEETING: Final = {
    "cap": BUCKET_CAP,
    "reach": BUCKET_REACH,
    "meetings": BUCKET_MEETINGS,
    "far": FAR_DAYS,
    "far_meetings": FAR_MEETINGS,
}

# Profiles whose keys are made at a time; bounds memory, results do not depend on it.
_PROFILES_AT_ONCE: Final = 512
_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64(2**32 - 1)
_NO_TERM: Final = np.uint64(2**64 - 1)


def story_keys(item: Profile, background: Background) -> npt.NDArray[np.uint64]:
    """Return the blocking keys of one article, ascending: twos of its heaviest body terms.

    A pure function of the profile (and through it of the background): two articles are candidates when they share a
    key, which is a hash join over a table (key, article_id), or meet in crowded ones (see BUCKET_CAP).
    """
    return story_keys_of([item], background)[0]


def story_keys_of(profiles: Sequence[Profile], background: Background) -> list[npt.NDArray[np.uint64]]:
    """Return the blocking keys of many articles, each as `story_keys` does, in a fifth of the time."""
    keys: list[npt.NDArray[np.uint64]] = []
    for start in range(0, len(profiles), _PROFILES_AT_ONCE):
        keys += _keys_of([item.channels[0] for item in profiles[start : start + _PROFILES_AT_ONCE]])
    return keys


def _keys_of(bodies: Sequence[Channel]) -> list[npt.NDArray[np.uint64]]:
    sizes = np.array([len(body.keys) for body in bodies])
    flat = np.concatenate([body.keys for body in bodies]).astype(np.uint64)
    # a positive float's bits grow with it, so that heaviest first, then by key, is the order of one number
    lightness = ~np.concatenate([body.weights for body in bodies]).view(np.uint32)
    terms = np.full((len(bodies), max(KEY_TERMS, sizes.max())), _NO_TERM)
    terms[np.arange(terms.shape[1]) < sizes[:, None]] = (lightness.astype(np.uint64) << _HALF) | flat
    terms.sort(axis=1)
    heaviest = terms[:, :KEY_TERMS] & _LOW
    counts = np.minimum(sizes, KEY_TERMS)
    keys = [np.empty(0, np.uint64)] * len(bodies)
    for count in np.unique(counts).tolist():
        first, second = _rank_pairs(count)
        places = np.flatnonzero(counts == count)
        top = heaviest[places]
        low, high = np.minimum(top[:, first], top[:, second]), np.maximum(top[:, first], top[:, second])
        made = (low << _HALF) | high
        made.sort(axis=1)
        for place, own in zip(places.tolist(), made, strict=True):
            keys[place] = own
    return keys


@cache
def _rank_pairs(terms: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    first, second = np.triu_indices(terms, 1)
    kept = (first + 1) * (second + 1) <= KEY_REACH
    return first[kept], second[kept]


def candidate_pairs(
    keys: Sequence[npt.NDArray[np.uint64]],
    days: Sequence[float | None] | npt.NDArray[np.float64] | None = None,
) -> npt.NDArray[np.int64]:
    """Join articles on their keys: an (n, 2) array of positions, first < second, ascending, each pair once.

    `days` are those of publication, as profiles have them; articles more than REACH_DAYS apart are no candidates.
    """
    sizes = [len(some) for some in keys]
    owners = np.repeat(np.arange(len(keys), dtype=np.int64), sizes)
    flat = np.concatenate([np.empty(0, np.uint64), *keys])
    day = np.floor(np.array(days if days is not None else [None] * len(keys), np.float64))
    pairs = pair_up(flat, owners, days=np.repeat(day, sizes), **MEETING).astype(np.int64)
    is_far = np.abs(day[pairs[:, 0]] - day[pairs[:, 1]]) > REACH_DAYS  # never where either day is unknown
    near: npt.NDArray[np.int64] = pairs[~is_far]
    return near
