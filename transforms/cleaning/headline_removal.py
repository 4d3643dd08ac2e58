"""A parsed page and its headline in; the page without the headline and what frames it, and its standfirst, out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.cleaning.html_elements import (
    all_text,
    clear,
    drop,
    length,
    link_length,
    name_of,
    paragraph_length,
)
from transforms.cleaning.line_kinds import classify_line
from transforms.cleaning.title_cleaning import fold

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HEADER_SHARE = 0.15  # of the paragraph text; a header with more holds the beginning of the article
_SUBHEADING = 300  # characters; what is longer is a first paragraph
_SHORTEST = 25  # characters of a standfirst; what is shorter is a label
_MOST_BELOW = 40  # elements below the headline among which a standfirst is looked for
_MOST_LINES = 4
_SHORTEST_LINE = 40  # characters of a line that no markup names as a standfirst, and spaces in it
_LEAST_SPACES = 5
_LINKED = 0.5  # share of it in links from which it leads elsewhere
_KEY = 40  # characters by which a line is found again in a text
_BOXES = ("div", "p", "ul", "ol", "table", "section", "article", "h1", "h2", "h3", "h4", "figure", "form")
_MOST_BARS = 1  # in a standfirst; "12 May | World | Print | Text size" is a row of tools and labels
_SUBHEADED = re.compile(r"sub-?(?:head\w*|line|title)|\bde[cs]?k\b|stand-?first", re.I)


def matches_headline(element: HtmlElement, wanted: str) -> bool:
    """Return whether an element's text equals the headline `wanted`, is a part of it, or contains it.

    Both are compared as `title_cleaning.fold` gives them (letters and digits alone, in lower case); `wanted` is in that
    form already. False for an element without letters or digits; True for any other if `wanted` is "".
    """
    shown = fold("".join(element.itertext()))
    return bool(shown) and (shown in wanted or wanted in shown)


def lines_below_headline(tree: HtmlElement, title: str | None) -> tuple[str, ...]:
    """Return the first lines of text below the headline that could be its standfirst, up to four; the tree stays.

    Each is a paragraph, a subheading or a box without boxes in it, of 40 to 300 characters and six words or more, and
    no link, time, byline or boilerplate. Longer paragraphs, cut to 300 characters, end the list: with them the article
    has begun.
    """
    wanted = fold(title or "")
    headings = (each for each in tree.iter("h1", "h2") if wanted and fold(all_text(each)) == wanted)
    heading = next(headings, None)
    if heading is None:
        return ()
    found: list[str] = []
    for element in heading.xpath("following::*[self::p or self::h2 or self::h3 or self::div]")[:_MOST_BELOW]:
        if element.tag == "div" and next(element.iter(*_BOXES), element) is not element:
            continue
        text = all_text(element)
        if len(text) > _SUBHEADING:
            return (*found, text[:_SUBHEADING])
        if len(text) < _SHORTEST_LINE or text.count(" ") < _LEAST_SPACES:
            continue
        if link_length(element) <= _LINKED * len(text) and _standfirst_of(element):
            found.append(text)
        if len(found) == _MOST_LINES:
            break
    return tuple(found)


def missing_line(lines: tuple[str, ...], text: str) -> str | None:
    """Return the first line below the headline where extraction lost it: where the text begins with a later one.

    `lines` are those of `lines_below_headline`, `text` is the extracted one. None where `text` has the first line, has
    none of them, or where the first line is too long for a standfirst.
    """
    behind = next((number for number, line in enumerate(lines) if line[:_KEY] in text), 0)
    return lines[0] if behind > 0 and len(lines[0]) < _SUBHEADING else None


def drop_headline(tree: HtmlElement, title: str | None, total: int) -> str | None:
    """Clear each `<h1>` that shows the title, with its `<header>` or the subheading behind it; return the standfirst.

    The standfirst is the first text of 25 to 300 characters in what is removed, else None. Without a `title` nothing is
    removed. `total` is the number of characters in the page's paragraphs (0: unknown); a header with more than 15 % of
    it stays. Headline and standfirst are fields of the article and no part of its text.
    """
    wanted = fold(title or "")
    standfirst = None
    for heading in list(tree.iter("h1")):
        if not wanted or not matches_headline(heading, wanted):
            continue
        box = next(heading.iterancestors("header"), None)
        after = heading.getnext()
        if box is not None and _fits(box, total):
            standfirst = standfirst or _standfirst_in(box, heading)
            clear(box)
            box.append(heading)
        elif after is not None and _is_subheading(after):
            standfirst = standfirst or _standfirst_of(after)
            drop(after)
        clear(heading)
    return standfirst


def _fits(box: HtmlElement, total: int) -> bool:
    return paragraph_length(box) <= _HEADER_SHARE * total if total else length(box) <= 2 * _SUBHEADING


def _standfirst_in(box: HtmlElement, heading: HtmlElement) -> str | None:
    """Return the first subheading or paragraph of a header behind its headline that can be a standfirst."""
    is_behind = False
    for element in box.iter():
        if element is heading:
            is_behind = True
            continue
        is_subheading = element.tag in ("h2", "h3", "p") or bool(_SUBHEADED.search(name_of(element)))
        if is_behind and is_subheading and (found := _standfirst_of(element)):
            return found
    return None


def _standfirst_of(element: HtmlElement) -> str | None:
    text = all_text(element)
    if not _SHORTEST <= len(text) <= _SUBHEADING or text.count("|") > _MOST_BARS:
        return None
    seen = classify_line(text)
    return None if seen.is_noise or seen.is_legal else text


def _is_subheading(element: HtmlElement) -> bool:
    return length(element) <= _SUBHEADING and bool(element.tag == "h2" or _SUBHEADED.search(name_of(element)))
