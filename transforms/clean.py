"""A raw document in, one cleaned article or the reason why it is none out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from transforms.agencies import Agencies, credit, publisher_agency
from transforms.dates import read_time
from transforms.encoding import decode, tidy, tidy_line
from transforms.ids import document_id, hash_text
from transforms.kinds import tell_kind
from transforms.language import tell_language
from transforms.metadata import Metadata, normalise_image, read_metadata
from transforms.page import Body, extract_body, parse_fragment, parse_page
from transforms.plaintext import derive_title, segment
from transforms.titles import split_names
from transforms.types import Article, RawDocument, Reason, Rejection, Timestamp
from transforms.urls import normalise_url, registrable_host, url_key
from transforms.wordcount import count_words

_LEAD = 400  # characters: what a newspaper's first paragraph has, and what fits a table cell
_LONGEST_TITLE = 500  # characters; longer ones are a whole text in the wrong field
_MAX_TEXT = 600_000  # characters of text kept: some 100,000 words, longer than any article

_PAGE_KINDS = ("ImageGallery", "MediaGallery", "CollectionPage", "SearchResultsPage")

_LARGEST = 40_000_000  # bytes or characters that are decoded at all; a page's own limit is half of it

_SENTENCE_END = re.compile(r"""[.!?…。！？]["'”’»)\]]*(?:\s+|(?<=[。！？]))""")
_MARKUP = re.compile(
    r"<(?:p|br|div|a|b|i|em|strong|span|img|ul|ol|li|h[1-6]|blockquote|figure|table|script)\b[^<>]*>|</(?:p|div|a)>|&(?:[a-z]{2,8}|#\d{2,5});",
    re.I,
)


@dataclass(slots=True)
class _Draft:
    """What is known of an article while its sources are weighed."""

    title: str = ""
    text: str = ""
    published: Timestamp = field(default_factory=Timestamp)
    updated: Timestamp = field(default_factory=Timestamp)
    page: Metadata = field(default_factory=Metadata)
    link_ratio: float | None = None
    sources: dict[str, str] = field(default_factory=dict)


def clean(doc: RawDocument, *, now: datetime, agencies: Agencies | None = None) -> Article | Rejection:
    """Clean one document: text without page noise, stated facts checked, identity, language and kind told.

    What the container states beats what the page says; the page's canonical address beats the fetched one. Credits
    are read for `agencies`, by default the shipped ones.
    Never raises for what a document holds: what cannot become an article is a `Rejection` with its reason.
    """
    if len(doc.body) > _LARGEST:
        return _reject(doc, Reason.TOO_LARGE, f"more than {_LARGEST:,} bytes or characters in one document")
    body = doc.body if isinstance(doc.body, str) else decode(doc.body, doc.stated.charset).text
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
    return _assemble(draft, doc, now, agencies)


def _clean_page(body: str, doc: RawDocument, now: datetime) -> _Draft | Rejection:
    tree = parse_page(body)
    if isinstance(tree, Reason):
        return _reject(
            doc, tree, "the page exceeds a limit of size or links" if tree is not Reason.NO_TEXT else ""
        )
    page = read_metadata(tree, url=doc.stated.url, now=now)
    found: Body = extract_body(tree, title=page.title, stated_body=page.body, markup=body)
    draft = _Draft(
        text=found.text,
        page=page,
        link_ratio=found.link_ratio,
        published=page.published,
        updated=page.updated,
    )
    draft.title = page.title or ""
    draft.sources = dict(page.sources) | {"text": found.method}
    if not draft.text:
        return _reject(doc, Reason.NO_TEXT, "the page shows no text")
    return draft


def _clean_record(body: str, doc: RawDocument) -> _Draft | Rejection:
    text = parse_fragment(body, doc.stated.title) if doc.is_html or _has_markup(body) else tidy(body)
    if not text and not (doc.stated.title or "").strip():
        return _reject(doc, Reason.NO_TEXT, "neither title nor text")
    return _Draft(text=text, sources={"text": "stated"})


def _clean_text(body: str, doc: RawDocument, now: datetime) -> _Draft | Rejection:
    parts = segment(_cut(tidy(body[: 2 * _MAX_TEXT])))
    if not parts.body:
        return _reject(doc, Reason.NO_TEXT, "no running text")
    draft = _Draft(text=parts.body, title=parts.title or "", sources={"text": "plaintext"})
    stamp = read_time(parts.published, now=now, source="text")
    if stamp is not None:
        draft.published = stamp
        draft.sources["published"] = "text"
    if parts.title:
        draft.sources["title"] = "text"
    return draft


