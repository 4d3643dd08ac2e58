"""Text, authors and publisher → the news agency that is credited with the text, or none.

A credit is a place where newsrooms print one: a byline, a dateline, a closing line, a notice of rights. An agency that
is only mentioned ("Reuters reported") is not credited.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from transforms.language.language_tables import one_of, pooled

DATELINE_CHARACTERS = 90  # "PORT-AU-PRINCE, Haiti, Sept. 30, 2024 (Agency) —" and its like end within these
DATELINE_LINES = 3  # a standfirst or a byline can stand above the line with the dateline
BYLINE_CHARACTERS = 60
CLOSING_LINES = 3
CLOSING_CHARACTERS = 200

_BRACKETED = re.compile(
    r"[(（【［\[/]([^()（）【】［］\[\]/\n]{2,40}(?:/[^()（）\[\]/\n]{2,30}){0,3})[)）】］\]/]"
)
_PLACE_ONLY = re.compile(r"^[^.!?。！？:：\"“”]*$")
_ABBREVIATED = re.compile(
    r"\b\w{1,8}\."
)  # "Mass.", "Sept.", "5 марта.": a dot in a dateline ends no sentence
_AFTER = re.compile(r"^\s*[–—:：.-]")
_SELF_CLOSED = "【［[（"  # these open datelines of East Asian agencies, which put no dash behind
_RIGHTS = re.compile(r"©|\(c\)|ⓒ|copyright|저작권자", re.IGNORECASE)
_CHINESE_WIRE = re.compile(r"^[（(【]?([^。，,.\n]{3,40}?)[电電]")  # "<agency><place><date>电"
_OPENING = re.compile(r"[(（【［\[/]")  # one of them opens what `_BRACKETED` finds
_DASH = re.compile(r"(?:(?<!\s)\s*|)(?:[–—]|\s-\s|\.-)\s*+")
_CREDITED = re.compile(r"([^.–—]{2,30})(?:\.\s|[–—])")
_CLOSED_END = re.compile(r"[(（\[]([^()（）\[\]]{2,40})[)）\]][.。]?\s*$")
_CLOSERS = (")", "）", "]")
_BARE_END = re.compile(r"[.!?”\"»]\s+-{0,2}([^\W\d_]{2,12})(?:\s+[\w/]{2,12}){0,2}$")
_SENTENCE_MARKS = frozenset('.!?。"”)')  # a line that ends in one does not end in a name


@dataclass(frozen=True, slots=True)
class Agencies:
    """News agencies by what a credit contains: codes, names, hosts, openings of closing lines, each → agency id."""

    codes: Mapping[str, str]  # as printed → id
    names: Mapping[str, str]  # in small letters → id
    hosts: Mapping[str, str]
    closings: Mapping[str, str]  # what opens a closing line of theirs → id

    def find(self, credit: str) -> str | None:
        """Return the id of the agency that a credit names, and nothing else; None for any other text.

        Codes are compared as printed, names in any case; spaces and punctuation around the credit, and an "@", are
        ignored.
        """
        plain = " ".join(credit.split()).strip(" \t.,:;–—-*|").removeprefix("@")
        return self.codes.get(plain) or self.names.get(plain.casefold())


def read_agencies(values: Mapping[str, object], over: Agencies | None = None) -> Agencies:
    """Convert the parsed values of an agency file into Agencies, merged over those of `over`.

    An entry replaces the agency of the same id. `values` holds under "agency" a list of tables with an "id" and, each
    optional, lists of texts "codes", "names", "hosts" and "closing"; without the key the agencies are those of `over`.
    Raises ValueError, whose message is for the person who wrote the file, for entries whose id is absent, blank or no
    text, and lists of anything else.
    """
    entries = values.get("agency", [])
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry["id"].strip()
        for entry in entries
    ):
        raise ValueError("an agency file needs [[agency]] entries, each with an id that is a text")
    replaced = {entry["id"] for entry in entries}

    def gather(key: str, known: Mapping[str, str], fold: bool) -> dict[str, str]:
        out = {text: agency for text, agency in known.items() if agency not in replaced}
        for entry in entries:
            listed = entry.get(key, [])
            if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
                raise ValueError(f"{key} of agency {entry['id']} must be a list of texts")
            out |= {text.casefold() if fold else text: entry["id"] for text in listed if text.strip()}
        return out

    base = over or Agencies({}, {}, {}, {})
    return Agencies(
        codes=gather("codes", base.codes, fold=False),
        names=gather("names", base.names, fold=True),
        hosts=gather("hosts", base.hosts, fold=True),
        closings=gather("closing", base.closings, fold=True),
    )


@cache
def shipped_agencies() -> Agencies:
    """Return the agencies that come with the package (`data/agencies.toml`, read once)."""
    source = resources.files("transforms").joinpath("data/agencies.toml").read_text(encoding="utf-8")
    return read_agencies(tomllib.loads(source))


def credited_agency(
    text: str, authors: Sequence[str], publisher: str | None, agencies: Agencies | None = None
) -> str | None:
    """Return the id of the agency credited with a text; None when there is none.

    Searched in this order: dateline and byline in the first three lines, the last three lines from the end, the
    authors, and the publisher, which may be an agency. Of several agencies in one credit the first named counts (in a
    notice of rights, codes before names). `agencies` None: the shipped ones.
    """
    known = agencies or shipped_agencies()
    lines = [line for raw in text.split("\n") if (line := raw.strip())]
    for line in lines[:DATELINE_LINES]:
        # a longer line that ends in an agency's name is a caption, and the credit that of its photo
        byline = line if len(line) <= BYLINE_CHARACTERS else ""
        if found := _read_dateline(line, known) or _read_credit(byline, known):
            return found
    for line in reversed(lines[-CLOSING_LINES:]):
        if found := _read_closing(line, known):
            return found
    for author in authors:
        if found := _read_credit(author, known):
            return found
    return publisher_agency(publisher, None, known)


def publisher_agency(
    publisher: str | None, url_host: str | None, agencies: Agencies | None = None
) -> str | None:
    """Return the id of the agency if a publisher is one itself; None for all others.

    First `url_host` and the domains above it are looked up, then `publisher` as a code, a name or a host; either may be
    None. `agencies` None: the shipped ones.
    """
    known = agencies or shipped_agencies()
    host = (url_host or "").casefold().rstrip(".")
    while "." in host:
        if host in known.hosts:
            return known.hosts[host]
        host = host.partition(".")[2]
    if not publisher:
        return None
    return known.find(publisher) or known.hosts.get(publisher.casefold().removeprefix("www."))


def _read_dateline(line: str, known: Agencies) -> str | None:
    head = line[: DATELINE_CHARACTERS + 40]
    for match in _BRACKETED.finditer(head) if _OPENING.search(head) else ():
        before, after = head[: match.start()].strip(), head[match.end() :]
        if len(before) > DATELINE_CHARACTERS or not _PLACE_ONLY.match(_ABBREVIATED.sub("", before)):
            break
        opens = match.group()[0]
        if not (_AFTER.match(after) or (not before and (opens in _SELF_CLOSED or opens in "(/"))):
            continue
        if found := _first(_split(match.group(1)), known):
            return found
    if ("电" in head or "電" in head) and (wire := _CHINESE_WIRE.match(head)):
        name = wire.group(1)
        return next((known.codes[name[:n]] for n in range(len(name), 1, -1) if name[:n] in known.codes), None)
    return _read_bare_dateline(head, known)


def _read_bare_dateline(head: str, known: Agencies) -> str | None:
    """Read "AGENCY - The text" and "PLACE, date - AGENCY. The text"."""
    if "-" not in head and "–" not in head and "—" not in head:
        return None
    parts = _DASH.split(head, maxsplit=2)
    if len(parts) < 2:
        return None
    if found := _first(_split(parts[0]), known):
        return found
    # behind the dash stands the agency alone, closed by a dot: "МОСКВА, 5 мар — РИА Новости."
    credited = _CREDITED.match(parts[1] + ("—" if len(parts) > 2 else ""))
    is_place = len(parts[0]) <= 40 and bool(_PLACE_ONLY.match(_ABBREVIATED.sub("", parts[0])))
    return known.find(credited.group(1)) if credited and is_place else None


def _read_closing(line: str, known: Agencies) -> str | None:
    tail = line[-CLOSING_CHARACTERS:]
    opens = line[: 2 * CLOSING_CHARACTERS].lstrip("(（[ ").casefold()
    for opening, agency in known.closings.items():
        if opens.startswith(opening) and ("editing by" in line.casefold() or line[:1] in "(（["):
            return agency
    if len(line) <= CLOSING_CHARACTERS and _RIGHTS.search(line):
        return _named_within(line, known)
    if found := _read_credit(line, known):
        return found
    # "... said the minister. (AGENCY)" and "... dijo el ministro. AGENCY"
    end = _CLOSED_END.search(tail) if tail.rstrip().rstrip(".。")[-1:] in _CLOSERS else None
    if end and (found := _first(_split(end.group(1)), known)):
        return found
    end = _BARE_END.search(tail) if tail[-1:] not in _SENTENCE_MARKS else None
    return known.codes.get(end.group(1)) if end else None


def _read_credit(line: str, known: Agencies) -> str | None:
    """Read a byline or a source line; a longer line is text."""
    if len(line) > 120 or len(line) < 2:
        return None
    if line[-1] in ".!?。" and len(line) > 40:
        return None
    return _first(_split(line), known)


def _split(credit: str) -> Iterable[str]:
    whole = credit.strip()
    yield whole
    yield _prefix().sub("", whole)
    for part in _between_parts().split(whole):
        bare = _prefix().sub("", part.strip(" ()[]（）【】［］"))
        yield bare
        yield _suffix().sub("", bare)
        # "ソウル聯合ニュース", "東京 5日 ロイター": place and date stand before the agency
        yield bare.split(" ")[-1] if not bare.isascii() and any(ord(c) > 0x3000 for c in bare) else ""
    if inner := re.search(r"[(（]([^()（）]{2,30})[)）]\s*$", whole):
        yield inner.group(1)
    yield from _place_first(whole)


@cache
def _between_parts() -> re.Pattern[str]:
    joiners = one_of(pooled(lambda table: table.bylines.joiners))
    return re.compile(rf"[/,;、，=|·+&]|\s[–—-]\s|\b(?:{joiners})\b")


@cache
def _prefix() -> re.Pattern[str]:
    words = one_of(pooled(lambda table: (*table.bylines.openings, *table.bylines.labels)))
    return re.compile(rf"^(?:{words})(?:\s*+[:：]\s*+|\s++)", re.IGNORECASE)


@cache
def _suffix() -> re.Pattern[str]:
    return re.compile(rf"(?<!\s)\s++(?:{one_of(pooled(lambda table: table.bylines.roles))})$", re.IGNORECASE)


def _place_first(whole: str) -> Iterable[str]:
    # "北京共同", "ソウル聯合ニュース": a place glued to the agency, without spaces
    if all(ord(c) > 0x3000 for c in whole) and len(whole) <= 16:
        yield from (whole[n:] for n in range(1, len(whole) - 1))


def _first(parts: Iterable[str], known: Agencies) -> str | None:
    return next((found for part in parts if part and (found := known.find(part))), None)


def _named_within(line: str, known: Agencies) -> str | None:
    words = re.findall(r"[\w'-]+", line)
    if code := next((known.codes[word] for word in words if word in known.codes), None):
        return code
    folded = f" {' '.join(words).casefold()} "
    return next((agency for name, agency in known.names.items() if f" {name} " in folded), None)
