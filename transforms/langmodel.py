"""The beginning of a text in, how likely it is in each language out: py3langid's shipped model, read with NumPy.

py3langid walks its automaton byte by byte in Python, which is most of what it costs. The state that the automaton is
in depends on the last few bytes alone, so all places of a text can be walked at once: the same numbers but for the
order in which they are summed up.
"""

from __future__ import annotations

import math
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from transforms.langtables import read_tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Bytes that decide the state: the longest path into the automaton of the shipped model, which a test walks.
LONGEST_FEATURE = 6

# Columns of the model that are arrays.
TABLES = ("moves", "rows", "second_rows", "features", "weights", "priors")

_loading = threading.Lock()
_sources: list[Callable[[], LanguageModel]] = []


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LanguageModel:
    """The automaton's tables and the naive Bayes weights of its features."""

    languages: tuple[str, ...]
    moves: NDArray[np.integer]  # row of a state and a byte → next state
    rows: NDArray[np.integer]  # state → its row in `moves`, times 256
    second_rows: NDArray[
        np.integer
    ]  # two bytes, as one number → row of the state that they lead to from the start
    features: NDArray[np.int32]  # state → its feature, or less than 0
    weights: NDArray[np.float32]  # feature x language
    priors: NDArray[np.float32]
    aliases: tuple[tuple[int, int], ...]  # columns that are one language

    def score(self, text: str) -> list[float]:
        """Give a probability for each of `languages`; what an alias of another scores is counted there."""
        import numpy as np

        data = _encode(text)
        visits = self._visit(data)
        if visits.size:
            visits.sort()
            is_last = np.empty(visits.size, dtype=np.bool_)
            is_last[-1] = True
            np.not_equal(visits[1:], visits[:-1], out=is_last[:-1])
            ends = is_last.nonzero()[0]
            counts = np.empty(ends.size, dtype=np.float32)
            counts[0] = ends[0] + 1
            counts[1:] = ends[1:] - ends[:-1]
            scores = np.log1p(counts) @ self.weights.take(visits[ends], axis=0)
            scores += self.priors
        else:
            scores = np.zeros(len(self.languages), dtype=np.float32)
        scores *= 1.0 / math.sqrt(len(data) or 1)  # keeps the confidence comparable between lengths
        np.exp(scores - scores.max(), out=scores)
        scores /= scores.sum()
        for column, alias in self.aliases:
            scores[column] += scores[alias]
            scores[alias] = 0.0
        listed: list[float] = scores.tolist()
        return listed

    def _visit(self, data: bytes) -> NDArray[np.int32]:
        """Give the features that end at each byte."""
        import numpy as np

        size = len(data)
        # zeros in front: no feature holds one, so the automaton stays at its start
        places = np.frombuffer(bytes(LONGEST_FEATURE - 1) + data, dtype=np.uint8).astype(np.intp)
        twos = places[:-1] << 8
        twos |= places[1:]
        at = self.second_rows.take(twos[:size])
        for step in range(2, LONGEST_FEATURE):
            at += places[step : step + size]
            states = self.moves.take(at)
            at = self.rows.take(states) if step < LONGEST_FEATURE - 1 else states
        features = self.features.take(at)
        return features[features >= 0]


def language_model() -> LanguageModel:
    """Return the model that py3langid ships; whoever asks first loads it, others wait."""
    with _loading:
        return _load()


def keep_model(source: Callable[[], LanguageModel]) -> None:
    """Have the model asked of `source`, which keeps what `unpack_model` returns where it is sooner at hand."""
    _sources[:] = [source]


@cache
def _load() -> LanguageModel:
    return _sources[0]() if _sources else unpack_model()


def unpack_model() -> LanguageModel:
    """Read the model out of py3langid's file: .8 s."""
    import numpy as np
    from py3langid.langid import MODEL_DIR, MODEL_FILE

    tables = read_tables(MODEL_DIR / MODEL_FILE)
    languages: list[str] = tables["classes"].tolist()
    moves = tables["nextmove"]
    rows = tables["nextmove_row"].astype(np.intp) << 8  # as indices, which saves turning them into such
    first_rows = rows.take(moves[int(rows[0]) : int(rows[0]) + 256])
    return LanguageModel(
        languages=tuple(languages),
        aliases=aliases_in(languages),
        moves=moves,
        rows=rows,
        second_rows=rows.take(moves.take(first_rows[:, None] + np.arange(256))).ravel(),
        features=tables["out_feat"].astype(np.int32),
        weights=tables["ptc"].astype(np.float32),
        priors=tables["pc"].astype(np.float32),
    )


def aliases_in(languages: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return the columns that are one language: the first, and another."""
    first: dict[str, int] = {}
    return tuple(
        (first[name], column)
        for column, name in enumerate(languages)
        if first.setdefault(name, column) != column
    )


def _encode(text: str) -> bytes:
    # the model was trained on composed letters, and knows no language in capitals alone
    shown = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", shown).encode("utf-8", "surrogatepass")
