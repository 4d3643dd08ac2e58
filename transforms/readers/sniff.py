"""Recognise what bytes are by their beginning; the name decides only where the bytes leave two answers open."""

from __future__ import annotations

import json
import re

from transforms.readers.charsets import mark_of
from transforms.readers.field_map import meanings_of
from transforms.readers.magic_numbers import Binary, Packing, by_magic
from transforms.text.encoding import count_controls, find_wide
from transforms.types import Format

HEAD_BYTES = 1 << 16  # examined: enough for the first lines of a JSONL with long articles


MAX_CONTROLS = 0.05  # share of controls: text with stray NULs stays far below, random bytes have .11

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
_HTML_LATE = re.compile(r"^[ \t]*+<(?:!doctype\s+html|html)\b", re.I | re.M)
_CLOSING = re.compile(r"</(?:p|div|span|a|li|ul|td|article|section|h[1-6]|b|strong|em|i)\s*>", re.I)
_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9\-]{1,40}):[ \t]", re.M)
_MAIL_SURE = {"mime-version", "message-id", "received", "return-path", "delivered-to", "dkim-signature"}
_JSON_START = re.compile(r"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[{\[\]]|\"|-?\d|$))")
# a Python dictionary, JSON5, a script's variable, a hash of Ruby or PHP: source code of records, and no text
_ASSIGNED = (
    r"(?:export\s++default\s++|return\s++|(?:var|let|const)\s++[\w$.]++\s*+=\s*+"
    r"|[\w$.]++(?:\[['\"][\w.-]{1,40}['\"]\])?+\s*+=\s*+|[\w$.]{1,40}\()?+"
)
_KEY = r"(?:[bru]?'[\w. -]{1,40}'|[bru]?\"[\w. -]{1,40}\"|:?[A-Za-z_$][\w$]{0,40})\s*+"
_JSON_LIKE = re.compile(
    rf"{_ASSIGNED}(?:"
    rf"[\[(\s]*+\{{\s*+(?:(?://|#)[^\n]{{0,300}}\n\s*+){{0,3}}+{_KEY}(?::|=>)\s*+(?:[bruf]?[\"']|[\[{{(\d-]|true\b|false\b|null\b|None\b|True\b|False\b|nil\b"
    r"|[A-Za-z_.]{1,40}\()"
    r"|(?<=\()\[?+\s*+\(\s*+['\"][\w. -]{1,40}['\"]\s*+,"  # OrderedDict([('title', …
    r"|(?<=\()\s*+['\"][\w. -]{1,40}['\"]\s*+=>"  # array('title' => …
    r")"
)
# what interfaces put before JSON so that no script of another page can run it
JSON_GUARDS = (b")]}',", b")]}'", b"while(1);", b"while (1);", b"for(;;);", b"for (;;);")
_JSON_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[\[\]]')
_DELIMITERS = ",;\t|"
_FRONT_MATTER_LINE = re.compile(r"[\w\- ]+:|[ \t-]|$")
_FRONT_MATTER_LINES = 200
_MARKDOWN_LINK = re.compile(r"\[[^\[\]\n]+\]\(https?://[^()\[\s]+\)")
_MARKDOWN_HEAD = re.compile(r"^#{1,3} \S", re.M)


def sniff(head: bytes, name: str) -> Format | Packing | Binary:
    """Recognise the format of a file by its first bytes (64 KiB are enough); `Format.UNKNOWN` is unknown XML.

    `name`, in any case, decides only between text and CSV or Markdown, and between JSON and JSON Lines. Bytes of no
    known magic number with more than 5 % control characters are `Binary.OTHER`; any other text, and an empty head, is
    `TEXT`. Nothing raises.
    """
    certain = by_magic(head)
    if certain is not None:
        return certain
    text = _as_text(head)
    if text is None:
        return Binary.OTHER
    return _by_text(text, name.lower())


def _as_text(head: bytes) -> str | None:
    """Decode the head far enough to recognise a format; None for binary data."""
    marked = mark_of(head)
    if marked is not None:
        return head[marked[1] :].decode(marked[0], "replace").lstrip("\ufeff")
    wide = find_wide(head)
    if wide is not None:
        return head.decode(wide, "replace")
    if count_controls(head) > MAX_CONTROLS * len(head):
        return None
    return head.decode("utf-8", "replace").replace("\x00", "")


