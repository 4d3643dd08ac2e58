"""A parsed page in, what it states of its article out: one pass over JSON-LD, microdata, `<meta>`, address and text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from transforms.dates import read_time, read_url_date
from transforms.encoding import tidy_line
from transforms.jsonld import StatedArticle, read_jsonld
from transforms.types import Timestamp
from transforms.urls import host_of, normalise_url

_LONGEST = 500  # characters of a field that are kept; longer ones are mistakes or attacks
_MOST = 50  # authors or tags kept

_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time", "og:pubdate",
    "datepublished", "date_published", "published_time", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "cxenseparse:articleid:publishtime", "publishdate", "publish-date", "publish_date", "pubdate", "pub_date",
    "publication_date", "publication-date", "article.published", "article_date_original", "originalpublicationdate",
    "dc.date.issued", "dcterms.created", "dcterms.date", "dcterms.issued", "dc.date.created", "dc.date", "dc.created",
    "dcterms.available", "citation_publication_date", "citation_date", "prism.publicationdate", "bt:pubdate", "rnews:datepublished",
    "vf:published_at", "shareaholic:article_published_time", "datecreated", "date", "created", "eomportal-firstpub", "timestamp",
    "article:post_date", "last-published", "video:release_date", "displaydate", "ptime", "dateposted", "iso-8601-publish-date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "og:modified_time", "datemodified",
    "article:modified", "modified_time", "last-modified", "lastmod", "dcterms.modified", "dc.date.modified", "dc.modified",
    "last_updated_date", "revision_date", "article:updated_time", "vf:updated_at", "eomportal-lastupdate", "utime", "moddate",
)  # fmt: skip
_TITLES = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
    "citation_title",
    "headline",
)
_AUTHORS = (
    "author", "article:author_name", "byl", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "dc.creator.name",
    "citation_author", "article:author", "og:article:author", "cxenseparse:author", "authors", "dable:author", "vf:author",
)  # fmt: skip
_PUBLISHERS = (
    "og:site_name",
    "article:publisher_name",
    "application-name",
    "dc.publisher",
    "dcterms.publisher",
    "citation_journal_title",
)
_SECTIONS = (
    "article:section",
    "og:article:section",
    "parsely-section",
    "section",
    "cxenseparse:recs:category",
    "category",
)
_TAGS = (
    "article:tag",
    "og:article:tag",
    "news_keywords",
    "keywords",
    "parsely-tags",
    "sailthru.tags",
    "dc.subject",
)
_IMAGES = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "parsely-image-url",
    "thumbnail",
)
_LANGUAGES = ("og:locale", "content-language", "language", "dc.language", "dcterms.language", "inlanguage")

_SEPARATED = re.compile(r"\s+[|»›·•–—\-:]+\s+|\s*[|»›]\s*|:\s+")
_BYLINE = re.compile(
    r"^(?:(?:written|reported|posted|published)\s+by|by|von|par|por|di|da|door|av|af|przez|autor|autore|auteur|author|"
    r"text|texto|foto)\b\s*:?\s+(?=\S)|^[©@]\s*",
    re.I,
)
_AND = re.compile(r"\s*(?:;|\||/|\s(?:and|und|et|y|e|en|och|og|ja|i|&)\s|•)\s*", re.I)
_NOT_A_NAME = re.compile(
    r"https?://|www\.|@|\d{3,}|[<>{}\[\]=]|^(?:admin|administrator|editor|redaktion|staff|guest|unknown|null|none)$",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page states of its article; `sources` says for each field where it was found."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: Timestamp = Timestamp()
    updated: Timestamp = Timestamp()
    canonical_url: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    is_paywalled: bool = False
    page_type: str | None = None  # og:type
    schema_types: tuple[str, ...] = ()
    body: str | None = None  # articleBody of the JSON-LD
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Page:
    """Everything of a page that can say something about its article, gathered in one walk."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    canonical: str | None = None
    language: str | None = None
    titles: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    times: list[tuple[str, bool, bool]] = field(default_factory=list)  # stated, is published, is updated
    items: dict[str, list[str]] = field(default_factory=dict)  # microdata
    bylines: list[str] = field(default_factory=list)

    def first(self, names: tuple[str, ...]) -> tuple[str, str] | None:
        """Give the first stated value and its name."""
        for name in names:
            for value in self.meta.get(name, ()):
                if value:
                    return value, name
        return None


