"""Pairs of owners that share a blocking key: `pair_up` beside its definition, block by block."""

from __future__ import annotations

from collections import Counter
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.kernel import blocking_joins
from transforms.kernel.blocking_joins import pair_up
from transforms.kernel.numpy_loops import mix64


def pair_by_definition(
    rows: list[tuple[int, int]],
    days: dict[int, float | None] | None,
    *,
    block_size: int,
    window: int,
    shared_blocks: int,
    far_days: int,
    far_shared_blocks: int,
) -> list[list[int]]:
    """Pair the members of each block as the docstring of `pair_up` says; `days` has the day of each owner."""
    shared = [key for key, count in Counter(key for key, _ in set(rows)).items() if count > 1]
    known = [
        day for owner, day in (days or {}).items() if day is not None and owner in owners_of(rows, shared)
    ]
    small: Counter[tuple[int, int]] = Counter()
    large: Counter[tuple[int, int]] = Counter()
    for key in shared:
        members = sorted({owner for other, owner in rows if other == key})
        if len(members) <= block_size:
            small.update((a, b) for a in members for b in members if a < b)
            continue
        ordered = sorted(members, key=lambda owner: place(owner, key, days, known))
        for at, owner in enumerate(ordered):
            near = ordered[at + 1 : at + 1 + window]
            large.update((min(owner, other), max(owner, other)) for other in near)

    def needed(pair: tuple[int, int], least: int) -> int:
        first, second = (None if days is None else days[owner] for owner in pair)
        is_far = first is not None and second is not None and abs(first - second) > far_days
        return max(least, far_shared_blocks) if is_far else least

    found = {pair for pair, blocks in small.items() if blocks >= needed(pair, 1)}
    found |= {pair for pair, blocks in large.items() if blocks >= needed(pair, shared_blocks)}
    return [list(pair) for pair in sorted(found)]


def owners_of(rows: list[tuple[int, int]], keys: list[int]) -> set[int]:
    """Return the owners of some keys."""
    return {owner for key, owner in rows if key in keys}


def place(
    owner: int, key: int, days: dict[int, float | None] | None, known: list[float]
) -> tuple[float, int]:
    """Return where an owner stands in an oversized block: its day, if there are days, then a hash."""
    mixed = int(mix64(np.array([owner + key], np.uint64))[0])
    if days is None or not known:
        return 0.0, mixed
    day = days[owner]
    return min(known) + mixed % int(max(known) - min(known) + 1) if day is None else day, mixed


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 12)), max_size=60),
    st.none() | st.lists(st.none() | st.integers(0, 9).map(float), min_size=13, max_size=13),
    st.integers(2, 5),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(1, 3),
)
@settings(max_examples=100, deadline=None)
def test_pairs_are_those_of_the_definition(
    rows: list[tuple[int, int]],
    days: list[float | None] | None,
    block_size: int,
    window: int,
    shared_blocks: int,
    far_shared_blocks: int,
) -> None:
    keys = np.array([key for key, _ in rows], np.uint64)
    owners = np.array([owner for _, owner in rows], np.int64)
    by_owner = None if days is None else dict(enumerate(days))
    column = None if days is None else np.array([days[owner] for _, owner in rows], np.float64)
    constants = {
        "block_size": block_size,
        "window": window,
        "shared_blocks": shared_blocks,
        "far_days": 4,
        "far_shared_blocks": far_shared_blocks,
    }
    found = pair_up(keys, owners, days=column, **constants)
    assert found.tolist() == pair_by_definition(rows, by_owner, **constants)
    with mock.patch.object(blocking_joins, "_BLOCKS_A_SLICE", 1):
        assert pair_up(keys, owners, days=column, processors=3, **constants).tolist() == found.tolist()
