"""An expression and a hostile text in, how fast the time grows with the text out: a ratio, whatever the machine."""

from __future__ import annotations

import re
import signal
import time
from types import FrameType
from typing import Any

from tests.expressions.attacks import pumps
from tests.expressions.collect import Expression

SMALL, LARGE = 500, 4000  # characters of the texts that are compared
MOST = 24.0  # times longer for eight times the text: linear is 8, quadratic 64
LEAST_SECONDS = 1e-3  # below this a time says nothing
_PATIENCE = 20.0  # seconds for one text of 4,000 characters: what takes longer is worse than any power


class TooSlowError(AssertionError):
    """The expression did not come to an end."""


def worst_growth(expression: Expression) -> tuple[float, str]:
    """Return the steepest growth over all hostile texts, with the text's repeated piece."""
    worst, piece = 0.0, ""
    for before, body, end in pumps(expression.pattern):
        growth = _growth(expression, before, body, end)
        if growth > worst:
            worst, piece = growth, f"{before!r} + {body!r} * n + {end!r}"
        if worst:
            break
    return worst, piece


def _growth(expression: Expression, before: str, body: str, end: str) -> float:
    small, large = (before + body * (size // len(body)) + end for size in (SMALL, LARGE))
    base, seconds = _seconds(expression, small), _seconds(expression, large)
    if seconds < LEAST_SECONDS or seconds <= MOST * max(base, 1e-6):
        return 0.0
    # once more, since the machine may have been busy
    seconds = min(_seconds(expression, large) for _ in range(2))
    base = max(_seconds(expression, small) for _ in range(3))
    growth = seconds / max(base, 1e-6)
    return growth if growth > MOST else 0.0


def _seconds(expression: Expression, text: str) -> float:
    pattern: re.Pattern[Any] = expression.pattern
    subject = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")
    previous = signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
    began = time.process_time()
    try:
        if expression.is_anchored:
            pattern.match(subject)
            pattern.fullmatch(subject)
        else:
            for _ in pattern.finditer(subject):
                pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    return time.process_time() - began


def _give_up(signum: int, frame: FrameType | None) -> None:
    raise TooSlowError
