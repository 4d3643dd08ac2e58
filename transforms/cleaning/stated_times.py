"""A time as a page or record states it in, `Timestamp` with precision, zone and interval out."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from transforms.cleaning.clock_times import find_clock
from transforms.cleaning.date_order import DateOrder
from transforms.cleaning.time_zones import WIDEST, read_zone
from transforms.cleaning.written_days import Day, find_day, full_year
from transforms.types import Precision, Timestamp

# Earliest year believed. Digitised newspapers go back this far; years before are typing errors and empty values.
_EARLIEST = 1800
# A time may lie this far ahead of `now`: clocks differ, and a naive wall time can be 14 hours ahead of UTC.
_AHEAD = timedelta(hours=26)
_LONGEST = 200  # characters of a stated time that are examined
# Days that software writes where it knows none: Unix time zero, the zero of spreadsheets and of databases.
_EMPTY_DAYS = frozenset(((1970, 1, 1), (1900, 1, 1), (1899, 12, 30), (1899, 12, 31)))
_SHORTEST_DAY = 8  # characters of a day with its time of day, "3.3.2026"
_EPOCH_SINCE = datetime(1990, 1, 1)  # noqa: DTZ001  numbers that would mean an earlier time are something else
# Local times are 12 hours behind UTC at most and 14 ahead.
_WEST, _EAST = timedelta(hours=12), timedelta(minutes=WIDEST)
_TO_ASCII = (
    {ord(c): "-" for c in "−‐‑‒"} | {ord(c): " " for c in "\u00a0\u202f\u2009\u200e\u200f"} | {ord("："): ":"}
)
_JSON_DATE = re.compile(r"/?date\((-?\d{8,16})([+-]\d{4})?\)/?")
_EPOCH = re.compile(r"(\d{9,19})(?:\.\d+)?")
_EPOCH_UNITS = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?(?:[.,]\d+)?(z|[+-]\d{2}:?\d{2})?)?")
_CTIME = re.compile(
    r"([a-z]{3,9})\.? (\d{1,2}) (\d{1,2}:\d{2}(?::\d{2})?)( ?(?:[ap]m))? ?((?:[+-]\d{4}|[a-z]{1,5}) )?(\d{4})(?!\d)"
)
_SHORT_YEAR = re.compile(
    r"((?:[^\W\d_]{2,9}\.?,? )?(?<!\d)\d{1,2}[ -][^\W\d_]{3,9}\.?[ -])(\d\d)(?= \d{1,2}:\d\d|$)"
)
_MAIL = re.compile(r"(?:[a-z]{3},? )?\d{1,2} [a-z]{3} \d{2,4} \d{1,2}:\d\d")
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
_ERA = re.compile(r"(令和|平成|昭和|民國|民国)\s?(\d{1,3}|元)\s?年")
# Words for "year" and endings between a year and the month behind it: Lithuanian, Latvian, Hungarian, Basque.
_YEAR_WORD = re.compile(
    r"(?<!\d)(\d{4})(?:\.? ?(?:m|metų|gada?)\b\.?|[.-]?(?:e|\(e\))?ko\b|\.) ?(?=[^\W\d_]|\d{1,2}\. [^\W\d_])"
)
_YEAR_THEN_DAY = re.compile(r"(?<!\d)(\d{4}) (\d{1,2})\. ([^\W\d_]{3,12})(?![\w.]*\d)")  # 2026 14. maijs
_Parsed = tuple[datetime, Precision, tuple[int, str] | None, datetime | None]


def read_time(
    raw: str | None,
    *,
    now: datetime,
    source: str,
    order: DateOrder = DateOrder(),  # noqa: B008  frozen
) -> Timestamp | None:
    """Read one stated time; None where the text states none, a `Timestamp` without `at` where it is refused.

    Refused are a time more than 26 hours after `now` ("json-ld:future", for `source` "json-ld"); what is no day, before
    1800 or an empty value such as 1970-01-01 ("…:impossible"); and 3/4/2026 without an `order` ("…:ambiguous", with the
    interval of both). `text` keeps what was stated, up to 200 characters. A time without zone keeps its wall time and
    no zone. Midnight sharp without a zone counts as a day: it is what software writes for one. `source` says where the
    time was stated, `order` how days, months and zones are written there; `now` is aware, or naive in UTC. Never raises
    for a text.
    """
    if not raw:
        return None
    stated = " ".join(raw[:_LONGEST].split())
    text = _normalise(stated)

    def refuse(why: str) -> Timestamp:
        return Timestamp(source=f"{source}:{why}", text=stated)

    try:
        found = _parse(text, order, now)
        if found is None:
            return None
        at, precision, zone, other = found
        utc = at - timedelta(minutes=zone[0]) if zone else at
    except (ValueError, OverflowError):
        return refuse("impossible")
    if at.year < _EARLIEST or utc == datetime(1970, 1, 1) or _is_empty(text, at):  # noqa: DTZ001
        return refuse("impossible")
    latest = _naive_utc(now) + _AHEAD
    if other is not None and (at > latest) != (other > latest):
        at, other = min(at, other), None  # one reading lies ahead
        utc = at - timedelta(minutes=zone[0]) if zone else at
    if utc > latest:
        return refuse("future")
    if other is not None:
        spans = [_interval(each, precision, zone) for each in (at, other)]
        return Timestamp(
            source=f"{source}:ambiguous",
            text=stated,
            earliest=min(s[0] for s in spans),
            latest=max(s[1] for s in spans),
        )
    earliest, until = _interval(at, precision, zone)
    if precision is Precision.DAY:
        utc, zone = at.replace(hour=0, minute=0, second=0), None
    return Timestamp(
        at=utc.replace(microsecond=0),
        precision=precision,
        zone=zone[1] if zone else None,
        source=source,
        text=stated,
        earliest=earliest,
        latest=until,
    )


def _is_empty(text: str, at: datetime) -> bool:
    """Return whether a date is one that software writes where it knows none, in a form that software writes."""
    return (
        text[:4].isdigit() and (at.hour, at.minute) == (0, 0) and (at.year, at.month, at.day) in _EMPTY_DAYS
    )


def _span_of_day(at: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last second, naive UTC, of a calendar day over all time zones; `at` is its midnight.

    Local times are 14 hours ahead of UTC at most and 12 behind.
    """
    return at - _EAST, at + timedelta(days=1, seconds=-1) + _WEST


