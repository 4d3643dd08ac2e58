"""A parsed page in, the same page without what is never part of an article out; rules of structure, not of sites."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from transforms.cleaning.article_kinds import markers
from transforms.cleaning.headline_removal import drop_headline, lines_below_headline, matches_headline
from transforms.cleaning.html_elements import (
    all_text,
    drop,
    forget_name,
    is_link_heading,
    is_prose,
    is_prose_box,
    length,
    name_of,
    paragraph_length,
    prose_of,
)
from transforms.cleaning.line_kinds import is_comments, letters
from transforms.cleaning.link_pruning import drop_link_blocks
from transforms.cleaning.paragraph_marking import mark_paragraphs
from transforms.cleaning.title_cleaning import fold

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Elements that hold no article text on any page. Taken out first, since extraction copies the tree several times.
_CODE = ("style", "template", "svg", "canvas")
_UNSEEN = ("iframe", "embed", "input", "link", "meta")
_NEVER = (
    "noscript", "object", "audio", "video", "nav", "button", "select", "textarea", "dialog", "fieldset", "label",
    "menu",
)  # fmt: skip
# What designers call the parts around an article, as whole words of a class or an id. Text is found in none of these …
_APART = (
    r"comments?|comment-?(?:list|section|form|area|s-area)|disqus\w*|respond|"
    r"author-?(?:bio|box|info|card|description)|about-?(?:the-?)?author|bio|byline|"
    r"print-?(?:only|header|footer)|visible-?print|screen-?reader\w*|sr(?:-?only)?|no-?js|visually-?hidden|"
    r"rollover|tooltip|popover|flyout|hover-?card|bread-?crumbs?|outbrain|taboola|"
    r"captions?|wp-caption-text|image-?(?:credit|caption)|photo-?(?:credit|caption)|credits?|"
    r"cookies?|consent|gdpr|copyright|disclaimer|legal|correction-?form|paywall-?(?:prompt|offer|cta)|cta|pop-?ups?"
)
# … and sometimes in these, which name the column or the grid that it stands in.
_BESIDE = (
    r"news-?letters?|subscri(?:be|ption)s?|sign-?up|opt-?in|promos?|advert\w*|sponsor\w*|"
    r"related\w*|recirc\w*|recommend\w*|trending|popular|most-?(?:read|popular|viewed|shared)|more-?(?:on|from|stories|news)|"
    r"read-?(?:more|next|also)|also-?(?:read|like)|you-?may|up-?next|next-?(?:up|article|post|story)|"
    r"latest(?:-?(?:news|stories|posts|box))?|rail|side-?bar|"
    r"share(?:s|d|-?(?:bar|buttons?|tools|links|this))?|sharing|social|follow-?us|addthis\w*|sharedaddy|"
    r"tags?|tag-?(?:list|cloud|links)|topics|post-?(?:tags|navigation|nav|footer)|keywords|"
    r"slug|kicker|eyebrow|time-?stamp|(?:video|audio|media)-?player|"
    r"inline-?ad|ads?|ad-?(?:slot|unit|wrapper|container|break)"
)
_NOISE = re.compile(rf"(?:^|[\s_-])(?:{_APART}|{_BESIDE})(?:$|[\s_-])", re.I)
_NEVER_TEXT = re.compile(rf"(?:^|[\s_-])(?:{_APART})(?:$|[\s_-])|comment|footer|teaser|modal", re.I)
# Class words that put an element above suspicion even if another of its words is in the list.
_BODY = re.compile(
    r"article[-_]*(?:body|content|text)|(?:entry|post|story|main)[-_]*(?:content|body|text)|hentry", re.I
)
# Parts of names by which trafilatura takes elements out, without a look at what they hold.
_DISCARDED = re.compile(
    r"hid(?:e|den)|related|newsletter|sidebar|widget|promo|social|share|viral|banner|embed|teaser|footer|menu|nav|"
    r"bar\b|button|tags|author|meta|rating|attachment|message|slide|viewport|overlay|options|expand|blurred|"
    r"obfuscated|premium|permission|modal|-ad-|\bad-|next-|-stories|popular|more-on|noprint|notloaded|display:\s*none",
    re.I,
)
# A part that holds more than this share of the page's paragraph text is not taken out, whatever its name:
# themes name whole columns after their sidebar. Chosen on half of the evaluation pages.
_MOST_SHARE = 0.25
# Share of the page's running text in named parts together from which their names say nothing.
_MOST_NAMED = 0.4
# Share of the page's paragraph text that boxes of one name must hold to be taken for a part of the article.
_LEAST_NAMED = 0.12
_NAMED = (
    "div", "section", "ul", "ol", "aside", "p", "span", "figure", "figcaption", "footer", "header", "table", "h2",
    "h3", "h4", "article",
)  # fmt: skip
_BOXES = ("div", "section", "article", "main", "aside", "span")
_POST = re.compile(r"twitter-(?:tweet|video)|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed", re.I)
_POST_FRAME = 60  # characters beside the post within a box that holds nothing else
_COMMENT_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_LONGEST_OFFER = 100  # characters of the line that offers a subscription, and of the box around it
_LONGEST_WALL = 500
_LONGEST_LABEL = 60  # characters of a heading over readers' comments
_ARTICLE = 400  # characters of paragraphs from which an article element is one, and not a card with a teaser


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning took out of a page: its standfirst, if any, and whether there was an offer to subscribe.

    `below` are the lines below the headline that could be a standfirst (see `lines_below_headline`).
    """

    standfirst: str | None
    had_wall: bool
    below: tuple[str, ...]  # lines below the headline that may be one, and the first of the text


