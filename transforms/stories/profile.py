"""Profiles for story matching: headline and text in, TF-IDF vectors by channel, time and spelled-out terms out."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.language.background import Background, model_language
from transforms.language.lexicon import Lexicon, lexicon_of
from transforms.language.sentence_encoder import LEADING_CHARACTERS
from transforms.stories.shared_passages import lone_headline, sample_runs
from transforms.stories.term_weights import Keys, Vectors, Weights, weigh
from transforms.types import Kind, Precision, format_id

Vector = npt.NDArray[np.float16]

PROFILE_FORMAT: Final = 3
CHANNELS: Final = ("body", "lead", "names")
# Texts weighed at a time: so much fits a processor's cache; results do not depend on it.
_TEXTS_AT_ONCE: Final = 256
_CHARACTERS_AT_ONCE: Final = 400_000


class Report(NamedTuple):
    """The fields of one article that its profile is built from."""

    article_id: int
    title: str
    text: str
    language: str  # BCP 47
    published_at: datetime | None  # without zone: UTC
    precision: Precision
    kind: Kind


def report_of(row: Mapping[str, Any]) -> Report:
    """Turn a row of an article into a Report, what its profile is built from.

    `row` has article_id, title, text, language, published_at, published_precision and kind; a headline or text of None
    counts as "". Raises KeyError for a missing column, ValueError for an unknown kind or precision.
    """
    return Report(
        row["article_id"],
        row["title"] or "",
        row["text"] or "",
        row["language"],
        row["published_at"],
        Precision(row["published_precision"]),
        Kind(row["kind"]),
    )


@dataclass(frozen=True, slots=True)
class Channel:
    """A sparse unit vector: ascending 32-bit term keys and their weights."""

    keys: Keys
    weights: Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The features of one article for story matching: term vectors by channel, day, spelled-out words, passages.

    A pure function of the article and the background model.
    """

    article_id: int
    language: str
    kind: Kind
    day: float | None  # days since 1970-01-01 of publication, fractional; None when not known
    has_clock: bool  # whether the time of day is known
    channels: tuple[Channel, ...]  # in the order of CHANNELS
    spelled_keys: Keys  # ascending keys of the heaviest body terms …
    spelled_words: tuple[str, ...]  # … and how they are written
    runs: Keys = field(default_factory=lambda: np.empty(0, np.uint32))  # sampled runs of words, ascending
    weekdays: int = 0  # days of the week that the lead names, a bit each from Monday on
    # Unit vector of headline and lead by a sentence model, as it is stored; empty without one.
    vector: Vector = field(default_factory=lambda: np.empty(0, np.float16))

    def spelling(self) -> dict[int, str]:
        """Return {term key: word in small letters} for the heaviest terms, which the profile keeps as words too."""
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
    """Build the profile of one article.

    Terms are hashed together with their language, so that two languages never match by chance words. `language` is a
    BCP 47 tag. An empty title, an empty text (empty channels) and an absent date are normal. `published_at` without
    zone is read as UTC, and not at all with `Precision.NONE`.
    """
    report = Report(article_id, title, text, language, published_at, precision, kind)
    return profiles_of([report], background)[0]


def profiles_of(reports: Sequence[Report], background: Background) -> list[Profile]:
    """Build profiles of reports in their order, equal to `profile` of each to the last bit, in a third of the time."""
    by_language: dict[str, list[int]] = {}
    for index, report in enumerate(reports):
        by_language.setdefault(model_language(report.language), []).append(index)
    found: dict[int, Profile] = {}
    for language, indexes in by_language.items():
        lexicon = lexicon_of(background, language)
        for batch in _batches(indexes, reports):
            profiles = _build([reports[index] for index in batch], lexicon)
            found.update(zip(batch, profiles, strict=True))
    return [found[index] for index in range(len(reports))]


def _batches(indexes: Sequence[int], reports: Sequence[Report]) -> Iterator[list[int]]:
    batch: list[int] = []
    characters = 0
    for index in indexes:
        size = len(reports[index].title) + len(reports[index].text)
        if batch and (len(batch) == _TEXTS_AT_ONCE or characters + size > _CHARACTERS_AT_ONCE):
            yield batch
            batch, characters = [], 0
        batch.append(index)
        characters += size
    yield batch


