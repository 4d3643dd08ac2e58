"""Title, text and circumstances of an article → what kind of text it is, with the reason in words.

In doubt a text is an article: calling a short report a stub takes it out of its story, which is the worse error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from urllib.parse import urlsplit

from transforms.cleaning.line_kinds import Line, classify_line, ends_sentence, is_spaceless, letters
from transforms.cleaning.urls import plain_path
from transforms.language.language_tables import one_of, pooled
from transforms.types import Kind

PAYWALL_MAX_WORDS = 150  # a text behind a paywall shows a lead or two; a longer one is worth its story
ERROR_MAX_WORDS = 60  # pages of errors and robot checks are short; an article about one is not
TEASER_MAX_WORDS = 60  # a text that breaks off in dots within so many words is the teaser of one
GALLERY_MAX_WORDS = 300  # picture galleries carry captions; with more text the pictures illustrate a report
TEMPLATE_MAX_WORDS = 250
FORM_MAX_WORDS = (
    400  # a forecast or a list of prices is shorter; a longer text is about the weather or the prices
)
LIVE_ENTRIES_SURE = 6  # so many lines that open with a time of day make a live blog whatever its title says
LIVE_ENTRIES_LIKELY = 3
INDEX_MIN_LINES = 6
INDEX_SHARE = 0.7  # of the lines are headlines
INDEX_LINK_RATIO = 0.6  # share of a page's text that lies in links
NUMBER_SHARE = (
    0.14  # share of words that are numbers: market tables reach .2, business reports stay under .08
)
HEAD_LINES = 40  # lines that are examined closely: enough to tell, and bounded on a text of a million lines
HEAD_CHARACTERS = 20_000
LINE_START = 200  # characters of a line in which a time or a picture's number opens it

_CLOCK_START = re.compile(
    r"^\W{0,3}(?:\d{1,2}[:.h]\d{2}(?::\d{2})?\b|\d{1,2}\s?(?:am|pm|uhr)\b|(?:上午|下午|午前|午後|오전|오후)?\s?\d{1,2}[:：時시点點]\d{0,2})",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_AFTERNOON = re.compile(r"\bp\.?m\b|下午|午後|오후", re.IGNORECASE)
_HALF_DAY = 6  # characters behind a time within which "p.m." stands
_BACKWARDS = 0.75  # share of the steps from entry to entry that go back in time
_EARLY_DIGIT = re.compile(r"\s*(?:\S\s*){0,11}?\d")  # neither a time nor a counter has more before it
_SEPARATOR = re.compile(r"[:：|｜–—【】\[\]]|\s-\s")
_TICKER = re.compile(
    r"\((?:NYSE|NASDAQ|NYSEARCA|LON|LSE|FRA|ETR|TSE|TSX|ASX|BSE|NSE|HKG|EPA|AMS|SWX|OTC\w*)\s?:\s?[\w.]+\)",
    re.I,
)
_NUMBER = re.compile(r"(?<!\w)[$€£¥]?\d[\d.,]*%?")
_TRAILING_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*+(?:[^\W\d_]++\s?+){0,4}+[»›>→]?+\s*+$")
_LIVE_URL = re.compile(
    r"/live(?:blog|-updates|ticker|-news)?(?:/|-blog)|[-/](?:liveblog|liveticker|live-updates|newsblog)\b"
)
_INDEX_URL = re.compile(
    r"^/?(?:index\.\w{3,5})?$|/(?:tags?|topics?|category|categories|section|author|authors|search|archives?)/[^/]*/?$"
)

# the answer of a server in a title in small letters
_HTTP_ERROR = re.compile(
    r"^(?:http )?(?:error|fehler|erreur|errore|erro|fout|błąd|ошибка) (?:http )?[45]\d\d\b"
    r"|^[45]\d\d (?:not found|error|forbidden|bad gateway|internal server|gateway time|service|backend fetch|unauthori"
    r"|access denied|page not found|too many)"
)
HTTP_ERROR_MAX_WORDS = 25  # a page of an error says less; a report on errors says more

# What containers call kinds: schema.org types, genres of wire formats, words of feeds. Compared by their letters alone.
_STATED = {
    "liveblogposting": Kind.LIVE_BLOG, "liveblog": Kind.LIVE_BLOG, "live": Kind.LIVE_BLOG, "liveticker": Kind.LIVE_BLOG,
    "imagegallery": Kind.GALLERY, "mediagallery": Kind.GALLERY, "gallery": Kind.GALLERY, "slideshow": Kind.GALLERY,
    "photogallery": Kind.GALLERY, "picturegallery": Kind.GALLERY, "diaporama": Kind.GALLERY,
    "fotostrecke": Kind.GALLERY,
    "collectionpage": Kind.INDEX, "itemlist": Kind.INDEX, "searchresultspage": Kind.INDEX, "index": Kind.INDEX,
    "roundup": Kind.ROUND_UP, "digest": Kind.DIGEST, "briefing": Kind.DIGEST, "newsletter": Kind.DIGEST,
    "summary": Kind.ROUND_UP, "pressreview": Kind.ROUND_UP, "newsinbrief": Kind.DIGEST,
    "stub": Kind.STUB, "teaser": Kind.TEASER, "abstract": Kind.TEASER, "advisory": Kind.STUB,
    "coverageadvisory": Kind.STUB,
    "template": Kind.TEMPLATE, "weather": Kind.TEMPLATE, "weatherforecast": Kind.TEMPLATE, "marketdata": Kind.TEMPLATE,
    "horoscope": Kind.TEMPLATE, "results": Kind.TEMPLATE, "resultslistingsandstatistics": Kind.TEMPLATE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marker:
    """Phrases of all languages that mark one kind of text, compiled into one regular expression.

    `openings` are the first two words of each phrase: a text without any of them need not be searched.
    """

    pattern: re.Pattern[str]
    openings: frozenset[str]  # the first two words, or the only one, of phrases whose words are spaced

    def search(self, plain: str) -> re.Match[str] | None:
        """Find the first marking phrase in a text; None where there is none.

        `plain` is the text as `letters` gives it (lower-case words with single spaces), parts of a title separated by "
        | "; the match is one within `plain`.
        """
        # most titles have no words that open a phrase, and looking them up costs next to nothing
        if self.openings.isdisjoint(_openings(plain)) and not is_spaceless(plain):
            return None
        return self.pattern.search(plain)


@dataclass(frozen=True, slots=True)
class Markers:
    """The marking phrases of each kind of text: live blog, round-up, gallery, template, paywall, error page."""

    live: Marker
    maybe_live: Marker
    round_up: Marker
    gallery: Marker
    template: Marker
    paywall: Marker
    error: Marker


@cache
def markers() -> Markers:
    """Return the marking phrases of each kind (live blog, round-up, …) in all languages; compiled once."""

    def gather(key: str) -> Marker:
        phrases: tuple[str, ...] = pooled(lambda table: getattr(table.kinds, key))
        by_start: dict[str, set[str]] = {}
        for starts, rest in map(_pattern, phrases):
            by_start.setdefault(starts, set()).add(rest)
        # where a phrase may start is asked once for all phrases: most places in a title are inside a word
        pattern = "|".join(f"{starts}(?:{'|'.join(sorted(by_start[starts]))})" for starts in sorted(by_start))
        plain = [letters(phrase) for phrase in phrases]
        return Marker(re.compile(pattern), frozenset(_opening(p) for p in plain if not is_spaceless(p)))

    return Markers(*(gather(key) for key in Markers.__dataclass_fields__))


def classify_kind(
    title: str,
    text: str,
    *,
    url: str | None = None,
    word_count: int,
    link_ratio: float | None = None,
    is_summary: bool = False,
    is_paywalled: bool = False,
    stated_kind: str | None = None,
    is_clean: bool = False,
) -> tuple[Kind, str]:
    """Return the kind of an article, and in words what it was recognised by; in doubt it is ARTICLE.

    The first that holds decides: only a summary was given, the kind that the source states (`stated_kind`: a type of
    schema.org or a genre, others are ignored), no text, the look of an error or another stub, a live blog, a round-up,
    a gallery, a template, an index. `word_count` is that of `text`. `link_ratio` is the share of the page's text that
    lies in links, None when the text was no page. A record whose text is an article body already (`is_clean`) is not
    examined for a stub or an index; without text it is an article only where its title has four words or more.
    """
    stated = stated_kind and _STATED.get(letters(stated_kind.rstrip("/").rpartition("/")[2]).replace(" ", ""))
    if is_summary and stated != Kind.STUB:
        return Kind.TEASER, "only a summary was given"
    if stated and stated_kind:
        return Kind(stated), f"its source says {stated_kind.strip()!r}"
    if not text.strip():
        return _classify_bare(title, is_clean)
    is_error = not is_clean and word_count <= HTTP_ERROR_MAX_WORDS
    if is_error and (match := _HTTP_ERROR.search(title[:500].strip().casefold())):
        return Kind.STUB, f"the title is that of an error: {match.group()!r}"
    plain_title, path = _title_parts(title[:500]), _path(url)
    width = LINE_START if is_clean else HEAD_CHARACTERS
    head = [
        " ".join(line[:width].split())
        for line in text[:HEAD_CHARACTERS].split("\n")[:HEAD_LINES]
        # of a clean text only lines are examined that may open with a time or a number
        if (_EARLY_DIGIT.match(line) if is_clean else line.strip())
    ]
    # looking closely costs more than all the rest
    is_open = not is_clean and (word_count <= PAYWALL_MAX_WORDS or _may_be_index(head, link_ratio))
    lines = [classify_line(line) for line in head] if is_open else []
    if not is_clean and (
        found := _find_stub(plain_title, text, lines, word_count, is_paywalled, url is not None)
    ):
        return found
    if found := _find_live(plain_title, path, head, word_count):
        return found
    if match := markers().round_up.search(plain_title):
        return Kind.ROUND_UP, f"the title says {match.group().strip()!r}"
    if found := _find_gallery(plain_title, path, head, word_count):
        return found
    if found := _find_template(plain_title, text, word_count):
        return found
    if not is_clean and (found := _find_index(path, lines, link_ratio)):
        return found
    return Kind.ARTICLE, f"running text of {word_count} words"


def _classify_bare(title: str, is_clean: bool) -> tuple[Kind, str]:
    # A record may carry a whole flash in its title; a page without text has lost it.
    if is_clean and classify_line(title.strip() or "-").units >= 4:
        return Kind.ARTICLE, "a headline that is the whole report"
    return Kind.STUB, "a title without text"


def _find_stub(
    title: str, text: str, lines: Sequence[Line], word_count: int, is_paywalled: bool, is_page: bool
) -> tuple[Kind, str] | None:
    known = markers()
    if word_count <= PAYWALL_MAX_WORDS and (match := known.error.search(title)):
        return Kind.STUB, f"the title is that of an error or a check: {match.group().strip()!r}"
    if word_count <= ERROR_MAX_WORDS:
        head = [title, *(letters(line.text) for line in lines[:3])]
        if match := next((m for part in head if (m := known.error.search(part))), None):
            return Kind.STUB, f"an error or a check, not an article: {match.group().strip()!r}"
    legal = sum(line.units for line in lines if line.is_legal)
    if word_count <= PAYWALL_MAX_WORDS and legal > 0.5 * sum(line.units for line in lines):
        return Kind.STUB, "a notice of consent or rights"
    if word_count <= PAYWALL_MAX_WORDS:
        if is_paywalled:
            return Kind.STUB, f"behind a paywall, with {word_count} words to see"
        if match := next((m for line in lines if (m := known.paywall.search(letters(line.text)))), None):
            return Kind.STUB, f"{word_count} words, and {match.group().strip()!r}"
    if is_page and word_count <= TEASER_MAX_WORDS and _TRAILING_OFF.search(text.rstrip()[-80:]):
        return Kind.STUB, f"breaks off after {word_count} words"
    return None


def _find_live(title: str, path: str, head: Sequence[str], word_count: int) -> tuple[Kind, str] | None:
    known = markers()
    entries = sum(bool(_CLOCK_START.match(line)) for line in head)
    if match := known.live.search(title):
        return Kind.LIVE_BLOG, f"the title says {match.group().strip()!r}"
    is_live_url = ("live" in path or "newsblog" in path) and _LIVE_URL.search(path)
    if is_live_url and (entries or known.maybe_live.search(title)):
        return Kind.LIVE_BLOG, "its address says live"
    if (match := known.maybe_live.search(title)) and entries >= LIVE_ENTRIES_LIKELY:
        return Kind.LIVE_BLOG, f"the title says {match.group().strip()!r}, and {entries} entries carry a time"
    # Programmes open their lines with times as well, but have few words behind each; a chronicle of a day begins
    # with its morning, and a live blog with what came last.
    if entries >= LIVE_ENTRIES_SURE and word_count >= 20 * entries and _is_newest_first(head):
        return Kind.LIVE_BLOG, f"{entries} entries carry a time, the newest first"
    return None


def _is_newest_first(head: Sequence[str]) -> bool:
    """Return whether the times that open lines run backwards, but for a few."""
    times = [minutes for line in head if (minutes := _minutes(line)) is not None]
    steps = list(pairwise(times))
    backwards = sum(later >= earlier for later, earlier in steps)
    return len(set(times)) > 1 and backwards >= _BACKWARDS * len(steps)


def _minutes(line: str) -> int | None:
    """Return the time of day that opens a line, in minutes; an hour alone has none of its own."""
    match = _CLOCK_START.match(line)
    if match is None:
        return None
    hour, minute = [int(part) for part in (*_DIGITS.findall(match[0]), "0")][:2]
    is_afternoon = bool(_AFTERNOON.search(line[: match.end() + _HALF_DAY]))
    return (hour % 12 + 12 if is_afternoon else hour) * 60 + minute


def _find_gallery(title: str, path: str, head: Sequence[str], word_count: int) -> tuple[Kind, str] | None:
    if word_count > GALLERY_MAX_WORDS:
        return None
    if match := markers().gallery.search(title):
        return Kind.GALLERY, f"the title says {match.group().strip()!r}, over {word_count} words"
    if _gallery_address().search(path):
        return Kind.GALLERY, f"its address says pictures, over {word_count} words"
    counter = _counter()
    if (counters := sum(bool(counter.match(line)) for line in head)) >= 4:
        return Kind.GALLERY, f"{counters} pictures are counted"
    return None


@cache
def _gallery_address() -> re.Pattern[str]:
    return re.compile(f"/(?:{one_of(pooled(lambda table: table.kinds.gallery_paths))})/")


@cache
def _counter() -> re.Pattern[str]:
    words = one_of(("/", "／", *pooled(lambda table: table.kinds.counters)))
    return re.compile(rf"^\W{{0,3}}(?:\w{{1,8}}\s)?\d{{1,3}}\s?(?:{words})\s?\d{{1,3}}\b")


def _find_template(title: str, text: str, word_count: int) -> tuple[Kind, str] | None:
    head = text[:HEAD_CHARACTERS]
    if (match := markers().template.search(title)) and _is_form(match, title, head, word_count):
        return Kind.TEMPLATE, f"the title says {match.group().strip()!r}"
    if not 0 < word_count <= TEMPLATE_MAX_WORDS:
        return None
    if "(" not in head or not _TICKER.search(head):
        return None
    if (numbers := len(_NUMBER.findall(head))) >= NUMBER_SHARE * word_count:
        return Kind.TEMPLATE, f"a market report of {numbers} numbers in {word_count} words"
    return None


def _is_form(match: re.Match[str], title: str, head: str, word_count: int) -> bool:
    """Return whether a phrase in a title names a form that is filled in again and again, and not a subject.

    It does where it opens or closes a part of the title ("Weather forecast for Tuesday"), over a text as short as forms
    are; amid other words it is the subject of a report, unless the text is mostly numbers.
    """
    if word_count > FORM_MAX_WORDS:
        return False
    before, after = title[: match.start()].rstrip(), title[match.end() :].lstrip()
    if not before or before.endswith("|") or not after or after.startswith("|") or is_spaceless(match[0]):
        return True
    return len(_NUMBER.findall(head)) >= NUMBER_SHARE * word_count / 2


def _may_be_index(head: Sequence[str], link_ratio: float | None) -> bool:
    """Return whether a closer look could find an index: enough lines that close like no sentence, or links."""
    if len(head) < INDEX_MIN_LINES:
        return False
    is_linked = link_ratio is not None and link_ratio >= INDEX_LINK_RATIO
    return is_linked or sum(not ends_sentence(line) for line in head) >= INDEX_SHARE * len(head)


def is_index_address(url: str | None) -> bool:
    """Return whether an address is that of a front page or of a listing: of a tag, section, author or search.

    A listing has a path segment such as /tag/ or /author/, and at most one more after it. False for None and for no
    address.
    """
    return url is not None and _INDEX_URL.search(_path(url)) is not None


def _find_index(path: str, lines: Sequence[Line], link_ratio: float | None) -> tuple[Kind, str] | None:
    headlines = sum(line.is_headline and line.units >= 3 for line in lines)
    sentences = sum(line.is_sentence and line.units >= 8 for line in lines)
    if len(lines) >= INDEX_MIN_LINES and headlines >= INDEX_SHARE * len(lines) and headlines > 3 * sentences:
        return Kind.INDEX, f"{headlines} of {len(lines)} lines are headlines"
    if link_ratio is not None and link_ratio >= INDEX_LINK_RATIO and len(lines) >= INDEX_MIN_LINES:
        if headlines > sentences:
            return Kind.INDEX, f"{link_ratio:.0%} of its text lies in links"
        if _INDEX_URL.search(path):
            return (
                Kind.INDEX,
                f"its address is that of a list, and {link_ratio:.0%} of its text lies in links",
            )
    return None


def _title_parts(title: str) -> str:
    """Return a title as phrases are compared, its parts parted by bars."""
    return " | ".join(plain for part in _SEPARATOR.split(title) if (plain := letters(part)))


@lru_cache(maxsize=64)  # a title is examined for one kind after the other
def _openings(plain: str) -> frozenset[str]:
    words = plain.split()
    return frozenset((*words, *map(" ".join, pairwise(words))))


def _opening(phrase: str) -> str:
    return " ".join(phrase.split()[:2])


def _path(url: str | None) -> str:
    if not url:
        return "-"  # not the empty path, which is that of a front page
    if plain := plain_path(url):
        return plain.casefold()
    try:
        return urlsplit(url).path.casefold()
    except ValueError:  # not an address, so it says nothing
        return "-"


def _pattern(phrase: str) -> tuple[str, str]:
    plain = letters(phrase)
    words = re.escape(plain)
    if is_spaceless(plain):
        words = words.replace(r"\ ", "")
    starts = r"(?:^|(?<=\| ))" if phrase.startswith("^") else ("" if is_spaceless(plain) else r"(?:^|(?<= ))")
    ends = r"(?= \||$)" if phrase.endswith("$") else ("" if is_spaceless(plain) else r"(?= |$)")
    return starts, words + ends