def _interval(at: datetime, precision: Precision, zone: tuple[int, str] | None) -> tuple[datetime, datetime]:
    """Return the earliest and the latest instant, UTC, that a stated wall time allows."""
    at = at.replace(microsecond=0)
    if precision is Precision.DAY:
        return _span_of_day(at.replace(hour=0, minute=0, second=0))
    if zone is None:
        return at - _EAST, at + _WEST
    utc = at - timedelta(minutes=zone[0])
    return utc, utc


def _naive_utc(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now


def _normalise(text: str) -> str:
    """Return a text in small letters, with ASCII digits, spaces and minus signs, and years of eras as years."""
    text = text.translate(_TO_ASCII).lower()
    if not text.isascii():
        text = "".join(str(unicodedata.digit(c)) if c.isdecimal() and not c.isascii() else c for c in text)
        text = _ERA.sub(lambda m: f"{_ERAS[m[1]] + (1 if m[2] == '元' else int(m[2]))}年", text)
    return " ".join(text.split())


def _parse(text: str, order: DateOrder, now: datetime) -> _Parsed | None:
    if match := _JSON_DATE.fullmatch(text):
        zone = read_zone(match[2], now, country=None, is_mail=False) if match[2] else None
        return _from_epoch(int(match[1]), 10**3, zone)
    if match := _EPOCH.fullmatch(text):
        basic = _BASIC.fullmatch(text)
        if basic and len(match[1]) in (12, 14) and 1900 <= int(basic[1]) <= now.year + 1:
            return _from_basic(basic)
        unit = _EPOCH_UNITS.get(len(match[1]))
        return None if unit is None and len(match[1]) < 11 else _from_epoch(int(match[1]), unit or 1, None)
    if match := _BASIC.fullmatch(text):
        return _from_basic(match)
    is_mail = bool(_MAIL.match(text))
    text = _CTIME.sub(r"\2 \1 \6 \3\4 \5", text, count=1)
    text = _YEAR_THEN_DAY.sub(r"\2. \3 \1", _YEAR_WORD.sub(r"\1 ", text, count=1), count=1)
    text = _SHORT_YEAR.sub(lambda m: f"{m[1]}{full_year(int(m[2]), now)}", text, count=1)
    day = find_day(text, order, now)
    if day is None:
        return None
    return _with_clock(day, _before_next_day(day, text, order, now), order.country, is_mail=is_mail)


def _before_next_day(day: Day, text: str, order: DateOrder, now: datetime) -> str:
    """Cut a text before a second day in it, whose time of day is its own: "2 March 2026 (changed 3 March, 9:04)"."""
    if len(text) - day.end < _SHORTEST_DAY:
        return text
    try:
        after = find_day(text[day.end :], order, now)
    except ValueError:
        return text
    return text if after is None or after.at == day.at else text[: day.end + after.start]


def _from_epoch(number: int, unit: int, zone: tuple[int, str] | None) -> _Parsed:
    utc = datetime.fromtimestamp(number / unit, UTC).replace(tzinfo=None)
    if utc < _EPOCH_SINCE:
        raise ValueError("a number that is no time of news")
    zone = zone or (0, "Z")
    return utc + timedelta(minutes=zone[0]), Precision.MINUTE, zone, None


def _from_basic(match: re.Match[str]) -> _Parsed:
    at = datetime(int(match[1]), int(match[2]), int(match[3]))  # noqa: DTZ001
    if match[4] is None:
        return at, Precision.DAY, None, None
    at = at.replace(hour=int(match[4]), minute=int(match[5]), second=min(59, int(match[6] or 0)))
    zone = read_zone(match[7], at, country=None, is_mail=False) if match[7] else None
    is_day = zone is None and (at.hour, at.minute, at.second) == (0, 0, 0)
    return at, Precision.DAY if is_day else Precision.MINUTE, zone, None


def _with_clock(day: Day, text: str, country: str | None, *, is_mail: bool) -> _Parsed:
    """Add the time of day that stands behind a day, else before it, with its zone."""
    for part in (text[day.end :], text[: day.start]):
        clock = find_clock(part)
        if clock is None:
            continue
        hour, minute, second, rest = clock
        if hour == 24 and minute == 0:
            hour, days = 0, 1
        elif hour > 23 or minute > 59:
            continue
        else:
            days = 0
        at = day.at.replace(hour=hour, minute=minute, second=min(second, 59)) + timedelta(days=days)
        # "10:00-12:00" behind a day in words is a span of hours; machines write the offset so
        is_span = (
            re.match(r"[+-]\d{1,2}:\d\d", rest) is not None and not text[day.start : day.start + 4].isdigit()
        )
        zone = None if is_span else read_zone(rest, at, country=country, is_mail=is_mail)
        if zone is None and (hour, minute, second, days) == (0, 0, 0, 0):
            return day.at, Precision.DAY, None, day.other
        other = day.other and day.other.replace(hour=hour, minute=minute)
        return at, Precision.MINUTE, zone, other
    return day.at, Precision.DAY, None, day.other
