"""RSS, Atom and RDF (feedparser) and JSON Feed to documents: full entries as articles, teasers marked as summaries."""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urljoin

import feedparser

from transforms.readers.byte_streams import StopReading, one_line
from transforms.readers.charsets import scrub
from transforms.readers.documents import (
    Item,
    Items,
    Source,
    as_json,
    document,
    item_or_rejection,
    reject,
    skip,
)
from transforms.readers.feed_deletions import read_deletions
from transforms.readers.feed_entries import NO_END, FeedEntry, SplitFeed, split_feed
from transforms.readers.field_values import is_nothing, time_of
from transforms.readers.record_fields import WORDPRESS_PARTS, is_whole_text, without_outlet
from transforms.readers.record_text import looks_like_html
from transforms.readers.safe_xml import as_plain_utf8, fit_references, reject_entities
from transforms.readers.sniff_markup import LATE_FEED, LATEST_FEED
from transforms.readers.wire_names import unique
from transforms.readers.wire_text import web_address
from transforms.types import Format, Reason, Stated

_TAG = re.compile(r"<[a-z/!?][^<>]*>", re.I)  # "5 < 6" begins none
# emphasis that was escaped once more; a headline about HTML names a tag, and does not close it
_EMPHASIS = re.compile(r"<(/?)(b|i|u|em|strong|span|font|sup|sub|mark|small|big)(?:\s[^<>]*)?>", re.I)
_SCRIPTS = tuple(
    (re.compile(rf"<{name}\b", re.I | re.A), re.compile(rf"</{name}\b", re.I | re.A))
    for name in ("script", "style")
)
_ANY_TAG = re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,300})?/?>", re.I)
_END_OF_PARAGRAPH = re.compile(r"</p\s*+>|<br\s*+/?>\s*+<br\s*+/?>", re.I)
_FULL_TEXT = re.compile(
    r"(?:^|_)(?:full[-_]?text|full[-_]?content|article[-_]?body)$", re.I
)  # Yandex, own elements
# feedparser takes about 1.5 seconds a MB and twenty times its size in memory; ordinary feeds are smaller than this
BATCH_BYTES = 1 << 20
_END_TAG = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.I)


def read_feed(source: Source) -> Items:
    """Yield the entries of an RSS, Atom or RDF feed in stored order, then notices of its deleted entries.

    References end in `#n`, from 1. A damaged entry, or one without title and text, is rejected alone; drafts and
    parts of a WordPress export are skipped. A missing end tag is one more rejection, and an entry that is cut there
    is left out; a feed without entries is one rejection. Raises StopReading above `max_document_bytes`, for declared
    entities, and for what feedparser cannot parse.
    """
    data = source.window.read_whole(source.options.max_document_bytes, "feed")
    if (
        not data.lstrip().startswith(b"<?xml")
        and (late := LATE_FEED.search(data, 0, LATEST_FEED)) is not None
    ):
        data = data[late.start() :]  # warnings of the program that wrote it come first
    reject_entities(data)
    plain = as_plain_utf8(data)
    feed = split_feed(plain)
    closed = _is_closed(data)
    count = 0
    if feed is None:
        parsed = _parse(data)
        for entry in parsed.get("entries", []):
            count += 1
            yield _entry(entry, _Channel(parsed.get("feed", {})), f"{source.ref}#{count}")
        for item in read_deletions(plain, source.ref, count):
            count += 1
            yield item
        if not count:
            error = str(parsed.get("bozo_exception", "")) if parsed.get("bozo") else ""
            reason, detail = (
                (Reason.BAD_RECORD, f"not a readable feed: {error}")
                if error
                else (Reason.EMPTY, "a feed without entries")
            )
            if error and not closed:
                reason, detail = Reason.TRUNCATED, "the feed has no end after 0 entries"
            yield reject(source.ref, Format.FEED, reason, detail, data)
        return
    entries = feed.entries
    if not closed and entries[-1].damage == NO_END:
        entries = entries[:-1]  # half an entry is none
    for item in _read_entries(feed, entries, source.ref):
        count += 1
        yield item
    yield from read_deletions(plain, source.ref, count)
    if not closed:
        yield reject(
            source.ref, Format.FEED, Reason.TRUNCATED, f"the feed has no end after {count} entries", data
        )


def _read_entries(feed: SplitFeed, entries: Sequence[FeedEntry], ref: str) -> Items:
    """Read entries in batches: feedparser holds twenty times the bytes it is given."""
    number = size = 0
    batch: list[FeedEntry] = []
    for entry in entries:
        if entry.damage or size + len(entry.data) > BATCH_BYTES:
            yield from _read_batch(feed, batch, ref, number - len(batch))
            batch, size = [], 0
        number += 1
        if entry.damage:
            detail = f"entry {number}: {entry.damage}"
            yield reject(f"{ref}#{number}", Format.FEED, Reason.BAD_RECORD, detail, entry.data)
        else:
            batch.append(entry)
            size += len(entry.data)
    yield from _read_batch(feed, batch, ref, number - len(batch))


