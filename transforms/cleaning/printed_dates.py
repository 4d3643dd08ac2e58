"""A parsed page in, the dates that it prints as its article's out: at the headline, or where an element says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from transforms.cleaning.date_labels import Label, closes_article, label_of, names_span
from transforms.cleaning.date_surroundings import (
    Doubt,
    before,
    block_of,
    doubt_about,
    is_beside_link,
    is_in_table,
    is_prose_date,
)
from transforms.cleaning.html_elements import length, link_length, name_of
from transforms.cleaning.line_kinds import is_sentence, is_time
from transforms.cleaning.metadata_markup import leads_home, lines_of, visible_text
from transforms.cleaning.title_cleaning import fold, separated_parts

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MOST = 60  # dates of one page
_MOST_ELEMENTS = 60_000
_MOST_INNER = 12  # elements within one that prints a date
_LONGEST = 160  # characters of an element that prints a date beside a byline
_NEAR_WORDS = 120  # words of the page between a date and the headline below it
_NEXT_WORDS = 60  # words between the headline and a date in a box that could be anything's
_TOP_WORDS = 400  # words between the headline and a date below it that no element is named for
_RIGHT_ABOVE = 15  # words between a date that no element is named for and the headline below it
_ABOVE_LINKS = 8  # links between a date and the headline below it; a header's menu has more
_RIGHT_ABOVE_LINKS = 2
_TOP_PARAGRAPHS = 1  # paragraphs of running text between the headline and a date that no element is named for
_BODY_PARAGRAPHS = 2  # the same, from which a date that an element is named for has to stand apart from links
_PARAGRAPH = 80  # characters of such a paragraph
_ARTICLE = 400  # characters of an `<article>` below the headline that can be the page's own
_MOST_HEADINGS = 40
_LEAST_HEADLINE = 8  # characters of a headline that a page's title holds
_SAME_KIND = 3  # dates built alike that make a chronology, or a list

_DATED = re.compile(
    r"(?:^|[\s_-])(?:date|datum|fecha|data|time|pub(?:date|lish(?:ed|er|ing)?)?|posted|submitted|created|entry-?meta|post-?meta"
    r"|byline|meta|info|dateline|timestamp|author)(?:$|[\s_\dA-Z-])|(?:date|time|Date|Time)(?:$|[\s_-])",
)
_UPDATE_NAMED = re.compile(r"(?:^|[\s_-])(?:updated|modified|dt-updated|date-?modified)(?:$|[\s_-])", re.I)
_EVENT_NAMED = re.compile(
    r"(?:^|[\s_-])(?:event|match|game|show|start|end|kick-?off)s?[_-]?(?:date|time)|dtstart|dtend|(?:start|end)Date",
    re.I,
)
_PUBLISHED_NAMED = re.compile(
    r"(?:^|[\s_-])(?:published|dt-published|pubdate)(?:$|[\s_-])|(?:entry|post)-?date", re.I
)
_PRINTING_TAGS = frozenset(
    (
        "span", "div", "p", "small", "em", "i", "li", "abbr", "a", "font", "b", "strong", "td", "h2", "h3", "h4", "h5",
        "h6", "cite", "dd", "header", "section", "address", "label", "center",
    )
)  # fmt: skip
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_TITLES = ("h1", "h2", "h3")
_INLINE = ("span", "small", "em", "i", "a", "font", "b", "strong", "cite")
_STATING = (
    "title",
    "datetime",
    "data-date",
    "data-time",
    "data-timestamp",
    "data-datetime",
    "data-published",
)
# "BERLIN, 3 February 2026 (AP) – The council …", "29.11.2022 - Mehrfach …": a capital behind the dash, so no aside
_DATELINE = re.compile(r"([^–—|]{6,90}?) ?(?:[–—|]|--?(?= )) ?(?=[\"“„»«]?[^\W\d_a-z])")
_DIGITS = r"(?:\d{1,2}\. ?\d{1,2}\. ?\d{4}|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4})"
_PLACE = r"[^\W\d_a-z][^\d,–—]{1,40}, (?:[A-Z][\w.]{1,12}, )?"
_DATELINE_HEAD = re.compile(
    rf"(?:{_PLACE})?{_DIGITS}(?: \([^()]{{2,30}}\))?"
    rf"|{_PLACE}[^\d,]{{0,20}}\d{{1,2}}[^\d]{{1,20}}\d{{4}}(?: \([^()]{{2,30}}\)| /[\w ]{{2,30}}/)?"
    rf"|{_PLACE}[^\d,]{{3,20}} \d{{1,2}}, \d{{4}}(?: \([^()]{{2,30}}\)| /[\w ]{{2,30}}/)?"
    r"|[^\W\d_]+ (?:vom|du|del|of|från|fra|z) \d{1,2}\.? [^\W\d_]{3,12} \d{4}"
)
# "(18.01.2026) The council …", and a day in bold before a quotation or a capital: "01.02.2026 “The market …"
_DAY_IN_FRONT = re.compile(rf"(?:\(({_DIGITS})\)|({_DIGITS})(?=:? [\"“„»«])) ?(?=[\"“„»«]?[^\W\d_a-z])")
# A year in other digits than ASCII's, or of the Buddhist calendar.
_OTHER_YEAR = re.compile(r"[०-९٠-٩۰-۹০-৯๐-๙]{4}|[\u0e00-\u0eff]\W{0,2}25\d\d(?!\d)")
_SHORTEST = 6  # characters of a date
_SHORT = 48  # characters of a line that is a date and little else
_FULL_YEAR = re.compile(r"\d{4}")
_MACHINE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_YEAR = re.compile(r"\d{2}|[०-९٠-٩۰-۹০-৯๐-๙]{2}")


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date as the page prints it, or as the `<time>` element around it states it; not parsed yet.

    `is_element`: it is that of a `<time>` element; `is_updated`: its label says that it is the date of a change.
    """

    text: str
    is_element: bool  # stands in a `<time>`
    is_updated: bool


