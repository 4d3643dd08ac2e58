"""Where dendrograms are cut into stories: merges and neighbourhoods in, the story of each group out."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from transforms.kernel.average_linkage import Merges
from transforms.kernel.numba_compilation import FEW_LINKS, compiled
from transforms.stories.neighbour_lists import I64, Neighbourhood
from transforms.stories.story_model import MODEL, StoryModel

Floats = npt.NDArray[np.float64]


def cut_dendrograms(
    shortness: Floats,
    merges: Merges,
    near: Neighbourhood,
    least: float,
    scale: int,
    model: StoryModel = MODEL,
) -> tuple[I64, I64]:
    """Cut dendrograms into stories; return the dendrogram and the story of each leaf, as numbers of top nodes.

    Nodes are the leaves, 0 to len(`shortness`) - 1, then the merges in order. `shortness` of a leaf is 0 for a full
    text and 1 for a headline alone. Sums and scores in `merges` and `near` are in units of 1 / `scale`; `least` is a
    similarity.

    A dendrogram is cut from the top into the largest subtrees that are stories. A leaf always is one. A subtree is one
    when the mean link between its two halves is at least `least` plus `separation` times its local density, and its
    halves are not two stories (see `cohesion` in `StoryModel`). Its local density is the mean link between its articles
    and the `neighbours` nearest articles outside of each, missing ones counting 0: a group in a dense topic has many
    neighbours about as near as its own articles, a group alone has none. Short texts need a higher mean link, the fewer
    the higher: a mean over many pairs is sure where the score of two headlines is not (see `short_margin`).
    """
    columns: list[Any] = [merges.kept, merges.gone, merges.between, merges.height]
    columns += [shortness, near.start, near.neighbour, near.score]
    parts = (_build_dendrograms, _is_one_story, _local_density, _mean_shortness)
    cut = compiled(_cut, parts) if len(near.neighbour) >= FEW_LINKS else None
    if cut is None:
        cut, columns = _cut, [column.tolist() for column in columns]
    constants = (
        (model.separation, model.short_separation),
        (model.cohesion, model.short_cohesion),
        model.cohesion_doubt,
        (model.short_margin, model.short_margin_decay),
        model.neighbours,
    )
    dendrograms, stories = cut(len(shortness), least, scale, constants, *columns)
    return np.array(dendrograms, np.int64), np.array(stories, np.int64)


def _build_dendrograms(count: int, kept: Any, gone: Any, between: Any) -> tuple[Any, ...]:
    """Return children, leaves, inner links and inner pairs of all nodes: leaves first, then merges."""
    nodes = count + len(kept)
    node_of = list(range(count))  # node of each leaf by now
    left, right, leaves, inner, pairs = [-1] * nodes, [-1] * nodes, [1] * nodes, [0] * nodes, [0] * nodes
    for number in range(len(kept)):
        node = count + number
        a, b = node_of[kept[number]], node_of[gone[number]]
        left[node], right[node] = a, b
        leaves[node] = leaves[a] + leaves[b]
        inner[node] = inner[a] + inner[b] + between[number]
        pairs[node] = pairs[a] + pairs[b] + leaves[a] * leaves[b]
        node_of[kept[number]] = node
    return left, right, leaves, inner, pairs


def _is_one_story(
    a: int,
    b: int,
    mean: float,
    scale: int,
    cohesion: float,
    doubt: float,
    leaves: Any,
    inner: Any,
    pairs: Any,
) -> bool:
    """Return whether two subtrees cohere: their mean link against the geometric mean of the means within them."""
    proof = min(leaves[a], leaves[b]) - 1
    if proof <= 0:
        return True
    within = sqrt((inner[a] / (pairs[a] * scale)) * (inner[b] / (pairs[b] * scale)))
    return bool(mean >= cohesion * proof / (proof + doubt) * within)


def _local_density(
    first: int, last: int, most: int, begin: Any, leaf_at: Any, start: Any, neighbour: Any, score: Any
) -> float:
    """Return the mean link between the leaves at first … last - 1 and the nearest articles outside."""
    total = 0
    for position in range(first, last):
        leaf, seen = leaf_at[position], 0
        for link in range(start[leaf], start[leaf + 1]):
            if neighbour[link] < 0 or not first <= begin[neighbour[link]] < last:
                total += score[link]
                seen += 1
                if seen == most:
                    break
    return float(total / ((last - first) * most))


def _mean_shortness(first: int, last: int, leaf_at: Any, shortness: Any) -> float:
    """Return the mean shortness of the leaves at first … last - 1."""
    total = 0.0
    for position in range(first, last):
        total += shortness[leaf_at[position]]
    return float(total / (last - first))


def _cut(
    count: int,
    least: float,
    scale: int,
    constants: Any,
    kept: Any,
    gone: Any,
    between: Any,
    height: Any,
    shortness: Any,
    start: Any,
    neighbour: Any,
    score: Any,
) -> tuple[list[int], list[int]]:
    """Do the work of `cut_dendrograms`, on lists or, compiled, on arrays.

    The leaves of a node lie side by side in `leaf_at`, from `begin` on.
    """
    (separation, short_separation), (cohesion, short_cohesion), stray, (margin, decay), most = constants
    left, right, leaves, inner, pairs = _build_dendrograms(count, kept, gone, between)
    nodes = len(leaves)
    root, begin, leaf_at = [-1] * nodes, [0] * nodes, [0] * count
    after = 0
    for node in range(nodes - 1, -1, -1):
        if root[node] < 0:
            root[node], begin[node] = node, after
            after += leaves[node]
        if node >= count:
            root[left[node]] = root[right[node]] = root[node]
            begin[left[node]] = begin[node]
            begin[right[node]] = begin[node] + leaves[left[node]]
    for leaf in range(count):
        leaf_at[begin[leaf]] = leaf
    story = [-1] * nodes
    for node in range(nodes - 1, -1, -1):
        if story[node] < 0 and node < count:
            story[node] = node
        elif story[node] < 0:
            first, last = begin[node], begin[node] + leaves[node]
            short = _mean_shortness(first, last, leaf_at, shortness)
            middle = first + leaves[left[node]]
            shorter = max(
                _mean_shortness(first, middle, leaf_at, shortness),
                _mean_shortness(middle, last, leaf_at, shortness),
            )
            a, b, mean = left[node], right[node], height[node - count] / scale
            demand = cohesion + short * (short_cohesion - cohesion)
            if _is_one_story(a, b, mean, scale, demand, stray, leaves, inner, pairs):
                density = _local_density(first, last, most, begin, leaf_at, start, neighbour, score)
                needed = least + (separation + short * (short_separation - separation)) * (density / scale)
                needed += (short + shorter) / 2 * margin / (leaves[node] / 2) ** decay
                if mean >= needed:
                    story[node] = node
        if node >= count:
            story[left[node]] = story[right[node]] = story[node]
    return root[:count], story[:count]
