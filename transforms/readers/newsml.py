"""A delivery of NewsML, of either generation, in; the news items in it, each read by its own module, out."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from transforms.readers.documents import Item, Items, Source, items_or_rejection, reject, skip
from transforms.readers.newsml1 import read_newsml1_item
from transforms.readers.newsml_g2 import read_g2_item
from transforms.readers.safe_xml import count_end_tags, is_cut, parse_xml
from transforms.readers.wire_text import Element
from transforms.types import Format, Reason


def read_newsml(source: Source) -> Items:
    """Yield a document or rejection for each item of a NewsML-G2 message or a NewsML 1 document, in stored order.

    References of several items end in `#n`, from 1. Pictures and other media are skipped, and so is a document without
    an item; an item without headline and text is rejected alone. Of a document that is cut the whole items are read, as
    several, and one more rejection is `truncated`. Raises StopReading above `max_document_bytes`, for declared
    entities, for bytes without an XML element, and for a stream that fails.
    """
    data = source.window.read_whole(source.options.max_document_bytes, "NewsML document")
    root = parse_xml(data)
    items = [*root.iter("{*}newsItem")] or [*root.iter("{*}NewsItem")]
    cut = is_cut(data, root)
    if cut:
        del items[count_end_tags(data, "newsItem") :]  # half an item is none
    elif not items:
        yield skip(source.ref, Format.NEWSML, "a NewsML document without a news item", data)
        return
    for number, item in enumerate(items, start=1):
        is_alone = len(items) == 1 and not cut
        own_bytes = data if is_alone else etree.tostring(item, encoding="utf-8")
        ref = source.ref if is_alone else f"{source.ref}#{number}"
        yield from items_or_rejection(_read(item, ref, own_bytes), ref, Format.NEWSML, own_bytes)
    if cut:
        detail = f"the document has no end after {len(items)} items"
        yield reject(source.ref, Format.NEWSML, Reason.TRUNCATED, detail, data)


def _read(item: Element, ref: str, own_bytes: bytes) -> Iterator[Item]:
    if str(item.tag).endswith("NewsItem"):
        yield from read_newsml1_item(item, ref, own_bytes)
    else:
        yield read_g2_item(item, ref, own_bytes)