def _build(reports: Sequence[Report], lexicon: Lexicon) -> Iterator[Profile]:
    rows, offsets = lexicon.read(
        [f"{lone_headline(report.title, report.text)}\n{report.text}" for report in reports]
    )
    weighed = weigh(rows, offsets, lexicon)
    runs = sample_runs(lexicon.keys[rows], offsets)
    bounds = weighed.spelled_bounds
    for index, report in enumerate(reports):
        start, end = bounds[index], bounds[index + 1]
        yield Profile(
            article_id=report.article_id,
            language=lexicon.language,
            kind=report.kind,
            day=_day(report.published_at, report.precision),
            has_clock=report.precision is Precision.MINUTE,
            channels=tuple([_channel(part, index) for part in (weighed.body, weighed.lead, weighed.names)]),
            spelled_keys=weighed.spelled_keys[start:end],
            spelled_words=tuple([lexicon.words[row] for row in weighed.spelled_rows[start:end]]),
            runs=runs[index],
            weekdays=weighed.weekdays[index],
            vector=_vector(report, lexicon.background),
        )


def _channel(vectors: Vectors, index: int) -> Channel:
    start, end = vectors.bounds[index], vectors.bounds[index + 1]
    return Channel(vectors.keys[start:end], vectors.weights[start:end])


def _vector(report: Report, background: Background) -> Vector:
    if background.embedder is None:
        return np.empty(0, np.float16)
    text = f"{report.title}\n{report.text[:LEADING_CHARACTERS]}"
    vector: Vector = background.embedder.embed([text])[0].astype(np.float16)
    return vector


def _day(at: datetime | None, precision: Precision) -> float | None:
    if at is None or precision is Precision.NONE:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.timestamp() / 86_400


# Format, article, language, kind, day, clock, weekdays, terms of each channel, spelled terms, runs, vector.
LANGUAGE_BYTES: Final = 8  # as a primary tag of BCP 47 has at most
HEAD: Final = struct.Struct(f"<BQ{LANGUAGE_BYTES}sBdBB3HHHH")
_KINDS: Final = tuple(Kind)
_BETWEEN_WORDS: Final = b"\x1f"


def pack(item: Profile) -> bytes:
    """Serialise a profile to bytes from which `unpack` reads equal fields on any machine.

    Raises ValueError for a language of more than eight bytes, which `profile` does not make, and struct.error for more
    than 65,535 terms, runs or numbers of a vector, or an article id that is no unsigned 64-bit number.
    """
    language = item.language.encode()
    if len(language) > LANGUAGE_BYTES:
        raise ValueError(f"{item.language!r} is no primary language tag: more than {LANGUAGE_BYTES} bytes")
    spelled = _BETWEEN_WORDS.join(word.encode() for word in item.spelled_words)
    sizes = [len(channel.keys) for channel in item.channels]
    head = HEAD.pack(
        PROFILE_FORMAT,
        item.article_id,
        language,
        _KINDS.index(item.kind),
        math.nan if item.day is None else item.day,
        item.has_clock,
        item.weekdays,
        *sizes,
        len(item.spelled_keys),
        len(item.runs),
        len(item.vector),
    )
    parts = [head, item.vector.astype("<f2").tobytes()]
    for channel in item.channels:
        parts += [channel.keys.astype("<u4").tobytes(), channel.weights.astype("<f4").tobytes()]
    parts.append(item.runs.astype("<u4").tobytes())
    parts += [item.spelled_keys.astype("<u4").tobytes(), spelled]
    return b"".join(parts)


def unpack(data: bytes) -> Profile:
    """Read a profile from the bytes that `pack` made of it.

    Raises ValueError for another format, and "damaged profile" where lengths do not fit or kind, language or words
    cannot be read.
    """
    check_format(data)
    try:
        return _unpack(data)
    except (IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"damaged profile of article {_article(data)}: {error}") from error


