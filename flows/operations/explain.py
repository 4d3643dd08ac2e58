"""Why two articles are together or apart: the stored evidence, and the scores worked out again from the texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.fold.copies import name_measures
from flows.operations.pair_sentences import days_apart, verdict
from flows.terminal_output import shown_time
from transforms.copies.compare import candidate_keys, verify_pairs
from transforms.copies.copy_model import COPIES
from transforms.copies.shingles import shingle, tokenise
from transforms.copies.signatures import sign, to_datasketch
from transforms.copies.templates import fill_same_form
from transforms.language.background import Background
from transforms.stories.blocking_keys import story_keys
from transforms.stories.pair_score import Explanation, explain_pair, name_model
from transforms.stories.profile import Profile, profile
from transforms.stories.story_model import MODEL
from transforms.types import Kind, Precision

if TYPE_CHECKING:
    from warehouse.row_types import ArticleRow, LinkRow, PairDetail


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyComparison:
    """Whether one text is a copy of the other: relation, score and threshold, and the measures of the alignment."""

    relation: str | None
    score: float
    threshold: float
    model_version: str
    estimated_jaccard: float  # of their shingles, from the MinHash signatures
    are_candidates: bool  # whether they share a band or a fingerprint, so that folding compares them at all
    measures: dict[str, int]

    def lines(self) -> Iterator[str]:
        """Yield the comparison as lines of text: relation and score, words matched, estimated Jaccard similarity."""
        found = self.measures
        relation = self.relation or "no"
        yield f"copy: {relation}, score {self.score:.3f} against {self.threshold} ({self.model_version})"
        yield (
            f"  {found['words_matched']} words in the same order, of {found['words_a']} and {found['words_b']}; "
            f"{found['numbers_changed']} numbers and {found['names_changed']} names replaced"
        )
        shared = (
            "they share a band or a fingerprint"
            if self.are_candidates
            else "they share no band and no fingerprint"
        )
        yield f"  MinHash estimates a Jaccard of {self.estimated_jaccard:.3f}; {shared}"
        if found["same_form"]:
            yield "  both fill in one form with other numbers and names: a series, and no copies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A comparison of two articles, as copies of one text and as reports of one event (the result of `explain`)."""

    story: Explanation
    copy: CopyComparison
    are_candidates: (
        bool  # whether they share enough blocking keys for their days, so that folding compares them at all
    )

    def lines(self, pair: PairDetail) -> Iterator[str]:
        """Yield the comparison as lines of text, for a terminal.

        In order: both articles, why they are together or apart (`pair_sentences.verdict`), stored links, the copy
        score, the event score with its channels, shared terms. `pair` is what `explain` was called with.
        """
        for article in (pair.a, pair.b):
            yield f"{article.article_id}  {article.title}"
            when = shown_time(article.published_at, article.published_precision) or "undated"
            yield f"{'':16}  {article.publisher or 'publisher unknown'}, {when}"
        yield ""
        yield from verdict(pair, are_candidates=self.are_candidates)
        for link in pair.links:
            yield from _stored(link)
        yield ""
        yield from self.copy.lines()
        yield ""
        story = self.story
        sign = "reaches" if story.is_same_story else "falls short of"
        yield f"same event: score {story.score:.3f} {sign} the threshold {story.threshold:.3f} ({story.model_version})"
        for name, score in story.channels.items():
            mark = "  <- fell short most" if name == story.short_channel else ""
            yield f"  {name:10} " + (
                f"{score:.3f}{mark}" if score is not None else "none: counts with the body"
            )
        if not story.is_same_story:
            yield f"  short by {story.threshold - story.score:.3f}"
        yield f"  candidates: {'yes' if self.are_candidates else 'no, they share too few blocking keys for their days'}"
        if story.shared_terms:
            yield "shared terms, with the share of the body score that each carries:"
            for term in story.shared_terms:
                yield f"  {term.weight:.4f}  {term.word}"
        else:
            yield "shared terms: none"


def explain(pair: PairDetail, background: Background) -> Explained:
    """Compare two articles anew, as reports of one event and as copies of one text, whether or not folding ever did.

    The event score is a weighted cosine of TF-IDF vectors under `background`, the copy score that of an alignment of
    words. Each also records whether folding would compare the two at all: whether they share a blocking key (more where
    days lie between, none beyond the reach of the model), or an LSH band or fingerprint. An article without a text is
    compared by its headline. Stored links do not count.
    """
    a, b = (_profile(article, background) for article in (pair.a, pair.b))
    shared = set(story_keys(a).tolist()) & set(story_keys(b).tolist())
    gap = days_apart(pair) or 0.0
    least = MODEL.far_shared_blocks if gap > MODEL.far_days else 1
    return Explained(
        story=explain_pair(a, b, model=name_model(background)),
        copy=_compare(pair.a.text or pair.a.title, pair.b.text or pair.b.title),
        are_candidates=len(shared) >= least and gap <= MODEL.window_days,
    )


def _compare(text_a: str, text_b: str) -> CopyComparison:
    tokens = tokenise([text_a, text_b])
    shingles = shingle(tokens)
    signatures = sign(shingles.values, shingles.offsets)
    keys, owners = candidate_keys(tokens, signatures)
    verdicts = verify_pairs(tokens, np.array([0]), np.array([1]))
    is_same_form = not verdicts.is_copy[0] and bool(fill_same_form(verdicts.features)[0])
    return CopyComparison(
        relation=verdicts.relation(0),
        score=round(float(verdicts.score[0]), 4),
        threshold=COPIES.threshold,
        model_version=COPIES.version,
        estimated_jaccard=round(float(to_datasketch(signatures[0]).jaccard(to_datasketch(signatures[1]))), 4),
        are_candidates=bool(np.isin(keys[owners == 0], keys[owners == 1]).any()),
        measures=name_measures(verdicts.features[0], is_same_form),
    )


def _profile(article: ArticleRow, background: Background) -> Profile:
    return profile(
        int(article.article_id, 16),
        article.title,
        article.text,
        article.language,
        article.published_at,
        Precision(article.published_precision),
        Kind(article.kind),
        background,
    )


def _stored(link: LinkRow) -> Iterator[str]:
    if link.made_by:
        yield f"stored: {link.relation} by {link.made_by}, {link.linked_at:%Y-%m-%d}: {link.why or 'no reason given'}"
        return
    score = "" if link.score is None else f" score {link.score:.3f} against {link.threshold or 0:.3f}"
    yield f"stored: {link.relation} {link.decision},{score} ({link.model_version})"
    features = json.loads(link.features) if link.features else {}
    if features:
        yield "  " + ", ".join(f"{name} {value}" for name, value in features.items())
