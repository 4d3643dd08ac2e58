"""A parsed page in, what it states of its article out: one pass over JSON-LD, microdata, `<meta>`, address and text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from transforms.cleaning.bylines import is_company, is_login, shown_authors, split_names
from transforms.cleaning.headline_choice import choose_headline
from transforms.cleaning.json_ld import StatedArticle, read_jsonld
from transforms.cleaning.metadata_markup import LONGEST, Markup, gather
from transforms.cleaning.page_dates import read_times
from transforms.cleaning.title_cleaning import best_heading, is_outlet
from transforms.cleaning.urls import normalise_url, registrable_host
from transforms.text.encoding import tidy_line
from transforms.types import Timestamp

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MOST = 50  # authors or tags kept

_AUTHORS = (
    "author", "article:author_name", "byl", "parsely-author", "sailthru.author", "dc.creator",
    "dcterms.creator", "dc.creator.name", "citation_author", "article:author", "og:article:author",
    "cxenseparse:author", "authors", "dable:author", "vf:author",
)  # fmt: skip
_PUBLISHERS = (
    "og:site_name", "article:publisher_name", "application-name", "dc.publisher", "dcterms.publisher",
    "citation_journal_title",
)  # fmt: skip
_SECTIONS = (
    "article:section", "og:article:section", "parsely-section", "section", "cxenseparse:recs:category",
    "category",
)  # fmt: skip
_TAGS = (
    "article:tag", "og:article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags",
    "dc.subject",
)  # fmt: skip
_IMAGES = (
    "og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src",
    "parsely-image-url", "thumbnail",
)  # fmt: skip
_LANGUAGES = (
    "og:locale", "content-language", "language", "dc.language", "dcterms.language", "inlanguage",
)  # fmt: skip
_NO_TAG = re.compile(r"^@|^&#?\w+$|^https?:")
_LOCKED = ("locked",)  # "metered" lets most readers in


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Metadata of a page's article: title, authors, times, language, …; `sources` has where each field was found."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: Timestamp = Timestamp()  # noqa: RUF009  frozen
    updated: Timestamp = Timestamp()  # noqa: RUF009  frozen
    canonical_url: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    is_paywalled: bool = False
    schema_types: tuple[str, ...] = ()
    body: str | None = None  # articleBody of the JSON-LD
    sources: tuple[tuple[str, str], ...] = ()


def read_metadata(tree: HtmlElement, *, url: str | None, now: datetime) -> Metadata:
    """Read all metadata that a parsed page states of its article; never fails, whatever the page states.

    `tree` is an lxml HTML element and is left as it is; `url` is the address it was fetched from, against which others
    are resolved; `now`, aware or UTC, bounds the times believed. Vocabularies: schema.org, Open Graph, Dublin Core, and
    what publishers' systems write beside them. Authors and dates that they lack are read where the page prints them;
    fields of which the page has nothing are empty.
    """
    page = gather(tree)
    stated = read_jsonld(page.scripts, url=page.canonical or url, headline=best_heading(page.headings, ""))
    sources: dict[str, str] = {}
    publisher = _publisher(page, stated, sources)
    canonical = _canonical(page, stated, url, sources)
    times = read_times(tree, page, stated, canonical or url, now)
    for name, stamp in (
        ("published", times.published), ("updated", times.updated), ("published_refused", times.refused),
    ):  # fmt: skip
        if stamp is not None and stamp.source:
            sources[name] = stamp.source
    headline = choose_headline(tree, page, stated, publisher, canonical or url)
    if headline is not None:
        sources["title"] = headline[1]
    return Metadata(
        title=headline[0] if headline is not None else None,
        authors=_authors(tree, page, stated, publisher, canonical or url, sources),
        publisher=publisher,
        published=times.published,
        updated=times.updated,
        canonical_url=canonical,
        language=page.language or page.first(_LANGUAGES) or stated.language,
        section=_section(page, stated, sources),
        tags=_tags(page, stated, sources),
        image_url=_image(page, stated, canonical or url, sources),
        is_paywalled=_is_paywalled(page, stated, sources),
        schema_types=stated.types,
        body=stated.body,
        sources=tuple(sorted(sources.items())),
    )


def normalise_image(raw: str | None, base: str | None) -> str | None:
    """Return an image's address as an absolute http(s) URL with its parameters kept, or None.

    Resolved against `base`, if it is given. None for None or "", an address of more than 2,000 characters, `data:`, and
    any other address that is no such URL.
    """
    if not raw or len(raw) > 4 * LONGEST or raw.lower().startswith("data:"):
        return None
    try:
        full = urljoin(base or "", tidy_line(raw).replace(" ", "%20"))
    except ValueError:
        return None
    return full if full.startswith(("http://", "https://")) else None


def _publisher(page: Markup, stated: StatedArticle, sources: dict[str, str]) -> str | None:
    candidates = (
        ("meta", page.first(_PUBLISHERS[:1])),
        ("json-ld", stated.publisher),
        ("meta", page.first(_PUBLISHERS[1:])),
    )
    for source, raw in candidates:
        name = tidy_line(raw[:LONGEST]) if raw else ""
        if name and not name.startswith(("http://", "https://", "//")):
            sources["publisher"] = source
            return name
    return None


def _canonical(page: Markup, stated: StatedArticle, url: str | None, sources: dict[str, str]) -> str | None:
    """Choose the page's own address, unless what it links is a front page: that would make one article of a site."""
    fetched = normalise_url(url)
    for source, raw in (("link", page.canonical), ("meta", page.first(("og:url",))), ("json-ld", stated.url)):
        normal = normalise_url(raw, url)
        if normal is None or (_is_front(normal) and fetched and not _is_front(fetched)):
            continue
        sources["canonical_url"] = source
        return normal
    return None


