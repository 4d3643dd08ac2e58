"""A page or mail that gathers several items in, an article for each of them out where it marks them clearly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from itertools import combinations
from typing import TYPE_CHECKING, Final

from transforms.cleaning.agency_credits import Agencies
from transforms.cleaning.article_kinds import is_index_address, markers
from transforms.cleaning.clean import clean
from transforms.cleaning.digest_detection import SHARED, rare_words
from transforms.cleaning.digest_items import LEAST_ITEMS, MarkedItem, MarkedItems, find_items
from transforms.cleaning.line_kinds import letters
from transforms.cleaning.page_body import parse_page
from transforms.cleaning.urls import normalise_url, registrable_host
from transforms.language.detect import LoadModel
from transforms.language.detector_model import language_model
from transforms.text.encoding import decode
from transforms.types import Article, Format, Kind, RawDocument, Reason, Rejection, Stated

if TYPE_CHECKING:
    from lxml.html import HtmlElement

TEASER_WORDS: Final = 80  # an item that links to its article and has fewer words than this is its teaser
_OUTSIDE = (
    0.6  # words of a page outside its items, by the words in them: an article with a box of others has more
)
_ALIKE = 0.25  # share of the pairs of items that may speak of the same: parts of one article all do
_LARGEST = 4_000_000  # characters of a page that is examined
_AROUND = 600  # characters around the text within which the heading of its first item and the last link stand
_HEADING = re.compile(r"<h(?=[1-6][\s>])", re.I)
_LINK = re.compile(r"<a\s", re.I)
# a line that is nothing but a link, as "Read more" below an item is
_ONLY_LINK = re.compile(r">\s{0,40}+<a\s[^<>]{1,600}+>[^<>]{1,60}+</a>\s{0,40}+</(?:p|div|td|span)\b", re.I)
_NOWHERE = "https://page.invalid/"  # stands for the address of a page that states none
_WHOLE = (Kind.LIVE_BLOG, Kind.GALLERY, Kind.STUB, Kind.TEMPLATE, Kind.INDEX)


def clean_items(
    doc: RawDocument,
    *,
    now: datetime,
    agencies: Agencies | None = None,
    load_model: LoadModel = language_model,
) -> list[tuple[RawDocument, Article | Rejection]]:
    """Clean a document; a page or mail that gathers several items and marks them becomes one article for each.

    Returns pairs of document and article or rejection, in the order of the page; never empty. The items are documents
    `#1`, `#2` … of their own, with their address, and with the time and outlet of the page where they state none. Any
    other document gives one pair, and in doubt a page is one document: an article with subheads, a live blog, a front
    page (whose kind becomes INDEX where it marks items). `now`, `agencies` and `load_model` are those of `clean`; never
    raises for what a document holds. `now` is naive UTC.
    """
    whole = clean(doc, now=now, agencies=agencies, load_model=load_model)
    if isinstance(whole, Rejection) or not doc.is_html or doc.stated.is_clean or whole.kind in _WHOLE:
        return [(doc, whole)]
    body = doc.body if isinstance(doc.body, str) else decode(doc.body, doc.stated.charset).text
    if not _may_gather(body, doc, whole):
        return [(doc, whole)]
    tree = parse_page(body)
    if isinstance(tree, Reason):
        return [(doc, whole)]
    own = normalise_url(doc.stated.url) or whole.url
    found = find_items(tree, own)
    if own is None and (count := _count_on_front_page(tree, doc, whole)):
        reason = f"a page of {count} headlines that lead on within its site"
        return [(doc, replace(whole, kind=Kind.INDEX, kind_reason=reason))]
    if found is None or not _are_several(found, doc, whole):
        return [(doc, whole)]
    if is_index_address(whole.url):
        reason = f"a front page or section of {len(found.items)} items"
        return [(doc, replace(whole, kind=Kind.INDEX, kind_reason=reason))]
    return [
        (part, clean(part, now=now, agencies=agencies, load_model=load_model))
        for part in _documents(found.items, doc, whole)
    ]


def _count_on_front_page(tree: HtmlElement, doc: RawDocument, whole: Article) -> int:
    """Return how many items a page without an address leads on to within its own site; 0 for any but a front page.

    Briefings and newsletters, whose title or kind calls them so, are none: their items stand for themselves.
    """
    found = find_items(tree, _NOWHERE)
    if found is None or not found.are_linked or _is_called(doc, whole):
        return 0
    if {registrable_host(item.url) for item in found.items} != {registrable_host(_NOWHERE)}:
        return 0
    return len(found.items) if _are_several(found, doc, replace(whole, url=_NOWHERE)) else 0


def _may_gather(body: str, doc: RawDocument, whole: Article) -> bool:
    """Ask cheaply whether a page may gather items, before it is parsed again.

    Its kind or its title says so; or linked headings stand between the first and the last paragraph of its text.
    """
    if len(body) > _LARGEST:
        return False
    if doc.format is Format.EML or whole.kind in (Kind.DIGEST, Kind.ROUND_UP):
        return True
    lines = [line.strip("|- ")[:30].strip() for line in whole.text.split("\n") if len(line) > 40]
    places = [at for line in (*lines[:3], *lines[-3:]) if (at := body.find(line)) >= 0]
    if not places:
        return False
    text = body[max(0, min(places) - _AROUND) : max(places) + _AROUND]
    parts = _HEADING.split(text)[1:]  # each begins within a heading
    linked = sum(bool(_LINK.search(part.partition("</h")[0])) for part in parts)
    led_on = sum(bool(_ONLY_LINK.search(part)) for part in parts)
    bold = text.count("</a></strong>") + text.count("</a></b>")
    return max(linked, led_on, bold) >= LEAST_ITEMS


def _are_several(found: MarkedItems, doc: RawDocument, whole: Article) -> bool:
    """Decide whether marked items are several reports, and not the parts of one.

    They are where the page is called a newsletter or briefing and each has an address; else where few of them have in
    common what they are about, and each has an address, or a box of its own on a page that is called so.
    """
    words = sum(len(f"{item.title} {' '.join(item.paragraphs)}") for item in found.items) / 6
    if found.words_outside > max(_OUTSIDE * words, 60):
        return False
    is_called = _is_called(doc, whole)
    if found.are_linked and is_called:
        return True
    if found.are_linked and not _link_to_reports(found.items, whole.url):
        return False
    is_marked = found.are_linked or (found.are_boxed and (is_called or whole.kind is Kind.DIGEST))
    return is_marked and _are_unlike(found.items, whole.language)


def _is_called(doc: RawDocument, whole: Article) -> bool:
    """Return whether a document is called a newsletter or briefing."""
    title = letters(whole.title[:500])
    return doc.format is Format.EML or whole.kind is Kind.ROUND_UP or bool(markers().round_up.search(title))


def _link_to_reports(items: Sequence[MarkedItem], own: str | None) -> bool:
    """Distinguish links to reports from those of a list of products: into one other house, which sells them."""
    houses = {registrable_host(item.url) for item in items}
    return own is None or len(houses) > 1 or houses == {registrable_host(own)}


def _are_unlike(items: Sequence[MarkedItem], language: str) -> bool:
    topics = [rare_words(f"{item.title} {' '.join(item.paragraphs)}", language) for item in items]
    pairs = list(combinations(topics, 2))
    alike = sum(len(one & other) > SHARED * min(len(one), len(other)) for one, other in pairs)
    return alike <= _ALIKE * len(pairs)


def _documents(items: Sequence[MarkedItem], doc: RawDocument, whole: Article) -> list[RawDocument]:
    made = []
    for number, item in enumerate(items, start=1):
        markup = "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in item.paragraphs)
        own = f"{item.title}\n{item.url or ''}\n{markup}".encode("utf-8", "replace")
        is_teaser = item.url is not None and len(" ".join(item.paragraphs).split()) < TEASER_WORDS
        stated = Stated(
            title=item.title,
            url=item.url,
            publisher=doc.stated.publisher or whole.publisher,
            published=item.published or doc.stated.published or whole.published_text,
            language=doc.stated.language or whole.language,
            captured=doc.stated.captured,
            status=doc.stated.status,
            embargoed=doc.stated.embargoed,
            is_summary=is_teaser,
            is_clean=True,
        )
        made.append(
            replace(
                doc,
                source_ref=f"{doc.source_ref}#{number}",
                sha256=hashlib.sha256(own).hexdigest(),
                size=len(own),
                body=markup,
                stated=stated,
            )
        )
    return made
