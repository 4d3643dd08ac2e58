"""A page's statements of time in, when its article was published and updated out, with precision and zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from transforms.cleaning.date_order import DateOrder, find_order
from transforms.cleaning.dateparser_days import OTHER_LANGUAGES, read_day
from transforms.cleaning.json_ld import StatedArticle
from transforms.cleaning.metadata_markup import Markup
from transforms.cleaning.printed_dates import PrintedDate, find_elements, find_printed
from transforms.cleaning.stated_times import read_time
from transforms.cleaning.time_zones import WIDEST, show_offset
from transforms.cleaning.url_dates import read_url_date
from transforms.cleaning.urls import host_of
from transforms.types import Precision, Timestamp

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time",
    "og:pubdate", "datepublished", "date_published", "published_time", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "cxenseparse:articleid:publishtime", "publishdate",
    "publish-date", "publish_date", "pubdate", "pub_date", "publication_date", "publication-date",
    "article.published", "article_date_original", "originalpublicationdate", "dc.date.issued",
    "dcterms.created", "dcterms.date", "dcterms.issued", "dc.date.created", "dc.date", "dc.created",
    "dcterms.available", "citation_publication_date", "citation_date", "prism.publicationdate",
    "bt:pubdate", "rnews:datepublished", "vf:published_at", "shareaholic:article_published_time",
    "datecreated", "date", "created", "eomportal-firstpub", "timestamp", "article:post_date",
    "last-published", "video:release_date", "displaydate", "ptime", "dateposted", "iso-8601-publish-date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "og:modified_time",
    "datemodified", "article:modified", "modified_time", "last-modified", "lastmod", "dcterms.modified",
    "dc.date.modified", "dc.modified", "last_updated_date", "revision_date", "article:updated_time",
    "vf:updated_at", "eomportal-lastupdate", "utime", "moddate",
)  # fmt: skip
_LOCALES = ("og:locale", "content-language", "language", "dc.language", "inlanguage")
_PRINTED = ("time", "visible")
_MACHINE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_UTC = ("Z", "+00:00")
_ORDERED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/\d{4}(?!\d)")
_MOST_ORDERED = 200_000  # characters of a page in which other dates are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTimes:
    """The times of publication and of the last update that a page states, and the first statement that was refused."""

    published: Timestamp
    updated: Timestamp
    refused: Timestamp | None = None


_Candidate = tuple[str | None, str]


def read_times(
    tree: HtmlElement, page: Markup, stated: StatedArticle, url: str | None, now: datetime
) -> PageTimes:
    """Read the most trusted statement of each time; impossible, ambiguous and future ones are skipped.

    In order of trust: JSON-LD, `<meta>`, microdata, what the page prints at its headline (`<time>` first), the address.
    A time of which none can be read is an empty `Timestamp`; the first refused statement of publication is `refused`,
    and `published` too where nothing else is read. A time gets the publisher's zone from another statement of the page.
    Nothing is read from running text but a dateline, from the times of other articles, or from a year alone. `page` and
    `stated` are what the tree states, `url` its address; `now` is aware or UTC. The tree is left as it is.
    """
    order = _order_of(tree, page, stated, url)
    stamps = list(_read_all(_stated_candidates(page, stated), now, order))
    has_stated = any(stamp.at is not None for stamp in stamps)
    printed = find_elements(tree) if has_stated else find_printed(tree)
    stamps += _read_printed(printed, now, order)
    refused = next((stamp for stamp in stamps if stamp.at is None), None)
    published = next((stamp for stamp in stamps if stamp.at is not None), None)
    address = read_url_date(url, now=now) if url else None
    if published is not None:
        published = _localise(_to_the_minute(published, stamps), stamps)
    elif refused is not None and address is not None:
        published = _settle(refused, address, now, order) or address
    else:
        published = address
    updates = _read_all(_updated_candidates(page, stated, printed), now, order)
    updated = next((stamp for stamp in updates if stamp.at is not None), Timestamp())
    return PageTimes(
        published=published or refused or Timestamp(),
        updated=updated,
        refused=refused,
    )


def _order_of(tree: HtmlElement, page: Markup, stated: StatedArticle, url: str | None) -> DateOrder:
    """Find how the page writes dates out: by its country, its language, or by its other dates."""
    tags = (page.first(_LOCALES[:1]), page.language, page.first(_LOCALES[1:]), stated.language)
    order = find_order(tags, host_of(url))
    if order.is_day_first is not None:
        return order
    firsts = {
        first > 12
        for match in _ORDERED.finditer("".join(tree.itertext())[:_MOST_ORDERED])
        if ((first := int(match[1])) > 12) != (int(match[2]) > 12) and max(first, int(match[2])) <= 31
    }
    return replace(order, is_day_first=firsts.pop()) if len(firsts) == 1 else order


def _settle(refused: Timestamp, address: Timestamp, now: datetime, order: DateOrder) -> Timestamp | None:
    """Read an ambiguous day again in the order that gives the day of the address, if one does."""
    name, _, why = (refused.source or "").partition(":")
    for is_day_first in (True, False) if why == "ambiguous" else ():
        stamp = read_time(refused.text, now=now, source=name, order=replace(order, is_day_first=is_day_first))
        if (
            stamp is not None
            and stamp.at is not None
            and stamp.at.date() == (address.at and address.at.date())
        ):
            return stamp
    return None


def _read_all(candidates: Iterator[_Candidate], now: datetime, order: DateOrder) -> Iterator[Timestamp]:
    for raw, source in candidates:
        stamp = read_time(raw, now=now, source=source, order=order)
        if stamp is not None:
            yield stamp


def _read_printed(printed: list[PrintedDate], now: datetime, order: DateOrder) -> Iterator[Timestamp]:
    """Read what a page prints; dateparser is asked for languages whose months our tables lack."""
    for each in sorted(printed, key=lambda date: not date.is_element):
        if each.is_updated:
            continue
        source = "time" if each.is_element else "visible"
        stamp = read_time(each.text, now=now, source=source, order=order)
        if stamp is None and order.language in OTHER_LANGUAGES:
            day = read_day(each.text, order.language)
            stamp = read_time(day, now=now, source=source) if day else None
        if stamp is not None:
            yield stamp


def _to_the_minute(stamp: Timestamp, stamps: list[Timestamp]) -> Timestamp:
    """Return the machine's statement of a printed day, to the minute, where the page has one of the same day."""
    if stamp.precision is not Precision.DAY or stamp.source not in _PRINTED or stamp.at is None:
        return stamp
    for other in stamps:
        is_exact = other.precision is Precision.MINUTE and _MACHINE.match(other.text or "")
        if is_exact and other.at is not None:
            local = other.at + (_offset_of(other.zone) if other.zone else timedelta(0))
            if local.date() == stamp.at.date():
                return other
    return stamp


