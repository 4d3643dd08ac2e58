"""Measures of a pair of texts in, the probability that they are copies out: an ensemble of small decision trees.

The ensemble is data (`data/copy_model.json`), trained by `benchmarks/copy_model.py` and versioned: a verdict is a pure
function of the two texts and of the version. Method: gradient boosting (Friedman 2001), with the direction of each
measure held monotone where it has one, so that no accident of the training texts can turn it round.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from transforms.kernel import compiled_or_numpy as kernel
from transforms.kernel import shingle_loops as at
from transforms.kernel.numpy_loops import F64, I32, I64, U64

# The inputs of the ensemble, and whether more of each speaks for (1) or against (-1) a copy; 0 where both can be.
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

_Splits: TypeAlias = list[
    list[tuple[float, int, int]]
]  # by input: threshold, tree, bits of the leaves left over

LEAVES = 8  # of a tree at the most: a bit each in the table that compiled code looks them up in


@dataclass(frozen=True, slots=True)
class TreeEnsemble:
    """Decision trees as flat arrays: node i goes left when its input is at most the threshold; a leaf has input -1.

    `roots` has the first node of each tree, `left` and `right` the children of each node; `value` is that of a leaf,
    which is added to `bias` (log-odds).
    """

    version: str
    bias: float
    roots: NDArray[np.int64]
    input: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]


def model_inputs(features: I32) -> F64:
    """Turn `features`, rows of `kernel.compiled_or_numpy.compare`, into inputs of the ensemble, columns as in `INPUTS`.

    Which text of a pair comes first makes no difference. Ratios of empty texts are finite; no rows give no rows.
    """
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


def copy_probability(features: I32, *, processors: int = 1) -> F64:
    """Return the probability (0 to 1) that each pair is one text in two places, by gradient boosted trees.

    `features` are rows of `compiled_or_numpy.compare`, one a pair. The probability is the logistic function of the
    ensemble's sum. Raises ValueError when the shipped ensemble does not fit (see `load_ensemble`).
    """
    total = kernel.sum_leaves(features, *lookup_tables(), processors=processors)
    if total is None:
        total = sum_leaves(model_inputs(features))
    result: F64 = 1.0 / (1.0 + np.exp(-(total + load_ensemble().bias)))
    return result


def sum_leaves(inputs: F64) -> F64:
    """Return the sum of the leaves that each row of `model_inputs` reaches, walking every tree; bias left out."""
    trees = load_ensemble()
    total = np.zeros(len(inputs), np.float64)
    rows = np.arange(len(inputs))
    for root in trees.roots:
        node = np.full(len(inputs), root, np.int64)
        while True:
            inner = trees.input[node] >= 0
            if not inner.any():
                break
            goes_left = inputs[rows, np.maximum(trees.input[node], 0)] <= trees.threshold[node]
            node = np.where(inner, np.where(goes_left, trees.left[node], trees.right[node]), node)
        total += trees.value[node]
    return total


@lru_cache(maxsize=1)
def lookup_tables() -> tuple[F64, I64, U64, F64]:
    """Turn the ensemble into the tables of `tree_ensemble_loops.sum_leaves`: thresholds, edges, reachable, values.

    Thresholds ascend by input, those of input i at `edges[i]:edges[i + 1]`; reachable leaves are bit masks, eight trees
    to a 64-bit word, with a row for each number of thresholds of an input that lie below it; values are (trees,
    `LEAVES`). Raises ValueError when a tree has more than `LEAVES` leaves, and when the ensemble was trained for other
    inputs than `INPUTS`.
    """
    ensemble = load_ensemble()
    trees = -(-len(ensemble.roots) // LEAVES) * LEAVES
    values = np.zeros((len(ensemble.roots), LEAVES), np.float64)
    splits: _Splits = [[] for _ in INPUTS]
    for tree, root in enumerate(ensemble.roots.tolist()):
        leaves: list[int] = []
        _walk(ensemble, tree, root, leaves, splits)
        if len(leaves) > LEAVES:
            raise ValueError("data/copy_model.json has a tree of more leaves than are looked up")
        values[tree, : len(leaves)] = ensemble.value[leaves]
    edges = np.cumsum([0, *map(len, splits)])
    lines = []
    for column in splits:
        column.sort()
        reachable = np.full(trees, 255, np.uint8)
        lines.append(reachable.copy())
        for _, tree, bits in column:
            reachable[tree] &= bits
            lines.append(reachable.copy())
    thresholds = np.array([split[0] for column in splits for split in column], np.float64)
    return thresholds, edges.astype(np.int64), np.stack(lines).view("<u8").astype(np.uint64), values


def _walk(ensemble: TreeEnsemble, tree: int, node: int, leaves: list[int], splits: _Splits) -> None:
    """Number the leaves below a node from left to right; an input above its threshold rules out those on its left."""
    column = int(ensemble.input[node])
    if column < 0:
        leaves.append(node)
        return
    before = len(leaves)
    _walk(ensemble, tree, int(ensemble.left[node]), leaves, splits)
    ruled_out = sum(1 << leaf for leaf in range(before, len(leaves)))
    splits[column].append((float(ensemble.threshold[node]), tree, 255 & ~ruled_out))
    _walk(ensemble, tree, int(ensemble.right[node]), leaves, splits)


@lru_cache(maxsize=1)
def load_ensemble() -> TreeEnsemble:
    """Read the ensemble that is shipped with the package, once a process.

    Raises ValueError when it was trained for other inputs than `INPUTS`, in number, name or order.
    """
    stored = json.loads(files("transforms").joinpath("data/copy_model.json").read_text("utf-8"))
    if list(stored["inputs"]) != list(INPUTS):
        raise ValueError("data/copy_model.json was trained for other inputs: train it again")
    return TreeEnsemble(
        version=str(stored["version"]),
        bias=float(stored["bias"]),
        roots=np.array(stored["roots"], np.int64),
        input=np.array(stored["input"], np.int64),
        threshold=np.array(stored["threshold"], np.float64),
        left=np.array(stored["left"], np.int64),
        right=np.array(stored["right"], np.int64),
        value=np.array(stored["value"], np.float64),
    )
