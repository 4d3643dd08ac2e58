"""Stories of one event in different languages: what each story shares with others in, pairs that hold out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from transforms.language.cross_language_terms import MOST_INFORMATION, VERSION
from transforms.language.sentence_encoder import Floats
from transforms.language.stems import is_unspaced

TermWeights = Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLanguageModel:
    """The constants of relations between stories of different languages, by what their reports share.

    Fitted by `benchmarks.languages` on one half of its sets.
    """

    # A pair holds when it shares so many different terms, with so much information in common, and so large a part.
    least_terms: int = 3
    least_information: float = 3.0
    least_cosine: float = 0.25
    # Days between the first reports of two stories of one event.
    days_apart: int = 2
    # Days before and after a story in which other stories tell how common a term is just now.
    days_around: int = 3
    # Stories granted to every language, so that a few do not make a term common.
    prior_stories: int = 30
    # A term of more stories within reach brings no pair together by itself; it counts where others did.
    block_size: int = 200
    # With vectors of a multilingual encoder a pair holds by how close these are: their cosine and a share of that of
    # the terms. Headlines alone need more, since they leave out what tells two events of one kind apart.
    terms_share: float = 0.3
    least_closeness: float = 0.6
    least_closeness_of_headlines: float = 0.9
    # What holds by its terms holds only where the vectors do not contradict.
    least_vector_cosine: float = 0.3
    # Characters up to which title and beginning of a report count as a headline; each of Chinese, Japanese and Thai
    # counts as three.
    headline_characters: int = 200

    @property
    def context_days(self) -> int:
        """Return the number of days around a story within which other stories decide what it is related to."""
        return self.days_around + self.days_apart


MODEL: Final = OtherLanguageModel()
# Products of many vectors at once differ from those of two in their last digits; the pair itself is judged alone.
_MARGIN: Final = 1e-3
MODEL_VERSION: Final = f"languages-1/{VERSION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryTerms:
    """One story with the terms of its reports, to be compared with stories in other languages.

    `day` is that of its first report, in days since 1970. `terms` is {term id: mean weight in nats}; `reports` has the
    weights by report (article id), `vectors` a unit vector of each report that has one. `is_headline`: its reports have
    hardly more than headlines.
    """

    story_id: int
    language: str  # as `model_language` gives it
    day: int  # of its first report, counted from 1970
    terms: TermWeights
    reports: Mapping[int, TermWeights]  # article → its own terms
    vectors: Mapping[int, Floats] = field(
        default_factory=dict
    )  # article → unit vector, where an encoder made one
    is_headline: bool = False  # whether all of its reports are no longer than that (`is_headline`)

    def vector(self) -> Floats | None:
        """Return the unit vector (float32) of the mean of its reports; None where none has one."""
        if not self.vectors:
            return None
        mean = np.mean([self.vectors[one] for one in sorted(self.vectors)], axis=0, dtype=np.float64)
        return np.asarray(mean / (np.linalg.norm(mean) or 1.0), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two stories in different languages that report one event, and the two reports with most terms in common.

    `score` is the cosine (0 to 1) of the stories' weighted terms; `article_a` is of `story_a`, `article_b` of
    `story_b`.
    """

    story_a: int  # the smaller id
    story_b: int
    score: float  # cosine of their terms, 0..1; with vectors `closeness`, at most 1
    article_a: int
    article_b: int


def is_headline(text: str, language: str, model: OtherLanguageModel = MODEL) -> bool:
    """Return whether a report has hardly more than a headline: at most `headline_characters` (200).

    `text` is its title and the beginning of its text, `language` a code of `model_language`; a character of a language
    written without spaces counts three times.
    """
    return len(text) * (3 if is_unspaced(language) else 1) <= model.headline_characters


def weigh_terms(
    stories: Sequence[StoryTerms], model: OtherLanguageModel = MODEL
) -> dict[int, dict[int, float]]:
    """Return {story id: {term: weight}}, lowered for terms that are common in the days around a story.

    A term keeps a share of its weight, by how rare it is among the stories of each language within `days_around`; the
    language in which it is most common counts. So a name that one story of each language has keeps all of it. A story
    depends on others within `days_around` alone; those must be among `stories`.
    """
    by_day: dict[int, list[StoryTerms]] = defaultdict(list)
    for story in stories:
        by_day[story.day].append(story)
    weighed: dict[int, dict[int, float]] = {}
    least_share = math.exp(-MOST_INFORMATION)
    for day, own in sorted(by_day.items()):
        counts: dict[str, Counter[int]] = defaultdict(Counter)
        sizes: Counter[str] = Counter()
        for other in range(day - model.days_around, day + model.days_around + 1):
            for story in by_day.get(other, ()):
                sizes[story.language] += 1
                counts[story.language].update(story.terms.keys())
        shares: dict[int, float] = {}
        for language, count in counts.items():
            for term, number in count.items():
                share = (number - 1) / (sizes[language] + model.prior_stories)
                shares[term] = max(shares.get(term, least_share), share)
        rarity = {term: -math.log(share) / MOST_INFORMATION for term, share in shares.items()}
        for story in own:
            weighed[story.story_id] = {term: weight * rarity[term] for term, weight in story.terms.items()}
    return weighed