def read_metadata(tree: Any, *, url: str | None, now: datetime) -> Metadata:
    """Read all stated facts of a parsed page in one walk; never fails, whatever the page states.

    `tree` is an lxml HTML element and is left as it is. Vocabularies: schema.org, Open Graph, Dublin Core, and what
    publishers' systems write beside them.
    """
    page = _gather(tree)
    stated = read_jsonld(page.scripts)
    sources: dict[str, str] = {}
    publisher = _publisher(page, stated, sources)
    canonical = _canonical(page, stated, url, sources)
    published, updated = _times(page, stated, canonical or url, now, sources)
    section = stated.section or next((value for value in page.items.get("articleSection", ()) if value), None)
    if section:
        sources["section"] = "json-ld" if stated.section else "microdata"
    elif found := page.first(_SECTIONS):
        section, sources["section"] = found[0], "meta"
    image = page.first(_IMAGES)
    image_url = normalise_image(image[0] if image else stated.image_url, canonical or url)
    if image_url:
        sources["image_url"] = "meta" if image else "json-ld"
    is_paywalled = stated.is_free is False or _meta_paywall(page)
    if is_paywalled:
        sources["is_paywalled"] = "json-ld" if stated.is_free is False else "meta"
    language = page.language or _value(page.first(_LANGUAGES)) or stated.language
    kind = page.first(("og:type",))
    return Metadata(
        title=_title(page, stated, publisher, canonical or url, sources),
        authors=_authors(page, stated, publisher, sources),
        publisher=publisher,
        published=published,
        updated=updated,
        canonical_url=canonical,
        language=language,
        section=tidy_line(section[:_LONGEST]) if section else None,
        tags=_tags(page, stated, sources),
        image_url=image_url,
        is_paywalled=is_paywalled,
        page_type=kind[0].lower() if kind else None,
        schema_types=stated.types,
        body=stated.body,
        sources=tuple(sorted(sources.items())),
    )


def normalise_image(raw: str | None, base: str | None) -> str | None:
    """Give an image's address as an absolute http(s) URL with its parameters kept, or None."""
    if not raw or len(raw) > 4 * _LONGEST or raw.lower().startswith("data:"):
        return None
    from urllib.parse import urljoin

    try:
        full = urljoin(base or "", tidy_line(raw).replace(" ", "%20"))
    except ValueError:
        return None
    return full if full.startswith(("http://", "https://")) else None


def _gather(tree: Any) -> _Page:
    page = _Page()
    page.language = tree.get("lang") or tree.get("xml:lang") if hasattr(tree, "get") else None
    for element in tree.iter("meta", "script", "link", "title", "h1", "time"):
        tag = element.tag
        if tag == "meta":
            name = (
                element.get("property")
                or element.get("name")
                or element.get("itemprop")
                or element.get("http-equiv")
            )
            content = element.get("content")
            if name and content and len(page.meta) < 1000:
                page.meta.setdefault(name.strip().lower(), []).append(content.strip())
        elif tag == "script":
            kind = element.get("type")
            if kind and "ld+json" in kind.lower() and element.text and len(page.scripts) < 100:
                page.scripts.append(element.text)
        elif tag == "link":
            if (element.get("rel") or "").lower() == "canonical" and not page.canonical:
                page.canonical = element.get("href")
        elif tag == "time":
            _gather_time(element, page)
        elif len(page.headings) < 10:
            text = _text_of(element)
            if text:
                (page.titles if tag == "title" else page.headings).append(text)
    for element in tree.xpath(_ITEMS)[:500]:
        name = (element.get("itemprop") or element.get("rel") or "").split()[0:1]
        if name:
            value = element.get("content") or element.get("datetime") or _text_of(element)
            if value:
                page.items.setdefault(name[0], []).append(value)
    return page


_ITEMS = (
    ".//*[@itemprop='headline' or @itemprop='datePublished' or @itemprop='dateModified' or @itemprop='articleSection'"
    " or @itemprop='author' or @itemprop='isAccessibleForFree' or @rel='author']"
)
_IS_UPDATED = re.compile(r"updat|modif|aktualis|geändert|edited|actuali|mis à jour|agg?iorn", re.I)
_IS_COMMENT = re.compile(r"comment|sidebar|related|teaser|widget|footer", re.I)


