"""How far the similarity of two articles holds, given the passages they share word for word.

Forms (bulletins, weekly figures, results), a legal notice under several releases, a menu or a footer that cleaning left
in: texts that repeat each other without reporting one event. Their cosine is high because of what repeats, so what
fills the form is compared instead. Shared passages are found for each pair, so that nothing has to be learned before
and no order of arrival matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.kernel.numpy_loops import mix64
from transforms.kernel.sorted_sets import common_places, distinct, is_among
from transforms.language.lexicon import Lexicon
from transforms.stories.story_model import MODEL, StoryModel

Hashes = npt.NDArray[np.uint64]
_Bools = npt.NDArray[np.bool_]


class ArticleTokens(NamedTuple):
    """The tokens of one article, headline first, as arrays with an entry a token.

    `keys` are 32-bit hashes of stems, `information` their inverse document frequency in nats; `runs` and `known_runs`
    are 64-bit hashes of runs of words (n-grams); `words` are the distinct keys, and the first `headline` tokens are the
    headline's.
    """

    keys: npt.NDArray[np.uint32]
    information: npt.NDArray[np.float64]  # nats
    is_filler: _Bools  # numbers and names: what fills a form
    is_name: _Bools  # names alone
    is_number: _Bools
    runs: Hashes  # of `passage_words` tokens, by position
    known_runs: Hashes  # `runs`, ascending
    by_key: npt.NDArray[np.int64]  # positions, by key, equal ones in the order of the text
    words: frozenset[int]  # `keys`, each once
    headline: int  # tokens of the headline, which come first


def lone_headline(title: str, text: str) -> str:
    """Return the headline, or "" where the text begins with it, a closing "…" aside."""
    return "" if text.startswith(title.rstrip("… ")) else title


def read_tokens(
    articles: Sequence[tuple[str, str]], lexicon: Lexicon, model: StoryModel = MODEL
) -> list[ArticleTokens]:
    """Return the tokens of articles of one language, that of the lexicon, given as (headline, text), in their order.

    Both may be empty; a headline with which the text begins is left out. Words are those of `stems.tokenize`. No
    articles give an empty list.
    """
    rows, offsets = lexicon.read(
        [part for title, text in articles for part in (lone_headline(title, text), text)]
    )
    information = lexicon.information[rows]
    is_number = lexicon.has_digit[rows]
    is_name = (lexicon.is_capital[rows] > 0) & (information >= model.filler_information)
    is_name = (is_name | (information >= model.rare_information)) & ~is_number
    keys, bounds = lexicon.keys[rows], offsets.tolist()
    found = []
    for start, middle, end in zip(bounds[:-1:2], bounds[1::2], bounds[2::2], strict=True):
        own = slice(start, end)
        runs = hash_runs(keys[own], model.passage_words)
        found.append(
            ArticleTokens(
                keys[own],
                information[own],
                is_number[own] | is_name[own],
                is_name[own],
                is_number[own],
                runs,
                np.sort(runs),
                np.argsort(keys[own], kind="stable"),
                frozenset(keys[own].tolist()),
                middle - start,
            )
        )
    return found


def hash_runs(keys: npt.NDArray[np.uint32], length: int) -> Hashes:
    """Return a 64-bit hash of every run of `length` tokens (n-gram), entry i for the run that begins at token i.

    A text shorter than `length` (at least 1) has none; equal runs have equal hashes.
    """
    count = len(keys) - length + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    total = np.zeros(count, np.uint64)
    for offset in range(length):
        total = mix64(total + keys[offset : offset + count].astype(np.uint64))
    return total


def sample_runs(
    keys: npt.NDArray[np.uint32], offsets: npt.NDArray[np.int64], model: StoryModel = MODEL
) -> list[npt.NDArray[np.uint32]]:
    """Sample runs of words from each text, as ascending distinct 32-bit hashes that show which pairs share passages.

    Text i is `keys[offsets[i]:offsets[i + 1]]`. Runs of `passage_words` tokens are chosen by their own hash, one in
    `run_sample`, so that two texts choose the same ones (mod-p sampling, Manber 1994), and all of a text of up to
    `short_tokens`; the `runs_kept` smallest are kept. A text without a run has an empty array.
    """
    length = model.passage_words
    hashes = hash_runs(keys, length)
    is_short = np.repeat(np.diff(offsets) <= model.short_tokens, np.diff(offsets))[: len(hashes)]
    at = np.flatnonzero((hashes % np.uint64(model.run_sample) == 0) | is_short)
    text = np.searchsorted(offsets, at, side="right") - 1
    inside = at + length <= offsets[text + 1]
    at, text = at[inside], text[inside]
    bounds = np.searchsorted(text, np.arange(len(offsets)))
    values = (hashes[at] >> np.uint64(32)).astype(np.uint32)
    return [distinct(values[start:end])[: model.runs_kept] for start, end in pairwise(bounds.tolist())]


def trust(a: ArticleTokens, b: ArticleTokens, days_apart: float, model: StoryModel = MODEL) -> float:
    """Return the factor (0 to 1) by which the similarity of two articles is reduced for passages that they repeat.

    `days_apart`, of publication, is NaN where a day is not known. The first rule that holds decides:

    0 for two texts that are equal but for other words in several short gaps; 1 where either repeats fewer than
    `passage_least` tokens in runs of `passage_words`; 0 for a shared notice (see `is_notice`), and for two headlines or
    briefs that are one sentence with other names; 0 where each repeats `form_share` of the other more than `form_days`
    apart (a series); 1 where what is left of either without the passages has less than `rest_information` (an update, a
    shortened copy: nothing contradicts it); 0 where each repeats `form_share` and many names and numbers are in one of
    them only (they fill one form); else the square of the TF-IDF cosine of what is left over `rest_similarity`, for
    forms `form_rest_similarity`, 1 at most. Symmetric.
    """
    if _fill_open_places(a, b, model):
        return 0.0
    shared = []
    for one, other in ((a, b), (b, a)):
        shared.append(_shared(one, other, model.passage_words))
        if shared[-1].sum() < model.passage_least:
            return 1.0
    if _is_notice(a, b, shared, model) or _is_short_form(a, b, shared, model):
        return 0.0
    is_form = min(mask.mean() for mask in shared) >= model.form_share
    if is_form and days_apart > model.form_days:
        return 0.0
    rest = [~mask for mask in shared]
    if any(
        item.information[left].sum() < model.rest_information for item, left in zip((a, b), rest, strict=True)
    ):
        return 1.0
    if is_form and _fill_differently(a, b, model):
        return 0.0
    cosine = _cosine(_weigh(a, rest[0], model), _weigh(b, rest[1], model), model.term_cap)
    needed = model.form_rest_similarity if is_form else model.rest_similarity
    return min(1.0, (cosine / needed) ** 2)


def is_notice(a: ArticleTokens, b: ArticleTokens, model: StoryModel = MODEL) -> bool:
    """Return whether two articles have one text that fits neither headline: a paywall, legal notice, placeholder.

    The texts are equal, or `notice_share` of each lies in runs of words that both have; and each headline has rare
    words, none of which is in the other headline or in a text. (The headline of a report shares words with its text,
    and so do the headlines of two reports of one event.) Of articles given without text only the headlines are
    compared: True then means that they do not rule a notice out.
    """
    return _have_other_headlines(a, b, model) and _repeat_text(a, b, _shared_both_ways(a, b, model), model)


def _is_notice(a: ArticleTokens, b: ArticleTokens, shared: Sequence[_Bools], model: StoryModel) -> bool:
    return _repeat_text(a, b, shared, model) and _have_other_headlines(a, b, model)


def _repeat_text(a: ArticleTokens, b: ArticleTokens, shared: Sequence[_Bools], model: StoryModel) -> bool:
    same = len(a.keys) - a.headline == len(b.keys) - b.headline
    if same and np.array_equal(a.keys[a.headline :], b.keys[b.headline :]):
        return True
    bodies = [mask[item.headline :] for mask, item in zip(shared, (a, b), strict=True)]
    return min(mask.mean() if len(mask) else 0.0 for mask in bodies) >= model.notice_share


def _have_other_headlines(a: ArticleTokens, b: ArticleTokens, model: StoryModel) -> bool:
    """Return whether the words of both headlines are neither in the other one nor in a text."""
    heads = [_telling(item, model) for item in (a, b)]
    if not all(heads) or not heads[0].isdisjoint(heads[1]):
        return False
    return all((heads[0] | heads[1]).isdisjoint(item.keys[item.headline :].tolist()) for item in (a, b))


def _telling(item: ArticleTokens, model: StoryModel) -> set[int]:
    """Return the words of the headline that are not everyday words."""
    head = slice(0, item.headline)
    return set(item.keys[head][item.information[head] >= model.telling_information].tolist())


def _is_short_form(a: ArticleTokens, b: ArticleTokens, shared: Sequence[_Bools], model: StoryModel) -> bool:
    """Return whether two headlines or briefs are one sentence with other names in it."""
    if max(len(a.keys), len(b.keys)) > model.short_tokens:
        return False
    own = [bool(np.setdiff1d(item.keys[item.is_name], other.keys).size) for item, other in ((a, b), (b, a))]
    return all(own) and min(mask.mean() for mask in shared) >= model.short_form_share


def _fill_open_places(a: ArticleTokens, b: ArticleTokens, model: StoryModel) -> bool:
    """Return whether two texts are one text with other words in several short gaps of their alignment.

    What repeats is the form, whatever its words are; what stands in the gaps fills it: names, known or not, choices of
    words, figures. Each side of an open place has a word or number that is nowhere in the other text. Figures alone are
    no proof, since an update has others, nor are plain words, which a rewritten copy has.
    """
    lengths = len(a.keys), len(b.keys)
    needed = model.aligned_share * max(len(a.words), len(b.words))
    if (
        min(lengths) < model.aligned_least
        or max(lengths) > model.aligned_most
        or len(a.words & b.words) < needed
    ):
        return False
    pair = sorted(
        (a, b), key=lambda item: (len(item.keys), item.keys.tobytes())
    )  # so that aligning is symmetric
    own = [~np.isin(one.keys, other.keys) for one, other in (pair, pair[::-1])]
    own = [
        mine & (item.is_filler | (item.information >= model.open_place_information))
        for mine, item in zip(own, pair, strict=True)
    ]
    matched, gaps = _align(*pair)
    gaps = [gap for gap in gaps if max(side.stop - side.start for side in gap) <= model.open_place_tokens]

    def count(which: Sequence[_Bools]) -> int:
        return sum(all(mask[side].any() for mask, side in zip(which, gap, strict=True)) for gap in gaps)

    places = count(own)
    longer = len(pair[1].keys)
    return (
        matched >= model.aligned_share * longer
        and matched + sum(gap[1].stop - gap[1].start for gap in gaps) >= model.aligned_cover * longer
        and places >= max(model.open_places, matched / model.words_an_open_place)
        and count([mine & item.is_filler for mine, item in zip(own, pair, strict=True)]) > 0
        and count([mine & ~item.is_number for mine, item in zip(own, pair, strict=True)])
        >= model.open_places_of_words
    )


def _align(a: ArticleTokens, b: ArticleTokens) -> tuple[int, list[tuple[slice, slice]]]:
    """Return how many tokens two texts have in common in order (Ratcliff and Obershelp 1988), and the gaps between."""
    blocks = SequenceMatcher(None, a.keys.tolist(), b.keys.tolist(), autojunk=False).get_matching_blocks()
    gaps = []
    ends = (0, 0)
    for block in blocks:
        gaps.append((slice(ends[0], block.a), slice(ends[1], block.b)))
        ends = block.a + block.size, block.b + block.size
    return sum(block.size for block in blocks), gaps


def _shared_both_ways(a: ArticleTokens, b: ArticleTokens, model: StoryModel) -> list[_Bools]:
    return [_shared(one, other, model.passage_words) for one, other in ((a, b), (b, a))]


def _shared(item: ArticleTokens, other: ArticleTokens, length: int) -> _Bools:
    """Return which tokens lie in a run of `length` tokens that the other article has too."""
    begins = is_among(item.runs, other.known_runs)
    covered = np.zeros(len(item.keys) + length, np.int64)
    starts = np.flatnonzero(begins)
    covered[starts] += 1
    covered[starts + length] -= 1
    shared: _Bools = np.cumsum(covered)[: len(item.keys)] > 0
    return shared


def _fill_differently(a: ArticleTokens, b: ArticleTokens, model: StoryModel) -> bool:
    """Return whether many names and numbers of either article are nowhere in the other one."""
    fillers = [distinct(item.keys[item.is_filler]) for item in (a, b)]
    own = [int((~np.isin(keys, other.keys)).sum()) for keys, other in zip(fillers, (b, a), strict=True)]
    return min(own) >= model.form_fillers and sum(own) >= model.form_filler_share * sum(map(len, fillers))


def _weigh(
    item: ArticleTokens, rest: _Bools, model: StoryModel
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]:
    left = item.by_key[rest[item.by_key]]
    keys = item.keys[left]
    heads = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    counts = np.diff(heads, append=len(keys))
    weights = (1.0 + np.log(counts)) * item.information[left[heads]] ** model.information_power
    length = float(np.sqrt(weights @ weights))
    return keys[heads], weights / (length or 1.0)


def _cosine(
    a: tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]],
    b: tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]],
    limit: float,
) -> float:
    left, right = common_places(a[0], b[0])
    return float(np.minimum(a[1][left] * b[1][right], limit).sum())
