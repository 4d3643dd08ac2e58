"""Pasted page text → the body of its article: menus, link lists and comments are cut away, body lines are not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from transforms.cleaning.line_kinds import HEADLINE_MAX_UNITS, Line, classify_line, is_spaceless, letters
from transforms.cleaning.line_unwrapping import unwrap
from transforms.cleaning.markdown import looks_like_markdown, unmark
from transforms.text.encoding import tidy
from transforms.text.mojibake import repair_misread

# What a line adds to the segment it lies in. The body is the run of lines with the greatest sum (Pasternack and
# Roth, "Extracting article text from the web with maximum subsequence segmentation", 2009), so that a long menu
# costs about as much as a paragraph brings.
SENTENCE_MAX = 75.0  # a sentence line brings its length in words, but no more than this
SHORT_SENTENCE = 5.0  # under so many words a sentence is as likely a slogan
ISOLATED = 0.6  # share for a sentence between lines that are none: the teaser of a link
TEASER = 0.3  # share for a sentence that trails off in dots, or has a headline run into it
NOISE = -6.0  # a line that is no sentence
LABEL = -4.0  # the same, of one or two words
BOILERPLATE = -14.0
RELATED = -8.0  # a heading over links to other articles
COMMENTS = -50.0  # a heading over comments
AFTER_COMMENTS = 0.04  # share that lines behind such a heading still count: comments are sentences too
AFTER_RELATED = 0.5
COMMENTS_NEED = 20.0  # such a heading counts as one only behind so many words of the body
COMMENTS_SURE = (
    100.0  # the same, where paragraphs follow it: "Comments" stands in share bars above articles too
)
PROSE_LINES = 8
PROSE_SHARE = 0.75
PAGE_NOISE_LINES = 40  # from so many lines of noise on, a text is a whole page
LIGHTEST = 0.2
# This many make a page; of 91 articles' own texts 86 have none or one, of 91 flattened pages 87 more.
PAGE_BOILERPLATE = 4
HEAD_UNITS = 9  # words beside a short sentence that a line with a time or a byline has at most
HEADLINE_UNITS = 5.0  # words that headlines have on average, and names, addresses and results have not
NUMBERED_SHARE = 0.5  # of lines with a number or a label, from which a list is no list of headlines
TITLE_CASE_SHARE = 0.6  # of the lines of a list of other articles

LINK_LIST_MIN = 3  # so many headlines in a row are a list of links; fewer can be subheadings
LINK_LIST_UNITS = 3.0
CAPTION_MIN_UNITS = 6.0  # a closing line without a full stop is kept from this length, and cut when shorter
TITLE_MIN_UNITS = 3.0
TITLE_LIKELY_UNITS = 5.0  # a line of so many words is rather a headline than a label
ITEMS_MIN = 3  # so many lines of numbers with a separator make a table; fewer may be headlines
ITEM_MIN_UNITS = 5.0  # an item right above the first sentence is body from this length, and else a menu
TITLE_REACH = 12  # lines above the body in which its headline is searched for
TITLE_NEAR = 4  # the same, for a headline of which the body takes up no word
TITLE_SHARE = 0.5  # share of a headline's words that the body's first lines take up, two words at least
TITLE_BODY_LINES = 12

_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_RULE = re.compile(r"\s*+(?:={4,}|-{4,}|~{4,}|_{4,}|\*{4,})\s*+")  # a line drawn under a headline
_BREAKS = re.compile(r"\r\n|[\n\r\u0085\u2028\u2029\x0b\x0c]")
_NUMBERED = re.compile(r"\d[^\d]+\d|\d[%)]|: ")
_TERM = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """The article found in a pasted page: title, body, the removed lines, and the lines with time and author."""

    title: str | None
    body: str  # paragraphs separated by one newline
    removed: tuple[
        str, ...
    ]  # lines that are not in the body, in their order; title, time and byline among them
    published: str | None  # the line with the time of publication, as it stands
    byline: str | None = None  # the line with the author, as it stands


def segment(text: str, *, is_markdown: bool | None = None) -> Segmented:
    """Cut the noise of a page off its pasted text: the body is the run of lines with the greatest sum of scores.

    That is maximum subsequence segmentation; a text with fewer than four lines of boilerplate is no page and keeps all
    lines but its head, boilerplate and links to other articles. Every line of the body is a line of the input with its
    spaces made single, or several joined where a text is wrapped at a fixed width; segmenting the body again returns it
    whole. A text in which no line stands out as a sentence loses only lines that are boilerplate, and its headline.
    Markdown loses its markup; `is_markdown` None: the text itself decides whether it is Markdown. A blank text gives an
    empty body.
    """
    if looks_like_markdown(text) if is_markdown is None else is_markdown:
        plain = unmark(tidy(text))
        found = _cut(_read(plain.text.split("\n")))
        return replace(found, title=plain.title or found.title, published=plain.published or found.published)
    whole = repair_misread(text)  # half of a misread character can look like the end of a line
    rows = ["" if _RULE.fullmatch(row) else row for row in _BREAKS.split(whole)]
    return _cut(_read(tidy("\n".join(unwrap(rows))).split("\n")))


def _cut(lines: Sequence[Line]) -> Segmented:
    is_page = (
        sum(_is_boilerplate(line) and line.text.strip("-–—_*=~#. ") != "" for line in lines)
        >= PAGE_BOILERPLATE
    )
    start, stop = _find_body(lines)
    if start == stop:
        kept = [i for i, line in enumerate(lines) if not line.is_noise]
        title = _find_title(lines, kept, is_page=True)
    elif is_page:
        kept = _sweep(lines, start, stop)
        title = _find_title(lines, kept, is_page)
    else:
        title = _find_title(lines, _sweep(lines, start, stop), is_page)
        kept = _keep_all(lines, start, stop, title)
    if title in kept:
        kept.remove(title)
    chosen = set(kept)
    return Segmented(
        title=None if title is None else lines[title].text,
        body="\n".join(lines[i].text for i in kept),
        removed=tuple(line.text for i, line in enumerate(lines) if i not in chosen),
        published=_nearest(lines, kept, [line.is_time for line in lines]),
        byline=_nearest(lines, kept, [line.is_byline for line in lines]),
    )


def _read(raws: Sequence[str]) -> list[Line]:
    texts = [line for raw in raws if (line := _SPACES.sub(" ", raw).strip())]
    seen = Counter(texts)
    known = {
        line: replace(classify_line(line), is_repeated=True) if n > 1 else classify_line(line)
        for line, n in seen.items()
    }
    return _drop_lone_items([known[line] for line in texts])


def _drop_lone_items(lines: list[Line]) -> list[Line]:
    """Take lines like "Budget 2026: What it means" for headlines where no others of that form stand beside them."""
    run: list[int] = []
    for i in range(len(lines) + 1):
        if i < len(lines) and lines[i].is_item and not lines[i].is_bullet:
            run.append(i)
            continue
        if len(run) < ITEMS_MIN:
            for k in run:
                lines[k] = replace(lines[k], is_item=False)
        run = []
    return lines


def _score(line: Line) -> float:
    """Return the score of a line by its kind alone."""
    if line.is_comments:
        return COMMENTS
    if line.is_end:
        return RELATED
    if line.is_noise:
        return BOILERPLATE
    if line.is_legal or (line.is_item and not line.is_sentence):
        return 0.0
    if line.is_sentence:
        return min(line.units, SENTENCE_MAX) if line.units >= SHORT_SENTENCE else 0.0
    if line.units > HEADLINE_MAX_UNITS or (line.is_open and not line.is_title_case):
        return min(line.units, SENTENCE_MAX) / 2
    return NOISE if line.units > 2 else LABEL


def _weigh(lines: Sequence[Line]) -> list[float]:
    """Return the score of each line, by its kind and its neighbours."""
    alone = [_score(line) for line in lines]
    # A pasted text has few lines of noise, a whole page has hundreds; where there are few, they part less.
    lightness = min(1.0, max(LIGHTEST, sum(score < 0 for score in alone) / PAGE_NOISE_LINES))
    scores = []
    for i, (line, score) in enumerate(zip(lines, alone, strict=True)):
        if score > 0:
            before, after = i == 0 or alone[i - 1] < 0, i + 1 == len(lines) or alone[i + 1] < 0
            share = ISOLATED if before and after else 1.0
            scores.append(score * share * (TEASER if line.is_truncated or line.is_glued else 1.0))
        else:
            scores.append(score if line.is_comments else score * lightness)
    return scores


def _find_body(lines: Sequence[Line]) -> tuple[int, int]:
    """Find the run of lines with the greatest sum of scores; an empty run when none scores above zero."""
    best, best_run, total, start, weight = 0.0, (0, 0), 0.0, 0, 1.0
    scores = _weigh(lines)
    for i, (line, score) in enumerate(zip(lines, scores, strict=True)):
        if line.is_comments and total >= (COMMENTS_SURE if _is_prose(lines, i + 1) else COMMENTS_NEED):
            weight = min(weight, AFTER_COMMENTS)
        elif line.is_end and total >= COMMENTS_NEED:
            weight = min(weight, AFTER_RELATED)
        if total <= 0:
            total, start = 0.0, i
        total += score * weight if score > 0 else score
        if total > best:
            best, best_run = total, (start, i + 1)
    return best_run


def _is_prose(lines: Sequence[Line], start: int) -> bool:
    """Return whether an article goes on here: paragraphs, with no names and times between as in threads."""
    following = lines[start : start + PROSE_LINES]
    return (
        sum(line.is_sentence and line.units >= SHORT_SENTENCE for line in following)
        >= PROSE_SHARE * PROSE_LINES
    )


def _sweep(lines: Sequence[Line], start: int, stop: int) -> list[int]:
    """Take boilerplate and link lists out of the run, and take back what belongs to it behind its last sentence."""
    while stop < len(lines) and _continues(lines, stop):
        stop += 1
    while start > 0 and _is_body_item(lines[start - 1]):
        start -= 1
    kept: list[int] = []
    run: list[int] = []
    for i in range(start, stop):
        if lines[i].is_headline:
            run.append(i)
            continue
        if lines[i].is_noise:
            continue
        kept.extend(_without_links(lines, run))
        run = []
        kept.append(i)
    return [*kept, *_without_links(lines, run)]


def _without_links(lines: Sequence[Line], run: Sequence[int]) -> Sequence[int]:
    if len(run) < LINK_LIST_MIN or sum(lines[i].units for i in run) < LINK_LIST_UNITS * len(run):
        return run
    return ()


def _keep_all(lines: Sequence[Line], start: int, stop: int, title: int | None) -> list[int]:
    """Keep every line of a text that is no page: all but its head, boilerplate, and links to other articles.

    What stands above the headline is its head; time and byline are fields of their own above the first sentence and
    in the last line. Addresses, verse, items, and short lines that come again, as speakers' names do, stay.
    """
    top = 0 if title is None else title + 1
    while start > top and not _is_head(lines[start - 1]):
        start -= 1
    end = next((i for i in range(stop, len(lines)) if lines[i].is_end or lines[i].is_comments), len(lines))
    end = _trim_end(lines, stop, end)
    kept: list[int] = []
    run: list[int] = []
    for i in (i for i in range(start, end) if not _is_boilerplate(lines[i])):
        if lines[i].is_headline and (run or not kept or not _announces(lines[kept[-1]])):
            run.append(i)
            continue
        kept.extend(_without_titles(lines, run, is_last=False))
        run = []
        kept.append(i)
    return [*kept, *_without_titles(lines, run, is_last=False)]


def _trim_end(lines: Sequence[Line], stop: int, end: int) -> int:
    """Return where a text ends that closes with time, author, boilerplate or a list of other articles."""
    while end > stop:
        if _is_head(lines[end - 1]):
            end -= 1
            continue
        first = end
        while first > stop and (lines[first - 1].is_headline or _is_boilerplate(lines[first - 1])):
            first -= 1
        run = [i for i in range(first, end) if not _is_boilerplate(lines[i])]
        is_listed = first > 0 and _announces(lines[first - 1])
        if is_listed or not run or _without_titles(lines, run, is_last=True):
            break
        end = first
    return end


def _is_boilerplate(line: Line) -> bool:
    """Return whether a line is boilerplate of a text that is no page: addresses count as text there."""
    return line.is_boilerplate and not line.is_link


def _is_head(line: Line) -> bool:
    return _is_boilerplate(line) or (
        (line.is_time or line.is_byline) and line.units < SHORT_SENTENCE + HEAD_UNITS
    )


def _announces(line: Line) -> bool:
    return line.text.endswith((":", "："))


def _without_titles(lines: Sequence[Line], run: Sequence[int], *, is_last: bool) -> Sequence[int]:
    """Take headlines of other articles out of a text: capitals in each of several lines, or a list behind its end.

    Names with numbers and labels with colons are results and tables, which stay.
    """
    units = sum(lines[i].units for i in run)
    if len(run) < LINK_LIST_MIN or units < HEADLINE_UNITS * len(run):
        return run
    if sum(bool(_NUMBERED.search(lines[i].text)) for i in run) > NUMBERED_SHARE * len(run):
        return run
    is_titles = sum(lines[i].is_title_case for i in run) >= TITLE_CASE_SHARE * len(run)
    return () if is_titles or is_last else run


def _continues(lines: Sequence[Line], i: int) -> bool:
    """Return whether a line behind the last sentence still belongs to the body: an item, or a single caption."""
    line = lines[i]
    if line.is_noise:
        return False
    if line.is_item:
        return True
    if i + 1 < len(lines) and lines[i + 1].is_item and not lines[i + 1].is_noise:
        return True  # the heading of a list
    if line.is_title_case or line.units < CAPTION_MIN_UNITS:
        return False
    return i + 1 == len(lines) or lines[i + 1].is_boilerplate


def _is_body_item(line: Line) -> bool:
    return line.is_item and not line.is_noise and line.units >= ITEM_MIN_UNITS


def _find_title(lines: Sequence[Line], kept: Sequence[int], is_page: bool) -> int | None:
    """Find the headline: the first line of the body if a sentence follows it, else the best line above.

    Above the body stand the headline, a standfirst, captions and other articles' headlines. The headline comes first
    of those whose words the body takes up; where none does, the nearest line that looks like one is taken from a
    page, and the first one from a text.
    """
    if not kept:
        return None
    first = kept[0]
    follows = len(kept) > 1 and lines[kept[1]].is_sentence
    if is_page and follows and lines[first].is_headline and _can_be_title(lines[first]):
        return first
    candidates = range(max(0, first - TITLE_REACH), first)
    above = [i for i in candidates if _can_be_title(lines[i]) and not _is_result(lines, i)]
    body = _terms(" ".join(lines[i].text for i in kept[:TITLE_BODY_LINES]))
    for i in above:
        terms = _terms(lines[i].text)
        if len(terms & body) >= max(2.0, TITLE_SHARE * len(terms)):
            return i
    if not is_page:
        return _find_top(lines, first)
    near = [i for i in above if i >= first - TITLE_NEAR and lines[i].is_headline]
    long = [i for i in near if lines[i].units >= TITLE_LIKELY_UNITS]
    return max(long or near, default=None)


def _is_result(lines: Sequence[Line], i: int) -> bool:
    """Return whether a line is one of several results: names with numbers, as the line before or behind it."""
    beside = [k for k in (i - 1, i + 1) if 0 <= k < len(lines)]
    return bool(_NUMBERED.search(lines[i].text)) and any(_NUMBERED.search(lines[k].text) for k in beside)


def _find_top(lines: Sequence[Line], first: int) -> int | None:
    """Find the headline of a text that is no page: among its first lines, the body's first one included."""
    above = [
        i
        for i in range(min(TITLE_NEAR, first + 1, len(lines) - 1))
        if _can_be_title(lines[i])
        and not _is_result(lines, i)
        and (not lines[i].is_sentence or (i == 0 and _asks(lines[i])))
    ]
    return next((i for i in above if lines[i].units >= TITLE_LIKELY_UNITS), next(iter(above), None))


def _asks(line: Line) -> bool:
    """Return whether a line that closes like a sentence can be a headline all the same."""
    return line.is_title_case or line.text.rstrip("\"'”’»").endswith(("?", "!", "？", "！"))


def _can_be_title(line: Line) -> bool:
    is_label = line.is_boilerplate or line.is_time or line.is_byline or line.is_item
    return not is_label and TITLE_MIN_UNITS <= line.units <= HEADLINE_MAX_UNITS


def _terms(text: str) -> set[str]:
    """Return words of four letters and more, shortened to five against inflection; pairs of signs where unspaced."""
    words = _TERM.findall(letters(text))
    return {w[k : k + 2] for w in words if is_spaceless(w) for k in range(len(w) - 1)} | {
        w[:5] for w in words if len(w) > 3 and not is_spaceless(w)
    }


def _nearest(lines: Sequence[Line], kept: Sequence[int], wanted: Sequence[bool]) -> str | None:
    """Return the wanted line that stands nearest above the body, else the first one below its start."""
    top = kept[0] if kept else 0
    near = [
        *range(min(top, len(lines) - 1), max(-1, top - 10), -1),
        *range(top + 1, min(len(lines), top + 6)),
    ]
    return next((lines[i].text for i in near if wanted[i]), None)
