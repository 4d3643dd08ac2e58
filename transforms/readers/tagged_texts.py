"""Texts whose fields have names: collections in SGML (TREC, Gigaword, Reuters), RIS lists, lines above an article."""

from __future__ import annotations

import html
import re

from transforms.readers.field_table import meanings_of
from transforms.readers.press_archive_texts import ArchivedText
from transforms.readers.record_fields import is_whole_text

_SGML_ENTRY = re.compile(r"<(DOC|REUTERS)(?=[\s>])([^<>]{0,1000})>")
_SGML_ID = re.compile(r"\b(?:id|NEWID)\s?=\s?\"([^\"]{1,100})\"")
# our fields, and the elements of collections that hold them, best first
_SGML_FIELDS = {
    "external_id": ("DOCNO", "DOCID"),
    "title": ("HEADLINE", "HEAD", "TITLE", "HL", "TI"),
    "published": ("DATE_TIME", "DATETIME", "DATE", "DATE1", "PUBDATE"),
    "authors": ("BYLINE", "AUTHOR"),
}
_SGML_TEXT = ("BODY", "TEXT")
_MARKUP = re.compile(r"<[^<>]{0,300}>")
_PARAGRAPH = re.compile(r"</?P>", re.I)
_INDENTED = re.compile(r"\n(?=[ \t]{2,9}+\S)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|&#[0-9]{1,2};")

_RIS_BEGIN = re.compile(r"^TY  - ?", re.M)
_RIS_LINE = re.compile(r"([A-Z][A-Z0-9])  - ?(.*)")
_RIS_FIELDS = {
    "title": ("TI", "T1", "CT"),
    "publisher": ("T2", "JO", "JF", "JA", "PB"),
    "published": ("DA", "Y1", "PY"),
    "url": ("UR", "L2"),
    "external_id": ("AN", "ID"),
    "section": ("SE",),
}
_RIS_TEXT = ("N2", "AB", "N1")

_LABEL = re.compile(r"([^\W\d_][^\W_ ]{1,20}(?: [^\W_ ]{1,15}){0,2})[ \t]?:[ \t]?(.*)")
_LABELS = {
    "title": "title", "url": "url", "published": "published", "publisher": "publisher", "authors": "authors",
    "section": "section", "external_id": "external_id",
}  # fmt: skip
_MOST_LABELS = 15  # lines above an article


def split_tagged(text: str) -> list[ArchivedText]:
    """Split a collection in SGML or a list in RIS into its articles, in order; a text below lines of fields is one.

    Lines of fields are "Title: …" and at least one of date, outlet, author or address, at the very beginning. [] for
    any other text. Nothing raises.
    """
    return _sgml(text) or _ris(text) or _labelled(text)


def _sgml(text: str) -> list[ArchivedText]:
    starts = list(_SGML_ENTRY.finditer(text)) if text.lstrip()[:1] == "<" else []
    if not starts:
        return []
    ends = [*(one.start() for one in starts[1:]), len(text)]
    return [_sgml_entry(one, text[one.start() : end]) for one, end in zip(starts, ends, strict=True)]


def _sgml_entry(start: re.Match[str], whole: str) -> ArchivedText:
    facts = {
        ours: line
        for ours, names in _SGML_FIELDS.items()
        if (line := " ".join(_plain(_element(whole, names)).split()))
    }
    if "external_id" not in facts and (found := _SGML_ID.search(start.group(2))) is not None:
        facts["external_id"] = found.group(1)
    body = _element(whole, _SGML_TEXT)
    body = _PARAGRAPH.sub("\n\n", body) if _PARAGRAPH.search(body) else _INDENTED.sub("\n\n", body)
    return ArchivedText(text=_paragraphs(_plain(body)), whole=whole, facts=facts)


def _element(whole: str, names: tuple[str, ...]) -> str:
    """Return what is inside the first of these elements that is there, or "" without any."""
    for name in names:
        begin = whole.find(f"<{name}>")
        end = whole.find(f"</{name}>", begin)
        if 0 <= begin < end:
            return whole[begin + len(name) + 2 : end]
    return ""


def _plain(text: str) -> str:
    return html.unescape(_CONTROLS.sub("", _MARKUP.sub(" ", text)))


def _ris(text: str) -> list[ArchivedText]:
    if not _RIS_BEGIN.match(text.lstrip("\ufeff \r\n")):
        return []
    starts = [one.start() for one in _RIS_BEGIN.finditer(text)]
    return [_ris_entry(text[begin:end]) for begin, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _ris_entry(whole: str) -> ArchivedText:
    values: dict[str, list[str]] = {}
    tag = ""
    for line in whole.splitlines():
        found = _RIS_LINE.match(line)
        tag = found.group(1) if found else tag
        values.setdefault(tag, []).append(found.group(2).strip() if found else line.strip())
    facts = {
        ours: value
        for ours, names in _RIS_FIELDS.items()
        if (value := next((values[name][0] for name in names if values.get(name, [""])[0]), ""))
    }
    facts["authors"] = "; ".join(values.get("AU", values.get("A1", [])))
    facts["published"] = facts.get("published", "").strip("/").replace("/", "-")
    body = next((lines for name in _RIS_TEXT if any(lines := values.get(name, []))), [])
    text = "\n".join(line for line in body if line)
    return ArchivedText(text=text, whole=whole, facts=facts, is_summary=not is_whole_text(text))


def _labelled(text: str) -> list[ArchivedText]:
    facts: dict[str, str] = {}
    at = 0
    rest = text.lstrip("\ufeff \r\n")
    for line in rest.splitlines(keepends=True)[:_MOST_LABELS]:
        found = _LABEL.fullmatch(line.strip())
        if found is None:
            break
        fields = [meaning.field for meaning in meanings_of(found.group(1))]
        if "text" in fields:
            at += line.index(":") + 1  # the article begins on this line, or on the next one
            break
        at += len(line)
        ours = next((field for field in fields if field in _LABELS), None)
        if ours is not None and found.group(2).strip():
            facts.setdefault(ours, found.group(2).strip())
    body = rest[at:].strip()
    if "title" not in facts or not body or not facts.keys() & {"published", "publisher", "authors", "url"}:
        return []
    return [ArchivedText(text=body, whole=text, facts=facts, is_clean=False)]


def _paragraphs(text: str) -> str:
    return "\n".join(
        " ".join(paragraph.split()) for paragraph in re.split(r"\n[ \t\r]*\n", text) if paragraph.strip()
    )
