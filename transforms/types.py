"""The words of the domain as types: what is read, what is cleaned, what became of it. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


def format_id(number: int) -> str:
    """Show a 64-bit id as people see it: 16 hexadecimal digits."""
    return f"{number:016x}"


class Format(StrEnum):
    """What the bytes of a raw document are, told from the bytes and not from the name."""

    HTML = "html"
    MHTML = "mhtml"
    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    FEED = "feed"  # RSS, Atom, RDF
    JSON_FEED = "json_feed"
    WARC = "warc"
    EML = "eml"
    NEWSML = "newsml"  # NewsML-G2
    NITF = "nitf"
    NINJS = "ninjs"
    PDF = "pdf"
    ARCHIVE = "archive"  # a container that could not be opened; its members have formats of their own
    UNKNOWN = "unknown"


class Disposition(StrEnum):
    """What became of a raw document: exactly one of these, always."""

    LOADED = "loaded"
    UNCHANGED = "unchanged"
    NEW_VERSION = "new_version"
    DUPLICATE_FILE = "duplicate_file"
    REJECTED = "rejected"
    SKIPPED = "skipped"  # by design not an article: a WARC request record, an image in a zip
    DEFERRED = "deferred"  # still being written; the next run takes it
    ERASED = "erased"  # someone had it erased, and it came again


class Reason(StrEnum):
    """Why a document was not loaded: the closed list that operators filter by."""

    EMPTY = "empty"
    NO_TEXT = "no_text"
    BINARY = "binary"
    UNKNOWN_FORMAT = "unknown_format"
    UNREADABLE = "unreadable"
    VANISHED = "vanished"
    NOT_A_FILE = "not_a_file"
    TRUNCATED = "truncated"
    BAD_RECORD = "bad_record"
    BAD_ARCHIVE = "bad_archive"
    ARCHIVE_TOO_DEEP = "archive_too_deep"
    ARCHIVE_BOMB = "archive_bomb"
    UNSAFE_PATH = "unsafe_path"
    TOO_LARGE = "too_large"
    TOO_MANY_LINKS = "too_many_links"
    ENCRYPTED = "encrypted"
    NOT_AN_ARTICLE = "not_an_article"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    STILL_WRITTEN = "still_written"
    SAME_BYTES = "same_bytes"
    TOMBSTONE = "tombstone"


class Kind(StrEnum):
    """What sort of text an article is; it decides what the article may join."""

    ARTICLE = "article"
    STUB = "stub"  # paywall, consent, error page, summary only: joins no story
    LIVE_BLOG = "live_blog"  # may attach to a story, never bridges two
    ROUND_UP = "round_up"  # several stories in one text: may attach, never bridges
    TEMPLATE = "template"  # one of a series told by formula: stock, sport, weather
    GALLERY = "gallery"
    INDEX = "index"  # a list of headlines: joins no story


class Precision(StrEnum):
    """How exactly a time is known."""

    MINUTE = "minute"
    DAY = "day"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the container of a document says about it (a JSON record, a feed entry, a WARC header), unchecked."""

    url: str | None = None
    external_id: str | None = None
    title: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    agency: str | None = None
    charset: str | None = None
    kind: str | None = None
    is_summary: bool = False  # the text is only a teaser of the article
    is_clean: bool = False  # the text is an article body already (a JSON record), not a page with noise


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """One record as received. `body` is bytes where the charset is still to be found, else text."""

    source_ref: str  # file path, then "!member" for each archive level, then "#n" for a record (from 1)
    format: Format
    sha256: str  # of the record's own bytes, hex
    size: int  # bytes of the record
    body: bytes | str
    is_html: bool
    stated: Stated = Stated()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A document that did not become an article, and why; a value, since bad input is normal."""

    source_ref: str
    format: Format
    reason: Reason
    detail: str = ""  # one line in words, safe to print
    sha256: str = ""
    size: int = 0
    disposition: Disposition = Disposition.REJECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """A time with what is known of it. `at` is UTC where `zone` is known, else the wall time as printed."""

    at: datetime | None = None  # naive in both cases: the database column has no zone
    precision: Precision = Precision.NONE
    zone: str | None = None  # offset as stated, "+09:00" or "Z"; None when the source gave none
    source: str | None = None  # "json-ld", "meta", "url", "htmldate", "stated", "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One cleaned document."""

    article_id: int  # 64 bits, from the identity of the article and not its content; people see 16 hex digits
    document_id: int  # 64 bits, of source_ref and sha256
    source_ref: str
    external_id: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    publisher: str | None = None
    title: str
    text: str  # paragraphs separated by one newline
    lead: str
    authors: tuple[str, ...] = ()
    published: Timestamp = Timestamp()
    updated: Timestamp = Timestamp()
    language: str = "und"  # BCP 47 primary tag; "und" when not known
    language_confidence: float = 0.0
    kind: Kind = Kind.ARTICLE
    kind_reason: str = ""
    wire_agency: str | None = None
    word_count: int = 0
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    is_paywalled: bool = False
    content_hash: int  # 64 bits, of title and text: changes when the article changes, not when its page does
    field_sources: tuple[tuple[str, str], ...] = ()  # ("title", "json-ld"), …