def _assemble(
    draft: _Draft, doc: RawDocument, now: datetime, agencies: Agencies | None
) -> Article | Rejection:
    stated, page, sources = doc.stated, draft.page, draft.sources
    title = tidy_line(stated.title or "") or tidy_line(draft.title)
    if stated.title and title:
        sources["title"] = "stated"
    if _has_markup(title):
        title = " ".join(parse_fragment(title).split()) or title
    text = _cut(tidy(draft.text))
    if "\n\n" in text:
        text = "\n".join(line for line in text.split("\n") if line)
    title = title[:_LONGEST_TITLE].rstrip()
    if not title and text:
        title, sources["title"] = derive_title(text), "lead"
    if not title and not text:
        return _reject(doc, Reason.NO_TEXT, "neither title nor text")
    fetched = normalise_url(stated.url)
    url = _own_url(fetched, page.canonical_url)
    publisher = _settle("publisher", tidy_line(stated.publisher or ""), page.publisher, sources)
    if not publisher and (host := registrable_host(url)):
        publisher, sources["publisher"] = host, "url"
    authors = tuple(name for raw in stated.authors for name in split_names(raw))
    if authors:
        sources["authors"] = "stated"
    published = _settle_time("published", stated.published, draft.published, now, sources)
    updated = _settle_time("updated", stated.updated, draft.updated, now, sources)
    language, confidence = tell_language(text or title, stated.language or page.language)
    tags = tuple(tag for raw in stated.tags if (tag := tidy_line(raw)))
    if tags:
        sources["tags"] = "stated"
    words = count_words(text)
    kind, reason = tell_kind(
        title,
        text,
        url=url,
        word_count=words,
        link_ratio=draft.link_ratio,
        is_summary=stated.is_summary,
        is_paywalled=page.is_paywalled,
        stated_kind=stated.kind or _stated_kind(page),
        is_clean=stated.is_clean,
    )
    return Article(
        article_id=_article_id(doc, url, publisher),
        document_id=document_id(doc.source_ref, doc.sha256),
        source_ref=doc.source_ref,
        external_id=stated.external_id,
        url=url,
        canonical_url=page.canonical_url,
        publisher=publisher,
        title=title,
        text=text,
        lead=make_lead(text),
        authors=authors or page.authors,
        published=published,
        updated=updated,
        language=language,
        language_confidence=confidence,
        kind=kind,
        kind_reason=reason,
        wire_agency=_tell_agency(text, authors or page.authors, publisher, stated.agency, agencies),
        word_count=words,
        section=_settle("section", tidy_line(stated.section or ""), page.section, sources),
        tags=tags or page.tags,
        image_url=_settle("image_url", normalise_image(stated.image_url, url), page.image_url, sources),
        is_paywalled=page.is_paywalled,
        content_hash=hash_content(title, text),
        field_sources=tuple(sorted((name, source) for name, source in sources.items() if source)),
    )


def make_lead(text: str) -> str:
    """Give the beginning of a text: whole sentences of the first paragraphs, two of them or up to 400 characters."""
    start = " ".join(text[: 2 * _LEAD].split())
    if len(start) < _LEAD + 2:  # much of it was space
        start = " ".join(text[: 4 * _LEAD].split())
    # no sentence that ends within the lead is told by what stands behind the first character after it
    shown = f"{start} "[: _LEAD + 2]
    ends = [match.end() for match in _SENTENCE_END.finditer(shown) if match.end() <= _LEAD + 1]
    if len(start) <= _LEAD and len(ends) <= 2:
        return start
    if ends:
        return start[: ends[min(1, len(ends) - 1)]].strip()
    cut = start[:_LEAD].rpartition(" ")[0] or start[:_LEAD]
    return cut.rstrip(" ,;:–—-") + "…"


def hash_content(title: str, text: str) -> int:
    """Hash title and text so that case and spacing do not count: the same for the same article, whatever its page."""
    folded = f"{title}\n{text}".casefold()
    spaced = folded.replace("\n", " ")
    # nothing but single spaces in it, so that parting and joining its words gives the same
    is_single = spaced.isprintable() and "  " not in spaced and spaced[0] != " " and spaced[-1] != " "
    return hash_text(spaced if is_single else " ".join(folded.split()))


def _has_markup(text: str) -> bool:
    return ("<" in text or "&" in text) and bool(_MARKUP.search(text))


def _cut(text: str) -> str:
    """Keep as much of an endless text as articles have, to the end of a line."""
    if len(text) <= _MAX_TEXT:
        return text
    return text[:_MAX_TEXT].rpartition("\n")[0] or text[:_MAX_TEXT]


def _settle(name: str, stated: str | None, found: str | None, sources: dict[str, str]) -> str | None:
    if stated:
        sources[name] = "stated"
        return stated
    return found


def _settle_time(
    name: str, raw: str | None, found: Timestamp, now: datetime, sources: dict[str, str]
) -> Timestamp:
    stamp = read_time(raw, now=now, source="stated")
    if stamp is None:
        return found
    if stamp.at is None:
        sources[f"{name}_refused"] = stamp.source or ""
        return found if found.at is not None else stamp
    sources[name] = "stated"
    return stamp


def _article_id(doc: RawDocument, url: str | None, publisher: str | None) -> int:
    key, external = url_key(url), doc.stated.external_id
    if not external:
        return hash_text(key or doc.source_ref)
    return hash_text(f"{external}\n{key or publisher or doc.source_ref.partition('#')[0]}")


def _own_url(fetched: str | None, canonical: str | None) -> str | None:
    """Choose the address an article is known by: its canonical one, unless that is another house's.

    A reprint that names the original as canonical is an article of its own; it would else become its new version.
    """
    if canonical and fetched and registrable_host(canonical) != registrable_host(fetched):
        return fetched
    return canonical or fetched


def _tell_agency(
    text: str,
    authors: tuple[str, ...],
    publisher: str | None,
    stated: str | None,
    agencies: Agencies | None,
) -> str | None:
    if stated and (name := tidy_line(stated)):
        return publisher_agency(name, None, agencies) or name
    return credit(text, authors, publisher, agencies)


def _stated_kind(page: Metadata) -> str | None:
    """Give the type that the page states of itself, where it is another than an article's."""
    types = page.schema_types
    if "LiveBlogPosting" in types:
        return "LiveBlogPosting"
    if any(name.endswith(("Article", "BlogPosting")) for name in types):
        return None  # lists and galleries beside an article are parts of its page
    return next((name for name in types if name in _PAGE_KINDS), None)


def _reject(doc: RawDocument, reason: Reason, detail: str) -> Rejection:
    return Rejection(
        source_ref=doc.source_ref,
        format=doc.format,
        reason=reason,
        detail=detail,
        sha256=doc.sha256,
        size=doc.size,
    )
