"""Times as pages and records state them in, `Timestamp` with precision and zone out; the impossible is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache

from transforms.types import Precision, Timestamp

# Earliest year believed. Digitised newspapers go back this far; years before are typing errors and empty values.
_EARLIEST = 1800
# A time may lie this far ahead of `now`: clocks differ, and a naive wall time can be 14 hours ahead of UTC.
_AHEAD = timedelta(hours=26)
_LONGEST = 200  # characters of a stated time that are looked at

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T\s,]{1,3}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}(?::?\d{2})?|[+-]\d{2})?)?(?![\d:])",
    re.I,
)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?::?\d{2})?")
_MAIL_TIME = re.compile(r"[A-Za-z]{3},? \d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}")
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?")
_EPOCH = re.compile(r"(\d{9,10}|\d{12,13})(?:\.\d+)?")
_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[./](\d{1,2})[./](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_CLOCK = re.compile(
    r"(?<![\d:.])(\d{1,2})(?::|h|\.(?=\d\d(?:\s*(?:Uhr|klo|[ap]\.?m)|\s*$)))(\d{2})(?::(\d{2}))?\s*"
    r"([ap]\.?\s?m\b\.?)?\s*(?:(Z|UTC|GMT)?\s*([+-]\d{1,2}:?\d{2})|([A-Z]{2,5})\b|(Z)\b)?",
    re.I,
)
_WORD_DATE = (
    re.compile(
        r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?\s*(?:de\s+|d['’]|of\s+)?([^\W\d_]{3,12})\.?,?\s*"
        r"(?:del?\s+)?(\d{4})(?!\d)",
        re.I,
    ),
    re.compile(r"(?<![^\W\d_])([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})(?!\d)", re.I),
)  # fmt: skip

# Zones that are named by letters and mean one offset only. IST, CST, BST in Asia and the like are left out: a name
# that means several offsets is no statement. Hours, from RFC 2822 and common use.
_ZONES = {
    "z": "Z", "utc": "Z", "gmt": "Z", "wet": "+00:00", "cet": "+01:00", "cest": "+02:00", "mez": "+01:00",
    "mesz": "+02:00", "eet": "+02:00", "eest": "+03:00", "msk": "+03:00", "est": "-05:00", "edt": "-04:00",
    "cdt": "-05:00", "mst": "-07:00", "mdt": "-06:00", "pst": "-08:00", "pdt": "-07:00", "jst": "+09:00",
    "kst": "+09:00", "hkt": "+08:00", "sgt": "+08:00", "wib": "+07:00", "wita": "+08:00", "wit": "+09:00",
    "aedt": "+11:00", "aest": "+10:00", "nzdt": "+13:00", "nzst": "+12:00", "sast": "+02:00", "brt": "-03:00",
}  # fmt: skip

# Beginnings of month names, longest match first: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish,
# Czech, Turkish, Indonesian, Finnish, Hungarian, Romanian, the Nordic languages, Russian, Ukrainian, Bulgarian, Greek.
_MONTHS = tuple(
    (name, number)
    for number, names in enumerate(
        (
            "jan jän ene gen led sty oca tammi янв січ ιαν ιανουαρ",
            "feb fév fev únor lut şub helmi фев лют φεβ",
            "mar mär maa maart mrt märz břez бер марта март мар μαρ",
            "apr avr abr kwi dub nis huhti ápr апр кві квіт απρ",
            "mai may maj mag máj kvě mei touko май мая тра трав μαϊ μαι",
            "jun juin giu červn cze haz kesä jún июн черв ιουν",
            "jul juil lug červenc lip tem heinä júl iul июл лип ιουλ",
            "aug aoû aou ago srp sie ağu elo agu авг серп αυγ",
            "sep set zář wrz eyl syys szep сен вер вере σεπ",
            "oct okt out ott říj paź eki loka ouc окт жов οκτ",
            "nov listopadu lis kas marras noi ноя лист νοε νοέ",
            "dec dez dic déc pro gru ara joulu des дек груд δεκ",
        ),
        1,
    )
    for name in names.split()
)
_MONTHS_LONGEST_FIRST = tuple(sorted(_MONTHS, key=lambda pair: -len(pair[0])))


def read_time(raw: str | None, *, now: datetime, source: str, day_first: bool = True) -> Timestamp | None:
    """Read one stated time; None where it states none, a `Timestamp` without `at` where what it states is refused.

    A refused time keeps why in its source ("json-ld:future", "json-ld:impossible"). A time without zone keeps its
    wall time and no zone. Midnight sharp without a zone is taken as a day: it is what software writes for one.
    `day_first` decides 3/4/2020; `now` is aware or UTC.
    """
    if not raw:
        return None
    text = " ".join(raw[:_LONGEST].split())
    try:
        parsed = _parse(text, day_first)
    except (ValueError, OverflowError):
        return Timestamp(source=f"{source}:impossible")
    if parsed is None:
        return None
    at, precision, zone = parsed
    try:
        utc = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, OverflowError):
        return Timestamp(source=f"{source}:impossible")
    if utc.year < _EARLIEST or utc == datetime(1970, 1, 1):  # noqa: DTZ001  the empty value of Unix time
        return Timestamp(source=f"{source}:impossible")
    if utc - _naive_utc(now) > _AHEAD:
        return Timestamp(source=f"{source}:future")
    if precision is Precision.DAY:
        utc, zone = utc.replace(hour=0, minute=0, second=0), None
    return Timestamp(at=utc.replace(microsecond=0), precision=precision, zone=zone, source=source)


def read_url_date(url: str, *, now: datetime) -> Timestamp | None:
    """Read the day that an article's address carries (/2020/03/21/, /2020-03-21-, /20200321)."""
    for pattern in _URL_DATES:
        match = pattern.search(url)
        if match:
            stamp = read_time("-".join(match.groups()), now=now, source="url")
            if stamp is not None and stamp.at is not None and stamp.at.year >= _URL_EARLIEST:
                return stamp
    return None


