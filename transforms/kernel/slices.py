"""Long arrays in slices, on several processors: a function of a slice in, its results in order out.

Compiled loops (`nogil`) and NumPy's own leave Python's lock to other threads of the process. Threads of a call end with
it, so that none is there when a process forks.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Result = TypeVar("Result")

# Slices for each thread: one that waits for a processor leaves the rest to the others. Each slice costs a call.
_SLICES_A_THREAD: Final = 4


def map_slices(
    function: Callable[[int, int], Result], count: int, *, processors: int, least: int
) -> list[Result]:
    """Return `function(start, stop)` for slices that cover 0 to `count`, in order, on as many threads as `processors`.

    A slice holds `least` or more, so that handing it out costs little beside it; where that leaves one slice, and with
    one processor, `function(0, count)` is called here. `function` runs beside itself: what it writes must be of its
    slice alone. Raises what the first slice that failed raised, after all have ended.
    """
    slices = min(count // least, processors * _SLICES_A_THREAD) if processors > 1 else 1
    if slices <= 1:
        return [function(0, count)]
    bounds = [count * number // slices for number in range(slices + 1)]
    with ThreadPoolExecutor(min(processors, slices)) as pool:
        return list(pool.map(function, bounds[:-1], bounds[1:]))
