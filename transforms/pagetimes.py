"""A page's statements of time in, when its article was published and updated out, with precision and zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from transforms.dates import read_time, read_url_date, show_offset
from transforms.jsonld import StatedArticle
from transforms.markup import Markup, visible_text
from transforms.types import Precision, Timestamp

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
_DATED = re.compile(
    r"(?:^|[\s_-])(?:date|datum|fecha|data|time|pub(?:lish(?:ed)?)?|posted|created|entry-?meta|post-?meta|byline|info)",
    re.I,
)
_MOST_VISIBLE = 50  # elements read as a printed time before giving up
# Languages with names of months that `read_time` does not know: dateparser is asked for these alone, on pages that
# state one of them or none. To try all of its two hundred costs two to four seconds of every process that meets a
# single page without a plain date.
_OTHER_LANGUAGES = (
    "ar", "az", "be", "bn", "fa", "he", "hi", "hr", "hy", "is", "ka", "kk", "lt", "lv", "mk", "mr", "sq", "sr", "ta",
    "te", "th", "ur", "vi",
)  # fmt: skip
_ANY_YEAR = datetime(9000, 1, 1)  # noqa: DTZ001 - htmldate compares with its own latest day
_UTC = ("Z", "+00:00")
_WIDEST = 14 * 60  # minutes: no place is further from UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTimes:
    """When an article was published and updated, and the first statement that had to be refused."""

    published: Timestamp
    updated: Timestamp
    refused: Timestamp | None = None


def read_times(tree: Any, page: Markup, stated: StatedArticle, url: str | None, now: datetime) -> PageTimes:
    """Read the best statement of each time; impossible and future ones are passed over and reported.

    In order of trust: JSON-LD, `<meta>`, microdata, `<time>`, the address, and what htmldate finds in the text.
    """
    refused: Timestamp | None = None
    published: Timestamp | None = None
    for stamp in _read_all(_published_candidates(page, stated), now):
        if stamp.at is not None:
            published = stamp
            break
        refused = refused or stamp
    if published is not None:
        if published.zone in _UTC:
            published = _localise(published, page, stated, now)
    else:
        published = (read_url_date(url, now=now) if url else None) or _search(tree, page, url, now)
    updated = (each for each in _read_all(_updated_candidates(page, stated), now) if each.at is not None)
    return PageTimes(
        published=published or refused or Timestamp(),
        updated=next(updated, Timestamp()),
        refused=refused,
    )


def read_visible_date(tree: Any, now: datetime) -> Timestamp | None:
    """Read the first time that the page prints in an element named for it, as readers see it above an article."""
    seen = 0
    for element in tree.iter("span", "div", "p", "small", "em", "li", "abbr", "a", "font", "b", "td"):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if len(name) < 4 or not _DATED.search(name):
            continue
        text = visible_text(element)
        if not 6 <= len(text) <= 120 or not any(char.isdigit() for char in text):
            continue
        stamp = read_time(text, now=now, source="visible")
        if stamp is not None and stamp.at is not None:
            return stamp
        seen += 1
        if seen > _MOST_VISIBLE:
            break
    return None


def _read_all(candidates: Iterator[tuple[str | None, str]], now: datetime) -> Iterator[Timestamp]:
    for raw, source in candidates:
        stamp = read_time(raw, now=now, source=source)
        if stamp is not None:
            yield stamp


def _search(tree: Any, page: Markup, url: str | None, now: datetime) -> Timestamp | None:
    """Ask htmldate, which looks at patterns in all of the text; a time of day is added where the page prints it."""
    from htmldate import find_date  # slow to import and to run: the last resort

    visible = read_visible_date(tree, now)
    latest = now.strftime("%Y-%m-%d")
    stamp = None
    with _reading_words(page.language):
        # the fast way finds the same where it finds anything, measured on 250 pages
        for is_extensive in (False, True):
            try:
                found = find_date(
                    tree, url=url, original_date=True, extensive_search=is_extensive, max_date=latest
                )
            except (ValueError, TypeError, AttributeError, OverflowError):  # what it raises on odd pages
                found = None
            stamp = read_time(found, now=now, source="htmldate")
            if stamp is not None and stamp.at is not None:
                break
    if stamp is None or stamp.at is None:
        return visible
    if visible is not None and visible.at is not None and visible.at.date() == stamp.at.date():
        return visible
    return stamp


@contextmanager
def _reading_words(language: str | None) -> Iterator[None]:
    """Have our reader read what htmldate takes for a date in words, on a page that states this language."""
    from htmldate import extractors

    usual = extractors.get_external_parser
    extractors.get_external_parser = lambda: _DateReader(language)  # type: ignore[assignment]  # called alike
    try:
        yield
    finally:
        extractors.get_external_parser = usual


class _DateReader:
    """Stands where htmldate has a dateparser for all languages."""

    def __init__(self, language: str | None) -> None:
        self._language = re.split("[-_]", (language or "").lower())[0]

    def get_date_data(self, text: str) -> dict[str, datetime | None]:
        """Read a date in words: ours first, which knows the months of twenty languages."""
        stamp = read_time(text, now=_ANY_YEAR, source="visible")
        found = stamp.at if stamp is not None else None
        if found is None and self._language in ("", *_OTHER_LANGUAGES):
            found = _dateparser().get_date_data(text)["date_obj"]
        return {"date_obj": found}


@cache
def _dateparser() -> Any:
    from dateparser import DateDataParser

    settings = {
        "PARSERS": ["absolute-time"],
        "PREFER_DATES_FROM": "past",
        "PREFER_LOCALE_DATE_ORDER": True,
        "RETURN_AS_TIMEZONE_AWARE": False,
        "STRICT_PARSING": True,
    }
    return DateDataParser(languages=list(_OTHER_LANGUAGES), settings=settings)


def _localise(stamp: Timestamp, page: Markup, stated: StatedArticle, now: datetime) -> Timestamp:
    """Give a time stated in UTC the publisher's own offset, where the page states the same instant with it.

    Or where it prints the wall time of that instant to the second: the difference of the two is the offset. The day
    on which a report was published is the day at its place.
    """
    for other in _read_all(_published_candidates(page, stated), now):
        if other.at is None or stamp.at is None or other.precision is not Precision.MINUTE:
            continue
        if other.zone is not None:
            if other.at == stamp.at and other.zone not in _UTC:
                return replace(stamp, zone=other.zone)
            continue
        minutes, rest = divmod(int((other.at - stamp.at).total_seconds()), 60)
        if rest == 0 and stamp.at.second and minutes % 30 == 0 and 0 < abs(minutes) <= _WIDEST:
            return replace(stamp, zone=show_offset(minutes))
    return stamp


def _published_candidates(page: Markup, stated: StatedArticle) -> Iterator[tuple[str | None, str]]:
    yield stated.published, "json-ld"
    for name in _PUBLISHED:
        for value in page.meta.get(name, ())[:3]:
            yield value, "meta"
    for value in page.items.get("datePublished", ())[:3]:
        yield value, "microdata"
    for value, is_updated in page.times:
        if not is_updated:
            yield value, "time"


def _updated_candidates(page: Markup, stated: StatedArticle) -> Iterator[tuple[str | None, str]]:
    yield stated.updated, "json-ld"
    for name in _UPDATED:
        for value in page.meta.get(name, ())[:3]:
            yield value, "meta"
    for value in page.items.get("dateModified", ())[:3]:
        yield value, "microdata"
    for value, is_updated in page.times:
        if is_updated:
            yield value, "time"