def _is_front(url: str) -> bool:
    return not url.split("://", 1)[1].partition("/")[2]


def _authors(
    tree: HtmlElement,
    page: Markup,
    stated: StatedArticle,
    site: str | None,
    url: str | None,
    sources: dict[str, str],
) -> tuple[str, ...]:
    """Choose the people who wrote the article; the outlet itself is its publisher and no author, a login nobody.

    A company, and a single word that the page shows as part of a name, give way to the name that is shown.
    """
    domain = registrable_host(url)
    candidates = [("json-ld", list(stated.authors))]
    candidates += [("meta", page.meta[name]) for name in _AUTHORS if name in page.meta]
    candidates.append(("microdata", page.items.get("author", [])))
    fallback: tuple[str, tuple[str, ...]] | None = None
    for source, values in (*candidates, ("byline", None), ("json-ld", list(stated.organisations))):
        given = shown_authors(tree) if values is None else values[:_MOST]
        names = dict.fromkeys(name for value in given for name in split_names(value))
        kept = tuple(name for name in names if not is_outlet(name, site, domain) and not is_login(name))[
            :_MOST
        ]
        if not kept:
            continue
        if fallback is not None and values is None and not _fits(kept, fallback[1]):
            continue
        if values is not None and all(is_company(name) or " " not in name for name in kept):
            fallback = fallback or (source, kept)
            continue
        sources["authors"] = source
        return kept
    if fallback is None:
        return ()
    sources["authors"] = fallback[0]
    return fallback[1]


def _fits(shown: tuple[str, ...], stated: tuple[str, ...]) -> bool:
    """Return whether the people whom a page shows can be those that it states by a word or as a company."""
    words = {word.casefold() for name in shown for word in name.split()}
    return all(is_company(name) or name.casefold() in words for name in stated)


def _section(page: Markup, stated: StatedArticle, sources: dict[str, str]) -> str | None:
    candidates = (
        ("json-ld", stated.section),
        ("microdata", next(iter(page.items.get("articleSection", ())), None)),
        ("meta", page.first(_SECTIONS)),
    )
    for source, raw in candidates:
        if raw and (section := tidy_line(raw[:LONGEST])):
            sources["section"] = source
            return section
    return None


def _tags(page: Markup, stated: StatedArticle, sources: dict[str, str]) -> tuple[str, ...]:
    candidates = [("json-ld", list(stated.tags)), *(("meta", page.meta.get(name, [])) for name in _TAGS)]
    for source, values in candidates:
        if len(values) == 1:
            values = re.split(r"[,;،、]", values[0])
        kept = dict.fromkeys(
            tag for raw in values[: 4 * _MOST] if (tag := tidy_line(raw[:100])) and not _NO_TAG.search(tag)
        )
        if kept:
            sources["tags"] = source
            return tuple(kept)[:_MOST]
    return ()


def _image(page: Markup, stated: StatedArticle, base: str | None, sources: dict[str, str]) -> str | None:
    for source, raw in (("meta", page.first(_IMAGES)), ("json-ld", stated.image_url)):
        if found := normalise_image(raw, base):
            sources["image_url"] = source
            return found
    return None


def _is_paywalled(page: Markup, stated: StatedArticle, sources: dict[str, str]) -> bool:
    tier = page.first(("article:content_tier", "og:article:content_tier"))
    item = next(iter(page.items.get("isAccessibleForFree", ())), None) or page.first(("isaccessibleforfree",))
    if stated.is_free is False:
        sources["is_paywalled"] = "json-ld"
    elif tier is not None and tier.lower() in _LOCKED:
        sources["is_paywalled"] = "meta"
    elif item is not None and item.strip().lower() == "false":
        sources["is_paywalled"] = "microdata"
    return "is_paywalled" in sources
