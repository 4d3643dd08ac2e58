"""A parsed page in, everything in it that can say something about its article out, gathered in one walk."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from transforms.encoding import tidy_line

LONGEST = 500  # characters of a field that are kept; longer ones are mistakes or attacks
_MOST_NAMES = 1_000  # different `<meta>` names, and values of one name, kept
_MOST_SCRIPTS = 100
_MOST_TIMES = 200
_MOST_ITEMS = 500
_MOST_HEADINGS = 10

_ITEMS: Any = etree.XPath(
    ".//*[@itemprop='headline' or @itemprop='datePublished' or @itemprop='dateModified' or "
    "@itemprop='articleSection' or @itemprop='author' or @itemprop='isAccessibleForFree' or @rel='author']"
)
_IS_UPDATED = re.compile(r"updat|modif|aktualis|geändert|edited|actuali|mis à jour|agg?iorn", re.I)
_IS_ELSEWHERE = re.compile(r"comment|sidebar|related|teaser|widget|footer", re.I)


@dataclass(slots=True)
class Markup:
    """What a page holds in its head, its scripts and its marked elements, as it stands there."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)  # JSON-LD
    canonical: str | None = None
    language: str | None = None
    titles: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    times: list[tuple[str, bool]] = field(default_factory=list)  # as stated, and whether marked as updated
    items: dict[str, list[str]] = field(default_factory=dict)  # microdata

    def first(self, names: tuple[str, ...]) -> str | None:
        """Give the first value that one of the `<meta>` names has, in the order of the names."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), None)


def gather(tree: Any) -> Markup:
    """Walk the page once and gather; bounded in number and length, the tree is left as it is."""
    page = Markup(language=tree.get("lang") or tree.get("xml:lang"))
    for element in tree.iter("meta", "script", "link", "title", "h1", "time"):
        _GATHERERS[element.tag](element, page)
    for element in _ITEMS(tree)[:_MOST_ITEMS]:
        name = (element.get("itemprop") or element.get("rel") or "").split()
        value = element.get("content") or element.get("datetime") or visible_text(element)
        if name and value:
            page.items.setdefault(name[0], []).append(value)
    return page


def visible_text(element: Any) -> str:
    """Give the text within an element on one line, cut to what a field can hold."""
    return tidy_line("".join(element.itertext())[: 4 * LONGEST])


def _gather_meta(element: Any, page: Markup) -> None:
    name = (
        element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
    )
    content = element.get("content")
    if name and content and len(page.meta) < _MOST_NAMES:
        values = page.meta.setdefault(name.strip().lower(), [])
        if len(values) < _MOST_NAMES:
            values.append(content.strip())


def _gather_script(element: Any, page: Markup) -> None:
    kind = element.get("type")
    if kind and "ld+json" in kind.lower() and element.text and len(page.scripts) < _MOST_SCRIPTS:
        page.scripts.append(element.text)


def _gather_link(element: Any, page: Markup) -> None:
    if not page.canonical and (element.get("rel") or "").lower() == "canonical":
        page.canonical = element.get("href")


def _gather_title(element: Any, page: Markup) -> None:
    found = page.titles if element.tag == "title" else page.headings
    if len(found) < _MOST_HEADINGS and (text := visible_text(element)):
        found.append(text)


def _gather_time(element: Any, page: Markup) -> None:
    stated = element.get("datetime") or visible_text(element)
    if not stated or len(page.times) >= _MOST_TIMES:
        return
    own = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    marks, around = [own], element
    for _ in range(4):
        around = around.getparent()
        if around is None:
            break
        marks.append(f"{around.get('class') or ''} {around.get('id') or ''}")
    if not _IS_ELSEWHERE.search(" ".join(marks)):
        page.times.append((stated, bool(_IS_UPDATED.search(own))))


_GATHERERS = {
    "meta": _gather_meta,
    "script": _gather_script,
    "link": _gather_link,
    "title": _gather_title,
    "h1": _gather_title,
    "time": _gather_time,
}