def _by_text(text: str, name: str) -> Format:
    if "\n" not in text:
        text = text.replace("\r", "\n")  # line ends of old exports
    start = text.lstrip()
    if start.startswith("<"):
        marked = _by_markup(start)
        if marked is not None:
            return marked
    if _JSON_START.match(start):
        return _json_kind(text, name)
    code = start[_skip_remarks(start) :]
    if _JSON_LIKE.match(code) or (len(code) < len(start) and _JSON_START.match(code)):
        return Format.JSON  # its reader says what is wrong with it
    mail = _mail_kind(text)
    if mail is not None:
        return mail
    if _has_known_columns(text):
        return Format.CSV  # whatever its cells hold, whole pages perhaps
    if _is_feed_below(start):
        return Format.FEED
    if _HTML_LATE.search(text[:4096]) or _is_fragment(text):
        return Format.HTML
    if name.endswith((".csv", ".tsv", ".psv")) and _is_table(text):
        return Format.CSV
    return Format.MARKDOWN if _is_markdown(text, name) else Format.TEXT


def _by_markup(start: str) -> Format | None:
    is_xml = start.startswith("<?xml")
    if not is_xml and _is_feed_below(start):
        return Format.FEED
    rest = start[skip_prolog(start) :]
    if _HTML_START.match(rest) and (not is_xml or _HTML_DOCTYPE.match(rest)):
        return Format.HTML
    if rest.startswith("<!--") and not is_xml:
        return Format.HTML  # a comment longer than the head, which pages have and XML seldom
    rest = rest[skip_prolog(rest, doctypes=True) :]
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


def _is_feed_below(text: str) -> bool:
    """Recognise a feed below warnings of the program that wrote it; a text that shows how a feed looks is none."""
    found = LATE_FEED.search(text[:LATEST_FEED].encode("utf-8", "replace"))
    return found is not None and _WARNING.search(text, 0, found.start()) is not None


def skip_prolog(text: str, *, doctypes: bool = False) -> int:
    """Return the index in an XML or HTML text of its first element: after white space, comments, and instructions.

    `doctypes`: after document types too. A comment or instruction without an end is not skipped. One pass, whatever the
    text holds: an expression that allows comments in any number grows exponentially on them.
    """
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if text.startswith("<!--", at):
            end = _behind(text, "-->", at + 4)
        elif text.startswith("<?", at):
            end = _behind(text, ">", at + 2)
        elif doctypes and text[at : at + 9].lower() == "<!doctype":
            end = _doctype_end(text, at)
        else:
            return at
        if not end:
            return at
        at = end


def _behind(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return found + len(mark) if found >= 0 else 0


def _doctype_end(text: str, at: int) -> int:
    """Return the end of a doctype that may have an internal subset in brackets; 0 when there is none."""
    end, subset = _behind(text, ">", at), text.find("[", at)
    if 0 <= subset < end:
        closed = _behind(text, "]", subset)
        return _behind(text, ">", closed) if closed else 0
    return end


def _skip_remarks(text: str) -> int:
    """Return where source code begins: behind the remarks of JSON5, scripts and shells, or a guard before JSON."""
    at = next((len(guard) for guard in JSON_GUARDS if text.startswith(guard.decode())), 0)
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if text.startswith("/*", at):
            end = _behind(text, "*/", at + 2)
        elif text.startswith(("//", "#"), at):
            end = _behind(text, "\n", at)
        else:
            return at
        if not end:
            return at
        at = end


def _is_fragment(text: str) -> bool:
    """Return whether this is a piece of a page: three closing tags, and one for every 500 characters."""
    closings = len(_CLOSING.findall(text))
    return closings >= 3 and closings * 500 >= len(text)


def _json_kind(text: str, name: str) -> Format:
    """Distinguish one JSON value from one a line: the first lines parse each for itself."""
    if text.lstrip().startswith("["):
        return Format.JSON
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and _opens_list(lines[0]):
        return Format.JSON  # an envelope whose records stand on lines of their own
    whole = lines[:-1] if len(lines) > 1 else []  # the last one may be cut by the head's end
    good = sum(1 for line in whole[:50] if _is_object(line))
    if good >= 2 or (good == 1 and len(lines) >= 2 and lines[1].lstrip().startswith("{")):
        return Format.JSONL
    shaped = sum(1 for line in lines[:50] if line.startswith('{"') and not line.rstrip().endswith((",", ":")))
    if shaped >= 2 and shaped * 2 > min(len(lines), 50):
        return Format.JSONL
    if name.endswith((".jsonl", ".ndjson", ".jsonlines")) and (not whole or good):
        return Format.JSONL
    return Format.JSON


def _opens_list(line: str) -> bool:
    """Return whether a line ends within a list that it opened, and not within a string."""
    depth = 0
    for token in _JSON_TOKEN.finditer(line):
        mark = token.group()
        if mark[0] == '"' and not token.group(1):
            return False
        depth += (mark == "[") - (mark == "]")
    return depth > 0 and line.lstrip().startswith("{")


def _is_object(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line, strict=False), dict)
    except (ValueError, RecursionError):
        return False


