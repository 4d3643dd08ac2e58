"""The body of an article without a headline in, a headline made of its first sentence out."""

from __future__ import annotations

import re
from functools import cache

from transforms.cleaning.line_kinds import is_byline, is_time
from transforms.language.language_tables import pooled

FIRST_LINES = 12  # of the body, in which its first sentence is searched for
TITLE_CHARACTERS = 120
TITLE_WORDS = 3  # a shorter beginning that a full stop ends is rather an abbreviation

_STOP = re.compile(r"[.!?؟۔।](?=[\"'”’»)]{0,3}\s+\S)[\"'”’»)]*|[。！？｡]")


def derive_title(body: str) -> str:
    """Make a title of a body's first sentence, of 120 characters at most; "" for a blank body.

    The sentence is that of the first line, or the whole line; a longer one is cut between words, with "…" behind. Lines
    with the time or the author among the first twelve are skipped. Abbreviations, initials and numbers of days end no
    sentence.
    """
    lines = [line for raw in body.split("\n")[:FIRST_LINES] if (line := " ".join(raw.split()))]
    found = (line for line in lines if not (is_time(line) or is_byline(line)))
    title = _first_sentence(next(found, lines[0] if lines else ""))
    if len(title) <= TITLE_CHARACTERS:
        return title
    cut = title[: TITLE_CHARACTERS - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > TITLE_CHARACTERS // 2 else cut).rstrip(" ,;:–—-") + "…"


def _first_sentence(line: str) -> str:
    for match in _STOP.finditer(line[: 8 * TITLE_CHARACTERS]):
        before = line[: match.start()]
        word = before.rpartition(" ")[2].lstrip("\"'“‘«„(")
        is_short = "." in word or len(word) == 1 or word.isdigit() or word.casefold() in _abbreviations()
        if match[0][0] == "." and (is_short or before.count(" ") + 1 < TITLE_WORDS):
            continue
        return line[: match.end()].strip()
    return line


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(pooled(lambda table: table.abbreviations))
