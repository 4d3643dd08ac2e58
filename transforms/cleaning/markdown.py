"""Markdown → plain lines with the headline apart; marks go, words stay (CommonMark 0.31 and common front matter)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.text.link_menus import is_row_of_links

MARKS_NEEDED = 2  # so many different marks make a text Markdown: one, "#1 song", stands in plain texts too

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|date|author|published)[ \t]*+:[ \t]*+(\S.*)$", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]++(.*)$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*[ \t]*+){3,}+|(?:-[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)$")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_ITEM = re.compile(r"^[ \t]{0,8}(?:[-*+]|\d{1,3}[.)])[ \t]+")
_QUOTE = re.compile(r"^ {0,3}>[ \t]?")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S+.*$")
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,1000}\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,200}\])")
_LINK = re.compile(
    r"\[([^\[\]\n]{1,1000})\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)|\[[^\]\n]{0,200}\])"
)
_ONLY_LINK = re.compile(
    r"^[ \t]{0,8}(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?\[[^\[\]\n]{1,1000}\]\([^()\n]{0,2000}\)[ \t]*$"
)
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)(.{1,300}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=\S)([^*_\n]{1,1000}?)(?<=\S)\1(?![\w*_])")
_CODE = re.compile(r"`([^`\n]{1,1000})`")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,2000})>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>|<!--[^>]{0,500}-->", re.DOTALL)
_SIGNS = (
    re.compile(r"^ {0,3}#{1,6} \S", re.MULTILINE),
    re.compile(r"\]\((?:https?://|/|\.)[^()\s]{0,2000}\)"),
    re.compile(r"\*\*\S[^*\n]{0,500}\*\*|(?<!\w)__\S[^_\n]{0,500}__(?!\w)"),
    re.compile(r"^ {0,3}\S.{0,300}\n(?:={3,}|-{3,})[ \t]*$", re.MULTILINE),
    _FRONT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmarked:
    """A Markdown text without its markup, with the title and the date of its front matter."""

    text: str  # one line a paragraph, heading or item
    title: (
        str | None
    )  # the title of the front matter, else the first heading of the first level that has words
    published: str | None  # the date of the front matter, as it stands


def looks_like_markdown(text: str) -> bool:
    """Return whether a text has at least two kinds of Markdown markup; False for an empty text.

    The kinds are headings with "#", links, strong words, underlined headings and front matter. Lines end in newlines.
    """
    return sum(bool(sign.search(text)) for sign in _SIGNS) >= MARKS_NEEDED


def unmark(text: str) -> Unmarked:
    """Remove the markup of Markdown from a text, with the title and the date of its front matter apart; never fails.

    Wrapped lines are joined; links, emphasis and code in a line leave their words, list items keep their marks. Removed
    with their content are fenced code, images, tags, rules, rows of links and definitions of links, and the first
    heading of the first level that has words (it is the title where front matter has none).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    fields: dict[str, str] = {}
    if front := _FRONT.match(text):
        fields = {name.lower(): value.strip().strip("\"'") for name, value in _FIELD.findall(front.group(1))}
        text = text[front.end() :]
    blocks, heading = _blocks(_TAG.sub("", text).split("\n"))
    title = fields.get("title") or heading
    return Unmarked(
        text="\n".join(blocks), title=title or None, published=fields.get("date") or fields.get("published")
    )


def _blocks(lines: list[str]) -> tuple[list[str], str | None]:
    blocks: list[str] = []
    title: str | None = None
    paragraph: list[str] = []
    is_code = False

    def close() -> None:
        if paragraph and (words := _inline(" ".join(paragraph))):
            blocks.append(words)
        paragraph.clear()

    for raw in lines:
        if _FENCE.match(raw):
            close()
            is_code = not is_code
            continue
        line = _QUOTE.sub("", raw)
        heading = _HEADING.match(line)
        if is_code or not line.strip() or _REFERENCE.match(line):
            close()
        elif heading or (paragraph and _UNDERLINE.match(line)):
            level = len(heading.group(1)) if heading else (1 if "=" in line else 2)
            words = _inline(_without_closing(heading.group(2)) if heading else " ".join(paragraph))
            if heading:
                close()
            paragraph.clear()
            if level == 1 and title is None and words:
                title = words
            elif words:
                blocks.append(words)
        elif _RULE.match(line) or is_row_of_links(line):
            close()
        else:
            if _ITEM.match(line) or _ONLY_LINK.match(line):
                close()
            paragraph.append(_ITEM.sub("", line) if _ONLY_LINK.match(line) else line.strip())
            if raw.endswith(("  ", "\\")) or _ONLY_LINK.match(line):
                close()
    close()
    return blocks, title


def _without_closing(heading: str) -> str:
    """Take the number signs off that may close a heading; "C#" keeps its own."""
    text = heading.rstrip()
    bare = text.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else text


def _inline(text: str) -> str:
    text = _LINK.sub(r"\1", _AUTOLINK.sub(r"\1", _IMAGE.sub("", text)))
    text = _CODE.sub(r"\1", _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text)))
    return " ".join(_ESCAPE.sub(r"\1", text).rstrip("\\").split())
