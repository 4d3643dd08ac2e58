"""Profiles laid out for bulk work: as objects or as they are stored in, columns out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.stories.profile import CHANNELS, HEAD, Profile, check_format, pack


@dataclass(frozen=True, slots=True)
class ProfileTable:
    """Many profiles as arrays: for each channel the term keys and weights of all profiles end to end, with offsets.

    Profile i has in channel c the keys `keys[c][offsets[c][i]:offsets[c][i + 1]]`, ascending, and the weights at the
    same indices. `day` is that of publication (since 1970, NaN for none), `language` a number for each language, `runs`
    the sampled runs of words, by `run_offsets`, and `vectors` the sentence vectors, (profiles, width).
    """

    offsets: tuple[npt.NDArray[np.int64], ...]
    keys: tuple[npt.NDArray[np.uint32], ...]
    weights: tuple[npt.NDArray[np.float32], ...]
    day: npt.NDArray[np.float64]  # NaN when not known
    weekdays: npt.NDArray[np.uint8]  # bits; 0 when none is named
    language: npt.NDArray[np.int32]  # equal numbers, equal languages
    run_offsets: npt.NDArray[np.int64]
    runs: npt.NDArray[np.uint32]  # sampled runs of words, ascending in each profile
    vectors: npt.NDArray[np.float16]  # (profiles, width); width 0 without a sentence model

    def __len__(self) -> int:
        return len(self.day)


def tabulate(profiles: Sequence[Profile]) -> ProfileTable:
    """Lay profiles out as arrays for `score_pairs`, in the order given; no profiles give an empty table.

    Raises ValueError unless all vectors are of one width, that of one sentence model or 0, and what `pack` raises.
    """
    return tabulate_packed([pack(item) for item in profiles])


def tabulate_packed(profiles: Sequence[bytes]) -> ProfileTable:
    """Lay out profiles packed by `pack` as arrays, in the order given, without an object for each.

    Raises ValueError for another format, a damaged profile, and vectors of several widths.
    """
    numbers: dict[bytes, int] = {}
    day, weekdays, language, sizes, vectors, runs = [], [], [], [], [], []
    parts: list[list[bytes]] = [[] for _ in range(2 * len(CHANNELS))]  # keys and weights of each channel
    for data in profiles:
        check_format(data)
        _, _, tag, _, when, _, named, *counts, _, run_count, width = HEAD.unpack_from(data)
        day.append(when)
        weekdays.append(named)
        language.append(numbers.setdefault(tag, len(numbers)))
        sizes.append(counts)
        at = HEAD.size + 2 * width
        vectors.append(data[HEAD.size : at])
        for channel, count in enumerate(counts):
            parts[2 * channel].append(data[at : at + 4 * count])
            parts[2 * channel + 1].append(data[at + 4 * count : at + 8 * count])
            at += 8 * count
        runs.append(data[at : at + 4 * run_count])
    channel_sizes = np.array(sizes, np.int64).reshape(-1, len(CHANNELS)).T
    return ProfileTable(
        tuple(np.concatenate(([0], np.cumsum(column))) for column in channel_sizes),
        tuple(np.frombuffer(b"".join(keys), "<u4").astype(np.uint32, copy=False) for keys in parts[::2]),
        tuple(
            np.frombuffer(b"".join(weights), "<f4").astype(np.float32, copy=False) for weights in parts[1::2]
        ),
        np.array(day, np.float64),
        np.array(weekdays, np.uint8),
        np.array(language, np.int32),
        np.concatenate(([0], np.cumsum([len(own) // 4 for own in runs], dtype=np.int64))),
        np.frombuffer(b"".join(runs), "<u4").astype(np.uint32, copy=False),
        _stack(vectors),
    )


def _stack(vectors: Sequence[bytes]) -> npt.NDArray[np.float16]:
    """Lay out vectors; raises ValueError unless all are of one width."""
    if not vectors:
        return np.empty((0, 0), np.float16)
    widths = sorted({len(vector) // 2 for vector in vectors})
    if len(widths) > 1:
        raise ValueError(f"profiles with vectors of several widths: {', '.join(map(str, widths))}")
    numbers = np.frombuffer(b"".join(vectors), "<f2").astype(np.float16, copy=False)
    return numbers.reshape(len(vectors), -1)