def _read_batch(feed: SplitFeed, batch: Sequence[FeedEntry], ref: str, before: int) -> Items:
    """Read whole entries; where the parser finds another number of them, each is read by itself."""
    if not batch:
        return
    parsed = _parse(feed.head + b"".join(entry.data for entry in batch) + feed.tail)
    found = parsed.get("entries", [])
    if len(found) == len(batch):
        channel = _Channel(parsed.get("feed", {}))
        for number, entry in enumerate(found, start=before + 1):
            yield _entry(entry, channel, f"{ref}#{number}")
    elif len(batch) > 1:
        for at, one in enumerate(batch):
            yield from _read_batch(feed, [one], ref, before + at)
    elif found:
        yield _entry(found[0], _Channel(parsed.get("feed", {})), f"{ref}#{before + 1}")
    else:
        detail = f"entry {before + 1} cannot be read"
        yield reject(f"{ref}#{before + 1}", Format.FEED, Reason.BAD_RECORD, detail, batch[0].data)


class _Channel:
    """What a feed says of itself, which its entries go back to."""

    def __init__(self, feed: Mapping[str, Any]) -> None:
        links = [one for one in _list(feed.get("links")) if one.get("href")]
        own_links = [str(one["href"]) for one in links if one.get("rel") == "self"]
        self.title = str(feed.get("title") or "")
        self.language = _text(feed.get("language"))
        self.base = next(
            (one for one in (_text(feed.get("link")), *own_links) if one and web_address(one)), None
        )

    def resolve(self, address: str | None, base: object) -> str | None:
        """Complete a relative address by the entry's own base, else by the feed's (RFC 3986).

        None stays None; web addresses, and those that no base completes, stay as they are.
        """
        if address is None or web_address(address):
            return address
        begin = str(base) if isinstance(base, str) and web_address(base) else self.base
        try:
            return urljoin(begin, address) if begin else address
        except ValueError:
            return address


def _is_closed(data: bytes) -> bool:
    """Return whether the feed's own end tag is there, with nothing but comments behind it."""
    tail = data[-2048:].rstrip()
    while tail.endswith(b"-->") and (begin := tail.rfind(b"<!--")) >= 0:
        tail = tail[:begin].rstrip()
    begin = tail.rfind(b"</")
    return begin >= 0 and _END_TAG.fullmatch(tail[begin:]) is not None


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
    raise StopReading(Reason.BAD_RECORD, one_line(failure))


def _entry(entry: Mapping[str, object], channel: _Channel, ref: str) -> Item:
    return item_or_rejection(partial(_whole_entry, entry, channel, ref), ref, Format.FEED)


def _whole_entry(entry: Mapping[str, object], channel: _Channel, ref: str) -> Item:
    own_bytes = as_json(entry)
    if (other := _unpublished(entry)) is not None:
        return skip(ref, Format.FEED, other, own_bytes)
    body, is_summary = _body(entry)
    title = strip_markup(str(entry.get("apcm_headline") or entry.get("title") or ""))
    source = entry.get("source")
    outlet = strip_markup(str(source.get("title") or "")) if isinstance(source, Mapping) else ""
    title = without_outlet(title, outlet)
    if is_nothing(title):
        title = ""
    if not title and not body.strip():
        return reject(ref, Format.FEED, Reason.NO_TEXT, "the entry has neither a title nor a text", own_bytes)
    language = next((str(p.get("language")) for p in _list(entry.get("content")) if p.get("language")), None)
    published = _text(entry.get("published")) or _text(entry.get("created"))
    updated = _text(dict(entry).get("updated"))  # asked directly, feedparser answers with `published`
    stated = Stated(
        url=channel.resolve(
            _text(entry.get("feedburner_origlink")) or _text(entry.get("link")),
            entry.get("link_base") or entry.get("base"),
        ),
        external_id=_text(entry.get("id")),
        title=title or None,
        publisher=_text(outlet or strip_markup(channel.title)),
        authors=_authors(entry),
        published=published or updated,  # RDF and many Atom feeds state one time only
        updated=updated if published and updated != published else None,
        language=language or channel.language,
        tags=unique(_text(tag.get("term")) for tag in _list(entry.get("tags"))),
        image_url=_image(entry),
        is_summary=is_summary or not body.strip(),
        is_clean=True,
        status=_text(entry.get("apnm_publishingstatus")),
    )
    return document(ref, Format.FEED, own_bytes, body, looks_like_html(body) or _has_tags(body), stated)


def _body(entry: Mapping[str, object]) -> tuple[str, bool]:
    """Choose between an entry's content and its description; the flag says that it is a teaser."""
    bodies = [_value(part) for part in _list(entry.get("content"))]
    bodies += [
        str(value) for name, value in entry.items() if _FULL_TEXT.search(name) and isinstance(value, str)
    ]
    full = max((body for body in bodies if body), key=len, default="")
    summary = str(entry.get("summary") or "")
    body, is_summary = full, False
    if len(summary) > 2 * len(full):  # some feeds put a teaser into content and the article into description
        body = summary
        is_summary = not is_whole_text(_TAG.sub(" ", _END_OF_PARAGRAPH.sub("\n", summary)))
    body = scrub(body)
    return ("", True) if is_nothing(body) else (body, is_summary)


