"""What stands behind a time of day in, the zone that it names out: an offset in minutes and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

WIDEST: Final = 14 * 60  # minutes: no place is further from UTC

# Names that mean one offset, in minutes. Sources: RFC 2822, common use.
_NAMES: Final[Mapping[str, int]] = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120,
    "met": 60, "mest": 120, "eet": 120, "eest": 180, "oez": 120, "oesz": 180, "msk": 180, "trt": 180, "est": -300,
    "edt": -240, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480,
    "hst": -600, "jst": 540, "kst": 540, "hkt": 480, "sgt": 480, "pht": 480, "myt": 480, "ict": 420, "wib": 420,
    "wita": 480, "wit": 540, "npt": 345, "pkt": 300, "aedt": 660, "aest": 600, "acst": 570, "acdt": 630, "awst": 480,
    "nzdt": 780, "nzst": 720, "sast": 120, "cat": 120, "eat": 180, "wat": 60, "brt": -180, "art": -180, "nst": -210,
    "ndt": -150, "adt": -180, "hne": -300, "hae": -240, "мск": 180,
}  # fmt: skip
# Names that mean several: the offset by country (ISO 3166), which must be known.
_BY_COUNTRY: Final[Mapping[str, Mapping[str, int]]] = {
    "ist": {"IN": 330, "IE": 60, "IL": 120},
    "cst": {"US": -360, "CA": -360, "MX": -360, "CN": 480, "TW": 480, "CU": -300},
    "bst": {"GB": 60, "BD": 360},
    "ast": {"CA": -240, "PR": -240, "SA": 180, "KW": 180, "IQ": 180},
    "gst": {"AE": 240, "OM": 240, "GU": 600},
    "sst": {"SG": 480, "AS": -660},
    "pst": {"PH": 480, "PK": 300},
    "mst": {"MY": 480},
    "est": {"AU": 600},
    "edt": {"AU": 660},
}  # fmt: skip
# RFC 822 gives these names to North America, in the layout of mail and feeds.
_IN_MAIL: Final[Mapping[str, int]] = {"cst": -360}
# Clocks of North America that say neither summer nor winter: the offset follows from the day.
_CLOCKS: Final[Mapping[str, int]] = {
    "et": -300, "ct": -360, "mt": -420, "pt": -480, "eastern": -300, "central": -360, "mountain": -420, "pacific": -480,
}  # fmt: skip
_CLOCK_COUNTRIES: Final = (None, "US", "CA", "MX", "PR")

_ZONE = re.compile(
    r"\s*+[,(\[]?\s*+(?:"
    r"(?:utc|gmt)\s?+([+-])\s?+(\d{1,2})(?::?+(\d\d))?+(?!\d)"  # GMT+8, UTC+05:30, GMT+0100
    r"|([+-])(\d\d):?+(\d\d)(?::?+\d\d)?+(?![\d:])|([+-])(\d{1,2}):(\d\d)(?![\d:])|([+-])(\d\d)(?![\d:])"
    r"|\[?([a-z]{2,20}/[a-z_]{2,30}(?:/[a-z_]{2,30})?)"  # Europe/Berlin
    r"|(?:по\s)?([a-zа-я]{1,8})(?:\s(standard|daylight|summer)?\s?time)?(?![\w/])"
    r")"
)


def read_zone(text: str, at: datetime, *, country: str | None, is_mail: bool) -> tuple[int, str] | None:
    """Read the time zone at the beginning of a text in small letters: (minutes ahead of UTC, the zone as shown).

    That is (330, "+05:30") for "utc+5:30", and "Z" for the names of UTC. Known are offsets, names ("cet") and places
    ("europe/berlin"); None where the text begins with none, or with an ambiguous name. `at` is the naive wall time, for
    zones whose offset changes with the season; `country` (ISO 3166) and `is_mail`, the layout of mail and feeds, decide
    between the meanings of a name. Raises ValueError for an offset of more than 14 hours, or with minutes above 59.
    """
    match = _ZONE.match(text)
    if match is None:
        return None
    for sign, hours in ((1, 2), (4, 5), (7, 8), (10, 11)):
        if match[sign]:
            past = int(match[hours + 1] or 0) if hours < 11 else 0
            minutes = 60 * int(match[hours]) + past
            if minutes > WIDEST or past > 59:
                raise ValueError("no zone is more than 14 hours from UTC or has more than 59 minutes")
            offset = -minutes if match[sign] == "-" else minutes
            return offset, show_offset(offset)
    if match[12]:
        return _shown(_place_offset(match[12], at))
    return _shown(_named(match[13], at, country, is_mail), name=match[13])


def _named(name: str, at: datetime, country: str | None, is_mail: bool) -> int | None:
    if name in _CLOCKS and country in _CLOCK_COUNTRIES:
        return _CLOCKS[name] + 60 * is_american_summer(at) if at.year >= _RULE_SINCE else None
    by_country = _BY_COUNTRY.get(name, {})
    if country is not None and country in by_country:
        return by_country[country]
    if is_mail and name in _IN_MAIL:
        return _IN_MAIL[name]
    return _NAMES.get(name)


def _shown(offset: int | None, name: str = "") -> tuple[int, str] | None:
    if offset is None:
        return None
    return offset, "Z" if name in ("z", "utc", "gmt", "ut") else show_offset(offset)


def show_offset(minutes: int) -> str:
    """Return an offset from UTC in minutes as text: 330 → "+05:30", 0 → "+00:00"."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


_RULE_SINCE = 2007  # the law on summer time of the United States before was another


def is_american_summer(at: datetime) -> bool:
    """Return whether North America has summer time at a wall time: second Sunday of March to first of November, 2 h.

    `at` is naive wall time. The rule holds since 2007 and is applied to any year.
    """
    start = _sunday(at.year, 3, 8) + timedelta(hours=2)
    end = _sunday(at.year, 11, 1) + timedelta(hours=2)
    return start <= at < end


def _sunday(year: int, month: int, day: int) -> datetime:
    first = datetime(year, month, day)  # noqa: DTZ001  wall time
    return first + timedelta(days=(6 - first.weekday()) % 7)


def _place_offset(name: str, at: datetime) -> int | None:
    zone = _zone_info(name)
    offset = None if zone is None else at.replace(tzinfo=zone).utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)


@lru_cache(maxsize=64)
def _zone_info(name: str):  # type: ignore[no-untyped-def]  # a ZoneInfo, imported where it is wanted
    from zoneinfo import ZoneInfo

    area, _, place = name.partition("/")
    proper = "_".join(part.capitalize() for part in place.split("_"))
    try:
        return ZoneInfo(f"{area.capitalize()}/{proper}")
    except (OSError, ValueError, KeyError):  # not on this machine, or no such place
        return None