def _unpack(data: bytes) -> Profile:
    _, article_id, language, kind, day, has_clock, named, *sizes, spelled, run_count, width = (
        HEAD.unpack_from(data)
    )
    position = HEAD.size + 2 * width
    vector = np.frombuffer(data, dtype="<f2", count=width, offset=HEAD.size).astype(np.float16, copy=False)
    channels = []
    for size in sizes:
        keys, position = _read_keys(data, position, size)
        weights, position = _read_weights(data, position, size)
        channels.append(Channel(keys, weights))
    runs, position = _read_keys(data, position, run_count)
    spelled_keys, position = _read_keys(data, position, spelled)
    words = data[position:].decode()
    return Profile(
        article_id=article_id,
        language=language.rstrip(b"\0").decode(),
        kind=_KINDS[kind],
        day=None if math.isnan(day) else day,
        has_clock=bool(has_clock),
        channels=tuple(channels),
        spelled_keys=spelled_keys,
        spelled_words=tuple(words.split(_BETWEEN_WORDS.decode())) if spelled else (),
        runs=runs,
        weekdays=named,
        vector=vector,
    )


def check_format(data: bytes) -> None:
    """Raise ValueError for a packed profile of another format than `PROFILE_FORMAT`, or for one that is damaged.

    The message is then "damaged profile": the data is empty, or its length or number of spelled words is not that of
    its head. A last word that is cut short is not noticed.
    """
    if data and data[0] != PROFILE_FORMAT:
        raise ValueError(
            f"profile format {data[0]}, this version reads {PROFILE_FORMAT}: rebuild the profiles"
        )
    if len(data) < HEAD.size:
        raise ValueError(f"damaged profile: cut short after {len(data)} bytes")
    *_, body, lead, names, spelled, runs, width = HEAD.unpack_from(data)
    words = HEAD.size + 2 * width + 8 * (body + lead + names) + 4 * (runs + spelled)
    if len(data) < words:
        raise ValueError(f"damaged profile of article {_article(data)}: {len(data)} of {words} bytes or more")
    if (data.count(_BETWEEN_WORDS, words) + 1 if spelled else len(data) - words) != spelled:
        raise ValueError(
            f"damaged profile of article {_article(data)}: not the {spelled} words that it spells out"
        )


def _article(data: bytes) -> str:
    return format_id(HEAD.unpack_from(data)[1])


def _read_keys(data: bytes, position: int, size: int) -> tuple[Keys, int]:
    return np.frombuffer(data, dtype="<u4", count=size, offset=position).astype(
        np.uint32, copy=False
    ), position + 4 * size


def _read_weights(data: bytes, position: int, size: int) -> tuple[Weights, int]:
    return np.frombuffer(data, dtype="<f4", count=size, offset=position).astype(
        np.float32, copy=False
    ), position + 4 * size


def key_terms(profiles: Sequence[Profile], count: int = 8) -> list[str]:
    """Return the words that best describe a group of profiles, `count` at most, for people to read.

    They are ordered by the sum of their body weights where they are spelled out, the heaviest first, equal ones by
    word. Of several spellings of a term the first in the alphabet is returned. No profiles give an empty list.
    """
    if len(profiles) == 1:  # most groups: no term is in two profiles
        own = zip(_spelled_weights(profiles[0]).tolist(), profiles[0].spelled_words, strict=True)
        return [word for _, word in sorted((-share, word) for share, word in own)[:count]]
    weight: dict[int, float] = {}
    words: dict[int, str] = {}
    for item in profiles:
        shares = _spelled_weights(item).tolist()
        for key, word, share in zip(item.spelled_keys.tolist(), item.spelled_words, shares, strict=True):
            weight[key] = weight.get(key, 0.0) + share
            words[key] = min(words.get(key, word), word)
    return [words[key] for key in sorted(weight, key=lambda key: (-weight[key], words[key]))[:count]]


def _spelled_weights(item: Profile) -> Weights:
    body = item.channels[0]
    return body.weights[np.searchsorted(body.keys, item.spelled_keys)]  # what is spelled out is among them
