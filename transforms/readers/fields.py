"""One record with named fields (a JSON object, a row of a table) to a raw document: which name means what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import UTC, date, datetime

from transforms.readers.charsets import scrub
from transforms.readers.documents import Item, document, reject
from transforms.types import Format, Reason, Stated

# Names compared without case and punctuation, best first: `articleBody`, `article_body` and `article-body` are one.
NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        "articlebody", "maintext", "fulltext", "bodytext", "contenthtml", "bodyhtml", "bodyxhtml", "contenttext",
        "articletext", "articlecontent", "cleantext", "plaintext", "text", "body", "content", "contents", "textbody",
        "html", "paragraphs", "message",
    ),
    "summary": (
        "summary", "description", "abstract", "excerpt", "lead", "leadparagraph", "snippet", "teaser", "dek",
        "standfirst", "trailtext", "intro", "subtitle",
    ),
    "title": ("title", "headline", "webtitle", "articletitle", "newstitle", "mainheadline", "heading", "subject",
        "name"),
    "url": (
        "url", "link", "canonicalurl", "articleurl", "weburl", "permalink", "sourceurl", "pageurl", "originalurl",
        "newsurl",
        "href", "uri", "shareurl",
    ),
    "external_id": (
        "id", "externalid", "uuid", "guid", "articleid", "docid", "documentid", "newsid", "itemid", "recordid",
        "identifier",
        "uid", "key",
    ),
    "published": (
        "published", "publishedat", "datepublished", "publisheddate", "publishdate", "publishedon", "publishedtime",
        "publicationdate", "pubdate", "firstpublicationdate", "webpublicationdate", "dategmt", "date", "datetime",
        "publishtime", "pubtime", "timestamp", "time", "created", "createdat", "datecreated", "versioncreated",
        "issued",
        "seendate", "firstcreated",
    ),
    "updated": (
        "updated", "updatedat", "dateupdated", "modified", "modifiedat", "datemodified", "modifieddate", "lastmodified",
        "modifiedgmt", "lastupdated", "updatedate",
    ),
    "publisher": (
        "publisher", "sourcename", "source", "site", "sitename", "outlet", "newspaper", "publication", "provider",
        "medium",
        "media", "domain", "website", "sourcedomain", "feed",
    ),
    "language": ("language", "lang", "inlanguage", "languagecode", "locale"),
    "authors": ("authors", "author", "byline", "creator", "creators", "writer", "writers", "journalist", "reporter"),
    "section": ("section", "sectionname", "articlesection", "category", "rubric", "desk", "channel"),
    "tags": ("tags", "keywords", "topics", "labels", "categories"),
    "image_url": ("imageurl", "image", "topimage", "urltoimage", "leadimage", "thumbnail", "thumbnailurl", "ogimage"),
    "agency": ("agency", "wireagency", "newsagency", "creditline"),
    "kind": ("kind", "type", "articletype", "contenttype", "documenttype"),
}  # fmt: skip
# one level down where the record itself is only an envelope (search engines, content systems, JSON:API)
_ENVELOPES = (
    "source_", "article", "document", "doc", "item", "news", "attributes", "fields", "node", "record", "post", "data",
    "json", "story", "payload", "metadata", "meta",
)  # fmt: skip
_INNER = (
    "name",
    "title",
    "rendered",
    "value",
    "label",
    "text",
    "cdata",
    "url",
    "href",
    "id",
    "oid",
    "date",
    "numberlong",
)
_MARKUP = re.compile(
    r"<(?:p|br|div|span|a|h[1-6]|ul|ol|li|img|strong|em|b|i|blockquote|figure|article|html|body|table|section)\b[^<>]*>",
    re.I,
)
_CUT_OFF = re.compile(
    r"(?:\[\+\d+ chars\]|\[…\]|\[\.\.\.\])\s*$"
)  # what news interfaces append to a shortened text
MAX_LIST = 200  # values taken from one list of authors, tags or paragraphs' names


def record_to_document(
    record: Mapping[str, object],
    source_ref: str,
    form: Format,
    field_map: Mapping[str, str] | None = None,
    own_bytes: bytes | None = None,
) -> Item:
    """Turn one record into a document, or reject it when it has neither title nor text.

    `field_map` maps our field to theirs (`{"text": "body_html"}`, dots go down) and wins over names found by
    themselves. `own_bytes` are the record as received; without them the hash is of the record as canonical JSON,
    so that the same row gives the same hash from any table format. A text that is only a summary is marked so.
    """
    raw = own_bytes if own_bytes is not None else _canonical(record)
    named = _by_name(record)
    found: dict[str, object] = {ours: _find(named, names) for ours, names in NAMES.items()}
    for ours, theirs in (field_map or {}).items():
        found[ours] = _follow(record, theirs)
    text = _text_of(found["text"])
    title = _inline(found["title"])
    is_summary = bool(_CUT_OFF.search(text[-40:]))
    if not text:
        text = _text_of(found["summary"])
        is_summary = bool(text)
    if not text and not title:
        return reject(source_ref, form, Reason.NO_TEXT, "the record has neither a title nor a text", raw)
    stated = Stated(
        url=_one(found["url"]),
        external_id=_one(found["external_id"]),
        title=title,
        publisher=_inline(found["publisher"]),
        authors=_many(found["authors"]),
        published=time_of(found["published"]),
        updated=time_of(found["updated"]),
        language=_one(found["language"]),
        section=_inline(found["section"]),
        tags=_many(found["tags"], split=True),
        image_url=_one(found["image_url"]),
        agency=_inline(found["agency"]),
        kind=_inline(found["kind"]),
        is_summary=is_summary,
        is_clean=True,
    )
    return document(source_ref, form, raw, text, looks_like_html(text), stated)


def mappable_fields() -> tuple[str, ...]:
    """List the names that a field map may have on our side."""
    stated = {field.name for field in fields_of(Stated)} - {"charset", "is_summary", "is_clean"}
    return tuple(name for name in NAMES if name in stated or name in ("text", "summary"))


def looks_like_html(text: str) -> bool:
    """Tell markup from text that mentions a tag: it starts with one, or has two."""
    first = _MARKUP.search(text)
    if first is None:
        return False
    return first.start() < 3 or _MARKUP.search(text, first.end()) is not None


def time_of(value: object) -> str | None:
    """Give a stated time as text: numbers are seconds, milliseconds, micro- or nanoseconds since 1970, told by size."""
    value = _inner(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        text = scrub(value).strip()
        if not re.fullmatch(r"\d{10}|\d{13}|\d{16}|\d{19}|\d{10}\.\d+", text):
            return text or None
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and 19000101 <= value <= 21001231 and 1 <= value // 100 % 100 <= 12:
        return str(value)  # a day written as a number, 20240131
    seconds = float(value)
    for unit in (1.0, 1e3, 1e6, 1e9):
        # 1e8 is 1973: nothing older is a time of news, and a smaller number is a year or a counter
        if 1e8 <= seconds / unit < 1e10:
            return (
                datetime.fromtimestamp(seconds / unit, UTC)
                .isoformat(timespec="seconds")
                .replace("+00:00", "Z")
            )
    return None


def _plain_name(name: object) -> str:
    plain = re.sub(r"[\W_]+", "", str(name)).lower()
    return "source_" if name == "_source" else plain


def _by_name(record: Mapping[str, object]) -> dict[str, object]:
    """Index values by plain name: the record's own first, then those of the envelopes in it."""
    named: dict[str, object] = {}
    for name, value in record.items():
        if not _is_empty(value):
            named.setdefault(_plain_name(name), value)
    for envelope in _ENVELOPES:
        inner = named.get(envelope)
        if isinstance(inner, Mapping):
            for name, value in inner.items():
                if not _is_empty(value):
                    named.setdefault(_plain_name(name), value)
    return named


