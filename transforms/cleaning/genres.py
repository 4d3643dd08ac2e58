"""What a document says of its genre, in the words of wires, pages and interfaces, to one of a few genres."""

from __future__ import annotations

from collections.abc import Iterable

from transforms.text.encoding import tidy_line

# types of schema.org, genres of IPTC, and what interfaces write
_WORDS = {
    "opinion": ("opinion", "comment", "commentary", "column", "editorial", "oped", "leader", "opinionnewsarticle"),
    "review": ("review", "reviewnewsarticle", "criticreview", "bookreview", "filmreview", "moviereview"),
    "press release": ("pressrelease", "release", "announcement", "mediarelease", "advertisercontentarticle", "handout"),
    "correction": ("correction", "corrective", "clarification", "erratum"),
    "news": (
        "news", "current", "newsarticle", "reportagenewsarticle", "backgroundnewsarticle", "analysisnewsarticle",
        "update", "breakingnews", "feature", "report", "background", "analysis", "interview",
    ),
}  # fmt: skip
_GENRES = {word: genre for genre, words in _WORDS.items() for word in words}


def genre_of(stated: Iterable[str | None]) -> str | None:
    """Return the genre that the first known word of `stated` names: opinion, review, press release, correction or news.

    Of each word only the letters after its last colon count, in any case ("genre:Press_Release"). None where none is
    known.
    """
    for raw in stated:
        plain = "".join(c for c in tidy_line(raw or "").rpartition(":")[2].casefold() if c.isalpha())
        if plain in _GENRES:
            return _GENRES[plain]
    return None