@dataclass(slots=True)
class _Place:
    """How much of a page stands before an element."""

    words: int = 0
    paragraphs: int = 0  # of running text
    links: int = 0
    homes: int = 0  # links to the front page

    def copy(self) -> _Place:
        return replace(self)


@dataclass(frozen=True, slots=True)
class _Found:
    date: PrintedDate
    is_named: bool  # an element named for it prints it
    is_stated: bool  # its label says that it is the time of publication
    is_doubtful: bool  # it stands in a box that can be of another article
    is_beside_link: bool  # a link to another article stands beside it
    is_dateline: bool = False
    kind: str = ""  # tag and class of its element
    place: _Place = field(default_factory=_Place)


def find_printed(tree: HtmlElement) -> list[PrintedDate]:
    """Find the printed dates of a page that can be its article's time, the likeliest first, each once.

    They are ordered by their distance in words from the headline, since farther above and below it come the dates of
    the page, of other articles and of comments; one above it counts as 400 words farther. A date without a label or a
    telling class or id counts only right above the headline, and below it before the text begins. Without a headline
    they come in the order of the page. The texts are not parsed here; dates of a change are among them (`is_updated`).
    At most 60 are examined; empty where none is found. The lxml tree is left as it is.
    """
    headline = find_headline(tree)
    article_boxes = _around(headline)
    here = _Place()
    top: _Place | None = None
    found: list[_Found] = []
    for element in islice(tree.iter(), _MOST_ELEMENTS):
        if len(found) >= _MOST:
            break
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if element is headline:
            top = here.copy()
        elif top is not None and here.paragraphs > top.paragraphs and _closes(element, tag):
            break
        if tag == "time" or tag in _PRINTING_TAGS:
            date = _read_element(element, tag, article_boxes)
            if date is not None:
                found.append(replace(date, place=here.copy()))
        _pass(element, tag, here)
    return _rank(found, top)


def find_elements(tree: HtmlElement) -> list[PrintedDate]:
    """Find the `<time>` elements that can be of the page's article, in the order of the page.

    Left out are those in sentences, tables, other articles and comments, and spans of days or hours. The first 60 of
    the page are examined. The lxml tree is left as it is.
    """
    article_boxes = _around(find_headline(tree))
    found = (_read_element(element, "time", article_boxes) for element in islice(tree.iter("time"), _MOST))
    return [each.date for each in found if each is not None]


def _pass(element: HtmlElement, tag: str, here: _Place) -> None:
    here.words += _count(element.text) + _count(element.tail)
    if tag == "a":
        here.links += 1
        here.homes += leads_home(element.get("href") or "")
    elif tag == "p" and len(text := visible_text(element)) >= _PARAGRAPH and is_sentence(text):
        here.paragraphs += 1


