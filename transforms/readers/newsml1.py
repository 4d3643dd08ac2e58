"""NewsML 1 (IPTC) items to documents: the body by its role, an item in two languages as two documents."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from transforms.readers.documents import Item, document, reject, skip
from transforms.readers.nitf import nitf_body
from transforms.readers.wire_names import unique, without_by
from transforms.readers.wire_text import (
    LANG,
    Element,
    attribute,
    body_of,
    dateline_of,
    first_time,
    local_name,
    text_in,
)
from transforms.text.publication_status import is_withdrawn
from transforms.types import Format, Reason, Stated

_BODY_ROLES = frozenset({"main", "body", "maintext", "main text", "text", "story", "article", "bodytext"})
_SIDE_ROLES = frozenset(
    {
        "title",
        "headline",
        "caption",
        "supporting",
        "abstract",
        "summary",
        "teaser",
        "byline",
        "keywords",
        "slug",
        "thumbnail",
    }
)
_NO_TEXT_TYPES = (
    "css",
    "javascript",
    "image",
    "audio",
    "video",
    "jpeg",
    "gif",
    "png",
    "photo",
    "graphic",
    "binary",
)


def read_newsml1_item(item: Element, ref: str, own_bytes: bytes) -> Iterator[Item]:
    """Yield a document for one `NewsItem`, or one with `#n` for each of two or more languages that it has a body in.

    `own_bytes` are the bytes of the item as received. One of pictures or sound only is skipped, one without headline
    and text rejected, unless its status withdraws it. Languages come in the order of their first components. Nothing
    raises.
    """
    languages = _language_components(item)
    if len(languages) < 2:
        yield _document(item, item, ref, own_bytes, "")
        return
    for number, (language, component) in enumerate(languages.items(), start=1):
        inner = etree.tostring(component, encoding="utf-8")
        yield _document(item, component, f"{ref}#{number}", inner, language)


def _language_components(item: Element) -> dict[str, Element]:
    """Return the first component with a body for each language that a component states."""
    found: dict[str, Element] = {}
    for component in item.iter("{*}NewsComponent"):
        language = component.get(LANG)
        if language and language not in found and _body(component):
            found[language] = component
    return found


def _document(item: Element, component: Element, ref: str, own_bytes: bytes, language: str) -> Item:
    title = text_in(component.find(".//{*}HeadLine")) or text_in(item.find(".//{*}HeadLine"))
    body = _body(component)
    if not body and (medium := _medium(component)):
        return skip(ref, Format.NEWSML, f"an item of type {medium}", own_bytes)
    status = attribute(item.find(".//{*}NewsManagement/{*}Status"), "FormalName")
    instruction = attribute(item.find(".//{*}NewsManagement/{*}Instruction"), "FormalName")
    if instruction.lower() in ("delete", "kill"):
        status = "canceled"
    if not body and not title and not is_withdrawn(status):
        return reject(ref, Format.NEWSML, Reason.NO_TEXT, "neither a headline nor a text", own_bytes)
    provider = text_in(item.find(".//{*}NewsIdentifier/{*}ProviderId"))
    agency = text_in(item.find(".//{*}CreditLine")) or attribute(
        item.find(".//{*}Provider/{*}Party"), "FormalName"
    )
    revised = first_time(text_in(item.find(".//{*}ThisRevisionCreated")))
    stated = Stated(
        external_id=_identity(item, language),
        title=title,
        publisher=agency or provider,
        authors=unique(without_by(text_in(by) or "") for by in component.iter("{*}ByLine")),
        published=first_time(text_in(item.find(".//{*}FirstCreated")), text_in(item.find(".//{*}DateId"))),
        updated=revised,
        language=language
        or attribute(component.find(".//{*}DescriptiveMetadata/{*}Language"), "FormalName")
        or item.get(LANG),
        tags=unique(text_in(word) for word in component.iter("{*}KeywordLine")),
        agency=agency or provider,
        is_clean=True,
        version=text_in(item.find(".//{*}RevisionId")),
        status=status or None,
        embargoed=_embargo(item.find(".//{*}NewsManagement")),
        provider=provider,
        standfirst=text_in(component.find(".//{*}SubHeadLine")),
        evolved_from=attribute(item.find(".//{*}DerivedFrom"), "NewsItem") or None,
    )
    return document(ref, Format.NEWSML, own_bytes, body, is_html=True, stated=stated)


def _identity(item: Element, language: str) -> str | None:
    """Name an item by provider, date and item id: a public identifier ends in the revision, or is the provider's."""
    identifier = item.find(".//{*}NewsIdentifier")
    parts = [text_in(identifier.find("{*}" + name)) if identifier is not None else None
             for name in ("ProviderId", "DateId", "NewsItemId")]  # fmt: skip
    if parts[2]:
        name = ":".join(("urn:newsml", *(part for part in parts if part)))
    else:
        name = text_in(item.find(".//{*}PublicIdentifier")) or text_in(item.find(".//{*}NewsItemId")) or ""
    return f"{name}:{language}" if name and language else name or None


def _embargo(management: Element | None) -> str | None:
    """Return when an item becomes usable, where its status says that it is not yet."""
    change = management.find("{*}StatusWillChange") if management is not None else None
    if change is None:
        return None
    future = attribute(change.find("{*}FutureStatus"), "FormalName").lower()
    return first_time(text_in(change.find("{*}DateAndTime"))) if future in ("usable", "") else None


def _body(component: Element) -> str:
    """Choose the text among the contents by their roles, the longest of the best role."""
    best: tuple[int, int, str] = (9, 0, "")
    dateline = dateline_of(component.find(".//{*}DateLine"))
    for content in component.iter("{*}ContentItem"):
        data = content.find("{*}DataContent")
        if data is None or _is_other_medium(content):
            continue
        role = _role(content)
        rank = 0 if role in _BODY_ROLES else 2 if role in _SIDE_ROLES else 1
        nitf = next(data.iter("{*}nitf"), None)
        text = nitf_body(nitf) if nitf is not None else body_of(data, None if rank == 2 else dateline)
        if text and (rank, -len(text)) < best[:2]:
            best = (rank, -len(text), text)
    return best[2]


def _role(content: Element) -> str:
    above = content.getparent()
    while above is not None and local_name(above) != "newscomponent":
        above = above.getparent()
    return attribute(above.find("{*}Role") if above is not None else None, "FormalName").lower()


def _is_other_medium(content: Element) -> bool:
    stated = " ".join(
        attribute(content.find("{*}" + name), "FormalName").lower()
        for name in ("MediaType", "MimeType", "Format")
    )
    return any(word in stated for word in _NO_TEXT_TYPES)


def _medium(component: Element) -> str | None:
    for content in component.iter("{*}ContentItem"):
        if _is_other_medium(content):
            return attribute(content.find("{*}MediaType"), "FormalName") or "picture or sound"
    return None
