"""RSS, Atom and RDF (feedparser) and JSON Feed to documents: full entries as articles, teasers marked as summaries."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import feedparser

from transforms.readers.charsets import scrub
from transforms.readers.documents import Item, Items, Source, document, reject
from transforms.readers.fields import looks_like_html, time_of
from transforms.readers.streams import Refusal, one_line
from transforms.readers.xmlguard import as_plain_utf8, fit_references, refuse_entities
from transforms.types import Format, Reason, Stated

# A description this long is the article itself: teasers of 20 news feeds end below 600 characters of text, while
# feeds that put their articles into <description> seldom have one below 1,500.
FULL_TEXT_CHARS = 1200
_TAG = re.compile(r"<[^<>]*>")
# feedparser takes about 1.5 seconds a MB and twenty times its size in memory; ordinary feeds are smaller than this
BATCH_BYTES = 1 << 20
_CLOSED = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*\Z", re.I | re.S)
_FEED_ROOT = re.compile(rb"<((?:[\w.-]+:)?(?:rss|feed|RDF))[\s>]")
_ENTRY = re.compile(rb"<!\[CDATA\[.*?\]\]>|<((?:[\w.-]+:)?(?:item|entry))[\s>]", re.S)  # none inside CDATA
_UNFINISHED = ("no element found", "unclosed token", "unclosed CDATA section", "not well-formed")


def read_feed(source: Source) -> Items:
    """Read a feed; what can be read of a broken one is, then one rejection says that it is broken."""
    data = source.window.read_whole(source.options.max_document_bytes, "feed")
    refuse_entities(data)
    closed = _CLOSED.search(data[-2048:]) is not None
    count = 0
    error = ""
    for batch in _batches(data):
        parsed = _parse(batch)
        entries = parsed.get("entries", [])
        error = str(parsed.get("bozo_exception", "")) if parsed.get("bozo") else ""
        if not closed and batch.endswith(data[-64:]) and _is_cut(batch):
            entries = entries[:-1]  # half an entry is none
        for entry in entries:
            count += 1
            yield _entry(entry, parsed.get("feed", {}), f"{source.ref}#{count}")
    if not closed and any(sign in error for sign in _UNFINISHED):
        detail = f"the feed has no end after {count} entries"
        yield reject(source.ref, Format.FEED, Reason.TRUNCATED, detail, data)
    elif not count and error:
        yield reject(source.ref, Format.FEED, Reason.BAD_RECORD, f"not a readable feed: {error}", data)
    elif not count:
        yield reject(source.ref, Format.FEED, Reason.EMPTY, "a feed without entries", data)


def _batches(data: bytes) -> Iterator[bytes]:
    """Cut a large feed into feeds of some entries each: feedparser holds twenty times the bytes it is given."""
    if len(data) <= BATCH_BYTES:
        yield data
        return
    plain = as_plain_utf8(data)
    root = _FEED_ROOT.search(plain)
    starts = [found.start() for found in _ENTRY.finditer(plain) if found.group(1)]
    if root is None or not starts:
        yield data
        return
    head, name = plain[: starts[0]], root.group(1)
    end = b"</channel></rss>" if name == b"rss" else b"</%s>" % name
    begin = starts[0]
    for place in [*starts[1:], len(plain)]:
        if place - begin >= BATCH_BYTES or place == len(plain):
            yield head + plain[begin:place] + (end if place < len(plain) else b"")
            begin = place


def _is_cut(data: bytes) -> bool:
    """Tell whether the last entry has no end."""
    begins, ends = data.rfind(b"<item"), data.rfind(b"</item")
    if begins < 0:
        begins, ends = data.rfind(b"<entry"), data.rfind(b"</entry")
    return begins > ends


def _parse(data: bytes) -> Mapping[str, Any]:
    """Let feedparser parse bytes; what it stumbles over is taken out first, or decoded for it at the second try."""
    fit = fit_references(data)
    for attempt in (fit, as_plain_utf8(fit)):
        try:
            parsed: Mapping[str, Any] = feedparser.parse(
                io.BytesIO(attempt), sanitize_html=False, resolve_relative_uris=False
            )
        except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
            failure = f"not a readable feed: {type(error).__name__}: {error}"
        else:
            return parsed
    raise Refusal(Reason.BAD_RECORD, one_line(failure))


def _entry(entry: Mapping[str, object], channel: Mapping[str, object], ref: str) -> Item:
    bodies = [_value(part) for part in _list(entry.get("content"))]
    full = max((body for body in bodies if body), key=len, default="")
    summary = str(entry.get("summary") or "")
    body, is_summary = full, False
    if len(summary) > 2 * len(full):  # some feeds put a teaser into content and the article into description
        body = summary
        is_summary = _text_length(summary) < FULL_TEXT_CHARS
    title = strip_markup(str(entry.get("title") or ""))
    own = json.dumps(entry, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    if not title and not body.strip():
        return reject(ref, Format.FEED, Reason.NO_TEXT, "the entry has neither a title nor a text", own)
    source = entry.get("source")
    inner = str(source.get("title") or "") if isinstance(source, Mapping) else ""
    language = next((str(p.get("language")) for p in _list(entry.get("content")) if p.get("language")), None)
    published = _text(entry.get("published")) or _text(entry.get("created"))
    updated = _text(dict(entry).get("updated"))  # asked directly, feedparser answers with `published`
    stated = Stated(
        url=_text(entry.get("link")),
        external_id=_text(entry.get("id")),
        title=title or None,
        publisher=_text(strip_markup(inner or str(channel.get("title") or ""))),
        authors=_authors(entry),
        published=published or updated,  # RDF and many Atom feeds state one time only
        updated=updated if published and updated != published else None,
        language=language or _text(channel.get("language")),
        tags=tuple(
            dict.fromkeys(t for t in (_text(tag.get("term")) for tag in _list(entry.get("tags"))) if t)
        ),
        image_url=_image(entry),
        is_summary=is_summary or not body.strip(),
        is_clean=True,
    )
    body = scrub(body)
    return document(
        ref, Format.FEED, own, body, looks_like_html(body) or ("&" in body and "<" in body), stated
    )


def _authors(entry: Mapping[str, object]) -> tuple[str, ...]:
    names = [_text(person.get("name")) for person in _list(entry.get("authors"))]
    return tuple(
        dict.fromkeys(name for name in [*names, _text(entry.get("author"))][: len(names) or 1] if name)
    )


def _image(entry: Mapping[str, object]) -> str | None:
    for name in ("media_content", "media_thumbnail"):
        for part in _list(entry.get(name)):
            if part.get("url"):
                return _text(part.get("url"))
    for part in _list(entry.get("enclosures")):
        if str(part.get("type", "")).startswith("image/"):
            return _text(part.get("href"))
    return None


def read_json_feed(feed: Mapping[str, object], ref: str) -> Items:
    """Read a JSON Feed (versions 1 and 1.1), already parsed."""
    items = feed.get("items")
    for number, item in enumerate(items if isinstance(items, list) else [], start=1):
        item_ref = f"{ref}#{number}"
        if isinstance(item, Mapping):
            yield _json_item(item, feed, item_ref)
        else:
            yield reject(item_ref, Format.JSON_FEED, Reason.BAD_RECORD, f"item {number} is not an object")
    if not items:
        yield reject(ref, Format.JSON_FEED, Reason.EMPTY, "a feed without items")


def _json_item(item: Mapping[str, object], feed: Mapping[str, object], ref: str) -> Item:
    own = json.dumps(item, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    markup, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    summary, title = _text(item.get("summary")), _text(item.get("title"))
    body = markup or plain or summary or ""
    if not body and not title:
        return reject(ref, Format.JSON_FEED, Reason.NO_TEXT, "the item has neither a title nor a text", own)
    people = _list(item.get("authors")) or _list([item.get("author")]) or _list(feed.get("authors"))
    tags = item.get("tags")
    stated = Stated(
        url=_text(item.get("url")) or _text(item.get("external_url")),
        external_id=_text(item.get("id")) or (str(item["id"]) if isinstance(item.get("id"), int) else None),
        title=title,
        publisher=_text(feed.get("title")),
        authors=tuple(name for name in (_text(person.get("name")) for person in people) if name),
        published=time_of(item.get("date_published")),
        updated=time_of(item.get("date_modified")),
        language=_text(item.get("language")) or _text(feed.get("language")),
        tags=tuple(text for text in map(_text, tags) if text) if isinstance(tags, list) else (),
        image_url=_text(item.get("image")) or _text(item.get("banner_image")),
        is_summary=not (markup or plain),
        is_clean=True,
    )
    return document(ref, Format.JSON_FEED, own, body, bool(markup) or looks_like_html(body), stated)


def strip_markup(text: str) -> str:
    """Give a title as one line of text: feeds put tags and entities into titles, sometimes twice."""
    plain = html.unescape(_TAG.sub("", text)) if "<" in text or "&" in text else text
    return " ".join(scrub(plain).split())


def _text_length(markup: str) -> int:
    return len(" ".join(_TAG.sub(" ", markup).split()))


def _list(value: object) -> list[Mapping[str, object]]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list | tuple) else []


def _value(part: Mapping[str, object]) -> str:
    return str(part.get("value") or "")


def _text(value: object) -> str | None:
    return (scrub(value).strip() or None) if isinstance(value, str) else None
