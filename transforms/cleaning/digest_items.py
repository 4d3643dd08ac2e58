"""A parsed page in, the items that it marks with headings out: title, address and text of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag

from lxml import etree

from transforms.cleaning.html_elements import all_text
from transforms.cleaning.line_kinds import count_units, ends_sentence
from transforms.cleaning.urls import normalise_url

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LEAST_ITEMS: Final = 3  # two headings may be one article and a link
_LEAST_UNITS = 8  # words of an item's own text, besides its heading
_WORDED = 0.8  # share of the items that have as many
_TITLE_UNITS = (2, 30)  # words of an item's headline
_LONGEST_TITLE = 300  # characters
_MOST_HEADINGS = 400  # examined: a page of more is an archive
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINES = ("p", "div", "td", "li", "dt", "span")
_BOLD = ("a", "b", "strong")
_INLINE = frozenset(("a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "q", "small", "span", "strong", "sub",
                     "sup", "time", "u"))  # fmt: skip
_APART = (
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "script",
    "style",
    "noscript",
    "template",
    "button",
    "figcaption",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedItem:
    """One of the short articles that a page gathers: title, address, paragraphs, the time that it states for itself."""

    title: str
    url: str | None
    paragraphs: tuple[str, ...]
    published: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedItems:
    """The short articles that a page gathers and marks, in its order, and how many words of the page are in none."""

    items: tuple[MarkedItem, ...]
    words_outside: int
    are_boxed: bool  # each stands in an element of its own, all of them alike

    @property
    def are_linked(self) -> bool:
        """Return whether every item has an address, and no two have the same."""
        addresses = [item.url for item in self.items]
        return None not in addresses and len(set(addresses)) == len(addresses)


def find_items(tree: HtmlElement, base: str | None) -> MarkedItems | None:
    """Find the articles that a page gathers (a digest, a ticker), each below a heading of one level, in its order.

    None where fewer than three are marked. `base` is the page's own address, against which links are resolved. Headings
    with links are preferred, then lines that are links. A heading has 2 to 30 words; four of five items have eight
    words of text or more. Changes the lxml tree: what is no text of the page is removed.
    """
    for element in list(tree.iter(*_APART)):
        if (
            any(heading.tag in ("h1", "h2", "h3") for heading in element.iter(*_HEADINGS))
            and element.tag == "header"
        ):
            continue  # of an article, not of the page
        element.drop_tree()
    heads = _choose(list(_headings(tree, base)))
    if len(heads) < LEAST_ITEMS:
        return None
    around = _common_ancestor([head for head, _ in heads])
    boxes = _boxes(heads, around)
    items = list(_boxed_items(boxes, heads, base) if boxes else _items_in_row(around, heads, base))
    worded = sum(_units(item.paragraphs) >= _LEAST_UNITS for item in items)
    if worded < LEAST_ITEMS or worded < _WORDED * len(items):
        return None
    body = next(tree.iter("body"), tree)
    inside = sum(_units((item.title, *item.paragraphs)) for item in items)
    return MarkedItems(
        items=tuple(items),
        words_outside=int(max(0, _units((all_text(body),)) - inside)),
        are_boxed=len({(box.tag, box.get("class")) for box in boxes}) == 1,
    )


def _units(texts: Sequence[str]) -> float:
    return sum(count_units(text) for text in texts)


def _headings(tree: HtmlElement, base: str | None) -> Iterator[tuple[str, HtmlElement, str | None]]:
    """Yield what may head an item, with its level and address: a heading, or a line that is all link or bold."""
    count = 0
    for element in tree.iter(*_HEADINGS, *_LINES):
        is_heading = element.tag in _HEADINGS
        if not is_heading and not _is_line_heading(element):
            continue
        title = all_text(element)
        least, most = _TITLE_UNITS
        if len(title) > _LONGEST_TITLE or not least <= count_units(title) <= most:
            continue
        count += 1
        if count > _MOST_HEADINGS:
            return
        yield element.tag if is_heading else "line", element, _address(element, base)


def _is_line_heading(element: HtmlElement) -> bool:
    """Return whether all that a line says lies in one link or one bold phrase, and it is no sentence or label."""
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        return False
    shown = [child for child in element if all_text(child)]
    return (
        len(shown) == 1
        and shown[0].tag in _BOLD
        and not ends_sentence(all_text(element))
        and count_units(all_text(element)) > 3
        and next(element.iter(*_HEADINGS), None) is None
    )


def _address(heading: HtmlElement, base: str | None) -> str | None:
    """Return where a heading links to: one page that is neither this one nor a front page."""
    links = {str(link.get("href") or "") for link in heading.iter("a")}
    above = next(heading.iterancestors("a"), None)
    if not links and above is not None:
        links = {str(above.get("href") or "")}
    return _article_address(links, base)


def _article_address(links: set[str], base: str | None) -> str | None:
    found = {url for link in links if link and (url := normalise_url(urldefrag(link)[0], base))}
    if len(found) != 1:
        return None
    url = found.pop()
    is_front = not url.partition("://")[2].partition("/")[2].strip("/")
    return None if is_front or url == base or not url.startswith("http") else url


def _choose(found: Sequence[tuple[str, HtmlElement, str | None]]) -> list[tuple[HtmlElement, str | None]]:
    """Choose what heads the items: headings with links, lines that are links, or else any headings of one level.

    Of several levels the one with the most headings is taken; lines that all say the same are no headlines.
    """
    linked = [one for one in found if one[2] is not None]
    for among in (
        [one for one in linked if one[0] != "line"],
        [one for one in linked if one[0] == "line"],
        [one for one in found if one[0] != "line"],
    ):
        for level, count in Counter(level for level, _, _ in among).most_common(1):
            heads = [(head, url) for at, head, url in among if at == level]
            if count >= LEAST_ITEMS and len({all_text(head) for head, _ in heads}) == count:
                return heads
    return []


def _common_ancestor(elements: Sequence[HtmlElement]) -> HtmlElement:
    shared = [*elements[0].iterancestors()]
    for element in elements[1:]:
        above = set(element.iterancestors())
        shared = [one for one in shared if one in above]
    return shared[0]


def _boxes(heads: Sequence[tuple[HtmlElement, str | None]], around: HtmlElement) -> list[HtmlElement]:
    """Return for each heading the element that holds it and its text and no other item; empty where most have none."""
    own = {id(head) for head, _ in heads}
    boxes = [_box(head, own, around) for head, _ in heads]
    worded = sum(
        _units((all_text(box),)) - _units((all_text(head),)) >= _LEAST_UNITS
        for box, (head, _) in zip(boxes, heads, strict=True)
    )
    return boxes if worded >= _WORDED * len(heads) else []


def _boxed_items(
    boxes: Sequence[HtmlElement], heads: Sequence[tuple[HtmlElement, str | None]], base: str | None
) -> Iterator[MarkedItem]:
    for box, (head, url) in zip(boxes, heads, strict=True):
        yield _item(head, url, chain([(box, False)], _walk(box, head)), box.iter("a", "time"), base)


def _items_in_row(
    around: HtmlElement, heads: Sequence[tuple[HtmlElement, str | None]], base: str | None
) -> Iterator[MarkedItem]:
    """Gather what follows each heading to the next one."""
    starts = {id(head): number for number, (head, _) in enumerate(heads)}
    parts: list[list[tuple[HtmlElement, bool]]] = [[] for _ in heads]
    number = -1
    for element, is_tail in _walk(around, None):
        if id(element) in starts and not is_tail:
            number = starts[id(element)]
        elif number >= 0 and (is_tail or not _lies_below(element, heads[number][0])):
            parts[number].append((element, is_tail))
    for (head, url), part in zip(heads, parts, strict=True):
        yield _item(head, url, iter(part), (one for one, is_tail in part if not is_tail), base)


def _lies_below(element: HtmlElement, head: HtmlElement) -> bool:
    return any(one is head for one in element.iterancestors())


def _box(head: HtmlElement, heads: set[int], around: HtmlElement) -> HtmlElement:
    """Return the largest element around a heading that holds no other one."""
    box = head
    while (above := box.getparent()) is not None and above is not around:
        if sum(id(one) in heads for one in above.iter(head.tag)) > 1:
            break
        box = above
    return box


def _walk(around: HtmlElement, left_out: HtmlElement) -> Iterator[tuple[HtmlElement, bool]]:
    """Yield the elements below one in the order of their texts; the flag says that the text behind it is meant."""
    inside: HtmlElement | None = None
    for event, element in etree.iterwalk(around, events=("start", "end")):
        if element is around:
            continue
        if event == "start":
            if element is left_out:
                inside = element
            if inside is None:
                yield element, False
        else:
            if element is inside:
                inside = None
            if inside is None:
                yield element, True


def _item(
    head: HtmlElement,
    url: str | None,
    parts: Iterator[tuple[HtmlElement, bool]],
    marks: Iterator[HtmlElement],
    base: str | None,
) -> MarkedItem:
    paragraphs: list[str] = []
    is_open = False
    for element, is_tail in parts:
        text = " ".join(((element.tail if is_tail else element.text) or "").split())
        is_inline = element.tag in _INLINE
        if not is_inline:
            is_open = False
        if text and is_open:
            paragraphs[-1] += f" {text}"
        elif text:
            paragraphs.append(text)
        is_open = (is_open and is_inline) or bool(text)
    found = [one for one in marks if isinstance(one.tag, str)]
    links = {str(link.get("href") or "") for link in found if link.tag == "a"}
    times = [time.get("datetime") for time in found if time.tag == "time" and time.get("datetime")]
    read_more = {all_text(link) for link in found if link.tag == "a"}
    kept = [one for one in paragraphs if not (one in read_more and count_units(one) < _LEAST_UNITS)]
    return MarkedItem(
        title=all_text(head),
        url=url or _article_address(links, base),
        paragraphs=tuple(kept),
        published=times[0] if len(times) == 1 else None,
    )
