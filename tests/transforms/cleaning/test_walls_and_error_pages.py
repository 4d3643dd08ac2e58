"""What says nothing of an event is no text: walls, errors, marks of advertisements; a report on them is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transforms.cleaning.clean import clean
from transforms.types import Article, Format, Kind, RawDocument, Stated

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TITLE = "Ferry halted as storm nears island"
LEAD = (
    "The ferry company said on Monday that all crossings to the island would stop until the storm has passed, and "
    "asked its passengers to travel later this week."
)
DESCRIPTION = f"<meta name='description' content='{LEAD}'>"


def page(title: str, inside: str, head: str = "") -> Article:
    inside = f"<article><h1>{title}</h1>{inside}</article>"
    body = f"<html><head><title>{title}</title>{head}</head><body>{inside}</body></html>"
    doc = RawDocument(
        source_ref="in/p.html",
        format=Format.HTML,
        sha256="0",
        size=9,
        body=body,
        is_html=True,
        stated=Stated(),
    )
    made = clean(doc, now=NOW)
    assert isinstance(made, Article)
    return made


@pytest.mark.parametrize(
    "wall",
    [
        "Este contenido no está disponible en su país.", "Cet article est réservé aux abonnés.",
        "This content is not available in your region.", "Dieser Inhalt ist in Ihrer Region nicht verfügbar.",
        "Questo video non è disponibile nel tuo paese.", "Subscribe to continue reading.",
        "Dit artikel is niet beschikbaar in uw regio.", "Esta página não está disponível na sua região.",
    ],
)  # fmt: skip
def test_a_wall_gives_way_to_the_description(wall: str) -> None:
    found = page(TITLE, f"<p>{wall}</p>", DESCRIPTION)
    assert (found.kind, found.text) == (Kind.TEASER, LEAD)
    assert page(TITLE, f"<p>{wall}</p>").kind is Kind.STUB


def test_a_lead_above_a_wall_is_the_text() -> None:
    assert page(TITLE, f"<p>{LEAD}</p><p>Subscribe to continue reading.</p>", DESCRIPTION).text.startswith(
        "The ferry"
    )


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Error 503 Backend fetch failed", Kind.STUB),
        ("502 Bad Gateway", Kind.STUB),
        ("HTTP Error 404", Kind.STUB),
        ("Fehler 404 – Seite nicht gefunden", Kind.STUB),
        ("500 march in protest at school closure", Kind.ARTICLE),
        ("Error of judgment, says coach", Kind.ARTICLE),
    ],
)
def test_answers_of_a_server_are_no_reports(title: str, kind: Kind) -> None:
    assert page(title, "<p>It took place on Monday in front of the town hall.</p>").kind is kind


def test_marks_of_advertisements_are_no_text_and_sentences_on_them_are() -> None:
    marks = (
        "Advertisement",
        "- ADVERTISEMENT -",
        "Anzeige",
        "Publicité",
        "広告",
        "Article continues below advertisement",
    )
    lines = [LEAD, "Advertisement is a trade of its own.", "More than an advertisement: a promise."]
    inside = "".join(f"<p>{mark}</p><p>{line}</p>" for mark, line in zip(marks, lines * 2, strict=True))
    assert set(page(TITLE, inside).text.split("\n")) == set(lines)
    record = RawDocument(
        source_ref="in/r.json", format=Format.JSON, sha256="0", size=9, is_html=False,
        body="\n\n".join(one for pair in zip(lines * 2, marks, strict=True) for one in pair),
        stated=Stated(title=TITLE, is_clean=True),
    )  # fmt: skip
    made = clean(record, now=NOW)
    assert isinstance(made, Article)
    assert made.text == "\n".join(lines * 2)
