"""The facts of one article that decide which story it belongs to: title and text in, a compact profile out."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.background import Background, model_language
from transforms.lexicon import lexicon_of
from transforms.sentences import LEADING_CHARACTERS
from transforms.stems import tokenize
from transforms.types import Kind, Precision

Keys = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float16]

PROFILE_FORMAT: Final = 2
CHANNELS: Final = ("body", "lead", "names")
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


@dataclass(frozen=True, slots=True)
class Channel:
    """A sparse unit vector: ascending 32-bit term keys and their weights."""

    keys: Keys
    weights: Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What story matching knows of one article; a pure function of the article and the background model."""

    article_id: int
    language: str
    kind: Kind
    day: float | None  # days since 1970-01-01 of publication, fractional; None when not known
    has_clock: bool  # whether the time of day is known
    channels: tuple[Channel, ...]  # in the order of CHANNELS
    spelled_keys: Keys  # ascending keys of the heaviest body terms …
    spelled_words: tuple[str, ...]  # … and how they are written
    weekdays: int = 0  # days of the week that the lead names, a bit each from Monday on
    # Unit vector of headline and lead by a sentence model, as it is stored; empty without one.
    vector: Vector = field(default_factory=lambda: np.empty(0, np.float16))

    def spelling(self) -> dict[int, str]:
        """Return written words by term key, for the terms this profile spells out."""
        return dict(zip(self.spelled_keys.tolist(), self.spelled_words, strict=True))


def profile(
    article_id: int,
    title: str,
    text: str,
    language: str,
    published_at: datetime | None,
    precision: Precision,
    kind: Kind,
    background: Background,
) -> Profile:
    """Describe an article for story matching.

    Terms are hashed together with their language, so that two languages never match by chance words. An empty title
    and an absent date are normal. `published_at` without zone is read as UTC.
    """
    spoken = model_language(language)
    tokens = tokenize(f"{title}\n{text}")
    lexicon = lexicon_of(background, spoken)
    entries = lexicon.look_up(tokens)
    keys, first, inverse = _number(lexicon.keys[entries])
    information = lexicon.information[entries[first]]
    heft = information**INFORMATION_POWER
    counts = np.bincount(inverse, minlength=len(keys))
    body = (1.0 + np.log(np.bincount(inverse, _place_weights(len(entries)), len(keys)))) * heft
    leading = np.bincount(inverse[:LEAD_WORDS], minlength=len(keys))
    capitals = np.bincount(inverse, lexicon.is_capital[entries], len(keys))
    is_name = (capitals == counts) & ((counts > 1) | (information > NAME_INFORMATION))
    lead = np.where(leading > 0, (1.0 + np.log(np.maximum(leading, 1))) * heft, 0.0)
    spelled = _heaviest(body, SPELLED_TERMS)
    return Profile(
        article_id=article_id,
        language=spoken,
        kind=kind,
        day=_day(published_at, precision),
        has_clock=precision is Precision.MINUTE,
        channels=(
            _channel(keys, body),
            _channel(keys, lead),
            _channel(keys, np.where(is_name, body, 0.0)),
        ),
        spelled_keys=keys[spelled],
        spelled_words=tuple([tokens[place].lower() for place in first[spelled].tolist()]),
        weekdays=int(np.bitwise_or.reduce(lexicon.weekday[entries[:WEEKDAY_WORDS]], initial=0)),
        vector=_vector(title, text, background),
    )


def _vector(title: str, text: str, background: Background) -> Vector:
    if background.embedder is None:
        return np.empty(0, np.float16)
    told = f"{title}\n{text[:LEADING_CHARACTERS]}"
    vector: Vector = background.embedder.embed([told])[0].astype(np.float16)
    return vector


