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

from transforms import kernel
from transforms import kernel_loops as at
from transforms.kernel_numpy import I32

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


def probability(inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the forest's probability that each pair of texts is one wording."""
    forest = load_forest()
    total = kernel.sum_trees(
        inputs, forest.roots, forest.input, forest.threshold, forest.left, forest.right, forest.value
    )
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(total + forest.bias)))
    return result


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
