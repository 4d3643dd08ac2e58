"""One value of a record in, what it says as a text, a time or a list of names out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from transforms.readers.charsets import scrub
from transforms.readers.field_table import field_table, plain_name

_EPOCH = re.compile(r"\d{10}|\d{13}|\d{16}|\d{19}|\d{10}\.\d+")
# what tables make of a list: "['Ann Ley', 'Bo Ek']"
_LIST_AS_TEXT = re.compile(r"\[\s*['\"].*['\"]\s*\]$", re.S)
_PAST_ALL_UNITS = 10**20  # more than any time in nanoseconds; floats hold no integers above some 10**308
_LONGEST_WORD = 60  # characters: what is longer is a text and no word for nothing
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
MAX_LIST = 200  # values taken from one list of authors, tags or paragraphs' names


def time_of(value: object) -> str | None:
    """Return a value as the text of a time, unchecked; None for a flag, an empty value, and a number that is no time.

    Numbers and strings of 10, 13, 16 or 19 digits count seconds to nanoseconds since 1970 by their size, and give ISO
    8601 in UTC; an integer such as 20240131 and one too large for any unit stay as digits, dates become ISO 8601. Other
    text stays, stripped. Of a list the first value counts that is not empty, of an object the value inside it. Raises
    ValueError for an integer of more than 4,300 digits, which no JSON that is read holds.
    """
    if isinstance(value, list | tuple):  # as crawlers write every field
        value = next((item for item in value if not is_nothing(item)), None)
    if value is None:
        return None
    value = _inner(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        text = scrub(value).strip()
        if not _EPOCH.fullmatch(text):
            return text or None
        value = float(text) if "." in text else int(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and 19000101 <= value <= 21001231 and 1 <= value // 100 % 100 <= 12:
        return str(value)  # a day written as a number, 20240131
    if isinstance(value, int) and abs(value) >= _PAST_ALL_UNITS:
        return str(value) if value > 0 else None  # refused when it is read
    seconds = float(value)
    for unit in (1.0, 1e3, 1e6, 1e9):
        # 1e8 is 1973: nothing older is a time of news, and a smaller number is a year or a counter. A number that means
        # a time before 1990 in a finer unit is the end of time, 9999 or 3000, in seconds.
        if (1e8 if unit == 1.0 else 6.3e8) <= seconds / unit < 1e10:
            return (
                datetime.fromtimestamp(seconds / unit, UTC)
                .isoformat(timespec="seconds")
                .replace("+00:00", "Z")
            )
    return str(value) if isinstance(value, int) and seconds >= 1e10 else None  # refused when it is read


def states_time(value: object) -> bool:
    """Return whether a value can be a time: `time_of` returns a text with three digits or more, not all of them 0.

    Digits alone, fewer than 8, are a flag or count, and no time. Raises ValueError for an integer of more than 4,300
    digits.
    """
    text = time_of(value)
    if text is None or (text.isdigit() and len(text) < 8):
        return False
    digits = [char for char in text if char.isdigit()]
    return len(digits) >= 3 and any(char != "0" for char in digits)


def is_nothing(value: object) -> bool:
    """Return whether a value is None, NaN, an empty list, tuple or dictionary, or a text that says nothing.

    Such texts are white space, the table's words for nothing ("nan", "[Removed]"), and its placeholders of interfaces,
    which may go on behind the table's words; case and white space around them do not count. A text of more than 60
    characters without the white space around it says something.
    """
    if not isinstance(value, str):
        return not value if isinstance(value, list | tuple | dict) else value is None or value != value  # NaN
    word = value.strip()
    if not word:
        return True
    if len(word) > _LONGEST_WORD:
        return False
    word = word.lower()
    table = field_table()
    return word in table.nothing or word.startswith(table.nothing_openings)


def string_of(value: object) -> str | None:
    """Return a value as stripped text: a string, number or date; of a list the first value that is not empty.

    Of an object its name counts, or the value inside it. None for flags, for texts that mean "no value"
    (`is_nothing`), and for other types.
    """
    if value is None:  # most fields of most records
        return None
    if isinstance(value, str):
        return None if is_nothing(value) else scrub(value).strip() or None
    if isinstance(value, list | tuple):
        value = next((item for item in value if not is_nothing(item)), None)
    value = _inner(value)
    if isinstance(value, bool) or is_nothing(value):
        return None
    if isinstance(value, str | int | float | datetime | date):
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return scrub(text).strip() or None
    return None


def line_of(value: object) -> str | None:
    """Return a value as text on one line, each run of white space as one space; None for an empty value.

    Numbers and dates count as text, flags do not. Of a list the first value counts that is not empty, of an object its
    name or the value inside it. Texts that mean "no value" (`is_nothing`) are empty.
    """
    text = string_of(value)
    return " ".join(text.split()) or None if text else None


def label_of(value: object) -> str | None:
    """Return a value that is a name as text on one line; None for flags, for digits alone and for an empty value.

    Digits are a key into a table that did not come along. Of a list the first value counts that is not empty, of an
    object its name or the value inside it.
    """
    text = line_of(value)
    return None if text is None or text.isdigit() else text


def labels_of(value: object, split: bool = False) -> tuple[str, ...]:
    """Return the names in a value, or in the first 200 of a list, each once, in order; () where no value is a name.

    A list may be written as text ("['Ann Ley', 'Bo Ek']") or as an object of objects by number. With `split`, a
    single text is cut at commas, semicolons and vertical bars. Bare numbers are no names.
    """
    if value is None:
        return ()
    if isinstance(value, str) and _LIST_AS_TEXT.match(value.strip()):
        value = [first or second for first, second in _QUOTED.findall(value)]
    if isinstance(value, Mapping) and value and all(str(name).isdigit() for name in value):
        value = list(value.values())
    items = value if isinstance(value, list | tuple) else [value]
    texts = [text for text in (label_of(_term(item)) for item in items[:MAX_LIST]) if text]
    if split and len(texts) == 1:
        texts = [part.strip() for part in re.split(r"[,;|]", texts[0]) if part.strip()][:MAX_LIST]
    return tuple(dict.fromkeys(texts))


def _term(item: object) -> object:
    """Take the value of `{"name": "subject", "value": "Dams"}`: there the name is a vocabulary."""
    if isinstance(item, Mapping) and isinstance(item.get("name"), str) and isinstance(item.get("value"), str):
        return item["value"]
    return item


def _inner(value: object) -> object:
    """Open `{"name": …}`, `{"rendered": …}`, `{"$oid": …}` and the like."""
    for _ in range(3):
        if value is None or isinstance(value, str) or not isinstance(value, Mapping):
            return value
        named = {plain_name(str(name)): inner for name, inner in value.items()}
        first, last = named.get("firstname"), named.get("lastname")
        if isinstance(last, str):
            return f"{first} {last}" if isinstance(first, str) else last
        value = next((named[name] for name in field_table().inner if not is_nothing(named.get(name))), None)
    return None if isinstance(value, Mapping) else value
