"""Laws of the calendar of Iran and Afghanistan: known new years, and every day is one Gregorian day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cleaning.solar_hijri import YEARS, gregorian_day, hijri_month

NEW_YEARS = {
    1300: (1921, 3, 21),
    1358: (1979, 3, 21),
    1375: (1996, 3, 20),
    1403: (2024, 3, 20),
    1404: (2025, 3, 21),
}


def test_known_new_years() -> None:
    assert {year: gregorian_day(year, 1, 1) for year in NEW_YEARS} == {
        y: date(*d) for y, d in NEW_YEARS.items()
    }
    assert gregorian_day(1404, 12, 11) == date(2026, 3, 2)
    assert (hijri_month("اسفند"), hijri_month("حوت"), hijri_month("مارس")) == (12, 12, None)


@given(st.sampled_from(YEARS[:-1]), st.integers(1, 12))
def test_the_day_behind_the_last_of_a_month_begins_the_next(year: int, month: int) -> None:
    last = 31 if month <= 6 else 30
    if month == 12 and gregorian_day(year + 1, 1, 1) - gregorian_day(year, 1, 1) == timedelta(365):
        last = 29
    after = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
    assert gregorian_day(year, month, last) + timedelta(1) == gregorian_day(*after)
    with pytest.raises(ValueError, match="calendar"):
        gregorian_day(year, month, last + 1)