def _mail_kind(text: str) -> Format | None:
    block = re.split(r"\r?\n\r?\n", text[:16384].lstrip("\r\n"), maxsplit=1)[0]
    first_line = block.partition("\n")[0].strip()
    if block.startswith("From ") or (first_line.isdecimal() and len(first_line) < 10):
        # an envelope line, as mail programs store it, or the message's length, as Apple's does
        block = block.partition("\n")[2]
    first = _HEADER.match(block)
    if first is None:
        return None
    names = {found.group(1).lower() for found in _HEADER.finditer(block)}
    is_mail = bool(names & _MAIL_SURE) and bool(names & {"from", "subject", "date", "content-type"})
    if not is_mail and not {"from", "subject", "date"} <= names:
        return None
    if "multipart/related" in block.lower() and not names & {"received", "to", "delivered-to", "return-path"}:
        return Format.MHTML
    return Format.EML


def _has_known_columns(text: str) -> bool:
    """Recognise a table by its columns: two names of fields, one of them of a text, a headline or an address."""
    cells = _header_cells(text)
    if len(cells) < 2 or any(len(cell) > 40 for cell in cells):
        return False
    meant = [{meaning.field for meaning in meanings_of(cell.strip().strip('"'))} for cell in cells]
    known = [fields for fields in meant if fields]
    return len(known) >= 2 and any(fields & {"text", "title", "summary", "url"} for fields in known)


def _is_table(text: str) -> bool:
    """Distinguish a table from text in a file named like one: several columns, or a single one of a known name."""
    cells = _header_cells(text)
    return len(cells) > 1 or (len(cells) == 1 and bool(meanings_of(cells[0].strip().strip('"'))))


def _header_cells(text: str) -> list[str]:
    """Split the first of several lines at what seems to separate columns; `sep=;` is not it."""
    first, line_end, _ = below_separator(text).partition("\n")
    header = first.strip("\r\ufeff")
    return header.split(delimiter_of(header)) if line_end and header else []


def below_separator(text: str) -> str:
    """Return a table's text without a first line `sep=;`, by which spreadsheets name the column separator.

    A table without such a line comes back as it is.
    """
    return text.partition("\n")[2] if text[:5].lower().lstrip('"').startswith("sep=") else text


def delimiter_of(header: str) -> str:
    """Return which of comma, semicolon, tab and vertical bar is most frequent in a table's first line.

    The first of them in this order where several are as frequent, and the comma where none occurs.
    """
    return max(_DELIMITERS, key=header.count)


def _is_markdown(text: str, name: str) -> bool:
    if name.endswith((".md", ".markdown", ".mkd")):
        return True
    if _has_front_matter(text):
        return True
    return bool(_MARKDOWN_HEAD.match(text)) and bool(
        _MARKDOWN_LINK.search(text) or _MARKDOWN_HEAD.search(text, 2)
    )


def _has_front_matter(text: str) -> bool:
    """Recognise lines of `key: value` and of lists between two lines of three dashes at the very beginning."""
    first, *lines = text[:HEAD_BYTES].split("\n", _FRONT_MATTER_LINES)
    if first.rstrip() != "---":
        return False
    for number, line in enumerate(lines):
        if line.rstrip() == "---":
            return number > 0
        if not _FRONT_MATTER_LINE.match(line):
            return False
    return False
