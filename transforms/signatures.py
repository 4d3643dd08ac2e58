"""Shingle hashes in; MinHash signatures and band keys out, equal to datasketch's. The only importer of datasketch."""

from __future__ import annotations

import sys
import threading
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
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

_importing = threading.Lock()


def _identity(value: int) -> int:
    return value


def _minhash_class() -> Any:
    """Import datasketch's MinHash without its package, whose indexes bring SciPy and Redis: 1.2 s saved.

    The package is made but not run while its module is imported, and forgotten after that, so that whoever imports
    datasketch gets all of it.
    """
    with _importing:
        if "datasketch" in sys.modules:
            from datasketch import MinHash

            return MinHash
        found = find_spec("datasketch")
        if found is None:
            raise ModuleNotFoundError("datasketch is not installed", name="datasketch")
        sys.modules["datasketch"] = module_from_spec(found)
        try:
            return import_module("datasketch.minhash").MinHash
        finally:
            for name in [name for name in sys.modules if name.partition(".")[0] == "datasketch"]:
                del sys.modules[name]


@lru_cache(maxsize=1)
def _permutations() -> tuple[U32, U32]:
    """Ask datasketch for the multipliers and increments of its permutations."""
    made = _minhash_class()(PERMUTATIONS, seed=SEED, hashfunc=_identity, scheme=SCHEME)
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
