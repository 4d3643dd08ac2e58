"""The words beside a printed date in, what the date is of out: publication, a change, or something else."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

from transforms.cleaning.line_kinds import classify_line, letters
from transforms.language.language_tables import one_of, pooled
from transforms.language.months import month_number

_LONGEST_LABEL = 40  # characters
_DAY = r"\d{1,2}(?:[./-]\d{1,2}(?:[./-](?:\d{2,4})?)?|\.|st|nd|rd|th)?"
_HOURS = re.compile(
    r"\d[:.h]\d\d(?: ?(?:[ap]\.?m\.?|uhr|h))?(?: ?[–—] ?| - )\d{1,2}[:.h]\d\d(?!\d|\.\d)", re.IGNORECASE
)
_COLON = re.compile(r"[:：]")
_WORD = re.compile(r"[^\W\d_]+")
_FIRST_DIGIT = re.compile(r"\d")
_LABEL = re.compile(
    r"(?:^|[|·•,;–—-]|\d)\s*([^\W\d_][^|·•,;:\d]{0,38}?)\s?[:：]\s?((?:[^\W\d_]{2,12}\.?,?\s?){0,2})$"
)


class Label(Enum):
    """What the label of a date means: PUBLISHED, UPDATED, OTHER (another event), or NONE (no label)."""

    NONE = 0
    PUBLISHED = 1
    UPDATED = 2
    OTHER = 3


def label_of(before: str, text: str) -> Label:
    """Return what the words before a date say that it is the date of: publication, update, something else, or NONE.

    `text` is that of the date's element, `before` the text in front of the element; up to 40 characters of each count,
    and `before` not at all where `text` has a colon before its first digit. UPDATED outranks PUBLISHED, which outranks
    OTHER. The words of all languages count. OTHER is said by "©", by a label with a colon that names no change,
    publication or date (but "Share:" and its like are no labels), and by a word such as "until" right before the day.
    """
    digit = _FIRST_DIGIT.search(text)
    head = (text[: digit.start()] if digit else text)[-_LONGEST_LABEL:]
    near = head.strip() if _COLON.search(head) else f"{before[-_LONGEST_LABEL:]} {head}".strip()
    if _says_updated().search(near):
        return Label.UPDATED
    if _says_published().search(near):
        return Label.PUBLISHED
    if _says_other().search(near) or "©" in near:
        return Label.OTHER
    label = _LABEL.search(near)
    if label is None or not all(map(_names_day, _WORD.findall(label[2]))):
        return Label.NONE
    if letters(label[1]) in _date_labels():
        return Label.PUBLISHED
    return Label.NONE if classify_line(label[1]).is_boilerplate else Label.OTHER  # "Share:"


def names_span(text: str) -> bool:
    """Return whether a text has, anywhere in it, a range of days or hours ("3–5 May", "10:00 – 18:00"), as for events.

    A hyphen between hours with minutes counts only between spaces: without them it begins an offset from UTC.
    """
    return bool(_span().search(text) or _HOURS.search(text))


def closes_article(text: str) -> bool:
    """Return whether a heading opens the comments, or links to other articles, so that the article has ended above it.

    `text` has single spaces and is not empty. One word over links ("Topics") does not count: it heads links of the
    article.
    """
    seen = classify_line(text)
    return seen.is_comments or (seen.is_end and seen.units > 1)  # "Topics" stands over an article's own


def _names_day(word: str) -> bool:
    """Return whether a word between a label and its date belongs to the date: a month, a day of the week, "on"."""
    folded = word.casefold()
    return month_number(word) is not None or folded in _weekdays() or folded in _date_labels()


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(pooled(lambda table: (name for names in table.calendar.weekdays for name in names)))


@cache
def _says_updated() -> re.Pattern[str]:
    return re.compile(one_of(pooled(lambda table: table.calendar.updated)), re.IGNORECASE)


@cache
def _says_published() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:{one_of(pooled(lambda table: table.calendar.published))})(?!\w)", re.IGNORECASE
    )


@cache
def _says_other() -> re.Pattern[str]:
    """Compile words that stand right before a day which is no day of publication."""
    words = one_of(pooled(lambda table: table.calendar.not_published))
    return re.compile(rf"(?<!\w)(?:{words})(?:\s(?:[^\W\d_]{{1,12}}\.?,?\s?)?)?$", re.IGNORECASE)


@cache
def _date_labels() -> frozenset[str]:
    return frozenset(letters(word) for word in pooled(lambda table: table.calendar.date_labels))


@cache
def _span() -> re.Pattern[str]:
    words = one_of(pooled(lambda table: table.calendar.until))
    name = r"[^\W\d_]{3,12}\.?"
    return re.compile(
        rf"\d[^\d–—]{{0,4}}[–—]\s?\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}|(?<![\d./-]){_DAY}(?:\s{name})?(?:,?\s\d{{4}})?\s?(?:[–—]|\s-\s|(?<=\d)-(?=\d)|\s(?:{words})\s)\s?"
        rf"(?:{name}\s)?{_DAY}(?:[.,]|\s|$)(?![:h]\d)",
        re.IGNORECASE,
    )
