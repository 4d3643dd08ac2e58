"""Words and their stems: running text in, comparable term keys out, for spaced and unspaced scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

STEM_RULES: Final = "stems-2"

# Languages written without spaces: their words are replaced by overlapping pieces.
UNSPACED: Final = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo"})
_UNSPACED_RUN: Final = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # kana and Han
)
_UNSPACED_TEXT: Final = re.compile(f"[{_UNSPACED_RUN}]+")
_MARKS: Final = (
    "\u0300-\u036f\u0900-\u0dff"  # accents and vowel signs that stand inside words but are no letters
)
# A number with its separators, or a word with inner apostrophes or points (U.S, O'Neill).
_TOKEN: Final = re.compile(rf"\d+(?:[.,]\d+)*|[\w{_MARKS}]+(?:['’.](?=[^\W\d_])[\w{_MARKS}]+)*")
# The same where unspaced scripts occur, each run of them a token of its own; several times slower.
_MIXED_TOKEN: Final = re.compile(
    rf"\d+(?:[.,]\d+)*|[{_UNSPACED_RUN}]+|(?:(?![{_UNSPACED_RUN}])[\w{_MARKS}])+"
    rf"(?:['’.](?=[^\W\d_])(?:(?![{_UNSPACED_RUN}])[\w{_MARKS}])+)*"
)

# Endings taken off, the longest that leaves at least the given number of letters. Light on purpose: two words
# wrongly made equal cost more than two forms of a word kept apart.
_ENDINGS: Final = {
    "de": (4, ("ern", "en", "em", "er", "es", "e", "n", "s")),
    "nl": (4, ("en", "e", "s")),
    "sv": (4, ("arna", "erna", "orna", "ande", "ar", "er", "or", "en", "et", "na", "a", "e", "s", "t", "n")),
    "da": (4, ("erne", "ene", "ede", "er", "en", "et", "e", "s")),
    "nb": (4, ("ene", "ane", "ede", "er", "en", "et", "e", "a", "s")),
    "fr": (4, ("issements", "issement", "ements", "ement", "ations", "ation", "euses", "euse", "eurs", "eur", "ées",
               "és", "ée", "é", "er", "ent", "es", "e", "s", "x", "a", "ait")),
    "es": (4, ("amientos", "amiento", "aciones", "ación", "iones", "ión", "mente", "aron", "ieron", "ados", "adas",
               "ado", "ada", "idos", "idas", "ido", "ida", "ando", "iendo", "aba", "ar", "er", "ir", "ó", "es",
               "as", "os", "a", "e", "o", "s")),
    "pt": (4, ("amentos", "amento", "ações", "ação", "ões", "ão", "mente", "aram", "eram", "iram", "ados", "adas",
               "ado", "ada", "idos", "idas", "ido", "ida", "ando", "endo", "ou", "ar", "er", "ir", "es", "as", "os",
               "a", "e", "o", "s")),
    "it": (4, ("azioni", "azione", "amenti", "amento", "mente", "ato", "ata", "ati", "ate", "uto", "ito", "ando",
               "endo", "are", "ere", "ire", "a", "e", "i", "o")),
    "ro": (4, ("ului", "ilor", "elor", "ele", "ul", "ii", "ea", "at", "ă", "a", "e", "i")),
    "ca": (4, ("acions", "ació", "ment", "ats", "ades", "ada", "at", "ar", "es", "os", "a", "e", "s")),
    "ru": (3, ("иями", "ями", "ами", "ого", "его", "ому", "ему", "ыми", "ими", "ение", "ения", "ении", "ться",
               "ется", "ится", "ах", "ях", "ов", "ев", "ей", "ой", "ый", "ий", "ая", "яя", "ое", "ее", "ые", "ие",
               "ых", "их", "ую", "юю", "ом", "ем", "ам", "ям", "ия", "ию", "ии", "ал", "ла", "ли", "ло", "ил", "ть",
               "а", "я", "о", "е", "ы", "и", "у", "ю", "ь", "й", "л")),
    "pl": (4, ("owania", "owanie", "ami", "ach", "owi", "ego", "emu", "ych", "ich", "ymi", "imi", "ów", "om", "em",
               "ie", "iej", "ej", "ym", "im", "ą", "ę", "y", "i", "a", "e", "o", "u")),
    "cs": (4, ("ami", "ách", "ech", "ého", "ému", "ými", "ých", "ovi", "ům", "em", "ou", "ů", "í", "ý", "á", "é", "y",
               "i", "a", "e", "o", "u", "ě")),
    "tr": (4, ("larının", "lerinin", "larını", "lerini", "larda", "lerde", "ların", "lerin", "ları", "leri", "lar",
               "ler", "nın", "nin", "nun", "nün", "dan", "den", "tan", "ten", "ın", "in", "un", "ün", "da", "de", "ta",
               "te", "ya", "ye", "yı", "yi", "ı", "i", "u", "ü", "a", "e")),
    "fi": (4, ("issa", "issä", "ista", "istä", "ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle", "iin",
               "jen", "ien", "in", "en", "an", "än", "ta", "tä", "t", "n", "a", "ä", "i")),
    "hu": (4, ("okban", "ekben", "ának", "ének", "ban", "ben", "nak", "nek", "ról", "ről", "ból", "ből", "val", "vel",
               "hoz", "hez", "okat", "eket", "ok", "ek", "ak", "ot", "et", "at", "t", "a", "e", "i")),
}  # fmt: skip
_ENDINGS["uk"] = (3, ("ями", "ами", "ого", "ому", "ими", "ення", "ться", "ах", "ях", "ів", "їв", "ей", "ий", "ій",
                      "ою", "ею", "их", "их", "ом", "ем", "ам", "ям", "ія", "ію", "ії", "ла", "ли", "ло", "ти", "а",
                      "я", "о", "е", "и", "і", "у", "ю", "ь", "й", "в"))  # fmt: skip
_ENDINGS["bg"] = (
    3,
    ("ията", "ите", "ото", "ата", "ят", "ът", "та", "то", "те", "ия", "ие", "и", "а", "я", "о", "е"),
)
_ENDINGS["sh"] = (
    4,
    ("ima", "ama", "ovi", "evi", "oga", "og", "om", "em", "ih", "im", "a", "e", "i", "o", "u"),
)


def _rule(shortest: int, endings: tuple[str, ...]) -> tuple[int, frozenset[str], int]:
    return shortest, frozenset(endings), max(map(len, endings))


_RULES: Final = {language: _rule(*rule) for language, rule in _ENDINGS.items()}
_ENGLISH: Final = _rule(4, ("ingly", "edly", "ing", "ed", "ly", "ment", "er", "or", "ion"))


def tokenize(text: str) -> list[str]:
    """Split text into words and numbers as they are written, in order; unspaced scripts come as pieces."""
    if text.isascii() or not _UNSPACED_TEXT.search(text):
        found: list[str] = _TOKEN.findall(text)
        return found
    tokens: list[str] = []
    for token in _MIXED_TOKEN.findall(text):
        if _UNSPACED_TEXT.match(token):
            tokens += pieces(token)
        else:
            tokens.append(token)
    return tokens


def is_unspaced(language: str) -> bool:
    """Say whether a language is written without spaces between words."""
    return language in UNSPACED


def pieces(run: str) -> list[str]:
    """Cut a run of an unspaced script into overlapping pieces; a run shorter than a piece stays whole.

    Two characters are a word in Han and kana more often than not; the alphabets of Thai and its neighbours need four.
    """
    size = 2 if run[0] >= "\u2e80" else 4
    if len(run) <= size:
        return [run]
    return [run[place : place + size] for place in range(len(run) - size + 1)]


def stem(word: str, language: str) -> str:
    """Reduce a lower-case word to the stem its inflected forms share; numbers and short words stay as they are."""
    if language == "en":
        return _stem_english(word)
    rule = _RULES.get(language)
    if rule is None or word[0].isdigit():
        return word
    return word[: len(word) - _ending(word, *rule)]


def forms(key: str, language: str) -> Iterator[str]:
    """Give what may be words with the stem `key`, each once, for all languages but English and unspaced scripts.

    Whether one has that stem is for `stem` to say, and whether it is a word for a list.
    """
    yield key
    if language in _RULES:
        for ending in _RULES[language][1]:
            yield key + ending


def _ending(word: str, shortest: int, endings: frozenset[str], longest: int) -> int:
    """Return the length of the longest ending that leaves at least `shortest` letters; 0 when there is none."""
    for length in range(min(longest, len(word) - shortest), 0, -1):
        if word[-length:] in endings:
            return length
    return 0


def _stem_english(word: str) -> str:
    word = word.removesuffix("'s").removesuffix("’s")
    if len(word) <= 3 or word[0].isdigit():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("es") and len(word) > 4 and word[-3] in "sxzh":
        word = word[:-2]
    elif word.endswith("s") and word[-2] not in "su":
        word = word[:-1]
    length = _ending(word, *_ENGLISH)
    if length:
        word = word[:-length]
        if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsz":
            word = word[:-1]
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    if word.endswith("y") and len(word) > 3:
        word = word[:-1] + "i"
    return word
