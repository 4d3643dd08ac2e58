"""XML from strangers: no entity declarations, no network, no files, no bottomless nesting."""

from __future__ import annotations

import re

from lxml import etree

from transforms.readers.byte_streams import StopReading, one_line
from transforms.readers.charsets import mark_of
from transforms.readers.xml_repair import name_characters, repair_xml
from transforms.text.encoding import decode, find_wide
from transforms.types import Reason

_DECLARATION = re.compile(r"\s*+<\?xml\b[^>]*\?>")
_SURROGATE_REFERENCE = re.compile(
    rb"&#(?:x0*d[89a-f][0-9a-f]{2}|0*5(?:5[3-9]|6\d|7[0-3])\d\d)(?:;|(?![0-9a-f]))", re.I
)
_ELEMENT = re.compile(r"<[^\W\d]")
_ENTITY = re.compile(r"<!ENTITY", re.I)
# a parameter entity that names a module of a grammar: NewsML 1 items declare the NITF part so
_PART = re.compile(r"<!ENTITY\s++%\s++[\w.-]{1,60}\s++(?:SYSTEM|PUBLIC)\s[^<>]{0,300}>", re.I)


def reject_entities(data: bytes) -> None:
    """Raise StopReading (`BAD_RECORD`) for XML that declares entities, by which attacks exhaust memory or read files.

    Only the declarations before the first element of the first MiB count. Names for parts of a standard's own grammar
    (NITF's) are allowed: the grammar is never loaded.
    """
    marked = mark_of(data)
    wide = marked[0] if marked is not None else find_wide(data)
    head = data[: 1 << 20]
    text = head.decode(wide, "replace") if wide else head.decode("latin-1")
    text = without_comments(text.replace("\x00", ""))
    declared, root = _ENTITY.search(text), _ELEMENT.search(text)
    if declared is not None and (root is None or declared.start() < root.start()):
        prolog = text[: root.start()] if root is not None else text
        if all(_PART.match(prolog, one.start()) for one in _ENTITY.finditer(prolog)):
            return  # only names parts of the standard's own grammar, which is never loaded
        raise StopReading(Reason.BAD_RECORD, "the XML declares entities of its own, which is refused")


def without_comments(text: str) -> str:
    """Return XML text without comments and processing instructions, in one pass; what looks so in CDATA goes too.

    One without an end stays, with all that follows it.
    """
    kept = []
    at = 0
    while (begin := text.find("<", at)) >= 0:
        opening, closing = ("<!--", "-->") if text.startswith("<!--", begin) else ("<?", "?>")
        if not text.startswith(opening, begin):
            kept.append(text[at : begin + 1])
            at = begin + 1
            continue
        end = text.find(closing, begin + len(opening))
        if end < 0:
            break
        kept.append(text[at:begin])
        at = end + len(closing)
    return "".join(kept) + text[at:]


def fit_references(data: bytes) -> bytes:
    """Replace numeric references to surrogates (`&#xD83D;`) by `&#xFFFD;`: UTF-8 cannot hold what they name.

    `data` is in any charset that contains ASCII.
    """
    return _SURROGATE_REFERENCE.sub(b"&#xFFFD;", data)


def as_plain_utf8(data: bytes) -> bytes:
    """Return XML bytes of any charset as UTF-8 without the XML declaration, so that the parser meets no invalid byte.

    The charset is detected (`decode`). Undecodable bytes become U+FFFD, NUL characters are left out. Nothing raises.
    """
    text = decode(data).text.replace("\x00", "")
    declared = _DECLARATION.match(text)
    return (text[declared.end() :] if declared else text).encode("utf-8", "replace")


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of a document, parsed without entities, network and comments.

    What is not well formed is repaired, a missing end too, without notice: see `repair_xml` and `is_cut`. HTML's
    names of characters count as these. Raises StopReading (`BAD_RECORD`) for declared entities and where no element is
    left, as in an empty document.
    """
    reject_entities(data)
    text = name_characters(as_plain_utf8(fit_references(data)).decode())
    try:
        root, is_well_formed = _parse(text)
        if not is_well_formed:
            root, _ = _parse(repair_xml(text))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise StopReading(Reason.BAD_RECORD, one_line(f"not well-formed XML: {error}")) from error
    if root is None:
        raise StopReading(Reason.BAD_RECORD, "no XML element in it")
    return root


def _parse(text: str) -> tuple[etree._Element | None, bool]:
    """Return the root, repaired by the parser where that can, and whether the document was well formed."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None, False
    return root, not any(one.domain == etree.ErrorDomains.PARSER for one in parser.error_log)


def is_cut(data: bytes, root: etree._Element) -> bool:
    """Return whether an XML document lacks the end tag of its root, so that it was cut off or is still being written.

    `root` is what `parse_xml` returned for `data`, of any charset that contains ASCII, or UTF-16. Other faults, such as
    an unclosed inner element or text after the end tag, do not count. False for a root that is one empty-element tag.
    """
    is_empty = not len(root) and data.rstrip(b" \t\r\n\x00").endswith((b"/>", b"/\x00>"))
    return not is_empty and not count_end_tags(data, _local_name(root))


def count_end_tags(data: bytes, name: str) -> int:
    """Count the end tags `</name>` in XML bytes, in any case and under any prefix, those in comments too.

    `name` is the local name of the elements; `data` is in a charset that contains ASCII, or UTF-16. Nothing raises.
    """
    tag = rb"</(?:[\w.-]{1,60}:)?" + re.escape(name.encode()) + rb"\s*+>"
    return sum(1 for _ in re.finditer(tag, data.replace(b"\x00", b""), re.I))


def _local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]
