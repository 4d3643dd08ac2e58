"""The types of the domain: what is read, what is cleaned, what became of it. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


def format_id(number: int) -> str:
    """Return an id from 0 to 2**64 - 1 (not checked) as people see it: 16 lower-case hexadecimal digits."""
    return f"{number:016x}"


class Format(StrEnum):
    """The format of a raw document (html, jsonl, warc, …), recognised from its bytes and not from its name."""

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
    SITEMAP = "sitemap"
    WARC = "warc"
    ARC = "arc"
    EML = "eml"
    NEWSML = "newsml"  # NewsML-G2
    NITF = "nitf"
    NINJS = "ninjs"
    PDF = "pdf"
    ARCHIVE = "archive"  # a container that could not be opened; its members have formats of their own
    UNKNOWN = "unknown"


class Disposition(StrEnum):
    """What became of a raw document: loaded, unchanged, new_version, rejected, …; each has exactly one."""

    LOADED = "loaded"
    UNCHANGED = "unchanged"
    NEW_VERSION = "new_version"
    DUPLICATE_FILE = "duplicate_file"
    REJECTED = "rejected"
    SKIPPED = "skipped"  # by design not an article: a WARC request record, an image in a zip
    DEFERRED = "deferred"  # still being written; the next run takes it
    ERASED = "erased"  # someone had it erased, and it came again


class Reason(StrEnum):
    """Why a document was not loaded (no_text, too_large, timeout, …): a closed list, for filtering."""

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
    RESEMBLES_ERASED = "resembles_erased"  # a near copy of an erased text, for a person to let in
    WITHDRAWAL = "withdrawal"  # a notice that takes an article back


class Kind(StrEnum):
    """The kind of text that an article is (article, stub, teaser, live_blog, …), on which depends what it may join."""

    ARTICLE = "article"
    STUB = "stub"  # paywall, consent, error page: joins no story
    TEASER = "teaser"  # headline and summary from a feed or an interface, without the article
    DIGEST = "digest"  # one document with several items about different events
    LIVE_BLOG = "live_blog"  # may attach to a story, never bridges two
    ROUND_UP = "round_up"  # several stories in one text: may attach, never bridges
    TEMPLATE = "template"  # one of a series written by formula: stock, sport, weather
    GALLERY = "gallery"
    INDEX = "index"  # a list of headlines: joins no story


class Precision(StrEnum):
    """How exactly a time is known: to the minute, to the day, or not at all."""

    MINUTE = "minute"
    DAY = "day"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Metadata that a document's container (JSON record, feed entry, WARC header) states about it, unchecked.

    Each field is text as written there, times and languages too; None, () or False where nothing is stated.
    """

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
    is_cut: bool = False  # the interface it came from gives the beginning of the text alone
    is_clean: bool = False  # the text is an article body already (a JSON record), not a page with noise
    version: str | None = None  # as its provider counts: NewsML `version`, `RevisionId`, ninjs `version`
    status: str | None = None  # publication status as the provider writes it: usable, canceled, withheld …
    embargoed: str | None = None  # not to be published before this time
    captured: str | None = None  # when the page was fetched: WARC-Date, headers of a saved page, the record
    evolved_from: str | None = None  # external id of the item that this one continues or replaces
    provider: str | None = (
        None  # who issues external ids, where that is not the publisher: NewsML 1 ProviderId
    )
    standfirst: str | None = None
    genre: str | None = None  # news, opinion, review, press release, correction …, as the document says


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """One record as received, with its reference, format, hash and stated metadata.

    `source_ref` says where it is in the input (file, member, `#n`), `sha256` (hexadecimal) and `size` (bytes) are of
    the record as received. `body` is bytes where the charset is still to be found, else text; `is_html`: it is markup.
    """

    source_ref: str  # file path, then "!member" for each archive level, then "#n" for a record (from 1)
    format: Format
    sha256: str  # of the record's own bytes, hex
    size: int  # bytes of the record
    body: bytes | str
    is_html: bool
    stated: Stated = Stated()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A document that did not become an article, with the reason; a value and no error, since bad input is normal.

    `detail` is one line for people; `sha256` is "" and `size` (bytes) 0 where the document could not be read.
    """

    source_ref: str
    format: Format
    reason: Reason
    detail: str = ""  # one line in words, safe to print
    sha256: str = ""
    size: int = 0
    disposition: Disposition = Disposition.REJECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """A stated time with precision, zone and source.

    `at` is naive: UTC where `zone` is known, else wall time as printed; None where no time was read or it was refused,
    which `source` then says. `text` is what was stated; `earliest` and `latest` bound it where it is ambiguous.
    """

    at: datetime | None = None  # naive in both cases: the database column has no zone
    precision: Precision = Precision.NONE
    zone: str | None = None  # offset as stated, "+09:00" or "Z"; None when the source gave none
    source: str | None = (
        # "json-ld", "meta", "microdata", "time", "visible", "url", "stated", "text"; where it was refused with
        # ":future", ":impossible" or ":ambiguous" behind it
        None
    )
    text: str | None = None  # as it was stated
    earliest: datetime | None = None  # the interval, UTC, in which it can lie: a day, an unknown zone
    latest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One cleaned document, with all fields that are stored: identity, title, text, times, language, kind, …

    Ids, `content_hash` and claims are 64-bit hashes; `lead` is the beginning of `text`, which has a paragraph a line;
    `language` is a BCP 47 primary tag ("und": unknown) with a confidence from 0 to 1. None or "" where nothing was
    found.
    """

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
    standfirst: str | None = None  # summary that the outlet prints under the headline
    genre: str | None = None  # news, opinion, review, press release or correction, as stated
    # times in naive UTC
    published_text: str | None = None  # the time of publication as the source wrote it
    published_from: datetime | None = (
        None  # earliest and latest time that it can mean: a day, an unknown zone
    )
    published_until: datetime | None = None
    captured_at: datetime | None = None  # when the page was fetched, if the source says
    embargoed_until: datetime | None = None
    withdrawn_at: datetime | None = None  # when its publisher took it back
    revision: int | None = None  # as its provider counts the states of the item
    is_withdrawal: bool = False  # no article but a notice that takes the article of its ids back
    # hashes of what the document claims to be: see transforms.cleaning.article_identity
    claims: tuple[int, ...] = ()
    loose_claims: tuple[int, ...] = ()
    item_claims: tuple[int, ...] = ()
