"""A parsed page in, everything in it that can state something about its article out, gathered in one pass."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from lxml import etree

from transforms.cleaning.html_elements import drop, name_of
from transforms.text.encoding import tidy_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LONGEST = 500  # characters of a field that are kept; longer ones are mistakes or attacks
_MOST_NAMES = 1_000  # different `<meta>` names, and values of one name, kept
_MOST_SCRIPTS = 100
_MOST_ITEMS = 500
_MOST_HEADINGS = 10

# Headers of the answer that state something of the page; its Date and Expires are those of sending it.
_EQUIVALENTS = ("content-language", "language", "last-modified")
_WORD_LETTERS = 3  # letters of an element that can be a word by itself; a drop capital has one
_BLOCKS = frozenset(
    (
        "div",
        "p",
        "br",
        "li",
        "ul",
        "ol",
        "section",
        "header",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "td",
        "hr",
    )
)

_ITEMS = frozenset(
    ("headline", "datePublished", "dateModified", "articleSection", "author", "isAccessibleForFree")
)
_MARKED: Any = etree.XPath(".//*[@itemprop or @rel]")
# What an item of schema.org within a page can be that is not its article; a page about one has its headline in it.
_OTHER_ITEM = re.compile(
    r"(?:Comments?|Review|Rating|Answer|Offer|Product|Event|Person|Organization|\wObject|ListItem)/?$"
)
_IS_ELSEWHERE = re.compile(r"comment|sidebar|related|teaser|widget|footer", re.I)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MOST_PARTS = 40  # elements within a heading; one with more holds other things than a headline
_LEAST_HEADLINE = 3  # words, and letters, that are left of a heading without its labels
_LEAST_LETTERS = 6
_BEHIND_LABEL = " :|–—-•·"  # signs between a label and its headline
_LONGEST_LABEL = 60  # characters of a line above a headline, or of a mark beside it
# what screen readers alone say, and what no one sees
_HIDDEN_NAME = re.compile(
    r"(?:^|[\s_-])(?:sr|screen-?reader|visually-?hidden|visuallyhidden|a11y)(?:-only|-text)?(?:$|[\s_-])|sr-?only",
    re.I,
)
_HIDDEN_STYLE = re.compile(r"display\s?:\s?none|visibility\s?:\s?hidden", re.I)
_LABEL_NAME = re.compile(
    r"kicker|overline|eyebrow|dachzeile|spitzmarke|topline|antetitulo|occhiello|surtitre|badge"
    r"|(?:^|[\s_-])(?:label|rubric|flag)(?:$|[\s_-])",
    re.I,
)


@dataclass(slots=True)
class Markup:
    """What a page states in its markup, not interpreted: `<meta>` values, JSON-LD, titles, headings, microdata.

    `meta` has the values by name in small letters, `items` those of microdata by `itemprop`; `scripts` are the bodies
    of JSON-LD scripts, `canonical` and `language` the stated address and tag (None for none), `titles` and `headings`
    the texts of `<title>` and `<h1>`, of which `shortened` has shorter forms.
    """

    meta: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)  # JSON-LD
    canonical: str | None = None
    language: str | None = None
    titles: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    shortened: dict[str, list[str]] = field(default_factory=dict)  # of a heading: without one of its elements
    items: dict[str, list[str]] = field(default_factory=dict)  # microdata
    scopes: dict[HtmlElement, bool] = field(default_factory=dict)  # items of microdata: is each another?

    def first(self, names: tuple[str, ...]) -> str | None:
        """Return the first non-empty value of the first `<meta>` name, of those given, that has one; else None.

        `names` are in small letters.
        """
        return next((value for name in names for value in self.meta.get(name, ()) if value), None)


def gather(tree: HtmlElement) -> Markup:
    """Walk the page once and gather what its head, scripts and marked elements state; the lxml tree is left as it is.

    `tree` is the root. At most 1,000 `<meta>` names, 100 scripts, 10 titles and 10 headings are kept, and 500 marked
    elements examined.
    """
    page = Markup(language=tree.get("lang") or tree.get("xml:lang"))
    for element in tree.iter("meta", "script", "link", "title", "h1"):
        _GATHERERS[element.tag](element, page)
    for element in islice(filter(_is_item, _MARKED(tree)), _MOST_ITEMS):
        name = (element.get("itemprop") or element.get("rel") or "").split()
        if "author" in name:
            if _is_elsewhere(element):
                continue
            name = ["author"]  # `rel="noopener author"`
        if _is_of_other_item(element, page):
            continue
        value = element.get("content") or element.get("datetime") or _titled(element) or _named_text(element)
        if name and value:
            is_subheading = name[0] == "headline" and not _is_heading(element)
            page.items.setdefault("line" if is_subheading else name[0], []).append(value)
    return page


def _is_item(element: HtmlElement) -> bool:
    return element.get("itemprop") in _ITEMS or " author " in f" {element.get('rel') or ''} "


def _is_heading(element: HtmlElement) -> bool:
    """Return whether a marked headline is a heading, is in one or holds one, or is stated and not shown."""
    return (
        element.get("content") is not None
        or element.tag in _HEADINGS
        or next(element.iterancestors(*_HEADINGS), None) is not None
        or next(element.iter(*_HEADINGS), None) is not None
    )


def is_other_item(scope: HtmlElement) -> bool:
    """Return whether an element is a schema.org item that is no article: a comment, a review, a picture.

    Judged by its `itemtype`, which ends in Comment, Review, Rating, Answer, Offer, Product, Event, Person,
    Organization, ListItem or a kind of Object; False without `itemscope`.
    """
    return scope.get("itemscope") is not None and bool(
        _OTHER_ITEM.search((scope.get("itemtype") or "")[:LONGEST])
    )


def _is_of_other_item(element: HtmlElement, page: Markup) -> bool:
    """Return whether a property is that of another item than the page's article; one with the headline is its own."""
    scope = next((each for each in element.iterancestors() if each.get("itemscope") is not None), None)
    if scope is None:
        return False
    if scope not in page.scopes:
        page.scopes[scope] = is_other_item(scope) and next(scope.iter("h1"), None) is None
    return page.scopes[scope]


