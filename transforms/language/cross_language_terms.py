"""What reports in different languages can share without a dictionary: names by their consonants, countries, numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import xxhash

from transforms.language.background import Background, model_language
from transforms.language.stems import is_unspaced, stem, tokenize

VERSION: Final = "shared-terms-1"
# Characters of the text, beside the headline, that are looked through: later ones are background more often than news.
LEADING_CHARACTERS: Final = 1_500
# Nats. A word that everyday texts use more often than this says nothing of an event.
_LEAST_INFORMATION: Final = 4.0
MOST_INFORMATION: Final = 9.2
# Share of its information that a name keeps by its number of consonants: short ones are alike by chance.
_BY_CONSONANTS: Final = {2: 0.35, 3: 0.7, 4: 0.9}
# Written small where the script has capitals: most often no name.
_NO_CAPITAL: Final = 0.6
# Numbers by their digits: nearly every report has a number of two.
_BY_DIGITS: Final = {2: 2.5, 3: 4.0}
_LONG_NUMBER: Final = 6.0
_COUNTRY: Final = 6.0

# Languages of these families take a name through their cases; those written with consonants alone add long vowels.
_INFLECTED: Final = frozenset(["ru", "uk", "bg", "be", "sl", "sh", "cs", "sk", "pl", "mk"])
_CONSONANTAL: Final = frozenset(["ar", "fa", "ur", "he"])
_ENDINGS: Final = (
    "ova", "ovoy", "ami", "evi", "ovi", "ogo", "omu", "om", "em", "ym", "im", "oj", "oy", "a", "u", "e", "i", "y", "o",
)  # fmt: skip
_SPELLED: Final = str.maketrans(
    {
        "č": "ch", "ć": "ch", "š": "sh", "ž": "zh", "ç": "s", "ş": "sh", "ř": "r", "ś": "sh", "ź": "zh", "ż": "zh",
        "ß": "ss",
    }
)  # fmt: skip
# Ways in which languages write one sound, in order; S stands for all that hisses.
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ic$", "ich"), ("shch|sch|tsch|tsh|ch|sh|zh|cz|sz|rz|ts|tz", "S"), ("ph", "f"), ("kh|gh", "h"),
        ("ck|qu", "k"), ("x", "ks"), ("c(?=[eiy])|[szj]", "S"), ("[cq]", "k"), ("[vw]", "f"), ("b", "p"),
        ("(?<=.)h", ""),
    )
)  # fmt: skip
_LATIN: Final = re.compile(r"[A-Za-z]{3,}|\d+(?:[.,]\d+)*")
_NO_LETTER: Final = re.compile("[^a-z]")
# What no list of names has: how languages shorten the countries that are reported most.
_SHORT_NAMES: Final = {
    "usa": "US", "eeuu": "US", "eua": "US", "сша": "US", "zda": "US", "кнр": "CN", "рф": "RU", "uk": "GB",
}  # fmt: skip


def consonants(word: str, language: str) -> str:
    """Return the consonants of a name as classes of sounds, so that its spellings in different languages agree.

    Other scripts are transliterated, endings of cases removed in Slavic languages, long vowels in Semitic ones. A
    leading "*" means an initial vowel. `language` is a code of `model_language`; "" for no letters.
    """
    from text_unidecode import unidecode

    plain = _NO_LETTER.sub("", unidecode(word.lower().translate(_SPELLED)).lower())
    if language in _CONSONANTAL:
        plain = plain.removeprefix("al") if len(plain) > 4 else plain
        plain = plain.replace("w", "").replace("y", "")
    if language in _INFLECTED and len(plain) > 4:
        endings = (one for one in _ENDINGS if plain.endswith(one) and len(plain) - len(one) >= 3)
        plain = plain.removesuffix(next(endings, ""))
    is_vowel_first = plain[:1] in tuple("aeiouy")
    for pattern, sound in _SOUNDS:
        plain = pattern.sub(sound, plain)
    bare = re.sub("[aeiouy]", "", plain)
    return ("*" if is_vowel_first else "") + re.sub(r"(.)\1+", r"\1", bare)


@cache
def countries(language: str) -> Mapping[str, str]:
    """Return country codes (ISO 3166) by the stem of the name in a language, for names of one word (Unicode CLDR).

    `language` is a code of `model_language`, without region or script: empty for any other, and for a language that
    CLDR does not know. Names of fewer than four letters are left out; stems are those of `stem`, in small letters.
    """
    from babel import Locale, UnknownLocaleError

    try:
        names = Locale.parse(language).territories
    except (UnknownLocaleError, ValueError):
        return MappingProxyType({})
    found: dict[str, str] = {}
    for code, name in names.items():
        words = tokenize(name)
        if len(code) == 2 and len(words) == 1 and len(words[0]) > 3:
            found[stem(words[0].lower(), language)] = code
    return MappingProxyType(found)


def shared_terms(title: str, text: str, language: str, background: Background) -> dict[str, float]:
    """Return {key: weight in nats} of terms that reports of the same event in other languages may share.

    Keys are names by their `consonants`, countries as "@" with their code, numbers of two digits and more as "#" with
    their digits (years left out). Words that are frequent in the language are left out; texts without spaces between
    words give their numbers and Latin words. `language` is a BCP 47 tag.
    """
    own = model_language(language)
    running = f"{title}\n{text[:LEADING_CHARACTERS]}"
    words: list[str] = _LATIN.findall(running) if is_unspaced(own) else tokenize(running)
    found: dict[str, float] = {}
    for word in dict.fromkeys(words):
        key, weight = _number(word) if word[0].isdigit() else _word(word, own, background)
        if weight > found.get(key, 0.0):
            found[key] = weight
    return found


def term_id(key: str) -> int:
    """Return the 64-bit id of a key of `shared_terms`, the same on every machine and for ever."""
    return xxhash.xxh64_intdigest(key.encode())


def _number(word: str) -> tuple[str, float]:
    digits = re.sub("[.,]", "", word)
    is_year = len(digits) == 4 and digits[:2] in ("19", "20")
    if len(digits) < 2 or is_year or not digits.isdecimal():
        return "", 0.0
    return f"#{int(digits)}", _BY_DIGITS.get(len(digits), _LONG_NUMBER)


def _word(word: str, language: str, background: Background) -> tuple[str, float]:
    small = word.lower()
    country = _SHORT_NAMES.get(small) or countries(language).get(stem(small, language))
    if country:
        return f"@{country}", _COUNTRY
    information = MOST_INFORMATION
    if not is_unspaced(language):
        information = min(MOST_INFORMATION, background.information(stem(small, language), language))
    if len(small) < 3 or information < _LEAST_INFORMATION:
        return "", 0.0
    key = consonants(small, language)
    size = len(key.removeprefix("*"))
    if size < 2:
        return "", 0.0
    has_capitals = word.lower() != word.upper()
    weight = information * _BY_CONSONANTS.get(size, 1.0)
    return key, weight * _NO_CAPITAL if has_capitals and not word[0].isupper() else weight
