"""What a page states and shows as its headline in, the headline of its article out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from transforms.cleaning.json_ld import StatedArticle
from transforms.cleaning.line_kinds import classify_line, count_units
from transforms.cleaning.metadata_markup import LONGEST, Markup, visible_text
from transforms.cleaning.title_cleaning import (
    best_heading,
    cut_site_name,
    fold,
    is_site_name,
    names_site_only,
    prefer_shown,
    separated_parts,
)
from transforms.cleaning.urls import host_of
from transforms.text.encoding import tidy_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TITLES = (
    "og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title",
    "citation_title", "headline",
)  # fmt: skip
_LEAST_LETTERS = 12  # letters, and words, of a part of a title that can be a headline
_LEAST_UNITS = 3
_SHOWN_TAGS = ("h2", "h3", "h4", "b", "strong", "font", "td", "div", "p", "span", "center")
_MOST_SHOWN = 5_000  # elements in which a part of the title is searched for
_LONGEST_SHOWN = 300  # characters of one


def choose_headline(
    tree: HtmlElement, page: Markup, stated: StatedArticle, site: str | None, url: str | None
) -> tuple[str, str] | None:
    """Return the headline of a page's article and where it was found; None where the page has none.

    Stated ones come first (JSON-LD, `<meta>`, microdata of a heading), then `<h1>`, a marked line, `<title>`; the one
    that readers see wins where both share their words. Names of the site (`site`, or the host of `url`), labels above
    the headline and what nobody sees are no part of it.
    """
    host = host_of(url)
    own = [
        each
        for each in page.headings
        if not is_site_name(each, site, host) and not classify_line(each).is_boilerplate
    ]
    headings = [_without_label(each, page, stated) for each in own]
    heading = best_heading(headings, page.titles[0] if page.titles else "")
    for source, raw in _candidates(page, stated, heading):
        full = tidy_line(raw[:LONGEST]) if raw else ""
        title = cut_site_name(full, site, host, heading)
        if not title or (source != "title" and is_site_name(title, site, host)):
            continue
        if source == "h1":
            return title, source
        if source == "title" and heading is None:
            return _shown_part(tree, full) or title, source
        if heading is not None and names_site_only(full, heading, site):
            return cut_site_name(heading, site, host), "h1"
        shown = [cut_site_name(each, site, host) for each in headings]
        variants = (prefer_shown(title, each, is_only=len(headings) == 1) for each in shown)
        found = next((each for each in variants if each != title), title)
        return found, source if found == title else "h1"
    return None


def _candidates(page: Markup, stated: StatedArticle, heading: str | None) -> Iterator[tuple[str, str | None]]:
    line = next(iter(page.items.get("line", ())), None)
    title = page.titles[0] if page.titles else None
    yield "json-ld", stated.headline
    yield "meta", page.first(_TITLES)
    yield "microdata", next(iter(page.items.get("headline", ())), None)
    if line and title and fold(line) in fold(title) and fold(heading or "") not in fold(title):
        yield "microdata", line
    yield "h1", heading
    yield "microdata", line
    yield "title", title


def _without_label(heading: str, page: Markup, stated: StatedArticle) -> str:
    """Return a heading without a label that the page's own titles lack: "Politics | …", or an element of its own.

    Only where a title of the page, or a part of one, is the rest of the heading as it stands.
    """
    titles = [each for each in (stated.headline, page.first(_TITLES), *page.titles[:1]) if each]
    whole = fold(heading)
    if any(whole in fold(each) for each in titles):
        return heading
    parts = {fold(part) for each in titles for part in separated_parts(each[:LONGEST])}
    rests = [*page.shortened.get(heading, ()), heading.partition(" | ")[2]]
    return next((rest for rest in rests if _is_headline(rest) and fold(rest) in parts), heading)


def _shown_part(tree: HtmlElement, title: str) -> str | None:
    """Return the part of a page's title, set apart by a bar, dash or colon, that an element of the page shows alone.

    The longest part that is shown, one in a heading first. What is linked is another page's. None where the page shows
    no part, or the title as a whole.
    """
    parts = {fold(part) for part in separated_parts(title) if _is_headline(part)}
    if len(parts) < 2:
        return None
    found: dict[str, int] = {}
    for element in islice(tree.iter(*_SHOWN_TAGS), _MOST_SHOWN):
        if not 0 < len(element.text or "") + len(element) <= _LONGEST_SHOWN:
            continue
        text = visible_text(element)
        if len(text) > _LONGEST_SHOWN or fold(text) not in parts or _is_linked(element):
            continue
        if fold(text) == fold(title):
            return None
        found.setdefault(text, (element.tag in ("h2", "h3", "h4")) * LONGEST + len(text))
    return max(found, key=lambda text: found[text], default=None)


def _is_linked(element: HtmlElement) -> bool:
    return next(element.iterancestors("a"), None) is not None or next(element.iter("a"), None) is not None


def _is_headline(text: str) -> bool:
    return len(fold(text)) >= _LEAST_LETTERS and count_units(text) >= _LEAST_UNITS
