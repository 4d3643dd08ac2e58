"""The beginning of a text that may be markup in, which XML format it is, or HTML, out."""

from __future__ import annotations

import re

from transforms.types import Format

_ROOT = re.compile(r"<([A-Za-z_][\w.\-]*(?::[\w.\-]+)?)[\s/>]")
_ROOTS = {
    "rss": Format.FEED,
    "feed": Format.FEED,
    "entry": Format.FEED,
    "rdf": Format.FEED,
    "channel": Format.FEED,
    "urlset": Format.SITEMAP,
    "sitemapindex": Format.SITEMAP,
    "newsitem": Format.NEWSML,
    "newsmessage": Format.NEWSML,
    "packageitem": Format.NEWSML,
    "newsml": Format.NEWSML,
    "nitf": Format.NITF,
    "html": Format.HTML,
}
_HTML_START = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|base|div|p|article|main|section"
    r"|header|span|h[1-6]|table|ul|ol|a|b|i|em|strong|br|img|figure|center|font|blockquote|noscript|iframe|nav|form)"
    r"(?=[\s/>])",
    re.I,
)
_HTML_DOCTYPE = re.compile(r"<!doctype\s+html(?=[\s>])", re.I)
# a feed below what the program that wrote it had to complain about; within so many bytes
LATE_FEED = re.compile(rb"<\?xml\s[^<>]{0,200}\?>\s{0,99}<(?:rss|feed|rdf:RDF)\b")
LATEST_FEED = 4096
_WARNING = re.compile(r"\b(?:warning|notice|deprecated|error)\b", re.I)
_SGML = re.compile(r"<(?:DOC|REUTERS)[\s>]")  # collections of news (TREC, Gigaword, Reuters-21578)
_SGML_FIELD = re.compile(r"<(?:DOCNO|DOCID|HEADLINE|TEXT|DATELINE)>")
_HTML_LATE = re.compile(r"^[ \t]*+<(?:!doctype\s+html|html)\b", re.I | re.M)
_CLOSING = re.compile(r"</(?:p|div|span|a|li|ul|td|article|section|h[1-6]|b|strong|em|i)\s*>", re.I)


def markup_kind(start: str) -> Format | None:
    """Return the format of a text that begins with "<": UNKNOWN for XML of no known root, None for no markup."""
    is_xml = start.startswith("<?xml")
    if not is_xml and is_feed_below(start):
        return Format.FEED
    rest = start[_skip_prolog(start) :]
    if _HTML_START.match(rest) and (not is_xml or _HTML_DOCTYPE.match(rest)):
        return Format.HTML
    if rest.startswith("<!--") and not is_xml:
        return Format.HTML  # a comment longer than the head, which pages have and XML seldom
    rest = rest[_skip_prolog(rest, doctypes=True) :]
    if not is_xml and _SGML.match(rest) and _SGML_FIELD.search(rest, 0, 4000):
        return Format.TEXT
    root = _ROOT.match(rest)
    if root is not None:
        local = root.group(1).rsplit(":", 1)[-1].lower()
        if local in _ROOTS:
            return _ROOTS[local]
        if _HTML_START.match(rest):
            return Format.HTML
        if is_xml or "xmlns" in rest[:500] or _CLOSING.search(rest) is None:
            return Format.UNKNOWN if is_xml or f"</{root.group(1)}" in rest else None
        return Format.HTML
    return Format.UNKNOWN if is_xml else None


def is_feed_below(text: str) -> bool:
    """Recognise a feed below warnings of the program that wrote it; a text that shows how a feed looks is none."""
    found = LATE_FEED.search(text[:LATEST_FEED].encode("utf-8", "replace"))
    return found is not None and _WARNING.search(text, 0, found.start()) is not None


def _skip_prolog(text: str, *, doctypes: bool = False) -> int:
    """Return the index in an XML or HTML text of its first element: after white space, comments, and instructions.

    `doctypes`: after document types too. A comment or instruction without an end is not skipped. One pass, whatever the
    text holds: an expression that allows comments in any number grows exponentially on them.
    """
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if text.startswith("<!--", at):
            end = end_behind(text, "-->", at + 4)
        elif text.startswith("<?", at):
            end = end_behind(text, ">", at + 2)
        elif doctypes and text[at : at + 9].lower() == "<!doctype":
            end = _doctype_end(text, at)
        else:
            return at
        if not end:
            return at
        at = end


def end_behind(text: str, mark: str, at: int) -> int:
    """Return the index behind the first `mark` in a text from the index `at` on; 0 where there is none."""
    found = text.find(mark, at)
    return found + len(mark) if found >= 0 else 0


def _doctype_end(text: str, at: int) -> int:
    """Return the end of a doctype that may have an internal subset in brackets; 0 when there is none."""
    end, subset = end_behind(text, ">", at), text.find("[", at)
    if 0 <= subset < end:
        closed = end_behind(text, "]", subset)
        return end_behind(text, ">", closed) if closed else 0
    return end


def _is_fragment(text: str) -> bool:
    """Return whether this is a piece of a page: three closing tags, and one for every 500 characters."""
    closings = len(_CLOSING.findall(text))
    return closings >= 3 and closings * 500 >= len(text)


def is_page_or_fragment(text: str) -> bool:
    """Return whether a text that does not begin with markup is HTML after all: a page behind other lines, a fragment.

    A page has `<html` or `<!doctype html` at the beginning of a line within 4,096 characters; a fragment three closing
    tags of texts (p, div, a, li …) or more, and one for every 500 characters.
    """
    return _HTML_LATE.search(text[:4096]) is not None or _is_fragment(text)