def _named_text(element: HtmlElement) -> str:
    """Return the text of an item's `name`, if it has one in a part of its own: it may stand behind "written by"."""
    name = element.find(".//*[@itemprop='name']") if element.get("itemscope") is not None else None
    return visible_text(element if name is None else name)


def _titled(element: HtmlElement) -> str | None:
    """Return what an abbreviation stands for: microformats keep the time of a date there."""
    return element.get("title") if element.tag == "abbr" else None


def visible_text(element: HtmlElement) -> str:
    """Return the text within an element on one line, from its first 2,000 characters; hidden parts are included.

    Blocks in it are separated by a space, and so are two inline elements in a row of which the second begins like a
    word: pages separate kicker and headline by style alone. "" where it has no text.
    """
    if len(element) == 0:
        return tidy_line((element.text or "")[: 4 * LONGEST])
    pieces: list[str] = []
    size = 0
    is_after_element = False
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            text = each.text or ""
            if each is not element and (
                each.tag in _BLOCKS or (is_after_element and _begins_word(pieces, text))
            ):
                pieces.append(" ")
            is_after_element = is_after_element and not text
        else:
            text = "" if each is element else each.tail or ""
            pieces.append(" ") if each is not element and each.tag in _BLOCKS else None
            is_after_element = not text
        if text:
            pieces.append(text)
            size += len(text)
        if size >= 4 * LONGEST:
            break  # an element may hold the whole page, and is asked for each date in it
    return tidy_line("".join(pieces)[: 4 * LONGEST])


def lines_of(element: HtmlElement) -> list[str]:
    """Return the lines of an element's text, parted at its `<br>`, each with single spaces; at least one, may be "".

    Breaks within its children part nothing.
    """
    if element.find("br") is None:
        return [visible_text(element)]
    lines = [element.text or ""]
    for child in element:
        if child.tag == "br":
            lines.append(child.tail or "")
        else:
            lines[-1] += f" {visible_text(child)} {child.tail or ''}"
    return [" ".join(line.split()) for line in lines]


def _begins_word(pieces: list[str], text: str) -> bool:
    before = pieces[-1] if pieces else ""
    if not before or not text or len(before.strip()) < _WORD_LETTERS:
        return False
    last = before[-1]
    return (last.isalnum() or last in ":.!?|»”") and (
        text[0].isupper() or text[0].isdigit() or text[0] in '„“«"'
    )


