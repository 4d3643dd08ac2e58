"""The facts of an article that decide which story it belongs to: title and text in, a compact profile out."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.background import Background, model_language
from transforms.lexicon import Lexicon, lexicon_of
from transforms.sentences import LEADING_CHARACTERS
from transforms.termweights import Keys, Vectors, Weights, weigh
from transforms.types import Kind, Precision

Vector = npt.NDArray[np.float16]

PROFILE_FORMAT: Final = 2
CHANNELS: Final = ("body", "lead", "names")
# Texts weighed at a time: so much fits a processor's cache; results do not depend on it.
_TEXTS_AT_ONCE: Final = 256
_CHARACTERS_AT_ONCE: Final = 400_000


class Report(NamedTuple):
    """What of an article is described for story matching."""

    article_id: int
    title: str
    text: str
    language: str  # BCP 47
    published_at: datetime | None  # without zone: UTC
    precision: Precision
    kind: Kind


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
    report = Report(article_id, title, text, language, published_at, precision, kind)
    return profiles_of([report], background)[0]


def profiles_of(reports: Sequence[Report], background: Background) -> list[Profile]:
    """Describe many articles, each as `profile` does, to the last bit: a third of the time for hundreds of them."""
    by_language: dict[str, list[int]] = {}
    for place, report in enumerate(reports):
        by_language.setdefault(model_language(report.language), []).append(place)
    described: dict[int, Profile] = {}
    for spoken, places in by_language.items():
        lexicon = lexicon_of(background, spoken)
        for part in _parts(places, reports):
            profiles = _describe([reports[place] for place in part], lexicon)
            described.update(zip(part, profiles, strict=True))
    return [described[place] for place in range(len(reports))]


def _parts(places: Sequence[int], reports: Sequence[Report]) -> Iterator[list[int]]:
    part: list[int] = []
    characters = 0
    for place in places:
        size = len(reports[place].title) + len(reports[place].text)
        if part and (len(part) == _TEXTS_AT_ONCE or characters + size > _CHARACTERS_AT_ONCE):
            yield part
            part, characters = [], 0
        part.append(place)
        characters += size
    yield part


def _describe(reports: Sequence[Report], lexicon: Lexicon) -> Iterator[Profile]:
    rows, offsets = lexicon.read([f"{report.title}\n{report.text}" for report in reports])
    found = weigh(rows, offsets, lexicon)
    edges = found.spelled_bounds
    for place, report in enumerate(reports):
        start, end = edges[place], edges[place + 1]
        yield Profile(
            article_id=report.article_id,
            language=lexicon.language,
            kind=report.kind,
            day=_day(report.published_at, report.precision),
            has_clock=report.precision is Precision.MINUTE,
            channels=tuple([_channel(part, place) for part in (found.body, found.lead, found.names)]),
            spelled_keys=found.spelled_keys[start:end],
            spelled_words=tuple([lexicon.words[row] for row in found.spelled_rows[start:end]]),
            weekdays=found.weekdays[place],
            vector=_vector(report, lexicon.background),
        )


def _channel(vectors: Vectors, place: int) -> Channel:
    start, end = vectors.bounds[place], vectors.bounds[place + 1]
    return Channel(vectors.keys[start:end], vectors.weights[start:end])


def _vector(report: Report, background: Background) -> Vector:
    if background.embedder is None:
        return np.empty(0, np.float16)
    told = f"{report.title}\n{report.text[:LEADING_CHARACTERS]}"
    vector: Vector = background.embedder.embed([told])[0].astype(np.float16)
    return vector


def _day(at: datetime | None, precision: Precision) -> float | None:
    if at is None or precision is Precision.NONE:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.timestamp() / 86_400


# Format, article, language, kind, day, clock, weekdays, terms of each channel, spelled terms, width of the vector.
HEAD: Final = struct.Struct("<BQ8sBdBB3HHH")
_KINDS: Final = tuple(Kind)


def pack(item: Profile) -> bytes:
    """Serialise a profile to bytes that `unpack` reads back equal, on any machine."""
    spelled = "\x1f".join(item.spelled_words).encode()
    sizes = [len(channel.keys) for channel in item.channels]
    head = HEAD.pack(
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
    check_format(data)
    _, article_id, language, kind, day, has_clock, named, *sizes, spelled, width = HEAD.unpack_from(data)
    place = HEAD.size + 2 * width
    vector = np.frombuffer(data, dtype="<f2", count=width, offset=HEAD.size).astype(np.float16, copy=False)
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


def check_format(data: bytes) -> None:
    """Raise ValueError for a packed profile of another format."""
    if data[0] != PROFILE_FORMAT:
        raise ValueError(
            f"profile format {data[0]}, this version reads {PROFILE_FORMAT}: rebuild the profiles"
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
        body = item.channels[0]
        heft = body.weights[
            np.searchsorted(body.keys, item.spelled_keys)
        ]  # what is spelled out is among them
        for key, word, share in zip(
            item.spelled_keys.tolist(), item.spelled_words, heft.tolist(), strict=True
        ):
            weight[key] = weight.get(key, 0.0) + share
            words[key] = min(words.get(key, word), word)
    return [words[key] for key in sorted(weight, key=lambda key: (-weight[key], words[key]))[:count]]
