"""A text with a time of day in it, hour, minute and second out, and the text behind them, where a zone may be."""

from __future__ import annotations

import re

_CLOCK = re.compile(
    r"(?<![\d.:])(\d{1,2})(?:\s?:\s?|\s?h\s?|\.(?=\d\d(?:\s?(?:uhr|klo|uur|h\b|[ap]\.?\s?m)"
    r"|\s?\(?(?:gmt|utc|[bi]st|cest|cet|mesz|mez|eest|eet|msk|мск|sast|eat|wat|wib|wita|wit)\b|\s*$)))(\d{2})(?::(\d{2}))?(?![\d:]*\d)(?:[.,]\d+)?"
)
_NAMED_CLOCK = re.compile(r"\b(?:kl\.?|klo|om|ore|at|alle|pukul|jam) (\d{1,2})\.(\d\d)()(?![\d.])")
_HOURS_TOGETHER = re.compile(r"(?<![\d.:+-])([01]\d|2[0-3])([0-5]\d)()(?=\s?(?:hrs|hours|gmt|utc|ist)\b)")
_EAST_ASIAN_CLOCK = re.compile(
    r"(上午|下午|오전|오후|午前|午後)?\s?(\d{1,2})\s?[时時點点시:]\s?(?:(\d{1,2})\s?[分분]?)?"
)
_HALF_HOURS = re.compile(r"(?<![\d.:])(\d{1,2})\s?(?=[ap]\.?\s?m\b)")
_HOURS_ONLY = re.compile(r"(?<![\d.:])(\d{1,2})(?:h(?![\w:])|\s?uhr\b)")
_HALF = re.compile(r"\s?([ap])\.?\s?m\b\.?")
_LATE = ("下午", "오후", "午後")
_LAYOUTS = (_CLOCK, _NAMED_CLOCK, _HOURS_TOGETHER)


def find_clock(text: str) -> tuple[int, int, int, str] | None:
    """Find a time of day in a text: (hour, minute, second, the text behind it), or None where there is none.

    `text` is in small letters. Hours of the afternoon are converted to 24 hours; hours up to 99 are returned, since
    whether the numbers are a time is for the caller to decide.
    """
    found = [match for layout in _LAYOUTS if (match := layout.search(text))]
    if match := min(found, key=lambda each: each.start(1), default=None):
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    elif match := _HALF_HOURS.search(text) or _HOURS_ONLY.search(text):
        hour, minute, second = int(match[1]), 0, 0
    elif (match := _EAST_ASIAN_CLOCK.search(text)) and (match[1] or match[3]):
        hour, minute = int(match[2]), int(match[3] or 0)
        return (hour % 12 + 12 if match[1] in _LATE else hour), minute, 0, text[match.end() :]
    else:
        return None
    rest = text[match.end() :]
    before = text[: match.start()].rstrip()
    half = _HALF.match(rest)
    if half:
        rest = rest[half.end() :]
        if 1 <= hour <= 12:
            hour = hour % 12 + (12 if half[1] == "p" else 0)
    elif before.endswith(_LATE) and hour < 12:
        hour += 12
    rest = re.sub(r"^\s?(?:uhr|uur|klo|h|hrs|hours)\b", "", rest)
    return hour, minute, second, rest
