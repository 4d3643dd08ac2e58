"""News sitemaps to documents: each address with a headline is a teaser; mere addresses are noted together."""

from __future__ import annotations

from lxml import etree

from transforms.readers.documents import Items, Source, document, reject, skip
from transforms.readers.safe_xml import parse_xml
from transforms.readers.wire_names import unique
from transforms.readers.wire_text import Element, text_in
from transforms.types import Format, Reason, Stated

_ENDS = (b"</urlset>", b"</sitemapindex>")


def read_sitemap(source: Source) -> Items:
    """Yield each entry with a news headline as a document without text, in stored order.

    References end in `#n`, from 1. A news entry without a title is rejected alone. Addresses without news and further
    sitemaps are one skipped item, behind the entries. Where the end tag is missing, the last entry is left out and
    one more rejection says `truncated`. Nothing for an empty one. Raises StopReading above `max_document_bytes`, for
    declared entities, for bytes without an XML element, and for a stream that fails.
    """
    data = source.window.read_whole(source.options.max_document_bytes, "sitemap")
    root = parse_xml(data)
    plain = data.replace(b"\x00", b"").rstrip()
    is_closed = any(end in plain[-200:].replace(b" ", b"") for end in _ENDS) or b":urlset" in plain[-200:]
    entries = [(url, url.find("{*}news")) for url in root.iter("{*}url")]
    if not is_closed:
        entries = entries[:-1]  # half an entry is none
    number = addresses = 0
    for url, news in entries:
        if news is None:
            addresses += 1
            continue
        number += 1
        ref = f"{source.ref}#{number}"
        own_bytes = etree.tostring(url, encoding="utf-8", with_tail=False)
        stated = _stated(url, news)
        if stated.title is None:
            yield reject(ref, Format.SITEMAP, Reason.NO_TEXT, "the entry has no title", own_bytes)
        else:
            yield document(ref, Format.SITEMAP, own_bytes, "", is_html=False, stated=stated)
    addresses += sum(1 for _ in root.iter("{*}sitemap"))
    if addresses:
        detail = f"{addresses} addresses of a sitemap that say nothing of news"
        yield skip(source.ref, Format.SITEMAP, detail, data)
    if not is_closed:
        detail = f"the sitemap has no end after {number + addresses} entries"
        yield reject(source.ref, Format.SITEMAP, Reason.TRUNCATED, detail, data)


def _stated(url: Element, news: Element) -> Stated:
    def text(name: str, around: Element = news) -> str | None:
        return text_in(around.find(f".//{{*}}{name}")) or None

    return Stated(
        url=text("loc", url),
        title=text("title"),
        publisher=text("name"),
        published=text("publication_date"),
        language=text("language"),
        tags=unique(word.strip() for word in (text("keywords") or "").split(",")),
        genre=(text("genres") or "").partition(",")[0] or None,
        image_url=next((text_in(one) for one in url.iterfind(".//{*}image/{*}loc")), None),
        is_summary=True,
        is_clean=True,
    )
