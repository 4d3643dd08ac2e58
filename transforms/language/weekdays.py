"""Names of the days of the week: a word in, the day that it names out."""

from __future__ import annotations

from functools import cache

from transforms.language.language_tables import language_table


@cache
def weekdays(language: str) -> dict[str, int]:
    """Return {form of a weekday's name: bit} in one language, in small letters: 1 for Monday, 2 for Tuesday, … 64.

    `language` is a code of `background.model_language`; empty where it has no table. All callers get one dict: do not
    change it.
    """
    calendar = language_table(language).calendar
    return {
        name + ending: 1 << day
        for day, names in enumerate(calendar.weekdays)
        for name in names
        for ending in calendar.weekday_endings
    }
