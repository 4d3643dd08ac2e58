"""A date in words of a language that has no names of months here in, its day out, as dateparser reads it."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

# Languages of dateparser that have no file of names of months here.
OTHER_LANGUAGES: Final = frozenset(
    (
        "af", "am", "az", "be", "bn", "fil", "ga", "gl", "gu", "hy", "is", "ka", "kk", "kn", "ky", "mk",
        "ml", "mn", "mr", "ne", "pa", "si", "sq", "sw", "ta", "te", "tl", "ur", "uz",
    )
)  # fmt: skip
_LONGEST = 120  # characters


def read_day(text: str, language: str) -> str | None:
    """Return the day that a text names in one language, as 2026-01-15; None where it lacks day, month or year.

    Read by dateparser, from the first 120 characters. `language` is one of `OTHER_LANGUAGES`, whose month names are not
    in our language tables; ValueError for a language that dateparser does not know.
    """
    found = _parser(language).get_date_data(text[:_LONGEST]).date_obj
    return found.strftime("%Y-%m-%d") if found is not None else None


@cache
def _parser(language: str) -> Any:
    from dateparser import DateDataParser  # slow to import; one language is compiled in milliseconds

    settings = {
        "PARSERS": ["absolute-time"],
        "PREFER_LOCALE_DATE_ORDER": True,
        "RETURN_AS_TIMEZONE_AWARE": False,
        "STRICT_PARSING": True,
    }
    return DateDataParser(languages=[language], settings=settings)
