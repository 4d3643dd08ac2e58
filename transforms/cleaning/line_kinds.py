"""Lines of a page, as pasted or flattened: in comes one line of text, out goes what sort of line it looks like."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from transforms.language.language_tables import one_of, pooled

# Characters of one "word unit" in scripts that put no space between words: about one English word.
UNIT_CHARACTERS_HAN = 1.7  # Chinese, Japanese
UNIT_CHARACTERS_SOUTHEAST = 4.0  # Thai, Lao, Khmer, Burmese
# A line that opens with a boilerplate phrase is boilerplate only while it is short; longer ones are sentences that
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
REPEATED_MAX_UNITS = 12  # a short line that stands twice is boilerplate; a long one may be a pull quote

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
_SEPARATING = re.compile(r"\s(?:[–—@|-]|--)\s|: ")
_EMOJI = r"[\s\u200d\u2190-\u2bff\ufe0e\ufe0f\U0001f000-\U0001faff]"
_EMOJI_END = re.compile(rf"(?<!{_EMOJI}){_EMOJI}++$")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\d{1,2}時\d{1,2}分|\d{1,2}시 ?\d{1,2}분")
# Basque writes the ending of a year's case on it: 2026ko, 2025eko.
_DATE = re.compile(
    r"\b(?:19|20)\d\d(?:e?ko)?\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
    r"|(?:19|20)\d\d\s*[年년./-]|\d{1,2}月\d{1,2}日|\d{1,2}월 ?\d{1,2}일"
)
_RIGHTS = re.compile(r"^\s*(?:©|ⓒ|\(c\)|&copy;)|©\s*(?:19|20)\d\d|copyright (?:©|\d{4})", re.IGNORECASE)
_LINK_ONLY = re.compile(
    r"^\W*(?:https?://|www\.)\S++\W*$|^[^\s@]++@[^\s@]+\.\w+$|^[@#]\w++(?:\s++[@#]\w++)*+$"
)


class _Letters(dict[int, str]):
    """A `str.translate` table that keeps letters and their marks and turns all else into spaces."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        kept = char if char.isalpha() or unicodedata.category(char)[0] == "M" else " "
        self[point] = kept
        return kept


_LETTERS = _Letters({0x307: ""})  # the point that case folding leaves of a Turkish capital İ


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of boilerplate in all languages: of whole lines, of line starts, of comments, of legal notices."""

    comments: frozenset[str]
    ends: frozenset[str]
    whole: frozenset[str]
    starts: dict[str, tuple[str, ...]]  # by their first letter
    legal: dict[str, tuple[str, ...]]  # by their first word, between spaces
    legal_spaceless: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of text, classified by its form: its length in words (`units`), and what it is (`is_sentence`, …)."""

    text: str
    units: float  # length in words, or in what stands for a word where words are not spaced
    is_sentence: bool  # closes like a sentence
    is_truncated: bool  # closes like a teaser, with dots
    is_glued: bool  # opens with a headline run into the text behind it, as links to other articles do
    is_open: bool  # closes like a part of a sentence: a comma, a colon, a quotation mark
    is_boilerplate: bool
    is_link: bool  # nothing but an address of the web or of mail, or handles: boilerplate of a page, part of a text
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
        """Return whether the line belongs to the page and not to any article text.

        That is so for boilerplate, a time or a byline, and for a repeated line of fewer than 12 words.
        """
        short_again = self.is_repeated and self.units < REPEATED_MAX_UNITS
        return self.is_boilerplate or self.is_time or self.is_byline or short_again

    @property
    def is_headline(self) -> bool:
        """Return whether the line could be a headline or a label: up to 26 words, no sentence, item or noise.

        It may not end like a part of a sentence either: in a comma, a colon, a quotation mark.
        """
        part = self.is_sentence or self.is_open or self.is_item or self.is_noise
        return not part and self.units <= HEADLINE_MAX_UNITS