def prune(tree: HtmlElement, title: str | None = None) -> Pruned:
    """Remove from a parsed page, in place, what is never part of an article: by tag, class, id, links and headline.

    `title` is the headline, which is removed with the box around it; without one none is. Running text stays, whatever
    the class of the box around it. Raises nothing.
    """
    for element in list(tree.iter("script", *_UNSEEN)):
        drop(element)
    total = paragraph_length(tree)
    if total < _ARTICLE:
        mark_paragraphs(tree)
        total = paragraph_length(tree)
        total = total if total >= _ARTICLE else 0  # nothing distinguishes the article from a box beside it
    for element in list(tree.iter(*_NEVER)):
        if len(element) and total and _paragraph_share(element, total) > _MOST_SHARE:
            element.tag = "div"  # never closed, or the page's whole text for readers without scripts
        else:
            drop(element)
    _unwrap_layout(tree, total)
    _drop_comments(tree, title)
    had_wall = _drop_walls(tree)
    _keep_posts(tree)
    _drop_other_articles(tree, title)
    _drop_named(tree, total)
    _clear_names(tree, total)
    drop_link_blocks(tree)
    below = lines_below_headline(tree, title)
    standfirst = drop_headline(tree, title, total)
    _join_chunks(tree)
    return Pruned(standfirst, had_wall, below)


def drop_code(tree: HtmlElement) -> None:
    """Remove scripts except JSON-LD, styles, templates and drawings from a parsed page, in place.

    They are the greater part of many pages.
    """
    for element in list(tree.iter("script", *_CODE)):
        if element.tag != "script" or "ld+json" not in (element.get("type") or "").lower():
            drop(element)


def _drop_comments(tree: HtmlElement, title: str | None) -> None:
    """Take out what stands behind a heading of readers' comments, with the heading, where an article stands before it.

    That are its siblings, or those of the box that holds the heading alone. A headline behind it, or more than one
    such heading with text between, means that it is of something else.
    """
    before = 0
    wanted = fold(title or "")
    for element in tree.iter("p", *_COMMENT_HEADINGS):
        if element.tag == "p":
            before += length(element)
            continue
        if before < _ARTICLE or length(element) > _LONGEST_LABEL or is_link_heading(element):
            continue
        text = all_text(element)
        if not text or not is_comments(text):
            continue
        box = element
        while box.getparent() is not None and length(box.getparent()) == length(element):
            box = box.getparent()
        behind = list(box.itersiblings())
        if any(wanted and matches_headline(head, wanted) for each in behind for head in each.iter("h1")):
            continue
        for each in (box, *behind):
            drop(each)
        return


