"""A parsed page in, the same page without blocks that only lead elsewhere out: link lists, teasers, contact lines."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree

from transforms.cleaning.html_elements import all_text, drop, length, lies_in, link_length
from transforms.cleaning.line_kinds import classify_line
from transforms.language.language_tables import one_of, pooled

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CONTACT_CHARACTERS = 350  # characters; what is longer says more than where to write to

# Share of a text that is links from which it is a link itself; the rest is a bullet, a label, "Read more:".
_LINKED = 0.9
_LABELLED = 0.5  # the share from which links with a label each make no sentence
_LABEL = 25  # characters of a label beside a link
_LINK_LIST = 2  # items; a list of one link is as likely a source that the article names
_NAME = 30  # characters of a link that can be a name; a headline is longer
_NAMES = 3  # names in a row are a list of places or people that the article gives
_CONTACTS = 0.6  # share of a paragraph's links that lead to mailboxes and profiles
_BESIDE_CONTACTS = 45  # characters beside the links of a contact line
_SENTENCE_END = re.compile(r"[.!?。！？][\"'”’»)\]]*$")
_PROFILE = re.compile(
    r"https?://(?:\w+\.)?(?:twitter|x|facebook|fb|instagram|linkedin|youtube|tiktok|t|telegram|whatsapp|threads)\.(?:com|me)/",
    re.I,
)
# A post, a film or a help page of a network is something that an article cites.
_POST = re.compile(
    r"/(?:status(?:es)?|posts?|p|reel|videos?|watch|photos?|help|hashtag|events)\b|[?&]v=", re.I
)


def drop_link_blocks(tree: HtmlElement) -> None:
    """Remove from a page, in place, lists, paragraphs and headings that are links, and invitations to write or follow.

    A list after a line with a colon, and linked names that the article lists itself ("Upper county: Northam, Westley"),
    are text: their links are removed and their words kept. A list of one item stays. Lines on how to unsubscribe from a
    mailing are removed too. `tree` is the root of the page.
    """
    _drop_link_lists(tree)
    _drop_links(tree)
    _drop_contact_lines(tree)


@cache
def leave_mailing() -> re.Pattern[str]:
    """Return the pattern of phrases beside a link to unsubscribe from a mailing, in all languages and any case."""
    return re.compile(one_of(pooled(lambda table: table.page.unsubscribe)), re.IGNORECASE)


@cache
def _invitation() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{one_of(pooled(lambda table: table.page.invitations))})\b", re.IGNORECASE)


def _drop_link_lists(tree: HtmlElement) -> None:
    for element in list(tree.iter("ul", "ol")):
        items = element.findall("li")
        if len(items) < _LINK_LIST or element.getparent() is None:
            continue
        linked = sum(1 for item in items if 0 < _LINKED * length(item) <= link_length(item))
        if linked < _LINKED * len(items):
            continue
        before = element.getprevious()
        if _introduces(before):
            _unlink(element)
            continue
        drop(element)
        if before is not None and _labels_a_list(before):
            drop(before)


def _labels_a_list(before: HtmlElement) -> bool:
    """Return whether a heading or a line stood over a list that is gone, and over nothing else."""
    if before.tag in ("p", "div"):
        return length(before) <= _LABEL and _is_boilerplate(all_text(before))
    return before.tag in ("h2", "h3", "h4", "h5", "h6") and not _leads_text(before)


def _introduces(before: HtmlElement) -> bool:
    """Return whether a paragraph announces the list behind it: it ends in a colon and is no "Read more:"."""
    if before is None or before.tag not in ("p", "div"):
        return False
    text = all_text(before)
    return text.endswith((":", "：")) and not _is_boilerplate(text)


def _drop_links(tree: HtmlElement) -> None:
    for element in list(tree.iter("p", "h2", "h3", "h4", "h5")):
        links = list(element.iter("a"))
        if not links:
            continue
        text, linked = length(element), link_length(element)
        if not text or "://" in (links[0].text or "") or not _is_links(element, text, linked, len(links)):
            continue
        if element.tag != "p" and _leads_text(element):
            continue
        if element.tag == "p" and _lists_names(element, links):
            _unlink(element)
            continue
        drop(element)


def _is_links(element: HtmlElement, text: int, linked: int, count: int) -> bool:
    """Return whether a block is nothing but links, or links with labels ("Read more:"), and no sentence."""
    if linked >= _LINKED * text:
        return True
    if linked < _LABELLED * text or (text - linked) > _LABEL * count:
        return False
    return not _SENTENCE_END.search("".join(element.itertext()).strip())


def _lists_names(element: HtmlElement, links: list[HtmlElement]) -> bool:
    """Return whether a paragraph lists linked names in its own words: "Upper county: Northam, Westley, Easton"."""
    if len(links) < _NAMES or any(length(link) > _NAME for link in links):
        return False
    text = all_text(element)
    label = (element.text or "").strip()
    if not label and len(links[0]) == 0 and element[0] is not links[0]:
        label = all_text(element[0])  # the label is set in bold
    return label.endswith((":", "：")) and text.count(",") >= len(links) - 2 and not _is_boilerplate(label)


def _is_boilerplate(label: str) -> bool:
    seen = classify_line(" ".join(label.split()) or "-")
    return seen.is_boilerplate or seen.is_byline


def _unlink(element: HtmlElement) -> None:
    etree.strip_tags(element, "a")


def _leads_text(heading: HtmlElement) -> bool:
    """Return whether a heading stands over text of its own; over another headline or nothing it is a mere link."""
    after = heading.getnext()
    return (
        after is not None
        and after.tag in ("p", "div", "ul", "ol", "figure", "blockquote")
        and length(after) > 80
    )


def _drop_contact_lines(tree: HtmlElement) -> None:
    """Take out short paragraphs that send the reader to a mailbox, to several networks, or out of a mailing."""
    for element in list(tree.iter("p")):
        links = [link.get("href") or "" for link in element.iter("a")]
        if not links or (size := length(element)) > CONTACT_CHARACTERS:
            continue
        if leave_mailing().search("".join(element.itertext())) or _is_contact(element, links, size):
            drop(element)


def _is_contact(element: HtmlElement, links: list[str], size: int) -> bool:
    mails = sum(1 for link in links if link.startswith("mailto:"))
    profiles = sum(1 for link in links if _PROFILE.match(link) and not _POST.search(link))
    if not (mails > 0 or profiles >= 2) or mails + profiles < _CONTACTS * len(links):
        return False
    if lies_in(element, "blockquote"):
        return False
    is_bare = size - link_length(element) <= _BESIDE_CONTACTS and not mails + profiles < len(links)
    return is_bare or bool(_invitation().search(all_text(element)))
