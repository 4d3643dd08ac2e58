"""Lines of a page, as pasted or flattened: in comes one line of text, out goes what sort of line it looks like."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

# Characters of one "word unit" in scripts that put no space between words: about one English word.
UNIT_CHARACTERS_HAN = 1.7  # Chinese, Japanese
UNIT_CHARACTERS_SOUTHEAST = 4.0  # Thai, Lao, Khmer, Burmese
# A line that opens with a furniture phrase is furniture only while it is short; longer ones are sentences that
# happen to start so ("Watch makers in Geneva ..."). 14 takes in "Related: <headline>" and spares sentences.
STARTS_MAX_UNITS = 14
TIME_LINE_MAX_UNITS = 14  # "Posted by A. B. Smith on November 19, 2019, 6:21 AM EST" has 13
BYLINE_MAX_UNITS = 9
HEADING_MAX_UNITS = 8  # "Related articles" with a site's name beside it, but no sentence
LEGAL_WORDS = 2  # so many different words of consent or rights make a banner; one can be news
HEADLINE_MAX_UNITS = 26.0  # longer lines without a full stop are paragraphs
SPACELESS_SENTENCE_UNITS = (
    12.0  # Thai and its neighbours close no sentence with a mark: so long a line is one
)
# How a line opens and closes is read on so many characters: time stays in proportion to the text, whatever it holds.
GLUED_CHARACTERS = 120
HEAD_CHARACTERS = 300
TAIL_CHARACTERS = 80
REPEATED_MAX_UNITS = 12  # a short line that stands twice is furniture; a long one may be a pull quote

_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SOUTHEAST = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।॥។៕။།։።︒｡][\"'”’»«›‹)\]）」』】“＂\u200f\s]*(?:\[\d+\]|[*†]+)?$")
_TRUNCATED = re.compile(r"(?:…|\.\.\.)\W*$")
_GLUED = re.compile(
    r"[^\W\d_A-Z]{6}[A-ZÄÖÜÉ][^\W\d_A-Z]"
)  # "renovationMichigan": a headline run into its teaser
_OPEN_END = re.compile(r"[,;:，：；、][\"'”’»）」』]?$|[\"”»」』]$")
_BULLET = re.compile(r"^(?:[•●▪■◦‣·*–—-]|\(?\d{1,3}[.)]|[a-z]\))\s+\S")
_SEPARATED = re.compile(r"\d.*(?:\s(?:[–—@|-]|--)\s|: )|(?:\s(?:[–—@|-]|--)\s|: ).*\d")
_EMOJI_END = re.compile(r"[\s\u200d\u2190-\u2bff\ufe0e\ufe0f\U0001f000-\U0001faff]+$")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\d{1,2}時\d{1,2}分|\d{1,2}시 ?\d{1,2}분")
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
    r"|(?:19|20)\d\d\s*[年년./-]|\d{1,2}月\d{1,2}日|\d{1,2}월 ?\d{1,2}일"
)
_AGO = re.compile(
    r"\b\d+\s*(?:mins?|minutes?|hours?|hrs?|h|days?|weeks?|months?|years?)(?: ago)?$"
    r"|^(?:vor|hace|il y a|há)\s+\d+\s+\w+$"
    r"|\d+\s*(?:分钟前|小时前|天前|分前|時間前|日前|시간 전|분 전|일 전)$",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"^(?:by|written by|reported by|von|par|por|di|av|af|door|przez|автор|text|texto|texte|testo"
    r"|作者|記者|记者|文|글)(?:[:：]\s*|\s+)(?=\w)",
    re.IGNORECASE,
)
_SAYS = re.compile(r"^\S+(?: \S+){0,3} (?:says|said|writes|wrote|schreibt|dit|dice|diz|пишет)\s?:$")
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

    comments: frozenset[str]
    ends: frozenset[str]
    whole: frozenset[str]
    starts: dict[str, tuple[str, ...]]  # by their first letter
    legal: dict[str, tuple[str, ...]]  # by their first word, between spaces
    legal_spaceless: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line with what it looks like."""

    text: str
    units: float  # length in words, or in what stands for a word where words are not spaced
    is_sentence: bool  # closes like a sentence
    is_truncated: bool  # closes like a teaser, with dots
    is_glued: bool  # opens with a headline run into the text behind it, as links to other articles do
    is_open: bool  # closes like a part of a sentence: a comma, a colon, a quotation mark
    is_furniture: bool
    is_comments: bool  # opens the readers' comments
    is_end: bool  # opens links to other articles
    is_legal: bool
    is_time: bool
    is_byline: bool
    is_bullet: bool
    is_item: bool  # an item of a list: a bullet, or numbers with a separator among others of that form
    is_title_case: bool
    is_repeated: bool = False

    @property
    def is_noise(self) -> bool:
        """Tell whether the line belongs to the page and not to any article text."""
        short_again = self.is_repeated and self.units < REPEATED_MAX_UNITS
        return self.is_furniture or self.is_time or self.is_byline or short_again

    @property
    def is_headline(self) -> bool:
        """Tell whether the line could be a headline or a label: no sentence, no part of one, no item."""
        part = self.is_sentence or self.is_open or self.is_item or self.is_noise
        return not part and self.units <= HEADLINE_MAX_UNITS


