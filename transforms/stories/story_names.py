"""Names of whole stories: profiles of their reports in, what two stories name in common and apart out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.kernel.sorted_sets import common_places
from transforms.language.language_tables import language_table
from transforms.language.lexicon import term_key
from transforms.language.stems import stem
from transforms.language.weekdays import weekdays
from transforms.stories.profile import CHANNELS
from transforms.stories.profile_table import ProfileTable

_NAMES: Final = CHANNELS.index("names")

Keys = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float64]


class StoryNames(NamedTuple):
    """The names of a story as a sparse unit vector: ascending term keys and their weights."""

    keys: Keys
    weights: Weights


class NamesCompared(NamedTuple):
    """How the names of two stories agree: `common` (cosine without the strongest shared name) and `own`.

    `own` is the weight of the heaviest name that only one of them has; both are from 0 to 1.
    """

    common: float  # cosine without the name that adds most to it, 0 to 1
    own: float  # the heaviest name that one story has alone, 0 to 1


NO_NAMES: Final = StoryNames(np.empty(0, np.uint32), np.empty(0, np.float64))
NOTHING_IN_COMMON: Final = NamesCompared(common=0.0, own=0.0)


def names_of(table: ProfileTable, places: Iterable[int], language: str) -> StoryNames:
    """Return the names of a story: the sum of its reports' name vectors, scaled to unit length.

    `places` are the row numbers of its reports in `table`, all in one `language`; they are added in this order. Days of
    the week and months are left out. Reports without names, or none, give an empty vector.
    """
    offsets, every, weights = table.offsets[_NAMES], table.keys[_NAMES], table.weights[_NAMES]
    spans = [slice(int(offsets[place]), int(offsets[place + 1])) for place in places]
    keys, where = np.unique(
        np.concatenate([np.empty(0, np.uint32), *(every[span] for span in spans)]), return_inverse=True
    )
    parts = np.concatenate([np.empty(0, np.float32), *(weights[span] for span in spans)])
    total = np.bincount(where, parts.astype(np.float64), len(keys))
    kept = ~np.isin(keys, _calendar_keys(language))
    keys, total = keys[kept], total[kept]
    return StoryNames(keys, total / (float(np.sqrt(total @ total)) or 1.0))


def compare_names(a: StoryNames, b: StoryNames) -> NamesCompared:
    """Return the cosine of two stories' names without the strongest one, and the heaviest name of one alone.

    Symmetric. Two events that only look alike share one name (a country, a company, a team), and each has another name
    of its own.
    """
    left, right = common_places(a.keys, b.keys)
    shared = a.weights[left] * b.weights[right]
    alone = np.concatenate((np.delete(a.weights, left), np.delete(b.weights, right)))
    return NamesCompared(
        common=float(shared.sum() - shared.max(initial=0.0)), own=float(alone.max(initial=0.0))
    )


@cache
def _calendar_keys(language: str) -> Keys:
    calendar = language_table(language).calendar
    months = {
        name + ending for names in calendar.months for name in names for ending in calendar.month_endings
    }
    words = {*weekdays(language), *months}
    return np.array(sorted({term_key(stem(word, language), language) for word in words}), np.uint32)