_URL_EARLIEST = 1990  # no page was born on the web before; a smaller number in an address is not a year
_URL_DATES = (
    re.compile(r"/(\d{4})/(\d{1,2})/(\d{1,2})(?=/|-|$)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)-([01]?\d)-([0-3]?\d)(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)_([01]\d)_([0-3]\d)(?!\d)"),
    re.compile(r"(?<![\d])((?:19|20)\d\d)/([01]\d)-?([0-3]\d)(?!\d)"),
    re.compile(r"(?<!\d)(20[0-4]\d)([01]\d)([0-3]\d)(?!\d)"),
)


def _naive_utc(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now


def _parse(text: str, day_first: bool) -> tuple[datetime, Precision, str | None] | None:
    if match := _EPOCH.fullmatch(text):
        seconds = int(match[1]) / (1000 if len(match[1]) > 10 else 1)
        return datetime.fromtimestamp(seconds, UTC), Precision.MINUTE, "Z"
    if match := _BASIC.fullmatch(text):
        return _assemble(match[1], match[2], match[3], match[4], match[5], match[6], match[7])
    if match := _ISO.search(text):
        return _assemble(*match.groups())
    if _MAIL_TIME.match(text):
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            pass
        else:
            return at, Precision.MINUTE, _show_zone(at)
    day = _find_day(text, day_first)
    if day is None:
        return None
    rest = text[day[1] :] + " " + text[: day[2]]
    return _with_clock(day[0], rest)


def _assemble(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    zone: str | None,
) -> tuple[datetime, Precision, str | None]:
    at = datetime(int(year), int(month), int(day))  # noqa: DTZ001  the zone is added below where one was stated
    if hour is None or minute is None:
        return at, Precision.DAY, None
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if (hours, minutes, seconds) == (0, 0, 0) and zone is None:
        return at, Precision.DAY, None
    if hours == 24 and minutes == 0:
        at, hours = at + timedelta(days=1), 0
    at = at.replace(hour=hours, minute=minutes, second=min(seconds, 59))
    return _in_zone(at, zone)


def _in_zone(at: datetime, zone: str | None) -> tuple[datetime, Precision, str | None]:
    if not zone:
        return at, Precision.MINUTE, None
    offset, shown = _read_zone(zone)
    return at.replace(tzinfo=offset), Precision.MINUTE, shown


@lru_cache(maxsize=256)  # there are some forty, written in a few ways each
def _read_zone(zone: str) -> tuple[timezone | None, str | None]:
    offset = _ZONES.get(zone.lower(), zone)
    if offset == "Z":
        return UTC, "Z"
    match = _OFFSET.fullmatch(offset)
    if match is None:
        return None, None
    minutes = 60 * int(match[2]) + int(match[3] or 0)
    if minutes > 14 * 60:
        raise ValueError("no zone is more than 14 hours from UTC")
    minutes = -minutes if match[1] == "-" else minutes
    return timezone(timedelta(minutes=minutes)), show_offset(minutes)


def show_offset(minutes: int) -> str:
    """Show an offset from UTC as it is written: 330 → "+05:30"."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _show_zone(at: datetime) -> str | None:
    offset = at.utcoffset()
    return None if offset is None else show_offset(int(offset.total_seconds() // 60))


def _find_day(text: str, day_first: bool) -> tuple[datetime, int, int] | None:
    """Find a day written out, with where it ends and begins; its zone is added by who asks."""
    for pattern in (_ASIAN, _YEAR_FIRST):
        if match := pattern.search(text):
            return datetime(int(match[1]), int(match[2]), int(match[3])), match.end(), match.start()  # noqa: DTZ001
    for index, pattern in enumerate(_WORD_DATE):
        for match in pattern.finditer(text):
            day, word = (match[1], match[2]) if index == 0 else (match[2], match[1])
            month = month_number(word)
            if month:
                return datetime(int(match[3]), month, int(day)), match.end(), match.start()  # noqa: DTZ001
    if match := _DAY_FIRST.search(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        year += 2000 if year < 100 else 0
        # Dots are day first wherever they are used; with strokes the reader must know, unless only one way is a date.
        month_first = second > 12 or (match[2] == "/" and not day_first and first <= 12)
        day_, month_ = (second, first) if month_first else (first, second)
        return datetime(year, month_, day_), match.end(), match.start()  # noqa: DTZ001
    return None


def month_number(word: str) -> int | None:
    """Give the number of a month named in one of some twenty languages, or None."""
    word = word.lower()
    for name, number in _MONTHS_LONGEST_FIRST:
        if word.startswith(name):
            return number
    return None


def _with_clock(day: datetime, rest: str) -> tuple[datetime, Precision, str | None]:
    match = _CLOCK.search(rest)
    if match is None:
        return day, Precision.DAY, None
    hour, minute = int(match[1]), int(match[2])
    half = (match[4] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        half = ""
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        return day, Precision.DAY, None
    at = day.replace(hour=hour, minute=minute, second=min(int(match[3] or 0), 59))
    return _in_zone(at, match[6] or _known_zone(match[7]) or match[5] or match[8])


def _known_zone(name: str | None) -> str | None:
    return name if name and name.lower() in _ZONES else None
