"""A text in, its language and how sure that is out."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from transforms.language.detector_model import LanguageModel, language_model
from transforms.language.language_tables import language_table, language_tags

UNKNOWN = "und"
LoadModel = Callable[[], LanguageModel]
_LONGEST_TAG = 100  # characters; longer ones are texts
_SAMPLE = 1200  # characters examined: more costs time and changes no verdict on news text
_FIRST_SAMPLE = 400  # characters that decide nine texts of ten: the model's time grows with what it reads
_CERTAIN = 0.999
_SHORTEST = (
    40  # letters: below this the Latin-script guesses of the model are noise ("Sport", names, tickers)
)
_SURE = 0.75  # lower names more languages wrongly, higher leaves more short texts unnamed

_NO_ASCII_LETTER = bytes(point for point in range(128) if not chr(point).isalpha())
_WIDE_LETTERS = re.compile(r"[^\W\d_\x00-\x7f]")
# Scripts that one written language owns need no model. Ranges: Unicode blocks.
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff\uff66-\uff9f]"), 0.08),  # kana among Han: Japanese
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]"), 0.3),
    ("zh", re.compile("[\u3400-\u9fff\uf900-\ufaff]"), 0.3),
    ("th", re.compile("[\u0e00-\u0e7f]"), 0.3),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]"), 0.3),
    ("he", re.compile("[\u0590-\u05ff]"), 0.3),
    ("hy", re.compile("[\u0530-\u058f]"), 0.3),
    ("ka", re.compile("[\u10a0-\u10ff]"), 0.3),
    ("ta", re.compile("[\u0b80-\u0bff]"), 0.3),
    ("te", re.compile("[\u0c00-\u0c7f]"), 0.3),
    ("kn", re.compile("[\u0c80-\u0cff]"), 0.3),
    ("ml", re.compile("[\u0d00-\u0d7f]"), 0.3),
    ("gu", re.compile("[\u0a80-\u0aff]"), 0.3),
    ("pa", re.compile("[\u0a00-\u0a7f]"), 0.3),
    ("bn", re.compile("[\u0980-\u09ff]"), 0.3),
    ("si", re.compile("[\u0d80-\u0dff]"), 0.3),
    ("km", re.compile("[\u1780-\u17ff]"), 0.3),
    ("lo", re.compile("[\u0e80-\u0eff]"), 0.3),
    ("my", re.compile("[\u1000-\u109f]"), 0.3),
    ("am", re.compile("[\u1200-\u137f]"), 0.3),
)
# Scripts that several languages share: the model is asked, but only about these.
_SHARED = (
    (re.compile("[\u0400-\u04ff]"), ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn")),
    (re.compile("[\u0600-\u06ff\u0750-\u077f]"), ("ar", "fa", "ur", "ps", "ug", "ku")),
    (re.compile("[\u0900-\u097f]"), ("hi", "mr", "ne")),
)
_OTHER_SCRIPT = re.compile(
    "["
    + "".join(pattern.pattern[1:-1] for pattern in [p for _, p, _ in _SCRIPTS] + [p for p, _ in _SHARED])
    + "]"
)
_OLD_TAGS = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "jw": "jv",
    "mo": "ro",
    "no": "nb",
    "kik": "ki",
    "cn": "zh",
    "cmn": "zh",
    "jp": "ja",
    "kr": "ko",
    "ua": "uk",
}
# Languages that pages state by another tag than the model.
_MODEL_TAGS = {"fil": "tl", "gn": "gug", "ff": "fuv"}
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")


def detect_language(
    text: str, hint: str | None = None, load_model: LoadModel = language_model
) -> tuple[str, float]:
    """Return the BCP 47 primary tag of a text and a confidence in 0…1; ("und", 0.0) rather than a guess.

    The first 1200 characters count. Scripts of one language need neither model nor hint; naive Bayes over byte n-grams,
    from 40 letters on, decides the rest, with the model that `load_model` returns, called when a text needs it; its
    errors are raised. `hint` is the language that the page states, in any form that `primary_tag` accepts: it decides
    where the text is short or the model in doubt (confidence .5 or .6) and, in a text of fewer than 160 letters,
    against the model too. Where the two mean one language ("no" and "nb", "fil" and "tl") they agree, and the tag is
    the stated one, in its present form.
    """
    stated = primary_tag(hint)
    sample = text[:_SAMPLE]
    count = _count_letters(sample)
    if count == 0:
        return (stated, 0.5) if stated else (UNKNOWN, 0.0)
    if not sample.isascii() and _OTHER_SCRIPT.search(sample):
        for tag, pattern, share in _SCRIPTS:
            found = len(pattern.findall(sample))
            if found >= max(2, share * count):
                return tag, round(min(1.0, 0.5 + found / count), 3)
        for pattern, tags in _SHARED:
            if len(pattern.findall(sample)) >= 0.5 * count:
                return _classify(sample, stated, count, tags, load_model)
    return _classify(sample, stated, count, (), load_model)


def _count_letters(sample: str) -> int:
    plain = sample.encode("ascii", "ignore").translate(None, _NO_ASCII_LETTER)
    return len(plain) if sample.isascii() else len(plain) + len(_WIDE_LETTERS.findall(sample))


@lru_cache(maxsize=512)  # one source states few languages
def primary_tag(tag: str | None) -> str | None:
    """Return the primary BCP 47 tag of a language as a page or record states it, or None for "", None and all else.

    Takes tags ("pt_BR"), ISO 639-2 and 639-3 codes ("eng", "ger"), locales ("en_US.UTF-8"), addresses that end in a
    code, and names of the languages that have a table, in English or the language itself ("German", "deutsch"). Old
    tags become new ones. Two or three letters are taken for a code without asking whether it exists, but for "und",
    "mul", "mis", "zxx" and "xx", which give None.
    """
    stated = " ".join((tag or "").split())[:_LONGEST_TAG].rstrip("/").rpartition("/")[2]
    stated = stated.partition(".")[0].strip()
    if named := _names().get(stated.casefold().partition(" (")[0].partition(",")[0]):
        return named
    match = _TAG.fullmatch(stated)
    if match is None:
        return None
    primary = match[1].lower()
    if primary in ("und", "mul", "zxx", "xx", "mis"):
        return None
    if len(primary) == 3:
        from langcodes import (
            standardize_tag,
        )  # knows the codes of three letters, bibliographic ones among them

        primary = standardize_tag(primary).partition("-")[0]
    return _OLD_TAGS.get(primary, primary)


@cache
def _names() -> dict[str, str]:
    tables = ((_OLD_TAGS.get(tag, tag), language_table(tag)) for tag in language_tags())
    return {name.casefold(): tag for tag, table in tables for name in (table.name, *table.names)}


def _classify(
    sample: str, stated: str | None, letters: int, among: tuple[str, ...], load_model: LoadModel
) -> tuple[str, float]:
    if letters < _SHORTEST:
        return (stated, 0.5) if stated else (UNKNOWN, 0.0)
    model = load_model()
    scores = _score(model, sample)
    languages = model.languages
    if among:
        languages, scores = among, [scores[languages.index(tag)] for tag in among]
    highest = max(scores)
    best = _OLD_TAGS.get(name := languages[scores.index(highest)], name)
    if stated and _MODEL_TAGS.get(stated) == best:
        best = stated
    confidence = highest / (sum(scores) or 1.0)
    if confidence >= _SURE and (letters >= 4 * _SHORTEST or stated in (None, best)):
        return best, round(confidence, 3)
    if stated:
        return stated, 0.6
    return (best, round(confidence, 3)) if confidence >= _SURE else (UNKNOWN, 0.0)


def _score(model: LanguageModel, sample: str) -> list[float]:
    """Score all languages on the beginning of a text, and on more of it only where the beginning leaves a doubt."""
    scores = model.score(sample[:_FIRST_SAMPLE])
    if len(sample) > _FIRST_SAMPLE and max(scores) < _CERTAIN * sum(scores):
        scores = model.score(sample)
    return scores
