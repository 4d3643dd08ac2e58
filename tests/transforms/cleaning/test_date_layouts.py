"""Laws of times: any layout × zone × language gives the time that was written, and no text without one gives any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from transforms.cleaning.date_order import DateOrder, find_order
from transforms.cleaning.stated_times import read_time
from transforms.language.language_tables import language_table, language_tags
from transforms.types import Precision, Timestamp

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WALL = st.datetimes(datetime(1995, 1, 2), datetime(2026, 11, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0)
)
# How a zone is written, and its offset in minutes.
ZONES = st.sampled_from(
    [
        ("Z", 0), ("UTC", 0), ("GMT", 0), ("GMT+8", 480), ("(GMT+8)", 480), ("UTC+05:30", 330), ("(UTC+8)", 480),
        ("GMT-0330", -210), ("+0100", 60), ("+05:30", 330), ("-05:00", -300), ("−05:00", -300), ("+5:30", 330),
        ("EST", -300), ("EDT", -240), ("PST", -480), ("PDT", -420), ("CET", 60), ("CEST", 120), ("MEST", 120),
        ("MESZ", 120), ("MSK", 180), ("JST", 540), ("AEDT", 660), ("NZST", 720), ("[Asia/Kolkata]", 330),
    ]
)  # fmt: skip
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
LONG = language_table("en").calendar.months


def month(at: datetime) -> str:
    return LONG[at.month - 1][0].capitalize()


# A day in the layouts of machines and of English pages: none of them can mean two days.
DAYS = st.sampled_from(
    [
        lambda at: f"{at:%Y-%m-%d}",
        lambda at: f"{at:%Y/%m/%d}",
        lambda at: f"{at:%Y.%m.%d}",
        lambda at: f"{at:%d.%m.%Y}",
        lambda at: f"{at.day} {month(at)} {at.year}",
        lambda at: f"{month(at)} {at.day}, {at.year}",
        lambda at: f"{WEEKDAYS[at.weekday()]}, {at.day:02d} {ENGLISH[at.month - 1]} {at.year}",
        lambda at: f"{at.day}-{ENGLISH[at.month - 1]}-{at.year}",
        lambda at: f"Published: {ENGLISH[at.month - 1]}. {at.day}, {at.year}",
        lambda at: f"{at.year}年{at.month}月{at.day}日",
        lambda at: f"{at.year}년 {at.month}월 {at.day}일",
    ]
)
CLOCKS = st.sampled_from(
    [
        lambda at: f"{at:%H:%M}",
        lambda at: f"{at:%H:%M:%S}",
        lambda at: f"{(at.hour - 1) % 12 + 1}:{at:%M} {'PM' if at.hour > 11 else 'AM'}",
        lambda at: f"{(at.hour - 1) % 12 + 1}:{at:%M} {'p.m.' if at.hour > 11 else 'a.m.'}",
        lambda at: f"{(at.hour - 1) % 12 + 1}:{at:%M:%S}{'pm' if at.hour > 11 else 'am'}",
    ]
)


def read(raw: str, order: DateOrder = DateOrder()) -> Timestamp | None:  # noqa: B008  frozen
    return read_time(raw, now=NOW, source="s", order=order)


@given(WALL, DAYS, CLOCKS, ZONES)
def test_any_layout_with_any_zone_is_the_instant_that_was_written(at: datetime, day, clock, zone) -> None:  # type: ignore[no-untyped-def]
    name, minutes = zone
    utc = at - timedelta(minutes=minutes)
    assume(at.hour > 1)  # midnight without seconds and a day that starts elsewhere are tested apart
    stamp = read(f"{day(at)} {clock(at)} {name}")
    assert stamp is not None
    assert (stamp.at, stamp.precision) == (utc, Precision.MINUTE)
    assert stamp.earliest == stamp.latest == utc
    assert stamp.zone is not None


@given(WALL, DAYS, CLOCKS)
def test_a_time_without_a_zone_keeps_its_wall_time_and_an_interval(at: datetime, day, clock) -> None:  # type: ignore[no-untyped-def]
    assume((at.hour, at.minute) != (0, 0))
    stamp = read(f"{day(at)} {clock(at)}")
    assert stamp is not None
    assert (stamp.at, stamp.zone) == (at, None)
    assert (stamp.earliest, stamp.latest) == (at - timedelta(hours=14), at + timedelta(hours=12))


@given(
    WALL,
    st.sampled_from(
        [tag for tag in language_tags() if language_table(tag).calendar.months and tag not in ("bo", "zh")]
    ),
    st.data(),
)
def test_names_of_months_are_read_in_the_pages_own_language(
    at: datetime, tag: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(language_table(tag).calendar.months[at.month - 1]))
    stamp = read(f"{at.day} {name} {at.year}", DateOrder(language=tag))
    assert stamp is not None
    assert stamp.at == at.replace(hour=0, minute=0)
    assert stamp.precision is Precision.DAY


@given(
    WALL,
    st.sampled_from(["/", "-"]),
    st.sampled_from([("en-US", False), ("en-GB", True), ("fr", True), ("de-AT", True)]),
)
def test_the_order_of_days_is_that_of_the_place(at: datetime, mark: str, place: tuple[str, bool]) -> None:
    tag, is_day_first = place
    parts = [f"{at.day:02d}", f"{at.month:02d}"] if is_day_first else [f"{at.month:02d}", f"{at.day:02d}"]
    stamp = read(f"{parts[0]}{mark}{parts[1]}{mark}{at.year}", find_order((tag,)))
    assert stamp is not None
    assert stamp.at == at.replace(hour=0, minute=0)


@given(WALL)
def test_a_day_that_can_mean_two_is_open_where_no_place_is_known(at: datetime) -> None:
    assume(at.day <= 12 and at.day != at.month and at.year < 2026)
    stamp = read(f"{at.day}/{at.month}/{at.year}")
    assert stamp is not None
    assert (stamp.at, stamp.source) == (None, "s:ambiguous")
    assert stamp.earliest is not None
    assert stamp.latest is not None
    assert stamp.earliest < at < stamp.latest


@given(WALL, st.sampled_from([1, 10**3, 10**6, 10**9]))
def test_seconds_since_1970_in_any_unit(at: datetime, unit: int) -> None:
    assume(at.year >= 2002)  # fewer digits before
    stamp = read(str(int(at.replace(tzinfo=UTC).timestamp()) * unit))
    assert stamp is not None
    assert (stamp.at, stamp.zone) == (at, "Z")


@given(WALL)
def test_layouts_of_mail_c_and_asp(at: datetime) -> None:
    name = f"{WEEKDAYS[at.weekday()]} {ENGLISH[at.month - 1]}"
    assume((at.hour, at.minute) != (0, 0))
    mail = f"{WEEKDAYS[at.weekday()]}, {at.day:02d} {ENGLISH[at.month - 1]} {at.year % 100:02d} {at:%H:%M:%S} +0000"
    milliseconds = int(at.replace(tzinfo=UTC).timestamp()) * 1000
    for raw in (mail, f"{name} {at.day} {at:%H:%M:%S} +0000 {at.year}", f"/Date({milliseconds}+0530)/"):
        stamp = read(raw)
        assert stamp is not None, raw
        assert stamp.at == at, raw
    stamp = read(f"{name} {at.day} {at:%H:%M:%S} {at.year}")
    assert stamp is not None
    assert (stamp.at, stamp.zone) == (at, None)


@pytest.mark.parametrize(
    ("name", "country", "minutes"),
    [
        ("IST", "IN", 330), ("IST", "IE", 60), ("IST", None, None), ("BST", "GB", 60), ("BST", "BD", 360),
        ("BST", None, None), ("CST", "CN", 480), ("CST", "US", -360), ("CST", None, None), ("ET", "US", -300),
        ("ET", None, -300), ("ET", "DE", None),
    ],
)  # fmt: skip
def test_names_that_mean_several_zones_follow_the_country(
    name: str, country: str | None, minutes: int | None
) -> None:
    stamp = read(f"15 January 2026, 15:30 {name}", DateOrder(country=country))
    assert stamp is not None
    wall = datetime(2026, 1, 15, 15, 30)  # noqa: DTZ001
    assert stamp.at == (wall if minutes is None else wall - timedelta(minutes=minutes))
    assert (stamp.zone is None) == (minutes is None)


def test_clocks_of_north_america_follow_the_season() -> None:
    for raw, zone in (
        ("July 15, 2026 3:30 PM ET", "-04:00"),
        ("January 15, 2026 3:30 PM Pacific Time", "-08:00"),
    ):
        stamp = read(raw)
        assert stamp is not None
        assert stamp.zone == zone


WORDS_LIKE_MONTHS = (
    "Marines", "market", "mayor", "Lisbon", "decade", "Octavia", "augury", "junction", "Marsh", "septic", "novel",
    "decor",
)  # fmt: skip


@given(
    st.integers(1, 31),
    st.sampled_from(WORDS_LIKE_MONTHS),
    st.integers(1900, 2026),
    st.sampled_from(["en", "de", "fr", None]),
)
def test_words_that_begin_like_months_are_none(day: int, word: str, year: int, language: str | None) -> None:
    for raw in (f"{day} {word} {year}", f"{word} {day}, {year}", f"Exercise with {day} {word} {year}"):
        assert read(raw, DateOrder(language=language)) is None


@given(
    st.sampled_from(
        [
            "in {}", "© {}", "Copyright 2011-{}", "Harbour plan {} approved", "the storm of {}", "since {}, 12 years",
            "{}", "{}/27", "v{}.3.1",
            "season {}–27", "No. 12 of {}", "{} AD", "phone 555-{}", "12:30", "true", "N/A",
            "1", "yesterday", "5 minutes ago", "page 3 of 12",
        ]
    ),
    st.integers(1400, 2030),
)  # fmt: skip
def test_texts_that_hold_no_day_give_none(text: str, year: int) -> None:
    assert read(text.format(year)) is None


@pytest.mark.parametrize(
    "raw",
    [
        "0000-00-00", "0000-00-00 00:00:00", "0001-01-01T00:00:00", "1970-01-01", "1900-01-01T00:00:00",
        "9999-12-31T23:59:59Z",
        "253402300799", "4102444800", "2026-02-30", "31/31/2026", "32 January 2026",
    ],
)  # fmt: skip
def test_days_that_mean_never_are_refused_with_what_was_stated(raw: str) -> None:
    stamp = read(raw)
    assert stamp is None or (stamp.at, stamp.text) == (None, raw)


@pytest.mark.parametrize(
    ("tags", "host", "is_day_first"),
    [
        (("en_US",), None, False),
        (("en",), None, None),
        (("en", "en_GB"), None, True),
        (("en-US",), "www.post.co.uk", True),
        (("en",), "gazette.com.au", True),
        (("en",), "post.ca", None),
        (("de",), None, True),
        (("en",), "startup.io", None),
        ((None,), None, None),
    ],
)
def test_the_order_is_found_by_country_then_by_language(
    tags: tuple[str | None, ...], host: str | None, is_day_first: bool | None
) -> None:
    assert find_order(tags, host).is_day_first is is_day_first
