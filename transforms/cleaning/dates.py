"""Times as pages and records state them in, `Timestamp` with precision, zone and interval out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from transforms.cleaning.date_order import DateOrder
from transforms.cleaning.zones import WIDEST, read_zone
from transforms.language.months import month_number
from transforms.types import Precision, Timestamp

# Earliest year believed. Digitised newspapers go back this far; years before are typing errors and empty values.
_EARLIEST = 1800
# A time may lie this far ahead of `now`: clocks differ, and a naive wall time can be 14 hours ahead of UTC.
_AHEAD = timedelta(hours=26)
_LONGEST = 200  # characters of a stated time that are looked at
# Days that software writes where it knows none: Unix time zero, the zero of spreadsheets and of databases.
_EMPTY_DAYS = frozenset(((1970, 1, 1), (1900, 1, 1), (1899, 12, 30), (1899, 12, 31)))
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
_YEAR_FIRST = re.compile(
    r"(?<![\d.,/-])(?<!v)(\d{4})(?:([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)|\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일])"
)
_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d/])")
# Words for "year" and endings between a year and the month behind it: Lithuanian, Latvian, Hungarian, Basque.
_YEAR_WORD = re.compile(
    r"(?<!\d)(\d{4})(?:\.? ?(?:m|metų|gada?)\b\.?|[.-]?(?:e|\(e\))?ko\b|\.) ?(?=[^\W\d_]|\d{1,2}\. [^\W\d_])"
)
_YEAR_THEN_DAY = re.compile(r"(?<!\d)(\d{4}) (\d{1,2})\. ([^\W\d_]{3,12})(?![\w.]*\d)")  # 2026 14. maijs
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s?,?\s?(?:tháng|thg)\s?(\d{1,2})\s?,?\s?(?:năm\s)?(\d{4})(?!\d)")
_WORD = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0900-\u0dff\u0e31-\u0e4e\u0eb1-\u0ece\u102b-\u103e\u17b4-\u17d3'’׳]"
    r"|\.(?=[\u0e00-\u0eff]))*+\.?"
)
_BEFORE = re.compile(
    r"(?<![\d.,/-])(?<!\d:)(\d{1,4})(?:\.(?!\d)|st|nd|rd|th|er|º|ª|-)?\s?(?:,\s?)?(?:(?:of|de|d['’]|den|thg|ngày|le|el|the)\s?)?[-/]?$"
)
_AFTER_YEAR = re.compile(r"\s?[,./-]?\s?(?:(?:del?|of|of the year)\s)?(\d{4})(?![\d.:]*\d)")
_AFTER_DAY = re.compile(r"\s?[-.,]?\s?(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.|e?an?\b|-a?i?)?(?!\d|[:h]\d)")
_CLOCK = re.compile(
    r"(?<![\d.:])(\d{1,2})(?:\s?:\s?|\s?h\s?|\.(?=\d\d(?:\s?(?:uhr|klo|uur|h\b|[ap]\.?\s?m)"
    r"|\s?\(?(?:gmt|utc|[bi]st|cest|cet|mesz|mez|eest|eet|msk|мск|sast|eat|wat|wib|wita|wit)\b|\s*$)))(\d{2})(?::(\d{2}))?(?![\d:]*\d)(?:[.,]\d+)?"
)
_NAMED_CLOCK = re.compile(r"\b(?:kl\.?|klo|om|ore|at|alle|pukul|jam) (\d{1,2})\.(\d\d)()(?![\d.])")
_HOURS_TOGETHER = re.compile(r"(?<![\d.:+-])([01]\d|2[0-3])([0-5]\d)()(?=\s?(?:hrs|hours|gmt|utc|ist)\b)")
_EAST_ASIAN_CLOCK = re.compile(
    r"(上午|下午|오전|오후|午前|午後)?\s?(\d{1,2})\s?[时時點点시:]\s?(?:(\d{1,2})\s?[分분]?)?"
)
_HALF_HOURS = re.compile(r"(?<![\d.:])(\d{1,2})\s?(?=[ap]\.?\s?m\b)")
_HOURS_ONLY = re.compile(r"(?<![\d.:])(\d{1,2})(?:h(?![\w:])|\s?uhr\b)")
_HALF = re.compile(r"\s?([ap])\.?\s?m\b\.?")
_LATE = ("下午", "오후", "午後")


@dataclass(frozen=True, slots=True)
class _Day:
    """A day found in a text, with where it stands; `other` is the second reading where the order is not known."""

    at: datetime
    start: int
    end: int
    other: datetime | None = None


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
    no zone. Midnight sharp without a zone counts as a day: it is what software writes for one. `order` says how days,
    months and zones are written where the text comes from; `now` is aware or UTC. Never raises for a text.
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


def read_url_date(url: str, *, now: datetime) -> Timestamp | None:
    """Read the day that an article's address carries (/2020/03/21/, /2020-03-21-, /20200321, 21-03-2020).

    Only the path is examined. Gives a `Timestamp` of a day with source "url". None where there is none, for a day
    before 1990 or in the future, and where day and month may be swapped.
    """
    path = _AROUND_PATH.sub("", url)
    for pattern in _URL_DATES:
        match = pattern.search(path)
        if match:
            parts = match.groups() if len(match[1]) == 4 else match.groups()[::-1]
            if len(match[1]) < 4 and int(match[1]) <= 12 and int(match[2]) <= 12:
                continue  # the day or the month: an address has no language
            stamp = read_time("-".join(parts), now=now, source="url")
            if stamp is not None and stamp.at is not None and stamp.at.year >= _URL_EARLIEST:
                return stamp
    return None


_URL_EARLIEST = 1990  # no page was born on the web before; a smaller number in an address is not a year
_AROUND_PATH = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*+:)?+//[^/?#]*+|[?#].*+", re.DOTALL)
_URL_DATES = (
    re.compile(r"/(\d{4})/(\d{1,2})/(\d{1,2})(?=/|-|$)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)-([01]?\d)-([0-3]?\d)(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)_([01]\d)_([0-3]\d)(?!\d)"),
    re.compile(r"(?<![\d])((?:19|20)\d\d)/([01]\d)-?([0-3]\d)(?!\d)"),
    re.compile(r"(?<!\d)(20[0-4]\d)([01]\d)([0-3]\d)(?!\d)"),
    re.compile(r"(?<!\d)([0-3]\d)[-_.]([01]\d)[-_.]((?:19|20)\d\d)(?!\d)"),
)


def span_of_day(at: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last second, naive UTC, of a calendar day over all time zones; `at` is its midnight.

    Local times are 14 hours ahead of UTC at most and 12 behind.
    """
    return at - _EAST, at + timedelta(days=1, seconds=-1) + _WEST


