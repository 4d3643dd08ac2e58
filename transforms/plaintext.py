"""Pasted page text → the body of its article: menus, link lists and comments of the page are cut away, lines are not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from transforms.lines import Line, count_units, look

# What a line adds to the segment it lies in. The body is the run of lines with the greatest sum (Pasternack and Roth,
# "Extracting article text from the web with maximum subsequence segmentation", 2009), so that a long menu costs about as
# much as a paragraph brings.
SENTENCE_MAX = 60.0  # a sentence line brings its length in words, but no more than this
SHORT_SENTENCE = 5.0  # under so many words a sentence is as likely a slogan
NOISE = -6.0  # a short line that is no sentence
FURNITURE = -8.0
END = -30.0  # a heading that opens what follows an article
AFTER_END = 0.25  # share that lines behind such a heading still count: comments are sentences too
END_NEEDS_UNITS = 40.0  # an end heading counts as one only behind so many words of sentences

HEADLINE_MIN_UNITS = 3.0
HEADLINE_MAX_UNITS = 26.0
LINK_LIST_MIN = 3  # so many headline-like lines in a row are a list of links, fewer can be subheadings
LINK_LIST_MIN_UNITS = 4.0
CAPTION_MIN_UNITS = 6.0  # a closing line without a full stop is kept from this length, and cut when shorter
TITLE_REACH = 6  # lines above the body in which its headline is looked for
DERIVED_TITLE_CHARACTERS = 120

_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_BREAKS = re.compile(r"\r\n|[\n\r\u0085\u2028\u2029\x0b\x0c]")
_FIRST_SENTENCE = re.compile(r"^.*?(?:[.!?؟۔।](?=[\"'”’»)]*\s+\S)|[。！？｡]|$)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """The article in a pasted page."""

    title: str | None
    body: str  # paragraphs separated by one newline
    removed: tuple[
        str, ...
    ]  # lines that are not in the body, in their order; title, time and byline among them
    published: str | None  # the line with the time of publication, as it stands
    byline: str | None = None  # the line with the author, as it stands


def segment(text: str, language: str | None = None) -> Segmented:
    """Cut the noise of a page off its pasted text.

    Every line of the body is a line of the input with its spaces made single; nothing is invented, and a body put in
    again comes out whole. A text of few lines is kept rather than cut. `language` is a hint and may be unknown.
    """
    lines = _read(text)
    if not lines:
        return Segmented(title=None, body="", removed=(), published=None)
    start, stop = _find_body(lines)
    kept = _sweep(lines, start, stop)
    title = _find_title(lines, kept)
    if title is not None:
        kept = [i for i in kept if i != title or not _is_alone(kept, title)]
    chosen = set(kept)
    return Segmented(
        title=None if title is None else lines[title].text,
        body="\n".join(lines[i].text for i in kept),
        removed=tuple(line.text for i, line in enumerate(lines) if i not in chosen),
        published=_first(lines, kept, "is_time"),
        byline=_first(lines, kept, "is_byline"),
    )


def derive_title(body: str) -> str:
    """Make a title from the first sentence of a body, cut between words at 120 characters; "" for an empty body."""
    first = next((line for line in body.split("\n") if line.strip()), "")
    match = _FIRST_SENTENCE.match(first)
    title = (match.group() if match else first).strip()
    if len(title) <= DERIVED_TITLE_CHARACTERS:
        return title
    cut = title[: DERIVED_TITLE_CHARACTERS - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > DERIVED_TITLE_CHARACTERS // 2 else cut).rstrip(" ,;:–—-") + "…"


def _read(text: str) -> list[Line]:
    texts = [line for raw in _BREAKS.split(text) if (line := _SPACES.sub(" ", raw).strip())]
    seen = Counter(texts)
    cache: dict[str, Line] = {}
    for line in seen:
        cache[line] = replace(look(line), is_repeated=seen[line] > 1)
    return [cache[line] for line in texts]


def _score(line: Line) -> float:
    if line.is_end:
        return END
    if line.is_furniture or line.is_time or line.is_byline:
        return FURNITURE
    if line.is_repeated and line.units < 12:
        return FURNITURE
    if line.is_sentence:
        return min(line.units, SENTENCE_MAX) if line.units >= SHORT_SENTENCE else 0.0
    if line.is_bullet and line.units >= HEADLINE_MIN_UNITS:
        return 0.0
    if line.units > HEADLINE_MAX_UNITS:
        return min(line.units, SENTENCE_MAX) / 2
    if line.is_open and line.units >= SHORT_SENTENCE and not line.is_title_case:
        return line.units / 2
    return NOISE


def _find_body(lines: Sequence[Line]) -> tuple[int, int]:
    """Find the run of lines with the greatest sum of scores; all lines when none scores above zero."""
    best, best_run, total, start = 0.0, (0, len(lines)), 0.0, 0
    weight, mass = 1.0, 0.0
    for i, line in enumerate(lines):
        score = _score(line)
        if line.is_end and mass >= END_NEEDS_UNITS:
            weight = AFTER_END
        if score > 0:
            mass += score
            score *= weight
        if total <= 0:
            total, start = 0.0, i
        total += score
        if total > best:
            best, best_run = total, (start, i + 1)
    return best_run


def _sweep(lines: Sequence[Line], start: int, stop: int) -> list[int]:
    """Take furniture and link lists out of the run, and take back what belongs to it behind its last sentence."""
    while stop < len(lines) and _continues(lines, stop):
        stop += 1
    kept = []
    for first, last in _runs(lines, start, stop):
        run = [i for i in range(first, last) if not _is_noise(lines[i])]
        if _is_link_list(lines, run):
            continue
        kept.extend(run)
    return kept


def _continues(lines: Sequence[Line], i: int) -> bool:
    line = lines[i]
    if _is_noise(line) or line.is_title_case or line.units < CAPTION_MIN_UNITS:
        return False
    following = lines[i + 1] if i + 1 < len(lines) else None
    return following is None or following.is_end or following.is_furniture


def _is_noise(line: Line) -> bool:
    return line.is_furniture or line.is_time or line.is_byline or (line.is_repeated and line.units < 12)


def _runs(lines: Sequence[Line], start: int, stop: int) -> list[tuple[int, int]]:
    """Split into runs of lines that are all headline-like or all not."""
    runs: list[tuple[int, int]] = []
    for i in range(start, stop):
        if runs and i > start and _is_headline(lines[i]) == _is_headline(lines[i - 1]):
            runs[-1] = (runs[-1][0], i + 1)
        else:
            runs.append((i, i + 1))
    return runs


def _is_headline(line: Line) -> bool:
    return not (line.is_sentence or line.is_open or line.is_bullet) and line.units <= HEADLINE_MAX_UNITS


def _is_link_list(lines: Sequence[Line], run: Sequence[int]) -> bool:
    if len(run) < LINK_LIST_MIN or not _is_headline(lines[run[0]]):
        return False
    return sum(lines[i].units for i in run) / len(run) >= LINK_LIST_MIN_UNITS


def _find_title(lines: Sequence[Line], kept: Sequence[int]) -> int | None:
    """Find the headline: the last one above the body, else a first line of the body that looks like one."""
    if not kept:
        return None
    first = kept[0]
    if len(kept) > 1 and _can_be_title(lines[first]) and lines[kept[1]].units > lines[first].units:
        return first
    for i in range(first - 1, max(-1, first - 1 - TITLE_REACH), -1):
        if _can_be_title(lines[i]):
            return i
    return None


def _can_be_title(line: Line) -> bool:
    if line.is_furniture or line.is_time or line.is_byline or line.is_bullet:
        return False
    return _is_headline(line) and HEADLINE_MIN_UNITS <= line.units


def _is_alone(kept: Sequence[int], i: int) -> bool:
    return len(kept) > 1 and kept[0] == i


def _first(lines: Sequence[Line], kept: Sequence[int], attribute: str) -> str | None:
    """Give the line of a sort that stands nearest above the body, else the first one below its start."""
    top = kept[0] if kept else 0
    near = [*range(top, max(-1, top - 10), -1), *range(top + 1, min(len(lines), top + 6))]
    return next((lines[i].text for i in near if i < len(lines) and getattr(lines[i], attribute)), None)


__all__ = ["Segmented", "count_units", "derive_title", "segment"]
