"""Lines wrapped at a width, by a program, by hand or by a page of print → paragraphs; any other text stays as it is.

A greedy line breaker (Knuth and Plass, "Breaking paragraphs into lines", 1981, call it first fit) breaks only where the
next word no longer fits. So in wrapped prose each line plus the first word of the next one is wider than the page, and
whoever breaks lines on purpose, in verse, addresses and lists, breaks earlier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

WIDEST = 140  # characters: longer lines are paragraphs already; terminals and mail wrap at 60 to 132
NARROWEST = 24  # a newspaper's column has about 30
NARROW = 45  # below it verse and lists are as wide as prose, and more evidence is wanted
LINES_NEEDED = 3  # pairs of lines that a break parts within a sentence
FEW_LINES = 2  # the same, where no line speaks against it
LINES_NEEDED_NARROW = 6
FEW_LINES_NARROW = 4
# Of the breaks within a sentence, the share that first fit explains. Proportional type and people break a few
# characters earlier or later, so that a second look allows FILLED of the width.
LAWFUL_SHARE = 0.8
FILLED = 0.7
RAGGED_SHARE = 0.6  # of the breaks within a sentence, those that stand near a ragged width
FULL = 0.93  # of such a ragged width: from here a line that ends a sentence need not end its paragraph
RAGGED_SURE = 0.9
CONTINUED_SHARE = 0.3  # of all pairs in ragged text, half of it where nearly all breaks stand near the width
SMALL_SHARE = 0.25  # of the lines that are full, those before a small letter: before headlines there are none
# Lines of prose end with a mark in one of six cases, lines of verse in most.
MARKED_SHARE = 0.45
LONGEST_WORD = 24  # characters; longer ones are addresses, which break where they like
HEADLINE_LINES = 4  # of a headline in a narrow column
SLACK = 3  # characters by which a line that ends without a mark may be broken early, before a capital
NEARLY_FULL = 0.85  # the same for a line that ends without a mark, before a capital
OVERFULL = 1.15  # times the width that a line may have which was broken near a width and not at it
TITLE_CASE_SHARE = 0.75
HEADING_SHARE = 0.75  # of the width: a line that ends earlier than this can be a heading

_ITEM = re.compile(r"(?:[•●▪■◦‣·*–—>|-]+|\(?\d{1,3}[.)]|[a-z]\))\s+\S|>")
_SPEAKER = re.compile(r"[^\W\d_][\w.'’ -]{0,40}:(?:\s|$)")
_CELLS = re.compile(r"\S {3,}\S")
_ADDRESS = re.compile(r"https?:|www\.|@|#")
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।॥][\"'”’»›)\]）」』*_]*$")
_MARK_END = re.compile(r"[.,;:!?…。，；：！？、؟،۔।]\W{0,3}$")
_FULL_STOP = re.compile(r"[.。][\"'”’»)]*$")
_HYPHEN_END = re.compile(r"(?<![^\W\d_])([^\W\d_]++)[-\u00ad\u2010]$")
_SPACELESS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60]"
)
_WIDE = re.compile(r"[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")  # two columns each
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class _Row:
    """One line with what decides where it may be joined."""

    text: str
    indent: int
    width: int  # with the indent
    first: int  # width of its first word
    starts_small: bool  # with a small letter, or in a script that has none
    ends_sentence: bool
    is_alone: bool  # an item, a row of a table: never joined to the line before it


def unwrap(raws: Sequence[str]) -> list[str]:
    """Join the lines of each paragraph of a text wrapped at a fixed width, and strip all lines.

    Other texts keep their lines. The width is found from the lines (first fit). Blank lines stay, as ""; deeper
    indents, items, rows of tables, speakers' names and lines after a short one begin a new line. Words hyphenated at a
    line's end become whole where the text itself does not write them with a hyphen. No lines give no lines.
    """
    rows = [_read(raw) for raw in raws]
    pairs = [(a, b) for a, b in pairwise(rows) if a.text and b.text and not b.is_alone]
    width = _find_width(pairs)
    ragged = 0 if width else _find_ragged_width(pairs)
    if not width and not ragged:
        return [row.text for row in rows]
    words = frozenset(word for row in rows for word in _WORD.findall(_HYPHEN_END.sub("", row.text).lower()))
    out: list[str] = []
    top = _find_headline(rows, width or ragged)
    for i, row in enumerate(rows):
        before = rows[i - 1] if i else None
        after = rows[i + 1] if i + 1 < len(rows) else None
        if before is None or not before.text or not row.text or row.is_alone:
            is_joined = False
        elif i <= top[1] + 1:
            is_joined = top[0] < i <= top[1]
        else:
            is_joined = _belongs(before, row, after, width, ragged)
        if is_joined:
            out[-1] = _join(out[-1], row.text, words)
        else:
            out.append(row.text)
    return out


def _read(raw: str) -> _Row:
    line = raw.expandtabs(8).rstrip()
    text = line.strip()
    has_tab = "\t" in raw.strip()
    indent = len(line) - len(line.lstrip())
    opening = text.lstrip("\"'“‘«„(¿¡")[:1]
    word = text.split(None, 1)[0] if text else ""
    return _Row(
        text=text,
        indent=indent,
        width=len(line) + (0 if line.isascii() else len(_WIDE.findall(line))),
        first=2 if _SPACELESS.match(word) else min(len(word), LONGEST_WORD),
        starts_small=_is_small(opening) and not _ADDRESS.match(word),
        ends_sentence=bool(_SENTENCE_END.search(text[-12:])),
        is_alone=bool(_ITEM.match(text[:80]) or has_tab or _CELLS.search(text[:400])),
    )


def _is_small(letter: str) -> bool:
    """Return whether a letter is small, or of a script that has no small ones."""
    return letter.islower() or _has_no_case(letter)


def _has_no_case(letter: str) -> bool:
    return letter.isalpha() and letter.lower() == letter.upper()


def _is_continued(a: _Row, b: _Row) -> bool:
    """Return whether a break lies within a sentence, by how its lines end and begin."""
    return b.starts_small and not a.ends_sentence


def _is_filled(a: _Row, b: _Row, width: int, slack: int = 0) -> bool:
    """Return whether the first word of `b` did not fit behind `a`."""
    return a.width <= width < a.width + 1 + b.first + slack


def _find_width(pairs: Sequence[tuple[_Row, _Row]]) -> int:
    """Find the width that explains most breaks within sentences by first fit; 0 where it explains too few."""
    changes = [0] * (WIDEST + LONGEST_WORD + 2)
    continued = [(a, b) for a, b in pairs if _is_continued(a, b)]
    for a, b in continued:
        if a.width <= WIDEST:
            changes[a.width] += 1
            changes[a.width + b.first + 1] -= 1
    sums = list(accumulate(changes))
    best = max(sums)
    width = sums.index(best)
    end = next(at for at in range(width, len(sums) + 1) if at == len(sums) or sums[at] < best)
    width = max((a.width for a, _ in pairs if width <= a.width < end), default=width)
    if not NARROWEST <= width <= WIDEST:
        return 0
    needed = LINES_NEEDED if width >= NARROW else LINES_NEEDED_NARROW
    few = FEW_LINES if width >= NARROW else FEW_LINES_NARROW
    if best < needed and not (best >= few and best == len(continued)):
        return 0
    filled = [(a, b) for a, b in pairs if _is_filled(a, b, width)]
    # short lines of lists and verse inside a text say nothing against its prose while they are fewer
    against = sum(a.width >= FILLED * width and not _is_filled(a, b, width) for a, b in continued)
    if best < LAWFUL_SHARE * (best + against) or best < SMALL_SHARE * max(len(filled), len(continued)):
        return 0
    return 0 if _is_verse(filled) else width


def _find_ragged_width(pairs: Sequence[tuple[_Row, _Row]]) -> int:
    """Find the width of lines that people or proportional type broke, near it and not at it; 0 where there is none."""
    continued = [(a, b) for a, b in pairs if _is_continued(a, b)]
    widths = sorted(a.width for a, _ in continued)
    if not widths:
        return 0
    width = widths[min(len(widths) - 1, 9 * len(widths) // 10)]
    needed = LINES_NEEDED if width >= NARROW else LINES_NEEDED_NARROW
    if not NARROWEST <= width <= WIDEST or len(continued) < needed:
        return 0
    filled = sum(each >= FILLED * width for each in widths)
    share = CONTINUED_SHARE if filled < RAGGED_SURE * len(widths) else CONTINUED_SHARE / 2
    if filled < RAGGED_SHARE * len(widths) or len(continued) < share * len(pairs):
        return 0
    return 0 if _is_verse(continued) else width


def _is_verse(pairs: Sequence[tuple[_Row, _Row]]) -> bool:
    return sum(_ends_in_mark(a) for a, _ in pairs) > MARKED_SHARE * len(pairs)


def _find_headline(rows: Sequence[_Row], page: int) -> tuple[int, int]:
    """Return the first and the last line of a headline, plus one: lines up to it are joined, the next begins the text.

    The lines above the first break made on purpose are a headline if they are few and no sentence. Where the text
    runs on instead, the first line is one if it could be and a capital follows.
    """
    first = next((i for i, row in enumerate(rows) if row.text), len(rows))
    last = first
    while (
        last + 1 < len(rows) and last < first + HEADLINE_LINES and _runs_on(rows[last], rows[last + 1], page)
    ):
        last += 1
    block = rows[first : last + 1]
    if last < first + HEADLINE_LINES and (
        _is_title_case(block) or not any(_FULL_STOP.search(row.text) for row in block)
    ):
        return first, last
    if (
        len(block) > 1
        and not block[0].ends_sentence
        and not block[1].starts_small
        and not _ends_in_mark(block[0])
    ):
        return first, first
    return first, -1


def _is_title_case(block: Sequence[_Row]) -> bool:
    words = [word for row in block for word in row.text.split() if len(word) > 3]
    return len(words) > 2 and sum(word[0].isupper() for word in words) >= TITLE_CASE_SHARE * len(words)


def _runs_on(a: _Row, b: _Row, page: int) -> bool:
    return bool(b.text) and not b.is_alone and b.indent <= a.indent and _is_filled(a, b, page)


def _ends_in_mark(row: _Row) -> bool:
    """Return whether a line closes with a mark, at the end of a sentence or within one."""
    return bool(_MARK_END.search(row.text[-6:]))


def _belongs(a: _Row, b: _Row, after: _Row | None, width: int, ragged: int) -> bool:
    """Return whether `b` goes on where `a` was broken."""
    if b.indent > a.indent and not (b.starts_small and not _has_no_case(b.text[:1])):
        return False
    if a.ends_sentence and _SPEAKER.match(b.text[:44]):
        return False
    page = width or ragged
    if _is_continued(a, b):
        return a.width >= FILLED * page
    if a.ends_sentence and after is not None and _is_heading(b, after, page):
        return False
    if width and width < a.width <= OVERFULL * width and not _ends_in_mark(a):
        return True
    if width:
        return _is_filled(a, b, width, 0 if a.ends_sentence else SLACK)
    return a.width + 1 + b.first >= (FULL if a.ends_sentence else NEARLY_FULL) * ragged


def _is_heading(row: _Row, after: _Row, page: int) -> bool:
    is_short = row.width + 1 + after.first <= HEADING_SHARE * page
    return is_short and not row.ends_sentence and (not after.text or not after.starts_small)


def _join(before: str, text: str, words: frozenset[str]) -> str:
    if _SPACELESS.match(before[-1:]) and _SPACELESS.match(text[:1]):
        return before + text
    cut = _HYPHEN_END.search(before[-40:])
    rest = _WORD.match(text)
    if cut is None or rest is None or not text[0].islower():
        return before + text if before.endswith("-") and before[-2:-1].isalnum() else f"{before} {text}"
    left, right = cut[1].lower(), rest[0].lower()
    is_compound = f"{left}-{right}" in words or (left in words and f"{left}{right}" not in words)
    return before + text if is_compound and before[-1] != "\u00ad" else before[:-1] + text