def letters(text: str) -> str:
    """Return the letters of a text (with their marks), case folded and in NFKC, for comparing phrases.

    Every run of other characters becomes a single space; "" for a text without letters.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS).split())


@cache
def phrases() -> Phrases:
    """Return the phrases of boilerplate in all languages, in the form that `letters` gives; gathered once a process."""

    def gather(key: str) -> frozenset[str]:
        listed: tuple[str, ...] = pooled(lambda table: getattr(table.page, key))
        return frozenset(plain for phrase in listed if (plain := letters(phrase)))

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
    """Return the length of a text in words; in scripts without spaces 1.7 characters of Han or kana count as a word.

    So do 4 of Thai, Lao, Khmer or Burmese. 0.0 for an empty text.
    """
    if text.isascii():
        return float(len(_WORD.findall(text)))
    han = len(_HAN.findall(text))
    southeast = len(_SOUTHEAST.findall(text))
    if not han and not southeast:
        return float(len(_WORD.findall(text)))
    spaced = len(_WORD.findall(_SOUTHEAST.sub(" ", _HAN.sub(" ", text))))
    return spaced + han / UNIT_CHARACTERS_HAN + southeast / UNIT_CHARACTERS_SOUTHEAST


def is_spaceless(text: str) -> bool:
    """Return whether a text has a character of Han, kana, Thai, Lao, Khmer or Burmese: words are not spaced there."""
    return not text.isascii() and bool(_HAN.search(text) or _SOUTHEAST.search(text))


def ends_sentence(text: str) -> bool:
    """Return whether a line ends in a mark that ends a sentence or in dots, in any script that has such marks.

    Quotation marks, brackets, a footnote and emoji may follow the mark. A colon does not count; Thai has no such mark.
    """
    return bool(_SENTENCE_END.search(_EMOJI_END.sub("", text[-TAIL_CHARACTERS:])))


def is_sentence(text: str) -> bool:
    """Return `classify_line(text).is_sentence`, without the rest."""
    return _is_spaceless_sentence(text) or ends_sentence(text)


def is_time(text: str) -> bool:
    """Return `classify_line(text).is_time`, without the rest."""
    if len(text) > HEAD_CHARACTERS or (units := count_units(text)) > TIME_LINE_MAX_UNITS:
        return False
    return _is_time(text, units, is_sentence(text))


def is_byline(text: str) -> bool:
    """Return `classify_line(text).is_byline`, without the rest."""
    is_opened = len(text) <= HEAD_CHARACTERS and _byline().match(text) is not None  # as few lines are
    return is_opened and _is_byline(text, count_units(text), is_sentence(text))


def is_comments(text: str) -> bool:
    """Return `classify_line(text).is_comments`, without the rest."""
    return letters(text) in phrases().comments and count_units(text) <= HEADING_MAX_UNITS


def _is_spaceless_sentence(text: str) -> bool:
    return (
        not text.isascii() and bool(_SOUTHEAST.search(text)) and count_units(text) >= SPACELESS_SENTENCE_UNITS
    )


def classify_line(text: str) -> Line:
    """Classify one line of text by its form alone; `is_repeated`, which needs the other lines, is left False.

    `text` has single spaces and is not empty. Who asks for one thing alone asks `is_sentence`, `is_time`, `is_byline`
    or `is_comments`.
    """
    known = phrases()
    plain = letters(text)
    head, tail = text[:HEAD_CHARACTERS], text[-TAIL_CHARACTERS:]
    is_short = len(text) <= HEAD_CHARACTERS
    units = count_units(text)
    sentence = is_sentence(text)
    is_bullet = bool(_BULLET.match(text))
    opens_comments = plain in known.comments and units <= HEADING_MAX_UNITS
    is_end = plain in known.ends and units <= HEADING_MAX_UNITS
    return Line(
        text=text,
        units=units,
        is_sentence=sentence,
        is_truncated=bool(_TRUNCATED.search(tail)),
        is_glued=bool(_GLUED.search(text[:GLUED_CHARACTERS])),
        is_open=bool(_OPEN_END.search(tail)),
        is_boilerplate=opens_comments or is_end or _is_boilerplate(head, plain, units, sentence),
        is_link=bool(_LINK_ONLY.match(head)) and is_short,
        is_comments=opens_comments,
        is_end=is_end,
        is_legal=_count_legal(plain[: 4 * HEAD_CHARACTERS]) >= LEGAL_WORDS,
        is_time=is_short and _is_time(text, units, sentence),
        is_byline=is_short and _is_byline(text, units, sentence),
        is_bullet=is_bullet,
        is_item=is_bullet or (is_short and _has_number_apart(text)),
        is_title_case=is_short and _is_title_case(text),
    )


def _is_boilerplate(head: str, plain: str, units: float, sentence: bool) -> bool:
    known = phrases()
    if plain in known.whole or not plain or _RIGHTS.search(head) or _LINK_ONLY.match(head):
        return not (sentence and units > STARTS_MAX_UNITS)
    if units > STARTS_MAX_UNITS or (sentence and units > HEADING_MAX_UNITS):
        return False
    return bool(_says().match(head)) or any(_opens(plain, p) for p in known.starts.get(plain[:1], ()))


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
    return bool(_CLOCK.search(text) and _DATE.search(text)) or bool(_ago().search(text)) or _mostly_date(text)


def _mostly_date(text: str) -> bool:
    """Return whether a line is a date and at most four words beside it: month, weekday, "Published"."""
    if len(text) > 48 or not _DATE.search(text):
        return False
    words = len(re.findall(r"[^\W\d_]{2,}", text))
    # a year alone dates no line: "Harbour plan 2019 approved"
    return words <= (4 if len(re.findall(r"\d+", text)) > 1 else 1)


def _is_byline(text: str, units: float, sentence: bool) -> bool:
    match = _byline().match(text)
    if match is None or sentence or units > BYLINE_MAX_UNITS:
        return False
    return not text[match.end()].islower()


@cache
def _byline() -> re.Pattern[str]:
    openings = one_of(pooled(lambda table: table.bylines.openings))
    return re.compile(rf"^(?:{openings})(?:[:：]\s*|\s+)(?=\w)", re.IGNORECASE)


@cache
def _says() -> re.Pattern[str]:
    return re.compile(rf"^\S+(?: \S+){{0,3}} (?:{one_of(pooled(lambda table: table.page.says))})\s?:$")


@cache
def _ago() -> re.Pattern[str]:
    """Compile "# minutes ago" and its like: the line ends with it, and where words are spaced may begin earlier."""
    phrases = one_of(pooled(lambda table: table.calendar.ago)).replace(r"\#", r"\d++").replace(r"\ ", r"\s*+")
    return re.compile(rf"(?<!\w)(?:{phrases})$", re.IGNORECASE)


def _is_title_case(text: str) -> bool:
    words = [w for w in _WORD.findall(text) if len(w) > 3]
    return len(words) >= 2 and sum(w[0].isupper() for w in words) >= 0.75 * len(words)


def _has_number_apart(text: str) -> bool:
    """Return whether a dash, a bar or a colon separates a number from other words, as lists of figures have it."""
    marks = list(_SEPARATING.finditer(text))
    if not marks:
        return False
    digits = [at for at, char in enumerate(text) if char.isdigit()]
    return bool(digits) and (digits[0] < marks[-1].start() or digits[-1] >= marks[0].end())