def _number(keys: Keys) -> tuple[Keys, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return distinct keys ascending, where each comes first, and the number of each key: np.unique without detours."""
    order = np.argsort(keys, kind="stable")
    ascending = keys[order]
    is_new = np.empty(len(keys), np.bool_)
    is_new[:1] = True
    np.not_equal(ascending[1:], ascending[:-1], out=is_new[1:])
    inverse = np.empty(len(keys), np.int64)
    inverse[order] = np.cumsum(is_new) - 1
    return ascending[is_new], order[is_new], inverse


@cache
def _lead_weights() -> npt.NDArray[np.float64]:
    """Return what each place in the text counts; places past the table count 1."""
    weights: npt.NDArray[np.float64] = 1.0 + LEAD_BOOST * np.exp(-np.arange(20 * LEAD_WORDS) / LEAD_WORDS)
    return weights


def _place_weights(size: int) -> npt.NDArray[np.float64]:
    table = _lead_weights()
    return table[:size] if size <= len(table) else np.concatenate((table, np.ones(size - len(table))))


def _day(at: datetime | None, precision: Precision) -> float | None:
    if at is None or precision is Precision.NONE:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.timestamp() / 86_400


def _heaviest(weights: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    """Return the places of the heaviest positive weights, ascending; ties go to the smaller place."""
    places = np.flatnonzero(weights)
    if len(places) > count:
        places = np.sort(places[np.argsort(-weights[places], kind="stable")[:count]])
    return places


def _channel(keys: Keys, weights: npt.NDArray[np.float64]) -> Channel:
    """Scale to unit length, then cut to the heaviest terms."""
    places = _heaviest(weights, CHANNEL_TERMS)
    length = math.sqrt(float(weights @ weights)) or 1.0
    return Channel(keys[places], (weights[places] / length).astype(np.float32))


_HEAD: Final = struct.Struct("<BQ8sBdBB3HHH")
_KINDS: Final = tuple(Kind)


def pack(item: Profile) -> bytes:
    """Serialise a profile to bytes that `unpack` reads back equal, on any machine."""
    spelled = "\x1f".join(item.spelled_words).encode()
    sizes = [len(channel.keys) for channel in item.channels]
    head = _HEAD.pack(
        PROFILE_FORMAT,
        item.article_id,
        item.language.encode()[:8],
        _KINDS.index(item.kind),
        math.nan if item.day is None else item.day,
        item.has_clock,
        item.weekdays,
        *sizes,
        len(item.spelled_keys),
        len(item.vector),
    )
    parts = [head, item.vector.astype("<f2").tobytes()]
    for channel in item.channels:
        parts += [channel.keys.astype("<u4").tobytes(), channel.weights.astype("<f4").tobytes()]
    parts += [item.spelled_keys.astype("<u4").tobytes(), spelled]
    return b"".join(parts)


def unpack(data: bytes) -> Profile:
    """Read a profile packed by `pack`; raises ValueError on another format."""
    if data[0] != PROFILE_FORMAT:
        raise ValueError(
            f"profile format {data[0]}, this version reads {PROFILE_FORMAT}: rebuild the profiles"
        )
    _, article_id, language, kind, day, has_clock, named, *sizes, spelled, width = _HEAD.unpack_from(data)
    place = _HEAD.size + 2 * width
    vector = np.frombuffer(data, dtype="<f2", count=width, offset=_HEAD.size).astype(np.float16, copy=False)
    channels = []
    for size in sizes:
        keys, place = _read_keys(data, place, size)
        weights, place = _read_weights(data, place, size)
        channels.append(Channel(keys, weights))
    spelled_keys, place = _read_keys(data, place, spelled)
    words = data[place:].decode()
    return Profile(
        article_id=article_id,
        language=language.rstrip(b"\0").decode(),
        kind=_KINDS[kind],
        day=None if math.isnan(day) else day,
        has_clock=bool(has_clock),
        channels=tuple(channels),
        spelled_keys=spelled_keys,
        spelled_words=tuple(words.split("\x1f")) if spelled else (),
        weekdays=named,
        vector=vector,
    )


def _read_keys(data: bytes, place: int, size: int) -> tuple[Keys, int]:
    return np.frombuffer(data, dtype="<u4", count=size, offset=place).astype(
        np.uint32, copy=False
    ), place + 4 * size


def _read_weights(data: bytes, place: int, size: int) -> tuple[Weights, int]:
    return np.frombuffer(data, dtype="<f4", count=size, offset=place).astype(
        np.float32, copy=False
    ), place + 4 * size


def key_terms(profiles: Sequence[Profile], count: int = 8) -> list[str]:
    """Return the words that say most about a group of profiles, heaviest first, for people to read."""
    weight: dict[int, float] = {}
    words: dict[int, str] = {}
    for item in profiles:
        body = dict(zip(item.channels[0].keys.tolist(), item.channels[0].weights.tolist(), strict=True))
        for key, word in item.spelling().items():
            weight[key] = weight.get(key, 0.0) + body.get(key, 0.0)
            words[key] = min(words.get(key, word), word)
    return [words[key] for key in sorted(weight, key=lambda key: (-weight[key], words[key]))[:count]]
