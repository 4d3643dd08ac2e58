"""Profiles laid out for bulk work: as objects or as they are stored in, columns out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.terms import CHANNELS, HEAD, Profile, check_format, pack


@dataclass(frozen=True, slots=True)
class ProfileTable:
    """Profiles side by side: for each channel all keys and weights in a row, with offsets."""

    offsets: tuple[npt.NDArray[np.int64], ...]
    keys: tuple[npt.NDArray[np.uint32], ...]
    weights: tuple[npt.NDArray[np.float32], ...]
    day: npt.NDArray[np.float64]  # NaN when not known
    weekdays: npt.NDArray[np.uint8]  # bits; 0 when none is named
    language: npt.NDArray[np.int32]  # equal numbers, equal languages
    vectors: npt.NDArray[np.float16]  # (profiles, width); width 0 without a sentence model

    def __len__(self) -> int:
        return len(self.day)


def tabulate(profiles: Sequence[Profile]) -> ProfileTable:
    """Lay profiles out for `score_pairs`, in the order given."""
    return tabulate_packed([pack(item) for item in profiles])


def tabulate_packed(profiles: Sequence[bytes]) -> ProfileTable:
    """Lay out profiles as `pack` made them, without an object for each; raises ValueError on another format."""
    numbers: dict[bytes, int] = {}
    day, weekdays, language, sizes, vectors = [], [], [], [], []
    parts: list[list[bytes]] = [[] for _ in range(2 * len(CHANNELS))]  # keys and weights of each channel
    for data in profiles:
        check_format(data)
        _, _, spoken, _, when, _, named, *counts, _, width = HEAD.unpack_from(data)
        day.append(when)
        weekdays.append(named)
        language.append(numbers.setdefault(spoken, len(numbers)))
        sizes.append(counts)
        at = HEAD.size + 2 * width
        vectors.append(data[HEAD.size : at])
        for place, count in enumerate(counts):
            parts[2 * place].append(data[at : at + 4 * count])
            parts[2 * place + 1].append(data[at + 4 * count : at + 8 * count])
            at += 8 * count
    channel_sizes = np.array(sizes, np.int64).reshape(-1, len(CHANNELS)).T
    return ProfileTable(
        tuple(np.concatenate(([0], np.cumsum(some))) for some in channel_sizes),
        tuple(np.frombuffer(b"".join(keys), "<u4").astype(np.uint32, copy=False) for keys in parts[::2]),
        tuple(np.frombuffer(b"".join(some), "<f4").astype(np.float32, copy=False) for some in parts[1::2]),
        np.array(day, np.float64),
        np.array(weekdays, np.uint8),
        np.array(language, np.int32),
        _stack(vectors),
    )


def _stack(vectors: Sequence[bytes]) -> npt.NDArray[np.float16]:
    """Lay out vectors, all of one width."""
    if not vectors:
        return np.empty((0, 0), np.float16)
    numbers = np.frombuffer(b"".join(vectors), "<f2").astype(np.float16, copy=False)
    return numbers.reshape(len(vectors), -1)
