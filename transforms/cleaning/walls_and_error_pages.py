"""Notices in place of an article (errors, script and consent walls), and what a page's head states instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.cleaning.article_kinds import ERROR_MAX_WORDS, markers
from transforms.cleaning.line_kinds import letters
from transforms.text.encoding import tidy_line
from transforms.text.wordcount import count_words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HEAD_LINES = 3
_LEAST_WORDS = 6  # of a description: fewer are a site's motto
_DESCRIPTIONS = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "sailthru.description",
)


def is_wall_or_error(text: str) -> bool:
    """Return whether a text of up to 60 words is no article but an error page, a robot check or a wall.

    A wall is a page for subscribers or for consent. One of the first three lines is such a phrase; or a line is one of
    a wall, and fewer than six words are outside such lines. False for "".
    """
    head = text[:2000]
    if not head.strip() or count_words(head) > ERROR_MAX_WORDS or len(text) > len(head):
        return False
    lines = [letters(line) for line in head.split("\n") if line.strip()]
    if any(markers().error.search(line) for line in lines[:_HEAD_LINES]):
        return True
    walls = [line for line in lines if markers().paywall.search(line)]
    return bool(walls) and count_words(" ".join(line for line in lines if line not in walls)) < _LEAST_WORDS


def head_description(tree: HtmlElement, title: str | None) -> str:
    """Return the description in a page's head; "" where there is none that adds something to the title.

    `og:description` comes first, then the plain one and those of other vocabularies. One of fewer than six words, equal
    to `title`, or a notice (an error or a wall) is skipped. The lxml tree is left as it is.
    """
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").strip().lower()
        if name in _DESCRIPTIONS and name not in found and (content := tidy_line(meta.get("content") or "")):
            found[name] = content
    for name in _DESCRIPTIONS:
        text = found.get(name, "")
        if count_words(text) >= _LEAST_WORDS and text != (title or "") and not is_wall_or_error(text):
            return text
    return ""
