"""What lies near each article: links in, the neighbours of every article out, the nearest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The neighbours of each article, the nearest first, as compressed sparse rows.

    Those of article i are `neighbour[start[i]:start[i + 1]]`, their scores (whole numbers) `score` at the same indices.
    A `neighbour` of -1 is an article outside the numbered ones.
    """

    start: I64  # where each article's neighbours begin; one more at the end
    neighbour: I64
    score: I64  # whole numbers below 2^31, so that no order of adding changes a sum


def list_neighbours(count: int, left: I64, right: I64, score: I64) -> Neighbourhood:
    """Return the neighbours of each of the articles 0 … count - 1, those of the highest score first, as sparse rows.

    Link i joins the articles `left[i]` and `right[i]` with the score `score[i]`, a whole number below 2^31; each pair
    is listed once. A left end of -1 is an article outside, which has no list of its own. Equal scores come in no fixed
    order. An article without links has an empty list.
    """
    both = left >= 0
    article = np.concatenate((right, left[both]))
    neighbour = np.concatenate((left, right[both]))
    score = np.concatenate((score, score[both]))
    order = np.argsort((article << 32) - score)
    start = np.searchsorted(article[order], np.arange(count + 1))
    return Neighbourhood(start, neighbour[order], score[order])
