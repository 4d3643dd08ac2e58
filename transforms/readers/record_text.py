"""A record's value to one text: strings, paragraphs, blocks with types, sections, runs of a message."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from transforms.readers.charsets import scrub
from transforms.readers.field_table import plain_name
from transforms.readers.field_values import is_nothing

MAX_PARAGRAPHS = 20_000  # of one body given as a list: a long book; more are made to exhaust their readers
_DEEPEST = 6  # levels of blocks in blocks
_TEXT_NAMES = (
    "rendered", "processed", "cdata", "html", "text", "content", "value", "body", "paragraphs", "sections", "blocks",
    "children", "items", "data", "plain", "main", "raw", "bodyhtml", "bodytext", "bodytextsummary",
    "basic",
)  # fmt: skip
# types of blocks that stand beside the running text
_NO_TEXT = frozenset(
    ("title", "kicker", "date", "byline", "authorinfo", "image", "photo", "picture", "video", "audio", "gallery",
     "embed", "ad", "advertisement", "related", "promo", "interstitiallink", "linklist", "reference", "oembedresponse",
     "deck", "media", "divider", "iframe", "code")
)  # fmt: skip
# Blocks of editors whose children are pieces of one paragraph: bold words, links
_PARAGRAPHS = frozenset(("block", "paragraph", "p", "heading", "hyperlink", "link", "listitemchild", "lic"))
_PIECES = frozenset(("span", "text", "link", "hyperlink", "a", "linebreak", "hardbreak", "mention"))
_MARKUP = re.compile(
    r"<(?:p|br|div|span|a|h[1-6]|ul|ol|li|img|strong|em|b|i|blockquote|figure|article|html|body|table|section)\b[^<>]*>",
    re.I,
)


def looks_like_html(text: str) -> bool:
    """Return whether a text is markup: a common HTML tag begins in its first three characters, or it has two tags.

    So a text that only mentions one tag is not, and "" is not.
    """
    first = _MARKUP.search(text) if "<" in text else None
    if first is None:
        return False
    return first.start() < 3 or _MARKUP.search(text, first.end()) is not None


def text_of(value: object, depth: int = _DEEPEST) -> str:
    """Return the body of a record as one text; "" for an empty value and for other types, such as a number.

    Bytes are UTF-8, a list is its paragraphs (at most 20,000, a line or `<p>` each), or one line where it mixes strings
    and typed objects, an object its inner text, unless it is a picture or the like; JSON stored in a string is opened.
    `depth` is how many levels are opened; deeper ones are left out. Nothing raises.
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        text = scrub(value).strip()
        if text.startswith(("{", "[")) and (inner := _stored_json(text)) is not None:
            return text_of(inner, depth - 1)
        return "" if is_nothing(text) else text
    if depth <= 0:
        return ""
    if isinstance(value, list | tuple):
        return _of_list(value[:MAX_PARAGRAPHS], depth)
    return _of_object(value, depth) if isinstance(value, Mapping) else ""


def _stored_json(text: str) -> object:
    """Return the blocks that a system stored as JSON in a string; None for a text that only begins with a bracket."""
    if not text.endswith(("}", "]")):
        return None
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping) or (isinstance(value, list) and _is_listed(value)) else None


def _is_listed(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(value, str | Mapping) for value in values)


def _of_list(values: Sequence[object], depth: int) -> str:
    if _are_runs(values):
        return "".join(part if isinstance(part, str) else text_of(part, depth - 1) for part in values).strip()
    pieces = [piece for value in values if (piece := text_of(value, depth - 1))]
    if any(looks_like_html(piece) for piece in pieces):  # where one piece is markup, line ends say nothing
        return "\n".join(piece if piece.startswith("<") else f"<p>{piece}</p>" for piece in pieces)
    return "\n".join(pieces)


def _are_runs(values: Sequence[object]) -> bool:
    """Distinguish a message in runs (`["Fire in ", {"type": "bold", "text": "Sele"}]`) from paragraphs."""
    objects = [value for value in values if isinstance(value, Mapping)]
    return 0 < len(objects) < len(values) and all({"type", "text"} <= set(value) for value in objects)


def _is_paragraph(kind: str, pieces: Sequence[object]) -> bool:
    """Distinguish the pieces of one paragraph from paragraphs of their own."""
    return (kind in _PARAGRAPHS or kind.startswith("heading")) and all(
        isinstance(piece, Mapping) and _kind_of_piece(piece) in _PIECES for piece in pieces
    )


def _kind_of_piece(piece: Mapping[str, object]) -> str:
    kind = (
        piece.get("_type") or piece.get("type") or piece.get("nodeType") or "text"
    )  # Slate's text has no type
    return plain_name(kind) if isinstance(kind, str) else ""


def _of_pieces(pieces: Sequence[object], depth: int) -> str:
    texts = []
    for piece in pieces[:MAX_PARAGRAPHS]:
        own = (piece.get("text") or piece.get("value")) if isinstance(piece, Mapping) else None
        if isinstance(piece, Mapping) and _kind_of_piece(piece) in ("linebreak", "hardbreak"):
            own = " "
        texts.append(own if isinstance(own, str) else text_of(piece, depth - 1))
    return scrub("".join(texts)).strip()


def _of_object(value: Mapping[str, object], depth: int) -> str:
    plain = {plain_name(str(name)): inner for name, inner in value.items()}
    stated = plain.get("type") or plain.get("nodetype")
    kind = plain_name(stated) if isinstance(stated, str) else ""
    if kind in _NO_TEXT:
        return ""
    pieces = plain.get("children") or plain.get("content")
    if isinstance(pieces, list) and _is_paragraph(kind, pieces):
        return _of_pieces(pieces, depth)
    sections, paragraphs = plain.get("sections"), plain.get("paragraphs")
    if isinstance(sections, list):  # fundus: a summary, then sections
        return _of_list([plain.get("summary"), *sections], depth)
    if isinstance(paragraphs, list):
        return _of_list([plain.get("headline"), *paragraphs], depth)
    for name in _TEXT_NAMES:
        if name in plain and (text := text_of(plain[name], depth - 1)):
            return text
    return ""
