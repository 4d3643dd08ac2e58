"""Measures of a pair of texts in; the probability that they are copies out: a fixed forest of small trees.

The forest is data (`data/copy_model.json`), trained by `benchmarks/copy_model.py` and versioned: a verdict is a pure
function of the two texts and of the version. Method: gradient boosting (Friedman 2001), with the direction of each
measure held monotone where it has one, so that no accident of the training texts can turn it round.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from transforms import kernel, kernel_numpy
from transforms import kernel_loops as at
from transforms.kernel_numpy import F64, I32, I64, U64

# The inputs of the forest, and whether more of each speaks for (1) or against (-1) a copy; 0 where both can be.
INPUTS = {
    "matched": 1,  # words aligned
    "longest": 0,  # longest run of them
    "runs": 0,
    "head": -1,  # words before the first aligned run, geometric mean of both texts
    "head_least": -1,
    "head_most": 0,
    "tail": 0,
    "tail_least": 0,
    "tail_most": 0,
    "clash": -1,  # passages that differ inside
    "head_ratio": -1,
    "tail_ratio": 0,
    "clash_ratio": -1,
    "slot_words": 0,  # words exchanged in place
    "slot_ratio": 0,
    "number_slots": -1,  # of these, with different numbers
    "name_slots": -1,  # and with different names
    "containment": 1,
    "length_ratio": 0,
    "jaccard": 1,
}


LEAVES = 8  # of a tree at the most: a bit each in the table that compiled code looks them up in


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees as flat arrays: node i goes left when its input is at most the threshold; a leaf has input -1."""

    version: str
    bias: float
    roots: NDArray[np.int64]
    input: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]


def measure(features: I32) -> NDArray[np.float64]:
    """Turn rows of `kernel.compare` into the inputs of the forest, in the order of INPUTS; symmetric."""
    f = features.astype(np.float64).T
    matched = f[at.MATCHED]
    head, tail = np.sqrt(f[at.HEAD_A] * f[at.HEAD_B]), np.sqrt(f[at.TAIL_A] * f[at.TAIL_B])
    clash, slots = f[at.CLASH], f[at.SLOT_TOKENS]
    shorter = np.maximum(np.minimum(f[at.TOKENS_A], f[at.TOKENS_B]), 1)
    longer = np.maximum(np.maximum(f[at.TOKENS_A], f[at.TOKENS_B]), 1)
    union = np.maximum(f[at.DISTINCT_A] + f[at.DISTINCT_B] - f[at.SHARED], 1)
    columns = {
        "matched": matched,
        "longest": f[at.LONGEST],
        "runs": f[at.RUNS],
        "head": head,
        "head_least": np.minimum(f[at.HEAD_A], f[at.HEAD_B]),
        "head_most": np.maximum(f[at.HEAD_A], f[at.HEAD_B]),
        "tail": tail,
        "tail_least": np.minimum(f[at.TAIL_A], f[at.TAIL_B]),
        "tail_most": np.maximum(f[at.TAIL_A], f[at.TAIL_B]),
        "clash": clash,
        "head_ratio": head / (matched + head + 1),
        "tail_ratio": tail / (matched + tail + 1),
        "clash_ratio": clash / (matched + clash + 1),
        "slot_words": slots,
        "slot_ratio": slots / (matched + 1),
        "number_slots": f[at.NUMBER_SLOTS],
        "name_slots": f[at.NAME_SLOTS],
        "containment": matched / shorter,
        "length_ratio": shorter / longer,
        "jaccard": f[at.SHARED] / union,
    }
    return np.ascontiguousarray(np.stack([columns[name] for name in INPUTS], axis=1))


def judge(features: I32) -> NDArray[np.float64]:
    """Return the forest's probability that each pair of texts is one wording, from rows of `kernel.compare`."""
    forest = load_forest()
    total = kernel.weigh(features, *_tables())
    if total is None:
        total = kernel_numpy.sum_trees(
            measure(features),
            forest.roots,
            forest.input,
            forest.threshold,
            forest.left,
            forest.right,
            forest.value,
        )
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(total + forest.bias)))
    return result


@lru_cache(maxsize=1)
def _tables() -> tuple[F64, I64, U64, F64]:
    """Turn the forest into the tables of `kernel_forest.sum_leaves`: thresholds, their edges, leaves, values."""
    forest = load_forest()
    trees = -(-len(forest.roots) // LEAVES) * LEAVES
    values = np.zeros((len(forest.roots), LEAVES), np.float64)
    splits: list[list[tuple[float, int, int]]] = [
        [] for _ in INPUTS
    ]  # threshold, tree, bits of the leaves left open
    for tree, root in enumerate(forest.roots.tolist()):
        leaves: list[int] = []
        _walk(forest, tree, root, leaves, splits)
        if len(leaves) > LEAVES:
            raise ValueError("data/copy_model.json has a tree of more leaves than are looked up")
        values[tree, : len(leaves)] = forest.value[leaves]
    edges = np.cumsum([0, *map(len, splits)])
    lines = []
    for some in splits:
        some.sort()
        open_ = np.full(trees, 255, np.uint8)
        lines.append(open_.copy())
        for _, tree, bits in some:
            open_[tree] &= bits
            lines.append(open_.copy())
    thresholds = np.array([split[0] for some in splits for split in some], np.float64)
    return thresholds, edges.astype(np.int64), np.stack(lines).view("<u8").astype(np.uint64), values


def _walk(
    forest: Forest, tree: int, node: int, leaves: list[int], splits: list[list[tuple[float, int, int]]]
) -> None:
    """Number the leaves below a node from left to right; an input above its threshold closes those on its left."""
    column = int(forest.input[node])
    if column < 0:
        leaves.append(node)
        return
    before = len(leaves)
    _walk(forest, tree, int(forest.left[node]), leaves, splits)
    closed = sum(1 << leaf for leaf in range(before, len(leaves)))
    splits[column].append((float(forest.threshold[node]), tree, 255 & ~closed))
    _walk(forest, tree, int(forest.right[node]), leaves, splits)


@lru_cache(maxsize=1)
def load_forest() -> Forest:
    """Read the forest that is shipped with the package."""
    stored = json.loads(files("transforms").joinpath("data/copy_model.json").read_text("utf-8"))
    if list(stored["inputs"]) != list(INPUTS):
        raise ValueError("data/copy_model.json was trained for other inputs: train it again")
    return Forest(
        version=str(stored["version"]),
        bias=float(stored["bias"]),
        roots=np.array(stored["roots"], np.int64),
        input=np.array(stored["input"], np.int64),
        threshold=np.array(stored["threshold"], np.float64),
        left=np.array(stored["left"], np.int64),
        right=np.array(stored["right"], np.int64),
        value=np.array(stored["value"], np.float64),
    )
