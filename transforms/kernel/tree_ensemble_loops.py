"""Scoring compared pairs, written for numba and valid as plain Python: columns in, inputs and sums of leaves out."""

from __future__ import annotations

import numpy as np

from transforms.kernel.numpy_loops import F64, I32, I64, U64
from transforms.kernel.shingle_loops import (
    CLASH,
    DISTINCT_A,
    DISTINCT_B,
    HEAD_A,
    HEAD_B,
    LONGEST,
    MATCHED,
    NAME_SLOTS,
    NUMBER_SLOTS,
    RUNS,
    SHARED,
    SLOT_TOKENS,
    TAIL_A,
    TAIL_B,
    TOKENS_A,
    TOKENS_B,
)


def fill_inputs(features: I32, out: F64) -> None:
    """Fill the inputs of the copy model for each pair, one row a pair, in the order of `tree_ensemble.INPUTS`.

    `features` are rows of counts from `compiled_or_numpy.compare`; `out` has at least as many rows. See
    `tree_ensemble.model_inputs`.
    """
    for pair in range(len(features)):
        f = features[pair]
        x = out[pair]
        matched = float(f[MATCHED])
        head, tail = (
            np.sqrt(float(f[HEAD_A]) * float(f[HEAD_B])),
            np.sqrt(float(f[TAIL_A]) * float(f[TAIL_B])),
        )
        clash, slots = float(f[CLASH]), float(f[SLOT_TOKENS])
        shorter = float(max(min(f[TOKENS_A], f[TOKENS_B]), 1))
        longer = float(max(f[TOKENS_A], f[TOKENS_B], 1))
        union = float(max(f[DISTINCT_A] + f[DISTINCT_B] - f[SHARED], 1))
        x[0] = matched
        x[1] = f[LONGEST]
        x[2] = f[RUNS]
        x[3] = head
        x[4] = min(f[HEAD_A], f[HEAD_B])
        x[5] = max(f[HEAD_A], f[HEAD_B])
        x[6] = tail
        x[7] = min(f[TAIL_A], f[TAIL_B])
        x[8] = max(f[TAIL_A], f[TAIL_B])
        x[9] = clash
        x[10] = head / (matched + head + 1.0)
        x[11] = tail / (matched + tail + 1.0)
        x[12] = clash / (matched + clash + 1.0)
        x[13] = slots
        x[14] = slots / (matched + 1.0)
        x[15] = f[NUMBER_SLOTS]
        x[16] = f[NAME_SLOTS]
        x[17] = matched / shorter
        x[18] = shorter / longer
        x[19] = f[SHARED] / union


def sum_leaves(inputs: F64, thresholds: F64, edges: I64, reachable: U64, values: F64, out: F64) -> None:
    """Fill `out` with the sum of the leaves that each row of inputs reaches in an ensemble of small decision trees.

    The tables are those of `tree_ensemble.lookup_tables`: every input has its thresholds in order, and `reachable`
    states for each number of thresholds below the input which leaves remain possible, eight trees of at most eight
    leaves in a word. The first leaf that remains is the one reached (QuickScorer: Lucchese and others 2015, with its
    loop over nodes tabled). Added up in the order of the trees, without the bias; `out` has an entry a row.
    """
    words = reachable.shape[1]
    lowest = np.zeros(256, np.int64)
    for byte in range(1, 256):
        while not (byte >> lowest[byte]) & 1:
            lowest[byte] += 1
    remaining = np.empty(words, np.uint64)
    for row in range(inputs.shape[0]):
        remaining[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
        for column in range(inputs.shape[1]):
            x = inputs[row, column]
            own = thresholds[edges[column] : edges[column + 1]]
            below = 0
            for at in range(len(own)):
                below += 1 if x > own[at] else 0
            line = reachable[edges[column] + column + below]
            for word in range(words):
                remaining[word] &= line[word]
        total = 0.0
        for tree in range(values.shape[0]):
            byte = int(remaining[tree >> 3] >> np.uint64(8 * (tree & 7))) & 255
            total += values[tree, lowest[byte]]
        out[row] = total
