"""Profiles and blocking keys made where articles are cleaned: reports in, what a fold stores of them out."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from transforms.language.background import BOOTSTRAP_VERSION, Background
from transforms.stories.blocking_keys import story_keys_of
from transforms.stories.pair_score import name_model
from transforms.stories.profile import HEAD, PROFILE_FORMAT, Report, pack, profiles_of

_ARTICLE_AT: Final = 1  # where a packed profile has the id of its article: after its format
_DAY_FIELD: Final = 4
_SEPARATOR: Final = b"\x1f"


class Prepared(NamedTuple):
    """What a fold stores of one article for matching stories."""

    profile: bytes  # as `pack` writes it
    keys: npt.NDArray[np.uint64]  # as `story_keys` gives them


def prepare(reports: Sequence[Report], background: Background) -> list[Prepared]:
    """Build the profiles and blocking keys of reports, in their order; each depends on its own report alone."""
    profiles = profiles_of(reports, background)
    return list(map(Prepared, map(pack, profiles), story_keys_of(profiles)))


def report_hashes(reports: Sequence[Report], background: Background) -> Iterator[int]:
    """Yield for each report a 64-bit hash of all that `prepare` makes of it, but for the id of the article.

    Equal hashes mean equal reports under one model: versions of format, story model, word lists and sentence model
    are in it.
    """
    model = f"{PROFILE_FORMAT} {name_model(background)} {BOOTSTRAP_VERSION}"
    for report in reports:
        at = "" if report.published_at is None else report.published_at.isoformat()
        facts = (
            model,
            report.language,
            str(report.kind),
            str(report.precision),
            at,
            report.title,
            report.text,
        )
        yield xxhash.xxh3_64_intdigest(_SEPARATOR.join(fact.encode(errors="surrogatepass") for fact in facts))


def with_article(profile: bytes, article_id: int) -> bytes:
    """Return a packed profile as that of another article, which has the same text."""
    changed = bytearray(profile)
    struct.pack_into("<Q", changed, _ARTICLE_AT, article_id)
    return bytes(changed)


def day_of(profile: bytes) -> float:
    """Return the day of publication in a packed profile, counted from 1970 with fractions; NaN when not known."""
    day: float = HEAD.unpack_from(profile)[_DAY_FIELD]
    return day
