"""Measures of benchmarks on examples that one can count."""

from __future__ import annotations

import pytest

from benchmarks.measures import precision_at


@pytest.mark.parametrize(
    ("recall", "expected"),
    [(0.5, 1.0), (0.6, 2 / 3), (1.0, 2 / 3), (0.0, 1.0)],
)
def test_precision_at_a_recall_takes_the_highest_scores(recall: float, expected: float) -> None:
    assert precision_at([0.9, 0.5, 0.5, 0.1], [True, True, False, False], recall) == expected


def test_without_a_positive_pair_the_precision_is_none() -> None:
    assert precision_at([0.9], [False], 0.5) == 0.0
    assert precision_at([], [], 0.5) == 0.0
