"""Recognise texts that are written for programs and not for readers, whatever they are called."""

from __future__ import annotations

import re

# a database written as statements, below its remarks
_SQL = re.compile(
    r"(?:DROP TABLE|CREATE TABLE|INSERT INTO|LOCK TABLES|SET (?:NAMES|SQL_MODE|statement_timeout)"
    r"|PRAGMA foreign_keys)\b"
)
# rules for robots, short cuts, subtitles, indexes of web archives, check sums, RTF
_LIST = re.compile(
    r"(?:User-agent: ?\S{1,80}[ \t]*\r?\n(?:Disallow|Allow|Crawl-delay|User-agent):|\[InternetShortcut\]|WEBVTT\b"
    r"| CDX N b |[0-9a-f]{32,128} [ *]\S+\r?\n(?:[0-9a-f]{32,128} [ *]|\Z)|\{\\rtf1"
    r"|\d{1,4}\r?\n\d\d:\d\d:\d\d,\d{3} --> )"
)


def is_for_programs(text: str) -> bool:
    """Return whether a text begins as SQL, below remarks, or as one of the lists that programs exchange.

    Such lists are rules for robots, short cuts, subtitles, indexes of web archives and check sums; RTF counts
    too. False for "".
    """
    return _LIST.match(text.lstrip("\ufeff")) is not None or _SQL.match(text, _skip_remarks(text)) is not None


def _skip_remarks(text: str) -> int:
    """Return where the first statement of SQL begins, behind remarks of all kinds."""
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if text.startswith("/*", at):
            found = text.find("*/", at + 2)
            end = found + 2 + text.startswith(";", found + 2) if found >= 0 else 0
        elif text.startswith(("--", "#"), at):
            end = text.find("\n", at) + 1
        else:
            return at
        if not end:
            return at
        at = end
