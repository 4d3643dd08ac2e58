"""Plain Python loops in, machine code out where numba is installed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from transforms.kernel.prefetch import register_prefetch

# From this many links on, compiled loops repay the second that importing their compiler costs.
FEW_LINKS: Final = 20_000
_COMPILING: Final = threading.RLock()


@cache
def has_numba() -> bool:
    """Return whether numba is installed, by importing it, which takes a second; decided once a process."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


def compiled(
    loop: Callable[..., Any], parts: tuple[Callable[..., Any], ...] = (), *, counts_references: bool = True
) -> Callable[..., Any] | None:
    """Return a loop over arrays to be compiled by numba at its first call; None where numba is not installed.

    `parts` are the functions that it calls. The same loop and parts give the same function. Machine code comes from
    numba's cache on disk when an earlier process left it there. numba keeps that beside the source or, where that is
    read-only, in the user's cache folder; where neither can be written it refuses, and then the loop is compiled for
    this process alone.

    Compiled code counts references to arrays as Python does, once or twice for each slice, by instructions that take
    longer than a few words take to compare. A loop that makes no array of its own needs none: its arrays live as long
    as the call. Without `counts_references` it and its parts must call nothing that allocates; numba refuses it then.
    """
    with _COMPILING:  # threads that ask for one loop at a time get one function, which is compiled once
        return _compiled(loop, parts, counts_references)


@cache
def _compiled(
    loop: Callable[..., Any], parts: tuple[Callable[..., Any], ...], counts_references: bool
) -> Callable[..., Any] | None:
    if not has_numba():
        return None
    import numba

    register_prefetch()
    for part in parts:
        numba.extending.register_jitable(part)
    options: dict[str, Any] = {"nogil": True}
    if not counts_references:
        options["_nrt"] = False  # numba's runtime, which counts
    found: Callable[..., Any]
    try:
        found = numba.njit(cache=True, **options)(loop)
    except RuntimeError:
        found = numba.njit(**options)(loop)
    return found
