"""A pruned page in, the box that holds most of its running text out, to compare what extraction brings with."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.cleaning.html_elements import all_text, is_prose, name_of, prose_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LEAST = 400  # characters of running text in one box from which a page holds an article at all
_MISSING = (
    0.5  # share of the box's running text that an extraction must have; less is another part of the page
)
_SHORTER = 0.7  # times the box's running text, from which an extraction is as likely the article itself
_KEY = 40  # characters by which a paragraph is found again in an extraction
_STEP = 0.7  # what a paragraph counts for the box around its parent, beside 1 for its parent
_COMMENTS = re.compile(r"comment|disqus|respond|kommentar|reply|replies|forum", re.I)


@dataclass(frozen=True, slots=True)
class TextBox:
    """An element of a page with the texts of the paragraphs of running text in it, in order."""

    element: HtmlElement
    paragraphs: tuple[str, ...]

    @property
    def length(self) -> int:
        """Return the number of characters of the paragraphs."""
        return sum(map(len, self.paragraphs))

    def is_missing_in(self, text: str) -> bool:
        """Return whether an extracted `text` lacks this box: it is shorter than 0.7 of it and lacks half of it.

        Lengths are those of its paragraphs; a paragraph is found again by its first 40 characters.
        """
        if len(text) >= _SHORTER * self.length:
            return False
        shown = " ".join(text.split())
        found = sum(len(each) for each in self.paragraphs if each[:_KEY] in shown)
        return found < _MISSING * self.length

    def copy(self) -> HtmlElement:
        """Return a deep copy of the element as a `<div>` without classes and ids: extraction would judge by them."""
        whole = copy.deepcopy(self.element)
        for each in whole.iter():
            each.attrib.pop("class", None)
            each.attrib.pop("id", None)
        whole.tag = "div"
        return whole


def densest_box(tree: HtmlElement) -> TextBox | None:
    """Return the element of a page that has the most running text close below it; None below 400 characters.

    The score is that of readability: a paragraph counts its length for its parent, and 0.7 of it for its grandparent;
    of equals the first counts. Where there is running text beside that element too, its parent is returned. Boxes of
    comments do not count. The lxml tree is left as it is.
    """
    scores: dict[HtmlElement, float] = {}
    apart: dict[HtmlElement, bool] = {}
    for paragraph in prose_of(tree):
        parent = paragraph.getparent()
        if parent is None or _is_of_comments(parent, apart):
            continue
        size = len(all_text(paragraph))
        scores[parent] = scores.get(parent, 0.0) + size
        around = parent.getparent()
        if around is not None:
            scores[around] = scores.get(around, 0.0) + _STEP * size
    if not scores:
        return None
    best = max(scores, key=lambda element: scores[element])
    around = best.getparent()
    if around is not None and any(is_prose(child) for child in around.iterchildren("p")):
        best = around  # the first paragraphs stand beside the box with the rest
    box = TextBox(best, tuple(all_text(each) for each in prose_of(best)))
    return box if box.length >= _LEAST else None


def _is_of_comments(parent: HtmlElement, known: dict[HtmlElement, bool]) -> bool:
    if parent not in known:
        known[parent] = any(
            _COMMENTS.search(name_of(each))
            for each in (parent, *parent.iterancestors())
            if each.tag != "body"
        )
    return known[parent]
