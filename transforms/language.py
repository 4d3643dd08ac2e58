"""A text in, its language and how sure that is out."""

from __future__ import annotations

import re

from transforms.langmodel import language_model

UNKNOWN = "und"
_SAMPLE = 1200  # characters looked at: more costs time and changes no verdict on news text
_GLANCE = 400  # characters that settle nine texts of ten: the model's time grows with what it reads
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
_OLD_TAGS = {"iw": "he", "in": "id", "ji": "yi", "no": "nb", "cn": "zh", "jp": "ja", "kr": "ko", "ua": "uk"}
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")


def tell_language(text: str, hint: str | None = None) -> tuple[str, float]:
    """Give the BCP 47 primary tag of a text and a confidence in 0…1; ("und", 0.0) rather than a guess.

    A `hint` is what the page states of itself: it settles what the text leaves open and never overrules a sure text.
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
                return _ask(sample, stated, count, tags)
    return _ask(sample, stated, count, ())


def _count_letters(sample: str) -> int:
    plain = sample.encode("ascii", "ignore").translate(None, _NO_ASCII_LETTER)
    return len(plain) if sample.isascii() else len(plain) + len(_WIDE_LETTERS.findall(sample))


def primary_tag(tag: str | None) -> str | None:
    """Give the primary language of a tag as a page or record states it ("pt_BR" → "pt"), or None."""
    match = _TAG.fullmatch(tag.strip()) if tag else None
    if match is None:
        return None
    primary = match[1].lower()
    return None if primary in ("und", "mul", "zxx", "xx") else _OLD_TAGS.get(primary, primary)


def _ask(sample: str, stated: str | None, letters: int, among: tuple[str, ...]) -> tuple[str, float]:
    if letters < _SHORTEST:
        return (stated, 0.5) if stated else (UNKNOWN, 0.0)
    scores = _score(sample)
    languages = language_model().languages
    if among:
        languages, scores = among, [scores[languages.index(tag)] for tag in among]
    highest = max(scores)
    best = languages[scores.index(highest)]
    confidence = highest / (sum(scores) or 1.0)
    if confidence >= _SURE and (letters >= 4 * _SHORTEST or stated in (None, best)):
        return _OLD_TAGS.get(best, best), round(confidence, 3)
    if stated:
        return stated, 0.6
    return (_OLD_TAGS.get(best, best), round(confidence, 3)) if confidence >= _SURE else (UNKNOWN, 0.0)


def _score(sample: str) -> list[float]:
    """Score all languages on the beginning of a text, and on more of it only where the beginning leaves a doubt."""
    model = language_model()
    scores = model.score(sample[:_GLANCE])
    if len(sample) > _GLANCE and max(scores) < _CERTAIN * sum(scores):
        scores = model.score(sample)
    return scores
