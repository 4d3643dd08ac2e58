"""Times are read as they were meant, with what is known of them and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from transforms.cleaning.date_order import DateOrder
from transforms.cleaning.stated_times import read_time
from transforms.cleaning.url_dates import read_url_date
from transforms.language.months import month_number
from transforms.types import Precision, Timestamp

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def read(raw: str | None, order: DateOrder = DateOrder()) -> Timestamp | None:  # noqa: B008  frozen
    return read_time(raw, now=NOW, source="meta", order=order)


def show(raw: str, order: DateOrder = DateOrder()) -> str:  # noqa: B008  frozen
    stamp = read(raw, order)
    assert stamp is not None
    assert stamp.at is not None
    return f"{stamp.at.isoformat()} {stamp.precision} {stamp.zone}"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09 minute Z"),
        ("2024-05-06T07:08:09.123456Z", "2024-05-06T07:08:09 minute Z"),
        ("2024-05-06T07:08:09+09:00", "2024-05-05T22:08:09 minute +09:00"),
        ("2024-05-06T07:08:09+0900", "2024-05-05T22:08:09 minute +09:00"),
        ("2024-05-06 07:08 -03:30", "2024-05-06T10:38:00 minute -03:30"),
        ("2024-05-06T07:08", "2024-05-06T07:08:00 minute None"),
        ("2024-05-06 07:08:09", "2024-05-06T07:08:09 minute None"),
        ("2024-05-06T00:00:00", "2024-05-06T00:00:00 day None"),
        ("2024-05-06T00:00:00Z", "2024-05-06T00:00:00 minute Z"),
        ("2024-05-06", "2024-05-06T00:00:00 day None"),
        ("20240506", "2024-05-06T00:00:00 day None"),
        ("20240506T070809Z", "2024-05-06T07:08:09 minute Z"),
        ("1714979289", "2024-05-06T07:08:09 minute Z"),
        ("1714979289000", "2024-05-06T07:08:09 minute Z"),
        ("Mon, 06 May 2024 07:08:09 GMT", "2024-05-06T07:08:09 minute Z"),
        ("Mon, 06 May 2024 07:08:09 -0400", "2024-05-06T11:08:09 minute -04:00"),
        ("May 6, 2024 7:08 PM EDT", "2024-05-06T23:08:00 minute -04:00"),
        ("May 6, 2024 at 12:08 am", "2024-05-06T00:08:00 minute None"),
        ("6 May 2024", "2024-05-06T00:00:00 day None"),
        ("Published: Sept. 6, 2024, 10:15", "2024-09-06T10:15:00 minute None"),
        ("6. Mai 2024, 07:08 Uhr", "2024-05-06T07:08:00 minute None"),
        ("06.05.2024 07.08 Uhr", "2024-05-06T07:08:00 minute None"),
        ("06.05.2024", "2024-05-06T00:00:00 day None"),
        ("6 de mayo de 2024", "2024-05-06T00:00:00 day None"),
        ("6 de março de 2024 às 7h08", "2024-03-06T07:08:00 minute None"),
        ("Publié le 6 août 2024 à 07h08", "2024-08-06T07:08:00 minute None"),
        ("6 maggio 2024", "2024-05-06T00:00:00 day None"),
        ("6 мая 2024, 07:08", "2024-05-06T07:08:00 minute None"),
        ("6 травня 2024", "2024-05-06T00:00:00 day None"),
        ("6 maja 2024", "2024-05-06T00:00:00 day None"),
        ("2024年5月6日", "2024-05-06T00:00:00 day None"),
        ("2024년 5월 6일", "2024-05-06T00:00:00 day None"),
        ("2024/05/06 07:08", "2024-05-06T07:08:00 minute None"),
        ("31/12/2023", "2023-12-31T00:00:00 day None"),
        ("12/31/2023", "2023-12-31T00:00:00 day None"),
        ("March 4, 1912", "1912-03-04T00:00:00 day None"),
        ("2025eko maiatzaren 14a", "2025-05-14T00:00:00 day None"),
        ("2025eko maiatzaren 14an, 10:30", "2025-05-14T10:30:00 minute None"),
        ("Asteazkena, 2025eko maiatzak 14", "2025-05-14T00:00:00 day None"),
        ("2026ko urtarrilaren 5ean", "2026-01-05T00:00:00 day None"),
        ("2025.eko abenduaren 31n", "2025-12-31T00:00:00 day None"),
        ("2025(e)ko martxoaren 1a", "2025-03-01T00:00:00 day None"),
        ("maiatzaren 14a, 2025", "2025-05-14T00:00:00 day None"),
    ],
)
def test_stated_times_are_read(raw: str, expected: str) -> None:
    assert show(raw) == expected


def test_an_ambiguous_day_follows_the_order_of_the_place() -> None:
    assert show("03/04/2024", DateOrder(is_day_first=True)) == "2024-04-03T00:00:00 day None"
    assert show("03/04/2024", DateOrder(is_day_first=False)) == "2024-03-04T00:00:00 day None"
    stamp = read("03/04/2024")
    assert stamp is not None
    assert (stamp.at, stamp.source, stamp.text) == (None, "meta:ambiguous", "03/04/2024")
    assert (stamp.earliest, stamp.latest) == (datetime(2024, 3, 3, 10), datetime(2024, 4, 4, 11, 59, 59))  # noqa: DTZ001


def test_an_ambiguous_day_is_none_where_the_other_lies_ahead() -> None:
    assert show("03/04/2026") == "2026-03-04T00:00:00 day None"


def test_a_name_that_means_several_offsets_is_no_zone() -> None:
    assert show("May 6, 2024 7:08 PM IST") == "2024-05-06T19:08:00 minute None"


@pytest.mark.parametrize(
    "raw", [None, "", "yesterday", "5 minutes ago", "Chapter 12", "12:30", "May", "v2.3.4"]
)
def test_what_states_no_day_is_none(raw: str | None) -> None:
    assert read(raw) is None


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("2024-02-30", "impossible"),
        ("2023-13-01", "impossible"),
        ("0001-01-01T00:00:00Z", "impossible"),
        ("1970-01-01T00:00:00Z", "impossible"),
        ("2024-05-06T07:08:09+23:00", "impossible"),
        ("2026-01-05T10:00+05:99", "impossible"),
        ("2026-01-05T10:00-0060", "impossible"),
        ("5 January 2026 10:00 GMT+5:75", "impossible"),
        ("20260105T100000+0599", "impossible"),
        ("2026-03-25T10:00:00Z", "future"),
        ("2099-01-01", "future"),
    ],
)
def test_the_impossible_and_the_future_are_refused_with_a_flag(raw: str, why: str) -> None:
    stamp = read(raw)
    assert stamp == Timestamp(source=f"meta:{why}", text=raw)
    assert stamp.precision is Precision.NONE


def test_clocks_may_run_a_little_ahead() -> None:
    stamp = read("2026-03-21T02:00:00")  # 14 hours ahead: noon in UTC is that wall time in Kiribati
    assert stamp is not None
    assert stamp.at is not None


ZONES = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2026, 3, 1), timezones=ZONES)  # noqa: DTZ001
)
def test_any_aware_time_comes_back_as_the_same_instant(at: datetime) -> None:
    at = at.replace(microsecond=0)
    assume(
        (at.year, at.hour, at.minute) not in ((1900, 0, 0), (1970, 0, 0))
    )  # what software writes for no time
    assume(at != datetime(1970, 1, 1, tzinfo=UTC))  # the same instant in another zone
    stamp = read(at.isoformat())
    assert stamp is not None
    assert stamp.at == at.astimezone(UTC).replace(tzinfo=None)
    assert stamp.zone is not None


@given(st.datetimes(datetime(1900, 1, 1), datetime(2026, 3, 1)))  # noqa: DTZ001
def test_a_naive_time_is_never_given_a_zone(at: datetime) -> None:
    empty = (datetime(1970, 1, 1), datetime(1900, 1, 1))  # noqa: DTZ001  what software writes for no time
    assume(at.replace(second=0, microsecond=0) not in empty)
    stamp = read(at.replace(microsecond=0).isoformat(sep=" "))
    assert stamp is not None
    assert stamp.zone is None
    assert stamp.at == at.replace(microsecond=0)


@given(st.text(max_size=120))
def test_reading_never_fails(text: str) -> None:
    stamp = read(text)
    assert stamp is None or stamp.source is not None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://example.com/2024/05/06/bridge-opens", "2024-05-06"),
        ("https://example.com/news/2024/5/6/bridge", "2024-05-06"),
        ("https://example.com/bridge-2024-05-06.html", "2024-05-06"),
        ("https://example.com/a/20240506/bridge", "2024-05-06"),
        ("https://example.com/article-123456789", None),
        ("https://example.com/20249999/x", None),
        ("https://example.com/2099/01/01/x", None),
        ("https://2020-03-21.example/", None),
        ("//2020-03-21.example/a", None),
        ("https://a.example/#2020-03-21", None),
        ("https://a.example/?2020-03-21#/2020/03/21/", None),
        ("https://a.example?/2020/03/21/", None),
        ("https://a.example/2020/03/21#top", "2020-03-21"),
        ("https://a.example/2020/03/21?a=//b", "2020-03-21"),
        ("/2020/03/21/a", "2020-03-21"),
    ],
)
def test_days_in_addresses_are_read(url: str, day: str | None) -> None:
    stamp = read_url_date(url, now=NOW)
    assert (stamp.at.date().isoformat() if stamp and stamp.at else None) == day


def test_months_are_known_in_many_languages() -> None:
    words = {
        3: "March März mars marzo março maart marzec март березень",
        8: "August août agosto sierpnia августа серпня",
    }
    for number, names in words.items():
        assert {month_number(name) for name in names.split()} == {number}
    assert month_number("Tuesday") is None
