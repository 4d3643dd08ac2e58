"""Bylines in, the names of people out: from one line as it is written, and from a parsed page where it shows one."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from transforms.cleaning.html_elements import following, preceding
from transforms.cleaning.line_kinds import is_byline, is_time
from transforms.cleaning.metadata_markup import lines_of, visible_text
from transforms.cleaning.printed_dates import find_headline
from transforms.language.language_tables import one_of, pooled
from transforms.text.encoding import tidy_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LONGEST = 500  # characters of a byline that are read
_LONGEST_NAME = 80
_SHOWN = 160  # characters of an element that can be a byline; a longer one is the text about an author
_LINES = 30  # elements behind the headline among which a line "By Ann Lee" is searched for
_FEW_PARTS = 8  # elements within a line
_CANDIDATES = 80  # elements with an author's name in their class that are examined
_ENDS = " ,-–—|:"
_ABBREVIATED = re.compile(r"(?:^|[\s.])(?:\w|jr|sr|ph\.?d|m\.?d)\.$", re.IGNORECASE)
_INITIALS = re.compile(r"(?<!\s)\s*+[(\[][^()\[\]]{1,20}[)\]]$")  # "Elena Ober (obe)", "Ann Lee [AP]"
# how mail and RSS write a person: "ann@x.example (Ann Lee)", "Ann Lee <ann@x.example>"
_NAME_BEHIND_MAIL = re.compile(r"[^\s@()]++@[^\s@()]++ ?\(([^()]++)\)$")
_MAIL_BEHIND_NAME = re.compile(r"(?<!\s)\s*+<[^\s@<>]++@[^\s@<>]++>$")
_FROM_PLACE = re.compile(r"(?<=\w\w) in [A-Z][\w .'-]{1,40}$")  # "Ann Lee in Rome"
_PARTICLES = frozenset(
    (
        "von", "van", "den", "der", "de", "del", "della", "di", "da", "do", "dos", "das", "du", "des", "la", "le", "el",
        "al", "bin", "ibn", "abu", "ben", "y", "e", "und", "zu", "ter", "ten", "af", "av", "st.",
    )
)  # fmt: skip
_TAGS = ("a", "span", "div", "p", "address", "li", "strong", "cite", "h3", "h4", "h5", "small", "b")
_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:(?:article|post|entry|story|meta|by|news)[_-]*)?"
    r"(?:authors?|autor(?:en|es|in)?|auteurs?|verfasser\w*|writers?|reporters?|posted-by|username)"
    r"(?:[_-]*(?:names?|links?|line|inner|text|url|item|value|label|title))?(?:$|[\s_-])|author-?name|byline"
    r"|(?-i:[a-z]Author)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"bio|description|about|avatar|image|img|social|follow|job|role|position|popup|box-?text", re.I
)
_ELSEWHERE = re.compile(
    r"comment|sidebar|side-bar|related|teaser|footer|recommend|popular|trending|latest|recirc|promo|most-|read-next|"
    r"carousel|slider|navigation|menu",
    re.I,
)
_OWN_FOOTER = re.compile(r"(?:post|entry|article|story)[_-]?footer", re.I)
_LINES_ABOVE = 4  # elements before the headline among which a line of a date and a name is searched for
_LABELS = ("h3", "h4", "h5", "h6", "dt", "th", "p", "span", "div", "strong", "b", "label", "small")
_LONGEST_LABEL = 24
_SHORT_LINE = 60  # characters of a line with a date and a name
_LINE_TAGS = ("p", "div", "span", "address", "strong", "small")
_BARS = re.compile(r" [|•·–—-] ")
_CARD = re.compile(r"(?:^|\s)(?:fn|p-name|p-author)(?:$|\s)")  # microformats: the name on a card
_NAME_CLASS = re.compile(r"(?:^|[\s_-])name(?:$|[\s_-])", re.I)
_LOGIN = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)++|\w*admin(?:istrator)?", re.ASCII)
_HOUSE = re.compile(
    r"\s(?:e\. ?V\.?|g?GmbH|AG|KG|SE|Ltd\.?|Inc\.?|LLC|LLP|PLC|plc|Corp\.?|S\.?A\.?|S\.?L\.?|S\.?p\.?A\.?"
    r"|B\.?V\.?|N\.?V\.?|Oy|ApS|A/S)$"
)
_BOXES = ("aside", "footer", "nav", "li", "form")


def split_names(raw: str) -> list[str]:
    """Return the people's names in a byline, in its order: "By Ann Lee and Bo Ek" → Ann Lee, Bo Ek; may be empty.

    Addresses, offices ("Business Editor"), initials in brackets and credits of pictures are no names; "Lee, Ann" is
    one name. A name has 2 to 80 characters and may come twice. The first 500 characters are read.
    """
    return list(_names_in(raw[:_LONGEST]))


def shown_authors(tree: HtmlElement) -> list[str]:
    """Return the people whom a page names as its authors where a reader sees it, in the order of the page.

    Read are elements marked as the author's by `class`, `id`, `rel` or `itemprop`, the innermost first: of these
    the first that names somebody and those beside it of its tag and class. Else the first line behind the `<h1>`
    that is a byline, or a date and a name, also right above it; else a line that is a label ("Author") and a name, in
    one element or in two. Names in teasers, comments and boxes beside the article are left out. The lxml tree is left
    as it is. Empty where nobody is named.
    """
    article = next((each for each in tree.iter("article") if next(each.iter("h1"), None) is not None), None)
    named = (each for each in tree.iter(*_TAGS) if _is_marked(each))
    marked = [each for each in islice(named, _CANDIDATES) if not is_elsewhere(each, article)]
    outer = {parent for each in marked for parent in each.iterancestors()}
    for group in ([e for e in marked if e not in outer], [e for e in marked if e in outer]):
        for element in group:
            if _people_in(element):
                alike = [each for each in group if _are_alike(each, element)]
                return list(dict.fromkeys(name for each in alike for name in _people_in(each)))
    return _line_below_headline(tree, article) or _labelled(tree, article)


def is_elsewhere(element: HtmlElement, article: HtmlElement | None = None) -> bool:
    """Return whether an element lies in a teaser, a comment or a box beside the article, by tag, class or id.

    `article` is the `<article>` element of the page's article: elements around it do not count, and any other
    `<article>` is beside it. With None no `<article>` counts as a box beside.
    """
    for around in element.iterancestors():
        if around is article:
            return False
        if around.tag in ("aside", "footer", "nav") or (around.tag == "article" and article is not None):
            return True
        names = f"{(around.get('class') or '')[:200]} {(around.get('id') or '')[:200]}"
        if _ELSEWHERE.search(_OWN_FOOTER.sub(" ", names)):
            return around.tag not in ("body", "html")
    return False


def is_person(name: str) -> bool:
    """Return whether a name has the form of a person's: two to five words, no digits, the outer words with capitals.

    Words between may be particles ("von", "de"). In a script without capitals: any name of up to 16 characters.
    False for "".
    """
    words = name.split()
    if not any(char.islower() or char.isupper() for char in name):
        return not name.isascii() and len(name) <= 16  # a script without capitals
    if not 2 <= len(words) <= 5 or any(char.isdigit() for char in name):
        return False
    is_capital = [word[0].isupper() or word.startswith(("d'", "d’", "al-")) for word in words]
    return (
        is_capital[0]
        and is_capital[-1]
        and all(
            capital or word.casefold() in _PARTICLES for word, capital in zip(words, is_capital, strict=True)
        )
    )


def is_login(name: str) -> bool:
    """Return whether a name is that of an account: small letters with points or hyphens ("ann.lee"), or "admin"."""
    return _LOGIN.fullmatch(name) is not None


def is_company(name: str) -> bool:
    """Return whether a name ends in the legal form of a company or an association (GmbH, e.V., Inc.); False for ""."""
    return _HOUSE.search(name) is not None


def _is_marked(element: HtmlElement) -> bool:
    if not element.attrib:
        return False
    relation = f"{element.get('rel') or ''} {element.get('itemprop') or ''}"
    return _names_author(element.get("class") or "", element.get("id") or "", "author" in relation.split())


@lru_cache(maxsize=8_192)  # the pages of a site share their names
def _names_author(kind: str, name: str, is_related: bool) -> bool:
    both = f"{kind[:200]} {name[:200]}"
    return not _ABOUT.search(both) and (is_related or bool(_AUTHOR.search(both)))


def _are_alike(one: HtmlElement, other: HtmlElement) -> bool:
    """Return whether two elements are built alike and stand in one row, as the names of several authors do."""
    if (one.tag, one.get("class")) != (other.tag, other.get("class")):
        return False
    rows = {one.getparent(), *([one.getparent().getparent()] if one.getparent() is not None else [])}
    return other.getparent() in rows or (
        other.getparent() is not None and other.getparent().getparent() in rows - {None}
    )


def people_in_line(text: str) -> list[str]:
    """Return the people whom one line names; of parts set apart by bars or dashes, those of the first that does.

    Addresses of mail count as spaces. Empty for "" and for more than 160 characters.
    """
    if not text or len(text) > _SHOWN:
        return []
    plain = " ".join(word for word in text.split() if "@" not in word)
    for part in (plain, *_BARS.split(plain)):
        if part and (found := [name for name in split_names(part) if is_person(name)]):
            return found
    return []


def _people_in(element: HtmlElement) -> list[str]:
    """Return the people that an element names; one word is enough where markup says that it is the name."""
    text = visible_text(element)
    if found := people_in_line(text):
        return found
    is_name = "author" in (element.get("rel") or "").split() or bool(_CARD.search(element.get("class") or ""))
    words = split_names(text) if is_name and len(text) <= _LONGEST_NAME else []
    if found := [name for name in words if " " not in name and name[0].isupper() and len(name) > 2]:
        return found
    parts = (each for each in element.iterdescendants("a", "b", "strong", "span") if not len(each))
    named = (visible_text(each) for each in islice(parts, _FEW_PARTS) if _names_person(each))
    return next(([name] for name in named if is_person(name)), [])


def _names_person(part: HtmlElement) -> bool:
    """Return whether a part of a byline can be its name: a link, words in bold, or what a class calls a name."""
    return part.tag != "span" or bool(_NAME_CLASS.search(part.get("class") or ""))


def _line_below_headline(tree: HtmlElement, article: HtmlElement | None) -> list[str]:
    heading = next((article if article is not None else tree).iter("h1"), None)
    heading = heading if heading is not None else find_headline(tree)
    if heading is None:
        return []
    for element in reversed(list(islice(preceding(heading, *_LINE_TAGS), _LINES_ABOVE))):
        text = visible_text(element) if len(element) < _FEW_PARTS else ""
        if (
            0 < len(text) <= _SHORT_LINE
            and (found := _beside_date(text))
            and not is_elsewhere(element, article)
        ):
            return found
    for element in islice(following(heading, *_LINE_TAGS, "li", "font"), _LINES):
        text = visible_text(element) if len(element) < _FEW_PARTS else ""
        if text and len(text) <= _SHOWN and not is_elsewhere(element, article):
            line = next((each for each in lines_of(element) if is_byline(each.rstrip("."))), None)
            if line is not None:
                return people_in_line(line)
        if (
            text
            and len(text) <= _SHORT_LINE
            and (found := _beside_date(text))
            and not is_elsewhere(element, article)
        ):
            return found
    return []


def _labelled(tree: HtmlElement, article: HtmlElement | None) -> list[str]:
    """Return the people behind the first label of an author: "Autor" above a name, or "Author: Ann Lee, adviser"."""
    for element in tree.iter(*_LABELS):
        opening = (element.text or "").strip()
        if not opening and len(element) == 1 and element.tag not in ("div", "span"):
            opening = (element[0].text or "").strip()
        if not opening or len(opening) > _SHOWN or not _opens_with_label(opening):
            continue
        text = visible_text(element)
        if len(text) <= _LONGEST_LABEL and _is_label(text):
            beside = element.getnext() if element.getnext() is not None else _next_of_parent(element)
            found = people_in_line(visible_text(beside)) if beside is not None else []
        else:
            found = people_in_line(text)
        if found and not is_elsewhere(element, article):
            return found
    return []


def _next_of_parent(element: HtmlElement) -> HtmlElement | None:
    parent = element.getparent()
    return parent.getnext() if parent is not None and len(parent) == 1 else None


def _opens_with_label(text: str) -> bool:
    first = text.split(maxsplit=1)[0].rstrip(":").casefold()
    is_alone = len(text) <= _LONGEST_LABEL and _is_label(text)
    return is_alone or (first in _author_labels() and ":" in text[: len(first) + 2])


def _is_label(text: str) -> bool:
    return text.rstrip(": ").casefold() in _author_labels() | _openings()


@cache
def _author_labels() -> frozenset[str]:
    """Return what stands before an author's name as a label, and not before a source's or a picture's."""
    return frozenset(word for word in pooled(lambda table: table.bylines.labels) if _AUTHOR.fullmatch(word))


