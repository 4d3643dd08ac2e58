"""Names of the months: a word in, the number of the month that it names out.

The names are in `transforms/data/languages/<tag>.toml`, under `[calendar]`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from transforms.language.language_tables import language_table, language_tags

_ENGLISH = "en"  # machines write English names in all languages
# Languages that share the table of another: Croatian, Serbian and Bosnian, the two forms of Norwegian.
_TABLES = {"hr": "sh", "sr": "sh", "bs": "sh", "cnr": "sh", "no": "nb", "nn": "nb"}
SHORTEST_BEGINNING = 3  # letters of a name cut short, as in "févr" or "Jänn"
SHORTEST_FOREIGN = (
    4  # letters of a name in another language than the stated one; short ones are words of many
)
_MAY = 5  # the one month whose whole name is short: "mai", "maj", "мая"


def month_number(word: str, language: str | None = None) -> int | None:
    """Return the number (1 to 12) of the month that a word names in full or abbreviated; None for any other word.

    Case, a closing point and marks on Latin and Greek letters do not count. An abbreviation is the first three letters
    or more of one month. A name in `language` (a primary BCP 47 tag, or None) counts first ("listopad" is October in
    Croatian and November in Polish), then an English one, then a whole name that means one month in all languages that
    have it, if it has four letters or more or means May.
    """
    word, language = _plain(word), _table_of(language)
    for tag in dict.fromkeys((language, _ENGLISH) if language else (_ENGLISH,)):
        if (number := _names(tag).get(word) or _cut_short(tag, word)) is not None:
            return number
    number = _shared_names().get(word)
    return number if len(word) >= SHORTEST_FOREIGN or number == _MAY else None


def _table_of(language: str | None) -> str | None:
    """Return the language whose table names the months of a language."""
    return _TABLES.get(language, language) if language else None


def _plain(word: str) -> str:
    """Return a word in small letters without marks over Latin and Greek letters, and without a closing point."""
    word = word.strip(".'’׳॰").lower()
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFKD", word)
    kept = (c for c in parts if not (unicodedata.combining(c) and "\u0300" <= c <= "\u036f"))
    return unicodedata.normalize("NFC", "".join(kept)).replace("ı", "i").replace("ł", "l")


@cache
def _names(language: str) -> Mapping[str, int]:
    calendar = language_table(language).calendar
    return {
        _plain(name + ending): number
        for number, names in enumerate(calendar.months, 1)
        for name in names
        for ending in calendar.month_endings
    }


def _cut_short(language: str, word: str) -> int | None:
    """Return the one month whose name begins with a word; a word that goes on behind a name is another word."""
    if len(word) < SHORTEST_BEGINNING:
        return None
    found = {number for name, number in _names(language).items() if name.startswith(word)}
    return found.pop() if len(found) == 1 else None


@cache
def _shared_names() -> Mapping[str, int]:
    """Return the names that mean the same month wherever they are used."""
    meanings: dict[str, set[int]] = {}
    for tag in language_tags():
        for name, number in _names(tag).items():
            meanings.setdefault(name, set()).add(number)
    return {name: numbers.pop() for name, numbers in meanings.items() if len(numbers) == 1}
