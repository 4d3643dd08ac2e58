"""Signatures and bands are datasketch's: by whatever way they are computed, and in the warehouse's join."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.copies.copy_model import COPIES
from transforms.copies.signatures import band_keys, sign, sign_with_datasketch, to_datasketch
from transforms.kernel.numba_compilation import has_numba
from transforms.kernel.numpy_loops import I64, U32
from warehouse.connection import open_scratch
from warehouse.folding_evidence import copy_candidates
from warehouse.folding_tables import insert_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SETS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=30), min_size=1, max_size=5)
# Sets that overlap by any share: slices of one row of numbers.
OVERLAPPING = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 40)).map(lambda ends: list(range(ends[0], sum(ends)))),
    min_size=2,
    max_size=8,
)


def packed(sets: list[list[int]]) -> tuple[U32, I64]:
    values = np.array([value for one in sets for value in one], np.uint32)
    return values, np.concatenate([[0], np.cumsum([len(one) for one in sets])]).astype(np.int64)


@given(SETS)
@settings(max_examples=60, deadline=None)
def test_signatures_are_datasketchs_bit_for_bit(sets: list[list[int]]) -> None:
    from datasketch import MinHash

    if not has_numba():
        pytest.skip("numba is not installed: datasketch alone makes the signatures")
    signed = sign(*packed(sets))
    assert signed.shape == (len(sets), COPIES.permutations)
    assert np.array_equal(signed, sign_with_datasketch(*packed(sets)))
    for row, values in zip(signed, sets, strict=True):
        expected = MinHash(COPIES.permutations, seed=1, hashfunc=int)
        expected.update_batch(values)
        assert np.array_equal(row, expected.hashvalues)
        assert to_datasketch(row).jaccard(expected) == 1.0


def test_a_long_text_is_signed_in_parts() -> None:
    from datasketch import MinHash

    values = np.arange(25_001, dtype=np.uint32) * np.uint32(2654435761)
    expected = MinHash(COPIES.permutations, seed=1, hashfunc=int)
    expected.update_batch(values.tolist())
    assert np.array_equal(sign_with_datasketch(values, np.array([0, len(values)]))[0], expected.hashvalues)


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    with open_scratch(tmp_path_factory.mktemp("bands") / "bands.duckdb") as con:
        yield con


def joined_in_the_warehouse(con: DuckDBPyConnection, signed: U32) -> set[tuple[int, int]]:
    """Return the pairs that the warehouse finds over the bands alone, with blocks of any size."""
    keys = band_keys(signed)
    owners = np.repeat(np.arange(len(signed), dtype=np.uint64), keys.shape[1])
    keep = keys.ravel() != 0
    con.execute("CREATE OR REPLACE TABLE bands (band_key UBIGINT, article_id UBIGINT)")
    insert_rows(con, "bands", {"band_key": keys.ravel()[keep], "article_id": owners[keep]})
    every_article = np.arange(len(signed), dtype=np.uint64)
    left, right = copy_candidates(con, every_article, block_size=1_000_000, window=1)
    return set(zip(left.tolist(), right.tolist(), strict=True))


@given(OVERLAPPING)
@settings(max_examples=50, deadline=None)
def test_the_warehouse_finds_the_pairs_that_a_datasketch_index_finds(
    con: DuckDBPyConnection, sets: list[list[int]]
) -> None:
    from datasketch import MinHashLSH

    signed = sign(*packed(sets))
    index = MinHashLSH(num_perm=COPIES.permutations, params=(COPIES.bands, COPIES.rows))
    for text, row in enumerate(signed):
        if sets[text]:  # datasketch holds texts without shingles for equal, the warehouse for incomparable
            index.insert(text, to_datasketch(row))
    expected = {
        (text, other)
        for text, row in enumerate(signed)
        if sets[text]
        for other in index.query(to_datasketch(row))
        if text < other
    }
    assert joined_in_the_warehouse(con, signed) == expected


def test_equal_values_in_two_bands_are_two_keys() -> None:
    signature = np.tile(np.arange(COPIES.rows, dtype=np.uint32), COPIES.bands)[None, :]
    assert len(np.unique(band_keys(signature))) == COPIES.bands


def test_a_text_without_shingles_has_no_key() -> None:
    assert not band_keys(sign(*packed([[]]))).any()


def test_importing_the_module_loads_neither_scipy_nor_numba() -> None:
    script = "import sys, transforms.copies.compare; print('scipy' in sys.modules, 'numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
