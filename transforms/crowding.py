"""How crowded it is around a group of articles: strong links in, how near the nearest outsiders are out."""

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
    score: Places  # whole numbers, so that no order of adding changes a sum
    _is_inside: npt.NDArray[np.bool_]  # scratch: false everywhere between two questions

    def crowd(self, members: Places) -> float:
        """Return the mean score between the members and the NEAREST outsiders of each; who has fewer adds zeros.

        A group in a dense topic has many outsiders about as near as its own members, a group alone has none.
        """
        counts = self.start[members + 1] - self.start[members]
        first = np.cumsum(counts) - counts
        taken = np.repeat(self.start[members] - first, counts) + np.arange(int(counts.sum()))
        self._is_inside[members] = True
        other = self.other[taken]
        is_outside = (other < 0) | ~self._is_inside[other]
        self._is_inside[members] = False
        seen = np.concatenate(([0], np.cumsum(is_outside)))
        rank = seen[1:] - np.repeat(seen[first], counts)
        near = self.score[taken][is_outside & (rank <= NEAREST)]
        return int(near.sum()) / (len(members) * NEAREST)


def survey(count: int, left: Places, right: Places, score: Places) -> Surroundings:
    """Lay out links between the articles 0 … count - 1, each pair once; a left of -1 is an article elsewhere."""
    both = left >= 0
    leaf = np.concatenate((right, left[both]))
    other = np.concatenate((left, right[both]))
    score = np.concatenate((score, score[both]))
    order = np.lexsort((-score, leaf))
    start = np.searchsorted(leaf[order], np.arange(count + 1))
    return Surroundings(start, other[order], score[order], np.zeros(count, np.bool_))
