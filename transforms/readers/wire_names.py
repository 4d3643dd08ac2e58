"""What wire items write for people, houses and states: logins are no authors, and a killed item is taken back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.readers.wire_text import Element, attribute, child, text_in

_KILL_NOTE = re.compile(
    r"\W{0,8}+(?:(?:URGENT|ATTENTION|EDITORS)\W{1,4}+){0,2}+(?:MANDATORY[ -]|STORY )?(?:KILL|KILLED|WITHDRAWN"
    r"|RETRACTED|ZURÜCKGEZOGEN|ANNULÉE?|ANNULE|ANULAD[AO]|ANNULLAT[AO]|INGETROKKEN)"
    r"(?:\s{0,3}+[:.!\-–—]|\s{0,3}+$|\s++(?:THIS|NOTICE|STORY|ITEM)\b)"
)
_BY = re.compile(r"(?:by|von|par|por|di|av|door)\s+", re.I)
# an account of an editorial system: "dray.h", "hdray01", "desk@wire.example"; names of people have a capital or a space
_LOGIN = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*+|\S+@\S+")


def is_kill_note(note: str | None) -> bool:
    """Return whether an editor's note withdraws its item: it begins with KILL, ZURÜCKGEZOGEN or the like in capitals.

    URGENT, MANDATORY or the like may come before it; punctuation, the note's end, or THIS, NOTICE, STORY or ITEM has to
    follow ("MANDATORY KILL. Do not use"). False for None.
    """
    return _KILL_NOTE.match(note or "") is not None


def code_of(element: Element | None) -> str:
    """Return the part of an element's `qcode`, else `uri`, after the last colon or slash, in lower case.

    "" where the element has neither, or is None.
    """
    return last_part(attribute(element, "qcode") or attribute(element, "uri"))


def last_part(code: str) -> str:
    """Return the part of a qcode or URI after the last colon or slash, in lower case; all of it without one."""
    return re.split(r"[:/]", code)[-1].lower()


def name_of(element: Element | None, *, only_words: bool = False) -> str | None:
    """Return a concept's name for people, else its literal, else the code after the colon of its qcode.

    None where it has none of these; with `only_words`, where it has no name.
    """
    if element is None:
        return None
    name = text_in(child(element, "name"))
    if name or only_words:
        return name
    return attribute(element, "literal") or attribute(element, "qcode").rpartition(":")[2] or None


def without_by(name: str) -> str:
    """Return a byline without a word for "by" (by, von, par, por, di, av, door) at its beginning, in any case."""
    found = _BY.match(name)
    return name[found.end() :] if found else name


def is_person(name: str) -> bool:
    """Return whether a name can be a person's: it is neither a mail address nor the login of an editorial system.

    A login is a word of a-z and digits with dots, hyphens or underscores inside ("dray.h"); "anna" can be a person, ""
    not.
    """
    return _LOGIN.fullmatch(name.strip()) is None


def unique(names: Iterable[str | None]) -> tuple[str, ...]:
    """Return the names that are neither None nor empty, each once, in the order of first occurrence."""
    return tuple(dict.fromkeys(name for name in names if name))


def main_of(elements: Iterable[Element]) -> Element | None:
    """Return the element with the role main, headline or body, else the first without a role, else the first.

    None where there is no element.
    """
    found = list(elements)
    for accept in (("main", "headline", "body"), ("",)):
        for element in found:
            if last_part(attribute(element, "role")) in accept:
                return element
    return found[0] if found else None
