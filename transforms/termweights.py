"""What each term of each text weighs: rows of a lexicon in, sparse vectors out, for many texts at once.

All steps but two run over the terms of all texts together, since calling NumPy costs more than what it does for the
two hundred words of one report. Sums run in the order of the text whatever stands beside it, so that a text weighs
the same, to the last bit, alone and among others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.lexicon import Lexicon

Keys = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]
_Places = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]

# Terms kept in a channel, heaviest first. 256 holds every distinct content word of a 600-word report.
CHANNEL_TERMS: Final = 256
# Words spelled out in a profile, so that evidence can be read by people without the text.
SPELLED_TERMS: Final = 48
# News puts what happened first: a word at the very start counts LEAD_BOOST times more, falling off over LEAD_WORDS.
LEAD_BOOST: Final = 2.0
LEAD_WORDS: Final = 60
# Exponent on term information: below 1 it keeps one odd word from outweighing five plain ones.
INFORMATION_POWER: Final = 0.7
# Days of the week are read from so many first words: there they say when it happened, later what else did.
WEEKDAY_WORDS: Final = 250
# A capitalised word seen once may only be the first of its sentence; rarer than this (in nats) it counts as a name.
NAME_INFORMATION: Final = 4.0

_KEY_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class Vectors:
    """One sparse unit vector for each text: vector i is `keys[bounds[i]:bounds[i + 1]]`, ascending, and its weights."""

    keys: Keys
    weights: Weights
    bounds: list[int]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What some texts of one language come to."""

    body: Vectors
    lead: Vectors
    names: Vectors
    spelled_keys: Keys  # ascending keys of the heaviest body terms …
    spelled_rows: list[int]  # … and the rows of the lexicon where each is met first
    spelled_bounds: list[int]
    weekdays: list[int]  # days of the week that each text's beginning names, a bit each from Monday on


def weigh(rows: _Places, offsets: _Places, lexicon: Lexicon) -> Weighed:
    """Weigh the terms of texts; text i is `rows[offsets[i]:offsets[i + 1]]`, as `Lexicon.read` gives them."""
    sizes = np.diff(offsets)
    keys, holder, heads, places = _group(lexicon.keys[rows], sizes)
    count = len(keys)
    term = np.repeat(np.arange(count), np.diff(heads, append=len(places)))
    nth = places - np.repeat(offsets[:-1], sizes)  # groups keep the order of texts
    first = rows[places[heads]]
    information = lexicon.information[first]
    heft = information**INFORMATION_POWER
    # one addition after the other: reduceat would add in another order, which shows in the last bits
    body = (1.0 + np.log(np.bincount(term, _place_weights(nth), count))) * heft
    leading = np.bincount(term[nth < LEAD_WORDS], minlength=count)
    lead = np.where(leading > 0, (1.0 + np.log(np.maximum(leading, 1))) * heft, 0.0)
    counts = np.diff(heads, append=len(places))
    capitals = np.add.reduceat(lexicon.is_capital[rows[places]], heads) if count else counts
    is_name = (capitals == counts) & ((counts > 1) | (information > NAME_INFORMATION))
    bounds = np.searchsorted(holder, np.arange(len(sizes) + 1))
    spelled = np.flatnonzero(_heaviest(body, bounds, SPELLED_TERMS))
    return Weighed(
        _vectors(keys, body, holder, bounds),
        _vectors(keys, lead, holder, bounds),
        _vectors(keys, np.where(is_name, body, 0.0), holder, bounds),
        keys[spelled],
        first[spelled].tolist(),
        np.searchsorted(spelled, bounds).tolist(),
        _weekdays(lexicon.weekday[rows], offsets),
    )


def _group(keys: Keys, sizes: _Places) -> tuple[Keys, _Places, _Places, _Places]:
    """Bring equal keys of a text together, texts in order, keys ascending in each, places ascending in each key.

    Returns distinct keys, the text of each, where its places begin, and all places. Sorts one number made of text, key
    and place, which takes a third of the time of sorting places by the others.
    """
    total = len(keys)
    bits = total.bit_length()
    if len(sizes).bit_length() + _KEY_BITS + bits > 64:
        raise ValueError(f"{len(sizes)} texts of {total} words are too many at once")
    codes = np.repeat(np.arange(len(sizes), dtype=np.uint64) << np.uint64(_KEY_BITS + bits), sizes)
    codes |= keys.astype(np.uint64) << np.uint64(bits)
    codes |= np.arange(total, dtype=np.uint64)
    codes.sort()
    places = (codes & np.uint64((1 << bits) - 1)).astype(np.int64)
    codes >>= np.uint64(bits)
    is_new = np.empty(total, np.bool_)
    is_new[:1] = True
    np.not_equal(codes[1:], codes[:-1], out=is_new[1:])
    heads = np.flatnonzero(is_new)
    distinct = codes[heads]
    holder = (distinct >> np.uint64(_KEY_BITS)).astype(np.int64)
    return distinct.astype(np.uint32), holder, heads, places


@cache
def _lead_weights() -> _Floats:
    """Return what each place in the text counts; the last value holds for all places from there on."""
    boosted = 1.0 + LEAD_BOOST * np.exp(-np.arange(20 * LEAD_WORDS) / LEAD_WORDS)
    return np.append(boosted, 1.0)


def _place_weights(nth: _Places) -> _Floats:
    table = _lead_weights()
    return table.take(nth, mode="clip")


def _heaviest(weights: _Floats, bounds: _Places, count: int) -> _Flags:
    """Mark the heaviest positive weights of each text, `count` at most; ties go to the smaller place."""
    is_some: _Flags = weights != 0
    held = np.diff(np.append(0, np.cumsum(is_some))[bounds])
    crowded = np.flatnonzero(held > count)
    if not len(crowded):
        return is_some
    least = np.zeros(len(held))
    for text in crowded.tolist():
        own = weights[bounds[text] : bounds[text + 1]]
        least[text] = np.partition(own, len(own) - count)[len(own) - count]
    limits = np.repeat(least, np.diff(bounds))
    is_above, is_tied = weights > limits, (weights == limits) & is_some
    above = np.append(0, np.cumsum(is_above))[bounds]
    tied = np.append(0, np.cumsum(is_tied))
    room = np.repeat(count - np.diff(above) + tied[bounds[:-1]], np.diff(bounds))
    kept: _Flags = is_above | (is_tied & (tied[1:] <= room))
    return kept


def _vectors(keys: Keys, weights: _Floats, holder: _Places, bounds: _Places) -> Vectors:
    """Scale each text's weights to unit length, then cut to the heaviest terms."""
    edges = bounds.tolist()
    # one product a text: what a length comes to in its last bits depends on how the sum is cut
    squares = [float(own @ own) for own in map(weights.__getitem__, map(slice, edges[:-1], edges[1:]))]
    lengths = np.sqrt(squares)
    lengths[lengths == 0] = 1.0
    kept = np.flatnonzero(_heaviest(weights, bounds, CHANNEL_TERMS))
    scaled = (weights[kept] / lengths[holder[kept]]).astype(np.float32)
    return Vectors(keys[kept], scaled, np.searchsorted(kept, bounds).tolist())


def _weekdays(days: npt.NDArray[np.uint8], offsets: _Places) -> list[int]:
    named = np.flatnonzero(days)
    text = np.searchsorted(offsets, named, side="right") - 1
    early = named - offsets[text] < WEEKDAY_WORDS
    found = np.zeros(len(offsets) - 1, np.uint8)
    np.bitwise_or.at(found, text[early], days[named[early]])
    bits: list[int] = found.tolist()
    return bits
