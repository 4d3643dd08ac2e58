"""NITF (IPTC) to documents."""

from __future__ import annotations

from transforms.readers.byte_streams import StopReading
from transforms.readers.documents import Items, Source, document, reject
from transforms.readers.safe_xml import count_end_tags, is_cut, parse_xml
from transforms.readers.wire_names import is_kill_note, unique, without_by
from transforms.readers.wire_text import (
    LANG,
    Element,
    attribute,
    body_of,
    dateline_of,
    first_time,
    text_in,
    web_address,
)
from transforms.text.publication_status import is_withdrawn
from transforms.types import Format, Reason, Stated


def read_nitf(source: Source) -> Items:
    """Yield one NITF document, or one rejection where it has neither headline nor text and is no withdrawal.

    Raises StopReading above `max_document_bytes`, for declared entities, for bytes without an XML element, for a
    document that is cut before the end of its text (`TRUNCATED`), and for a stream that fails.
    """
    data = source.window.read_whole(source.options.max_document_bytes, "NITF document")
    root = parse_xml(data)
    if is_cut(data, root) and not count_end_tags(data, "body.content"):
        raise StopReading(Reason.TRUNCATED, "the document ends before its text does")
    nitf = next(root.iter("{*}nitf"), root)
    doc = nitf.find(".//{*}docdata")
    status = attribute(doc, "management-status").lower()
    if any(is_kill_note(attribute(note, "info")) for note in nitf.iter("{*}ed-msg")):
        status = "killed"
    body, title = nitf_body(nitf), nitf_title(nitf)
    if not body and not title and not is_withdrawn(status):
        yield reject(source.ref, Format.NITF, Reason.NO_TEXT, "neither a headline nor a text", data)
        return
    publication, doc_id = nitf.find(".//{*}pubdata"), nitf.find(".//{*}doc-id")
    agency = text_in(nitf.find(".//{*}distributor"))
    holder = attribute(nitf.find(".//{*}doc.copyright"), "holder")
    stated = Stated(
        external_id=attribute(doc_id, "id-string") or None,
        url=web_address(attribute(publication, "ex-ref")),
        title=title,
        publisher=attribute(publication, "name") or agency or holder or attribute(doc_id, "regsrc") or None,
        authors=nitf_authors(nitf),
        published=first_time(
            attribute(nitf.find(".//{*}date.issue"), "norm"),
            attribute(nitf.find(".//{*}date.release"), "norm"),
            attribute(publication, "date.publication"),
            attribute(nitf.find(".//{*}dateline/{*}story.date"), "norm"),
        ),
        updated=first_time(attribute(nitf.find(".//{*}revision-history"), "norm")),
        language=nitf.get(LANG) or attribute(nitf.find(".//{*}body"), LANG) or None,
        section=attribute(publication, "position.section") or None,
        tags=unique(attribute(word, "key") for word in nitf.iter("{*}keyword")),
        agency=agency,
        is_clean=True,
        status=status or None,
        version=attribute(nitf.find(".//{*}du-key"), "version") or None,
        embargoed=first_time(attribute(nitf.find(".//{*}date.release"), "norm")),
        provider=attribute(doc_id, "regsrc") or None,
        standfirst=text_in(nitf.find(".//{*}hedline/{*}hl2")),
    )
    yield document(source.ref, Format.NITF, data, body, is_html=True, stated=stated)


def nitf_title(nitf: Element) -> str | None:
    """Return the main headline (`hl1`), else the title of the head, on one line; None where there is neither."""
    return text_in(nitf.find(".//{*}hedline/{*}hl1")) or text_in(nitf.find(".//{*}head/{*}title"))


def nitf_body(nitf: Element) -> str:
    """Return the content of the body with its dateline as HTML paragraphs; "" without content."""
    content = nitf.find(".//{*}body.content")
    return body_of(content, dateline_of(nitf.find(".//{*}dateline"))) if content is not None else ""


def nitf_authors(nitf: Element) -> tuple[str, ...]:
    """Return the persons of the bylines, each once, in order; () where there is no byline.

    A byline without marked persons is named by its text, without its job title and the word "by".
    """
    names: list[str | None] = []
    for byline in nitf.iter("{*}byline"):
        persons = [text_in(person) for person in byline.iter("{*}person")]
        if not persons:
            title = text_in(byline.find(".//{*}byttl")) or ""
            whole = text_in(byline) or ""
            persons = [without_by(whole.replace(title, "", 1).strip(" ,"))] if whole else []
        names += persons
    return unique(names)