def _interval(at: datetime, precision: Precision, zone: tuple[int, str] | None) -> tuple[datetime, datetime]:
    """Return the earliest and the latest instant, UTC, that a stated wall time allows."""
    at = at.replace(microsecond=0)
    if precision is Precision.DAY:
        return span_of_day(at.replace(hour=0, minute=0, second=0))
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


_Parsed = tuple[datetime, Precision, tuple[int, str] | None, datetime | None]


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
    text = _SHORT_YEAR.sub(lambda m: f"{m[1]}{_full_year(int(m[2]), now)}", text, count=1)
    day = _find_day(text, order, now)
    if day is None:
        return None
    return _with_clock(day, text, order.country, is_mail=is_mail)


def _full_year(year: int, now: datetime) -> int:
    """Complete a year of two digits: not further ahead than next year."""
    century = now.year // 100 * 100
    return century + year if century + year <= now.year + 1 else century - 100 + year


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


def _find_day(text: str, order: DateOrder, now: datetime) -> _Day | None:
    """Find the first day written out in a text; raises ValueError where it does not exist."""
    finders: tuple[Callable[[], Iterator[_Day]], ...] = (
        lambda: _year_first(text),
        lambda: _in_words(text, order),
        lambda: _vietnamese(text),
        lambda: _numeric(text, order, now),
    )
    found: list[_Day] = []
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


