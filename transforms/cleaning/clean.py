"""A raw document in, one cleaned article or the reason why there is none out."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import datetime

from transforms.cleaning.agency_credits import Agencies
from transforms.cleaning.article_assembly import Draft, assemble, has_tags
from transforms.cleaning.article_identity import advised_claims, claim_headline
from transforms.cleaning.bylines import people_in_line
from transforms.cleaning.line_kinds import letters
from transforms.cleaning.metadata import read_metadata
from transforms.cleaning.page_body import extract_body, parse_fragment, parse_page
from transforms.cleaning.plain_text import segment
from transforms.cleaning.stated_times import read_time
from transforms.cleaning.walls_and_error_pages import head_description, is_wall_or_error
from transforms.language.detect import LoadModel
from transforms.language.detector_model import language_model
from transforms.text.encoding import decode, tidy
from transforms.text.mojibake import repair_misread, undo_entities
from transforms.text.publication_status import is_withdrawn
from transforms.types import Article, RawDocument, Reason, Rejection

_LARGEST = 40_000_000  # bytes or characters that are decoded at all; a page's own limit is half of it
_MISREAD = "â\x80"  # begins the quotation marks and dashes of UTF-8 that was read as Latin-1
_ESCAPED = 2  # times that markup in a record is undone
_BLOCK = re.compile(r"<(?:p|br|div|li|h[1-6]|blockquote|tr)\b", re.IGNORECASE)
# what stands in a line of its own where a page has an advertisement, as `letters` gives it
_ADVERTISEMENTS = frozenset(
    ("advertisement", "advertisements", "advertising", "article continues below advertisement",
     "article continues after advertisement", "story continues below advertisement",
     "continue reading below advertisement", "continue reading the main story", "scroll to continue", "anzeige",
     "werbung", "publicité", "publicidad", "pubblicità", "publicidade", "continua após a publicidade", "advertentie",
     "annons", "annonse", "annonce", "mainos", "reklama", "reklam", "reklám", "hirdetés", "реклама", "διαφήμιση",
     "広告", "广告", "廣告", "광고", "إعلان", "פרסומת", "quảng cáo", "iklan")
)  # fmt: skip
_LONGEST_MARK = 60  # characters
_MAX_TEXT = 600_000  # characters of text kept: some 100,000 words, longer than any article


def clean(
    doc: RawDocument,
    *,
    now: datetime,
    agencies: Agencies | None = None,
    load_model: LoadModel = language_model,
) -> Article | Rejection:
    """Clean one document into an Article: its text without page noise, checked metadata, identity and kind.

    What the container states is preferred to what the page states; the page's canonical address to the fetched one
    where it is this article's. Text is cut at 600,000 characters. Credits are read for `agencies`, by default the
    shipped ones; `load_model` returns the model of languages; times later than `now` (aware or UTC) are refused. Never
    raises for what a document holds: what cannot become an article is a `Rejection` (TOO_LARGE, TOO_MANY_LINKS, EMPTY,
    NO_TEXT).
    """
    if len(doc.body) > _LARGEST:
        return _reject(doc, Reason.TOO_LARGE, f"more than {_LARGEST:,} bytes or characters in one document")
    body = doc.body if isinstance(doc.body, str) else decode(doc.body, doc.stated.charset).text
    if _MISREAD in body:
        body = repair_misread(body)  # before parsing, which takes control characters out
    if is_withdrawn(doc.stated.status):
        return _take_notice(body, doc, now, load_model)
    if not body.strip() and not (doc.stated.is_clean and doc.stated.title):
        return _reject(doc, Reason.EMPTY, "no text at all")
    if doc.is_html and not doc.stated.is_clean:
        draft = _clean_page(body, doc, now)
    elif doc.stated.is_clean:
        draft = _clean_record(body, doc)
    else:
        draft = _clean_text(body, doc, now)
    if isinstance(draft, Rejection):
        return draft
    draft.text = _join_blocks(_without_advertisements(_cut(tidy(undo_entities(draft.text)))))
    article = assemble(draft, doc, now=now, agencies=agencies, load_model=load_model)
    if article is not None and (named := advised_claims(article.title, article.text, doc.stated.provider)):
        own = set(claim_headline(doc.stated.provider, article.title))
        claims = dict.fromkeys((*(one for one in article.item_claims if one not in own), *named))
        return replace(article, is_withdrawal=True, item_claims=tuple(claims))
    return article or _reject(doc, Reason.NO_TEXT, "neither title nor text")


def _take_notice(body: str, doc: RawDocument, now: datetime, load_model: LoadModel) -> Article | Rejection:
    """Read a document whose status takes an item back: what counts are its ids and times, its text may be missing."""
    draft = _clean_record(body, doc)
    made = Draft() if isinstance(draft, Rejection) else draft
    notice = assemble(made, doc, now=now, agencies=None, load_model=load_model)
    return notice or _reject(doc, Reason.NO_TEXT, "a notice without an id")


def _clean_page(body: str, doc: RawDocument, now: datetime) -> Draft | Rejection:
    tree = parse_page(body)
    if isinstance(tree, Reason):
        detail = "the page exceeds a limit of size or links" if tree is not Reason.NO_TEXT else ""
        return _reject(doc, tree, detail)
    page = read_metadata(tree, url=doc.stated.url, now=now)
    found = extract_body(tree, title=page.title, stated_body=page.body, markup=body)
    is_missing = not found.text or is_wall_or_error(found.text)
    if (
        is_missing
        and page.title
        and not is_wall_or_error(page.title)
        and (described := _describe(body, page.title))
    ):
        return Draft(
            title=page.title,
            text=described,
            page=page,
            published=page.published,
            updated=page.updated,
            is_teaser=True,
            sources=dict(page.sources) | {"text": "description"},
        )
    if not found.text:
        return _reject(doc, Reason.NO_TEXT, "the page shows no text")
    if found.is_walled and not page.is_paywalled:
        page = replace(page, is_paywalled=True, sources=(*page.sources, ("is_paywalled", "text")))
    return Draft(
        title=page.title or "",
        text=found.text,
        standfirst=found.standfirst,
        page=page,
        link_ratio=found.link_ratio,
        published=page.published,
        updated=page.updated,
        sources=dict(page.sources) | {"text": found.method},
    )


def _describe(body: str, title: str) -> str:
    """Return the description in the head of a page, which is parsed again: extraction has taken its head apart."""
    tree = parse_page(body)
    return "" if isinstance(tree, Reason) else head_description(tree, title)


def _clean_record(body: str, doc: RawDocument) -> Draft | Rejection:
    text = parse_fragment(body, doc.stated.title) if doc.is_html else tidy(body)
    for _ in range(_ESCAPED):  # a body that is markup as a whole, escaped once by each system on its way
        if not (is_markup := text.startswith(("<", "&lt;"))) and (doc.is_html or not has_tags(text)):
            break
        text = parse_fragment(_keep_breaks(html.unescape(text) if is_markup else text), doc.stated.title)
    if not text and not (doc.stated.title or "").strip():
        return _reject(doc, Reason.NO_TEXT, "neither title nor text")
    if is_wall_or_error(text) and doc.stated.title:
        standfirst = tidy(doc.stated.standfirst or "")
        is_stated = bool(standfirst) and not is_wall_or_error(standfirst)
        return Draft(text=standfirst if is_stated else "", is_teaser=True, sources={"text": "description"})
    return Draft(text=text, sources={"text": "stated"})


def _keep_breaks(text: str) -> str:
    """Turn line ends into elements where a text has inline markup alone, so that its paragraphs stay."""
    return text if _BLOCK.search(text) else text.replace("\n", "<br>")


def _clean_text(body: str, doc: RawDocument, now: datetime) -> Draft | Rejection:
    parts = segment(_cut(body[: 2 * _MAX_TEXT]))
    if not parts.body:
        return _reject(doc, Reason.NO_TEXT, "no running text")
    draft = Draft(text=parts.body, title=parts.title or "", sources={"text": "plaintext"})
    stamp = read_time(parts.published, now=now, source="text")
    if stamp is not None:
        draft.published = stamp
        draft.sources["published"] = "text"
    if parts.title:
        draft.sources["title"] = "text"
    if people := people_in_line(parts.byline or ""):
        draft.page = replace(draft.page, authors=tuple(people))
        draft.sources["authors"] = "text"
    return draft


def _cut(text: str) -> str:
    """Keep as much of an endless text as articles have, to the end of a line."""
    if len(text) <= _MAX_TEXT:
        return text
    return text[:_MAX_TEXT].rpartition("\n")[0] or text[:_MAX_TEXT]


def _join_blocks(text: str) -> str:
    """Separate paragraphs by one newline, as articles store them."""
    return "\n".join(line for line in text.split("\n") if line) if "\n\n" in text else text


def _without_advertisements(text: str) -> str:
    """Leave out lines that only mark the place of an advertisement within an article."""
    lines = text.split("\n")
    kept = [line for line in lines if len(line) > _LONGEST_MARK or letters(line) not in _ADVERTISEMENTS]
    return text if len(kept) == len(lines) or not any(kept) else "\n".join(kept)


def _reject(doc: RawDocument, reason: Reason, detail: str) -> Rejection:
    return Rejection(
        source_ref=doc.source_ref,
        format=doc.format,
        reason=reason,
        detail=detail,
        sha256=doc.sha256,
        size=doc.size,
    )