def _localise(stamp: Timestamp, stamps: list[Timestamp]) -> Timestamp:
    """Add to a time the publisher's own zone, where another statement of the page has it.

    A time in UTC: the same instant stated with an offset, or its wall time printed to the second. A wall time: the
    same one stated with its zone. The day on which a report was published is the day at its place.
    """
    if stamp.precision is not Precision.MINUTE or stamp.at is None or stamp.zone not in (None, *_UTC):
        return stamp
    for other in stamps:
        if other.at is None or other.precision is not Precision.MINUTE:
            continue
        if stamp.zone is None:
            wall = other.zone and other.at + _offset_of(other.zone)
            if wall and abs((wall - stamp.at).total_seconds()) < 60:
                return replace(other, source=stamp.source, text=stamp.text)
        elif other.zone is not None:
            if other.at == stamp.at and other.zone not in _UTC:
                return replace(stamp, zone=other.zone)
        else:
            minutes, rest = divmod(int((other.at - stamp.at).total_seconds()), 60)
            if rest == 0 and stamp.at.second and minutes % 30 == 0 and 0 < abs(minutes) <= WIDEST:
                return replace(stamp, zone=show_offset(minutes))
    return stamp


def _offset_of(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))


def _stated_candidates(page: Markup, stated: StatedArticle) -> Iterator[_Candidate]:
    yield stated.published, "json-ld"
    for name in _PUBLISHED:
        for value in page.meta.get(name, ())[:3]:
            yield value, "meta"
    for value in page.items.get("datePublished", ())[:3]:
        yield value, "microdata"


def _updated_candidates(
    page: Markup, stated: StatedArticle, printed: list[PrintedDate]
) -> Iterator[_Candidate]:
    yield stated.updated, "json-ld"
    for name in _UPDATED:
        for value in page.meta.get(name, ())[:3]:
            yield value, "meta"
    for value in page.items.get("dateModified", ())[:3]:
        yield value, "microdata"
    for each in printed:
        if each.is_updated:
            yield each.text, "time" if each.is_element else "visible"
