"""What is known of one document in, its article out: what the container states is preferred to what the page says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from transforms.cleaning.agency_credits import Agencies, credited_agency, publisher_agency
from transforms.cleaning.article_identity import identify, own_url
from transforms.cleaning.article_kinds import classify_kind
from transforms.cleaning.bylines import split_names
from transforms.cleaning.date_order import DateOrder, find_order
from transforms.cleaning.derived_titles import derive_title
from transforms.cleaning.digest_detection import find_digest
from transforms.cleaning.genres import genre_of
from transforms.cleaning.metadata import Metadata, normalise_image
from transforms.cleaning.page_body import parse_fragment
from transforms.cleaning.stated_times import read_time
from transforms.cleaning.urls import host_of, normalise_url, registrable_host
from transforms.language.detect import LoadModel, detect_language
from transforms.language.detector_model import language_model
from transforms.text.encoding import tidy_line
from transforms.text.ids import document_id, hash_text
from transforms.text.mojibake import undo_entities
from transforms.text.publication_status import is_embargoed, is_withdrawn
from transforms.text.wordcount import count_words
from transforms.types import Article, Kind, RawDocument, Stated, Timestamp

_LEAD = 400  # characters: what a newspaper's first paragraph has, and what fits a table cell
_LONGEST_TITLE = 500  # characters; longer ones are a whole text in the wrong field
_PAGE_KINDS = ("ImageGallery", "MediaGallery", "CollectionPage", "SearchResultsPage")

_END_OF_TIME = datetime(9000, 1, 1, tzinfo=UTC)
_REVISION_DIGITS = 14  # a count or a time written as digits; more is an id

_SENTENCE_END = re.compile(r"""[.!?…。！？]["'”’»)\]]*(?:\s+|(?<=[。！？]))""")
_TAG = re.compile(
    r"</?(?:p|br|hr|div|section|article|header|footer|a|b|i|u|em|strong|small|font|center|span|img|ul|ol|li|h[1-6]|sup|sub|"
    r"blockquote|figure|table|tr|td|script|style|iframe|object|embed|video|audio|form|noscript)\b[^<>]*>",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Draft:
    """The fields found for an article so far, before what its container states (feed, record, wire) is added.

    `page` is what the page states, `link_ratio` the share of its text that lies in links (None: no page), `sources`
    where the value of each field was found.
    """

    title: str = ""
    text: str = ""
    published: Timestamp = field(default_factory=Timestamp)
    updated: Timestamp = field(default_factory=Timestamp)
    page: Metadata = field(default_factory=Metadata)
    link_ratio: float | None = None
    standfirst: str | None = None
    is_teaser: bool = (
        False  # the text is what the head of a page, or a record beside its text, says of the article
    )
    sources: dict[str, str] = field(default_factory=dict)  # field → where its value was found


def assemble(
    draft: Draft,
    doc: RawDocument,
    *,
    now: datetime,
    agencies: Agencies | None,
    load_model: LoadModel = language_model,
) -> Article | None:
    """Make the Article of a document from its draft and from what its container states, which is preferred.

    Returns None where there is neither a title nor a text, unless the stated status withdraws an item. A text without a
    title gets one made of its first sentence. `now` is aware or UTC; `agencies` None: the shipped ones; `load_model`
    returns the model of languages. `draft.sources` is completed: field → where its value was found.
    """
    stated, page, sources, text = doc.stated, draft.page, draft.sources, draft.text
    title = _choose_title(draft, stated)
    is_withdrawal = is_withdrawn(stated.status)
    if not title and not text and not is_withdrawal:
        return None
    fetched = normalise_url(stated.url)
    url = own_url(fetched, page.canonical_url)
    publisher = _choose_publisher(stated, page, url, sources)
    authors = _choose_authors(stated, page, sources)
    language, confidence = detect_language(text or title, stated.language or page.language, load_model)
    standfirst = _prefer_stated("standfirst", tidy_line(stated.standfirst or ""), draft.standfirst, sources)
    order = find_order((stated.language, page.language), host_of(url))
    published = _prefer_stated_time("published", stated.published, draft.published, now, order, sources)
    words = count_words(text)
    kind, reason = _classify(draft, stated, title, url, words)
    if kind is Kind.ARTICLE and (found := find_digest(title, text, language)):
        kind, reason = Kind.DIGEST, found
    claimed = identify(
        doc.source_ref,
        stated,
        title=title,
        url=url,
        fetched=fetched,
        canonical=page.canonical_url,
        publisher=publisher,
    )
    return Article(
        article_id=claimed.article_id,
        document_id=document_id(doc.source_ref, doc.sha256),
        source_ref=doc.source_ref,
        external_id=stated.external_id,
        url=url,
        canonical_url=page.canonical_url,
        publisher=publisher,
        title=title,
        text=text,
        lead=make_lead(f"{standfirst}\n{text}" if standfirst else text),
        standfirst=standfirst,
        genre=genre_of((stated.genre, stated.kind, *page.schema_types)),
        authors=authors,
        published=published,
        published_text=published.text,
        published_from=published.earliest,
        published_until=published.latest,
        updated=_prefer_stated_time("updated", stated.updated, draft.updated, now, order, sources),
        language=language,
        language_confidence=confidence,
        kind=kind,
        kind_reason=reason,
        wire_agency=_find_agency(text, authors, publisher, stated.agency, agencies),
        word_count=words,
        section=_prefer_stated("section", tidy_line(stated.section or ""), page.section, sources),
        tags=_choose_tags(stated, page, sources),
        image_url=_prefer_stated(
            "image_url", normalise_image(stated.image_url, url), page.image_url, sources
        ),
        is_paywalled=page.is_paywalled or stated.is_cut,
        content_hash=hash_content(title, text),
        field_sources=tuple(sorted((name, source) for name, source in sources.items() if source)),
        captured_at=_read_utc(stated.captured),
        embargoed_until=_read_embargo(stated),
        revision=_read_revision(stated.version),
        is_withdrawal=is_withdrawal,
        claims=claimed.strict,
        loose_claims=claimed.loose,
        item_claims=claimed.items,
    )


def make_lead(text: str) -> str:
    """Return the beginning of a text on one line: its first two sentences, as far as they end within 400 characters.

    A text of up to 400 characters with at most two sentence ends comes back whole. Where no sentence ends so early,
    400 characters are cut between words, with "…" behind. "" for a blank text.
    """
    start = " ".join(text[: 2 * _LEAD].split())
    if len(start) < _LEAD + 2:  # much of it was space
        start = " ".join(text[: 4 * _LEAD].split())
    # whether a sentence ends within the lead is not decided by what stands behind the first character after it
    shown = f"{start} "[: _LEAD + 2]
    ends = [match.end() for match in _SENTENCE_END.finditer(shown) if match.end() <= _LEAD + 1]
    if len(start) <= _LEAD and len(ends) <= 2:
        return start
    if ends:
        return start[: ends[min(1, len(ends) - 1)]].strip()
    cut = start[:_LEAD].rpartition(" ")[0] or start[:_LEAD]
    return cut.rstrip(" ,;:–—-") + "…"


def hash_content(title: str, text: str) -> int:
    """Return the 64-bit hash (`hash_text`) of title and text together, ignoring case and white space.

    Equal for the same article on any page; where the title ends and the text begins does not count either.
    """
    folded = f"{title}\n{text}".casefold()
    spaced = folded.replace("\n", " ")
    # nothing but single spaces in it, so that parting and joining its words gives the same
    is_single = spaced.isprintable() and "  " not in spaced and spaced[0] != " " and spaced[-1] != " "
    return hash_text(spaced if is_single else " ".join(folded.split()))


def has_tags(text: str) -> bool:
    """Return whether a text contains a known HTML tag, opening or closing ("<p>", "</a>")."""
    return "<" in text and bool(_TAG.search(text))


def _choose_title(draft: Draft, stated: Stated) -> str:
    title = tidy_line(stated.title or "")
    if title:
        draft.sources["title"] = "stated"
    else:
        title = tidy_line(draft.title)
    if has_tags(plain := undo_entities(title)):
        plain = parse_fragment(plain)
    title = " ".join(plain.split()) or title
    title = title[:_LONGEST_TITLE].rstrip()
    if not title and draft.text:
        title, draft.sources["title"] = derive_title(draft.text), "lead"
    return title


def _choose_publisher(stated: Stated, page: Metadata, url: str | None, sources: dict[str, str]) -> str | None:
    publisher = _prefer_stated("publisher", tidy_line(stated.publisher or ""), page.publisher, sources)
    if not publisher and (host := registrable_host(url)):
        publisher, sources["publisher"] = host, "url"
    return publisher


def _choose_authors(stated: Stated, page: Metadata, sources: dict[str, str]) -> tuple[str, ...]:
    authors = tuple(name for raw in stated.authors for name in split_names(raw))
    if authors:
        sources["authors"] = "stated"
    return authors or page.authors


def _choose_tags(stated: Stated, page: Metadata, sources: dict[str, str]) -> tuple[str, ...]:
    tags = tuple(tag for raw in stated.tags if (tag := tidy_line(raw)))
    if tags:
        sources["tags"] = "stated"
    return tags or page.tags


def _classify(draft: Draft, stated: Stated, title: str, url: str | None, words: int) -> tuple[Kind, str]:
    return classify_kind(
        title,
        draft.text,
        url=url,
        word_count=words,
        link_ratio=draft.link_ratio,
        is_summary=stated.is_summary or draft.is_teaser,
        is_paywalled=draft.page.is_paywalled,
        stated_kind=stated.kind or _stated_kind(draft.page),
        is_clean=stated.is_clean,
    )


def _prefer_stated(name: str, stated: str | None, found: str | None, sources: dict[str, str]) -> str | None:
    if stated:
        sources[name] = "stated"
        return stated
    return found


def _prefer_stated_time(
    name: str, raw: str | None, found: Timestamp, now: datetime, order: DateOrder, sources: dict[str, str]
) -> Timestamp:
    stamp = read_time(raw, now=now, source="stated", order=order)
    if stamp is None:
        return found
    if stamp.at is None:
        sources[f"{name}_refused"] = stamp.source or ""
        return found if found.at is not None else stamp
    sources[name] = "stated"
    return stamp


def _read_utc(raw: str | None) -> datetime | None:
    """Read a time that may lie ahead, as an embargo does; a time without a zone is taken as UTC."""
    stamp = read_time(raw, now=_END_OF_TIME, source="stated")
    return stamp.at if stamp else None


def _read_embargo(stated: Stated) -> datetime | None:
    """Return when an embargo ends: never, where an item is said to be under one and not until when."""
    until = _read_utc(stated.embargoed)
    return _END_OF_TIME if until is None and is_embargoed(stated.status) else until


def _read_revision(raw: str | None) -> int | None:
    """Read the number that a provider counts states by; None for what is no whole number (a date, a name)."""
    text = (raw or "").strip()
    return int(text) if text.isdecimal() and len(text) <= _REVISION_DIGITS else None


def _find_agency(
    text: str,
    authors: tuple[str, ...],
    publisher: str | None,
    stated: str | None,
    agencies: Agencies | None,
) -> str | None:
    if stated and (name := tidy_line(stated)):
        return publisher_agency(name, None, agencies) or name
    return credited_agency(text, authors, publisher, agencies)


def _stated_kind(page: Metadata) -> str | None:
    """Return the type that the page states of itself, where it is another than an article's."""
    types = page.schema_types
    if "LiveBlogPosting" in types:
        return "LiveBlogPosting"
    if any(name.endswith(("Article", "BlogPosting")) for name in types):
        return None  # lists and galleries beside an article are parts of its page
    return next((name for name in types if name in _PAGE_KINDS), None)
