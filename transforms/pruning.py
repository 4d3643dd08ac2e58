"""A parsed page in, the same page without what is never its article out; by rules of structure, not of sites."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lxml import etree

from transforms.titles import fold

# Elements that hold no article text on any page. Taken out first, since extraction copies the tree several times.
_CODE = ("style", "template", "svg", "canvas")
_UNSEEN = ("iframe", "embed", "input", "link", "meta")
_NEVER = (
    "noscript", "object", "audio", "video", "nav", "button", "select", "textarea", "dialog", "fieldset", "label",
    "menu",
)  # fmt: skip
# What designers call the parts around an article, as whole words of a class or an id.
_NOISE = re.compile(
    r"(?:^|[\s_-])(?:"
    r"news-?letters?|subscri(?:be|ption)s?|sign-?up|opt-?in|cta|promos?|advert\w*|sponsor\w*|"
    r"related\w*|recirc\w*|recommend\w*|trending|popular|most-?(?:read|popular|viewed|shared)|more-?(?:on|from|stories|news)|"
    r"read-?(?:more|next|also)|also-?(?:read|like)|you-?may|up-?next|next-?(?:up|article|post|story)|outbrain|taboola|"
    r"latest(?:-?(?:news|stories|posts|box))?|rail|side-?bar|bread-?crumbs?|"
    r"comments?|comment-?(?:list|section|form|area|s-area)|disqus\w*|respond|"
    r"share(?:s|d|-?(?:bar|buttons?|tools|links|this))?|sharing|social|follow-?us|addthis\w*|sharedaddy|"
    r"tags?|tag-?(?:list|cloud|links)|topics|post-?(?:tags|navigation|nav|footer)|keywords|"
    r"author-?(?:bio|box|info|card|description)|about-?(?:the-?)?author|bio|byline|"
    r"slug|kicker|eyebrow|time-?stamp|rollover|tooltip|popover|flyout|hover-?card|"
    r"print-?(?:only|header|footer)|visible-?print|screen-?reader\w*|sr(?:-?only)?|(?:video|audio|media)-?player|no-?js|visually-?hidden|"
    r"captions?|wp-caption-text|image-?(?:credit|caption)|photo-?(?:credit|caption)|credits?|"
    r"cookies?|consent|gdpr|copyright|disclaimer|legal|correction-?form|"
    r"paywall-?(?:prompt|offer|cta)|inline-?ad|ads?|ad-?(?:slot|unit|wrapper|container|break)"
    r")(?:$|[\s_-])",
    re.I,
)
# Class words that put an element above suspicion even if another of its words is in the list.
_BODY = re.compile(
    r"article[-_]*(?:body|content|text)|(?:entry|post|story|main)[-_]*(?:content|body|text)|hentry", re.I
)
# A part that holds more than this share of the page's paragraph text is not taken out, whatever its name:
# themes name whole columns after their sidebar. Chosen on half of the evaluation pages.
_MOST_SHARE = 0.25
# Share of a text that is links from which it is a link itself; the rest is a bullet, a label, "Read more:".
_LINKED = 0.9
_LINK_LIST = 2  # items; a list of one link is as likely a source that the article names
_HEADER_SHARE = 0.15  # of the paragraph text; a header with more holds the beginning of the article
_SUBHEADING = 300  # characters; what is longer is a first paragraph
_SUBHEADED = re.compile(r"sub-?(?:head\w*|line|title)|\bde[cs]?k\b|stand-?first", re.I)
_NAMED: Any = etree.XPath(
    ".//*[@class or @id][self::div or self::section or self::ul or self::ol or self::aside or self::p or self::span"
    " or self::figure or self::figcaption or self::footer or self::header or self::table or self::h2 or self::h3"
    " or self::h4 or self::article]"
)
_LABELLED = 0.5  # the share from which links with a label each make no sentence
_LABEL = 25  # characters of a label beside a link
_SENTENCE_END = re.compile(r"[.!?。！？][\"'”’»)\]]*$")
_PROFILE = re.compile(
    r"https?://(?:\w+\.)?(?:twitter|x|facebook|fb|instagram|linkedin|youtube|tiktok|t|telegram|whatsapp|threads)\.(?:com|me)/",
    re.I,
)
# What a mailing says below its text, beside the link by which one leaves it.
LEAVE_MAILING = re.compile(
    r"unsubscribe|view in (?:your )?browser|abbestellen|newsletter abmelden|désabonner|désinscrire|darse de baja|"
    r"cancelar (?:la |a )?(?:suscripción|inscrição|subscrição)|disiscri|uitschrijven|"
    r"отписаться|配信停止|退订|수신 ?거부",
    re.I,
)
_CONTACTS = 0.6  # share of a paragraph's links that lead to mailboxes and profiles
CONTACT_CHARACTERS = 350  # characters; what is longer says more than where to write to
_POST = re.compile(r"twitter-(?:tweet|video)|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed", re.I)
_POST_FRAME = 60  # characters beside the post within a box that holds nothing else
_ARTICLE = 400  # characters of paragraphs from which an article element is one, and not a card with a teaser
_LONGEST_NAME = 500  # characters of a class or id that are looked at; the longest honest ones have some 400
_TEXT_LENGTH = etree.XPath("string-length(normalize-space())")


def prune(tree: Any, title: str | None = None) -> None:
    """Take out of the tree what is noise by its element, its name, its links, and the headline with what frames it."""
    for element in list(tree.iter("script", *_UNSEEN)):
        _drop(element)
    total = sum(_length(element) for element in tree.iter("p"))
    if (
        total < _ARTICLE
    ):  # a page that writes its text without paragraphs: nothing tells a box from the article
        total = 0
    for element in list(tree.iter(*_NEVER)):
        if len(element) and total and _weigh(element, total) > _MOST_SHARE:
            element.tag = "div"  # never closed, or the page's whole text for readers without scripts
        else:
            _drop(element)
    _unwrap_layout(tree, total)
    _keep_posts(tree)
    _drop_other_articles(tree, title)
    _drop_named(tree, total)
    _drop_link_lists(tree)
    _drop_link_blocks(tree)
    _drop_contact_lines(tree)
    _drop_headline(tree, title, total)
    _join_chunks(tree)


def drop_code(tree: Any) -> None:
    """Take out scripts, styles and drawings, but not the scripts that are data: the greater part of many pages."""
    for element in list(tree.iter("script", *_CODE)):
        if element.tag != "script" or "ld+json" not in (element.get("type") or "").lower():
            _drop(element)


def _drop_named(tree: Any, total: int) -> None:
    for element in _NAMED(tree):
        if element.getparent() is None:
            continue
        if not _is_noise(_name(element)):
            continue
        if _weigh(element, total) <= _MOST_SHARE and element.find(".//h1") is None:
            _drop(element)


@lru_cache(maxsize=8_192)  # the pages of a site share their names, and most names stand on a page many times
def _is_noise(name: str) -> bool:
    return len(name) >= 3 and bool(_NOISE.search(name)) and not _BODY.search(name)


def _unwrap_layout(tree: Any, total: int) -> None:
    """Turn tables that lay out the page into plain boxes: those that hold the headline or much of the text."""
    for table in list(tree.iter("table")):
        if table.find(".//h1") is None and not (total and _weigh(table, total) > _MOST_SHARE):
            continue
        for part in list(table.iter("table", "tbody", "thead", "tfoot", "tr", "td", "th")):
            if part is table or next(part.iterancestors("table"), table) is table:
                part.tag = "div"
        table.tag = "div"


def _keep_posts(tree: Any) -> None:
    """Take the names off quoted posts and their boxes: they are part of the report, and named as noise."""
    for quote in list(tree.iter("blockquote")):
        if not _POST.search(quote.get("class") or ""):
            continue
        for element in (quote, *list(quote.iterancestors())[:3]):
            if element is quote or (element.tag == "div" and _length(element) < _length(quote) + _POST_FRAME):
                element.attrib.pop("class", None)
                element.attrib.pop("id", None)


def _drop_other_articles(tree: Any, title: str | None) -> None:
    """Take out further articles of the page: nested in the first one, or beside the one that bears the headline."""
    articles = list(tree.iter("article"))
    if len(articles) < 2:
        return
    wanted = fold(title or "")
    own = next(
        (each for each in articles if wanted and any(_says(head, wanted) for head in each.iter("h1"))), None
    )
    own_is_article = own is not None and _paragraph_length(own) >= _ARTICLE
    for element in articles:
        outer = next(element.iterancestors("article"), None)
        if outer is not None:
            beside = _paragraph_length(outer) - _paragraph_length(element)
            if beside >= _ARTICLE and element.find(".//h1") is None:
                _drop(element)
        elif own_is_article and element is not own and own not in set(element.iterdescendants("article")):
            _drop(element)


def _join_chunks(tree: Any) -> None:
    """Join a body that the page cut into parts around advertisements, since extraction takes the first part only."""
    groups: dict[tuple[Any, str], list[Any]] = {}
    for element in tree.iter("div", "section"):
        name = element.get("class") or ""
        parent = element.getparent()
        if not _BODY.search(name) or parent is None or parent.getparent() is None:
            continue
        groups.setdefault((parent, name), []).append(element)
        groups.setdefault((parent.getparent(), name), []).append(element)
    for chunks in groups.values():
        first = chunks[0]
        if len(chunks) < 2 or _paragraph_length(first) < _ARTICLE:
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


def _drop_link_blocks(tree: Any) -> None:
    """Take out paragraphs and headings that are a link to another page and nothing else."""
    for element in list(tree.iter("p", "h2", "h3", "h4", "h5")):
        links = list(element.iter("a"))
        if not links:
            continue
        text, linked = _length(element), sum(_length(link) for link in links)
        if not text or "://" in (links[0].text or "") or not _is_links(element, text, linked, len(links)):
            continue
        if element.tag != "p" and _leads_text(element):
            continue
        _drop(element)


def _is_links(element: Any, text: int, linked: int, count: int) -> bool:
    """Tell whether a block is nothing but links, or links with labels ("Read more:"), and no sentence."""
    if linked >= _LINKED * text:
        return True
    if linked < _LABELLED * text or (text - linked) > _LABEL * count:
        return False
    return not _SENTENCE_END.search("".join(element.itertext()).strip())


def _drop_contact_lines(tree: Any) -> None:
    """Take out short paragraphs that send the reader to a mailbox or to several social networks."""
    for element in list(tree.iter("p")):
        links = [link.get("href") or "" for link in element.iter("a")]
        if (
            links
            and _length(element) <= CONTACT_CHARACTERS
            and LEAVE_MAILING.search("".join(element.itertext()))
        ):
            _drop(element)
            continue
        mails = sum(1 for link in links if link.startswith("mailto:"))
        profiles = sum(1 for link in links if _PROFILE.match(link))
        is_contact = (mails > 0 or profiles >= 2) and mails + profiles >= _CONTACTS * len(links)
        if (
            is_contact
            and _length(element) <= CONTACT_CHARACTERS
            and next(element.iterancestors("blockquote"), None) is None
        ):
            _drop(element)


def _says(element: Any, wanted: str) -> bool:
    said = fold("".join(element.itertext()))
    return bool(said) and (said in wanted or wanted in said)


def _leads_text(heading: Any) -> bool:
    """Tell whether a heading stands over text of its own; over another headline or nothing it is a mere link."""
    after = heading.getnext()
    return (
        after is not None
        and after.tag in ("p", "div", "ul", "ol", "figure", "blockquote")
        and _length(after) > 80
    )


def _drop_link_lists(tree: Any) -> None:
    """Take out lists of which every item is little more than a link."""
    for element in list(tree.iter("ul", "ol")):
        items = element.findall("li")
        if len(items) < _LINK_LIST or element.getparent() is None:
            continue
        linked = sum(
            1
            for item in items
            if 0 < _LINKED * _length(item) <= sum(_length(link) for link in item.iter("a"))
        )
        if linked >= _LINKED * len(items):
            _drop(element)


def _drop_headline(tree: Any, title: str | None, total: int) -> None:
    """Take out the headline, and the header around it or the subheading behind it: they are fields of their own."""
    wanted = fold(title or "")
    for heading in list(tree.iter("h1")):
        if not wanted or not _says(heading, wanted):
            continue
        box = next((each for each in heading.iterancestors() if each.tag == "header"), None)
        if box is not None and _weigh(box, total) <= _HEADER_SHARE:
            _empty(box)
            box.append(heading)
        elif (after := heading.getnext()) is not None and _is_subheading(after):
            _drop(after)
        _empty(heading)


def _is_subheading(element: Any) -> bool:
    name = _name(element)
    return _length(element) <= _SUBHEADING and bool(element.tag == "h2" or _SUBHEADED.search(name))


def _name(element: Any) -> str:
    return f"{(element.get('class') or '')[:_LONGEST_NAME]} {(element.get('id') or '')[:_LONGEST_NAME]}"


def _weigh(element: Any, total: int) -> float:
    """Give the share of the page's paragraph text that an element holds; of a page without paragraphs, by length."""
    if total:
        return _paragraph_length(element) / total
    return _length(element) / (4 * _ARTICLE)


def _paragraph_length(element: Any) -> int:
    if element.tag == "p":
        return _length(element)
    return sum(_length(each) for each in element.iter("p"))


def _length(element: Any) -> int:
    return int(float(str(_TEXT_LENGTH(element))))


def _empty(element: Any) -> None:
    """Take out what an element holds; a headline itself stays, since it tells extraction which part is the article."""
    tail = element.tail
    element.clear()
    element.tail = tail


def _drop(element: Any) -> None:
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
