"""One record with named fields (a JSON object, a row of a table) to a raw document: which name means what."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import UTC, date, datetime
from functools import lru_cache
from urllib.parse import urlsplit

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
    "title": (
        "title", "headline", "webtitle", "articletitle", "newstitle", "mainheadline", "heading", "subject", "name",
    ),
    "url": (
        "url", "link", "canonicalurl", "articleurl", "weburl", "permalink", "pageurl", "originalurl", "newsurl",
        "href", "uri", "shareurl",
    ),
    "external_id": (
        "id", "externalid", "uuid", "guid", "articleid", "docid", "documentid", "newsid", "itemid", "recordid",
        "identifier", "uid", "key",
    ),
    "published": (
        "published", "publishedat", "datepublished", "publisheddate", "publishdate", "publishedon", "publishedtime",
        "publicationdate", "pubdate", "firstpublicationdate", "webpublicationdate", "dategmt", "date", "datetime",
        "publishtime", "pubtime", "timestamp", "time", "created", "createdat", "datecreated", "versioncreated",
        "issued", "seendate", "firstcreated",
    ),
    "updated": (
        "updated", "updatedat", "dateupdated", "modified", "modifiedat", "datemodified", "modifieddate", "lastmodified",
        "modifiedgmt", "lastupdated", "updatedate",
    ),
    "publisher": (
        "publisher", "sourcename", "source", "site", "sitename", "outlet", "newspaper", "publication", "provider",
        "domain", "website", "sourcedomain",
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
_MEANINGS: dict[str, list[tuple[str, int]]] = {}
for _ours, _names in NAMES.items():
    for _rank, _theirs in enumerate(_names):
        _MEANINGS.setdefault(_theirs, []).append((_ours, _rank))
_INSIDE, _NEVER = 1000, 1_000_000  # a name inside an envelope comes after every name of the record itself
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
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.I)
_EPOCH = re.compile(r"\d{10}|\d{13}|\d{16}|\d{19}|\d{10}\.\d+")
_NAIVE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$")
_LIST_AS_TEXT = re.compile(
    r"\[\s*['\"].*['\"]\s*\]$", re.S
)  # what tables make of a list: "['Ann Ley', 'Bo Ek']"
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
MAX_PARAGRAPHS = 20_000  # of one body given as a list: a long book; more are made to exhaust their readers
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
    found = _find(record)
    for ours, theirs in (field_map or {}).items():
        found[ours] = _follow(record, theirs)
    text = _text_of(found.get("text"))
    title = _inline(found.get("title"))
    if title is not None and "&" in title and _ENTITY.search(title):
        title = " ".join(html.unescape(title).split()) or None
    is_summary = bool(_CUT_OFF.search(text[-40:]))
    if not text:
        text = _text_of(found.get("summary"))
        is_summary = bool(text)
    if not text and not title:
        return reject(source_ref, form, Reason.NO_TEXT, "the record has neither a title nor a text", raw)
    stated = Stated(
        url=_one(found.get("url")),
        external_id=_one(found.get("external_id")),
        title=title,
        publisher=_host_or_name(_label(found.get("publisher"))),
        authors=_many(found.get("authors")),
        published=time_of(found.get("published")),
        updated=time_of(found.get("updated")),
        language=_one(found.get("language")),
        section=_label(found.get("section")),
        tags=_many(found.get("tags"), split=True),
        image_url=_one(found.get("image_url")),
        agency=_label(found.get("agency")),
        kind=_label(found.get("kind")),
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
    first = _MARKUP.search(text) if "<" in text else None
    if first is None:
        return False
    return first.start() < 3 or _MARKUP.search(text, first.end()) is not None


def time_of(value: object) -> str | None:
    """Give a stated time as text: numbers are seconds, milliseconds, micro- or nanoseconds since 1970, told by size."""
    if value is None:
        return None
    value = _inner(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        text = scrub(value).strip()
        if not _EPOCH.fullmatch(text):
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


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """Reduce a field's name to what all its spellings share."""
    plain = re.sub(r"[\W_]+", "", name).lower()
    return "source_" if name == "_source" else plain  # a search engine's envelope, not a publisher


def _find(record: Mapping[str, object]) -> dict[str, object]:
    """Give the best-named value for each of our fields: the record's own names first, then those of envelopes in it."""
    found: dict[str, object] = {}
    ranks: dict[str, int] = {}
    envelopes: dict[str, Mapping[str, object]] = {}
    for name, value in record.items():
        if _is_empty(value):
            continue
        plain = plain_name(str(name))
        if plain in _ENVELOPES and isinstance(value, Mapping):
            envelopes.setdefault(plain, value)
        _take(plain, value, 0, found, ranks)
    for envelope in _ENVELOPES:
        for name, value in envelopes.get(envelope, {}).items():
            if not _is_empty(value):
                _take(plain_name(str(name)), value, _INSIDE, found, ranks)
    return found


def _take(plain: str, value: object, base: int, found: dict[str, object], ranks: dict[str, int]) -> None:
    if plain.endswith("gmt") and isinstance(value, str) and _NAIVE_TIME.match(value):
        value += "Z"  # the name says the zone
    for ours, rank in _MEANINGS.get(plain, ()):
        if base + rank < ranks.get(ours, _NEVER) and not isinstance(value, bool):
            ranks[ours] = base + rank
            found[ours] = value


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
    if isinstance(value, str):
        return not value
    return value is None or value == "" or value == [] or value == {} or value != value  # NaN is not itself


def _inner(value: object) -> object:
    """Open `{"name": …}`, `{"rendered": …}`, `{"$oid": …}` and the like."""
    for _ in range(3):
        if value is None or isinstance(value, str) or not isinstance(value, Mapping):
            return value
        named = {plain_name(str(name)): inner for name, inner in value.items()}
        value = next((named[name] for name in _INNER if not _is_empty(named.get(name))), None)
    return None if isinstance(value, Mapping) else value


def _text_of(value: object) -> str:
    """Give a body as one text; a list is its paragraphs."""
    if isinstance(value, list | tuple):
        return "\n".join(part for part in map(_text_of, value[:MAX_PARAGRAPHS]) if part)
    value = _inner(value)
    if isinstance(value, list | tuple):
        return _text_of(list(value))
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return scrub(value).strip() if isinstance(value, str) else ""


def _one(value: object) -> str | None:
    if value is None:  # most fields of most records
        return None
    if isinstance(value, str):
        return scrub(value).strip() or None
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


def _label(value: object) -> str | None:
    """Give a name in words; a bare number is a key into a table that the record did not bring along."""
    text = _inline(value)
    return None if text is None or text.isdigit() else text


def _host_or_name(publisher: str | None) -> str | None:
    """Give the host where a publisher is stated as an address: the page of a site is no article's own address."""
    if publisher is None or not publisher.lower().startswith(("http://", "https://")):
        return publisher
    try:
        return urlsplit(publisher).hostname
    except ValueError:
        return None


def _many(value: object, split: bool = False) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str) and _LIST_AS_TEXT.match(value.strip()):
        value = [first or second for first, second in _QUOTED.findall(value)]
    items = value if isinstance(value, list | tuple) else [value]
    texts = [text for text in (_label(item) for item in items[:MAX_LIST]) if text]
    if split and len(texts) == 1:
        texts = [part.strip() for part in re.split(r"[,;|]", texts[0]) if part.strip()][:MAX_LIST]
    return tuple(dict.fromkeys(texts))


def _canonical(record: Mapping[str, object]) -> bytes:
    text = json.dumps(dict(record), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return text.encode("utf-8", "surrogatepass")
