"""Measures of a compared pair in, whether both fill in the same form out: market, sport and weather reports."""

from __future__ import annotations

import numpy as np

from transforms.copies.compare import Bools
from transforms.copies.copy_model import COPIES
from transforms.kernel import shingle_loops as at
from transforms.kernel.numpy_loops import I32


def fill_same_form(features: I32) -> Bools:
    """Return for each pair whether both texts fill in one form: equal text, different in most numbers and names.

    `features` are rows of `kernel.compiled_or_numpy.compare`, one a pair. True where the aligned tokens are at least
    `form_least_shared` of the longer text and at most `form_words_per_slot` for each short gap in which numbers or
    names differ, of which there are `form_least_slots` or more (constants of `COPIES`). Such a pair is no copy, and no
    two reports of one event. No rows give an empty array.
    """
    filled = features[:, at.NUMBER_SLOTS] + features[:, at.NAME_SLOTS]
    result: Bools = filled >= COPIES.form_least_slots
    found = np.flatnonzero(result)  # few: only of these are the other columns read
    f, filled = features[found].astype(np.int64), filled[found]
    longer = np.maximum(f[:, at.TOKENS_A], f[:, at.TOKENS_B])
    result[found] = (f[:, at.MATCHED] >= COPIES.form_least_shared * longer) & (
        f[:, at.MATCHED] <= COPIES.form_words_per_slot * filled
    )
    return result
