"""NewsML-G2 (IPTC) items to documents."""

from __future__ import annotations

from transforms.readers.charsets import scrub
from transforms.readers.documents import Item, document, reject, skip
from transforms.readers.nitf import nitf_body
from transforms.readers.wire_names import (
    code_of,
    is_kill_note,
    is_person,
    main_of,
    name_of,
    unique,
    without_by,
)
from transforms.readers.wire_text import (
    LANG,
    Element,
    attribute,
    body_of,
    child,
    children,
    first_time,
    text_in,
    web_address,
)
from transforms.text.publication_status import is_withdrawn
from transforms.types import Format, Reason, Stated


def read_g2_item(item: Element, ref: str, own_bytes: bytes) -> Item:
    """Turn one `newsItem` into a document; `own_bytes` are its bytes as received.

    Pictures, audio and video are skipped; an item without headline and text is rejected, unless its status or an
    editor's note withdraws it: then the document is a notice of withdrawal. Nothing raises.
    """
    meta, content = child(item, "itemMeta"), child(item, "contentMeta")
    status = code_of(child(meta, "pubStatus"))
    if any(is_kill_note(text_in(note)) for note in children(meta, "edNote")):
        status = "killed"
    item_class = code_of(child(meta, "itemClass"))
    if item_class not in ("", "text", "composite"):
        return skip(ref, Format.NEWSML, f"an item of class {item_class}", own_bytes)
    title = text_in(main_of(children(content, "headline"))) or text_in(child(meta, "title"))
    body = _body(item, text_in(child(content, "dateline")))
    if not body and not title and not is_withdrawn(status):
        return reject(ref, Format.NEWSML, Reason.NO_TEXT, "neither a headline nor a text", own_bytes)
    provider = name_of(child(meta, "provider"))
    holder = item.find(".//{*}copyrightHolder")
    credit = text_in(child(content, "creditline")) or name_of(child(content, "infoSource"))
    created = text_in(child(meta, "versionCreated"))
    published = first_time(
        text_in(child(meta, "firstCreated")), text_in(child(content, "contentCreated")), created
    )
    updated = first_time(text_in(child(content, "contentModified")), created)
    stated = Stated(
        external_id=item.get("guid"),
        url=next((url for link in item.iter("{*}link") if (url := _page_link(link))), None),
        title=title,
        publisher=provider or credit or attribute(holder, "literal") or name_of(holder),
        authors=_authors(content),
        published=published,
        updated=updated if updated != published else None,
        language=attribute(child(content, "language"), "tag") or item.get(LANG),
        tags=unique(name_of(subject, only_words=True) for subject in children(content, "subject")),
        agency=credit or provider,
        is_clean=True,
        version=item.get("version"),
        status=status or None,
        embargoed=first_time(text_in(child(meta, "embargoed"))),
        evolved_from=next((former for link in item.iter("{*}link") if (former := _predecessor(link))), None),
        provider=provider,
        standfirst=_standfirst(content),
        genre=name_of(child(content, "genre")),
    )
    return document(ref, Format.NEWSML, own_bytes, body, is_html=True, stated=stated)


def _body(item: Element, dateline: str | None) -> str:
    for part in item.iter("{*}inlineXML"):
        nitf = next(part.iter("{*}nitf"), None)
        if nitf is not None and (body := nitf_body(nitf)):
            return body
        page = next(part.iter("{*}body"), part)
        if body := body_of(page, dateline):
            return body
    for part in item.iter("{*}inlineData"):
        if part.get("contenttype", "").startswith(("text/html", "application/xhtml")):
            return scrub("".join(str(piece) for piece in part.itertext()))
        if body := body_of(part, dateline):
            return body
    return ""


def _authors(content: Element | None) -> tuple[str, ...]:
    """Return the visible bylines, else the creators that are persons: no logins, no houses, no contact notes."""
    bylines = [without_by(text_in(by) or "") for by in children(content, "by")]
    if any(bylines):
        return unique(bylines)
    names = []
    for creator in children(content, "creator"):
        is_company = (
            child(creator, "organisationDetails") is not None
            or code_of(child(creator, "type")) == "organisation"
        )
        name = text_in(main_of(children(creator, "name"))) or attribute(creator, "literal")
        if name and not is_company and is_person(name):
            names.append(without_by(name))
    return unique(names)


def _standfirst(content: Element | None) -> str | None:
    subs = [one for one in children(content, "headline") if "sub" in attribute(one, "role").lower()]
    return text_in(subs[0]) if subs else None


def _predecessor(link: Element) -> str | None:
    relation = attribute(link, "rel").lower()
    if "evolvedfrom" in relation or "previousversion" in relation or "replaces" in relation:
        return attribute(link, "residref") or None
    return None


def _page_link(link: Element) -> str | None:
    relation = attribute(link, "rel").lower()
    return web_address(attribute(link, "href")) if "web" in relation or "canonical" in relation else None