def _has_tags(body: str) -> bool:
    """Recognise text with tags of any kind, rare ones too, or with tags that were escaped once more."""
    return _ANY_TAG.search(body) is not None or ("&" in body and "<" in body)


def _unpublished(entry: Mapping[str, object]) -> str | None:
    """Return why an entry of a content system's export is no published article; None for one that is."""
    if (other := _part_of_blog(entry)) is not None:
        return other
    kind, status = _text(entry.get("wp_post_type")), _text(entry.get("wp_status"))
    if status is not None and status != "publish":
        return f"a post of status {status}"
    if kind is not None and (kind in WORDPRESS_PARTS or kind.startswith(("wp_", "nav_"))):
        return f"a {kind}, which is no post"
    return "a post behind a password" if _text(entry.get("wp_post_password")) else None


def _part_of_blog(entry: Mapping[str, object]) -> str | None:
    """Return what an entry of a Blogger export is, if it is no post; an Atom draft (RFC 5023) is none either."""
    if entry.get("app_draft") == "yes" or str(entry.get("blogger_status")).upper() in (
        "DRAFT",
        "SOFT_TRASHED",
    ):
        return "a draft"
    kinds = [
        str(tag.get("term")).rpartition("#")[2]
        for tag in _list(entry.get("tags"))
        if str(tag.get("scheme")).endswith("g/2005#kind")
    ]
    kind = str(entry.get("blogger_type") or next(iter(kinds), "post")).lower()
    return None if kind == "post" else f"a {kind}, which is no post"


def _authors(entry: Mapping[str, object]) -> tuple[str, ...]:
    names = [_text(person.get("name")) for person in _list(entry.get("authors"))]
    return unique(names or [_text(entry.get("author"))])


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
    """Yield the items of a parsed JSON Feed (versions 1 and 1.1) in stored order.

    References are `ref#n`, from 1. One that is no object, or has neither title nor text, is rejected alone; a feed
    without items is one rejection. Nothing raises.
    """
    items = feed.get("items")
    for number, item in enumerate(items if isinstance(items, list) else [], start=1):
        item_ref = f"{ref}#{number}"
        if isinstance(item, Mapping):
            yield item_or_rejection(partial(_json_item, item, feed, item_ref), item_ref, Format.JSON_FEED)
        else:
            yield reject(item_ref, Format.JSON_FEED, Reason.BAD_RECORD, f"item {number} is not an object")
    if not items:
        yield reject(ref, Format.JSON_FEED, Reason.EMPTY, "a feed without items")


def _json_item(item: Mapping[str, object], feed: Mapping[str, object], ref: str) -> Item:
    own_bytes = as_json(item)
    markup, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    summary, title = _text(item.get("summary")), _text(item.get("title"))
    body = markup or plain or summary or ""
    if not body and not title:
        return reject(
            ref, Format.JSON_FEED, Reason.NO_TEXT, "the item has neither a title nor a text", own_bytes
        )
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
    return document(ref, Format.JSON_FEED, own_bytes, body, bool(markup) or looks_like_html(body), stated)


def strip_markup(text: str) -> str:
    """Return text as one line without tags, scripts and styles, character references decoded once.

    A tag is all from "<", with a letter, "/", "!" or "?" after it, to the next ">". Of tags that appear only by
    decoding, those of emphasis are removed where each is closed, and others stay. "" gives "".
    """
    if "<" in text or "&" in text:
        text = _without_emphasis(html.unescape(_TAG.sub("", _without_scripts(text))))
    return " ".join(scrub(text).split())


def _without_emphasis(text: str) -> str:
    """Drop tags of emphasis whose name is opened as often as it is closed."""
    open_tags: Counter[str] = Counter()
    for tag in _EMPHASIS.finditer(text):
        open_tags[tag[2].lower()] += -1 if tag[1] else 1
    return _EMPHASIS.sub(lambda tag: tag[0] if open_tags[tag[2].lower()] else "", text)


def _without_scripts(text: str) -> str:
    """Drop `<script>` and `<style>` with what they hold; one that does not end is left to the removal of tags."""
    for opening, closing in _SCRIPTS:
        kept, at = [], 0
        while (begin := opening.search(text, at)) and (end := closing.search(text, begin.end())):
            kept.append(text[at : begin.start()])
            close = text.find(">", end.end())
            at = close + 1 if close >= 0 else len(text)
        text = "".join([*kept, text[at:]])
    return text


def _list(value: object) -> list[Mapping[str, object]]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list | tuple) else []


def _value(part: Mapping[str, object]) -> str:
    return str(part.get("value") or "")


def _text(value: object) -> str | None:
    return (scrub(value).strip() or None) if isinstance(value, str) else None
