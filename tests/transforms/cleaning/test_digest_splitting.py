"""Pages and mails that gather several items are split where they mark them; what only looks like one stays whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cleaning.digest_splitting import clean_items
from transforms.types import Article, Format, Kind, RawDocument, Rejection, Stated

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
Item = tuple[str, str, str]  # headline, address, text

ENGLISH: list[Item] = [
    ("Ferry halted as storm nears island", "/2026/03/02/ferry-halted", "The ferry company said on Monday that all "
     "crossings to the island would stop until the storm has passed. Waves of five metres were measured off the pier."),
    ("Council keeps swimming pool open", "/2026/03/02/pool-open", "Councillors voted by eleven to four to keep the "
     "pool, after two thousand residents signed a petition. The money will come from the sale of the fire station."),
    ("Museum returns bronze bell to village", "/2026/03/02/bronze-bell", "The bell, taken in 1911, will hang again in "
     "the church tower by Easter, the director said at a ceremony. A crane will lift it through the louvres."),
    ("Dairy farmers block motorway over prices", "/2026/03/02/dairy", "Some four hundred tractors blocked the motorway "
     "near Hollen. Farmers demand a minimum price for milk of forty cents a litre and want to see the minister."),
]  # fmt: skip
GERMAN: list[Item] = [
    ("Fährbetrieb wegen Sturms eingestellt", "/n/faehre-12345", "Die Reederei hat am Montag alle Überfahrten zur Insel "
     "abgesagt, bis der Sturm vorüber ist. Am Nordkai wurden Wellen von fünf Metern gemessen."),
    ("Freibad bleibt nach Bürgerbegehren offen", "/n/freibad-12346", "Der Gemeinderat stimmte mit elf zu vier für das "
     "Freibad, nachdem zweitausend Einwohner unterschrieben hatten. Das Geld bringt der Verkauf der alten Feuerwache."),
    ("Museum gibt Glocke an Dorf zurück", "/n/glocke-12347", "Die 1911 entwendete Glocke soll bis Ostern wieder im "
     "Kirchturm hängen, sagte die Direktorin. Ein Kran hebt sie durch die Schalllöcher."),
]  # fmt: skip
STORM: list[Item] = [
    ("What happened at Sandholm", "/live/storm/1", "Nordlinie halted the ferries to Sandholm at noon, when harbour "
     "master Jan Pohl raised the red flag over the northern pier and sent the crews of Nordlinie home."),
    ("Who waits in Sandholm", "/live/storm/2", "Two thousand passengers of Nordlinie wait in Sandholm, among them "
     "three school classes, and harbour master Jan Pohl asked hotels near the pier to open their halls."),
    ("What comes next for Nordlinie", "/live/storm/3", "Nordlinie wants to resume the ferries to Sandholm on "
     "Wednesday, if harbour master Jan Pohl lowers the flag at the pier, and refunds all tickets."),
]  # fmt: skip
HOUSE = "https://gazette.example"

Layout = Callable[[Item, str], str]
LINKED: dict[str, Layout] = {
    "heading and paragraph": lambda item, h: f"<{h}><a href='{item[1]}'>{item[0]}</a></{h}><p>{item[2]}</p>",
    "link around heading": lambda item, h: f"<a href='{item[1]}'><{h}>{item[0]}</{h}></a><p>{item[2]}</p>",
    "article": lambda item, h: f"<article><{h}><a href='{item[1]}'>{item[0]}</a></{h}><p>{item[2]}</p></article>",
    "read more": lambda item, h: f"<div class=s><{h}>{item[0]}</{h}><p>{item[2]}</p>"
    f"<p><a href='{item[1]}'>More</a></p></div>",
    "row": lambda item, h: f"<table><tr><td><{h}><a href='{item[1]}'>{item[0]}</a></{h}></td></tr>"
    f"<tr><td>{item[2]}</td></tr></table>",
    "list": lambda item, h: f"<li><{h}><a href='{item[1]}?utm_source=nl'>{item[0]}</a></{h}> {item[2]}</li>",
    "two paragraphs": lambda item, h: f"<section><{h}><a href='{item[1]}'><span>{item[0]}</span></a></{h}>"
    + "".join(f"<p>{one}.</p>" for one in item[2].rstrip(".").split(". ")) + "</section>",
}  # fmt: skip
HEAD = "<meta property='og:site_name' content='Gazette'>" + (
    "<meta property='article:published_time' content='2026-03-02T06:00:00Z'>"
)


def page(title: str, inside: str, url: str = f"{HOUSE}/2026/03/02/page") -> RawDocument:
    body = (
        f"<html><head><title>{title}</title><link rel=canonical href='{url}'>{HEAD}</head><body><header><nav>"
        f"<a href='/world'>World</a></nav></header><main><h1>{title}</h1>{inside}</main><footer><p>All rights reserved."
        f"</p></footer></body></html>"
    )
    return RawDocument(
        source_ref="in/p.html", format=Format.HTML, sha256="0", size=len(body), body=body, is_html=True,
        stated=Stated(url=url),
    )  # fmt: skip


def articles(doc: RawDocument) -> list[Article]:
    found = [result for _, result in clean_items(doc, now=NOW)]
    assert not any(isinstance(one, Rejection) for one in found)
    return [one for one in found if isinstance(one, Article)]


@given(
    st.sampled_from(sorted(LINKED)),
    st.sampled_from(("h2", "h3", "h4")),
    st.sampled_from(("Monday, 2 March", "Morning briefing", "News in brief")),
    st.permutations(ENGLISH),
    st.integers(3, 4),
    st.booleans(),
)
def test_items_with_an_address_are_documents(
    layout: str, heading: str, title: str, items: list[Item], count: int, has_greeting: bool
) -> None:
    greeting = "<p>Good morning. This is what you need to know today.</p>" if has_greeting else ""
    chosen = items[:count]
    found = articles(page(title, greeting + "".join(LINKED[layout](item, heading) for item in chosen)))
    assert [one.title for one in found] == [item[0] for item in chosen]
    assert [one.url for one in found] == [HOUSE + item[1] for item in chosen]
    assert [" ".join(one.text.split()) for one in found] == [item[2] for item in chosen]
    assert [one.source_ref for one in found] == [f"in/p.html#{number + 1}" for number in range(count)]
    assert {(one.publisher, str(one.published.at)[:16]) for one in found} == {("Gazette", "2026-03-02 06:00")}
    assert {one.kind for one in found} == {Kind.TEASER}


@pytest.mark.parametrize("layout", ["heading and paragraph", "article"])
def test_items_of_another_language_are_documents(layout: str) -> None:
    found = articles(page("Montag, 2. März", "".join(LINKED[layout](item, "h2") for item in GERMAN)))
    assert [one.title for one in found] == [item[0] for item in GERMAN]


@pytest.mark.parametrize("title", ["Morning briefing", "Your daily digest"])
def test_items_without_an_address_are_documents_where_they_have_nothing_in_common(title: str) -> None:
    boxes = "".join(f"<div class=item><h2>{head}</h2><p>{text}</p></div>" for head, _, text in ENGLISH)
    found = articles(page(title, boxes))
    assert [one.title for one in found] == [item[0] for item in ENGLISH]
    [whole] = articles(page(title, _subheads(ENGLISH)))  # neither an address nor a box marks them
    assert whole.kind in (Kind.ROUND_UP, Kind.DIGEST)
    assert {one.kind for one in found} == {Kind.ARTICLE}
    assert len({one.article_id for one in found}) == len(ENGLISH)


def _subheads(items: list[Item]) -> str:
    return "".join(f"<h2>{head}</h2><p>{text}</p>" for head, _, text in items)


def _teasers(items: list[Item]) -> str:
    return "".join(
        f"<div><h3><a href='{url}'>{head}</a></h3><p>{text[:90]}</p></div>" for head, url, text in items
    )


STORY = "".join(f"<p>{text}</p>" for _, _, text in STORM)
PRODUCTS = [
    (f"Ferry number {at}", f"https://shop.example/p/{at}", f"{text} It costs {at}99 crowns.")
    for at, text in enumerate(
        ("A ferry with a large deck and a quiet cabin, whose restaurant serves herring.",
         "A fast ferry with a small deck; its cabin is loud, its restaurant has herring.",
         "An old ferry with a deck of teak, a cabin for four and no restaurant at all.")
    )
]  # fmt: skip


LOOK_ALIKES = pytest.mark.parametrize(
    "inside",
    [
        _subheads(STORM),  # an article with subheads
        STORY + _teasers(ENGLISH),  # an article above a box of others
        "".join(LINKED["article"](item, "h2") for item in STORM),  # developments of one matter
        "".join(f"<h3><a href='{other[1]}'>Read also: {other[0]}</a></h3><p>{own[2]}</p>"
                for other, own in zip(ENGLISH, STORM, strict=False)),  # links within an article
        "".join(LINKED["heading and paragraph"](item, "h2") for item in PRODUCTS),
        "".join(LINKED["heading and paragraph"](item, "h2") for item in ENGLISH[:2]),  # too few to be sure
        "".join(f"<h2><a href='#{at}'>{item[0]}</a></h2><p>{item[2]}</p>" for at, item in enumerate(STORM)),
        STORY + "".join(f"<h2><a href='{url}'>{head}</a></h2>" for head, url, _ in ENGLISH),
    ],
    ids=["subheads", "related", "developments", "inline", "products", "two", "anchors", "headlines"],
)  # fmt: skip


@LOOK_ALIKES
def test_what_only_looks_gathered_stays_one(inside: str) -> None:
    [found] = articles(page("Storm stops ferries to Sandholm", inside))
    assert found.source_ref == "in/p.html"


def _without_address(doc: RawDocument) -> RawDocument:
    return replace(doc, stated=Stated(), body=str(doc.body).replace("rel=canonical", "rel=other"))


@pytest.mark.parametrize("layout", LINKED)
def test_a_front_page_that_states_no_address_is_an_index(layout: str) -> None:
    items = "".join(LINKED[layout](item, "h2") for item in ENGLISH[:3])
    [front] = articles(_without_address(page("The Gazette", items)))
    assert front.kind is Kind.INDEX


@LOOK_ALIKES
def test_a_report_that_states_no_address_is_no_index(inside: str) -> None:
    [found] = articles(_without_address(page("Storm stops ferries to Sandholm", inside)))
    assert found.kind is not Kind.INDEX


def test_a_front_page_is_an_index_and_a_live_blog_stays_one() -> None:
    items = "".join(LINKED["article"](item, "h2") for item in ENGLISH)
    [front] = articles(page("Gazette, news of the coast", items, f"{HOUSE}/"))
    assert front.kind is Kind.INDEX
    [live] = articles(page("Live updates: storm", items, f"{HOUSE}/live/storm"))
    assert live.kind is Kind.LIVE_BLOG


def test_a_newsletter_is_split_and_a_letter_with_headings_is_not() -> None:
    def mail(inside: str) -> RawDocument:
        stated = Stated(title="The day", external_id="<1@x.example>", publisher="The Day", kind="newsletter")
        body = f"<html><body><p>Good morning.</p>{inside}<p>Unsubscribe</p></body></html>"
        return RawDocument(
            source_ref="in/m.eml",
            format=Format.EML,
            sha256="0",
            size=9,
            body=body,
            is_html=True,
            stated=stated,
        )

    absolute = [(head, HOUSE + url, text) for head, url, text in STORM]  # one subject, but a letter of links
    found = articles(mail("".join(LINKED["row"](item, "h3") for item in absolute)))
    assert [one.title for one in found] == [item[0] for item in STORM]
    assert all(one.publisher == "The Day" and one.external_id is None for one in found)
    [whole] = articles(mail(_subheads(STORM)))
    assert whole.external_id == "<1@x.example>" and whole.kind is Kind.DIGEST