@cache
def _openings() -> frozenset[str]:
    return frozenset(pooled(lambda table: table.bylines.openings))


def _beside_date(text: str) -> list[str]:
    """Return the people in a line of a date, a bar or a dash, and a name: "11.12.2025 - Ann Lee"."""
    parts = _BARS.split(text)
    if len(parts) < 2 or not any(is_time(part) for part in parts if part):
        return []
    return [name for part in parts[1:] if part and is_person(part) for name in people_in_line(part)]


@lru_cache(maxsize=4096)  # a newsroom's bylines come again day after day
def _names_in(byline: str) -> tuple[str, ...]:
    line = tidy_line(byline).strip(_ENDS)
    line = _MAIL_BEHIND_NAME.sub("", line)
    if mail := _NAME_BEHIND_MAIL.match(line):
        line = mail[1].strip(_ENDS)
    if line.startswith(("http:", "https:", "www.", "//")) or _credits_picture().search(line):
        return ()
    line = _byline().sub("", line).strip(_ENDS)
    parts = [_strip(part) for piece in _between_names().split(line) for part in _split_commas(piece)]
    kept = [part for part in parts if 1 < len(part) <= _LONGEST_NAME]
    return tuple([part for part in kept if not _no_name().search(part) and not _is_office(part)])


def _strip(part: str) -> str:
    """Take initials in brackets, and marks that are no part of a name, off its end."""
    name = _FROM_PLACE.sub("", _INITIALS.sub("", part.strip(_ENDS))).strip(_ENDS).lstrip(".")
    return name if _ABBREVIATED.search(name) else name.rstrip(" .,")


