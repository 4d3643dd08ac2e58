"""Widths of letters: a text and its PDF font in, its length in sizes of type out."""

from __future__ import annotations

from typing import Any

# Thousandths of the size of type, from Adobe's font metrics of Times-Roman and Helvetica. A PDF need not state the
# widths of these two, and most faces with or without serifs are near to one of them.
_SERIF_LETTERS = (
    "444 500 444 500 444 333 500 500 278 278 500 278 778 500 500 500 500 333 389 278 500 500 722 500 500 444 "
    "722 667 667 722 611 556 722 722 333 389 722 611 889 722 722 556 722 667 556 611 722 722 944 722 722 611"
)
_SANS_LETTERS = (
    "556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 "
    "667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611"
)
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SERIF = dict(zip(_ALPHABET, map(int, _SERIF_LETTERS.split()), strict=True)) | dict.fromkeys(" .,", 250)
_SANS = dict(zip(_ALPHABET, map(int, _SANS_LETTERS.split()), strict=True)) | dict.fromkeys(" .,", 278)
_MARKS = dict.fromkeys("'’‘|!:;/", 278) | dict.fromkeys("()[]-", 333) | {"—": 1000, "“": 400, "”": 400}
_OTHER = 520  # digits and most letters with marks
_MONOSPACED = 600
_EAST_ASIAN = 1000  # as wide as the type is high
_SANS_NAMES = ("helv", "arial", "sans", "verdana", "calibri", "tahoma", "roboto", "open", "gothic", "segoe")


def measure(text: str, font: Any) -> float:
    """Return the printed length of a text in multiples of the size of type (em); 0.0 for an empty text.

    `font` is pypdf's dictionary of a font, or None. Fonts named as monospaced count .6 for each character. Others count
    ASCII characters by the widths that a simple font states, else all by those of Helvetica or Times, whichever has the
    more similar name; East Asian characters count 1. Nothing raises.
    """
    stated, first = _stated_widths(font)
    name = _name(font)
    if "courier" in name or "mono" in name:
        return _MONOSPACED * len(text) / 1000
    usual = _SANS if any(part in name for part in _SANS_NAMES) else _SERIF
    total = 0.0
    for letter in text:
        at = ord(letter) - first
        if stated and letter.isascii() and 0 <= at < len(stated) and stated[at] > 0:
            total += stated[at]
        elif letter > "\u2e80":
            total += _EAST_ASIAN
        else:
            total += usual.get(letter) or _MARKS.get(letter, _OTHER)
    return total / 1000


def _stated_widths(font: Any) -> tuple[list[float], int]:
    """Return the widths that a simple font states, in thousandths, and the code of the first."""
    try:
        if font is None or font.get("/Subtype") not in ("/Type1", "/TrueType", "/MMType1"):
            return [], 0
        if "/Differences" in (encoding := font.get("/Encoding") or {}) and not isinstance(encoding, str):
            return [], 0  # its codes are not those of the letters
        return [float(width) for width in font.get("/Widths") or ()], int(font.get("/FirstChar", 0))
    except (AttributeError, TypeError, ValueError):
        return [], 0


def _name(font: Any) -> str:
    try:
        return str(font.get("/BaseFont", "")).lower() if font is not None else ""
    except AttributeError:
        return ""
