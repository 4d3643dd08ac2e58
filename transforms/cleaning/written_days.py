"""A text with a date in it, the day that it names out: in numbers or in words, in the languages that have a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from transforms.cleaning.date_order import DateOrder
from transforms.cleaning.solar_hijri import LANGUAGES, YEARS, gregorian_day, hijri_month
from transforms.language.months import month_number

_YEAR_FIRST = re.compile(
    r"(?<![\d.,/-])(?<!v)(\d{4})(?:([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)|\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일])"
)
_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d/])")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s?,?\s?(?:tháng|thg)\s?(\d{1,2})\s?,?\s?(?:năm\s)?(\d{4})(?!\d)")
_HIJRI = re.compile(r"(?<!\d)(\d{1,2})\s?([\u0622-\u06cc]{2,8})[,،]?\s(?:ماه\s)?(\d{4})(?!\d)")
_WORD = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0900-\u0dff\u0e31-\u0e4e\u0eb1-\u0ece\u102b-\u103e\u17b4-\u17d3'’׳]"
    r"|\.(?=[\u0e00-\u0eff]))*+\.?"
)
_BEFORE = re.compile(
    r"(?<![\d.,/-])(?<!\d:)(\d{1,4})(?:\.(?!\d)|st|nd|rd|th|er|º|ª|-)?\s?(?:,\s?)?(?:(?:of|de|d['’]|den|thg|ngày|le|el|the)\s?)?[-/]?$"
)
_AFTER_YEAR = re.compile(r"\s?[,./-]?\s?(?:(?:del?|of|of the year)\s)?(\d{4})(?![\d.:]*\d)")
_AFTER_DAY = re.compile(r"\s?[-.,]?\s?(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.|e?an?\b|-a?i?)?(?!\d|[:h]\d)")
_HEBREW_IN = "ב"  # "in", written together with the month
_BUDDHIST = 543  # years by which Thailand's calendar is ahead


@dataclass(frozen=True, slots=True)
class Day:
    """A day found in a text, from index `start` to `end`; `at` is its midnight, without a zone.

    `other` is its other reading where day and month may be swapped, else None.
    """

    at: datetime
    start: int
    end: int
    other: datetime | None = None


def full_year(year: int, now: datetime) -> int:
    """Complete a year of two digits to the century of `now`, or to the one before if that is after next year.

    `now` is naive UTC.
    """
    century = now.year // 100 * 100
    return century + year if century + year <= now.year + 1 else century - 100 + year


def find_day(text: str, order: DateOrder, now: datetime) -> Day | None:
    """Find the first day with its year in a text: in numbers, or with a month's name; None where there is none.

    `text` is in small letters with ASCII digits (see `stated_times`). `order` decides between day and month, and which
    language's month names count first; `now` completes years of two digits. Raises ValueError for a day that no
    calendar has, such as 31 April, where no other is found. `now` is naive UTC.
    """
    finders: tuple[Callable[[], Iterator[Day]], ...] = (
        lambda: _year_first(text, order),
        lambda: _solar_hijri(text),
        lambda: _in_words(text, order),
        lambda: _vietnamese(text),
        lambda: _numeric(text, order, now),
    )
    found: list[Day] = []
    error: ValueError | None = None
    for finder in finders:
        try:
            day = next(finder(), None)
        except ValueError as why:
            error = why
            continue
        if day is not None:
            found.append(day)
            if day.start == 0:
                break  # none comes before it
    if not found and error is not None:
        raise error
    return min(found, key=lambda day: day.start, default=None)


def _make_day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day)  # noqa: DTZ001  the zone is found apart


def _year_first(text: str, order: DateOrder) -> Iterator[Day]:
    for match in _YEAR_FIRST.finditer(text):
        month, day = (match[3], match[4]) if match[2] else (match[5], match[6])
        year = int(match[1])
        is_hijri = year in YEARS and order.language in LANGUAGES
        make = _make_hijri if is_hijri else _make_day
        yield Day(make(year, int(month), int(day)), match.start(), match.end())


def _solar_hijri(text: str) -> Iterator[Day]:
    """Find days such as 11 Esfand 1404, in Persian."""
    for match in _HIJRI.finditer(text):
        month, year = hijri_month(match[2]), int(match[3])
        if month is not None and year in YEARS:
            yield Day(_make_hijri(year, month, int(match[1])), match.start(), match.end())


def _make_hijri(year: int, month: int, day: int) -> datetime:
    return datetime.combine(gregorian_day(year, month, day), datetime.min.time())


def _vietnamese(text: str) -> Iterator[Day]:
    for match in _VIETNAMESE.finditer(text):
        yield Day(_make_day(int(match[3]), int(match[2]), int(match[1])), match.start(), match.end())


def _numeric(text: str, order: DateOrder, now: datetime) -> Iterator[Day]:
    for match in _NUMERIC.finditer(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        year = full_year(year, now) if len(match[4]) == 2 else year
        if second > 12 or first > 12 or first == second:
            month, day = (first, second) if second > 12 else (second, first)
            yield Day(_make_day(year, month, day), match.start(), match.end())
        elif (
            match[2] == "." or order.is_day_first is not None
        ):  # with dots the day comes first wherever they are used
            is_day_first = match[2] == "." or order.is_day_first
            day, month = (first, second) if is_day_first else (second, first)
            yield Day(_make_day(year, month, day), match.start(), match.end())
        else:
            other = _make_day(year, first, second)
            yield Day(_make_day(year, second, first), match.start(), match.end(), other)


def _in_words(text: str, order: DateOrder) -> Iterator[Day]:
    """Find days with the name of a month between or before their numbers."""
    language = order.language
    words = list(_WORD.finditer(text))
    for k, match in enumerate(words):
        month, end = month_number(match[0], language), match.end()
        if month is None and match[0].startswith(_HEBREW_IN):
            month = month_number(match[0][1:], language)
        if month is None and k + 1 < len(words) and words[k + 1].start() == end + 1:
            month, end = month_number(f"{match[0]} {words[k + 1][0]}", language), words[k + 1].end()
        if month is None:
            continue
        found = _around(text, match.start(), end, month, language)
        if found is not None:
            yield found


def _around(text: str, start: int, end: int, month: int, language: str | None) -> Day | None:
    """Read the numbers around a month's name: 15 January 2026, January 15, 2026, 2026 January 15."""
    if _is_thai(text[start]):
        language = "th"
    before = _BEFORE.search(text, max(0, start - 24), start)
    number = int(before[1]) if before else 0
    after = _AFTER_YEAR.match(text, end)
    if before and after and len(before[1]) <= 2:
        return Day(_make_day(_own_year(int(after[1]), language), month, number), before.start(), after.end())
    day = _AFTER_DAY.match(text, end)
    if day is None:
        return None
    if before and len(before[1]) == 4:
        return Day(_make_day(_own_year(number, language), month, int(day[1])), before.start(), day.end())
    after = _AFTER_YEAR.match(text, day.end())
    if after is None:
        return None
    return Day(_make_day(_own_year(int(after[1]), language), month, int(day[1])), start, after.end())


def _is_thai(letter: str) -> bool:
    return "\u0e00" <= letter <= "\u0eff"  # and Lao


def _own_year(year: int, language: str | None) -> int:
    return year - _BUDDHIST if language in ("th", "lo") and year > 2400 else year
