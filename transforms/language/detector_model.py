"""A text in, its probability in each language out: py3langid's model, evaluated with NumPy.

py3langid (naive Bayes over byte n-grams: Lui and Baldwin 2012) walks its automaton byte by byte in Python. Its state
depends on the last few bytes alone, so all positions of a text can be walked at once, in a quarter of the time: the
same numbers but for the order in which they are summed up.
"""

from __future__ import annotations

import math
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Bytes that decide the state: the longest path into the automaton of the shipped model, which a test walks.
LONGEST_FEATURE = 6

# Columns of the model that are arrays.
TABLES = ("moves", "rows", "second_rows", "features", "weights", "priors")

_loading = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LanguageModel:
    """py3langid's model of languages: the tables of its automaton over bytes, and naive Bayes weights."""

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
        """Return the probability of each of `languages` for a text, in their order; together they are 1.

        A language that is listed twice has all its probability at its first place and 0 at the other. The whole text
        counts, in small letters where it is in capitals alone; a text without any known n-gram is equally likely in
        all.
        """
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
        """Return the features that end at each byte."""
        import numpy as np

        size = len(data)
        # zeros in front: no feature holds one, so the automaton stays at its start
        positions = np.frombuffer(bytes(LONGEST_FEATURE - 1) + data, dtype=np.uint8).astype(np.intp)
        pairs = positions[:-1] << 8
        pairs |= positions[1:]
        at = self.second_rows.take(pairs[:size])
        for step in range(2, LONGEST_FEATURE):
            at += positions[step : step + size]
            states = self.moves.take(at)
            at = self.rows.take(states) if step < LONGEST_FEATURE - 1 else states
        features = self.features.take(at)
        return features[features >= 0]


def language_model() -> LanguageModel:
    """Return py3langid's shipped language model, loaded once a process, also when several threads call it.

    Raises ImportError where py3langid is not installed.
    """
    with _loading:
        return _load()


@cache
def _load() -> LanguageModel:
    return read_model()


def read_model() -> LanguageModel:
    """Read the tables of py3langid's own identifier anew, which takes a second or two.

    Raises ImportError where py3langid is not installed.
    """
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    shipped = LanguageIdentifier.from_model_file(MODEL_FILE)
    moves = np.asarray(shipped.tk_nextmove)
    rows = np.asarray(shipped.tk_row).astype(np.intp) << 8  # as indices, which saves turning them into such
    first_rows = rows.take(moves[int(rows[0]) : int(rows[0]) + 256])
    return LanguageModel(
        languages=tuple(shipped.nb_classes),
        aliases=aliases_in(shipped.nb_classes),
        moves=moves,
        rows=rows,
        second_rows=rows.take(moves.take(first_rows[:, None] + np.arange(256))).ravel(),
        features=np.asarray(shipped.tk_output, dtype=np.int32),
        weights=np.asarray(shipped.nb_ptc, dtype=np.float32),
        priors=np.asarray(shipped.nb_pc, dtype=np.float32),
    )


def aliases_in(languages: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return (first index, further index) for each language that is listed more than once, ascending by the latter."""
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
