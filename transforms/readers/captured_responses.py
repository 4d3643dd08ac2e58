"""A captured response that is no page, such as a feed or an interface's JSON, to the documents in it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from urllib.parse import urljoin

from transforms.readers.byte_streams import Window
from transforms.readers.documents import Item, Source
from transforms.readers.format_dispatch import read_inside
from transforms.readers.sniff import HEAD_BYTES, sniff
from transforms.types import Format, RawDocument

_TYPES = ("xml", "json", "ndjson", "jsonlines", "text/plain", "octet-stream")  # ends of media types
_FORMATS = frozenset((Format.FEED, Format.JSON, Format.JSONL, Format.SITEMAP, Format.NEWSML, Format.NITF))


def read_captured(
    body: bytes, media: str, ref: str, source: Source, *, url: str | None, captured: str | None
) -> list[Item]:
    """Return what the reader of a response's format gives, each record under `ref#n`; [] where no text is in it.

    Feeds, JSON, news sitemaps and wire XML are read where the media type `media`, in lower case, allows one of them.
    Each document has the time of capture, and an address that is a path is resolved by that of the response. The
    configuration and the answers of interfaces without a text or headline of news give [].
    """
    if not may_be_read(media) or sniff(body[:HEAD_BYTES], "") not in _FORMATS:
        return []
    found = [_captured(item, captured, url) for item in read_inside(source, ref, Window(BytesIO(body).read))]
    return found if any(_says_something(item) for item in found) else []


def may_be_read(media: str) -> bool:
    """Return whether a media type, in lower case, can be that of a feed, of JSON or of wire XML."""
    kind = media.partition(";")[0].strip()
    return kind.endswith(_TYPES) and not kind.startswith("image/")


def _says_something(item: Item) -> bool:
    return isinstance(item, RawDocument) and (
        bool(item.body.strip()) or (item.stated.is_summary and item.stated.title is not None)
    )


def _captured(item: Item, captured: str | None, url: str | None) -> Item:
    if not isinstance(item, RawDocument):
        return item
    stated = item.stated
    address = stated.url
    if address is not None and url is not None:
        with suppress(ValueError):  # an address that is none
            address = urljoin(url, address)
    return replace(item, stated=replace(stated, captured=stated.captured or captured, url=address))
