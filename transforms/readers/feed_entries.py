"""The bytes of a feed to its entries' own bytes, with the damaged ones marked."""

from __future__ import annotations

import re
from dataclasses import dataclass

NO_END = "an entry without its end"
# elements of an entry that hold text and not each other: one that is opened and not closed swallows what follows
_TEXT_ELEMENTS = (
    "title",
    "description",
    "summary",
    "guid",
    "pubDate",
    "published",
    "updated",
    "id",
    "encoded",
)
_FEED_ROOT = re.compile(rb"<((?:[\w.-]+:)?(?:rss|feed|RDF))[\s>]")
_ENTRY_TAG = re.compile(rb"<(/?)((?:[\w.-]{1,40}:)?(?:item|entry))(?=[\s>/])")
_CDATA, _CDATA_END = b"<![CDATA[", b"]]>"
_TEXT_TAG = re.compile(
    rb"<(/?)(?:[\w.-]{1,40}:)?(" + "|".join(_TEXT_ELEMENTS).encode() + rb")(?=[\s>/])([^<>]{0,2000})>"
)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """The bytes of one feed entry, from its begin tag to its end tag, and in `damage` why it cannot be read, or ""."""

    data: bytes
    damage: str = ""  # why it cannot be read, if it cannot


@dataclass(frozen=True, slots=True)
class SplitFeed:
    """A feed split into its entries, in stored order; `head` + any undamaged entries + `tail` is a whole feed.

    `head` is all before the first entry, `tail` the end tags of the root, whether the feed had them or not.
    """

    head: bytes
    entries: list[FeedEntry]
    tail: bytes


def split_feed(data: bytes) -> SplitFeed | None:
    """Split an RSS, Atom or RDF feed in UTF-8 at its `item` or `entry` elements; comments are dropped.

    None without such elements, or without a root `rss`, `feed` or `RDF`. An entry that lacks its end, or has open
    CDATA or an open text element, is given with its `damage`. Tags inside CDATA are text, unless the first of an
    entry in there is an end tag: then the CDATA was never closed. Nothing raises.
    """
    data = without_comments(data)
    root = _FEED_ROOT.search(data)
    starts = _entry_starts(data)
    if root is None or not starts:
        return None
    entries = [_entry(data[begin:end]) for begin, end in zip(starts, [*starts[1:], len(data)], strict=True)]
    name = root.group(1)
    tail = b"</channel></rss>" if name == b"rss" else b"</" + name + b">"
    return SplitFeed(data[: starts[0]], entries, tail)


def without_comments(data: bytes) -> bytes:
    """Return a feed's bytes without comments (they may hold removed entries); those inside CDATA stay.

    A comment without an end stays, with all that follows it.
    """
    if b"<!--" not in data:
        return data
    kept = []
    at = 0
    comment, cdata = data.find(b"<!--"), data.find(_CDATA)
    while comment >= 0:
        while 0 <= cdata < comment:
            end = _end_of_cdata(data, cdata, data.find(_CDATA_END, cdata))
            comment = data.find(b"<!--", max(end, cdata)) if end > comment else comment
            cdata = data.find(_CDATA, max(end, cdata + 1))
            if comment < 0:
                break
        if comment < 0:
            break
        end = data.find(b"-->", comment)
        if end < 0:
            break
        kept.append(data[at:comment])
        at = end + 3
        comment = data.find(b"<!--", at)
        cdata = data.find(_CDATA, at) if 0 <= cdata < at else cdata
    return b"".join(kept) + data[at:]


def _entry_starts(data: bytes) -> list[int]:
    """Find where entries begin, in one pass."""
    starts: list[int] = []
    at = 0
    next_cdata = data.find(_CDATA)
    for tag in _ENTRY_TAG.finditer(data):
        while 0 <= next_cdata < tag.start():
            end = data.find(_CDATA_END, next_cdata)
            at = max(at, _end_of_cdata(data, next_cdata, end))
            next_cdata = data.find(_CDATA, max(at, next_cdata + 1))
        if tag.start() >= at and not tag.group(1):
            starts.append(tag.start())
    return starts


def _end_of_cdata(data: bytes, begin: int, end: int) -> int:
    """Return where a CDATA section ends; its beginning where it has no end of its own.

    A section that holds the end of an entry before the beginning of one runs into the next entries.
    """
    if end < 0:
        return begin
    inner = _ENTRY_TAG.search(data, begin, end)
    if inner is not None and inner.group(1):
        return begin
    return end + len(_CDATA_END)


def _entry(data: bytes) -> FeedEntry:
    """Cut an entry at its end tag, and check whether it is whole."""
    name = _ENTRY_TAG.match(data)
    closing = b"</" + name.group(2) if name is not None else b"</item"
    if data.count(_CDATA) > data.count(_CDATA_END) or _is_open_cdata(data):
        return FeedEntry(data, "a CDATA section that is never closed")
    at = data.rfind(closing)
    if at < 0:
        begin = data.find(b">")
        if begin > 0 and data[begin - 1 : begin] == b"/":
            return FeedEntry(data[: begin + 1])
        return FeedEntry(data, NO_END)
    end = data.find(b">", at)
    whole = data[: end + 1] if end >= 0 else data
    if (left := _unclosed(whole)) is not None:
        return FeedEntry(whole, f"an element {left} that is never closed")
    return FeedEntry(whole)


def _is_open_cdata(data: bytes) -> bool:
    """Return whether the entry's end tag lies inside a CDATA section that began in it."""
    begin = data.rfind(_CDATA)
    return begin >= 0 and data.find(_CDATA_END, begin) < 0


def _unclosed(data: bytes) -> str | None:
    """Name an element of text that is opened more often than it is closed; what is inside CDATA does not count."""
    balance: dict[bytes, int] = {}
    for tag in _TEXT_TAG.finditer(without_cdata(data)):
        if tag.group(3).endswith(b"/"):
            continue
        balance[tag.group(2)] = balance.get(tag.group(2), 0) + (-1 if tag.group(1) else 1)
    return next((name.decode() for name, left in balance.items() if left > 0), None)


def without_cdata(data: bytes) -> bytes:
    """Return XML's bytes without CDATA sections, which hold text and no elements; one without an end stays."""
    kept = []
    at = 0
    while (begin := data.find(_CDATA, at)) >= 0 and (end := data.find(_CDATA_END, begin)) >= 0:
        kept.append(data[at:begin])
        at = end + len(_CDATA_END)
    return b"".join(kept) + data[at:]
