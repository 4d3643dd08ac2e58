"""The beginning of a text that may be JSON in, whether it is one value, a value a line, or source code, out."""

from __future__ import annotations

import json
import re

from transforms.readers.sniff_markup import end_behind
from transforms.types import Format

_JSON_START = re.compile(r"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[{\[\]]|\"|-?\d|$))")
# a Python dictionary, JSON5, a script's variable, a hash of Ruby or PHP: source code of records, and no text
_ASSIGNED = (
    r"(?:export\s++default\s++|return\s++|(?:var|let|const)\s++[\w$.]++\s*+=\s*+"
    r"|[\w$.]++(?:\[['\"][\w.-]{1,40}['\"]\])?+\s*+=\s*+|[\w$.]{1,40}\()?+"
)
_KEY = r"(?:[bru]?'[\w. -]{1,40}'|[bru]?\"[\w. -]{1,40}\"|:?[A-Za-z_$][\w$]{0,40})\s*+"
_JSON_LIKE = re.compile(
    rf"{_ASSIGNED}(?:"
    rf"[\[(\s]*+\{{\s*+(?:(?://|#)[^\n]{{0,300}}\n\s*+){{0,3}}+{_KEY}(?::|=>)\s*+(?:[bruf]?[\"']|[\[{{(\d-]|true\b|false\b|null\b|None\b|True\b|False\b|nil\b"
    r"|[A-Za-z_.]{1,40}\()"
    r"|(?<=\()\[?+\s*+\(\s*+['\"][\w. -]{1,40}['\"]\s*+,"  # OrderedDict([('title', …
    r"|(?<=\()\s*+['\"][\w. -]{1,40}['\"]\s*+=>"  # array('title' => …
    r")"
)
# what interfaces put before JSON so that no script of another page can run it
JSON_GUARDS = (b")]}',", b")]}'", b"while(1);", b"while (1);", b"for(;;);", b"for (;;);")
_JSON_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[\[\]]')


def _skip_remarks(text: str) -> int:
    """Return where source code begins: behind the remarks of JSON5, scripts and shells, or a guard before JSON."""
    at = next((len(guard) for guard in JSON_GUARDS if text.startswith(guard.decode())), 0)
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if text.startswith("/*", at):
            end = end_behind(text, "*/", at + 2)
        elif text.startswith(("//", "#"), at):
            end = end_behind(text, "\n", at)
        else:
            return at
        if not end:
            return at
        at = end


def json_kind(text: str, name: str) -> Format:
    """Return the format of a text that begins as JSON does: JSONL for a value a line, else JSON.

    It is JSONL where two of the first lines parse each for itself or look so, or where the lines leave it open and
    `name` (in lower case) ends as that of JSON Lines. `text` may be cut in its last line.
    """
    if text.lstrip().startswith("["):
        return Format.JSON
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and _opens_list(lines[0]):
        return Format.JSON  # an envelope whose records stand on lines of their own
    whole = lines[:-1] if len(lines) > 1 else []  # the last one may be cut by the head's end
    good = sum(1 for line in whole[:50] if _is_object(line))
    if good >= 2 or (good == 1 and len(lines) >= 2 and lines[1].lstrip().startswith("{")):
        return Format.JSONL
    shaped = sum(1 for line in lines[:50] if line.startswith('{"') and not line.rstrip().endswith((",", ":")))
    if shaped >= 2 and shaped * 2 > min(len(lines), 50):
        return Format.JSONL
    if name.endswith((".jsonl", ".ndjson", ".jsonlines")) and (not whole or good):
        return Format.JSONL
    return Format.JSON


def _opens_list(line: str) -> bool:
    """Return whether a line ends within a list that it opened, and not within a string."""
    depth = 0
    for token in _JSON_TOKEN.finditer(line):
        mark = token.group()
        if mark[0] == '"' and not token.group(1):
            return False
        depth += (mark == "[") - (mark == "]")
    return depth > 0 and line.lstrip().startswith("{")


def _is_object(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line, strict=False), dict)
    except (ValueError, RecursionError):
        return False


def starts_json(text: str) -> bool:
    """Return whether a text begins as JSON of records does: with an object, or an array of values."""
    return _JSON_START.match(text) is not None


def starts_as_source_code(text: str) -> bool:
    """Return whether a text begins as records in source code do: Python, JSON5, a script's variable, guarded JSON."""
    code = text[_skip_remarks(text) :]
    return _JSON_LIKE.match(code) is not None or (len(code) < len(text) and starts_json(code))
