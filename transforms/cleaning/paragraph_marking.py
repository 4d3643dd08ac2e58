"""A page written without paragraph elements in, the same page with its lines of text marked as paragraphs out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.cleaning.html_elements import length, link_length

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LINE = 80  # characters of a box without boxes in it, or of text between boxes, from which it is running text
_LEAST = 400  # characters of such text from which a page holds an article at all
_ALONE = 500  # characters of such text in one box that are an article by themselves
_MOST = 0.6  # share of the page's text outside links; a page with more text elsewhere is better left as it is
_BLOCKS = frozenset(
    (
        "div", "p", "ul", "ol", "dl", "table", "section", "article", "aside", "header", "footer", "nav", "main", "form",
        "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figure", "pre", "hr", "center",
    )
)  # fmt: skip
_BOXES = ("div", "section", "article", "main", "td", "center")


def mark_paragraphs(tree: HtmlElement) -> None:
    """Mark lines of text as `<p>`, in place, where they are in boxes of their own or bare between line breaks.

    A line has 80 characters or more. The tree is left as it is where such lines hold less text than an article does:
    500 characters outside links in one box, or 400 and 60 % of the page's in all.
    """
    boxes = list(tree.iter(*_BOXES))
    leaves = {each for each in boxes if _BLOCKS.isdisjoint(child.tag for child in each)}
    bare = [each for each in boxes if _has_bare_text(each) and (each not in leaves or _has_break(each))]
    lines = [each for each in leaves if each not in bare and length(each) >= _LINE]
    if not _hold_the_text(_outermost({*bare, *lines}), tree):
        return
    around = {each.getparent() for each in lines}
    for element in leaves.difference(bare):
        if element.getparent() in around and element.tag == "div":
            element.tag = "p"
    for element in bare:
        _wrap_runs(element)


def _hold_the_text(boxes: list[HtmlElement], tree: HtmlElement) -> bool:
    """Return whether one box holds an article's worth of text, or all of them most of the page's."""
    sizes = [length(each) - link_length(each) for each in boxes]
    if max(sizes, default=0) >= _ALONE:
        return True
    return sum(sizes) >= max(_LEAST, _MOST * (length(tree) - link_length(tree)))


def _outermost(boxes: set[HtmlElement]) -> list[HtmlElement]:
    return [each for each in boxes if boxes.isdisjoint(each.iterancestors())]


def _has_bare_text(box: HtmlElement) -> bool:
    return any(len(piece.strip()) >= _LINE for piece in (box.text, *(child.tail for child in box)) if piece)


def _has_break(box: HtmlElement) -> bool:
    return box.find("br") is not None


def _wrap_runs(box: HtmlElement) -> None:
    """Put each run of text and inline elements between blocks and line breaks into a paragraph of its own."""
    children, run = list(box), box.makeelement("p")
    run.text, box.text = box.text, None
    for child in children:
        box.remove(child)
    for child in children:
        tail, child.tail = child.tail, None
        if child.tag in _BLOCKS or child.tag == "br":
            _flush(box, run)
            if child.tag != "br":
                box.append(child)
            run = box.makeelement("p")
            run.text = tail
        else:
            child.tail = tail
            run.append(child)
    _flush(box, run)


def _flush(box: HtmlElement, run: HtmlElement) -> None:
    if len(run) or (run.text or "").strip():
        box.append(run)
