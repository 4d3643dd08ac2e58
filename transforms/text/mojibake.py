"""Text damaged on its way in, the text as it was meant out: UTF-8 that was read as Latin-1, entities escaped twice."""

from __future__ import annotations

import html
import re

# What continues a character of UTF-8, read as Latin-1 or as Windows-1252.
_CONTINUED = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_MISREAD = re.compile(f"[\xc2-\xdf]{_CONTINUED}|[\xe0-\xef]{_CONTINUED}{{2}}|[\xf0-\xf4]{_CONTINUED}{{3}}")
# Begin nearly every misread character of a text in Latin, Cyrillic, Greek, Arabic or Chinese script. A text without
# any of them is not examined closely, which costs more.
_SIGNS = ("Ã", "Â", "â\x80", "â€", "Ð", "Ñ", "Î", "Ï", "Ø", "Ù", "Ä", "Å", "ã\x81", "å", "ä", "æ")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,10}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")
_LINE = re.compile(r"[^<>\n]+")
_TIMES = 2  # entities are undone so often; systems in a row escape once each


def repair_misread(text: str) -> str:
    """Return a text with UTF-8 that was read as Latin-1 or Windows-1252 decoded anew; any other text as it is.

    Each piece between line ends and angle brackets is repaired by itself (ftfy's `fix_encoding`). Letters that are
    meant ("â", "São") stay: ftfy decodes a piece anew only where its characters make no sense in any language.
    """
    if text.isascii() or not any(sign in text for sign in _SIGNS) or not _MISREAD.search(text):
        return text
    from ftfy import fix_encoding  # only for texts that show damage

    return _LINE.sub(lambda line: fix_encoding(line[0]) if _MISREAD.search(line[0]) else line[0], text)


def undo_entities(text: str) -> str:
    """Replace the character references of HTML in a text, up to twice ("&amp;quot;" gives a quotation mark).

    Unknown references, and those without a semicolon, stay. So do those of "<" and ">" in any spelling ("&lt;", "&LT;",
    "&#60;", "&#x3E;"), which texts about markup contain.
    """
    for _ in range(_TIMES):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = _ENTITY.sub(_undone, text)
    return text


def _undone(match: re.Match[str]) -> str:
    character = html.unescape(match[0])
    return match[0] if character in ("<", ">") else character
