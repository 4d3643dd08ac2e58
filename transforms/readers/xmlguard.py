"""XML from strangers: no entity declarations, no network, no files, no bottomless nesting."""

from __future__ import annotations

import re

from lxml import etree

from transforms.encoding import decode
from transforms.readers.charsets import mark_of, wide_of
from transforms.readers.streams import Refusal, one_line
from transforms.types import Reason

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_SURROGATE_REFERENCE = re.compile(
    rb"&#(?:x0*d[89a-f][0-9a-f]{2}|0*5(?:5[3-9]|6\d|7[0-3])\d\d)(?:;|(?![0-9a-f]))", re.I
)
_COMMENT = re.compile(r"<!--.*?-->|<\?.*?\?>", re.S)
_ELEMENT = re.compile(r"<[^\W\d]")
_ENTITY = re.compile(r"<!ENTITY", re.I)


def refuse_entities(data: bytes) -> None:
    """Refuse a document that declares entities: news needs none; bombs and file thieves are made of them."""
    marked = mark_of(data)
    wide = marked[0] if marked is not None else wide_of(data)
    head = data[: 1 << 20]
    text = head.decode(wide, "replace") if wide else head.decode("latin-1")
    text = _COMMENT.sub("", text.replace("\x00", ""))
    declared, root = _ENTITY.search(text), _ELEMENT.search(text)
    if declared is not None and (root is None or declared.start() < root.start()):
        raise Refusal(Reason.BAD_RECORD, "the XML declares entities of its own, which is refused")


def fit_references(data: bytes) -> bytes:
    """Replace references to lone surrogates, which parsers accept and nothing behind them can hold."""
    return _SURROGATE_REFERENCE.sub(b"&#xFFFD;", data)


def as_plain_utf8(data: bytes) -> bytes:
    """Give the document as valid UTF-8 without its declaration: bytes wrong in the declared charset raise late else."""
    text = decode(data).text.replace("\x00", "")
    return _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


def parse_xml(data: bytes) -> etree._Element:
    """Parse XML safely, forgiving what can be forgiven; refuse what has no root at all."""
    refuse_entities(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(as_plain_utf8(fit_references(data)), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise Refusal(Reason.BAD_RECORD, one_line(f"not well-formed XML: {error}")) from error
    if root is None:
        raise Refusal(Reason.BAD_RECORD, "no XML element in it")
    return root
