"""How crowded it is around an article: strong links in, the same by article out, the nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

# Outsiders that are looked at for each member. Fewer tell of single look-alikes, more of the whole topic; 15 to 40 give
# the same on the tuning sets.
NEAREST: Final = 20

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The links of articles, by article, strongest first. An `other` of -1 is an article that is in no group here."""

    start: Places  # of each article's links; one more at the end
    other: Places
    score: Places  # whole numbers below 2^31, so that no order of adding changes a sum


def survey(count: int, left: Places, right: Places, score: Places) -> Surroundings:
    """Lay out links between the articles 0 … count - 1, each pair once; a left of -1 is an article elsewhere."""
    both = left >= 0
    leaf = np.concatenate((right, left[both]))
    other = np.concatenate((left, right[both]))
    score = np.concatenate((score, score[both]))
    order = np.argsort((leaf << 32) - score)
    start = np.searchsorted(leaf[order], np.arange(count + 1))
    return Surroundings(start, other[order], score[order])
