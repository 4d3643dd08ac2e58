"""Shingle hashes in; MinHash signatures and LSH band keys out, those of datasketch. The only importer of datasketch."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from transforms.copies.copy_model import COPIES
from transforms.kernel import compiled_or_numpy as kernel
from transforms.kernel.numpy_loops import I64, U32, U64

_VALUES_AT_ONCE = 10_000  # shingles that datasketch permutes at once: 128 columns of these are 5 MB


@cache
def empty_minhash() -> Any:
    """Return datasketch's MinHash of no shingles, with the permutations, seed and scheme of the copy model.

    All callers get one object: copy it before an update. datasketch is imported in here, since it loads SciPy, .9 s
    that a run without new articles need not wait for.
    """
    from datasketch import MinHash

    # shingles are hashed already
    return MinHash(num_perm=COPIES.permutations, seed=COPIES.seed, scheme=COPIES.scheme, hashfunc=int)


def sign(values: U32, offsets: I64, *, processors: int = 1) -> U32:
    """Return the MinHash signature of each text, one row a text: uint32 of shape (texts, permutations).

    Row i is that of the shingles `values[offsets[i]:offsets[i + 1]]`. A text without shingles has the row of an empty
    MinHash, all 2**32 - 1; no texts give no rows. Where numba is installed, compiled loops compute the same rows a
    hundred times as fast.
    """
    multipliers, increments = empty_minhash().permutations
    signed = kernel.sign(values, offsets, multipliers, increments, processors=processors)
    return sign_with_datasketch(values, offsets) if signed is None else signed


def sign_with_datasketch(values: U32, offsets: I64) -> U32:
    """Return the same MinHash signatures as `sign`, uint32 (texts, permutations), computed by datasketch alone."""
    out = np.empty((len(offsets) - 1, COPIES.permutations), np.uint32)
    for text in range(len(out)):
        minhash = empty_minhash().copy()
        for start in range(offsets[text], offsets[text + 1], _VALUES_AT_ONCE):
            minhash.update_batch(values[start : min(start + _VALUES_AT_ONCE, offsets[text + 1])].tolist())
        out[text] = minhash.hashvalues
    return out


def band_keys(signatures: U32, *, processors: int = 1) -> U64:
    """Return a 64-bit key for each LSH band of each signature, (texts, bands); texts that share a key are candidates.

    The bands are those of datasketch's `MinHashLSH(params=(COPIES.bands, COPIES.rows))`. A key names its band, so
    that all bands can lie in one table. Texts without shingles get 0 throughout: the caller leaves 0 out.
    """
    return kernel.band_keys(signatures, COPIES.bands, COPIES.rows, processors=processors)


def to_datasketch(signature: U32) -> Any:
    """Return a signature, one row of `sign`, as datasketch's LeanMinHash, ready for any of its indexes."""
    from datasketch import LeanMinHash

    return LeanMinHash(seed=COPIES.seed, hashvalues=signature, scheme=COPIES.scheme)
