"""Pairing owners of shared keys, written for numba and valid as plain Python: flat arrays in, filled arrays out."""

from __future__ import annotations

import numpy as np

from transforms.kernel_numpy import I32, I64, U8, U64


def sift_keys(keys: U64, owners: I64, often: U8, out_keys: U64, out_owners: I64) -> int:
    """Fill the keys that share their low bits with another, and their owners; return how many. `often` is zeros."""
    mask = np.uint64(len(often) - 1)
    for key in keys:
        slot = key & mask
        if often[slot] < 2:
            often[slot] += 1
    count = 0
    for at in range(len(keys)):
        if often[keys[at] & mask] > 1 and keys[at] != 0:
            out_keys[count] = keys[at]
            out_owners[count] = owners[at]
            count += 1
    return count


def number_keys(keys: U64, owners: I64, table: I64, group: I32, sizes: I32, latest: I64) -> int:
    """Number equal keys alike and count their owners; return how many keys there are.

    Entries come by owner. `table` is all -1 and a power of two long; an entry that repeats one before gets group -1.
    """
    mask = np.uint64(len(table) - 1)
    s20, one = np.uint64(20), np.uint64(1)
    count = 0
    for at in range(len(keys)):
        slot = (keys[at] >> s20) & mask
        while table[slot] >= 0 and keys[table[slot]] != keys[at]:
            slot = (slot + one) & mask
        if table[slot] < 0:
            table[slot] = at
            group[at] = count
            sizes[count] = 0
            latest[count] = -1
            count += 1
        number = group[table[slot]]
        if latest[number] == owners[at]:
            if table[slot] != at:
                group[at] = -1
            continue
        group[at] = number
        latest[number] = owners[at]
        sizes[number] += 1
    return count


def fill_groups(group: I32, owners: I64, ends: I64, members: I64, places: I64) -> None:
    """Fill the owners of each group in order, and where each entry came to stand; `ends` are where groups begin."""
    for at in range(len(group)):
        number = group[at]
        if number < 0:
            places[at] = -1
            continue
        members[ends[number]] = owners[at]
        places[at] = ends[number]
        ends[number] += 1


def meet(
    group: I32,
    owners: I64,
    places: I64,
    starts: I64,
    members: I64,
    cap: int,
    reach: int,
    met: I64,
    left: I64,
    right: I64,
) -> int:
    """Fill the distinct pairs, the smaller owner first and in its order; return how many, even beyond the room given.

    Entries come by owner. `met` is all -1 and as long as the greatest owner + 1.
    """
    count = 0
    room = len(left)
    for at in range(len(group)):
        if group[at] < 0:
            continue
        start, stop = starts[group[at]], starts[group[at] + 1]
        a = owners[at]
        begin, end = places[at] + 1, stop
        if stop - start > cap:
            begin, end = max(places[at] - reach, start), min(places[at] + reach + 1, stop)
        for place in range(begin, end):
            b = members[place]
            if b > a and met[b] != a:
                met[b] = a
                if count < room:
                    left[count] = a
                    right[count] = b
                count += 1
    return count
