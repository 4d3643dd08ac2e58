"""Messages with the control characters of teletype wires (IPTC 7901, ANPA 1312) to their texts and times."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEXT, _TEXT_END, _MESSAGE_END = "\x02", "\x03", "\x04"
_HEAD_CHARACTERS = 400  # within which a message's text begins
_CONTROL_LINE = re.compile(r"(?:[A-Z]{0,6}\d{2,6}[ \t].{0,60}|ZCZC.{0,40}|NNNN|\^|<|-{2,})")
_SLUG = re.compile(r"[A-Z]{2}--?\S")  # "BC-Ferry Fire": the wire's name for a story
_STAMP = re.compile(r"(\d\d)(\d\d)(\d\d) ?(?:GMT|UTC)? ([A-Za-z]{3}) (\d\d)\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a wire: its text, the message as received, and when it was sent.

    `published` is the wire's wall time without a zone, `YYYY-MM-DDTHH:MM`; None where none is stated.
    """

    text: str
    whole: str
    published: str | None


def split_messages(text: str) -> list[Message]:
    """Split a wire's file into messages, in order, by the control characters STX, ETX and EOT (IPTC 7901, ANPA 1312).

    [] for a text without STX among its first 400 characters. Lines of codes around a message's text are left out, and
    the text may be empty.
    """
    if _TEXT not in text[:_HEAD_CHARACTERS]:
        return []
    return [_message(piece) for piece in text.split(_MESSAGE_END) if _TEXT in piece]


def _message(whole: str) -> Message:
    _, _, rest = whole.partition(_TEXT)
    body, _, trailer = rest.partition(_TEXT_END)
    lines = [_CONTROLS.sub("", line).rstrip() for line in body.splitlines()]
    while lines and (not lines[0].strip() or _CONTROL_LINE.fullmatch(lines[0].strip())):
        lines.pop(0)
    while lines and (not lines[-1].strip() or _CONTROL_LINE.fullmatch(lines[-1].strip())):
        lines.pop()
    return Message("\n".join(_without_marks(lines)), whole, _time_in(trailer))


def _without_marks(lines: list[str]) -> list[str]:
    """Take the signs of ANPA from its lines of heading ("^Fire halts ferry<", "^By ANN LEE="); a slug goes."""
    count = next((at for at, line in enumerate(lines) if not line.startswith("^")), len(lines))
    heads = [line[1:].rstrip("<= ") for line in lines[:count]]
    if len(heads) > 1 and _SLUG.match(heads[0]):
        heads.pop(0)
    return [*heads, *lines[count:]]


def _time_in(trailer: str) -> str | None:
    """Read the day, hour, minute, month and year behind a message's text."""
    found = _STAMP.search(trailer[:200])
    if found is None or found.group(4).lower() not in _MONTHS:
        return None
    day, hour, minute, month, year = found.groups()
    return f"20{year}-{_MONTHS.index(month.lower()) + 1:02d}-{day}T{hour}:{minute}"
