"""What a page states of its article is found, the best statement wins, and each field says where it came from."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from dateparser import DateDataParser
from hypothesis import given
from hypothesis import strategies as st

from transforms.cleaning.bylines import split_names
from transforms.cleaning.json_ld import read_jsonld
from transforms.cleaning.metadata import Metadata, read_metadata
from transforms.cleaning.page_body import parse_page
from transforms.cleaning.title_cleaning import cut_site_name
from transforms.types import Precision, Reason

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
URL = "https://www.harbourpost.example.com/news/crane-falls"


def read(
    head: str, body: str = "<p>A crane fell.</p>", url: str | None = URL, language: str = "en-GB"
) -> Metadata:
    tree = parse_page(f"<html lang='{language}'><head>{head}</head><body>{body}</body></html>")
    assert not isinstance(tree, Reason)
    return read_metadata(tree, url=url, now=NOW)


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Crane falls into harbour",
    "datePublished": "2026-03-01T10:20:30+01:00",
    "dateModified": "2026-03-01T12:00:00+01:00",
    "author": [{"@type": "Person", "name": "Ann Lee"}, {"@type": "Person", "name": "Bo Ek"}],
    "publisher": {"@type": "Organization", "name": "Harbour Post"},
    "articleSection": "Local",
    "keywords": "harbour, cranes",
    "image": {"@type": "ImageObject", "url": "/img/crane.jpg"},
    "isAccessibleForFree": "False",
}


def test_json_ld_fills_every_field_and_says_so() -> None:
    found = read(ld(ARTICLE) + '<link rel="canonical" href="/news/crane-falls?utm_source=x">')
    assert found.title == "Crane falls into harbour"
    assert found.authors == ("Ann Lee", "Bo Ek")
    assert found.publisher == "Harbour Post"
    assert found.published.at == datetime(2026, 3, 1, 9, 20, 30)  # noqa: DTZ001
    assert found.published.zone == "+01:00"
    assert found.published.precision is Precision.MINUTE
    assert found.updated.at == datetime(2026, 3, 1, 11, 0)  # noqa: DTZ001
    assert found.canonical_url == URL
    assert found.section == "Local"
    assert found.tags == ("harbour", "cranes")
    assert found.image_url == "https://www.harbourpost.example.com/img/crane.jpg"
    assert found.is_paywalled
    assert found.language == "en-GB"
    sources = dict(found.sources)
    assert sources["title"] == sources["authors"] == sources["published"] == "json-ld"
    assert sources["canonical_url"] == "link"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda node: [node],
        lambda node: {
            "@context": "https://schema.org",
            "@graph": [{"@type": "WebSite", "name": "Harbour Post"}, node],
        },
        lambda node: {"@type": "WebPage", "mainEntity": node},
        lambda node: [{"@type": "BreadcrumbList"}, {"@type": "Organization", "name": "X"}, node],
    ],
)
def test_the_article_is_found_wherever_it_hangs(wrap: object) -> None:
    assert callable(wrap)
    assert read(ld(wrap(ARTICLE))).title == "Crane falls into harbour"


def test_references_within_the_page_are_followed() -> None:
    graph = {
        "@graph": [
            {"@type": "Person", "@id": "#ann", "name": "Ann Lee"},
            {
                "@type": "NewsArticle",
                "headline": "Crane falls",
                "author": {"@id": "#ann"},
                "datePublished": "2026-03-01",
            },
        ]
    }
    assert read(ld(graph)).authors == ("Ann Lee",)


@pytest.mark.parametrize(
    "broken",
    [
        '{"@type":"NewsArticle","headline":"Crane falls","datePublished":"2026-03-01",}',
        '<!-- {"@type":"NewsArticle","headline":"Crane falls","datePublished":"2026-03-01"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"Crane falls","datePublished":"2026-03-01"}\n//]]>',
        '{"@type":"NewsArticle","headline":"Crane\tfalls","datePublished":"2026-03-01"};',
        '{"@type":"NewsArticle","headline":"Crane falls","datePublished":"2026-03-01", "articleBody":"He said "no""}',
        '{"@type":"NewsArticle","headline":"Crane falls","datePublished":"2026-03-01"}{"@type":"Person"}',
    ],
)
def test_broken_json_ld_is_read_as_far_as_it_goes(broken: str) -> None:
    found = read_jsonld([broken])
    assert " ".join((found.headline or "").split()) == "Crane falls"
    assert found.published == "2026-03-01"


KEYS = (
    "@type", "@graph", "@id", "author", "name", "headline", "image", "keywords", "hasPart", "isAccessibleForFree",
    "mainEntity", "datePublished", "publisher",
)  # fmt: skip
SHAPES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@given(SHAPES)
def test_no_shape_of_json_ld_fails(value: object) -> None:
    article = {"@type": "NewsArticle", "author": value, "image": value, "hasPart": value}
    read_jsonld([json.dumps(value), json.dumps(article)])


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"@value":', "}"), ('{"name":[', "]}")])
def test_values_nested_deep_cost_only_themselves(start: str, end: str) -> None:
    names = (
        "author", "image", "keywords", "inLanguage", "url", "publisher", "articleSection", "mainEntityOfPage",
        "isAccessibleForFree", "hasPart",
    )  # fmt: skip
    for depth in (20, 600, 900):
        deep = start * depth + '"x"' + end * depth
        stated = ",".join(f'"{name}":{deep}' for name in names)
        own = read_jsonld([f'{{"@type":"NewsArticle","headline":"A bridge opens",{stated}}}'])
        assert (own.headline, own.authors, own.tags) == ("A bridge opens", (), ())
        assert read_jsonld([f'{{"@type":"NewsArticle","headline":{deep}}}']).headline is None
        part = f'{{"@type":"NewsArticle","hasPart":{{"isAccessibleForFree":{deep}}}}}'
        assert read_jsonld([part]).is_free is None
    assert read_jsonld(['{"@type":"NewsArticle","headline":[[{"@value":["x"]}]]}']).headline == "x"


def test_meta_and_microdata_stand_in() -> None:
    found = read(
        '<meta property="og:title" content="Crane falls | Harbour Post">'
        '<meta property="og:site_name" content="Harbour Post">'
        '<meta name="author" content="By Ann Lee and Bo Ek">'
        '<meta property="article:published_time" content="2026-03-01T09:20Z">'
        '<meta name="news_keywords" content="harbour; cranes">'
        '<meta property="article:content_tier" content="locked">'
    )
    assert (found.title, found.publisher) == ("Crane falls", "Harbour Post")
    assert found.authors == ("Ann Lee", "Bo Ek")
    assert found.tags == ("harbour", "cranes")
    assert found.is_paywalled
    assert dict(found.sources)["published"] == "meta"
    micro = read("", '<time itemprop="datePublished" datetime="2026-03-02T10:00:00Z">x</time>')
    assert micro.published.source == "microdata"


def test_a_front_page_is_no_articles_canonical_address() -> None:
    assert read('<link rel="canonical" href="https://www.harbourpost.example.com/">').canonical_url is None


def test_a_time_is_looked_for_where_readers_see_it_and_in_the_address() -> None:
    shown = read("", '<span class="post-date">1 March 2026, 10:20</span><p>A crane fell.</p>', url=None)
    assert shown.published.at == datetime(2026, 3, 1, 10, 20)  # noqa: DTZ001
    assert shown.published.zone is None
    dated = read("", url="https://example.com/2026/03/01/crane-falls")
    assert (dated.published.source, dated.published.precision) == ("url", Precision.DAY)


@pytest.mark.parametrize(
    ("text", "language", "is_ours"),
    [
        ("Madrid, jueves 2 de abril de 2020", "es", True),
        ("Москва, 2 апреля 2020, 13:43", "", True),
        ("2 अप्रैल 2020", "hi-IN", True),
        ("2 أبريل 2020", "", True),
        ("2. apríla 2020", "sk", True),
        ("২ এপ্রিল ২০২০", "bn", False),
    ],
)
def test_a_date_in_words_is_read_by_our_reader_or_by_dateparser(
    text: str, language: str, is_ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read_there = DateDataParser.get_date_data

    def tell(self: DateDataParser, words: str) -> object:
        assert len(self.languages) == 1  # all two hundred take seconds to begin with
        asked.append(words)
        return read_there(self, words)

    monkeypatch.setattr(DateDataParser, "get_date_data", tell)
    body = f"<h1>Crane falls</h1><p class='date'>{text}</p><p>A crane fell.</p>"
    found = read("", body, url=None, language=language).published
    assert found.at is not None
    assert found.at.date().isoformat() == "2020-04-02"
    assert (not asked) == is_ours


def test_a_future_time_is_refused_and_the_next_statement_taken() -> None:
    found = read(ld({**ARTICLE, "datePublished": "2031-01-01"}) + '<meta name="date" content="2026-03-01">')
    assert found.published.source == "meta"
    assert dict(found.sources)["published_refused"] == "json-ld:future"


def test_utc_is_given_the_offset_that_the_page_states_for_the_same_instant() -> None:
    utc = '<meta property="article:published_time" content="2026-03-02T01:49:09+00:00">'
    wall = '<time datetime="2026-03-01 17:49:09">1 March</time><p>A crane fell.</p>'
    assert read(utc, wall).published.zone == "-08:00"
    other = '<time datetime="2026-03-01 17:50:11">1 March</time><p>A crane fell.</p>'
    assert read(utc, other).published.zone == "+00:00"


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Crane falls - Harbour Post", "Crane falls"),
        ("Crane falls | News | Harbour Post", "Crane falls | News"),
        ("Harbour Post: Crane falls", "Crane falls"),
        ("Crane falls – harbourpost.example.com", "Crane falls"),
        ("Crane falls - and rises again", "Crane falls - and rises again"),
        ("Harbour Post opens second newsroom", "Harbour Post opens second newsroom"),
        ("Crane falls | Harbour Post | All the news of the coast", "Crane falls"),
        ("Crane falls » Harbour Post", "Crane falls"),
        ("Mayor: «The crane falls» – Harbour Post", "Mayor: «The crane falls»"),
    ],
)
def test_the_sites_name_is_cut_off_a_title(raw: str, title: str) -> None:
    assert cut_site_name(raw, "Harbour Post", "harbourpost.example.com") == title


def test_a_quotation_keeps_its_closing_mark() -> None:
    said = "Mayor Calder: «The crane falls»"
    assert cut_site_name(said, "Harbour Post", None, said) == said
    assert cut_site_name(f"{said} – Harbour Post", "Harbour Post", None, said) == said


def test_the_headline_that_a_page_shows_settles_its_title() -> None:
    assert cut_site_name(
        "Crane falls into harbour · Boats · Coast", None, None, "Crane falls into harbour"
    ) == ("Crane falls into harbour")


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("By Ann Lee", ["Ann Lee"]),
        ("Von Ann Lee und Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("Ann Lee, Bo Ek, Cy Orr", ["Ann Lee", "Bo Ek", "Cy Orr"]),
        ("Lee, Ann", ["Lee, Ann"]),
        ("Ann Lee; Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("https://example.com/ann", []),
        ("ann@example.com", []),
        ("admin", []),
        ("3 min read", []),
        ("王小明", ["王小明"]),
        ("Andy And", ["Andy And"]),
    ],
)
def test_bylines_become_names(raw: str, names: list[str]) -> None:
    assert split_names(raw) == names


@given(st.permutations(["chip", "boat", "ferry"]), st.sampled_from(["url", "mainEntityOfPage", "@id"]))
def test_of_several_articles_the_one_with_the_address_of_the_page_counts(order: list[str], key: str) -> None:
    nodes = [
        {"@type": "NewsArticle", "headline": f"All about the {name}", key: f"https://x.example/{name}",
         "datePublished": f"202{number}-01-05T10:00:00Z"}
        for number, name in enumerate(order)
    ]  # fmt: skip
    found = read_jsonld([json.dumps(nodes)], url="http://www.x.example/chip?utm_source=a")
    assert found.headline == "All about the chip"
    assert read_jsonld([json.dumps(nodes)], headline="All about the BOAT").headline == "All about the boat"