def _find(named: Mapping[str, object], names: tuple[str, ...]) -> object:
    for name in names:
        value = named.get(name)
        if value is not None and not isinstance(value, bool):
            return value
    return None


def _follow(record: Mapping[str, object], path: str) -> object:
    """Take the value at a path given by the user: the exact name first, else dots as steps."""
    if path in record:
        return record[path]
    value: object = record
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == [] or value == {} or value != value  # NaN is not itself


def _inner(value: object) -> object:
    """Open `{"name": …}`, `{"rendered": …}`, `{"$oid": …}` and the like."""
    for _ in range(3):
        if not isinstance(value, Mapping):
            return value
        named = {_plain_name(name): inner for name, inner in value.items()}
        value = next((named[name] for name in _INNER if not _is_empty(named.get(name))), None)
    return None if isinstance(value, Mapping) else value


def _text_of(value: object) -> str:
    """Give a body as one text; a list is its paragraphs."""
    if isinstance(value, list | tuple):
        return "\n".join(part for part in (_text_of(item) for item in value) if part)
    value = _inner(value)
    if isinstance(value, list | tuple):
        return _text_of(list(value))
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return scrub(value).strip() if isinstance(value, str) else ""


def _one(value: object) -> str | None:
    if isinstance(value, list | tuple):
        value = next((item for item in value if not _is_empty(item)), None)
    value = _inner(value)
    if isinstance(value, bool) or value is None or value != value:
        return None
    if isinstance(value, str | int | float | datetime | date):
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return scrub(text).strip() or None
    return None


def _inline(value: object) -> str | None:
    text = _one(value)
    return " ".join(text.split()) or None if text else None


def _many(value: object, split: bool = False) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    texts = [text for text in (_inline(item) for item in items[:MAX_LIST]) if text]
    if split and len(texts) == 1:
        texts = [part.strip() for part in re.split(r"[,;|]", texts[0]) if part.strip()][:MAX_LIST]
    return tuple(dict.fromkeys(texts))


def _canonical(record: Mapping[str, object]) -> bytes:
    text = json.dumps(dict(record), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return text.encode("utf-8", "surrogatepass")
