"""Files that hold one document: an HTML page, plain text, Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from transforms.readers.documents import Items, Source, document, reject, skip
from transforms.readers.press_archive_pages import split_press_page
from transforms.readers.press_archive_texts import ArchivedText, split_archive
from transforms.readers.saved_pages import split_saved
from transforms.readers.tagged_texts import split_tagged
from transforms.readers.teletype import split_messages
from transforms.text.encoding import decode
from transforms.text.publication_status import is_draft
from transforms.types import Format, Reason, Stated

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\r?\n(.*?)\r?\n\1[ \t]*(?:\r?\n|\Z)", re.S)

_ESCAPED_PAGE = re.compile(r"\s*+&lt;(?:!doctype html|html|head|body|article|main|section|div|p|h1)\b", re.I)


def read_page(source: Source) -> Items:
    """Yield an HTML page as one document whose body is its bytes: its charset is found when it is cleaned.

    A page that a press archive exported gives a document for each of its articles, with references in `#n` from 1.
    Address, time and charset come from what saving it added: see `split_saved`. Raises StopReading above
    `max_document_bytes` and for a stream that fails.
    """
    data = source.window.read_whole(source.options.max_document_bytes, "page")
    if entries := split_press_page(data):
        yield from _entries(entries, source.ref, Format.HTML)
        return
    body, stated = split_saved(data)
    yield document(source.ref, Format.HTML, data, body, is_html=True, stated=stated)


def read_text(source: Source) -> Items:
    """Yield plain text of any charset as one document, or as a wire's messages or the articles of a press archive.

    Messages and articles come in stored order, their references ending in `#n` from 1 (without it for a single
    message). An article whose headline or text is not found is returned as it is in the file; only white space is one
    rejection, and so is a message without text. A page whose markup is escaped throughout is an HTML page. Raises
    StopReading above `max_document_bytes` and for a stream that fails.
    """
    data = source.window.read_whole(source.options.max_document_bytes, "text")
    text = decode(data).text.replace("\x00", "")
    messages = split_messages(text)
    for number, message in enumerate(messages, start=1):
        ref = source.ref if len(messages) == 1 else f"{source.ref}#{number}"
        own_bytes = message.whole.encode("utf-8", "replace")
        if not message.text.strip():
            yield reject(ref, Format.TEXT, Reason.NO_TEXT, "a message without text", own_bytes)
            continue
        stated = Stated(published=message.published)
        yield document(ref, Format.TEXT, own_bytes, message.text, is_html=False, stated=stated)
    if messages:
        return
    if not text.strip():
        yield reject(source.ref, Format.TEXT, Reason.NO_TEXT, "only white space", data)
        return
    entries = split_archive(text) or split_tagged(text)
    yield from _entries(entries, source.ref, Format.TEXT)
    if not entries:
        page = html.unescape(text) if _ESCAPED_PAGE.match(text) and "<" not in text else None
        yield document(source.ref, Format.TEXT, data, page or text, is_html=page is not None)


def _entries(entries: Sequence[ArchivedText], ref: str, form: Format) -> Items:
    """Yield the articles of an export; one that lies under labels, and fills its file, has the file's reference."""
    for number, entry in enumerate(entries, start=1):
        entry_ref = f"{ref}#{number}" if len(entries) > 1 or entry.is_clean else ref
        own_bytes = entry.whole.encode("utf-8", "replace")
        if entry.text and (entry.facts.get("title") or entry.facts.get("external_id")):
            yield document(entry_ref, form, own_bytes, entry.text, is_html=False, stated=entry.stated)
        else:
            yield document(entry_ref, form, own_bytes, entry.whole, is_html=False)


def read_markdown(source: Source) -> Items:
    """Yield Markdown of any charset as one document: its text without markup, and what its front matter states.

    A draft is skipped; one rejection where there is neither a text nor a stated title. Raises StopReading above
    `max_document_bytes` and for a stream that fails.
    """
    from transforms.readers.markdown import plain_text, stated_by

    data = source.window.read_whole(source.options.max_document_bytes, "text")
    text = decode(data).text.replace("\x00", "")
    front = _FRONT_MATTER.match(text)
    stated = stated_by(front.group(2)) if front else Stated()
    if is_draft(stated.status):
        yield skip(source.ref, Format.MARKDOWN, "a draft", data)
        return
    body = plain_text(text[front.end() :] if front else text)
    if not body.strip() and not stated.title:
        yield reject(source.ref, Format.MARKDOWN, Reason.NO_TEXT, "no text", data)
        return
    yield document(source.ref, Format.MARKDOWN, data, body, is_html=False, stated=stated)
