"""Pages that press archives (Factiva, Europresse) export, with several articles each, to these articles."""

from __future__ import annotations

import html
import re

from transforms.readers.press_archive_texts import ArchivedText, split_archive
from transforms.text.encoding import decode

_FACTIVA = re.compile(r"<div\b[^<>]{0,200}\bclass=\"article \w{2,5}Article\"[^<>]{0,100}>")
_FACTIVA_PARAGRAPH = re.compile(r"<p class=\"articleParagraph\b[^<>]{0,200}>")
_EUROPRESSE = re.compile(r"<article\b[^<>]{0,200}>", re.I)
_BLOCK = re.compile(r"</?(?:p|div|br|h[1-6]|tr|li|table|section|article|header|footer)\b[^<>]{0,500}>", re.I)
_TAG = re.compile(r"<[^<>]{0,1000}>")
_DAY = re.compile(r"\d{1,2}(?:er)? [^\W\d_]{3,12}\.? \d{4}|[^\W\d_]{3,12} \d{1,2}, \d{4}|\d{4}-\d\d-\d\d")


def split_press_page(data: bytes) -> list[ArchivedText]:
    """Split a page exported from Factiva or Europresse into its articles, in order; [] for any other page.

    `data` is the page as saved, in any charset. Nothing raises.
    """
    if b"enArticle" not in data and b'Article"' not in data and b"DocPublicationName" not in data:
        return []
    text = decode(data).text
    if starts := [one.start() for one in _FACTIVA.finditer(text)]:
        pieces = [text[begin:end] for begin, end in zip(starts, [*starts[1:], len(text)], strict=True)]
        return [_factiva(piece) for piece in pieces]
    if "DocPublicationName" not in text:
        return []
    starts = [one.start() for one in _EUROPRESSE.finditer(text)]
    pieces = [text[begin:end] for begin, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return [_europresse(piece) for piece in pieces if "DocPublicationName" in piece]


def _factiva(whole: str) -> ArchivedText:
    """Take headline, date and outlet as from the plain export, and the text from the paragraphs that are marked."""
    plain = next(iter(split_archive(_lines(whole))), ArchivedText(text="", whole=whole))
    marked = []
    for begin in (one.end() for one in _FACTIVA_PARAGRAPH.finditer(whole)):
        if (end := whole.find("</p>", begin)) < 0:
            break
        marked.append(" ".join(_lines(whole[begin:end]).split()))
    text = "\n".join(line for line in marked if line) or plain.text
    return ArchivedText(text=text, whole=whole, facts=plain.facts)


def _lines(markup: str) -> str:
    """Return the words of markup, blocks apart by an empty line."""
    return html.unescape(_TAG.sub("", _BLOCK.sub("\n\n", markup)))


def _europresse(whole: str) -> ArchivedText:
    facts = {
        "publisher": _of_class(whole, "DocPublicationName"),
        "title": _of_class(whole, "titreArticleVisu") or _of_class(whole, "titreArticle"),
        "authors": _of_class(whole, "sm-margin-bottomNews") or _of_class(whole, "docAuthors"),
    }
    day = _DAY.search(_of_class(whole, "DocHeader"))
    facts["published"] = day.group().replace("1er", "1") if day else ""
    begin = whole.find("docOcurrContainer")
    end = whole.find("<footer", begin)
    body = whole[whole.find(">", begin) + 1 : end if end >= 0 else len(whole)] if begin >= 0 else ""
    text = "\n".join(" ".join(line.split()) for line in _lines(body).split("\n\n") if line.strip())
    return ArchivedText(text=text, whole=whole, facts={name: value for name, value in facts.items() if value})


def _of_class(whole: str, name: str) -> str:
    """Return the words of the first element that has this class, up to its first end tag, on one line."""
    begin = whole.find(">", whole.find(name)) if name in whole else -1
    end = whole.find("</", begin)
    return " ".join(_lines(whole[begin + 1 : end]).split()) if 0 <= begin < end else ""
