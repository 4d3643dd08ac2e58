"""Markdown to plain lines, and its front matter to what it states."""

from __future__ import annotations

import re

from transforms.types import Stated

_NAMES = {
    "title": "title",
    "headline": "title",
    "date": "published",
    "published": "published",
    "updated": "updated",
    "lastmod": "updated",
    "url": "url",
    "link": "url",
    "canonical": "url",
    "source": "publisher",
    "publisher": "publisher",
    "lang": "language",
    "language": "language",
    "id": "external_id",
    "section": "section",
    "category": "section",
}
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s*\S+.*$", re.M)
_AUTOLINK = re.compile(r"<(https?://[^>\s]+)>")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.M)
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{3,}|\*{3,}|_{3,}|(?:\* ){2,}\*|(?:- ){2,}-)[ \t]*$", re.M)
_QUOTE = re.compile(r"^ {0,3}>[ \t]?", re.M)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~).*$", re.M)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])")
_CODE = re.compile(r"`+([^`\n]+)`+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>])")


def plain_text(text: str) -> str:
    """Take the marks off; the words, the lines and the list bullets stay as they are."""
    for pattern, to in (
        (_IMAGE, ""),
        (_REFERENCE, ""),
        (_LINK, r"\1"),
        (_AUTOLINK, r"\1"),
        (_UNDERLINE, ""),
        (_HEADING, r"\1"),
        (_QUOTE, ""),
        (_FENCE, ""),
        (_STRONG, r"\2"),
        (_EMPHASIS, r"\2"),
        (_CODE, r"\1"),
        (_ESCAPE, r"\1"),
    ):
        text = pattern.sub(to, text)
    return text


def stated_by(front: str) -> Stated:
    """Read the simple part of YAML that front matter uses: `key: value`, `key: [a, b]`, and dashes below a key."""
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    key = ""
    for line in front.splitlines():
        item = re.match(r"[ \t]*-[ \t]+(.*)", line)
        if item and key:
            lists.setdefault(key, []).append(_unquote(item.group(1)))
            continue
        pair = re.match(r"([\w\- ]+):[ \t]*(.*)", line)
        if pair:
            key, value = pair.group(1).strip().lower(), pair.group(2).strip()
            if value.startswith("[") and value.endswith("]"):
                lists[key] = [_unquote(part) for part in value[1:-1].split(",") if part.strip()]
            elif value:
                values[key] = _unquote(value)
    named = {ours: values[theirs] for theirs, ours in reversed(_NAMES.items()) if values.get(theirs)}
    authors = (
        lists.get("authors")
        or lists.get("author")
        or [values[k] for k in ("author", "authors") if k in values]
    )
    tags = lists.get("tags") or lists.get("keywords") or []
    return Stated(authors=tuple(authors), tags=tuple(tags), **named)  # type: ignore[arg-type]


def _unquote(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
