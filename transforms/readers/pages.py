"""Files that hold one document: an HTML page, plain text, Markdown."""

from __future__ import annotations

import re

from transforms.encoding import decode
from transforms.readers.documents import Items, Source, document, reject
from transforms.types import Format, Reason, Stated

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.S)


def read_page(source: Source) -> Items:
    """Read an HTML page; its charset is found when it is cleaned, since the page itself may state it."""
    data = source.window.read_whole(source.options.max_document_bytes, "page")
    yield document(source.ref, Format.HTML, data, data, is_html=True)


def read_text(source: Source) -> Items:
    """Read plain text of any charset."""
    data = source.window.read_whole(source.options.max_document_bytes, "text")
    text = decode(data).text.replace("\x00", "")
    if not text.strip():
        yield reject(source.ref, Format.TEXT, Reason.NO_TEXT, "only white space", data)
        return
    yield document(source.ref, Format.TEXT, data, text, is_html=False)


def read_markdown(source: Source) -> Items:
    """Read Markdown: what its front matter states, and the text without its marks."""
    from transforms.readers.markdown import plain_text, stated_by

    data = source.window.read_whole(source.options.max_document_bytes, "text")
    text = decode(data).text.replace("\x00", "")
    front = _FRONT_MATTER.match(text)
    stated = stated_by(front.group(1)) if front else Stated()
    body = plain_text(text[front.end() :] if front else text)
    if not body.strip() and not stated.title:
        yield reject(source.ref, Format.MARKDOWN, Reason.NO_TEXT, "no text", data)
        return
    yield document(source.ref, Format.MARKDOWN, data, body, is_html=False, stated=stated)
