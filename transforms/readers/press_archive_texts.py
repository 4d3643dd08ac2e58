"""Exports of press archives (LexisNexis, Nexis Uni, Factiva, ProQuest) as plain text to the articles in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from transforms.types import Stated

_LEXIS = re.compile(
    r"^[ \t]*\d{1,5} (?:of|von|de|di) \d{1,5} (?:DOCUMENTS?|DOKUMENTEN?)[ \t]*\r?$", re.M | re.I
)
_NEXIS_END = re.compile(r"^[ \t]*End of Document[ \t]*\r?$", re.M | re.I)
_FACTIVA_END = re.compile(
    r"^[ \t]*(?:AN[ \t]++)?Do[ck]ument[oe]? [A-Z](?=[A-Za-z]*+\d{4})[A-Za-z0-9]{9,39}[ \t]*\r?$", re.M
)
_PROQUEST = re.compile(r"^[ \t]*Document \d{1,5} of \d{1,5}[ \t]*\r?$", re.M)
_PAGE = re.compile(r"Page \d{1,4} of \d{1,4}")  # of the print, amid the lines
_LABEL = re.compile(r"([A-Za-z][A-Za-z-]{2,20}):[ \t]*+(\S.*)?$")
_TAGGED = re.compile(
    r"(HD|BY|PD|ET|SN|SC|LA|LP|TD|AN|CR|SE|CY|WC|PUB|NS|RE|CO|IN|IPC|IPD|CLM|ED|PG|VOL) {1,6}(\S.*)?$"
)
_DATE = re.compile(r"(?:[^\W\d_]{3,12}\.? \d{1,2},? \d{4}|\d{1,2}\.? [^\W\d_]{3,12}\.? \d{4})\b")
_WORDS = re.compile(r"\d[\d,.]{0,8} (?:words|wörter|mots|palabras|parole|palavras)$", re.I)
_COPYRIGHT = re.compile(r"(?:Copyright|©|\(c\)|All rights reserved)", re.I)
_HEAD_LABELS = {
    "byline": "authors", "length": "", "section": "section", "headline": "title", "dateline": "", "source": "publisher",
    "body": "", "highlight": "", "edition": "", "series": "", "type": "", "autor": "authors", "length-words": "",
}  # fmt: skip
_TAIL_LABELS = frozenset(
    ("load-date", "loaddate", "publication-type", "journal-code", "language", "subject", "organization", "geographic",
     "graphic", "copyright", "pub-type", "acc-no", "notes", "classification", "industry", "person", "company", "ticker")
)  # fmt: skip
# what ProQuest writes before and behind a text, and our names for some of it
_PROQUEST_LABELS = {
    "Author": "authors", "Publication title": "publisher", "Publication date": "published", "Title": "title",
    "Section": "section", "ProQuest document ID": "external_id",
}  # fmt: skip
_PROQUEST_LINE = re.compile(r"([A-Z][A-Za-z]{2,20}(?: [A-Za-z/]{1,15}){0,4}): ?(.*)$")
_PROQUEST_TAIL = frozenset(
    ("Subject", "Location", "Company", "People", "Title", "Publication title", "Publication year", "Publication date",
     "Publisher", "Section", "Classification", "Identifier", "Credit", "Copyright", "Company / organization")
)  # fmt: skip
_MOST_HEAD_LINES = 40


@dataclass(slots=True)
class ArchivedText:
    """One article of a press-archive export: its text, the article as it is in the file, and its stated fields."""

    text: str
    whole: str  # as it stands in the file
    facts: dict[str, str] = field(default_factory=dict)
    is_summary: bool = False
    is_clean: bool = True  # without lines that were wrapped or belong to no article

    @property
    def stated(self) -> Stated:
        """Return the metadata that the export states of the article, as written there; None or () for none."""
        facts = self.facts
        return Stated(
            title=facts.get("title"),
            publisher=facts.get("publisher"),
            authors=(facts["authors"],) if facts.get("authors") else (),
            published=facts.get("published"),
            section=facts.get("section"),
            external_id=facts.get("external_id"),
            url=facts.get("url"),
            is_summary=self.is_summary,
            is_clean=self.is_clean,
        )


def split_archive(text: str) -> list[ArchivedText]:
    """Split an export of LexisNexis, Nexis Uni, Factiva or ProQuest into its articles, in order, by its separators.

    [] for a text without such separators. Text outside the articles is left out, unless it has more than 60 words: then
    it comes last.
    """
    makers: tuple[tuple[re.Pattern[str], bool, Callable[[str], ArchivedText]], ...] = (
        (_LEXIS, True, _lexis),
        (_NEXIS_END, False, _lexis),
        (_FACTIVA_END, False, _factiva),
        (_PROQUEST, True, _proquest),
    )
    if "\nFull text:" not in text:
        makers = makers[:-1]  # "Document 1 of 2" alone may stand in any text
    for mark, is_before, make in makers:
        pieces = _pieces(text, mark, is_before)
        if pieces:
            return [make(piece) for piece in pieces]
    return []


def _pieces(text: str, mark: re.Pattern[str], is_before: bool) -> list[str]:
    found = list(mark.finditer(text))
    if not found:
        return []
    if is_before:
        ends = [one.start() for one in found[1:]] + [len(text)]
        pieces = [text[one.end() : end] for one, end in zip(found, ends, strict=True)]
        rest = text[: found[0].start()]
    else:
        starts = [0] + [one.end() for one in found[:-1]]
        pieces = [text[start : one.end()] for start, one in zip(starts, found, strict=True)]
        rest = text[found[-1].end() :]
    if len(rest.split()) > 60:  # an article that lost its mark, no table of contents
        pieces.append(rest)
    return [piece for piece in pieces if piece.strip()]


def _lexis(whole: str) -> ArchivedText:
    """Read an entry of headings (outlet, date, headline), labels, text, and labels again."""
    lines = [
        "" if _PAGE.fullmatch(line) else line
        for line in (" ".join(raw.split()) for raw in whole.splitlines())
    ]
    facts: dict[str, str] = {}
    loose: list[str] = []
    begin = 0
    for at, line in enumerate(lines[:_MOST_HEAD_LINES]):
        label = _LABEL.match(line)
        name = label.group(1).lower() if label else line.lower() if line.lower() == "body" else ""
        if name in _HEAD_LABELS:
            ours = _HEAD_LABELS[name]
            if ours and label and label.group(2):
                facts[ours] = label.group(2)
            begin = at + 1
        elif line and not begin:
            loose.append(line)
        elif line and len(line) > 120:
            break
    _headings(loose, facts)
    end = next((at for at in range(begin, len(lines)) if _is_tail(lines[at])), len(lines))
    return ArchivedText(text=_paragraphs(lines[begin:end]), whole=whole, facts=facts)


def _headings(loose: list[str], facts: dict[str, str]) -> None:
    """Recognise outlet, date and headline among the lines before the first label."""
    rest = [line for line in loose if not _COPYRIGHT.search(line) and not _WORDS.fullmatch(line)]
    dated = next((at for at, line in enumerate(rest) if _DATE.search(line) and len(line) < 80), None)
    if dated is None:
        others = rest
    else:
        found = _DATE.search(rest[dated])
        facts.setdefault("published", found.group() if found else rest[dated])
        others = rest[:dated] + rest[dated + 1 :]
    if not others:
        return
    if dated is not None and dated >= 2:  # headline, outlet, date
        facts.setdefault("title", others[0])
        facts.setdefault("publisher", others[1])
    else:  # outlet, date, headline
        facts.setdefault("publisher", others[0])
        if len(others) > 1:
            facts.setdefault("title", others[-1])


def _is_tail(line: str) -> bool:
    label = _LABEL.match(line)
    if label is not None and label.group(1).lower() in _TAIL_LABELS:
        return True
    return bool(_NEXIS_END.fullmatch(line)) or (len(line) < 80 and bool(_COPYRIGHT.match(line)))


def _factiva(whole: str) -> ArchivedText:
    if sum(bool(_TAGGED.match(line.strip())) for line in whole.splitlines()) >= 3:
        return _factiva_tagged(whole)
    lines = [" ".join(line.split()) for line in whole.splitlines()]
    facts: dict[str, str] = {}
    filled = [(at, line) for at, line in enumerate(lines) if line]
    words = next((n for n, (_, line) in enumerate(filled[:12]) if _WORDS.fullmatch(line)), None)
    begin = 0
    if words is not None:
        facts["title"] = filled[0][1]
        if words >= 2:
            facts["authors"] = filled[words - 1][1]
        for n in range(words + 1, min(words + 8, len(filled))):
            at, line = filled[n]
            if found := _DATE.fullmatch(line):
                facts["published"] = found.group()
                outlet = next(
                    (one for _, one in filled[n + 1 : n + 3] if not re.fullmatch(r"\d\d:\d\d.{0,6}", one)),
                    None,
                )
                facts["publisher"] = outlet or ""
            if _COPYRIGHT.search(line) or len(line) < 60:
                begin = at + 1
            else:
                break
    return ArchivedText(text=_paragraphs(_without_mark(lines[begin:])), whole=whole, facts=facts)


def _factiva_tagged(whole: str) -> ArchivedText:
    values: dict[str, list[str]] = {}
    tag = ""
    for raw in whole.splitlines():
        found = _TAGGED.match(raw.strip())
        if found:
            tag = found.group(1)
        line = " ".join(((found.group(2) or "") if found else raw).split())
        values.setdefault(tag, []).append(line)
    names = {
        "title": "HD",
        "authors": "BY",
        "published": "PD",
        "publisher": "SN",
        "section": "SE",
        "external_id": "AN",
    }
    facts = {ours: " ".join(values[theirs]).strip() for ours, theirs in names.items() if theirs in values}
    if "published" in facts and (clock := " ".join(values.get("ET", ())).strip()):
        facts["published"] += f" {clock}"
    text = _paragraphs([*values.get("LP", ()), "", *values.get("TD", ())])
    return ArchivedText(text=text, whole=whole, facts=facts)


def _proquest(whole: str) -> ArchivedText:
    """Read an entry of a headline, labels, `Full text:`, and labels again."""
    lines = [" ".join(line.split()) for line in whole.splitlines()]
    facts: dict[str, str] = {}
    title = next((line for line in lines if line.strip("_")), "")
    kept: list[str] = []
    is_text = False
    for line in lines:
        label = _PROQUEST_LINE.match(line)
        name = label.group(1) if label else ""
        if label and name == "Full text":
            is_text = True
            line = label.group(2)
        elif label and name in _PROQUEST_TAIL | _PROQUEST_LABELS.keys():
            is_text = False
            if (ours := _PROQUEST_LABELS.get(name)) and label.group(2):
                facts.setdefault(ours, label.group(2).strip(" .;"))
        if is_text and line.strip("_"):
            kept += [line, ""]
    facts.setdefault("title", title)
    return ArchivedText(text=_paragraphs(kept), whole=whole, facts=facts)


def _without_mark(lines: list[str]) -> list[str]:
    return [line for line in lines if not _FACTIVA_END.fullmatch(line)]


def _paragraphs(lines: list[str]) -> str:
    """Join lines that were wrapped: an empty line ends a paragraph."""
    paragraphs = re.split(r"\n\n+", "\n".join(lines).strip("\n"))
    return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())
