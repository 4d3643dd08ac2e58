"""Words and their stems: running text in, comparable term keys out, for spaced and unspaced scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from transforms.language.language_tables import language_table, simplified_characters

STEM_RULES: Final = "stems-5"

_UNSPACED_RUN: Final = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # kana and Han
)
_UNSPACED_TEXT: Final = re.compile(f"[{_UNSPACED_RUN}]+")
# Accents, vowel signs and points that stand inside words but are no letters: of Latin, Hebrew and Arabic script and of
# those of India, without the full stops of these (danda, double danda).
_MARKS: Final = "\u0300-\u036f\u0591-\u05bd\u05c1\u05c2\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
# Joins what stands on either side of it into one word, where a letter follows (U+200D is the joiner of Indic scripts).
_JOINER: Final = "['’.\u200d](?=[^\\W\\d_])"
# A number with its separators, or a word with inner apostrophes or points (U.S, O'Neill).
_TOKEN: Final = re.compile(rf"\d+(?:[.,]\d+)*|[\w{_MARKS}]+(?:{_JOINER}[\w{_MARKS}]+)*")
# The same where unspaced scripts occur, each run of them a token of its own; several times slower.
_MIXED_TOKEN: Final = re.compile(
    rf"\d+(?:[.,]\d+)*|[{_UNSPACED_RUN}]+|(?:(?![{_UNSPACED_RUN}])[\w{_MARKS}])+"
    rf"(?:{_JOINER}(?:(?![{_UNSPACED_RUN}])[\w{_MARKS}])+)*"
)
# Points and vowel signs of Hebrew and Arabic, which most texts leave out, and the stroke that only stretches a word.
_SILENT: Final = re.compile("[\u0591-\u05bd\u05c1\u05c2\u05c7\u0640\u064b-\u065f\u0670]+")


def tokenize(text: str) -> list[str]:
    """Split text into words and numbers as they are written, in order; unspaced scripts come as overlapping `pieces`.

    A number keeps its inner points and commas, a word its inner apostrophes and points (U.S, O'Neill); all other
    characters separate. A text without words gives an empty list.
    """
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


def bare(token: str, language: str) -> str:
    """Return a token of `tokenize` without what its language hangs on with an apostrophe, and without silent signs.

    That is an elided article or preposition before it (l'Assemblée) or a case ending behind it (Ankara'da), by the
    language's table; vowel points of Hebrew and Arabic go in all languages. Never empty: a token of nothing else stays.
    """
    if token.isascii() and "'" not in token:
        return token
    token = _SILENT.sub("", token) or token
    rule = language_table(language).stems
    if not (rule.elided or rule.ends_at_apostrophe):
        return token
    first, apostrophe, rest = token.replace("’", "'").partition("'")
    if apostrophe and rule.ends_at_apostrophe:
        return first
    return rest if apostrophe and first.lower() in rule.elided else token


def is_unspaced(language: str) -> bool:
    """Return whether a language is written without spaces between words; False for one without a table.

    `language` is a code of `background.model_language`.
    """
    return language_table(language).is_unspaced


def pieces(run: str) -> list[str]:
    """Split a run of an unspaced script into overlapping pieces (character n-grams), in order; "" has none.

    A shorter run stays whole. Pieces have two characters in Han and kana, where they are a word more often than not;
    four in the alphabets of Thai and its neighbours. The first character decides.
    """
    size = 2 if run[:1] >= "\u2e80" else 4
    if len(run) <= size:
        return [run] if run else []
    return [run[start : start + size] for start in range(len(run) - size + 1)]


def stem(word: str, language: str) -> str:
    """Reduce a lower-case word to the stem that its inflected forms share (light stemming); "" stays "".

    The longest prefix and then the longest ending in the language's table that leave enough letters are removed;
    English has rules of its own, and loses 's; Chinese characters become the simplified ones. Other words that begin
    with a digit, short words and words of a language without a table stay as they are.
    """
    if language == "en":
        return _stem_english(word)
    if language == "zh":
        return word.translate(simplified_characters())
    shortest, endings, longest = _endings(language)
    if not endings or word[:1].isdigit():
        return word
    for prefix in language_table(language).stems.prefixes:
        if word.startswith(prefix) and len(word) - len(prefix) >= shortest:
            word = word[len(prefix) :]
            break
    return word[: len(word) - _ending(word, shortest, endings, longest)]


def forms(key: str, language: str) -> Iterator[str]:
    """Yield possible words with the stem `key`: with each prefix and ending of the language or none, in no fixed order.

    Not for English, whose rules do more than remove endings. The caller checks whether each has that stem, and whether
    it is a word.
    """
    for prefix in ("", *language_table(language).stems.prefixes):
        yield prefix + key
        for ending in _endings(language)[1]:
            yield prefix + key + ending


@cache
def _endings(language: str) -> tuple[int, frozenset[str], int]:
    """Return the letters that a stem keeps at least, the endings of a language and the length of the longest."""
    rule = language_table(language).stems
    return rule.shortest, frozenset(rule.endings), max(map(len, rule.endings), default=0)


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
    length = _ending(word, *_endings("en"))
    if length:
        word = word[:-length]
        if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsz":
            word = word[:-1]
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    if word.endswith("y") and len(word) > 3:
        word = word[:-1] + "i"
    return word