def _is_elsewhere(element: HtmlElement) -> bool:
    """Return whether an element lies in a box beside the article, a comment or a teaser."""
    for around in element.iterancestors():
        if around.tag in ("aside", "footer", "nav"):
            return True
        if around.tag not in ("body", "html") and _IS_ELSEWHERE.search(name_of(around)):
            return True
    return False


def _gather_meta(element: HtmlElement, page: Markup) -> None:
    name = element.get("property") or element.get("name")
    if not name and (name := element.get("itemprop")) and _is_of_other_item(element, page):
        return
    if not name:
        name = element.get("http-equiv") or ""
        name = name if name.lower() in _EQUIVALENTS else ""
    content = element.get("content")
    if name and content and len(page.meta) < _MOST_NAMES:
        values = page.meta.setdefault(name.strip().lower(), [])
        if len(values) < _MOST_NAMES:
            values.append(content.strip())


def _gather_script(element: HtmlElement, page: Markup) -> None:
    kind = element.get("type")
    if kind and "ld+json" in kind.lower() and element.text and len(page.scripts) < _MOST_SCRIPTS:
        page.scripts.append(element.text)


def _gather_link(element: HtmlElement, page: Markup) -> None:
    if not page.canonical and (element.get("rel") or "").lower() == "canonical":
        page.canonical = element.get("href")


def _gather_title(element: HtmlElement, page: Markup) -> None:
    if len(page.titles) < _MOST_HEADINGS and (text := visible_text(element)):
        page.titles.append(text)


def _gather_heading(element: HtmlElement, page: Markup) -> None:
    if len(page.headings) >= _MOST_HEADINGS:
        return
    heading = _without_labels(element) if 0 < _count_parts(element) <= _MOST_PARTS else element
    text = visible_text(heading)
    if heading is not element:
        text = text.lstrip(_BEHIND_LABEL)
    if not text or _is_logo(heading, text):
        return
    page.headings.append(text)
    if 0 < len(heading) <= _MOST_PARTS and len(text) <= LONGEST:
        page.shortened[text] = [_text_without(heading, number) for number in range(len(heading))]


def _count_parts(element: HtmlElement) -> int:
    return sum(1 for _ in islice(element.iter(), _MOST_PARTS + 2)) - 1


def _without_labels(element: HtmlElement) -> HtmlElement:
    """Return a heading without what nobody sees, and without a kicker, a mark or small print beside its words.

    A copy; the heading as it is where less than a headline would be left.
    """
    for is_out in (_is_label, _is_hidden):
        rest = deepcopy(element)
        rest.tail = None
        for each in [each for each in rest.iterdescendants() if _is_hidden(each) or is_out(each)]:
            each.tail = f" {each.tail or ''}"
            drop(each)
        text = visible_text(rest)
        if len(text.split()) >= _LEAST_HEADLINE or (not text.isascii() and len(text) >= _LEAST_LETTERS):
            return rest
    return element


def _is_hidden(element: HtmlElement) -> bool:
    return (
        element.get("hidden") is not None
        or bool(_HIDDEN_NAME.search(name_of(element)))
        or bool(_HIDDEN_STYLE.search((element.get("style") or "")[:LONGEST]))
    )


def _is_label(element: HtmlElement) -> bool:
    is_named = element.tag == "small" or bool(_LABEL_NAME.search(name_of(element)))
    return is_named and len(visible_text(element)) <= _LONGEST_LABEL


def _is_logo(heading: HtmlElement, text: str) -> bool:
    """Return whether a heading is a link to the front page as a whole: the name of the site."""
    link = next(heading.iter("a"), None) if heading.tag != "a" else heading
    return link is not None and leads_home(link.get("href") or "") and visible_text(link) == text


def leads_home(address: str) -> bool:
    """Return whether an address is that of a front page: "/", "https://example.org/", "/index.html"."""
    rest = address.partition("://")[2] if "://" in address else address
    return rest.partition("/")[2] in ("", "index.html", "index.php") and ("/" in rest or "://" in address)


def _text_without(heading: HtmlElement, number: int) -> str:
    rest = deepcopy(heading)
    rest[number].tail = f" {rest[number].tail or ''}"
    drop(rest[number])
    return visible_text(rest).lstrip(_BEHIND_LABEL)


_GATHERERS = {
    "meta": _gather_meta,
    "script": _gather_script,
    "link": _gather_link,
    "title": _gather_title,
    "h1": _gather_heading,
}