def _closes(element: HtmlElement, tag: str) -> bool:
    """Return whether a heading opens comments, or links to other articles."""
    if tag not in _HEADINGS:
        return False
    text = visible_text(element)
    return bool(text) and len(text) <= _PARAGRAPH and closes_article(text)


def _rank(found: list[_Found], top: _Place | None) -> list[PrintedDate]:
    kinds: dict[str, set[str]] = {}
    for each in found:
        kinds.setdefault(each.kind, set()).add(each.date.text)
    kept: list[tuple[int, PrintedDate]] = []
    for each in found:
        distance = _distance(each, top)
        if distance is None:
            continue
        is_one_of_many = len(kinds[each.kind]) >= _SAME_KIND and distance > _NEXT_WORDS
        if is_one_of_many and not each.is_stated:
            continue
        kept.append((distance, each.date))
    return list(dict.fromkeys(date for _, date in sorted(kept, key=lambda pair: pair[0])))


def _distance(each: _Found, top: _Place | None) -> int | None:
    """Return how far a date stands from the headline, in words; None where it is not taken for the article's."""
    is_named = each.is_named or each.date.is_element
    if top is None:
        is_sure = each.is_stated or (is_named and not each.is_beside_link)
        return each.place.words if is_sure and not each.is_doubtful else None
    distance = each.place.words - top.words
    if each.is_doubtful and abs(distance) > _NEXT_WORDS:
        return None
    paragraphs = each.place.paragraphs - top.paragraphs
    if distance >= 0:
        if each.is_stated:
            return distance
        if each.is_dateline or not is_named:
            most = 0 if each.kind.startswith("li ") else _TOP_PARAGRAPHS
            is_near = paragraphs <= most and distance <= _TOP_WORDS
            return distance if is_near and not (each.is_beside_link and paragraphs) else None
        return None if each.is_beside_link and paragraphs >= _BODY_PARAGRAPHS else distance
    links, homes = top.links - each.place.links, top.homes - each.place.homes
    if -distance > _NEAR_WORDS or (homes and not each.is_stated) or each.is_beside_link:
        return None
    is_right_above = -distance <= _RIGHT_ABOVE and links <= _RIGHT_ABOVE_LINKS and each.kind[:3] != "li "
    if not is_named and not each.is_stated and not is_right_above:
        return None
    return None if links > _ABOVE_LINKS and not each.is_stated else _TOP_WORDS - distance


def find_headline(tree: HtmlElement) -> HtmlElement | None:
    """Return the element that prints the headline of a page, None where none is found.

    It is the first `<h1>` to `<h3>`, by level, with a text of the page's title (`<title>`, `og:title`); else the last
    `<h1>`; else a box whose own text is one part of the title.
    """
    titles = [each.get("content") or "" for each in tree.iter("meta") if each.get("property") == "og:title"]
    titles += [visible_text(each) for each in islice(tree.iter("title"), 1)]
    title, whole = (
        fold(" ".join(titles)),
        {fold(part) for each in titles for part in separated_parts(each[:_LONGEST])},
    )
    headings = list(islice(tree.iter("h1", "h2", "h3"), _MOST_HEADINGS))
    for element in sorted(headings, key=lambda each: str(each.tag)):
        text = fold(visible_text(element))
        if len(text) >= _LEAST_HEADLINE and text in title:
            return element
    heading = next((each for each in reversed(headings) if each.tag == "h1"), None)
    if heading is not None:
        return heading
    boxes = islice(tree.iter("div", "p", "span", "strong", "b", "font", "td", "h4"), _MOST_ELEMENTS)
    texts = ((each, fold(each.text)) for each in boxes if each.text and len(each.text) < _LONGEST)
    return next((each for each, text in texts if len(text) >= _LEAST_HEADLINE and text in whole), None)


def _around(headline: HtmlElement | None) -> frozenset[HtmlElement]:
    """Return the elements around the page's headline; times in other `<article>` elements are those of others.

    Where the headline stands above the article, the first one below it is the page's own.
    """
    if headline is None:
        return frozenset()
    around = [headline, *headline.iterancestors()]
    if not any(element.tag == "article" for element in around):
        after = headline.xpath("following::article[1]")
        around += [each for each in after if length(each) >= max(_ARTICLE, 2 * link_length(each))]
    return frozenset(around)