def _gather_time(element: Any, page: _Page) -> None:
    stated = element.get("datetime") or _text_of(element)
    if not stated or len(page.times) >= 200:
        return
    marks, around = [element.get("class") or "", element.get("itemprop") or ""], element
    for _ in range(4):
        around = around.getparent()
        if around is None:
            break
        marks += [around.get("class") or "", around.get("id") or ""]
    joined = " ".join(marks)
    if _IS_COMMENT.search(joined):
        return
    own = " ".join(marks[:2])
    page.times.append(
        (stated, bool(element.get("pubdate") is not None or "ublish" in own), bool(_IS_UPDATED.search(own)))
    )


def _text_of(element: Any) -> str:
    return tidy_line(" ".join("".join(element.itertext())[: 2 * _LONGEST].split()))


def _value(found: tuple[str, str] | None) -> str | None:
    return found[0] if found else None


def _publisher(page: _Page, stated: StatedArticle, sources: dict[str, str]) -> str | None:
    if found := page.first(_PUBLISHERS[:1]):
        sources["publisher"] = "meta"
        return tidy_line(found[0][:_LONGEST]) or None
    if stated.publisher:
        sources["publisher"] = "json-ld"
        return tidy_line(stated.publisher[:_LONGEST]) or None
    if found := page.first(_PUBLISHERS[1:]):
        sources["publisher"] = "meta"
        return tidy_line(found[0][:_LONGEST]) or None
    return None


def _canonical(page: _Page, stated: StatedArticle, url: str | None, sources: dict[str, str]) -> str | None:
    """Choose the page's own address: what it links as canonical, unless that is another site or a front page."""
    candidates = (
        ("link", page.canonical),
        ("meta", _value(page.first(("og:url",)))),
        ("json-ld", stated.url),
    )
    fetched = normalise_url(url)
    for source, raw in candidates:
        normal = normalise_url(raw, url)
        if normal is None:
            continue
        is_front = normal.split("://", 1)[1].partition("/")[2] == ""
        if is_front and fetched and fetched.split("://", 1)[1].partition("/")[2]:
            continue  # a wrong but common setting; it would make one article of a whole site
        sources["canonical_url"] = source
        return normal
    return None


def _times(
    page: _Page, stated: StatedArticle, url: str | None, now: datetime, sources: dict[str, str]
) -> tuple[Timestamp, Timestamp]:
    refused: Timestamp | None = None
    published: Timestamp | None = None
    for raw, source in _published_candidates(page, stated):
        stamp = read_time(raw, now=now, source=source)
        if stamp is None:
            continue
        if stamp.at is None:
            refused = refused or stamp
            continue
        published = stamp
        break
    if published is None and url:
        published = read_url_date(url, now=now)
    if published is not None:
        sources["published"] = published.source or ""
    if refused is not None:
        sources["published_refused"] = refused.source or ""
    updated = Timestamp()
    for raw, source in _updated_candidates(page, stated):
        stamp = read_time(raw, now=now, source=source)
        if stamp is not None and stamp.at is not None:
            updated, sources["updated"] = stamp, source
            break
    return published or refused or Timestamp(), updated


def _published_candidates(page: _Page, stated: StatedArticle) -> Iterator[tuple[str | None, str]]:
    yield stated.published, "json-ld"
    for name in _PUBLISHED:
        for value in page.meta.get(name, ())[:3]:
            yield value, "meta"
    for value in page.items.get("datePublished", ())[:3]:
        yield value, "microdata"
    for value, is_published, is_updated in page.times:
        if is_published and not is_updated:
            yield value, "time"
    for value, _, is_updated in page.times[:1]:
        if not is_updated:
            yield value, "time"


def _updated_candidates(page: _Page, stated: StatedArticle) -> Iterator[tuple[str | None, str]]:
    yield stated.updated, "json-ld"
    for name in _UPDATED:
        for value in page.meta.get(name, ())[:3]:
            yield value, "meta"
    for value in page.items.get("dateModified", ())[:3]:
        yield value, "microdata"
    for value, _, is_updated in page.times:
        if is_updated:
            yield value, "time"


def _title(
    page: _Page, stated: StatedArticle, publisher: str | None, url: str | None, sources: dict[str, str]
) -> str | None:
    candidates = [
        ("json-ld", stated.headline),
        ("meta", _value(page.first(_TITLES))),
        ("microdata", next(iter(page.items.get("headline", ())), None)),
        ("h1", page.headings[0] if page.headings else None),
        ("title", page.titles[0] if page.titles else None),
    ]
    host = host_of(url)
    for source, raw in candidates:
        title = cut_site_name(tidy_line(raw[:_LONGEST]), publisher, host) if raw else ""
        if title and (source == "title" or not is_site_name(title, publisher, host)):
            sources["title"] = source
            return title
    return None


