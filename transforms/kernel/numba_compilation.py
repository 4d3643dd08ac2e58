"""Plain Python loops in, machine code out where numba is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

# From this many links on, compiled loops repay the second that importing their compiler costs.
FEW_LINKS: Final = 20_000


@cache
def has_numba() -> bool:
    """Return whether numba is installed, by importing it, which takes a second; decided once a process."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


@cache
def compiled(
    loop: Callable[..., Any], parts: tuple[Callable[..., Any], ...] = ()
) -> Callable[..., Any] | None:
    """Return a loop over arrays to be compiled by numba at its first call; None where numba is not installed.

    `parts` are the functions that it calls. The same loop and parts give the same function. Machine code comes from
    numba's cache on disk when an earlier process left it there. numba keeps that beside the source or, where that is
    read-only, in the user's cache folder; where neither can be written it refuses, and then the loop is compiled for
    this process alone.
    """
    if not has_numba():
        return None
    import numba

    for part in parts:
        numba.extending.register_jitable(part)
    found: Callable[..., Any]
    try:
        found = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:
        found = numba.njit(nogil=True)(loop)
    return found
