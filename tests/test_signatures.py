"""Signatures equal datasketch's, and both ways of computing them agree."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms import kernel_numpy
from transforms.compiled import has_numba
from transforms.kernel_numpy import I64, U32
from transforms.signatures import (
    BANDS,
    PERMUTATIONS,
    _permutations,
    band_keys,
    sign,
    to_datasketch,
)

SETS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=30), min_size=1, max_size=5)


def packed(sets: list[list[int]]) -> tuple[U32, I64]:
    values = np.array([value for one in sets for value in one], np.uint32)
    return values, np.concatenate([[0], np.cumsum([len(one) for one in sets])]).astype(np.int64)


@given(SETS)
@settings(max_examples=60, deadline=None)
def test_signatures_are_datasketchs_bit_for_bit(sets: list[list[int]]) -> None:
    from datasketch import MinHash

    signed = sign(*packed(sets))
    assert signed.shape == (len(sets), PERMUTATIONS)
    for row, values in zip(signed, sets, strict=True):
        expected = MinHash(PERMUTATIONS, seed=1, hashfunc=int)
        expected.update_batch(values)
        assert np.array_equal(row, expected.hashvalues)
        assert to_datasketch(row).jaccard(expected) == 1.0


@given(SETS)
@settings(max_examples=60, deadline=None)
def test_compiled_and_numpy_paths_agree(sets: list[list[int]]) -> None:
    if not has_numba():
        pytest.skip("numba is not installed: there is one path only")
    values, offsets = packed(sets)
    assert np.array_equal(sign(values, offsets), kernel_numpy.sign(values, offsets, *_permutations()))


def test_stored_signatures_work_in_a_datasketch_index() -> None:
    from datasketch import MinHashLSH

    signed = sign(*packed([list(range(40)), list(range(2, 40)), list(range(900, 940))]))
    index = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, PERMUTATIONS // BANDS))
    for at, row in enumerate(signed):
        index.insert(at, to_datasketch(row))
    assert sorted(index.query(to_datasketch(signed[0]))) == [0, 1]


@given(SETS)
@settings(max_examples=40, deadline=None)
def test_two_texts_share_a_key_exactly_where_they_share_a_band(sets: list[list[int]]) -> None:
    signed = sign(*packed(sets))
    keys = band_keys(signed)
    rows = PERMUTATIONS // BANDS
    for a in range(len(sets)):
        for b in range(len(sets)):
            if not sets[a] or not sets[b]:
                continue
            bands = (signed[a].reshape(BANDS, rows) == signed[b].reshape(BANDS, rows)).all(axis=1)
            assert np.array_equal(keys[a] == keys[b], bands)


def test_a_text_without_shingles_has_no_key() -> None:
    assert not band_keys(sign(*packed([[]]))).any()


def test_importing_the_module_loads_neither_scipy_nor_numba() -> None:
    script = "import sys, transforms.copies; print('scipy' in sys.modules, 'numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_signing_loads_no_scipy_and_leaves_all_of_datasketch_to_others() -> None:
    script = (
        "import sys, numpy as np; from transforms.signatures import sign, to_datasketch; "
        "row = sign(np.arange(9, dtype=np.uint32), np.array([0, 9]))[0]; print('scipy' in sys.modules); "
        "from datasketch import MinHashLSH; index = MinHashLSH(num_perm=128); index.insert('a', to_datasketch(row)); "
        "print(index.query(to_datasketch(row)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False", "['a']"]
