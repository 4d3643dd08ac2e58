"""A day of the calendar of Iran and Afghanistan in, the same day of the Gregorian calendar out."""

from __future__ import annotations

from datetime import date
from typing import Final

YEARS: Final = range(1300, 1500)  # 1921 to 2120: other numbers are years of another calendar
_MONTHS: Final = (
    ("فروردین", "حمل"), ("اردیبهشت", "ثور"), ("خرداد", "جوزا"), ("تیر", "سرطان"), ("مرداد", "اسد"), ("شهریور", "سنبله"),
    ("مهر", "میزان"), ("آبان", "عقرب"), ("آذر", "قوس"), ("دی", "جدی"), ("بهمن", "دلو"), ("اسفند", "حوت"),
)  # fmt: skip
_NUMBERS: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
LANGUAGES: Final = ("fa", "ps", "prs")  # of those who use it
_CYCLE = 33  # years in which eight are leap years
_CYCLES_FROM = -1595  # a year with which such a cycle begins
_GREGORIAN = 356_032  # days that the count from then is ahead of Python's ordinals


def hijri_month(word: str) -> int | None:
    """Return the number (1 to 12) of the Persian or Afghan month that a word names; None for any other word."""
    return _NUMBERS.get(word.rstrip(".,،"))


def gregorian_day(year: int, month: int, day: int) -> date:
    """Convert a day of the Solar Hijri calendar (Iran, Afghanistan) to the Gregorian one.

    Raises ValueError for a day that its year does not have.
    """
    if year not in YEARS or not 1 <= month <= 12 or not 1 <= day <= _length(year, month):
        raise ValueError("no day of this calendar")
    before = 31 * min(month - 1, 6) + 30 * max(month - 7, 0)
    return date.fromordinal(_new_year(year) + before + day - 1)


def _length(year: int, month: int) -> int:
    if month == 12:
        return _new_year(year + 1) - _new_year(year) - 6 * 31 - 5 * 30
    return 31 if month <= 6 else 30


def _new_year(year: int) -> int:
    """Return the ordinal of the first day of a year: leap years come every four years, and once after five."""
    years = year - _CYCLES_FROM
    cycles, rest = divmod(years, _CYCLE)
    return 365 * years + 8 * cycles + (rest + 3) // 4 - _GREGORIAN