def _drop_walls(tree: HtmlElement) -> bool:
    """Take out boxes behind running text that offer a subscription for the rest; return whether there was one."""
    has_text = had_wall = False
    for element in list(tree.iter("p", *_COMMENT_HEADINGS)):
        size = length(element)
        if size > _LONGEST_OFFER or not has_text:
            has_text = has_text or (element.tag == "p" and is_prose(element))
        elif size and markers().paywall.search(letters(all_text(element))):
            drop(_box_of_offer(element))
            had_wall = True
    return had_wall


def _box_of_offer(element: HtmlElement) -> HtmlElement:
    """Return the largest box around the line of an offer that is short, and has no running text before that line."""
    box = element
    for around in element.iterancestors("div", "section", "aside", "form"):
        before = takewhile(lambda each: each is not element, around.iter("h1", "p", element.tag))
        if length(around) > _LONGEST_WALL or any(each.tag == "h1" or is_prose(each) for each in before):
            break
        box = around
    return box


def _drop_named(tree: HtmlElement, total: int) -> None:
    """Take out boxes by their names, unless they hold running text or, together, too much of the page's."""
    doubtful: list[HtmlElement] = []
    for element in list(tree.iter(*_NAMED)):
        name = name_of(element)
        if not _is_noise(name) or element.getparent() is None:
            continue
        if _paragraph_share(element, total) > _MOST_SHARE or element.find(".//h1") is not None:
            continue
        if total and not _is_never_text(name) and element.find(".//p") is not None:
            doubtful.append(element)
        else:
            drop(element)
    kept = [element for element in doubtful if is_prose_box(element)]
    prose = {element: sum(map(length, prose_of(element))) for element in doubtful if element not in kept}
    is_too_much = sum(prose.values()) > _MOST_NAMED * total
    for element in prose:
        if is_too_much and prose[element] >= 0.8 * length(element):
            forget_name(element)
        else:
            drop(element)


def _clear_names(tree: HtmlElement, total: int) -> None:
    """Take the names off boxes of running text by which extraction would take them out unseen."""
    suspects: dict[str, list[HtmlElement]] = {}
    for element in tree.iter(*_BOXES):
        name = f"{name_of(element)} {element.get('style') or ''}"[:600]
        if element.get("aria-hidden") == "true" or _is_discarded(name):
            suspects.setdefault(name, []).append(element)
    for alike in suspects.values():
        if sum(_paragraph_share(element, total) for element in alike) < _LEAST_NAMED:
            continue
        for element in alike:
            if is_prose_box(element):
                forget_name(element)
    for element in list(tree.iter("aside", "footer")):
        if total and _paragraph_share(element, total) > 2 * _MOST_SHARE:
            element.tag = "div"


@lru_cache(maxsize=8_192)  # the pages of a site share their names, and most names stand on a page many times
def _is_noise(name: str) -> bool:
    return len(name) >= 3 and bool(_NOISE.search(name)) and not _BODY.search(name)


@lru_cache(maxsize=8_192)
def _is_body(name: str) -> bool:
    return bool(_BODY.search(name))


@lru_cache(maxsize=8_192)
def _is_never_text(name: str) -> bool:
    return bool(_NEVER_TEXT.search(name))


@lru_cache(maxsize=8_192)
def _is_discarded(name: str) -> bool:
    if not _DISCARDED.search(name) or _NEVER_TEXT.search(name):
        return False
    return "hid" in name.lower() or not _BODY.search(name)


