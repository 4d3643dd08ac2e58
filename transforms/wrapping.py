"""Lines wrapped at a fixed width → paragraphs; any other text comes back as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

WIDEST = 100  # characters: mail and terminals wrap at 60 to 80; lines longer than this mean that nothing is wrapped
NARROWEST = 45
LINES_NEEDED = 4  # with fewer lines nothing can be told
# Share of lines with a line right before them that open with a small letter: near a half or more in wrapped prose of
# scripts that have small letters, near zero where every line is a headline or a paragraph.
SMALL_SHARE = 0.35
FILLED_SHARE = 0.6  # of the lines with another right behind them; the rest are headings and short items
FILLED = 0.75  # a line of less than this share of the width ends its paragraph

_ITEM = re.compile(r"^\s*(?:[•●▪■◦‣·*–—-]|\(?\d{1,3}[.)])\s+\S")


def unwrap(raws: Sequence[str]) -> list[str]:
    """Join the lines of a paragraph where a text is wrapped at a fixed width; blank lines part paragraphs."""
    lines = [raw.strip() for raw in raws]
    width = _find_width(lines)
    if width == 0:
        return list(raws)
    out: list[str] = []
    is_open = False
    for line in lines:
        if is_open and line and not _ITEM.match(line):
            out[-1] += f" {line}"
        else:
            out.append(line)
        is_open = len(line) >= FILLED * width
    return out


def _find_width(lines: Sequence[str]) -> int:
    """Find the width at which lines are wrapped; 0 where they are not."""
    longest = max(map(len, lines), default=0)
    if not NARROWEST <= longest <= WIDEST:
        return 0
    followers = [after for before, after in pairwise(lines) if before and after]
    if len(followers) < LINES_NEEDED:
        return 0
    small = sum(line[0].islower() for line in followers)
    leaders = [before for before, after in pairwise(lines) if before and after]
    filled = sum(len(line) >= FILLED * longest for line in leaders)
    # Where no blank line parts paragraphs, lines are joined only if all make one: else each may be a paragraph.
    needed = FILLED_SHARE * len(leaders) if "" in lines[lines.index(leaders[0]) : -1] else len(leaders)
    return longest if small >= SMALL_SHARE * len(followers) and filled >= needed else 0
