"""Laws of printed dates: any layout in any box of the article is its day, and no date of anything else ever is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cleaning.metadata import read_metadata
from transforms.cleaning.page_body import parse_page
from transforms.language.language_tables import language_table

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TITLE = "Council approves harbour plan"
TEXT = (
    "<p>The council of Northam approved the new harbour plan on Tuesday after a debate of six hours, and work begins "
    "in spring, it said.</p>"
)
DAYS = st.datetimes(datetime(1995, 1, 2), datetime(2026, 11, 1))  # noqa: DTZ001


def month(at: datetime, language: str) -> str:
    return language_table(language).calendar.months[at.month - 1][0]


# How a day is written, and the language of a page that writes so.
LAYOUTS = st.sampled_from(
    [
        ("en", lambda at: f"{month(at, 'en').capitalize()} {at.day}, {at.year}"),
        ("en", lambda at: f"{at.day} {month(at, 'en').capitalize()} {at.year}"),
        ("en", lambda at: f"{at:%Y-%m-%d}"),
        ("de", lambda at: f"{at:%d.%m.%Y}"),
        ("de", lambda at: f"{at.day}. {month(at, 'de').capitalize()} {at.year}"),
        ("fr", lambda at: f"{at.day} {month(at, 'fr')} {at.year}"),
        ("es", lambda at: f"{at.day} de {month(at, 'es')} de {at.year}"),
        ("lt", lambda at: f"{at.year} m. {month(at, 'lt')} {at.day} d."),
        ("lv", lambda at: f"{at.year}. gada {at.day}. {month(at, 'lv')}"),
        ("eu", lambda at: f"{at.year}eko {month(at, 'eu')}ren {at.day}a"),
        ("tr", lambda at: f"{at.day} {month(at, 'tr')} {at.year}"),
        ("vi", lambda at: f"Ngày {at.day} tháng {at.month} năm {at.year}"),
        ("hi", lambda at: f"{at.day} {month(at, 'hi')} {at.year}"),
        ("ar", lambda at: f"{at.day} {month(at, 'ar')} {at.year}"),
        ("ja", lambda at: f"{at.year}年{at.month}月{at.day}日"),
    ]
)
# Boxes that print the day of the article: below its headline, above it, behind its text, in its first sentence.
OWN = st.sampled_from(
    [
        ("below", "<div class='meta'>{}</div>"),
        ("below", "<p><span>{}</span> | Ann Lee | <a href='/politics'>Politics</a></p>"),
        ("below", "<ul class='info'><li>{}</li><li>By <a href='/ann'>Ann Lee</a></li></ul>"),
        ("below", "<p>By Ann Lee</p><p>{}</p>"),
        (
            "below",
            "<span class='updated rich-snippet-hidden'>2026-08-07T17:27:31+02:00</span><span>{}</span>",
        ),
        (
            "below",
            "<p>The plan had been debated for years, and many in the town are still against it.</p><p>{}</p>",
        ),
        ("above", "<h2 class='date-header'><span>{}</span></h2>"),
        ("above", "<p>{} | News</p>"),
        (
            "behind",
            "<div class='xyDateBlock'><span>Datum:</span> {} <br><span>Autor:</span> Ann Lee<br></div>",
        ),
        ("behind", "<p>Published: {}</p>"),
        ("behind", "<ul><li><p class='title'>Mise en ligne</p><p class='content'>{}</p></li></ul>"),
    ]
)
# Boxes that print the day of something else.
OTHER = st.sampled_from(
    [
        ("behind", "<div id='comments'><b>Bo</b> <span class='date'>{}</span><p>I agree.</p></div>"),
        ("behind", "<h3>3 Comments</h3><ol><li><cite>Bo</cite><span class='meta'>{}</span><p>I agree.</p></li></ol>"),
        ("behind", "<h3>Related articles</h3><ul><li><a href='/b'>Bridge is closed again</a> <i>{}</i></li></ul>"),
        ("behind", "<section><div><a href='/b'>Bridge is closed once again</a><p class='date'>{}</p></div></section>"),
        ("behind", "<table><tr><td>{}</td><td>3:1</td></tr><tr><td>2026-01-02</td><td>2:1</td></tr></table>"),
        ("behind", "<p><b>{}</b><br>The council votes on the plan.</p>"),
        ("behind", "<h3>{}</h3><p>The council votes on the plan and the mayor agrees with it.</p>"),
        ("behind", "<blockquote class='post'><p>Ships ahoy</p>— Harbour (@harbour) <a href='/s'>{}</a></blockquote>"),
        ("behind", "<div itemscope itemtype='https://schema.org/Review'><i itemprop='datePublished'>{}</i></div>"),
        ("behind", "<div itemscope itemtype='https://schema.org/VideoObject'><b itemprop='datePublished'>{}</b></div>"),
        ("below", "<p class='info'>Deadline: {}</p>"),
        ("below", "<p class='info'>Release date: {}</p>"),
        ("below", "<p>Born: {}</p>"),
        ("below", "<dl><dt>When</dt><dd>{}</dd><dt>Where</dt><dd>Town hall</dd></dl>"),
        ("below", "<p class='promo'>Subscribe until {} and save</p>"),
        ("below", "<figure><img><figcaption class='meta'>Harbour, {}. Photo: Ann Lee</figcaption></figure>"),
        ("below", "<p class='date'>{} – 31.12.2026</p>"),
        ("below", "<p class='date'>© {} Northam Post</p>"),
        ("above", "<div class='today'>{}</div><div class='logo'>Northam Post</div>"),
        ("above", "<ul class='links'><li>{}</li><li><a href='/login'>Log in</a></li></ul>"),
        ("above", "<div id='hdr'><span id='ct'>{}</span> <a href='/'>Northam Post</a></div>"),
        ("above", "<div class='x'><a href='/x'>Storm hits the Westley harbour</a> <span>{}</span></div>"),
        ("above", "<div class='wx'>Northam {} 21 °C</div>"),
        ("aside", "<div>Page generated {}</div>"),
        ("aside", "<div><h3>Latest</h3><a href='/x'>Storm hits the Westley harbour</a> <time>{}</time></div>"),
        ("aside", "<div>Open daily from {}</div>"),
        ("head", "<meta http-equiv='date' content='{}'>"),
        ("head", "<meta name='expires' content='{}'>"),
    ]
)  # fmt: skip


def read_day(box: tuple[str, str], day: str, language: str) -> str | None:
    place, markup = box
    parts = dict.fromkeys(("head", "above", "below", "behind", "aside"), "") | {place: markup.format(day)}
    tree = parse_page(
        f"<html lang='{language}'><head><title>{TITLE} | Northam Post</title>{parts['head']}</head><body>"
        f"{parts['above']}<main><article><h1>{TITLE}</h1>{parts['below']}{6 * TEXT}{parts['behind']}</article></main>"
        f"{parts['aside']}<footer><p>© 2024 Northam Post</p></footer></body></html>"
    )
    found = read_metadata(tree, url="https://news.example/a/harbour-plan", now=NOW).published
    return None if found.at is None else found.at.date().isoformat()


@given(DAYS, LAYOUTS, OWN)
def test_a_day_printed_for_the_article_is_its_day(at: datetime, layout, box: tuple[str, str]) -> None:  # type: ignore[no-untyped-def]
    language, write = layout
    assert read_day(box, write(at), language) == at.date().isoformat()


@given(DAYS, LAYOUTS, OTHER)
def test_a_day_printed_for_anything_else_is_not(at: datetime, layout, box: tuple[str, str]) -> None:  # type: ignore[no-untyped-def]
    language, write = layout
    assert read_day(box, write(at), language) is None


@pytest.mark.parametrize(
    "line",
    [
        "14.5.2025 - Bei der Erinnerung an den Hafen wurde viel gesagt und getan.",
        "<strong>(14.05.2025) Die Landwirte zittern vor der Seuche, heißt es.</strong>",
        "Pressemitteilung vom 14. Mai 2025 | Berlin – Die Zusammenarbeit ist besiegelt.",
        "<strong>14.05.2025 „Der Markt ist gut in das Jahr gestartet“, sagte er.</strong>",
        "NORTHAM, May 14, 2025 (AP) — The council approved the plan on Tuesday, it said.",
        "<b>NORTHAM, Conn., May 14, 2025 /PRNewswire/ -- </b>The council approved the plan.",
        "NORTHAM, May 14, 2025 (GLOBE NEWSWIRE) -- The council approved the plan on Tuesday.",
    ],
)
def test_a_dateline_is_read(line: str) -> None:
    assert read_day(("below", f"<p>{line}</p>"), "", "de") == "2025-05-14"


@pytest.mark.parametrize(
    "line",
    [
        "On May 14, 2025, the council met and approved the plan of the harbour.",
        "Der Tunnel wird vom 24. April bis 2. Oktober 2017 gesperrt. Lesen Sie mehr",
        "May 3-5, 2025", "12.–14. Mai 2025", "12.05.2025 - 14.05.2025", "3 May to 5 June 2025",
        "Since 14 May 2025 the bridge is closed, as readers know.",
    ],
)  # fmt: skip
def test_days_of_the_text_and_spans_of_days_are_none(line: str) -> None:
    for markup in ("<p>{}</p>", "<p class='date'>{}</p>", "<div class='info'>{}</div>"):
        assert read_day(("below", markup), line, "de") is None


@pytest.mark.parametrize(
    "markup",
    [
        "<abbr class='published' title='2025-05-14T10:52:00+02:00'>10:52</abbr>",
        "<abbr class='published' itemprop='datePublished' title='2025-05-14T10:52:00+02:00'>10:52</abbr>",
        "<span class='date' title='14 May 2025 10:00'>Yesterday</span>",
        "<span class='date' data-timestamp='1747216800'>2 days ago</span>",
    ],
)
def test_an_attribute_states_the_day_that_is_printed_in_other_words(markup: str) -> None:
    assert read_day(("below", markup), "", "en") == "2025-05-14"


def stated(language: str, markup: str, head: str = "") -> tuple[str | None, str | None]:
    """Return the time of publication and of the change that a page states with some markup under its headline."""
    tree = parse_page(
        f"<html lang='{language}'><head>{head}</head><body><h1>{TITLE}</h1>{markup}{TEXT}</body></html>"
    )
    found = read_metadata(tree, url=None, now=NOW)
    published, updated = (
        at.strftime("%Y-%m-%d %H:%M") if at is not None else None
        for at in (found.published.at, found.updated.at)
    )
    return published, updated


WORDPRESS = "<time class='entry-date {}' datetime='2026-03-03T07:12:00Z'>3 March 2026</time>"


@pytest.mark.parametrize(
    ("language", "markup", "expected"),
    [
        ("en", WORDPRESS.format("published updated"), ("2026-03-03 07:12", None)),
        ("en", WORDPRESS.format("updated td-module-date"), ("2026-03-03 07:12", None)),
        (
            "en",
            WORDPRESS.format("published")
            + "<time class='updated' datetime='2026-03-04T08:00:00Z'>4 March</time>",
            ("2026-03-03 07:12", "2026-03-04 08:00"),
        ),
        (
            "fi",
            "<p>Julkaistu 2.3.2026 klo 20.15, päivitetty 3.3.2026 klo 7.40</p>",
            ("2026-03-02 20:15", None),
        ),
        (
            "it",
            "<p class='date'>2 marzo 2026 (modifica il 3 marzo 2026 | 09:04)</p>",
            ("2026-03-02 00:00", None),
        ),
        ("en", "<p class='date'>2 March 2026, 2.3.2026 20:15</p>", ("2026-03-02 20:15", None)),
        ("en", "<div>By ANN LEE<br>Staff Writer<br>Tuesday, March 3, 1998</div>", ("1998-03-03 00:00", None)),
        (
            "en",
            "<h2 class='date-header'>March 3, 2026</h2>"
            "<p>by Ann at <abbr class='published' title='2026-03-03T07:12:00-08:00'>7:12 AM</abbr></p>",
            ("2026-03-03 15:12", None),
        ),
        ("hi", "<p>प्रकाशित: 02 मार्च 2026, 08:15 PM IST</p>", ("2026-03-02 14:45", None)),
        ("en", "<p class='event-date'>Saturday, 14 March 2026, 10:00</p>", (None, None)),
        ("en", "<p class='date'>Saturday, 14 March 2026, 10:00 – 16:00</p>", (None, None)),
        ("de", "<p class='datum'>14. März 2026, 10.00 Uhr - 16.00 Uhr</p>", (None, None)),
        ("en", "<p class='date'>14 March 2026 10:00 -05:00</p>", ("2026-03-14 15:00", None)),
        ("fa", "<p class='date'>۱۱ اسفند ۱۴۰۴ - ۲۰:۱۵</p>", ("2026-03-02 20:15", None)),
        ("fa", "<p class='date'>۱۴۰۴/۱۲/۱۱ ۲۰:۱۵</p>", ("2026-03-02 20:15", None)),
        ("en", "<p class='date'>1404/12/11 20:15</p>", (None, None)),
    ],
)
def test_what_is_printed_around_a_day_is_read_with_it(
    language: str, markup: str, expected: tuple[str | None, str | None]
) -> None:
    assert stated(language, markup) == expected
