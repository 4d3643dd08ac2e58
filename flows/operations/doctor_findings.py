"""What an inspection of an installation finds: one subject, how it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Health(StrEnum):
    """How serious a finding is: ok, warn or fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result of an inspection (`newsfold doctor`): health, subject, detail, and advice where it is not ok."""

    health: Health
    what: str
    detail: str
    advice: str = ""

    def describe(self) -> str:
        """Return the finding as one line of text."""
        return f"{self.health:<5} {self.what}: {self.detail}" + (f"; {self.advice}" if self.advice else "")


def ok(what: str, detail: str) -> Finding:
    """Return a finding without advice that the subject `what` is in order; `detail` says how it is."""
    return Finding(health=Health.OK, what=what, detail=detail)


def in_hours(age: timedelta) -> str:
    """Return an age in words, rounded down: "5 min" below an hour, "3 h 20 min" below two days, then "4 days"."""
    hours, seconds = divmod(int(age.total_seconds()), 3600)
    return (
        f"{hours // 24} days"
        if hours >= 48
        else f"{hours} h {seconds // 60} min"
        if hours
        else f"{seconds // 60} min"
    )