def letters(text: str) -> str:
    """Give a line as phrases are compared: case, digits, punctuation and extra spaces taken away."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS).split())


@cache
def phrases() -> Phrases:
    """Read the shipped phrases once; the file says what its keys mean."""
    source = resources.files("transforms").joinpath("data/page_phrases.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(source).values()

    def gather(key: str) -> frozenset[str]:
        return frozenset(p for part in sections for phrase in part.get(key, ()) if (p := letters(phrase)))

    starts: dict[str, tuple[str, ...]] = {}
    for phrase in sorted(gather("starts")):
        starts[phrase[0]] = (*starts.get(phrase[0], ()), phrase)
    spaced: dict[str, tuple[str, ...]] = {}
    for phrase in sorted(p for p in gather("legal") if not is_spaceless(p)):
        first = phrase.partition(" ")[0]
        spaced[first] = (*spaced.get(first, ()), f" {phrase} ")
    spaceless = tuple(sorted(p for p in gather("legal") if is_spaceless(p)))
    return Phrases(gather("comments"), gather("ends"), gather("whole"), starts, spaced, spaceless)


def count_units(text: str) -> float:
    """Count words, and in scripts without spaces what stands for a word."""
    if text.isascii():
        return float(len(_WORD.findall(text)))
    han = len(_HAN.findall(text))
    southeast = len(_SOUTHEAST.findall(text))
    if not han and not southeast:
        return float(len(_WORD.findall(text)))
    spaced = len(_WORD.findall(_SOUTHEAST.sub(" ", _HAN.sub(" ", text))))
    return spaced + han / UNIT_CHARACTERS_HAN + southeast / UNIT_CHARACTERS_SOUTHEAST


def is_spaceless(text: str) -> bool:
    """Tell whether a text has signs of a script that puts no space between words."""
    return not text.isascii() and bool(_HAN.search(text) or _SOUTHEAST.search(text))


def ends_sentence(text: str) -> bool:
    """Tell whether a line closes like a sentence, in any script."""
    return bool(_SENTENCE_END.search(_EMOJI_END.sub("", text[-TAIL_CHARACTERS:])))


def look(text: str) -> Line:
    """Tell what sort of line `text` is; `text` has single spaces and is not empty."""
    known = phrases()
    plain = letters(text)
    head, tail = text[:HEAD_CHARACTERS], text[-TAIL_CHARACTERS:]
    is_short = len(text) <= HEAD_CHARACTERS
    units = count_units(text)
    spaceless = bool(_SOUTHEAST.search(text)) and units >= SPACELESS_SENTENCE_UNITS
    sentence = spaceless or ends_sentence(text)
    is_comments = plain in known.comments and units <= HEADING_MAX_UNITS
    is_end = plain in known.ends and units <= HEADING_MAX_UNITS
    return Line(
        text=text,
        units=units,
        is_sentence=sentence,
        is_truncated=bool(_TRUNCATED.search(tail)),
        is_glued=bool(_GLUED.search(text[:GLUED_CHARACTERS])),
        is_open=bool(_OPEN_END.search(tail)),
        is_furniture=is_comments or is_end or _is_furniture(head, plain, units, sentence),
        is_comments=is_comments,
        is_end=is_end,
        is_legal=_count_legal(plain[: 4 * HEAD_CHARACTERS]) >= LEGAL_WORDS,
        is_time=is_short and _is_time(text, units, sentence),
        is_byline=is_short and _is_byline(text, units, sentence),
        is_bullet=bool(_BULLET.match(text)),
        is_item=bool(_BULLET.match(text)) or (is_short and bool(_SEPARATED.search(text))),
        is_title_case=is_short and _is_title_case(text),
    )


def _is_furniture(head: str, plain: str, units: float, sentence: bool) -> bool:
    known = phrases()
    if plain in known.whole or not plain or _RIGHTS.search(head) or _LINK_ONLY.match(head):
        return not (sentence and units > STARTS_MAX_UNITS)
    if units > STARTS_MAX_UNITS or (sentence and units > HEADING_MAX_UNITS):
        return False
    return bool(_SAYS.match(head)) or any(_opens(plain, p) for p in known.starts.get(plain[:1], ()))


def _count_legal(plain: str) -> int:
    known, padded = phrases(), f" {plain} "
    found = sum(p in padded for word in set(plain.split()) & known.legal.keys() for p in known.legal[word])
    return found + (sum(p in plain for p in known.legal_spaceless) if is_spaceless(plain) else 0)


def _opens(plain: str, phrase: str) -> bool:
    if not plain.startswith(phrase):
        return False
    return plain[len(phrase) : len(phrase) + 1] in ("", " ") or bool(
        _HAN.match(phrase[-1]) or _SOUTHEAST.match(phrase[-1])
    )


def _is_time(text: str, units: float, sentence: bool) -> bool:
    if units > TIME_LINE_MAX_UNITS or (sentence and units > HEADING_MAX_UNITS):
        return False
    return bool(_CLOCK.search(text) and _DATE.search(text)) or bool(_AGO.search(text)) or _mostly_date(text)


def _mostly_date(text: str) -> bool:
    # a date and at most four words beside it: month, weekday, "Published"
    return bool(_DATE.search(text)) and len(re.findall(r"[^\W\d_]{2,}", text)) <= 4 and len(text) <= 48


def _is_byline(text: str, units: float, sentence: bool) -> bool:
    match = _BYLINE.match(text)
    if match is None or sentence or units > BYLINE_MAX_UNITS:
        return False
    return not text[match.end()].islower()


def _is_title_case(text: str) -> bool:
    words = [w for w in _WORD.findall(text) if len(w) > 3]
    return len(words) >= 2 and sum(w[0].isupper() for w in words) >= 0.75 * len(words)
