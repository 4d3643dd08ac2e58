"""Tokens of one language as rows of arrays, with what the background model knows of each: a bounded cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import xxhash

from transforms.language.background import Background
from transforms.language.stems import bare, is_unspaced, stem, tokenize
from transforms.language.weekdays import weekdays

# Tokens remembered for a language before the cache starts anew: about 100 MB, most of the running words of any corpus.
MOST_TOKENS: Final = 400_000

Rows = npt.NDArray[np.int64]


def term_key(term: str, language: str) -> int:
    """Return the 32-bit key of a stem in a language (xxHash), the same on every machine and in every version.

    Two stems may share a key by chance.
    """
    return xxhash.xxh32_intdigest(f"{language}\x1f{term}".encode())


class Lexicon:
    """A cache of the tokens of one language as rows of arrays: stem key, information (IDF), how the token is written.

    A new one gives the same values, only later. Not for several threads at once, which could be given one row: folding
    and each cleaning worker use theirs from one thread, and a lock in here could not keep the rows valid that a caller
    still reads.
    """

    def __init__(self, background: Background, language: str) -> None:
        self.background = background
        self.language = language
        self._forget()

    def _forget(self) -> None:
        self._rows = _Numbers(self._add)
        self.keys = np.empty(0, np.uint32)
        self.information = np.empty(0, np.float64)  # nats
        self.is_capital = np.empty(0, np.int64)  # 1 or 0, to be summed
        self.has_digit = np.empty(0, np.bool_)
        self.weekday = np.empty(0, np.uint8)  # the bit of the day that the token names, or 0
        self.words: list[str] = []  # tokens in small letters
        # What stands between two spaces, most often one token with or without a comma: its rows lie in a row.
        self._runs = _Numbers(self._add_run)
        self._run_starts = np.empty(0, np.int64)
        self._run_sizes = np.empty(0, np.int64)
        self._run_rows = np.empty(0, np.int64)
        self._run_rows_used = 0

    def look_up(self, tokens: Iterable[str]) -> Rows:
        """Return the row number of each token, in order; rows stay valid until the next call of `look_up` or `read`.

        Tokens are those of `tokenize`, none empty. A new token gets a row; with more than `MOST_TOKENS` rows the cache
        is emptied first.
        """
        self._make_room()
        return np.fromiter(map(self._rows.__getitem__, tokens), np.int64)

    def read(self, texts: Sequence[str]) -> tuple[Rows, Rows]:
        """Return the row numbers of all tokens of all texts end to end, and the offsets at which each text begins.

        There is one more offset than texts: the last is the end. Equal to `look_up` of the tokens of `tokenize`, and
        valid as long. No token has a space in it, so a run between two spaces that was met before is not tokenized
        again: that is three times as fast.
        """
        if is_unspaced(self.language):
            parts = [tokenize(text) for text in texts]
            return self.look_up(chain.from_iterable(parts)), _offsets([len(part) for part in parts])
        self._make_room()
        parts = [text.split() for text in texts]
        runs = np.fromiter(map(self._runs.__getitem__, chain.from_iterable(parts)), np.int64)
        sizes = self._run_sizes[runs]
        ends = np.cumsum(sizes)
        shifts = np.repeat(self._run_starts[runs] - (ends - sizes), sizes)
        rows = self._run_rows[np.arange(len(shifts)) + shifts]
        return rows, np.append(0, ends)[_offsets([len(part) for part in parts])]

    def _make_room(self) -> None:
        if max(len(self._rows), len(self._runs), self._run_rows_used) > MOST_TOKENS:
            self._forget()

    def _add(self, token: str) -> int:
        """Compute the row of a new token, and return its number."""
        row = len(self._rows)
        token = bare(token, self.language)
        if row == len(self.keys):
            self.keys, self.information, self.is_capital, self.has_digit, self.weekday = (
                _lengthen(column)
                for column in (self.keys, self.information, self.is_capital, self.has_digit, self.weekday)
            )
        word = token.lower()
        term = stem(word, self.language)
        self.keys[row] = term_key(term, self.language)
        self.information[row] = self.background.information(term, self.language)
        self.is_capital[row] = token[0].isupper()
        self.has_digit[row] = any(map(str.isdigit, word))
        self.weekday[row] = weekdays(self.language).get(word, 0)
        self.words.append(token if word == token else word)
        return row

    def _add_run(self, run: str) -> int:
        number, start = len(self._runs), self._run_rows_used
        rows = [self._rows[token] for token in tokenize(run)]
        if number == len(self._run_starts):
            self._run_starts, self._run_sizes = _lengthen(self._run_starts), _lengthen(self._run_sizes)
        end = self._run_rows_used = start + len(rows)
        if end > len(self._run_rows):
            self._run_rows = _lengthen(self._run_rows, len(rows))
        self._run_starts[number], self._run_sizes[number] = start, len(rows)
        self._run_rows[start:end] = rows
        return number


class _Numbers(dict[str, int]):
    """Numbers by text; a new text is added when it is first looked up, without a test whether it is known."""

    def __init__(self, add: Callable[[str], int]) -> None:
        super().__init__()
        self._new = add

    def __missing__(self, text: str) -> int:
        number = self[text] = self._new(text)
        return number


def _lengthen(column: npt.NDArray[Any], least: int = 0) -> npt.NDArray[Any]:
    return np.concatenate((column, np.zeros(max(len(column), least, 4096), column.dtype)))


def _offsets(sizes: Sequence[int]) -> Rows:
    return np.cumsum([0, *sizes])


_LEXICONS: dict[tuple[str, str], Lexicon] = {}


def lexicon_of(background: Background, language: str) -> Lexicon:
    """Return the lexicon of a background version and language, the same object for all callers of a process.

    `language` is a code of `model_language`. Not for several threads at once.
    """
    found = _LEXICONS.get((background.version, language))
    if found is None:
        found = _LEXICONS[background.version, language] = Lexicon(background, language)
    return found
