"""Markdown to plain lines, and its front matter to what it states."""

from __future__ import annotations

import re

from transforms.readers.wire_text import web_address
from transforms.text.link_menus import is_row_of_links
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
# Every class leaves out what begins the expression, so that repeated beginnings cost a step each and not a line each.
_ADDRESS = r"\((?:[^()\n]|\([^()\n]{0,200}\))*+\)"  # an address may have brackets, one level of them
_IMAGE = re.compile(rf"!\[[^\[\]\n]*+\]{_ADDRESS}")
_LINK = re.compile(rf"\[([^\[\]\n]++)\](?:{_ADDRESS}|\[[^\[\]\n]*+\])")
_REFERENCE = re.compile(r"^ {0,3}\[[^\[\]\n]++\]:[ \t]*+\S[^\n]*$", re.M)
_AUTOLINK = re.compile(r"<(https?://[^<>\s]++)>")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]++([^\n]*)$", re.M)
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{3,}|\*{3,}|_{3,}|(?:\* ){2,}\*|(?:- ){2,}-)[ \t]*$", re.M)
_QUOTE = re.compile(r"^ {0,3}>[ \t]?", re.M)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~).*$", re.M)
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n]{1,200}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])")
_CODE = re.compile(r"(?<!`)`++([^`\n]++)`++")
_NOTE = re.compile(r"\[\[(?:[^\[\]|]{1,200}\|)?([^\[\]|]{1,200})\]\]")  # "[[Ann Ley]]", a link to a note
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>])")


def plain_text(text: str) -> str:
    """Return Markdown without its markup; words, lines and list bullets stay as they are.

    Links keep their words, code its text. Images, definitions of references, rules and rows of links (menus) are
    removed. "" gives "".
    """
    text = "\n".join("" if is_row_of_links(line) else line for line in text.split("\n"))
    for pattern, to in (
        (_IMAGE, ""),
        (_REFERENCE, ""),
        (_LINK, r"\1"),
        (_AUTOLINK, r"\1"),
        (_UNDERLINE, ""),
        (_HEADING, _heading),
        (_QUOTE, ""),
        (_FENCE, ""),
        (_STRONG, r"\2"),
        (_EMPHASIS, r"\2"),
        (_CODE, r"\1"),
        (_ESCAPE, r"\1"),
    ):
        text = pattern.sub(to, text)
    return text


def _heading(found: re.Match[str]) -> str:
    return found.group(1).rstrip(" \t\r").rstrip("#").rstrip()


def stated_by(front: str) -> Stated:
    """Read the simple part of YAML or TOML in front matter; what is not stated stays None or empty.

    That is `key: value` or `key = value`, `key: [a, b]`, and dashes below a key. Keys are compared without case;
    unknown keys and the rest are skipped, and nothing raises. Tags count as a list only, authors as a list or one text,
    with what is left of links to notes. A source that is an address is the address. `draft: true` and
    `published: false` give the status "draft".
    """
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    key = ""
    for line in front.splitlines():
        item = re.match(r"[ \t]*-[ \t]+(.*)", line)
        if item and key:
            lists.setdefault(key, []).append(_unquote(item.group(1)))
            continue
        pair = re.match(r"([\w\- ]++)[:=][ \t]*(.*)", line)
        if pair:
            key, value = pair.group(1).strip().lower(), pair.group(2).strip()
            if value.startswith("[") and value.endswith("]"):
                lists[key] = [_unquote(part) for part in value[1:-1].split(",") if part.strip()]
            elif value:
                values[key] = _unquote(value)
    if web_address(values.get("source", "")):
        values.setdefault("url", values.pop("source"))
    flag = values.get("published", "").lower()
    if flag in ("true", "false"):
        del values["published"]
    is_draft = values.get("draft", "").lower() == "true" or flag == "false"
    named = {ours: values[theirs] for theirs, ours in reversed(_NAMES.items()) if values.get(theirs)}
    authors = (
        lists.get("authors")
        or lists.get("author")
        or [values[k] for k in ("author", "authors") if k in values]
    )
    tags = lists.get("tags") or lists.get("keywords") or []
    authors = [_NOTE.sub(r"\1", author) for author in authors]
    status = "draft" if is_draft else None
    return Stated(authors=tuple(authors), tags=tuple(tags), status=status, **named)  # type: ignore[arg-type]


def _unquote(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
