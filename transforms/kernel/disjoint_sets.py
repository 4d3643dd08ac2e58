"""Items that belong together in; disjoint sets and connected components, each named by its smallest member, out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from transforms.kernel.average_linkage import gather
from transforms.kernel.compiled_or_numpy import components as label_components
from transforms.kernel.numpy_loops import U64
from transforms.kernel.sorted_sets import is_among


class DisjointSets:
    """Union-find: sets of numbers that are united one pair after another; at first each is a set of its own."""

    def __init__(self, items: Iterable[int]) -> None:
        self._parent = {item: item for item in items}

    def root(self, item: int) -> int:
        """Return the smallest member of an item's set (path halving); raises KeyError for an unknown item."""
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def unite(self, a: int, b: int) -> bool:
        """Make the sets of two items one; return whether they were two. Raises KeyError for an unknown item."""
        a, b = self.root(a), self.root(b)
        self._parent[max(a, b)] = min(a, b)
        return a != b


def components(ids: U64, a: U64, b: U64) -> list[U64]:
    """Return the connected components of distinct ascending ids over the edges `a[i]`, `b[i]` (union-find).

    An edge with an end that is not among the ids is left out; an id without edges is a component of its own.
    Components come by their smallest id, each ascending. No ids give an empty list.
    """
    known = is_among(a, ids) & is_among(b, ids)
    left, right = np.searchsorted(ids, a[known]), np.searchsorted(ids, b[known])
    return gather(ids, label_components(len(ids), left, right))
