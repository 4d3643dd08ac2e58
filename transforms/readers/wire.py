"""The news agencies' own formats, NewsML-G2, NewsML 1, NITF and ninjs, to documents (IPTC specifications)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from transforms.readers.charsets import scrub
from transforms.readers.documents import Item, Items, Source, document, reject, skip
from transforms.readers.fields import looks_like_html, time_of
from transforms.readers.xmlguard import parse_xml
from transforms.types import Format, Reason, Stated

_Element = etree._Element
# states in which a provider takes its item back; what it says then must not be published
_WITHDRAWN = {"canceled", "cancelled", "withheld", "withdrawn", "killed", "embargoed"}
_BASIC_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$")
_BY = re.compile(r"^(?:by|von|par|por|di|av|door)\s+", re.I)
_HEADS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "hl2": "h2"}
_NOT_BODY = {
    "media",
    "media-caption",
    "media-producer",
    "figure",
    "img",
    "script",
    "style",
    "object",
    "table",
    "abstract",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read_newsml(source: Source) -> Items:
    """Read every text item of a NewsML-G2 message or a NewsML 1 document; pictures and withdrawn items are skipped."""
    data = source.window.read_whole(source.options.max_document_bytes, "NewsML document")
    root = parse_xml(data)
    items = [*root.iter("{*}newsItem")]
    read = _g2_item
    if not items:
        items, read = [*root.iter("{*}NewsItem")], _newsml1_item
    if not items:
        yield skip(source.ref, Format.NEWSML, "a NewsML document without a news item", data)
        return
    for number, item in enumerate(items, start=1):
        alone = len(items) == 1
        own = data if alone else etree.tostring(item, encoding="utf-8")
        yield read(item, source.ref if alone else f"{source.ref}#{number}", own)


def read_nitf(source: Source) -> Items:
    """Read one NITF document."""
    data = source.window.read_whole(source.options.max_document_bytes, "NITF document")
    root = parse_xml(data)
    nitf = next(root.iter("{*}nitf"), root)
    doc = nitf.find(".//{*}docdata")
    if (status := _attribute(doc, "management-status")).lower() in _WITHDRAWN:
        yield skip(source.ref, Format.NITF, f"taken back by its provider: {status}", data)
        return
    body, title = _nitf_body(nitf), _nitf_title(nitf)
    if not body and not title:
        yield reject(source.ref, Format.NITF, Reason.NO_TEXT, "neither a headline nor a text", data)
        return
    publication = nitf.find(".//{*}pubdata")
    agency = _text(nitf.find(".//{*}distributor")) or _text(nitf.find(".//{*}byttl"))
    stated = Stated(
        external_id=_attribute(nitf.find(".//{*}doc-id"), "id-string") or None,
        url=_web(_attribute(publication, "ex-ref")),
        title=title,
        publisher=_attribute(publication, "name")
        or _attribute(nitf.find(".//{*}doc-id"), "regsrc")
        or agency,
        authors=_bylines(nitf.iter("{*}byline")),
        published=_first_time(
            _attribute(nitf.find(".//{*}date.issue"), "norm"),
            _attribute(nitf.find(".//{*}date.release"), "norm"),
            _attribute(publication, "date.publication"),
            _attribute(nitf.find(".//{*}dateline/{*}story.date"), "norm"),
        ),
        updated=_first_time(_attribute(nitf.find(".//{*}revision-history"), "norm")),
        language=nitf.get(LANG) or _attribute(nitf.find(".//{*}body"), LANG) or None,
        section=_attribute(publication, "position.section") or None,
        tags=tuple(key for word in nitf.iter("{*}keyword") if (key := _attribute(word, "key"))),
        agency=agency,
        is_clean=True,
    )
    yield document(source.ref, Format.NITF, data, body, is_html=True, stated=stated)


def _g2_item(item: _Element, ref: str, own: bytes) -> Item:
    meta, content = item.find("{*}itemMeta"), item.find("{*}contentMeta")
    status = _code(_sub(meta, "pubStatus"))
    if status in _WITHDRAWN:
        return skip(ref, Format.NEWSML, f"taken back by its provider: {status}", own)
    item_class = _code(_sub(meta, "itemClass"))
    if item_class not in ("", "text", "composite"):
        return skip(ref, Format.NEWSML, f"an item of class {item_class}", own)
    title = _text(_sub(content, "headline")) or _text(_sub(meta, "title"))
    body = _g2_body(item, _text(_sub(content, "dateline")))
    if not body and not title:
        return reject(ref, Format.NEWSML, Reason.NO_TEXT, "neither a headline nor a text", own)
    provider = _name(_sub(meta, "provider"))
    credit = _text(_sub(content, "creditline")) or _name(_sub(content, "infoSource"))
    published = _first_time(
        _text(_sub(meta, "firstCreated")),
        _text(_sub(content, "contentCreated")),
        _text(_sub(meta, "versionCreated")),
    )
    updated = _first_time(_text(_sub(content, "contentModified")), _text(_sub(meta, "versionCreated")))
    language = _attribute(_sub(content, "language"), "tag") or item.get(LANG)
    stated = Stated(
        external_id=item.get("guid"),
        url=next((url for link in item.iter("{*}link") if (url := _page_link(link))), None),
        title=title,
        publisher=provider or credit,
        authors=_bylines([*_all(content, "by")] or [*_all(content, "creator")]),
        published=published,
        updated=updated if updated != published else None,
        language=language,
        tags=tuple(name for subject in _all(content, "subject") if (name := _name(subject, only_words=True))),
        agency=credit or provider,
        is_clean=True,
    )
    return document(ref, Format.NEWSML, own, body, is_html=True, stated=stated)


def _g2_body(item: _Element, dateline: str | None) -> str:
    for part in item.iter("{*}inlineXML"):
        nitf = next(part.iter("{*}nitf"), None)
        if nitf is not None and (body := _nitf_body(nitf)):
            return body
        page = next(part.iter("{*}body"), part)
        if body := _paragraphs(page, dateline):
            return body
    for part in item.iter("{*}inlineData"):
        text = "".join(str(piece) for piece in part.itertext())
        if part.get("contenttype", "").startswith(("text/html", "application/xhtml")):
            return scrub(text)
        if text.strip():
            return _markup([("p", line) for line in text.splitlines() if line.strip()], dateline)
    return ""


def _newsml1_item(item: _Element, ref: str, own: bytes) -> Item:
    status = _attribute(item.find(".//{*}NewsManagement/{*}Status"), "FormalName").lower()
    if status in _WITHDRAWN:
        return skip(ref, Format.NEWSML, f"taken back by its provider: {status}", own)
    title = _text(item.find(".//{*}HeadLine"))
    nitf = next(item.iter("{*}nitf"), None)
    content = item.find(".//{*}DataContent")
    dateline = _text(item.find(".//{*}DateLine"))
    body = (
        _nitf_body(nitf)
        if nitf is not None
        else _paragraphs(content, dateline)
        if content is not None
        else ""
    )
    if not body and not title:
        return reject(ref, Format.NEWSML, Reason.NO_TEXT, "neither a headline nor a text", own)
    agency = _text(item.find(".//{*}CreditLine")) or _text(item.find(".//{*}ProviderId"))
    stated = Stated(
        external_id=_text(item.find(".//{*}PublicIdentifier")) or _text(item.find(".//{*}NewsItemId")),
        title=title,
        publisher=agency,
        authors=_bylines(item.iter("{*}ByLine")),
        published=_first_time(_text(item.find(".//{*}FirstCreated")), _text(item.find(".//{*}DateId"))),
        updated=_first_time(_text(item.find(".//{*}ThisRevisionCreated"))),
        language=_attribute(item.find(".//{*}DescriptiveMetadata/{*}Language"), "FormalName")
        or item.get(LANG),
        agency=agency,
        is_clean=True,
    )
    return document(ref, Format.NEWSML, own, body, is_html=True, stated=stated)


def _nitf_title(nitf: _Element) -> str | None:
    return _text(nitf.find(".//{*}hedline/{*}hl1")) or _text(nitf.find(".//{*}head/{*}title"))


def _nitf_body(nitf: _Element) -> str:
    content = nitf.find(".//{*}body.content")
    place = nitf.find(".//{*}dateline")
    return _paragraphs(content, _text(place)) if content is not None else ""


def _paragraphs(root: _Element, dateline: str | None) -> str:
    """Give the running text as plain HTML paragraphs; media, tables and captions are left out."""
    parts: list[tuple[str, str]] = []
    for element in root.iter():
        tag = _local(element)
        inside = {_local(above) for above in element.iterancestors()}
        if inside & _NOT_BODY or tag in _NOT_BODY:
            continue
        if tag in ("p", "li", *_HEADS) and not inside & {"p", "li"} and (text := _text(element)):
            parts.append((_HEADS.get(tag, "p"), text))
    if not parts:
        lines = (
            " ".join(line.split()) for line in "".join(str(piece) for piece in root.itertext()).splitlines()
        )
        parts = [("p", line) for line in lines if line]
    return _markup(parts, dateline)


def _markup(parts: list[tuple[str, str]], dateline: str | None) -> str:
    """Write paragraphs; the dateline, kept apart by wires, opens the first one as newspapers print it."""
    if parts and dateline and not parts[0][1].lower().startswith(dateline.lower()[:20]):
        tag, text = parts[0]
        parts = [(tag, f"{dateline.rstrip(' -–—')} — {text}"), *parts[1:]]
    return "\n".join(f"<{tag}>{html.escape(scrub(text), quote=False)}</{tag}>" for tag, text in parts)


def read_ninjs(item: Mapping[str, object], ref: str, own: bytes) -> Item:
    """Read one ninjs object of version 1 (`headline`, `body_xhtml`) or 2 and 3 (`headlines`, `bodies`)."""
    status = _string(item.get("pubstatus")).lower()
    if status in _WITHDRAWN:
        return skip(ref, Format.NINJS, f"taken back by its provider: {status}", own)
    kind = _string(item.get("type")).lower()
    if kind not in ("", "text", "composite"):
        return skip(ref, Format.NINJS, f"an item of type {kind}", own)
    title = (
        _string(item.get("headline")) or _best(item.get("headlines"), "value") or _string(item.get("title"))
    )
    body = (
        _string(item.get("body_xhtml"))
        or _string(item.get("body_html"))
        or _string(item.get("body_text"))
        or _best(item.get("bodies"), "value")
    )
    summary = _string(item.get("description_text")) or _best(item.get("descriptions"), "value")
    if not body and not title:
        return reject(ref, Format.NINJS, Reason.NO_TEXT, "neither a headline nor a text", own)
    provider = (
        _string(item.get("provider"))
        or _string(item.get("copyrightholder"))
        or _best(item.get("infosources"), "name")
    )
    by = _string(item.get("byline")) or _string(item.get("by"))
    published = time_of(item.get("firstcreated")) or time_of(item.get("versioncreated"))
    updated = time_of(item.get("contentmodified")) or time_of(item.get("versioncreated"))
    stated = Stated(
        external_id=_string(item.get("uri")) or None,
        url=_web(_string(item.get("webpage"))) or _web(_best(item.get("links"), "href")),
        title=" ".join(title.split()) or None,
        publisher=provider or None,
        authors=(_BY.sub("", by),) if by else (),
        published=published,
        updated=updated if updated != published else None,
        language=_string(item.get("language")) or None,
        tags=_names(item.get("subject")) or _names(item.get("subjects")),
        agency=_string(item.get("creditline")) or provider or None,
        is_summary=not body,
        is_clean=True,
    )
    text = body or summary
    return document(ref, Format.NINJS, own, text, looks_like_html(text), stated)


def _best(values: object, name: str) -> str:
    """Take the longest of alternatives such as `bodies`: one item gives its text in several lengths and types."""
    if not isinstance(values, list):
        return ""
    return max(
        (_string(value.get(name)) for value in values if isinstance(value, Mapping)), key=len, default=""
    )


def _names(values: object) -> tuple[str, ...]:
    found = values if isinstance(values, list) else []
    return tuple(
        name for value in found if isinstance(value, Mapping) and (name := _string(value.get("name")))
    )


def _string(value: object) -> str:
    return scrub(value).strip() if isinstance(value, str) else ""


def _local(element: _Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _text(element: _Element | None) -> str | None:
    if element is None:
        return None
    return " ".join(scrub("".join(str(piece) for piece in element.itertext())).split()) or None


def _sub(parent: _Element | None, name: str) -> _Element | None:
    return parent.find("{*}" + name) if parent is not None else None


def _all(parent: _Element | None, name: str) -> Iterator[_Element]:
    return iter(parent.findall("{*}" + name)) if parent is not None else iter(())


def _attribute(element: _Element | None, name: str) -> str:
    return (element.get(name) or "").strip() if element is not None else ""


def _code(element: _Element | None) -> str:
    """Give the code after the colon of a qcode, or the last part of a concept URI."""
    code = _attribute(element, "qcode") or _attribute(element, "uri")
    return re.split(r"[:/]", code)[-1].lower()


def _name(element: _Element | None, only_words: bool = False) -> str | None:
    """Give a concept's name as people read it, else its literal or the code after the colon."""
    if element is None:
        return None
    name = _text(_sub(element, "name"))
    if name or only_words:
        return name
    code = _attribute(element, "literal") or _attribute(element, "qcode").rpartition(":")[2]
    return code or _text(element)


def _bylines(elements: Iterator[_Element] | list[_Element]) -> tuple[str, ...]:
    names = []
    for element in elements:
        person = (
            _text(next(element.iter("{*}person"), None)) or _name(element, only_words=True) or _text(element)
        )
        if person:
            names.append(_BY.sub("", person))
    return tuple(dict.fromkeys(names))


def _page_link(link: _Element) -> str | None:
    relation = _attribute(link, "rel").lower()
    return _web(_attribute(link, "href")) if "web" in relation or "canonical" in relation else None


def _web(url: str) -> str | None:
    return url if url.lower().startswith(("http://", "https://")) else None


def _first_time(*stated: str | None) -> str | None:
    """Give the first stated time, the compact form of ISO 8601 written out (20260214T0800Z)."""
    text = next((value.strip() for value in stated if value and value.strip()), None)
    basic = _BASIC_TIME.match(text) if text else None
    if text is None or basic is None:
        return text
    year, month, day, hour, minute, second, zone = basic.groups()
    if hour is None:
        return f"{year}-{month}-{day}"
    if zone and zone != "Z" and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    return f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone or ''}"
