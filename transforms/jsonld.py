"""Script bodies of a page in, what they say of the article as schema.org out; broken JSON is read as far as it goes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

type_names = re.compile(r"(?:https?://schema\.org/)?(\w+)")

# Types that are a report themselves, best first; a page may carry several (WebPage, BreadcrumbList, VideoObject).
_ARTICLES = (
    "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle", "BackgroundNewsArticle",
    "ReviewNewsArticle", "LiveBlogPosting", "AdvertiserContentArticle", "Article", "BlogPosting", "Report",
    "SocialMediaPosting", "TechArticle", "ScholarlyArticle", "MedicalWebPage", "Review", "Recipe",
)  # fmt: skip
_PAGES = ("WebPage", "ItemPage", "CreativeWork", "VideoObject", "NewsMediaOrganization")
_LARGEST = 400_000  # characters of one script; larger ones are product catalogues and attacks
_MOST_NODES = 2_000  # objects walked in one page
_FIELDS = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated|articleSection|isAccessibleForFree|inLanguage)"\s*:\s*'
    r'("(?:[^"\\]|\\.){0,2000}"|true|false)'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedArticle:
    """What a page's JSON-LD says of its article, unchecked."""

    types: tuple[str, ...] = ()
    headline: str | None = None
    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()
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


def read_jsonld(scripts: Iterable[str]) -> StatedArticle:
    """Read the article among all JSON-LD scripts of a page; an empty `StatedArticle` when there is none.

    Vocabulary: schema.org NewsArticle and its neighbours. References by @id within the page are followed one step.
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
    node = _choose(walk.nodes) or loose
    types = tuple(dict.fromkeys(name for each in walk.nodes for name in _types(each)))
    return _state(node, types, walk)


def _state(node: dict[str, object], types: tuple[str, ...], walk: _Walk) -> StatedArticle:
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
        authors=_names(get("author"), walk) or _names(get("creator"), walk),
        publisher=publisher[0] if publisher else None,
        url=_text(node.get("url")) or _identity(node.get("mainEntityOfPage")),
        section=_first(_texts(node.get("articleSection"))),
        tags=_tags(node.get("keywords")),
        image_url=_image(get("image")) or _text(node.get("thumbnailUrl")),
        language=_text(node.get("inLanguage")) or _first(_names(node.get("inLanguage"), walk)),
        is_free=_is_free(node),
        body=_text(node.get("articleBody")),
    )


def _load(script: str) -> Iterator[object]:
    text = script.strip().strip("\ufeff;")
    text = re.sub(
        r"^(?://)?\s*(?:<!--|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|(?://)?\s*\]\]>|/\*\s*\]\]>\s*\*/)$",
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
    return [
        match[1] for kind in listed if isinstance(kind, str) and (match := type_names.fullmatch(kind.strip()))
    ]


def _is_article(node: dict[str, object]) -> bool:
    return any(kind in _ARTICLES for kind in _types(node))


def _choose(nodes: list[dict[str, object]]) -> dict[str, object] | None:
    """Choose the first node of an article type; else the first page that at least states a time or a headline."""
    articles = [node for node in nodes if _is_article(node)]
    if articles:
        # Lists of other articles come as bare nodes too: the page's own says when it was published.
        return next((node for node in articles if "datePublished" in node), articles[0])
    for node in nodes:
        if any(kind in _PAGES for kind in _types(node)) and ("datePublished" in node or "headline" in node):
            return node
    return None


def _follow(value: object, walk: _Walk) -> object:
    if isinstance(value, list):
        return [_follow(item, walk) for item in value[:50]]
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return walk.by_id.get(str(value["@id"]), value)
    return value


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return next((text for item in value[:20] if (text := _text(item))), None)
    if isinstance(value, dict):
        return _text(value.get("@value"))
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


def _image(value: object) -> str | None:
    if isinstance(value, list):
        return next((found for item in value[:10] if (found := _image(item))), None)
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
        if isinstance(part, dict) and str(part.get("isAccessibleForFree")).lower() == "false":
            return False
    return None


def _first(values: Iterable[str]) -> str | None:
    return next(iter(values), None)
