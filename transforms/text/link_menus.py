"""A line of Markdown in, whether it is a menu of links and no sentence out."""

from __future__ import annotations

import re

# Every class leaves out what begins the expression, so that repeated beginnings cost a step each and not a line each.
_LINK = re.compile(r"\[[^\[\]\n]++\]\([^()\n]*+\)")
_WORDS_BESIDE = 2


def is_row_of_links(line: str) -> bool:
    """Return whether a line is a menu: two or more Markdown links, and beside them at most two words and any marks.

    A link is `[text](address)` without brackets in either. False for an empty line.
    """
    rest, count = _LINK.subn(" ", line)
    return count > 1 and sum(any(map(str.isalnum, word)) for word in rest.split()) <= _WORDS_BESIDE