def cut_site_name(title: str, publisher: str | None, host: str | None) -> str:
    """Cut a site's name off the end or the beginning of a title, where it stands behind a separator."""
    parts = list(_SEPARATED.finditer(title))
    if not parts:
        return title
    for separator in reversed(parts):
        if is_site_name(title[separator.end() :], publisher, host) and separator.start() > 0:
            return cut_site_name(title[: separator.start()].rstrip(), publisher, host)
    first = parts[0]
    if is_site_name(title[: first.start()], publisher, host):
        return title[first.end() :].lstrip()
    return title


def is_site_name(text: str, publisher: str | None, host: str | None) -> bool:
    """Tell whether a text is the site's name: the publisher's, or the host's with or without its ending."""
    folded = _fold(text)
    if not folded or len(folded) > 60:
        return False
    if publisher and (
        folded == (name := _fold(publisher))
        or (len(name) > 5 and folded.startswith(name) and len(folded) < len(name) + 12)
    ):
        return True
    if not host:
        return False
    whole = _fold(host)
    stem = _fold(host.rsplit(".", 1)[0])
    return folded in (whole, stem) or (
        len(folded) >= 4 and (stem.endswith(folded) or stem.startswith(folded))
    )


def _fold(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum()).removeprefix("the").removeprefix("www")


def _authors(
    page: _Page, stated: StatedArticle, publisher: str | None, sources: dict[str, str]
) -> tuple[str, ...]:
    found = list(stated.authors), "json-ld"
    if not any(split_names(name) for name in found[0]):
        for name in _AUTHORS:
            values = page.meta.get(name, [])
            if any(split_names(value) for value in values):
                found = values, "meta"
                break
        else:
            found = page.items.get("author", []), "microdata"
    names = dict.fromkeys(
        name for value in found[0] for name in split_names(value) if _fold(name) != _fold(publisher or "")
    )
    if names:
        sources["authors"] = found[1]
    return tuple(names)[:_MOST]


def split_names(raw: str) -> list[str]:
    """Give the people's names in a byline: "By Ann Lee and Bo Ek" → Ann Lee, Bo Ek; addresses and roles are none."""
    line = tidy_line(raw[:_LONGEST])
    line = _BYLINE.sub("", line).strip(" ,.-–—|:")
    parts = [part for piece in _AND.split(line) for part in _split_commas(piece)]
    return [
        name
        for part in parts
        if (name := part.strip(" ,.-–—|:")) and len(name) <= 80 and not _NOT_A_NAME.search(name)
    ]


def _split_commas(piece: str) -> list[str]:
    parts = [part.strip() for part in piece.split(",") if part.strip()]
    # "Lee, Ann" is one person, "Ann Lee, Bo Ek" are two: a name has at least two words, or one in a script without spaces
    return (
        parts
        if len(parts) > 1 and all(" " in part for part in parts)
        else parts[:1]
        if parts and " " in parts[0]
        else [piece]
    )


def _tags(page: _Page, stated: StatedArticle, sources: dict[str, str]) -> tuple[str, ...]:
    tags: list[str] = list(stated.tags)
    source = "json-ld"
    if not tags:
        source = "meta"
        for name in _TAGS:
            values = page.meta.get(name, [])
            tags = (
                [part for value in values for part in re.split(r"[,;]", value)]
                if len(values) == 1
                else list(values)
            )
            if tags:
                break
    kept = dict.fromkeys(tag for raw in tags[: 4 * _MOST] if (tag := tidy_line(raw[:100])))
    if kept:
        sources["tags"] = source
    return tuple(kept)[:_MOST]


def _meta_paywall(page: _Page) -> bool:
    tier = _value(page.first(("article:content_tier", "og:article:content_tier")))
    if tier and tier.strip().lower() in ("locked", "metered"):
        return tier.strip().lower() == "locked"
    stated = next(iter(page.items.get("isAccessibleForFree", ())), None) or _value(
        page.first(("isaccessibleforfree",))
    )
    return stated is not None and stated.strip().lower() == "false"
