"""An element of a parsed page in, how much text of which sort it holds out; and ways to take elements out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from transforms.cleaning.line_kinds import classify_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LONGEST_NAME = 500  # characters of a class or id that are examined; the longest honest ones have some 400
_PROSE = 80  # characters from which a paragraph says something; labels, buttons and captions are shorter
_LINKED = 0.5  # share of a paragraph in links from which it is a list of links
_PROSE_SHARE = 0.6  # share of a box's text in prose from which the box holds text and nothing else
_MOST_READ = 12  # paragraphs of a box whose lines are read closely
_TEXT_LENGTH = etree.XPath("string-length(normalize-space())")
_SENTENCE_END = re.compile(r"[.!?…:。！？؟۔।][\"'”’»«)\]」』]*$")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def length(element: HtmlElement) -> int:
    """Return the number of characters of all text in an element, runs of white space counted as one; scripts count."""
    return int(float(str(_TEXT_LENGTH(element))))


def link_length(element: HtmlElement) -> int:
    """Return how many characters of an element's text lie in links; all of them where it is a link itself."""
    return sum(length(link) for link in element.iter("a"))


def paragraph_length(element: HtmlElement) -> int:
    """Return the number of characters of text in the `<p>` elements of an element, or in itself where it is one."""
    if element.tag == "p":
        return length(element)
    return sum(length(each) for each in element.iter("p"))


def all_text(element: HtmlElement) -> str:
    """Return all text of an element on one line, that of scripts and hidden parts included; "" where it has none.

    The texts of two blocks are separated only by the space between them, if there is any.
    """
    return " ".join("".join(element.itertext()).split())


def name_of(element: HtmlElement) -> str:
    """Return the class and the id of an element with a space between, each cut to 500 characters; " " for neither."""
    return f"{(element.get('class') or '')[:_LONGEST_NAME]} {(element.get('id') or '')[:_LONGEST_NAME]}"


def lies_in(element: HtmlElement, *tags: str) -> bool:
    """Return whether any ancestor of an element has one of these tags; the element itself does not count."""
    return next(element.iterancestors(*tags), None) is not None


def following(element: HtmlElement, *tags: str) -> Iterator[HtmlElement]:
    """Iterate over the elements of these tags that begin behind the end of an element, in the order of the page.

    XPath's axis of this name, which finds all of them before it gives the first.
    """
    for around in (element, *element.iterancestors()):
        for sibling in around.itersiblings():
            yield from sibling.iter(*tags)


def preceding(element: HtmlElement, *tags: str) -> Iterator[HtmlElement]:
    """Iterate over the elements of these tags that end before an element begins, the nearest first (XPath's axis)."""
    for around in (element, *element.iterancestors()):
        for sibling in around.itersiblings(preceding=True):
            yield from reversed(list(sibling.iter(*tags)))


def is_prose(paragraph: HtmlElement) -> bool:
    """Return whether a paragraph is running text: 80 characters or more, closed like a sentence.

    A colon closes one too. False where half of its characters are in links, or where it lies in a link.
    """
    size = length(paragraph)
    if size < _PROSE or link_length(paragraph) >= _LINKED * size:
        return False
    if lies_in(paragraph, "a"):
        return False  # a teaser that is a link as a whole
    return bool(_SENTENCE_END.search(all_text(paragraph)))


def prose_of(element: HtmlElement) -> Iterator[HtmlElement]:
    """Iterate over the `<p>` elements of an element, itself included, that are running text (`is_prose`)."""
    return (each for each in element.iter("p") if is_prose(each))


def is_prose_box(element: HtmlElement) -> bool:
    """Return whether an element mainly holds running text: two paragraphs of it at least, with 60 % of its characters.

    False if it has a heading that is a link, or a form, or if one of its first twelve such paragraphs is a notice of
    rights or boilerplate: such boxes lie beside the article.
    """
    paragraphs = list(prose_of(element))
    if len(paragraphs) < 2 or element.find(".//form") is not None:
        return False
    if sum(map(length, paragraphs)) < _PROSE_SHARE * length(element):
        return False
    if any(is_link_heading(each) for each in element.iter(*_HEADINGS)):
        return False
    seen = [classify_line(all_text(each)) for each in paragraphs[:_MOST_READ]]
    return not any(line.is_legal or line.is_boilerplate for line in seen)


def is_link_heading(heading: HtmlElement) -> bool:
    """Return whether a heading leads to another page: half of its text or more is in links, or it is inside one."""
    if lies_in(heading, "a"):
        return True
    size = length(heading)
    return size > 0 and link_length(heading) >= _LINKED * size


def clear(element: HtmlElement) -> None:
    """Empty an element: remove its content and attributes; the element itself and the text behind it stay."""
    tail = element.tail
    element.clear()
    element.tail = tail


def drop(element: HtmlElement) -> None:
    """Remove an element from its tree; the text after it stays. A root is left as it is."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def forget_name(element: HtmlElement) -> None:
    """Remove class, id, style and `aria-hidden` from an element, so that no later step judges it by them."""
    for key in ("class", "id", "style", "aria-hidden"):
        element.attrib.pop(key, None)
