"""TF-IDF weights of the terms of many texts at once: rows of a lexicon in, sparse unit vectors by channel out.

All steps but two run over the terms of all texts together, since calling NumPy costs more than what it does for the
two hundred words of one report. Sums run in the order of the text whatever texts are beside it, so that a text gets
the same weights, to the last bit, alone and among others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.language.lexicon import Lexicon
from transforms.stories.story_model import MODEL

Keys = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]
_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]


_KEY_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class Vectors:
    """One sparse unit vector for each text: vector i is `keys[bounds[i]:bounds[i + 1]]`, ascending, and its weights."""

    keys: Keys
    weights: Weights
    bounds: list[int]


@dataclass(frozen=True, slots=True)
class Weighed:
    """TF-IDF vectors of texts of one language by channel, their spelled-out terms, and the weekdays they name."""

    body: Vectors
    lead: Vectors
    names: Vectors
    spelled_keys: Keys  # ascending keys of the heaviest body terms …
    spelled_rows: list[int]  # … and the lexicon rows where each occurs first
    spelled_bounds: list[int]
    weekdays: list[int]  # days of the week that each text's beginning names, a bit each from Monday on


def weigh(rows: _Ints, offsets: _Ints, lexicon: Lexicon) -> Weighed:
    """Return the TF-IDF vectors of texts of one language by channel, with their spelled-out terms and weekdays.

    Text i is the lexicon rows `rows[offsets[i]:offsets[i + 1]]` (see `Lexicon.read`). A weight is 1 plus the logarithm
    of how often a term occurs, words near the beginning counting more, times a power of its information. The channel
    lead has the first `lead_words` words; names has the terms that are capitalised everywhere (of those that occur
    once, only rare ones). Each channel keeps its `channel_terms` heaviest after scaling to unit length. A text without
    words has empty vectors. Raises ValueError for more texts and words at once than 64 bits can number.
    """
    sizes = np.diff(offsets)
    keys, holder, heads, positions = _group(lexicon.keys[rows], sizes)
    count = len(keys)
    term = np.repeat(np.arange(count), np.diff(heads, append=len(positions)))
    nth = positions - np.repeat(offsets[:-1], sizes)  # groups keep the order of texts
    first = rows[positions[heads]]
    information = lexicon.information[first]
    shortness = np.maximum(0.0, 1.0 - np.bincount(holder, minlength=len(sizes)) / MODEL.full_terms)
    factors = _name_factors(lexicon.is_capital[rows], offsets, term, positions) ** shortness[holder]
    weight = information**MODEL.information_power * factors
    # one addition after the other: reduceat would add in another order, which shows in the last bits
    body = (1.0 + np.log(np.bincount(term, _position_weights(nth), count))) * weight
    leading = np.bincount(term[nth < MODEL.lead_words], minlength=count)
    lead = np.where(leading > 0, (1.0 + np.log(np.maximum(leading, 1))) * weight, 0.0)
    counts = np.diff(heads, append=len(positions))
    capitals = np.add.reduceat(lexicon.is_capital[rows[positions]], heads) if count else counts
    is_name = (capitals == counts) & ((counts > 1) | (information > MODEL.name_information))
    bounds = np.searchsorted(holder, np.arange(len(sizes) + 1))
    spelled = np.flatnonzero(_heaviest(body, bounds, MODEL.spelled_terms))
    return Weighed(
        _vectors(keys, body, holder, bounds),
        _vectors(keys, lead, holder, bounds),
        _vectors(keys, np.where(is_name, body, 0.0), holder, bounds),
        keys[spelled],
        first[spelled].tolist(),
        np.searchsorted(spelled, bounds).tolist(),
        _weekdays(lexicon.weekday[rows], offsets),
    )


def _group(keys: Keys, sizes: _Ints) -> tuple[Keys, _Ints, _Ints, _Ints]:
    """Group equal keys of a text: texts in order, keys ascending in each, positions ascending in each key.

    Returns distinct keys, the text of each, where its positions begin, and all positions. Sorts one number made of
    text, key and position, which takes a third of the time of sorting positions by the others.
    """
    total = len(keys)
    bits = total.bit_length()
    if len(sizes).bit_length() + _KEY_BITS + bits > 64:
        raise ValueError(f"{len(sizes)} texts of {total} words are too many at once")
    codes = np.repeat(np.arange(len(sizes), dtype=np.uint64) << np.uint64(_KEY_BITS + bits), sizes)
    codes |= keys.astype(np.uint64) << np.uint64(bits)
    codes |= np.arange(total, dtype=np.uint64)
    codes.sort()
    positions = (codes & np.uint64((1 << bits) - 1)).astype(np.int64)
    codes >>= np.uint64(bits)
    is_new = np.empty(total, np.bool_)
    is_new[:1] = True
    np.not_equal(codes[1:], codes[:-1], out=is_new[1:])
    heads = np.flatnonzero(is_new)
    distinct = codes[heads]
    holder = (distinct >> np.uint64(_KEY_BITS)).astype(np.int64)
    return distinct.astype(np.uint32), holder, heads, positions


def _name_factors(is_capital: _Ints, offsets: _Ints, term: _Ints, positions: _Ints) -> _Floats:
    """Return a factor for each term: a name of n words in a row weighs as much as a name of one, not n times as much.

    Each capitalised word of a run of n counts 1 / sqrt(n), by the mean of its places, so that the squares of a run add
    up to those of one word. A headline in capitals is one run: what it loses is the same for all of its words.
    """
    total = len(is_capital)
    opens = is_capital != np.append(0, is_capital)[:total]
    opens[offsets[:-1][offsets[:-1] < total]] = True
    opens |= is_capital == 0
    run = np.cumsum(opens) - 1
    lengths = np.minimum(np.bincount(run, minlength=1), MODEL.name_words)
    factors = 1.0 / np.sqrt(lengths[run].astype(np.float64))
    count = int(term[-1]) + 1 if len(term) else 0
    means: _Floats = np.bincount(term, factors[positions], count) / np.bincount(term, minlength=count)
    return means


@cache
def _lead_weights() -> _Floats:
    """Return what each place in the text counts; the last value holds for all positions from there on."""
    boosted = 1.0 + MODEL.lead_boost * np.exp(-np.arange(20 * MODEL.lead_words) / MODEL.lead_words)
    return np.append(boosted, 1.0)


def _position_weights(nth: _Ints) -> _Floats:
    table = _lead_weights()
    return table.take(nth, mode="clip")


def _heaviest(weights: _Floats, bounds: _Ints, count: int) -> _Flags:
    """Mark the heaviest positive weights of each text, `count` at most; ties go to the earlier one."""
    is_some: _Flags = weights != 0
    held = np.diff(np.append(0, np.cumsum(is_some))[bounds])
    longer = np.flatnonzero(held > count)
    if not len(longer):
        return is_some
    least = np.zeros(len(held))
    for text in longer.tolist():
        own = weights[bounds[text] : bounds[text + 1]]
        least[text] = np.partition(own, len(own) - count)[len(own) - count]
    limits = np.repeat(least, np.diff(bounds))
    is_above, is_tied = weights > limits, (weights == limits) & is_some
    above = np.append(0, np.cumsum(is_above))[bounds]
    tied = np.append(0, np.cumsum(is_tied))
    room = np.repeat(count - np.diff(above) + tied[bounds[:-1]], np.diff(bounds))
    kept: _Flags = is_above | (is_tied & (tied[1:] <= room))
    return kept


def _vectors(keys: Keys, weights: _Floats, holder: _Ints, bounds: _Ints) -> Vectors:
    """Scale each text's weights to unit length, then cut to the heaviest terms."""
    edges = bounds.tolist()
    # one product a text: what a length comes to in its last bits depends on how the sum is cut
    squares = [float(own @ own) for own in map(weights.__getitem__, map(slice, edges[:-1], edges[1:]))]
    lengths = np.sqrt(squares)
    lengths[lengths == 0] = 1.0
    kept = np.flatnonzero(_heaviest(weights, bounds, MODEL.channel_terms))
    scaled = (weights[kept] / lengths[holder[kept]]).astype(np.float32)
    return Vectors(keys[kept], scaled, np.searchsorted(kept, bounds).tolist())


def _weekdays(days: npt.NDArray[np.uint8], offsets: _Ints) -> list[int]:
    named = np.flatnonzero(days)
    text = np.searchsorted(offsets, named, side="right") - 1
    early = named - offsets[text] < MODEL.weekday_words
    found = np.zeros(len(offsets) - 1, np.uint8)
    np.bitwise_or.at(found, text[early], days[named[early]])
    bits: list[int] = found.tolist()
    return bits
