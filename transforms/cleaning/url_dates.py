"""An article's address in, the day that it carries out."""

from __future__ import annotations

import re
from datetime import datetime

from transforms.cleaning.stated_times import read_time
from transforms.types import Timestamp

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


def read_url_date(url: str, *, now: datetime) -> Timestamp | None:
    """Read the day that an article's address carries (/2020/03/21/, /2020-03-21-, /20200321, 21-03-2020).

    Only the path is examined. Gives a `Timestamp` of a day with source "url". None where there is none, for a day
    before 1990 or in the future, and where day and month may be swapped. `now` is naive UTC.
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
