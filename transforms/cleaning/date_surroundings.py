"""An element that prints a date in, what stands around it out: the article, other articles, comments, a table."""

from __future__ import annotations

import re
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING

from transforms.cleaning.html_elements import lies_in, name_of
from transforms.cleaning.line_kinds import classify_line, is_sentence, is_time
from transforms.cleaning.metadata_markup import is_other_item, visible_text

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LINK_EXTRA = 40  # characters beside its date that a link to another article has
_SHORT_WORDS = 3  # words that a sentence of a date has beside it
_HEADLINE = 20  # characters of a link that can be the headline of another article, and its words
_HEADLINE_WORDS = 4
_OF_ARTICLE = frozenset(("author", "tag", "category", "bookmark"))  # what a link can be to its own article
_MOST_CELLS = 100  # of a table in which a second date is searched for
_TEASER = 300  # characters of a box that holds one such link and its date
_TEASER_DEPTH = 3  # boxes around a date in which such a link is searched for

# Boxes whose times are those of something else: other articles, comments, the page itself, events.
_ELSEWHERE = re.compile(
    r"comment|disqus|respond|repl(?:y|ies)(?:$|[\s_-])|discussion|sidebar|side-bar|related|recommend|popular|most-?read|most-?view"
    r"|trending|newsletter|carousel|slider|swiper|ticker|breaking|more-?(?:news|stories|from|on)(?:$|[\s_-])|read-?(?:next|also)"
    r"|next-?(?:post|article)|prev(?:ious)?-?(?:post|article)|calendar|weather|clock|current-?(?:date|time)|masthead|top-?bar|top-?nav"
    r"|navbar|(?:^|[\s_-])(?:main|site)?-?(?:nav|menu)(?:$|[\s_-])|live-?date|copyright|(?:^|[\s_-])(?:site|page|global)?-?footer(?:$|[\s_-])"
    r"|site-?header|wm-(?:ipp|tb)|header-?(?:date|time|top)|server-?time|(?:^|[\s_-])(?:aside|ads?|advert|today)(?:$|[\s_-])"
    r"|outbrain|taboola|countdown|fixture|expire|deadline|twitter|tweet|instagram|fb-?(?:post|video)|facebook",
    re.I,
)
# Names that such boxes have, and boxes of the article itself as well: they count away from the headline.
_MAYBE_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:teaser|widget|promo|latest|recent|archive|event|search|card|list|item|feed|match|game|footer|box)s?(?:$|[\s_-])",
    re.I,
)
_OWN_NAME = re.compile(
    r"(?:article|entry|post|content|story|node|single)[\w-]{0,30}?(?:header|head|top|info|meta|foot(?:er)?)",
    re.I,
)
_OUTSIDE_TAGS = frozenset(
    (
        "aside", "nav", "footer", "form", "select", "button", "script", "style", "noscript", "template", "blockquote",
        "figcaption",
    )
)  # fmt: skip
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class Doubt(Enum):
    """How sure it is that a printed date is the article's: OWN (certain), MAYBE, or ELSEWHERE (of another item)."""

    OWN = 0
    MAYBE = 1
    ELSEWHERE = 2


def doubt_about(element: HtmlElement, article_boxes: frozenset[HtmlElement]) -> Doubt:
    """Return whether an element lies in a box of something other than the page's article (ELSEWHERE), or may (MAYBE).

    Judged by tags, classes, ids and schema.org types of the element and of those around it, up to the first of
    `article_boxes`: the elements around the headline, which belong to the article; empty where there is no headline.
    OWN in all other cases.
    """
    doubt = Doubt.OWN
    shown = len(visible_text(element))
    for around in (element, *element.iterancestors()):
        if around in article_boxes:
            return doubt
        if is_other_item(around):
            return Doubt.ELSEWHERE
        tag = around.tag
        name = name_of(around)
        is_own = bool(_OWN_NAME.search(name))
        if tag in _OUTSIDE_TAGS and not (tag == "footer" and lies_in(around, "article")):
            return Doubt.ELSEWHERE
        if tag == "header" and not is_own and not lies_in(around, "article", "main"):
            return Doubt.ELSEWHERE
        if tag == "article" and article_boxes:
            return Doubt.ELSEWHERE
        if not is_own and _ELSEWHERE.search(name):
            return Doubt.ELSEWHERE
        if tag == "a" and around is not element and len(visible_text(around)) > shown + _LINK_EXTRA:
            return Doubt.ELSEWHERE  # a link to another article with its date
        if not is_own and _MAYBE_ELSEWHERE.search(name):
            doubt = Doubt.MAYBE
        if tag in ("main", "body"):
            return doubt
    return doubt


