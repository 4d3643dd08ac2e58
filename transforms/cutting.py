"""Where a tree of merged articles is cut into stories: merges and surroundings in, the story of each article out."""

from __future__ import annotations

from math import sqrt
from typing import Any, Final

import numpy as np

from transforms.compiled import FEW_LINKS, compiled
from transforms.crowding import NEAREST, Places, Surroundings
from transforms.linkage import Merges

# The figures below decide where a tree is cut. They were chosen on the tuning sets together; docs/decisions/0021 has
# the table.
#
# A group is a story when its inner similarity exceeds that of a lone pair at the threshold by CROWDING times how
# crowded it is around it. 0 is a plain threshold, 1 asks for a gap as wide as the crowd is near: lone reports need the
# threshold, reports in a dense topic have to stand out from it.
CROWDING: Final = 0.8
# Two groups that are stories in their own right stay apart when the similarity between them is below COHESION times
# that within them. A smaller group of 1 + COHESION_DOUBT members halves the demand: one stray report proves no story.
COHESION: Final = 0.8
COHESION_DOUBT: Final = 1.0


def cut_trees(
    count: int, merges: Merges, around: Surroundings, least: float, scale: int
) -> tuple[Places, Places]:
    """Return the tree and the story of each of the groups 0 … count - 1; equal numbers, equal tree or story.

    A tree is cut from the top into the largest parts that stand out as stories: whose mean link between the two halves
    exceeds `least` by CROWDING times how crowded it is around the part, and that are not two stories (see COHESION). A
    single group always is one. How crowded it is: the mean link between the members and the NEAREST outsiders of each,
    where who has fewer adds zeros. A group in a dense topic has many outsiders about as near as its own members, a
    group alone has none. Links are whole multiples of 1 / `scale`.
    """
    columns: list[Any] = [merges.kept, merges.gone, merges.between, merges.height]
    columns += [around.start, around.other, around.score]
    cut = compiled(_cut) if len(around.other) >= FEW_LINKS else None
    if cut is None:
        cut, columns = _cut, [column.tolist() for column in columns]
    trees, stories = cut(count, least, scale, *columns)
    return np.array(trees, np.int64), np.array(stories, np.int64)


def _cut(
    count: int,
    least: float,
    scale: int,
    kept: Any,
    gone: Any,
    between: Any,
    height: Any,
    start: Any,
    other: Any,
    score: Any,
) -> tuple[list[int], list[int]]:
    """Do the work of `cut_trees`, on lists or, compiled, on arrays.

    Merge n is node count + n. The leaves of a node stand side by side in `leaf_at`, from `begin` on.
    """
    nodes = count + len(kept)
    at = list(range(count))  # node of each group by now
    left, right = [-1] * nodes, [-1] * nodes
    size, inner, pairs = [1] * nodes, [0] * nodes, [0] * nodes
    for number in range(len(kept)):
        node = count + number
        a, b = at[kept[number]], at[gone[number]]
        left[node], right[node] = a, b
        size[node] = size[a] + size[b]
        inner[node] = inner[a] + inner[b] + between[number]
        pairs[node] = pairs[a] + pairs[b] + size[a] * size[b]
        at[kept[number]] = node
    root, begin, leaf_at = [-1] * nodes, [0] * nodes, [0] * count
    after = 0
    for node in range(nodes - 1, -1, -1):
        if root[node] < 0:
            root[node], begin[node] = node, after
            after += size[node]
        if node >= count:
            root[left[node]] = root[right[node]] = root[node]
            begin[left[node]] = begin[node]
            begin[right[node]] = begin[node] + size[left[node]]
    for leaf in range(count):
        leaf_at[begin[leaf]] = leaf

    def stands_out(node: int) -> bool:
        a, b = left[node], right[node]
        proof = min(size[a], size[b]) - 1
        mean = height[node - count] / scale
        if proof > 0:
            demand = COHESION * proof / (proof + COHESION_DOUBT)
            within = sqrt((inner[a] / (pairs[a] * scale)) * (inner[b] / (pairs[b] * scale)))
            if mean < demand * within:
                return False
        first, last = begin[node], begin[node] + size[node]
        crowd = 0
        for place in range(first, last):
            seen = 0
            for link in range(start[leaf_at[place]], start[leaf_at[place] + 1]):
                if other[link] < 0 or not first <= begin[other[link]] < last:
                    crowd += score[link]
                    seen += 1
                    if seen == NEAREST:
                        break
        return bool(mean - CROWDING * (crowd / (size[node] * NEAREST) / scale) >= least)

    story = [-1] * nodes
    for node in range(nodes - 1, -1, -1):
        if story[node] < 0 and (node < count or stands_out(node)):
            story[node] = node
        if node >= count:
            story[left[node]] = story[right[node]] = story[node]
    return root[:count], story[:count]
