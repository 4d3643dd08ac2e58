"""Measures of a compared pair in, whether both fill in the same form out: market, sport and weather reports."""

from __future__ import annotations

import numpy as np

from transforms import kernel_loops as at
from transforms.copies import Bools
from transforms.kernel_numpy import I32

# Share of the longer text's words that both have in the same order. Independent reports of one event share under a
# tenth, a form is mostly its fixed part; lower starts to catch reports that quote the same release.
FIXED_SHARE = 0.5
# Places where only a number or a name differs: an update of one report changes a figure or two, a form all of them.
LEAST_FILLED = 4
# Fixed words for each filled-in place at the most: a long report that corrects four figures is still one report.
WORDS_A_PLACE = 60


def fill_same_form(features: I32) -> Bools:
    """Tell pairs that say the same of different things: alike in wording, unlike in most numbers and names.

    `features` has the columns of `transforms.kernel_loops`, one row a pair. Such a pair is no copy, and no two reports
    of one event, however many words it shares.
    """
    f = features.astype(np.int64).T
    longer = np.maximum(f[at.TOKENS_A], f[at.TOKENS_B])
    filled = f[at.NUMBER_SLOTS] + f[at.NAME_SLOTS]
    result: Bools = (
        (f[at.MATCHED] >= FIXED_SHARE * longer)
        & (filled >= LEAST_FILLED)
        & (f[at.MATCHED] <= WORDS_A_PLACE * filled)
    )
    return result
