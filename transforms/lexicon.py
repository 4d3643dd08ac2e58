"""What the background model says of every token met so far: tokens in, rows of arrays out; a cache with a bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import xxhash

from transforms.background import Background
from transforms.stems import stem
from transforms.weekdays import weekdays

# Tokens remembered for a language before the cache starts anew: about 100 MB, most of the running words of any corpus.
MOST_TOKENS: Final = 400_000


def term_key(term: str, language: str) -> int:
    """Return the 32-bit key of a stem in a language: the same on every machine and for ever."""
    return xxhash.xxh32_intdigest(f"{language}\x1f{term}".encode())


class Lexicon:
    """The tokens of one language as rows: key and information of the stem, and how the token is written.

    Holds no state that can be seen from outside: a fresh one gives the same values, only later.
    """

    def __init__(self, background: Background, language: str) -> None:
        self.background = background
        self.language = language
        self._forget()

    def _forget(self) -> None:
        self._rows = _Rows(self._add)
        self.keys = np.empty(0, np.uint32)
        self.information = np.empty(0, np.float64)  # nats
        self.is_capital = np.empty(0, np.float64)  # 1.0 or 0.0, to be summed
        self.weekday = np.empty(0, np.uint8)  # the bit of the day that the token names, or 0

    def look_up(self, tokens: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the row of each token; rows stay valid until the next look-up."""
        if len(self._rows) + len(tokens) > MOST_TOKENS:
            self._forget()
        return np.fromiter(map(self._rows.__getitem__, tokens), np.int64, len(tokens))

    def _add(self, token: str) -> int:
        """Work out a token that is new, and return its row."""
        row = len(self._rows)
        if row == len(self.keys):
            self.keys, self.information, self.is_capital, self.weekday = (
                np.concatenate((column, np.zeros(max(row, 4096), column.dtype)))
                for column in (self.keys, self.information, self.is_capital, self.weekday)
            )
        word = token.lower()
        term = stem(word, self.language)
        self.keys[row] = term_key(term, self.language)
        self.information[row] = self.background.information(term, self.language)
        self.is_capital[row] = token[0].isupper()
        self.weekday[row] = weekdays(self.language).get(word, 0)
        return row


class _Rows(dict[str, int]):
    """Rows by token, asked for without a test whether they are there: that test was a third of a look-up."""

    def __init__(self, add: Callable[[str], int]) -> None:
        super().__init__()
        self._new = add

    def __missing__(self, token: str) -> int:
        row = self[token] = self._new(token)
        return row


_LEXICONS: dict[tuple[str, str], Lexicon] = {}


def lexicon_of(background: Background, language: str) -> Lexicon:
    """Return the shared lexicon of a background version and language."""
    found = _LEXICONS.get((background.version, language))
    if found is None:
        found = _LEXICONS[background.version, language] = Lexicon(background, language)
    return found