def _is_office(name: str) -> bool:
    words = name.casefold().split()
    return len(words) > 1 and any(word in _offices() for word in words)


@cache
def _offices() -> frozenset[str]:
    return frozenset(pooled(lambda table: table.bylines.offices))


@cache
def _credits_picture() -> re.Pattern[str]:
    words = one_of(pooled(lambda table: table.bylines.pictures))
    return re.compile(rf"^[(\[]?(?:{words})(?:\s++(?:by|von|par|por|di))?\s*+[:：©/]", re.IGNORECASE)


@cache
def _byline() -> re.Pattern[str]:
    words = one_of(pooled(lambda table: (*table.bylines.openings, *table.bylines.labels)))
    return re.compile(rf"^(?:(?:{words})\b(?:\s*+:)?\s++(?=\S)){{1,3}}|^[©@]\s*+", re.IGNORECASE)


@cache
def _between_names() -> re.Pattern[str]:
    words = one_of(("&", *pooled(lambda table: table.bylines.joiners)))
    return re.compile(rf"(?:(?<!\s)\s*+|)[;|/•]\s*+|(?<!\s)\s++(?:{words})\s++", re.IGNORECASE)


@cache
def _no_name() -> re.Pattern[str]:
    nobody = one_of(pooled(lambda table: table.bylines.nobody))
    return re.compile(
        rf"https?:|www\.|\.(?:com|org|net|txt|html?)\b|(?-i:(?<![\w-])[\w-]{{3,60}}+\.[a-z]{{2,4}}$)|@|\d|[<>{{}}\[\]=]|^(?:{nobody})$|\bread$",
        re.IGNORECASE,
    )


def _split_commas(piece: str) -> list[str]:
    # "Lee, Ann" is one person, "Ann Lee, Bo Ek" are two, "Ann Lee, AP" is a person and a publisher.
    parts = [part.strip() for part in piece.split(",") if part.strip()]
    if len(parts) < 2 or " " not in parts[0]:
        return [piece]
    return parts if all(" " in part for part in parts) else parts[:1]
