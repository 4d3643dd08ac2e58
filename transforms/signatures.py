"""Shingle hashes in; MinHash signatures and band keys out, equal to datasketch's. The only importer of datasketch."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from transforms import kernel
from transforms.kernel_numpy import I64, U32, U64

PERMUTATIONS = 128
SEED = 1  # datasketch's own default: a signature made here meets one made by anybody with defaults
SCHEME = (
    "affine32"  # 32-bit values, half the memory of the older scheme, and no collisions between permutations
)
BANDS = (
    32  # of 4 rows: a pair of Jaccard .5 is found with .87, of .7 with .9998; fewer rows drown in candidates
)


def _identity(value: int) -> int:
    return value


@lru_cache(maxsize=1)
def _permutations() -> tuple[U32, U32]:
    """Ask datasketch for the multipliers and increments of its permutations."""
    from datasketch import MinHash  # here and not above: it imports SciPy

    made = MinHash(PERMUTATIONS, seed=SEED, hashfunc=_identity, scheme=SCHEME)
    multipliers, increments = made.permutations
    return np.ascontiguousarray(multipliers, np.uint32), np.ascontiguousarray(increments, np.uint32)


def sign(values: U32, offsets: I64) -> U32:
    """Sign a batch: row i equals datasketch's `MinHash(128, seed=1)` over the hashes `values[offsets[i]:offsets[i+1]]`.

    A text without shingles has the row of an empty MinHash, all 2**32 - 1. Method: Broder 1997; permutations of
    datasketch 2 ("affine32").
    """
    multipliers, increments = _permutations()
    return kernel.sign(values, offsets, multipliers, increments)


def band_keys(signatures: U32, bands: int = BANDS) -> U64:
    """Return one 64-bit key for each band of each signature; two texts sharing a key at any band are candidates.

    The key tells its band, so that all bands can lie in one table. Texts without shingles get 0, which matches none.
    """
    return kernel.band_keys(signatures, bands)


def to_datasketch(signature: U32) -> Any:
    """Hand a stored signature to datasketch as a LeanMinHash, ready for any of its indexes."""
    from datasketch import LeanMinHash

    return LeanMinHash(seed=SEED, hashvalues=signature, scheme=SCHEME)
