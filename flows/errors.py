"""What went wrong, for people and for the shell: any error in; one line, what it means, what to do, an exit code out.

Errors of our own carry all of it (see `warehouse.errors`, where `ExitCode` has the numbers). Errors of other
libraries are recognised by their class, never by words in their message, which can hold words of a query or a
file.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

from warehouse.errors import CORRECT_IT, KEPT, ExitCode, NewsfoldError

# Errors of the system that end by themselves or by somebody's hand: no room, no quota, no free handle.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE}
_PASSING = _NO_ROOM | {errno.EAGAIN, errno.EIO, errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ECONNREFUSED}
# Classes of packages that are not loaded unless they raised: (top package, class).
_ENDED = {("prefect", "TerminationSignal"): "ended by SIGTERM"}
_LATE = {("asyncio", "CancelledError"), ("prefect", "CancelledError"), ("concurrent", "CancelledError")}
_UNREACHABLE = {
    ("httpx", "TransportError"),
    ("httpx", "HTTPStatusError"),
    ("prefect", "PrefectHTTPStatusError"),
    ("websockets", "WebSocketException"),
}


class InvalidRequestError(NewsfoldError):
    """A request that makes no sense for this warehouse; the message says why, and what to do instead."""

    meaning = "Nothing was changed."


class ChecksFailedError(NewsfoldError):
    """Data checks found offending rows; the message names each check with an example."""

    exit_code = ExitCode.DAMAGED
    meaning = "Nothing was dropped or rewritten."
    advice = "see `newsfold check --deep`"


class ServiceError(NewsfoldError):
    """A service that newsfold needs, such as the Prefect server, does not answer."""

    exit_code = ExitCode.MACHINE
    can_pass = True
    advice = "start it (`prefect server start`), unset PREFECT_API_URL, or fold without it: --prefect never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failure in words for people (what happened, what it means, what to do) and as an exit code.

    `can_pass`: waiting can help, as where another run is at work or a disk is full.
    """

    happened: str  # one line
    meaning: str
    advice: str
    exit_code: ExitCode
    can_pass: bool = False

    def line(self) -> str:
        """Return the failure in one line, for a terminal: what happened, and what to do.

        The advice is left out where it would only say to correct what the line names.
        """
        return self.happened if self.advice == CORRECT_IT else f"{self.happened}; {self.advice}"

    def lines(self) -> list[str]:
        """Return the failure in three lines: what happened, what it means for the warehouse, and what to do."""
        return [self.happened, self.meaning, f"What to do: {self.advice}"]


def explain(error: BaseException) -> Failure:
    """Return any error as a Failure: what happened, what it means for the warehouse, what to do, and the exit code.

    Errors of other libraries are recognised by their class; an unknown one is a defect (ExitCode.DEFECT).
    """
    if isinstance(error, NewsfoldError):
        return Failure(
            happened=_first_line(error),
            meaning=error.meaning,
            advice=error.advice,
            exit_code=error.exit_code,
            can_pass=error.can_pass,
        )
    return _explain_foreign(error)


def describe(error: BaseException) -> str:
    """Return the one line that the ledger stores for a failed run, with the class name for newsfold's own errors."""
    failure = explain(error)
    return (
        f"{type(error).__name__}: {failure.happened}"
        if isinstance(error, NewsfoldError)
        else failure.happened
    )


def can_pass(error: BaseException | None) -> bool:
    """Return whether waiting can help against an error (another run at work, a full disk); False for None."""
    return error is not None and explain(error).can_pass


def is_expected(error: BaseException) -> bool:
    """Return whether an operator can act on an error, so that one line is enough: False for newsfold's defects."""
    return explain(error).exit_code is not ExitCode.DEFECT


def _explain_foreign(error: BaseException) -> Failure:
    rolled_back = f"The batch at hand was rolled back. {KEPT}"
    match error:
        case KeyboardInterrupt():
            return _machine("ended by Ctrl-C", rolled_back, "nothing; run again to go on")
        case SystemExit():
            return _machine("ended by SIGTERM", rolled_back, "nothing; run again to go on")
        case MemoryError():
            return _machine("out of memory", rolled_back, "lower workers or batch_mb, or give it more memory")
        case ImportError():
            happened = f"a library is missing or broken: {_first_line(error)}"
            return _machine(
                happened, "The installation is incomplete.", "install newsfold again; see `newsfold doctor`"
            )
        case TimeoutError():
            return _too_long(rolled_back)
        case OSError() if error.errno in _NO_ROOM:
            happened = f"the disk is full, or out of file handles: {error.strerror}"
            return _machine(happened, rolled_back, "make room and run again", can_pass=True)
        case OSError():
            happened = f"the system refused: {_first_line(error)}"
            return _machine(happened, rolled_back, "see `newsfold doctor`", can_pass=error.errno in _PASSING)
    names = {(kind.__module__.partition(".")[0], kind.__name__) for kind in type(error).__mro__}
    if names & _LATE:
        return _too_long(rolled_back)
    for name, happened in _ENDED.items():
        if name in names:
            return _machine(happened, rolled_back, "nothing; run again to go on")
    if names & _UNREACHABLE:
        happened = f"a service did not answer as it should: {type(error).__name__}: {_first_line(error)}"
        return _machine(happened, KEPT, ServiceError.advice, can_pass=True)
    return Failure(
        happened=f"{type(error).__name__}: {_first_line(error)}",
        meaning=f"This was not expected. {KEPT}",
        advice="report this line with the log of this run",
        exit_code=ExitCode.DEFECT,
    )


def _machine(happened: str, meaning: str, advice: str, *, can_pass: bool = False) -> Failure:
    return Failure(
        happened=happened, meaning=meaning, advice=advice, exit_code=ExitCode.MACHINE, can_pass=can_pass
    )


def _too_long(meaning: str) -> Failure:
    return _machine(
        "ended for taking longer than run_seconds", meaning, "nothing; raise run_seconds when this repeats"
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
