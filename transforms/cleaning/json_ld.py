"""Script bodies of a page in, what they state of the article in schema.org terms out, as far as it can be parsed."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from transforms.cleaning.title_cleaning import fold
from transforms.cleaning.urls import url_key

# Types that are a report themselves, best first; a page may carry several (WebPage, BreadcrumbList, VideoObject).
_ARTICLES = (
    "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle", "BackgroundNewsArticle",
    "ReviewNewsArticle", "LiveBlogPosting", "AdvertiserContentArticle", "Article", "BlogPosting", "Report",
    "SocialMediaPosting", "TechArticle", "ScholarlyArticle", "MedicalWebPage", "Review", "Recipe",
)  # fmt: skip
_PAGES = ("WebPage", "ItemPage", "CreativeWork", "VideoObject", "NewsMediaOrganization")
_ORGANISATION = ("Organization", "Corporation", "WebSite", "Brand")
_LARGEST = 400_000  # characters of one script; larger ones are product catalogues and attacks
_MOST_NODES = 2_000  # objects walked in one page
_DEEPEST = 8  # lists and objects opened around one value: none is stated deeper
_TYPE = re.compile(r"(?:https?://schema\.org/)?(\w+)")
_FIELDS = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated|articleSection|isAccessibleForFree|inLanguage)"\s*:\s*'
    r'("(?:[^"\\]|\\.){0,2000}"|true|false)'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedArticle:
    """What the JSON-LD of a page states of its article, as written there: headline, times, authors, body, …

    Times and languages are text, not interpreted; None or () where nothing is stated. `types` are those of schema.org.
    """

    types: tuple[str, ...] = ()
    headline: str | None = None
    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()  # people, and who is not said to be something else
    organisations: tuple[str, ...] = ()  # stated as authors
    publisher: str | None = None
    url: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    language: str | None = None
    is_free: bool | None = None
    body: str | None = None


@dataclass(slots=True)
class _Walk:
    nodes: list[dict[str, object]] = field(default_factory=list)
    by_id: dict[str, dict[str, object]] = field(default_factory=dict)


def read_jsonld(
    scripts: Iterable[str], *, url: str | None = None, headline: str | None = None
) -> StatedArticle:
    """Read the article among all JSON-LD scripts of a page; where there is none only `types` may be set.

    Of several articles the one counts that has the address `url` of the page, else its `headline`, else a date, else
    the first; without one, a page or video with a date or headline. From scripts that are no JSON single fields are
    read, if nothing better is found. Vocabulary: schema.org NewsArticle and its neighbours. References by @id within
    the page are followed one step. 400,000 characters of a script and 2,000 objects are read; what cannot be parsed, or
    lies in more than 8 lists within each other, is skipped. Never raises.
    """
    walk = _Walk()
    loose: dict[str, object] = {}
    for script in scripts:
        script = script[:_LARGEST]
        values = list(_load(script))
        for value in values:
            _collect(value, walk)
        if not values:
            for name, value in _FIELDS.findall(script):
                loose.setdefault(name, _load_scalar(value))
    node = _choose(walk.nodes, url_key(url), fold(headline or "")) or loose
    types = tuple(dict.fromkeys(name for each in walk.nodes for name in _types(each)))
    return _to_stated(node, types, walk)


def _to_stated(node: dict[str, object], types: tuple[str, ...], walk: _Walk) -> StatedArticle:
    def get(name: str) -> object:
        return _follow(node.get(name), walk)

    publisher = _names(get("publisher"), walk)
    return StatedArticle(
        types=types,
        headline=_text(node.get("headline")) or (_text(node.get("name")) if _is_article(node) else None),
        published=_text(node.get("datePublished"))
        or _text(node.get("dateCreated"))
        or _text(node.get("uploadDate")),
        updated=_text(node.get("dateModified")),
        authors=_names(_authors(node, walk, is_organisation=False), walk),
        organisations=_names(_authors(node, walk, is_organisation=True), walk),
        publisher=publisher[0] if publisher else None,
        url=_text(node.get("url")) or _identity(node.get("mainEntityOfPage")),
        section=_first(_texts(node.get("articleSection"))),
        tags=_tags(node.get("keywords")),
        image_url=_image(get("image")) or _text(node.get("thumbnailUrl")),
        language=_text(node.get("inLanguage")) or _first(_names(node.get("inLanguage"), walk)),
        is_free=_is_free(node),
        body=_text(node.get("articleBody")),
    )


def _authors(node: dict[str, object], walk: _Walk, *, is_organisation: bool) -> list[object]:
    """Return the authors of a node that are organisations, or those that are not."""
    stated = node.get("author") or node.get("creator")
    listed = [_follow(item, walk) for item in (stated if isinstance(stated, list) else [stated])[:50]]

    def names_organisation(item: object) -> bool:
        return isinstance(item, dict) and any(kind.endswith(_ORGANISATION) for kind in _types(item))

    return [item for item in listed if names_organisation(item) == is_organisation]


def _load(script: str) -> Iterator[object]:
    text = script.strip().strip("\ufeff;")
    text = re.sub(
        r"^(?://)?\s*+(?:<!--|<!\[CDATA\[|/\*\s*+<!\[CDATA\[\s*+\*/)|(?:-->|//\s*+\]\]>|(?<!\s)\s*+\]\]>|/\*\s*+\]\]>\s*+\*/)$",
        "",
        text,
    ).strip()
    decoder = json.JSONDecoder(strict=False)
    for attempt in (text, re.sub(r",\s*([}\]])", r"\1", text), html.unescape(text)):
        found: list[object] = []
        at = 0
        try:
            while at < len(attempt) and len(found) < 50:
                value, at = decoder.raw_decode(attempt, at)
                found.append(value)
                at = _skip(attempt, at)
        except (ValueError, RecursionError):
            if not found:
                continue
        yield from found
        return


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n;,":
        at += 1
    return at


def _load_scalar(value: str) -> object:
    try:
        return json.loads(value, strict=False)
    except ValueError:
        return value.strip('"')


def _collect(value: object, walk: _Walk) -> None:
    waiting = [value]
    while waiting and len(walk.nodes) < _MOST_NODES:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value[:_MOST_NODES]))
        elif isinstance(value, dict):
            walk.nodes.append(value)
            name = value.get("@id")
            if isinstance(name, str) and len(value) > 1:
                walk.by_id.setdefault(name, value)
            for key in ("mainEntity", "mainEntityOfPage", "@graph", "hasPart", "itemReviewed", "video"):
                child = value.get(key)
                if isinstance(child, dict | list):
                    waiting.append(child)


def _types(node: dict[str, object]) -> list[str]:
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return [match[1] for kind in listed if isinstance(kind, str) and (match := _TYPE.fullmatch(kind.strip()))]


def _is_article(node: dict[str, object]) -> bool:
    return any(kind in _ARTICLES for kind in _types(node))


def _choose(nodes: list[dict[str, object]], own: str | None, headline: str) -> dict[str, object] | None:
    """Choose the page's own node of an article type; else the first page that at least states a time or a headline.

    Its own is the first with its address, or its headline, or a date, in this order: lists of other articles come as
    nodes too, and often as bare ones.
    """
    articles = [node for node in nodes if _is_article(node)]
    with_address = (node for node in articles if own and own in map(url_key, _addresses(node)))
    with_headline = (
        node for node in articles if headline and fold(_text(node.get("headline")) or "") == headline
    )
    with_date = (node for node in articles if "datePublished" in node)
    if found := next(chain(with_address, with_headline, with_date, articles), None):
        return found
    for node in nodes:
        if any(kind in _PAGES for kind in _types(node)) and ("datePublished" in node or "headline" in node):
            return node
    return None


def _addresses(node: dict[str, object]) -> list[str]:
    stated = (_text(node.get("url")), _identity(node.get("mainEntityOfPage")), _text(node.get("@id")))
    return [each for each in stated if each]


def _follow(value: object, walk: _Walk, depth: int = _DEEPEST) -> object:
    if isinstance(value, list):
        return [_follow(item, walk, depth - 1) for item in value[:50]] if depth else None
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return walk.by_id.get(str(value["@id"]), value)
    return value


def _text(value: object, depth: int = _DEEPEST) -> str | None:
    if isinstance(value, list | dict) and not depth:
        return None
    if isinstance(value, list):
        return next((text for item in value[:20] if (text := _text(item, depth - 1))), None)
    if isinstance(value, dict):
        return _text(value.get("@value"), depth - 1)
    if isinstance(value, bool) or value is None:
        return None
    text = html.unescape(str(value)).strip() if isinstance(value, str | int) else ""
    return text or None


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [text for item in items[:100] if (text := _text(item))]


def _names(value: object, walk: _Walk) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    names: list[str] = []
    for item in items[:50]:
        item = _follow(item, walk)
        if isinstance(item, dict):
            names.extend(_texts(item.get("name")) or _texts(item.get("alternateName")))
        elif isinstance(item, str) and not item.startswith(("http://", "https://", "#")):
            names.extend(_texts(item))
    return tuple(dict.fromkeys(names))


def _tags(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    tags: list[str] = []
    for item in items[:200]:
        text = _text(item) or (_text(item.get("name")) if isinstance(item, dict) else None)
        if text and len(items) == 1:
            tags.extend(part.strip() for part in re.split(r"[,;]", text))
        elif text and ":" not in text[:20]:
            tags.append(text.strip())
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _image(value: object, depth: int = _DEEPEST) -> str | None:
    if isinstance(value, list):
        items = value[:10] if depth else []
        return next((found for item in items if (found := _image(item, depth - 1))), None)
    if isinstance(value, dict):
        return _text(value.get("url")) or _text(value.get("contentUrl")) or _text(value.get("@id"))
    return _text(value)


def _identity(value: object) -> str | None:
    return _text(value.get("@id")) or _text(value.get("url")) if isinstance(value, dict) else _text(value)


def _is_free(node: dict[str, object]) -> bool | None:
    stated = node.get("isAccessibleForFree")
    if isinstance(stated, bool):
        return stated
    if isinstance(stated, str) and stated.strip().lower() in (
        "true",
        "false",
        "https://schema.org/false",
        "https://schema.org/true",
    ):
        return stated.strip().lower().endswith("true")
    parts = node.get("hasPart")
    for part in parts if isinstance(parts, list) else [parts]:
        stated = part.get("isAccessibleForFree") if isinstance(part, dict) else None
        if isinstance(stated, bool | str) and str(stated).lower() == "false":
            return False
    return None


def _first(values: Iterable[str]) -> str | None:
    return next(iter(values), None)
