"""Work in slices: what `map_slices` hands out, and that no number of processors changes a bit of a result."""

from __future__ import annotations

import threading
from dataclasses import astuple
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.copies import shingles as shingling
from transforms.copies.compare import candidate_keys, verify_pairs
from transforms.copies.shingles import shingle, tokenise
from transforms.copies.signatures import sign
from transforms.kernel import blocking_joins, compiled_or_numpy
from transforms.kernel.numba_compilation import compiled, has_numba
from transforms.kernel.slices import map_slices

WORDS = (
    "pier",
    "harbour",
    "Vellmar",
    "closed",
    "48",
    "tonnes",
    "the",
    "of",
    "a",
    "ferry",
    "港口",
    "ท่าเรือ",
    "Ĉ",
)
texts_of = st.lists(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), min_size=1, max_size=12)


@given(st.integers(0, 200), st.integers(1, 9), st.integers(1, 60))
def test_slices_cover_everything_once_in_order(count: int, processors: int, least: int) -> None:
    slices = map_slices(lambda first, last: (first, last), count, processors=processors, least=least)
    assert [first for first, _ in slices] == [0, *(last for _, last in slices[:-1])]
    assert slices[-1][1] == count
    assert len(slices) == 1 or all(last - first >= least for first, last in slices)


def test_one_thread_is_the_caller_s_and_more_are_gone_afterwards() -> None:
    assert map_slices(lambda *_: threading.get_ident(), 9, processors=1, least=1) == [threading.get_ident()]
    before, both = threading.active_count(), threading.Barrier(2, timeout=60)
    # two slices wait for each other: that they both end says that they ran side by side
    slices = map_slices(lambda first, _: first < 2 and both.wait(), 8, processors=2, least=1)
    assert len(slices) == 8
    assert threading.active_count() == before


def test_what_a_slice_raises_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        map_slices(lambda first, _: 1 // (first - 3), 8, processors=2, least=1)


def test_threads_that_ask_for_one_loop_get_one_function() -> None:
    if not has_numba():
        pytest.skip("numba is not installed: nothing is compiled")

    def loop(values: list[int]) -> int:
        return len(values)

    found = map_slices(lambda *_: compiled(loop), 8, processors=8, least=1)
    assert len({id(one) for one in found}) == 1


@settings(deadline=None, max_examples=50)
@given(texts_of, st.integers(2, 12))
def test_any_number_of_processors_gives_the_same_bits(texts: list[str], processors: int) -> None:
    has_numba()  # imported: compiled loops, which run side by side, are used from here on
    whole = steps(texts, 1)
    with (
        mock.patch.multiple(compiled_or_numpy, _TEXTS_A_SLICE=1, _PAIRS_A_SLICE=1),
        mock.patch.object(shingling, "_TEXTS_A_SLICE", 1),
        mock.patch.object(blocking_joins, "_BLOCKS_A_SLICE", 1),
    ):
        assert steps(texts, processors) == whole


def steps(texts: list[str], processors: int) -> list[bytes]:
    """Return the bytes of all that is computed of texts on the way to verdicts about each two of them."""
    tokens = tokenise(texts, processors=processors)
    hashes = shingle(tokens, processors=processors)
    signatures = sign(hashes.values, hashes.offsets, processors=processors)
    keys, owners = candidate_keys(tokens, signatures, processors=processors)
    pairs = blocking_joins.pair_up(keys, owners, block_size=3, window=1, processors=processors)
    verdicts = verify_pairs(tokens, *np.triu_indices(len(texts), 1), processors=processors)
    arrays = (*astuple(tokens), *astuple(hashes), signatures, keys, owners, pairs, *astuple(verdicts))
    return [array.tobytes() for array in arrays]