def _read_element(element: HtmlElement, tag: str, article_boxes: frozenset[HtmlElement]) -> _Found | None:
    """Return the date that an element prints; None where it prints none, or that of something else."""
    name = f"{name_of(element)} {element.get('itemprop') or ''}"
    is_named, is_dateline = True, False
    if tag == "time":
        shown = visible_text(element)
        text = element.get("datetime") or shown
        if not text or is_prose_date(block_of(element), shown):
            return None
        head = before(element)
    else:
        inner = list(islice(element.iter(), _MOST_INNER + 2))
        if len(inner) > _MOST_INNER + 1 or any(each.tag == "time" for each in inner):
            return None
        is_named = bool(_DATED.search(name))
        text, head, is_dateline = _drawn(element, tag, inner, is_named=is_named)
        if not (text and (is_named or is_time(text))) and (line := _line_of_time(element)):
            text, head = line, ""
        if not text:
            return None
    if names_span(text) or _EVENT_NAMED.search(name):
        return None
    label = label_of(head, text)
    if label is Label.OTHER:
        return None
    is_known = is_named or is_dateline or label is Label.PUBLISHED
    if not is_known and not (is_time(text) or _has_other_year(text)):
        return None
    doubt = doubt_about(element, article_boxes)
    if doubt is Doubt.ELSEWHERE or is_in_table(element):
        return None
    is_updated = label is Label.UPDATED or (label is not Label.PUBLISHED and _names_update(name))
    is_stated = label is Label.PUBLISHED and not is_updated
    return _Found(
        date=PrintedDate(text, tag == "time", is_updated),
        is_named=is_named and not is_dateline,
        is_stated=is_stated,
        is_doubtful=doubt is Doubt.MAYBE and not is_stated,
        is_beside_link=not is_dateline and is_beside_link(element, article_boxes),
        is_dateline=is_dateline,
        kind=f"{tag} {name_of(element)}",
    )


def _names_update(name: str) -> bool:
    """Return whether a class names the time of a change; WordPress names that of publication "published updated"."""
    return bool(_UPDATE_NAMED.search(name)) and not _PUBLISHED_NAMED.search(name)


def _has_other_year(text: str) -> bool:
    return not text.isascii() and len(text) <= _SHORT and bool(_OTHER_YEAR.search(text))


def _line_of_time(element: HtmlElement) -> str:
    """Return the line of an element that is a time and little else, where breaks part it into lines; else ""."""
    if element.find("br") is None or len(visible_text(element)) > _LONGEST:
        return ""
    return next((line for line in lines_of(element) if _YEAR.search(line) and is_time(line)), "")


def _drawn(
    element: HtmlElement, tag: str, inner: list[HtmlElement], *, is_named: bool
) -> tuple[str, str, bool]:
    """Return the text of an element that can be a date, what stands before it, and whether it opens a text.

    The text is empty where the element prints no date.
    """
    nothing = ("", "", False)
    drawn = "".join(element.itertext())
    if len(drawn) < _SHORTEST or not _YEAR.search(drawn[: 2 * _LONGEST]):
        stated = (
            next((value for key in _STATING if (value := element.get(key))), "")
            if is_named or tag == "abbr"
            else ""
        )
        return (stated, before(element), False) if _YEAR.search(stated) else nothing
    machine = next((value for key in _STATING if _MACHINE.match(value := element.get(key) or "")), "")
    if machine and not _FULL_YEAR.search(drawn):
        return machine, before(element), False  # "7:12 AM", with its day beside it
    text = visible_text(element)
    if (dateline := _dateline(text, tag)) is not None:
        return dateline, "", True
    if "°" in text or any(each.tag in _TITLES for each in inner[1:]):
        return nothing  # the weather, or a date beside a headline
    updated = [each for each in inner[1:] if _names_update(name_of(each))]
    for each in updated:
        text = text.replace(visible_text(each), " ", 1)
    if len(text) > _LONGEST or not _YEAR.search(text) or is_prose_date(element, ""):
        return nothing
    if (
        tag in _INLINE
        and is_prose_date(block := block_of(element), text)
        and not (is_named and visible_text(block).find(text) < _SHORT)
    ):
        return nothing
    return text, before(element), False


def _dateline(text: str, tag: str) -> str | None:
    """Return what stands before the dash of a paragraph that opens with a place and a day, or with a day in digits."""
    if tag not in ("p", "div"):
        return None
    if day := _DAY_IN_FRONT.match(text):
        return day[1] or day[2]
    match = _DATELINE.match(text)
    if match is None or not _DATELINE_HEAD.fullmatch(match[1]):
        return None
    return match[1]


def _count(text: str | None) -> int:
    return len(text.split()) if text else 0
