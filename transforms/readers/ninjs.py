"""ninjs of any version (IPTC), and its dialects of desks and agencies (Superdesk, dpa), to documents."""

from __future__ import annotations

from collections.abc import Mapping

from transforms.readers.charsets import scrub
from transforms.readers.documents import Item, document, reject, skip
from transforms.readers.field_table import plain_name
from transforms.readers.field_values import time_of
from transforms.readers.record_text import looks_like_html
from transforms.readers.wire_names import is_kill_note, is_person, last_part, unique, without_by
from transforms.readers.wire_text import web_address
from transforms.text.publication_status import is_withdrawn
from transforms.types import Format, Reason, Stated


def read_ninjs(value: Mapping[str, object], ref: str, own_bytes: bytes) -> Item:
    """Turn one parsed ninjs object into a document; `own_bytes` are its bytes as received.

    Names count in any spelling (`versioncreated`, `versionCreated`, `version_created`). Without a body its summary is
    the text, and marked as one. Other types than text, and packages without a body, are skipped; an item without
    headline and body is rejected, unless its status withdraws it. Nothing raises.
    """
    item = {plain_name(str(name)): inner for name, inner in value.items()}
    status = _string(item.get("pubstatus")).lower()
    if is_kill_note(_first(item, "ednote", "editorialnote")):
        status = "killed"
    kind = _string(item.get("type")).lower()
    if kind not in ("", "text", "article", "news", "story", "composite"):
        return skip(ref, Format.NINJS, f"an item of type {kind}", own_bytes)
    title = _main(item.get("headlines")) or _first(item, "headline", "title", "name")
    body = _first(item, "bodyxhtml", "bodyhtml", "articlehtml", "bodynitf", "bodytext") or _main(
        item.get("bodies")
    )
    summary = _first(item, "descriptiontext", "teaser", "abstract") or _main(item.get("descriptions"))
    if kind == "composite" and not body:
        return skip(ref, Format.NINJS, "a package of other items", own_bytes)
    if not body and not title and not is_withdrawn(status):
        return reject(ref, Format.NINJS, Reason.NO_TEXT, "neither a headline nor a text", own_bytes)
    provider = _name(item.get("provider")) or _name(item.get("source"))
    house = (
        provider
        or _name(item.get("copyrightholder"))
        or _name(item.get("infosources"))
        or _name(item.get("organisations"))
    )
    created, versioned = time_of(item.get("firstcreated")), time_of(item.get("versioncreated"))
    published = time_of(item.get("firstpublished")) or created or versioned
    updated = time_of(item.get("contentmodified")) or versioned
    text = body or summary
    stated = Stated(
        external_id=_first(item, "uri", "guid", "urn") or None,
        url=web_address(_first(item, "webpage", "canonicalurl", "url"))
        or web_address(_main(item.get("links"), "href")),
        title=" ".join(title.split()) or None,
        publisher=house or None,
        authors=_authors(item),
        published=published,
        updated=updated if updated != published else None,
        language=_string(item.get("language")) or None,
        tags=_names(item.get("subject")) or _names(item.get("subjects")) or _names(item.get("keywords")),
        agency=_string(item.get("creditline")) or provider or None,
        is_summary=not body,
        is_clean=True,
        version=_scalar(item.get("version")),
        status=status or None,
        embargoed=time_of(item.get("embargoed")) or time_of(item.get("embargo")),
        evolved_from=_string(item.get("evolvedfrom")) or None,
        provider=provider or None,
        standfirst=_main(item.get("headlines"), role="sub") or None,
        genre=next(iter(_names(item.get("genre")) or _names(item.get("genres"))), None),
    )
    return document(ref, Format.NINJS, own_bytes, text, looks_like_html(text), stated)


def _authors(item: Mapping[str, object]) -> tuple[str, ...]:
    if by := _first(item, "byline", "by"):
        return (without_by(by),)
    lines = item.get("bylines")
    if isinstance(lines, list):
        return unique(
            without_by(by) for one in lines if isinstance(one, Mapping) and (by := _string(one.get("by")))
        )
    people = item.get("authors") or item.get("author")
    return unique(name for name in _names(people) if is_person(name))


def _main(values: object, name: str = "value", role: str = "main") -> str:
    """Choose among alternatives such as `bodies`: that of the role, else the longest text without another role."""
    if not isinstance(values, list):
        return ""
    found = [value for value in values if isinstance(value, Mapping) and _string(value.get(name))]
    chosen = [value for value in found if role in _role(value)]
    if role != "main":
        return _string(chosen[0].get(name)) if chosen else ""
    texts = [
        value
        for value in found
        if "json" not in _string(value.get("contenttype") or value.get("contentType"))
    ]
    candidates = chosen or [value for value in texts if not _role(value)] or texts or found
    return max((_string(value.get(name)) for value in candidates), key=len, default="")


def _role(value: Mapping[str, object]) -> str:
    return last_part(_string(value.get("role")))


def _first(item: Mapping[str, object], *names: str) -> str:
    return next((text for name in names if (text := _string(item.get(name)))), "")


def _name(value: object, depth: int = 8) -> str:
    """Return a name given as text, as an object, or as a list of objects, in `depth` lists within each other."""
    if isinstance(value, Mapping):
        return _string(value.get("name")) or _string(value.get("literal"))
    if isinstance(value, list):
        return next((name for one in value if (name := _name(one, depth - 1))), "") if depth else ""
    return _string(value)


def _names(values: object) -> tuple[str, ...]:
    found = values if isinstance(values, list) else []
    return unique(_name(value) for value in found)


def _scalar(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _string(value) or None


def _string(value: object) -> str:
    return scrub(value).strip() if isinstance(value, str) else ""
