"""Loops that are worth a compiler: plain Python in, machine code out where numba is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

# From this many links on, compiled loops repay the second that importing their compiler costs.
FEW_LINKS: Final = 20_000


@cache
def compiled(loop: Callable[..., Any]) -> Callable[..., Any] | None:
    """Return a loop that takes arrays, compiled once for ever; None where numba is not installed."""
    try:
        import numba  # 1 s to import: only when there is much to do
    except ImportError:
        return None
    found: Callable[..., Any] = numba.njit(cache=True, nogil=True)(loop)
    return found
