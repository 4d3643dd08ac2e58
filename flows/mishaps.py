"""What went wrong, in plain words: an error in; what happened, what it means and what to do out."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from flows.discover import DiscoverError
from flows.engine import EngineError, TaskError
from flows.settings import SettingsError
from warehouse.connection import as_ours
from warehouse.errors import (
    Busy,
    CheckFailed,
    Damaged,
    DiskFull,
    HomeUnusable,
    NewerSchema,
    WarehouseError,
)

# Errors of the system that end by themselves or by somebody's hand: no room, no quota, no free handle.
_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EAGAIN}
_KEPT = "What was committed before stays, and the next run goes on from there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """A failure as people should read it."""

    happened: str  # one line
    meaning: str
    advice: str

    def lines(self) -> list[str]:
        """Say it in a few lines."""
        return [self.happened, self.meaning, f"What to do: {self.advice}"]


def can_pass(error: BaseException | None) -> bool:
    """Tell a failure that waiting may mend: another run at work, a full disk. Anything else fails again at once."""
    if isinstance(error, OSError):
        return error.errno in _PASSING
    return isinstance(error, Busy | DiskFull) or (isinstance(error, TaskError) and _is_about_room(error))


def describe(error: BaseException) -> str:
    """Return the one line that the ledger keeps of a run that failed; the engine's own errors in our words."""
    if isinstance(error, Exception):
        error = as_ours(error) or error
    match error:
        case TaskError() if _is_about_room(error):
            return "the disk is full, or out of file handles: cleaning could not write its results"
        case WarehouseError() | EngineError() | DiscoverError() | SettingsError():
            return f"{type(error).__name__}: {_first_line(error)}"
        case KeyboardInterrupt():
            return "ended by Ctrl-C"
        case _ if type(error).__name__ == "TerminationSignal" or isinstance(error, SystemExit):
            return "ended by SIGTERM"
        case _ if type(error).__name__ == "CancelledError" or isinstance(error, TimeoutError):
            return "ended for taking longer than run_seconds"
    return f"{type(error).__name__}: {error}"


def explain(error: BaseException) -> Mishap:
    """Return what happened, what it means for the warehouse, and what to do."""
    meaning, advice = _meaning(error)
    return Mishap(happened=describe(error), meaning=meaning, advice=advice)


def _meaning(error: BaseException) -> tuple[str, str]:
    match error:
        case SettingsError() | DiscoverError():
            return (
                "Nothing was begun.",
                "correct the setting or the path; `newsfold config` shows what counts and why",
            )
        case Busy():
            return (
                "Another process held the warehouse the whole time, so nothing was begun.",
                "nothing, when that was a long run: the next one reads what this one would have. Else end that process",
            )
        case DiskFull():
            return f"The batch at hand was rolled back. {_KEPT}", "make room"
        case TaskError() if _is_about_room(error):
            return _KEPT, "make room"
        case CheckFailed():
            return (
                f"A promise did not hold, so the batch was rolled back. {_KEPT}",
                "report this line; see `newsfold check`",
            )
        case Damaged():
            return "Nothing more is written before somebody has looked.", error.remedy
        case NewerSchema() | HomeUnusable():
            return "Nothing was begun.", "what the line says; see `newsfold doctor`"
        case EngineError():
            return (
                f"The cleaning processes did not work. {_KEPT}",
                "see `newsfold doctor` and the log of this run",
            )
        case _ if type(error).__name__ in ("CancelledError", "TerminationSignal") or isinstance(
            error, TimeoutError
        ):
            return (
                f"The batch at hand was rolled back. {_KEPT}",
                "nothing; raise run_seconds when this repeats",
            )
        case _ if type(error).__name__ == "BrokenPromisesError":
            return "Nothing was dropped or rewritten.", "see `newsfold check --deep`"
    return f"This was not expected. {_KEPT}", "report this line with the log of this run"


def _is_about_room(error: TaskError) -> bool:
    return any(f"[Errno {number}]" in str(error) for number in _PASSING)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0]