def is_beside_link(element: HtmlElement, article_boxes: frozenset[HtmlElement]) -> bool:
    """Return whether a date is in the same small box as a link to another article.

    The box is the element or one of its three nearest ancestors, of up to 300 characters and below `article_boxes`, the
    elements around the headline. Such a link has 20 characters and four words or more, and no `rel` of author, tag,
    category or bookmark.
    """
    inside = {element, *element.iterancestors("a")}
    for depth, around in enumerate((element, *element.iterancestors())):
        if depth > _TEASER_DEPTH or around in article_boxes or around.tag in ("body", "main", "article"):
            return False
        if len(visible_text(around)) > _TEASER:
            return False
        if any(_leads_to_article(link) for link in around.iter("a") if link not in inside):
            return True
    return False


def _leads_to_article(link: HtmlElement) -> bool:
    if not _OF_ARTICLE.isdisjoint((link.get("rel") or "").split()):
        return False
    text = visible_text(link)
    return len(text) >= _HEADLINE and text.count(" ") >= _HEADLINE_WORDS - 1


def is_in_table(element: HtmlElement) -> bool:
    """Return whether the element of a date is in a table with headings, or in one with another date or time.

    For the latter the date's own row must have two cells or more; the first 100 `td` of the table that hold no markup
    are examined. False outside a table.
    """
    cell = next(iter([element] if element.tag in ("td", "th") else element.iterancestors("td", "th")), None)
    if cell is None:
        return False
    table = next(cell.iterancestors("table"), None)
    if table is None:
        return False
    if cell.tag == "th" or table.find(".//th") is not None:
        return True
    row = cell.getparent()
    if row is None or len(row) < 2:
        return False
    cells = (each for each in islice(table.iter("td"), _MOST_CELLS) if each is not cell and not len(each))
    return any(is_time(text) for each in cells if (text := visible_text(each)))


def block_of(element: HtmlElement) -> HtmlElement:
    """Return the nearest paragraph, list item, table cell, quotation or caption around an element.

    The element itself where there is none, or where a larger box (`<div>`, `<article>` …) comes first.
    """
    for around in element.iterancestors():
        if around.tag in ("p", "li", "td", "th", "dd", "blockquote", "figcaption"):
            return around
        if around.tag in ("div", "article", "section", "header", "main", "body"):
            break
    return element


def is_prose_date(block: HtmlElement, date: str) -> bool:
    """Return whether a date is in a sentence: its block closes like a sentence and has three more words.

    `date` is the date as it is in the block; for "" the block has to have seven words. Words have two letters or more.
    A line with a time and little else, a byline or boilerplate is no sentence.
    """
    text = visible_text(block)
    if not text or not is_sentence(text):
        return False
    rest = text.replace(date, " ") if date else text
    if len(_LETTERS.findall(rest)) < _SHORT_WORDS + (0 if date else 4):
        return False
    seen = classify_line(text)
    return not (seen.is_time or seen.is_byline or seen.is_boilerplate)


def before(element: HtmlElement) -> str:
    """Return the last 40 characters, or fewer, of the text right before an element; "" if that is the headline.

    They are those of the text between it and the element before it, else of that element (with a colon after a `<dt>`
    or `<th>`); for a first child those of the text in its parent.
    """
    previous = element.getprevious()
    if previous is not None and previous.tag in ("h1", "h2") and not (previous.tail or "").strip():
        return ""
    if previous is not None:
        text = (previous.tail or "").strip() or visible_text(previous)
        return f"{text}:"[-40:] if previous.tag in ("dt", "th") and not text.endswith(":") else text[-40:]
    parent = element.getparent()
    return ((parent.text if parent is not None else "") or "")[-40:]
