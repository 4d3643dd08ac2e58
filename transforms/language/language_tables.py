"""Tables of words by language: `data/languages/<tag>.toml` in, typed and checked tables out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from typing import Any, Final, TypeAlias

Words: TypeAlias = tuple[str, ...]

_SUFFIX: Final = ".toml"


@cache
def simplified_characters() -> Mapping[int, str]:
    """Return {code point of a traditional Chinese character: the simplified one that stands for it}, for translate.

    One character for one, without regard to context.
    """
    path = resources.files("transforms") / "data" / "simplified_characters.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return dict(zip(map(ord, table["traditional"]), table["simplified"], strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stems:
    """What a light stemmer takes off a word: the longest prefix and ending that leave at least `shortest` letters."""

    shortest: int = 4
    endings: Words = ()
    prefixes: Words = ()  # the longest first: an article or preposition written as one word with the next
    elided: Words = ()  # what stands before an apostrophe and is a word of its own: "l", "d", "qu"
    ends_at_apostrophe: bool = False  # whether the ending of a name stands behind an apostrophe: "Ankara'da"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Words of dates in one language, in small letters: months, weekdays, and labels of publication and update."""

    months: tuple[Words, ...] = ()  # January first: names in full and short, as Unicode CLDR gives them
    month_endings: Words = ("",)  # what may follow the name of a month within the word
    weekdays: tuple[Words, ...] = ()  # Monday first
    weekday_endings: Words = ("",)  # what may follow a weekday's name within the word
    ago: Words = ()  # how long ago something was published, "#" for the number: "# hours ago"
    updated: Words = ()  # parts of words that say that a time is that of a change
    published: Words = ()  # words that say that a time is that of publication
    date_labels: Words = ()  # the whole label of a date that is no other than that of publication: "date"
    until: Words = ()  # stand between the first and the last day of a time: "to"
    not_published: Words = ()  # stand right before a day that is none of publication: "until", "born", "retrieved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """Phrases of one language by which newsrooms mark what is no plain article: live blogs, round-ups, errors, …

    Compared as whole words, without case, digits, punctuation and extra spaces. Colons, bars and dashes split a title
    into parts; "^" ties a phrase to the start of a part, "$" to its end.
    """

    live: Words = ()  # in a title: a live blog for sure
    maybe_live: Words = ()  # in a title: a live blog if the text has times of entries, or the address says so
    round_up: Words = ()
    gallery: Words = ()
    template: Words = ()  # a form that is filled in again and again: weather, horoscope, market prices
    paywall: Words = ()  # in a text of a few words: the rest is for subscribers
    error: Words = ()  # the whole title, or a first line: an error, a check for robots, a page of consent
    gallery_paths: Words = ()  # a part of an address that says gallery
    counters: Words = ()  # "3 of 10": what stands between the number of a picture and how many there are


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePhrases:
    """Lines of one language that belong to a page and not to its article.

    `whole` is a whole line, `starts` opens one; `comments` and `ends` are the lines above readers' comments and above
    links to other articles; two of `legal` make a line a consent banner. These are compared by their letters
    (`line_kinds.letters`), without `^` and `$`. `says` ends a line before a quotation, as written; `unsubscribe` and
    `invitations` are parts of lines, in any case.
    """

    comments: Words = ()  # opens the comments of readers; text behind it does not belong to the article
    ends: Words = ()  # opens links to other articles, below an article and sometimes in the middle of it
    whole: Words = ()  # a line that is boilerplate by itself: buttons, share bars, consent, newsletters
    starts: Words = ()  # boilerplate that goes on with something changing: a name, a headline, a count
    legal: Words = ()  # words of consent banners and notices of rights; a line with two of them is one
    says: Words = ()  # a line of a few words that ends in one of these and a colon introduces a quotation
    unsubscribe: Words = ()  # parts of the line by which one leaves a mailing, in small letters
    invitations: Words = ()  # in a short line with links to mailboxes and profiles: asks the reader to write or follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Bylines:
    """Words around the names of authors and agencies in one language, in small letters: "by", "and", "editor"."""

    openings: Words = ()  # open a line that is a byline: "by", "written by"
    labels: Words = ()  # open an author's name only where a name is expected: "photo", "source"
    joiners: Words = ()  # stand between two names: "and", "with"
    roles: Words = ()  # stand behind an agency's name: "staff", "news agency"
    offices: Words = ()  # words of an office, none of which is in a person's name: "editor", "correspondent"
    pictures: Words = ()  # open the credit of a picture: "photo", "image"
    nobody: Words = ()  # the whole of a byline that names nobody: "editor", "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageTable:
    """The table of one language (`data/languages/<tag>.toml`): stems, calendar, phrases of kinds, bylines, …"""

    name: str = ""  # in English
    names: Words = ()  # other names under which records state the language: its own first
    abbreviations: Words = ()  # words before a full stop that ends no sentence, in small letters: "dr", "z.b"
    is_unspaced: bool = False  # written without spaces between words
    stems: Stems = field(default_factory=Stems)
    calendar: Calendar = field(default_factory=Calendar)
    kinds: Kinds = field(default_factory=Kinds)
    page: PagePhrases = field(default_factory=PagePhrases)
    bylines: Bylines = field(default_factory=Bylines)


_SECTIONS: Final = {
    "stems": Stems,
    "calendar": Calendar,
    "kinds": Kinds,
    "page": PagePhrases,
    "bylines": Bylines,
}
_LISTS_PER_ENTRY: Final = {"months": 12, "weekdays": 7}
_EMPTY: Final = LanguageTable()


@cache
def language_tags() -> Words:
    """Return the tags of all languages that have a table, ascending: codes of `background.model_language`."""
    names = (item.name for item in resources.files("transforms").joinpath("data/languages").iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


@cache
def language_table(tag: str) -> LanguageTable:
    """Return the table of one language, read once a process; an empty one for a tag not in `language_tags`.

    Raises ValueError, with the name of the file, where the file is not of the form that this module describes.
    """
    if tag not in language_tags():
        return _EMPTY
    path = resources.files("transforms").joinpath(f"data/languages/{tag}{_SUFFIX}")
    try:
        return read_table(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValueError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{tag}{_SUFFIX}: {error}") from error


def pooled(select: Callable[[LanguageTable], Iterable[str]]) -> tuple[str, ...]:
    """Return what `select` takes from the tables of all languages, each entry once, by tag and then by position.

    Raises ValueError for a file of another form.
    """
    return tuple(dict.fromkeys(word for tag in language_tags() for word in select(language_table(tag))))


def one_of(words: Iterable[str]) -> str:
    """Return the source of a regular expression that matches any of these words, escaped, the longest first.

    The alternatives have no group around them: put them into `(?:…)` beside anything else. Without words it is "",
    which matches everywhere.
    """
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


def read_table(values: Mapping[str, Any]) -> LanguageTable:
    """Turn the parsed values of a language file into its table; a key that the file lacks keeps its default.

    Raises ValueError, whose message is for the person who wrote the file, for a missing `name`, for an unknown key or a
    value of another form.
    """
    _refuse_unknown("", values, LanguageTable)
    name, is_unspaced = values.get("name"), values.get("is_unspaced", False)
    if not isinstance(name, str) or not name:
        raise ValueError("name must be the language's name in English")
    if not isinstance(is_unspaced, bool):
        raise ValueError("is_unspaced must be true or false")  # noqa: TRY004  a mistake in a file, not in code
    sections = {key: _read_section(key, values.get(key, {}), kind) for key, kind in _SECTIONS.items()}
    names = _read_words("names", values.get("names", []))
    short = _read_words("abbreviations", values.get("abbreviations", []))
    return LanguageTable(name=name, names=names, abbreviations=short, is_unspaced=is_unspaced, **sections)


def _read_section(section: str, values: object, kind: type[Any]) -> Any:
    if not isinstance(values, dict):
        raise ValueError(f"[{section}] must be a table")  # noqa: TRY004  a mistake in a file, not in code
    _refuse_unknown(f"{section}.", values, kind)
    return kind(**{key: _read_value(f"{section}.{key}", key, value) for key, value in values.items()})


def _read_value(where: str, key: str, value: object) -> int | bool | Words | tuple[Words, ...]:
    if key == "ends_at_apostrophe":
        if not isinstance(value, bool):
            raise ValueError(f"{where} must be true or false")
        return value
    if key == "shortest":
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{where} must be a number of letters")
        return value
    if key in _LISTS_PER_ENTRY:
        if not isinstance(value, list) or len(value) != _LISTS_PER_ENTRY[key]:
            raise ValueError(
                f"{where} must be {_LISTS_PER_ENTRY[key]} lists, an empty one where no name is clear"
            )
        return tuple(_read_words(where, entry) for entry in value)
    return _read_words(where, value)


def _read_words(where: str, value: object) -> Words:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError(f"{where} must be a list of texts")
    if not where.endswith("_endings") and not all(word.strip() for word in value):
        raise ValueError(f"{where} has an empty text")
    if len(set(value)) < len(value):
        raise ValueError(f"{where} has a text twice")
    return tuple(value)


def _refuse_unknown(where: str, values: Mapping[str, Any], kind: type[Any]) -> None:
    known = {item.name for item in fields(kind)}
    if unknown := sorted(values.keys() - known):
        raise ValueError(
            f"{where}{unknown[0]} is no key of a language file; there are {', '.join(sorted(known))}"
        )