def match_stories(
    stories: Sequence[StoryTerms], days: Iterable[int] | None = None, model: OtherLanguageModel = MODEL
) -> list[Match]:
    """Return the pairs of stories in different languages that report one event, by their ids.

    With `days`, only pairs of which one story is of such a day; then all stories within `context_days` of those must
    be among `stories`, and the answer does not depend on any other. The order of `stories` does not matter.
    """
    weighed = weigh_terms(stories, model)
    wanted = None if days is None else set(days)
    by_id = {story.story_id: story for story in stories}
    vectors = {story.story_id: vector for story in stories if (vector := story.vector()) is not None}
    norms = {
        one: math.sqrt(math.fsum(weight * weight for weight in terms.values()))
        for one, terms in weighed.items()
    }
    found = []
    pairs = _candidates(stories, wanted, model) | _close_pairs(stories, vectors, wanted, model)
    for a, b in sorted(pairs):
        shared = sorted(weighed[a].keys() & weighed[b].keys())
        product = math.fsum(weighed[a][term] * weighed[b][term] for term in shared)
        cosine = min(1.0, product / (norms[a] * norms[b])) if shared else 0.0
        holds = (
            cosine >= model.least_cosine
            and len(shared) >= model.least_terms
            and math.fsum(min(weighed[a][term], weighed[b][term]) for term in shared)
            >= model.least_information
        )
        score = cosine
        if a in vectors and b in vectors:
            alike = float(vectors[a] @ vectors[b])
            score = min(1.0, alike + model.terms_share * cosine)
            least = _least_closeness(by_id[a], by_id[b], model)
            holds = score >= least or (holds and alike >= model.least_vector_cosine)
        if holds:
            articles = _closest(by_id[a], by_id[b], weighed[a])
            found.append(
                Match(story_a=a, story_b=b, score=score, article_a=articles[0], article_b=articles[1])
            )
    return found


def _least_closeness(a: StoryTerms, b: StoryTerms, model: OtherLanguageModel) -> float:
    return model.least_closeness_of_headlines if a.is_headline or b.is_headline else model.least_closeness


def _close_pairs(
    stories: Sequence[StoryTerms],
    vectors: Mapping[int, Floats],
    wanted: set[int] | None,
    model: OtherLanguageModel,
) -> set[tuple[int, int]]:
    """Pairs of different languages, near in time, whose vectors alone are close enough; one of the days is `wanted`."""
    by_day: dict[int, list[StoryTerms]] = defaultdict(list)
    for story in stories:
        if story.story_id in vectors:
            by_day[story.day].append(story)
    pairs: set[tuple[int, int]] = set()
    for day, own in by_day.items():
        days = range(day, day + model.days_apart + 1)
        if wanted is not None and wanted.isdisjoint(days):
            continue
        near = [other for other_day in days for other in by_day.get(other_day, ())]
        cosines = (
            np.stack([vectors[one.story_id] for one in own])
            @ np.stack([vectors[one.story_id] for one in near]).T
        )
        for row, column in np.argwhere(cosines >= model.least_closeness - _MARGIN).tolist():
            a, b = own[row], near[column]
            is_wanted = wanted is None or a.day in wanted or b.day in wanted
            if a.language != b.language and is_wanted:
                pairs.add((min(a.story_id, b.story_id), max(a.story_id, b.story_id)))
    return pairs


def _candidates(
    stories: Sequence[StoryTerms], wanted: set[int] | None, model: OtherLanguageModel
) -> set[tuple[int, int]]:
    """Pairs of different languages, near in time, that share a term which few stories of these days have.

    One of the two days of a pair is `wanted`; few are at most `block_size` around either of them.
    """
    blocks: dict[tuple[int, int], list[StoryTerms]] = defaultdict(list)
    for story in stories:
        for term in story.terms:
            blocks[term, story.day].append(story)
    pairs: set[tuple[int, int]] = set()
    near_wanted = wanted and {
        day + shift for day in wanted for shift in range(-model.days_apart, model.days_apart + 1)
    }
    for story in stories:
        if near_wanted is not None and story.day not in near_wanted:
            continue
        is_wanted = wanted is None or story.day in wanted
        for term in story.terms:
            near = [
                blocks.get((term, story.day + shift), ())
                for shift in range(-model.days_apart, model.days_apart + 1)
            ]
            if sum(map(len, near)) > model.block_size:
                continue
            for others in near:
                for other in others:
                    if other.language != story.language and (is_wanted or other.day in (wanted or ())):
                        pair = (story.story_id, other.story_id)
                        pairs.add((min(pair), max(pair)))
    return pairs


def _closest(a: StoryTerms, b: StoryTerms, weights: TermWeights) -> tuple[int, int]:
    """Return the reports, one of each story, that share most terms; ties go to closer vectors, then to smaller ids."""
    ranked = (
        (
            -math.fsum(sorted(weights[term] for term in mine.keys() & theirs.keys())),
            -_cosine(a.vectors.get(one), b.vectors.get(other)),
            one,
            other,
        )
        for one, mine in a.reports.items()
        for other, theirs in b.reports.items()
    )
    return min(ranked)[2:]


def _cosine(a: Floats | None, b: Floats | None) -> float:
    return 0.0 if a is None or b is None else float(a @ b)
