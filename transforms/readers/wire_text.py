"""Elements of a wire item in, its running text as plain HTML paragraphs out: tables and lists kept, boilerplate not."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from transforms.readers.charsets import scrub
from transforms.readers.record_text import looks_like_html

if TYPE_CHECKING:
    from lxml import etree

    Element = etree._Element
else:
    Element = object  # a name in annotations: lxml is loaded where there is an item to walk

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HEADS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "hl1": "h2", "hl2": "h2"}
_BLOCKS = frozenset(
    ("p", "li", "dd", "dt", "div", "section", "article", "main", "blockquote", "bq", "tr", "pre", "ul", "ol", "dl",
     "table", "body", "block", "br", "hr", "td", "th", "caption", *_HEADS)
)  # fmt: skip
_LEFT_OUT = frozenset(
    ("media", "media-caption", "media-producer", "media-reference", "figure", "figcaption", "img", "script", "style",
     "object", "abstract", "header", "footer", "nav", "aside", "note", "head", "title", "noscript", "iframe", "form")
)  # fmt: skip
_CELLS = ("td", "th")
_MACHINE_TIME = re.compile(r"[\dTZ:+\-. ]+$")
_BASIC_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$")


def body_of(root: Element, dateline: str | None = None) -> str:
    """Return the running text below an element as HTML; "" where there is none.

    Each paragraph (`<p>`) or heading (`<h2>`, `<h3>`) is a line. A row of a table is a paragraph, its cells separated
    by "|"; captions, notes and the like are left out. `dateline` is put before the first paragraph, unless that begins
    with it. Where the whole text is escaped HTML, that HTML is returned, without `dateline`.
    """
    if not len(root):
        text = scrub(root.text or "")
        if looks_like_html(text):
            return text.strip()
        parts = [("p", " ".join(line.split())) for line in text.splitlines() if line.strip()]
    else:
        parts = _blocks(root)
        if len(parts) <= 2 and any(looks_like_html(text) for _, text in parts):
            return "\n".join(text for _, text in parts)
    return _markup(parts, dateline)


def _blocks(root: Element) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    buffer: list[str] = []
    tag, is_pre = "p", False

    def flush() -> None:
        raw = "".join(buffer)
        buffer.clear()
        for line in raw.splitlines() if is_pre else (raw,):
            if text := " ".join(scrub(line).split()).strip("| "):
                found.append((tag, text))

    from lxml import etree

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = local_name(element)
        if event == "start":
            if name in _LEFT_OUT and element is not root:
                walk.skip_subtree()
                continue
            if name in _CELLS:
                if buffer:
                    buffer.append(" | ")
            elif name in _BLOCKS and not _is_in_row(element):
                flush()
                tag, is_pre = _HEADS.get(name, "p"), is_pre or name == "pre"
            buffer.append(element.text or "" if isinstance(element.tag, str) else "")
        else:
            if name in _BLOCKS and name not in _CELLS and not _is_in_row(element):
                flush()
                tag, is_pre = "p", is_pre and name != "pre"
            if element is not root:
                buffer.append(element.tail or "")
    flush()
    return found


def _is_in_row(element: Element) -> bool:
    """Recognise a block inside a table's cell, which belongs to the row's line."""
    above = element.getparent()
    return above is not None and local_name(above) in _CELLS


def _markup(parts: list[tuple[str, str]], dateline: str | None) -> str:
    """Write paragraphs; the dateline, kept apart by wires, opens the first one as newspapers print it."""
    if parts and dateline and not parts[0][1].lower().startswith(dateline.lower()[:20]):
        tag, text = parts[0]
        parts = [(tag, f"{dateline.rstrip(' -–—')} — {text}"), *parts[1:]]
    return "\n".join(f"<{tag}>{html.escape(text, quote=False)}</{tag}>" for tag, text in parts)


def dateline_of(element: Element | None) -> str | None:
    """Return a dateline element's text on one line, without the machine-readable form of its date, or None."""
    if element is None:
        return None
    pieces = []
    for piece in element.iter():
        is_machine = local_name(piece) == "story.date" and _MACHINE_TIME.match((piece.text or "").strip())
        pieces.append("" if is_machine else piece.text or "")
        if piece is not element:
            pieces.append(piece.tail or "")
    return " ".join(scrub("".join(pieces)).split()).strip(" ,;") or None


def local_name(element: Element) -> str:
    """Return an element's name without its namespace, in lower case; "" for comments and instructions."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def text_in(element: Element | None) -> str | None:
    """Return all text below an element on one line; None where there is no element or no text."""
    if element is None:
        return None
    return " ".join(scrub("".join(str(piece) for piece in element.itertext())).split()) or None


def child(parent: Element | None, name: str) -> Element | None:
    """Return the first child element of this local name, in any namespace; None where there is none, or no parent."""
    return parent.find("{*}" + name) if parent is not None else None


def children(parent: Element | None, name: str) -> Iterator[Element]:
    """Return an iterator over the child elements of this local name, in any namespace; empty without parent."""
    return iter(parent.findall("{*}" + name)) if parent is not None else iter(())


def attribute(element: Element | None, name: str) -> str:
    """Return an attribute's value, stripped; "" where it or the element is missing."""
    return scrub((element.get(name) or "").strip()) if element is not None else ""


def web_address(url: str) -> str | None:
    """Return `url` as it is if it begins with http:// or https:// in any case; None for anything else."""
    return url if url.lower().startswith(("http://", "https://")) else None


def first_time(*stated: str | None) -> str | None:
    """Return the first of these stated times that is not empty, unchecked, with compact ISO 8601 written out.

    So 20260214T0800Z is 2026-02-14T08:00:00Z. None where none is stated.
    """
    text = next((value.strip() for value in stated if value and value.strip()), None)
    basic = _BASIC_TIME.match(text) if text else None
    if text is None or basic is None:
        return text
    year, month, day, hour, minute, second, zone = basic.groups()
    if hour is None:
        return f"{year}-{month}-{day}"
    if zone and zone != "Z" and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    return f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone or ''}"
