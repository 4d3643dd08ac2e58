"""XML with small faults in, well-formed XML with all of its text out.

A parser that recovers closes the wrong element at the first fault, and what follows lies outside of the text. Here an
end tag closes the element that it names and those inside it, and one that names no open element is left out.
"""

from __future__ import annotations

import html
import re
from collections import Counter

_NAME = r"[^\W\d][\w.-]{0,80}(?::[^\W\d][\w.-]{0,80})?"
_START = re.compile(rf"<({_NAME})(?=[\s/<>]|$)")
_END = re.compile(rf"</\s{{0,9}}({_NAME})[^<>]{{0,200}}>?")
_SPACED = re.compile(rf"<\s{{1,9}}(/?)\s{{0,9}}({_NAME})\s{{0,9}}/?>")
_ATTRIBUTE = re.compile(r"([^\s=<>/\"']{1,100})\s{0,99}+(=?)\s{0,99}+")
_ATTRIBUTE_NAME = re.compile(_NAME)
_BARE = re.compile(r"[^\s<>\"']*+")
_SPACE = re.compile(r"[\s/]*+")
_QUOTES = {
    '"': '"',
    "'": "'",
    "\u201c": "\u201c\u201d\u201e",
    "\u201d": "\u201c\u201d",
    "\u201e": "\u201c\u201d",
}
_LONGEST_VALUE = 4000
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_OWN_NAMES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DEEPEST = 200  # elements around one another; libxml2 takes 256


def name_characters(text: str) -> str:
    """Replace HTML's named character references (`&eacute;`) by their characters; XML knows only five, which stay."""
    return _NAMED.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    return found.group() if found.group(1) in _OWN_NAMES else html.unescape(found.group())


def repair_xml(text: str) -> str:
    """Return a document as well-formed XML without declarations, comments and instructions; all its text stays.

    Attributes are quoted, repeated ones left out, unclosed elements closed where an element around them is, and "<"
    and "&" that begin nothing are escaped. What was well formed means the same as before. Nothing raises, and the
    time is linear.
    """
    return _Repair(text).run()


class _Repair:
    def __init__(self, text: str) -> None:
        self._text = text
        self._ended = {found.group(1) for found in _END.finditer(text)}  # names that some end tag has
        self._parts: list[str] = []
        self._open: list[tuple[str, bool]] = []  # names, and whether the element was written
        self._count: Counter[str] = Counter()
        self._without_end: set[str] = set()  # marks that do not come any more

    def run(self) -> str:
        text, at = self._text, 0
        while (begin := text.find("<", at)) >= 0:
            self._parts.append(_escape(text[at:begin]))
            at = self._read(begin)
        self._parts.append(_escape(text[at:]))
        while self._open:
            self._close()
        return "".join(self._parts)

    def _read(self, at: int) -> int:
        """Read what begins with "<" and return where the text behind it begins."""
        text = self._text
        if text.startswith("<!--", at):
            return self._behind("-->", at + 4) or at + 4
        if text.startswith("<![CDATA[", at):
            end = self._behind("]]>", at + 9)
            self._parts.append(_escape(text[at + 9 : end - 3].replace("&", "&amp;")) if end else "")
            return end or at + 9
        if text.startswith("<?", at):
            end, whole = self._behind(">", at), self._behind("?>", at)
            following = text.find("<", at + 1)
            return next((one for one in (whole, end) if one and (one <= following or following < 0)), at + 2)
        if text.startswith("<!", at) and text[at + 2 : at + 3].isalpha():
            return self._declaration(at)
        if (found := _END.match(text, at)) is not None:
            self._end(found.group(1))
            return found.end()
        if (found := _START.match(text, at)) is not None and (behind := self._start(found)) is not None:
            return behind
        if (found := _SPACED.match(text, at)) is not None and found.group(2) in self._ended:
            if found.group(1):
                self._end(found.group(2))
            else:
                self._begin(found.group(2), "", is_empty=found.group().endswith("/>"))
            return found.end()
        self._parts.append("&lt;")
        return at + 1

    def _behind(self, mark: str, at: int) -> int:
        """Return where the next `mark` ends; 0 where none comes."""
        if mark in self._without_end:
            return 0
        found = self._text.find(mark, at)
        if found < 0:
            self._without_end.add(mark)
            return 0
        return found + len(mark)

    def _declaration(self, at: int) -> int:
        end, subset = self._behind(">", at), self._text.find("[", at, at + 1000)
        if 0 <= subset < end and (closed := self._behind("]", subset)):
            end = self._behind(">", closed)
        return end or at + 2

    def _start(self, found: re.Match[str]) -> int | None:
        """Write a start tag and return where it ends; None for what only looks like one."""
        text, at, name = self._text, found.end(), found.group(1)
        attributes: dict[str, str] = {}
        while True:
            space = _SPACE.match(text, at)
            at = space.end() if space else at
            if text.startswith(">", at):
                is_empty = space is not None and "/" in space.group()
                at += 1
                break
            if at >= len(text) or text[at] == "<":  # no end: a tag, if any other of its name is one
                if name not in self._ended:
                    return None
                is_empty = False
                break
            named = _ATTRIBUTE.match(text, at)
            if named is None:
                at += 1
                continue
            at, value = named.end(), ""
            if named.group(2):
                value, at = self._value(at)
            if _ATTRIBUTE_NAME.fullmatch(named.group(1)):
                attributes.setdefault(named.group(1), value)
        self._begin(
            name, "".join(f' {key}="{value}"' for key, value in attributes.items()), is_empty=is_empty
        )
        return at

    def _value(self, at: int) -> tuple[str, int]:
        """Return an attribute's value, escaped, and where it ends."""
        text = self._text
        if (quotes := _QUOTES.get(text[at : at + 1])) is not None:
            ends = (text.find(quote, at + 1, at + _LONGEST_VALUE) for quote in quotes)
            end = min((one for one in ends if one >= 0), default=-1)
            value = text[at + 1 : end] if end >= 0 else ""
            is_plain = "<" not in value and ">" not in value
            if end >= 0 and (is_plain or text[end + 1 : end + 2] in (" ", "\n", "\t", "/", ">", "")):
                return _escape(value).replace('"', "&quot;"), end + 1
            at += 1  # a quotation mark without its other
        bare = _BARE.match(text, at)
        value, end = (bare.group(), bare.end()) if bare else ("", at)
        return _escape(value), end

    def _begin(self, name: str, attributes: str, *, is_empty: bool) -> None:
        is_written = len(self._open) < _DEEPEST
        if is_written:
            self._parts.append(f"<{name}{attributes}{'/' if is_empty else ''}>")
        if not is_empty:
            self._open.append((name, is_written))
            self._count[name.casefold()] += 1

    def _end(self, name: str) -> None:
        folded = name.casefold()
        while self._count[folded]:
            if self._close() == folded:
                break

    def _close(self) -> str:
        name, is_written = self._open.pop()
        if is_written:
            self._parts.append(f"</{name}>")
        folded = name.casefold()
        self._count[folded] -= 1
        return folded


def _escape(text: str) -> str:
    text = _ILLEGAL.sub(" ", text)
    return _STRAY_AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace("]]>", "]]&gt;")
