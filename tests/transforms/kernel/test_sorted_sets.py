"""Sets made by sorting equal NumPy's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from transforms.kernel import sorted_sets

# few values, so that they meet, and both ends of what a column can hold
VALUES: dict[Any, st.SearchStrategy[int]] = {
    np.uint64: st.one_of(st.integers(0, 9), st.integers(2**64 - 3, 2**64 - 1)),
    np.int64: st.one_of(st.integers(-4, 4), st.just(-(2**63)), st.just(2**63 - 1)),
    np.uint32: st.one_of(st.integers(0, 9), st.just(2**32 - 1)),
}


Column = np.ndarray[Any, Any]


def columns(count: int) -> st.SearchStrategy[tuple[Column, ...]]:
    def of(kind: Any) -> st.SearchStrategy[tuple[Column, ...]]:
        return st.tuples(*(arrays(kind, st.integers(0, 30), elements=VALUES[kind]) for _ in range(count)))

    return st.sampled_from(list(VALUES)).flatmap(of)


def equal(found: Column, expected: Column) -> None:
    assert found.dtype == expected.dtype
    assert found.tolist() == expected.tolist()


@given(columns(1))
def test_distinct_values_are_those_of_numpy_and_the_array_stays(column: tuple[Column, ...]) -> None:
    (values,) = column
    before = values.copy()

    equal(sorted_sets.distinct(values), np.unique(values))

    assert values.tolist() == before.tolist()


@pytest.mark.parametrize(
    ("ours", "numpys"),
    [
        (sorted_sets.union, np.union1d),
        (sorted_sets.difference, np.setdiff1d),
        (sorted_sets.intersection, np.intersect1d),
    ],
)
@given(columns(2))
def test_two_sets_make_what_numpy_makes_of_them(
    ours: Callable[..., Column], numpys: Callable[..., Column], pair: tuple[Column, ...]
) -> None:
    equal(ours(*pair), numpys(*pair))


@given(columns(2))
def test_values_are_found_among_ascending_ones(pair: tuple[Column, ...]) -> None:
    values, known = pair

    equal(sorted_sets.is_among(values, np.sort(known)), np.isin(values, known))


@given(columns(2))
def test_places_of_common_values_are_those_of_numpy(pair: tuple[Column, ...]) -> None:
    a, b = map(np.unique, pair)

    left, right = sorted_sets.common_places(a, b)

    _, expected_left, expected_right = np.intersect1d(a, b, return_indices=True)
    assert (left.tolist(), right.tolist()) == (expected_left.tolist(), expected_right.tolist())