def _unwrap_layout(tree: HtmlElement, total: int) -> None:
    """Turn tables that lay out the page into plain boxes: those that hold the headline or much of the text."""
    for table in list(tree.iter("table")):
        if table.find(".//h1") is None and not (total and _paragraph_share(table, total) > _MOST_SHARE):
            continue
        for part in list(table.iter("table", "tbody", "thead", "tfoot", "tr", "td", "th")):
            if part is table or next(part.iterancestors("table"), table) is table:
                part.tag = "div"
        table.tag = "div"


def _keep_posts(tree: HtmlElement) -> None:
    """Take the names off quoted posts and their boxes: they are part of the report, and named as noise."""
    for quote in list(tree.iter("blockquote")):
        if not _POST.search(quote.get("class") or ""):
            continue
        for element in (quote, *list(quote.iterancestors())[:3]):
            if element is quote or (element.tag == "div" and length(element) < length(quote) + _POST_FRAME):
                element.attrib.pop("class", None)
                element.attrib.pop("id", None)


def _drop_other_articles(tree: HtmlElement, title: str | None) -> None:
    """Take out further articles of the page: cards nested in its own one, and articles beside it.

    Sections of one article that are marked up as articles themselves have no link in their heading, and stay.
    """
    articles = list(tree.iter("article"))
    if len(articles) < 2:
        return
    own = _own_article(articles, fold(title or ""))
    own_is_article = own is not None and paragraph_length(own) >= _ARTICLE
    for element in articles:
        outer = next(element.iterancestors("article"), None)
        if outer is not None:
            beside = paragraph_length(outer) - paragraph_length(element)
            if beside >= _ARTICLE and element.find(".//h1") is None and not _is_section(element):
                drop(element)
            elif _is_section(element):
                element.tag = "section"
        elif own_is_article and element is not own and own not in set(element.iterdescendants("article")):
            if _is_section(element) and not _has_heading(element):
                continue
            drop(element)


def _own_article(articles: list[HtmlElement], wanted: str) -> HtmlElement | None:
    """Return the article that bears the headline, or else the only one that is more than a card."""
    for each in articles:
        if wanted and any(matches_headline(head, wanted) for head in each.iter("h1")):
            return each
    long = [each for each in articles if paragraph_length(each) >= _ARTICLE]
    outer = [each for each in long if next(each.iterancestors("article"), None) is None]
    return outer[0] if len(outer) == 1 else None


def _is_section(article: HtmlElement) -> bool:
    """Return whether an article element is a part of a text: it has running text, and its heading leads nowhere."""
    if _is_never_text(name_of(article)) or next(prose_of(article), None) is None:
        return False
    return not any(is_link_heading(each) for each in article.iter("h2", "h3", "h4"))


def _has_heading(article: HtmlElement) -> bool:
    return next(article.iter("h1", "h2", "h3"), None) is not None


def _join_chunks(tree: HtmlElement) -> None:
    """Join a body that the page cut into parts around advertisements, since extraction takes the first part only."""
    groups: dict[tuple[HtmlElement, str], list[HtmlElement]] = {}
    for element in tree.iter("div", "section"):
        name = element.get("class") or ""
        parent = element.getparent()
        if not name or not _is_body(name) or parent is None or parent.getparent() is None:
            continue
        groups.setdefault((parent, name), []).append(element)
        groups.setdefault((parent.getparent(), name), []).append(element)
    for chunks in groups.values():
        first = chunks[0]
        if len(chunks) < 2 or paragraph_length(first) < _ARTICLE:
            continue
        for chunk in chunks[1:]:
            parent = chunk.getparent()
            if (
                parent is None
                or chunk.find(".//p") is None
                or any(True for _ in parent.iter("h1", "article"))
                or chunk.find(".//h2/a") is not None
            ):
                continue
            chunk.tail = None
            first.append(chunk)
            chunk.attrib.pop("class", None)


def _paragraph_share(element: HtmlElement, total: int) -> float:
    """Return the share of the page's paragraph text that an element holds; of a page without paragraphs, by length."""
    if total:
        return paragraph_length(element) / total
    return length(element) / (4 * _ARTICLE)
