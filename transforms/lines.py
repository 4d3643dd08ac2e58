"""Lines of a page, as pasted or flattened: in comes one line of text, out goes what sort of line it looks like."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

# Characters of one "word unit" in scripts that put no space between words; a unit is worth about one English word.
UNIT_CHARACTERS_HAN = 1.7  # Chinese, Japanese
UNIT_CHARACTERS_SOUTHEAST = 4.0  # Thai, Lao, Khmer, Burmese
# A line opening with a furniture phrase is furniture only while it is short: longer ones are sentences that happen to
# start so ("Watch makers in Geneva ..."). In word units; 14 keeps "Related: <headline>" and spares sentences.
STARTS_MAX_UNITS = 14
TIME_LINE_MAX_UNITS = 14  # "Posted by A. B. Smith on November 19, 2019, 6:21 AM EST" has 13
BYLINE_MAX_UNITS = 9

_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SOUTHEAST = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।॥៕။︒｡][\"'”’»«›‹)\]）」』】“＂\u200f\s]*(?:\[\d+\]|[*†]+)?$")
_QUOTE_END = re.compile(r"[,;:，：；、][\"'”’»）」』]?$|[\"”»」』]$")
_BULLET = re.compile(r"^(?:[•●▪■◦‣·*–—-]|\(?\d{1,3}[.)]|[a-z]\))\s+\S")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\d{1,2}時\d{1,2}分|\d{1,2}시 ?\d{1,2}분")
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|(?:19|20)\d\d\s*[年년./-]|\d{1,2}月\d{1,2}日|\d{1,2}월 ?\d{1,2}일"
)
_AGO = re.compile(
    r"\b\d+\s*(?:mins?|minutes?|hours?|hrs?|h|days?|weeks?|months?|years?)(?: ago)?$|^(?:vor|hace|il y a|há)\s+\d+\s+\w+$"
    r"|\d+\s*(?:分钟前|小时前|天前|分前|時間前|日前|시간 전|분 전|일 전)$",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"^(?:by|written by|reported by|von|par|por|di|da|av|af|door|przez|автор|автор[:：]|text|texto|texte|testo|作者|記者|文|글)[:：]?\s+(?=\S)",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"^\s*(?:©|ⓒ|\(c\)|&copy;)|©\s*(?:19|20)\d\d|copyright (?:©|\d{4})", re.IGNORECASE)
_LINK_ONLY = re.compile(r"^\W*(?:https?://|www\.)\S+\W*$|^\S+@\S+\.\w+$|^[@#]\w+(?:\s+[@#]\w+)*$")


class _Letters(dict[int, str]):
    """A `str.translate` table that keeps letters and their marks and turns all else into spaces."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        kept = char if char.isalpha() or unicodedata.category(char)[0] == "M" else " "
        self[point] = kept
        return kept


_LETTERS = _Letters()


@dataclass(frozen=True, slots=True)
class Phrases:
    """Page furniture as phrases, all languages in one."""

    ends: frozenset[str]
    whole: frozenset[str]
    starts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line with what it looks like."""

    text: str
    units: float  # length in words, or in what stands for a word where words are not spaced
    is_sentence: bool  # closes like a sentence
    is_open: bool  # closes like a part of one: a comma, a colon, a quotation mark
    is_furniture: bool
    is_end: bool  # opens what follows an article
    is_time: bool
    is_byline: bool
    is_bullet: bool
    is_title_case: bool
    is_repeated: bool = False


def letters(text: str) -> str:
    """Give a line as phrases are compared: case, digits, punctuation and extra spaces taken away."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS).split())


@cache
def phrases() -> Phrases:
    """Read the shipped phrases once; the file says what its keys mean."""
    source = resources.files("transforms").joinpath("data/page_phrases.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(source).values()

    def gather(key: str) -> set[str]:
        return {p for section in sections for phrase in section.get(key, ()) if (p := letters(phrase))}

    return Phrases(frozenset(gather("ends")), frozenset(gather("whole")), tuple(sorted(gather("starts"))))


def count_units(text: str) -> float:
    """Count words, and in scripts without spaces what stands for a word."""
    han = len(_HAN.findall(text))
    southeast = len(_SOUTHEAST.findall(text))
    if not han and not southeast:
        return float(len(_WORD.findall(text)))
    spaced = len(_WORD.findall(_SOUTHEAST.sub(" ", _HAN.sub(" ", text))))
    return spaced + han / UNIT_CHARACTERS_HAN + southeast / UNIT_CHARACTERS_SOUTHEAST


def ends_sentence(text: str) -> bool:
    """Tell whether a line closes like a sentence, in any script."""
    return bool(_SENTENCE_END.search(text))


def look(text: str) -> Line:
    """Tell what sort of line `text` is; `text` has single spaces and is not empty."""
    plain = letters(text)
    units = count_units(text)
    sentence = ends_sentence(text)
    is_end = plain in phrases().ends and units <= 8
    return Line(
        text=text,
        units=units,
        is_sentence=sentence,
        is_open=bool(_QUOTE_END.search(text)),
        is_furniture=is_end or _is_furniture(text, plain, units, sentence),
        is_end=is_end,
        is_time=_is_time(text, units, sentence),
        is_byline=_is_byline(text, units, sentence),
        is_bullet=bool(_BULLET.match(text)),
        is_title_case=_is_title_case(text),
    )


def _is_furniture(text: str, plain: str, units: float, sentence: bool) -> bool:
    known = phrases()
    if plain in known.whole or not plain or _RIGHTS.search(text) or _LINK_ONLY.match(text):
        return not (sentence and units > STARTS_MAX_UNITS)
    if units > STARTS_MAX_UNITS or (sentence and units > 6):
        return False
    return any(_opens(plain, phrase) for phrase in _starts_by_first()[plain[:1]])


@cache
def _starts_by_first() -> dict[str, tuple[str, ...]]:
    table = _ByFirst()
    for phrase in phrases().starts:
        table[phrase[:1]] = (*table[phrase[:1]], phrase)
    return table


class _ByFirst(dict[str, tuple[str, ...]]):
    def __missing__(self, key: str) -> tuple[str, ...]:
        return ()


def _opens(plain: str, phrase: str) -> bool:
    if not plain.startswith(phrase):
        return False
    rest = plain[len(phrase) : len(phrase) + 1]
    return rest in ("", " ") or bool(_HAN.match(phrase[-1]) or _SOUTHEAST.match(phrase[-1]))


def _is_time(text: str, units: float, sentence: bool) -> bool:
    if units > TIME_LINE_MAX_UNITS or (sentence and units > 6):
        return False
    return bool(_CLOCK.search(text) and _DATE.search(text)) or bool(_AGO.search(text)) or _mostly_date(text)


def _mostly_date(text: str) -> bool:
    # a date and at most four words beside it: month, weekday, "Published"
    return bool(_DATE.search(text)) and len(re.findall(r"[^\W\d_]{2,}", text)) <= 4 and len(text) <= 48


def _is_byline(text: str, units: float, sentence: bool) -> bool:
    if sentence or units > BYLINE_MAX_UNITS:
        return False
    match = _BYLINE.match(text)
    return (
        bool(match) and text[match.end() :][:1].isalpha() and not text[match.end() :][:1].islower()
        if match
        else False
    )


def _is_title_case(text: str) -> bool:
    words = [w for w in _WORD.findall(text) if len(w) > 3]
    capital = sum(w[0].isupper() for w in words)
    return len(words) >= 2 and capital >= 0.75 * len(words)