def _year_first(text: str) -> Iterator[_Day]:
    for match in _YEAR_FIRST.finditer(text):
        month, day = (match[3], match[4]) if match[2] else (match[5], match[6])
        yield _Day(_make_day(int(match[1]), int(month), int(day)), match.start(), match.end())


def _vietnamese(text: str) -> Iterator[_Day]:
    for match in _VIETNAMESE.finditer(text):
        yield _Day(_make_day(int(match[3]), int(match[2]), int(match[1])), match.start(), match.end())


def _numeric(text: str, order: DateOrder, now: datetime) -> Iterator[_Day]:
    for match in _NUMERIC.finditer(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        year = _full_year(year, now) if len(match[4]) == 2 else year
        if second > 12 or first > 12 or first == second:
            month, day = (first, second) if second > 12 else (second, first)
            yield _Day(_make_day(year, month, day), match.start(), match.end())
        elif (
            match[2] == "." or order.is_day_first is not None
        ):  # with dots the day comes first wherever they are used
            is_day_first = match[2] == "." or order.is_day_first
            day, month = (first, second) if is_day_first else (second, first)
            yield _Day(_make_day(year, month, day), match.start(), match.end())
        else:
            other = _make_day(year, first, second)
            yield _Day(_make_day(year, second, first), match.start(), match.end(), other)


def _in_words(text: str, order: DateOrder) -> Iterator[_Day]:
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


def _around(text: str, start: int, end: int, month: int, language: str | None) -> _Day | None:
    """Read the numbers around a month's name: 15 January 2026, January 15, 2026, 2026 January 15."""
    if _is_thai(text[start]):
        language = "th"
    before = _BEFORE.search(text, max(0, start - 24), start)
    number = int(before[1]) if before else 0
    after = _AFTER_YEAR.match(text, end)
    if before and after and len(before[1]) <= 2:
        return _Day(_make_day(_own_year(int(after[1]), language), month, number), before.start(), after.end())
    day = _AFTER_DAY.match(text, end)
    if day is None:
        return None
    if before and len(before[1]) == 4:
        return _Day(_make_day(_own_year(number, language), month, int(day[1])), before.start(), day.end())
    after = _AFTER_YEAR.match(text, day.end())
    if after is None:
        return None
    return _Day(_make_day(_own_year(int(after[1]), language), month, int(day[1])), start, after.end())


def _is_thai(letter: str) -> bool:
    return "\u0e00" <= letter <= "\u0eff"  # and Lao


_HEBREW_IN = "ב"  # "in", written together with the month
_BUDDHIST = 543  # years by which Thailand's calendar is ahead


def _own_year(year: int, language: str | None) -> int:
    return year - _BUDDHIST if language in ("th", "lo") and year > 2400 else year


def _with_clock(day: _Day, text: str, country: str | None, *, is_mail: bool) -> _Parsed:
    """Add the time of day that stands behind a day, else before it, with its zone."""
    for part in (text[day.end :], text[: day.start]):
        clock = _find_clock(part)
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


def _find_clock(text: str) -> tuple[int, int, int, str] | None:
    """Find a time of day: hour, minute, second and what stands behind it."""
    if match := _CLOCK.search(text) or _NAMED_CLOCK.search(text) or _HOURS_TOGETHER.search(text):
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    elif match := _HALF_HOURS.search(text) or _HOURS_ONLY.search(text):
        hour, minute, second = int(match[1]), 0, 0
    elif (match := _EAST_ASIAN_CLOCK.search(text)) and (match[1] or match[3]):
        hour, minute = int(match[2]), int(match[3] or 0)
        return (hour % 12 + 12 if match[1] in _LATE else hour), minute, 0, text[match.end() :]
    else:
        return None
    rest = text[match.end() :]
    before = text[: match.start()].rstrip()
    half = _HALF.match(rest)
    if half:
        rest = rest[half.end() :]
        if 1 <= hour <= 12:
            hour = hour % 12 + (12 if half[1] == "p" else 0)
    elif before.endswith(_LATE) and hour < 12:
        hour += 12
    rest = re.sub(r"^\s?(?:uhr|uur|klo|h|hrs|hours)\b", "", rest)
    return hour, minute, second, rest
