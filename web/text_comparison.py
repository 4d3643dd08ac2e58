"""Two texts side by side: what they share, and what one changed of the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from transforms.language.background import model_language
from transforms.language.weekdays import weekdays
from warehouse.web_queries import ask

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Longer texts are compared by their beginnings: the comparison of two lists of words grows with their product.
_MOST_WORDS = 3000
_COMPARED_TEXTS = 12
_NUMBER = re.compile(r"\d[\d.,:]*+")
_NUMBER_AND_WORD = re.compile(r"(\d[\d.,:]*+)(?:[ \u00a0\u202f]([^\W\d_]++|%))?")
_SHOWN_NUMBERS = 8  # of one report


@dataclass(frozen=True, slots=True)
class DiffRun:
    """A run of words in a word diff: `same`, only in the `old` text, or only in the `new` one."""

    kind: str
    text: str


_AROUND_WORDS = ",;:()[]{}“”„‟«»‹›‚‘’\"'¡¿"


def word_diff(old: str, new: str) -> list[DiffRun]:
    """Compare two texts word by word (longest matching blocks, as in difflib) and return runs in reading order.

    Only the first 3,000 words of each are compared. Where both differ the old run comes first; empty for two empty
    texts.
    """
    a, b = old.split()[:_MOST_WORDS], new.split()[:_MOST_WORDS]
    pieces: list[DiffRun] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(DiffRun("same", " ".join(a[a1:a2])))
            continue
        if a2 > a1:
            pieces.append(DiffRun("old", " ".join(a[a1:a2])))
        if b2 > b1:
            pieces.append(DiffRun("new", " ".join(b[b1:b2])))
    return pieces


def numbers_in(text: str) -> set[str]:
    """Return the distinct numbers of a text as written: digits, with points, commas and colons between them."""
    return {found.rstrip(".,:") for found in _NUMBER.findall(text)}


def names_in(text: str, language: str) -> set[str]:
    """Return capitalised words of three letters or more that are not the first of a sentence, a guess at names.

    Quotation marks, brackets and other punctuation around them are cut off; scripts without capitals have none. Days of
    the week of `language` (a BCP 47 tag) are no names.
    """
    days = weekdays(model_language(language))
    found: set[str] = set()
    for sentence in re.split(r"[.!?…\n]+", text):
        found.update(word.strip(_AROUND_WORDS) for word in sentence.split()[1:])
    return {word for word in found if word[:1].isupper() and len(word) > 2 and word.lower() not in days}


def compare_reports(con: DuckDBPyConnection, story_id: str, language: str) -> dict[str, list[str]]:
    """Return the numbers and names that reports of a story share, and those that only one has.

    Compared are the first twelve reports, copies left out; `language` is the story's. The keys are those of
    `shared_and_different`; its lists are empty where no story has this id.
    """
    return shared_and_different([row["text"] or "" for row in read_reports(con, story_id)], language)


def read_reports(con: DuckDBPyConnection, story_id: str) -> list[dict[str, Any]]:
    """Return article_id, title, publisher and text of the first twelve reports of a story, copies left out."""
    return ask(con, "report_texts", story_id=story_id, limit=_COMPARED_TEXTS)


def numbers_of_one(texts: Sequence[str]) -> list[list[str]]:
    """Return for each text the numbers that only it has, each with the word after its first occurrence.

    At most eight a text, in reading order: "96,000 customers".
    """
    numbers = [numbers_in(text) for text in texts]
    counts = Counter(number for found in numbers for number in found)
    own = []
    for text in texts:
        first: dict[str, str] = {}
        for found in _NUMBER_AND_WORD.finditer(text):
            number = found[1].rstrip(".,:")
            word = f" {found[2]}" if found[2] and number == found[1] else ""
            if counts[number] == 1:
                first.setdefault(number, number + word)
        own.append(list(first.values())[:_SHOWN_NUMBERS])
    return own


def shared_and_different(texts: Sequence[str], language: str) -> dict[str, list[str]]:
    """Return `numbers` and `names` that two texts or more have, `single_numbers` and `single_names` that one has.

    Days of the week of `language` are no names. At most 25 each: shared ones by the number of texts, most first, then
    all in order of their characters.
    """
    shared: dict[str, list[str]] = {}
    found = {
        "numbers": [numbers_in(text) for text in texts],
        "names": [names_in(text, language) for text in texts],
    }
    for label, sets in found.items():
        counts = Counter(word for words in sets for word in words)
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        shared[label] = [word for word in ranked if counts[word] > 1][:25]
        shared[f"single_{label}"] = [word for word in ranked if counts[word] == 1][:25]
    return shared
