"""HTML in, the text of its article out: our pruning, then trafilatura, then other methods so that none is empty."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree, html

from transforms.cleaning.article_kinds import PAYWALL_MAX_WORDS, markers
from transforms.cleaning.densest_box import TextBox, densest_box
from transforms.cleaning.headline_removal import missing_line
from transforms.cleaning.line_kinds import classify_line, count_units, letters
from transforms.cleaning.link_pruning import CONTACT_CHARACTERS, leave_mailing
from transforms.cleaning.page_pruning import drop_code, prune
from transforms.cleaning.title_cleaning import fold
from transforms.text.encoding import strip_escapes, tidy
from transforms.text.wordcount import count_words
from transforms.types import Reason

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Largest page that is parsed, in characters. The largest real article pages, with data inlined, have some 10 million;
# parsing takes about six times the size in memory.
MAX_CHARS = 20_000_000
# Links beyond which a page is a directory and extraction, which looks at each link several times, is not begun.
MAX_LINKS = 5_000
# Elements, and characters of text with JSON-LD, beyond which extraction would take more than some ten seconds. Long
# live blogs have some 30,000 elements and 500,000 characters.
MAX_ELEMENTS = 60_000
MAX_SHOWN = 1_500_000
# Words below which an extraction is doubted and the other methods are tried.
_ENOUGH = 40
_SAMPLE = 3000  # characters counted to tell whether words are enough
_CLEARLY = 1.5  # times as long must another way's text be: a short text may be all there is
_BRIEF = 400  # characters that settle the search; a brief has so many
_HEADLINE = 15  # characters from which a linked line can be the headline of another article
_LIST_LINES = (
    6  # lines from which a text can be a list of headlines, and characters that such a line has at most on
)
_LIST_LINE = (
    110  # the average; paragraphs have several hundred, so that hardly a page is parsed again for this
)
_LABEL_UNITS = 4  # words of a label such as a section's name
_TOP_LINES = 6  # lines above the text that may be headline, time and author

_BOTTOM_LINES = 8  # lines below the text that may be headings of other articles, with their headlines
_WALL_LINES = 6  # lines below the text that may offer a subscription
_WALL_UNITS = 16  # words of the line that says so
_BEHIND_WALL_UNITS = 40  # words of a line that says more of it
_NOTICE_UNITS = 30  # words of a notice of rights; longer ones are an article about rights

_DATA_URI = re.compile(r"""data:[^"')<>\s]{200,}""")
_CONTROL = bytes([*range(9), 11, 12, *range(14, 32), 127])  # no part of any character in UTF-8
_LINKS, _ELEMENTS, _SHOWN = (
    etree.XPath("count(//a)"),
    etree.XPath("count(//*)"),
    etree.XPath("string-length()"),
)
_HAS_JOINERS = etree.XPath("contains(string(/), '\u200c') or contains(string(/), '\u200d')")
# Joiners are part of the spelling in Persian, Urdu and scripts of India; trafilatura takes them for control characters.
# In its place stand letters that no news is written in (of the Vai and Lisu scripts).
_JOINERS = {0x200C: 0xA60B, 0x200D: 0xA4FD}
_JOINED = {there: here for here, there in _JOINERS.items()}
_ELEMENTS_ALIKE = etree.ElementDefaultClassLookup(
    element=html.HtmlElement,
    comment=html.HtmlComment,
    pi=html.HtmlProcessingInstruction,
    entity=html.HtmlEntity,
)
_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "dt",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "td", "th", "tr", "ul",
    )
)  # fmt: skip
_SILENT = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "select",
    "button",
    "head",
    "object",
    "textarea",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The extracted text of an article, one paragraph a line, the method that found it, and its standfirst."""

    text: str
    method: str  # "pruned", "densest box", "json-ld", "full", "paragraphs" or "flat"
    link_ratio: float = 0.0  # share of the text that stands in lines which are nothing but a link
    standfirst: str | None = None  # what stands under the headline, apart from the text
    is_walled: bool = False  # a short text, and an offer to subscribe for the rest


def parse_page(text: str) -> HtmlElement | Reason:
    """Parse HTML of any quality into an lxml tree (its root), or return the Reason why it is not processed.

    TOO_LARGE: over 20,000,000 characters, 60,000 elements or 1,500,000 characters of text; TOO_MANY_LINKS: over 5,000;
    NO_TEXT: nothing to parse. What lies deeper than 256 elements is lost (libxml2). Scripts other than JSON-LD, styles
    and drawings are removed. No entities, no network; never raises.
    """
    if len(text) > MAX_CHARS:
        return Reason.TOO_LARGE
    text = strip_escapes(text)
    if "data:" in text:
        text = _DATA_URI.sub("", text)
    parser = html.HTMLParser(
        encoding="utf-8",
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=True,
    )
    # one class for all elements, chosen in C; lxml.html's own choice runs Python each time an element is touched
    parser.set_element_class_lookup(_ELEMENTS_ALIKE)
    try:
        data = text.encode("utf-8", "replace").translate(None, _CONTROL)
        tree = html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError):
        return Reason.NO_TEXT
    drop_code(tree)
    if float(str(_LINKS(tree))) > MAX_LINKS:
        return Reason.TOO_MANY_LINKS
    if float(str(_ELEMENTS(tree))) > MAX_ELEMENTS or float(str(_SHOWN(tree))) > MAX_SHOWN:
        return Reason.TOO_LARGE
    return tree


def parse_fragment(text: str, title: str | None = None) -> str:
    """Return the text of a piece of HTML, such as the body of a feed entry, one block a line.

    "" for a piece without text, or one that `parse_page` refuses. A last paragraph that links the entry's own `title`,
    which publishing systems add, is left out.
    """
    tree = parse_page(f"<html><body><div>{text[:MAX_CHARS]}</div></body></html>")
    if isinstance(tree, Reason):
        return ""
    last = next(iter(reversed(list(tree.iter("p")))), None)
    wanted = fold(title or "")
    if last is not None and wanted and any(fold(_shown(link)) == wanted for link in last.iter("a")):
        last.clear()
    return flatten(tree)


def extract_body(
    tree: HtmlElement, *, title: str | None = None, stated_body: str | None = None, markup: str | None = None
) -> Body:
    """Extract the article's text from a parsed page, without the headline `title`. The tree is changed.

    Where pruning and trafilatura leave fewer than 40 words, these are used instead, in turn: the page's own JSON-LD
    (`stated_body`), the page as it was (`markup`, its HTML), its bare paragraphs, all its text. So the text is empty
    only where the page shows none. Without `markup` the pruned tree is used for it, and `link_ratio` is 0.
    """
    pruned = prune(tree, title)
    box = densest_box(tree)
    text = _run_trafilatura(tree, is_fast=True)
    method = "pruned"
    if box is not None and box.is_missing_in(text):
        text, method = _extract_box(box), "densest box"
    if count_units(text[:_SAMPLE]) < _ENOUGH:
        text, method = _fall_back(text, tree, stated_body, markup)
    text = trim_bottom(trim_top(text, title))
    whole, text = text, trim_wall(text)
    return Body(
        text=text,
        method=method,
        link_ratio=_measure_links(text, markup),
        standfirst=pruned.standfirst or missing_line(pruned.below, text),
        is_walled=(pruned.had_wall or text != whole) and count_words(text) <= PAYWALL_MAX_WORDS,
    )


def _measure_links(text: str, markup: str | None) -> float:
    """Return the share of a text that stands in lines which are links of the page; 0 for a text of whole paragraphs."""
    lines = text.split("\n")
    if len(lines) < _LIST_LINES or len(text) > _LIST_LINE * len(lines) or markup is None:
        return 0.0
    tree = parse_page(markup)
    if isinstance(tree, Reason):
        return 0.0
    links = {" ".join(shown.split()) for link in tree.iter("a") if len(shown := _shown(link)) >= _HEADLINE}
    return sum(len(line) for line in lines if " ".join(line.removeprefix("- ").split()) in links) / len(text)


def _extract_box(box: TextBox) -> str:
    """Extract the text of one box of a page, which is known to hold the article."""
    page = html.Element("html")
    holder = etree.SubElement(etree.SubElement(page, "body"), "article")
    holder.append(box.copy())
    text = _run_trafilatura(page, is_fast=True)
    return flatten(page) if box.is_missing_in(text) else text


def _fall_back(text: str, tree: HtmlElement, stated_body: str | None, markup: str | None) -> tuple[str, str]:
    """Try the other methods, best first; one is taken only if it returns clearly more text."""
    if stated_body:
        stated = _one_paragraph_a_line(stated_body)
        if count_units(stated[:_SAMPLE]) >= _ENOUGH and "<" not in stated:
            return stated, "json-ld"
    best, method = text, "pruned"
    again = parse_page(markup) if markup is not None else tree
    if not isinstance(again, Reason):
        for name, found in (
            ("full", _run_trafilatura(again, is_fast=False)),
            ("paragraphs", _paragraphs(tree)),
        ):
            if len(found) > _CLEARLY * len(best):
                best, method = found, name
            if len(best) >= _BRIEF:
                break
        if not best:
            best, method = flatten(again), "flat"
    return best, method


def trim_top(text: str, title: str | None) -> str:
    """Cut lines off the top of a text that repeat the headline, or give the time or the author.

    They are fields of their own. Labels above such a line and boilerplate go with it. Six lines are examined; the
    last line always stays.
    """
    lines = text.split("\n")
    wanted = fold(title or "")
    first = 0
    for number, line in enumerate(lines[: min(len(lines) - 1, _TOP_LINES)]):
        said = fold(line)
        is_title = len(said) > 8 and (said == wanted or (said in wanted and len(said) > 0.6 * len(wanted)))
        seen = classify_line(" ".join(line.split()))
        if is_title or seen.is_time or seen.is_byline or seen.is_boilerplate:
            first = number + 1
        elif seen.is_sentence or seen.units > _LABEL_UNITS:
            break  # a label goes only with a line that is cut below it: alone it may be a heading or a place
    return "\n".join(lines[first:])


def trim_bottom(text: str) -> str:
    """Cut last lines that belong to the page: how to unsubscribe from a mailing, notices of rights, boilerplate.

    All lines below such a line go too. Eight lines from the end are examined; the first line always stays.
    """
    lines = text.split("\n")
    last = len(lines)
    for number in range(len(lines) - 1, max(0, len(lines) - 1 - _BOTTOM_LINES), -1):
        line = " ".join(lines[number].split())
        if len(line) > CONTACT_CHARACTERS:
            break
        seen = classify_line(line or "-")
        if (
            leave_mailing().search(line)
            or seen.is_boilerplate
            or (seen.is_legal and seen.units <= _NOTICE_UNITS)
        ):
            last = number
        elif seen.is_sentence or seen.is_item or seen.units > _NOTICE_UNITS:
            break
    return "\n".join(lines[:last])


def trim_wall(text: str) -> str:
    """Cut an offer to subscribe off the end of a text: a short line that says so, and short lines behind it.

    Six lines from the end are examined, of 16 words at most the first and 40 the others; two lines always stay.
    """
    lines = text.split("\n")
    first = max(2, len(lines) - _WALL_LINES)
    units = [count_units(line) for line in lines[first:]]
    for number, size in enumerate(units):
        is_short = size <= _WALL_UNITS and max(units[number:]) <= _BEHIND_WALL_UNITS
        if is_short and markers().paywall.search(letters(lines[first + number])):
            return "\n".join(lines[: first + number])
    return text


def flatten(tree: HtmlElement) -> str:
    """Return all text of a page except its head, scripts, buttons and frames, one block a line; "" for none.

    Text hidden by style is included. The elements left out are removed from the tree.
    """
    pieces: list[str] = []
    etree.strip_elements(tree, *_SILENT, with_tail=False)
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if element.tag in _BLOCKS:
            pieces.append("\n")
        if event == "start" and element.text:
            pieces.append(" ".join(element.text.split("\n")))
        if event == "end" and element.tail:
            pieces.append(" ".join(element.tail.split("\n")))
    return _one_paragraph_a_line("".join(pieces))


def _run_trafilatura(tree: HtmlElement, *, is_fast: bool) -> str:
    from trafilatura import bare_extraction

    has_joiners = bool(_HAS_JOINERS(tree))
    if has_joiners:
        _exchange(tree, _JOINERS)
    # Its fast way on a pruned tree finds more and errs less than its slow one on a whole page, which was measured.
    found: Any = bare_extraction(
        tree, fast=is_fast, include_comments=False, include_tables=True, with_metadata=False
    )
    text = found.text if found is not None and found.text else ""
    if has_joiners:
        text = text.translate(_JOINED)
        _exchange(tree, _JOINED)
    return _one_paragraph_a_line(text)


def _exchange(tree: HtmlElement, letters: dict[int, int]) -> None:
    """Exchange letters in all texts of a tree by a `str.translate` table."""
    for element in tree.iter():
        if element.text:
            element.text = element.text.translate(letters)
        if element.tail:
            element.tail = element.tail.translate(letters)


def _shown(element: HtmlElement) -> str:
    return "".join(element.itertext())


def _paragraphs(tree: HtmlElement) -> str:
    texts = (" ".join(element.text_content().split()) for element in tree.iter("p"))
    return tidy("\n".join(text for text in texts if len(text) > 25))


def _one_paragraph_a_line(text: str) -> str:
    return "\n".join(line for raw in tidy(text).split("\n") if (line := raw.strip()))
