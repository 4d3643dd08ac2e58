"""Why two articles are together or apart: the stored evidence, and the scores worked out again from the texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.fold_copies import describe
from transforms.background import Background
from transforms.candidates import story_keys
from transforms.copies import MODEL, THRESHOLD, candidate_keys, verify_pairs
from transforms.pairs import Explanation, explain_pair, name_model
from transforms.shingles import shingle, tokenise
from transforms.signatures import sign, to_datasketch
from transforms.templates import fill_same_form
from transforms.terms import Profile, profile
from transforms.types import Kind, Precision

if TYPE_CHECKING:
    from warehouse.rows import ArticleRow, LinkRow, PairDetail


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Whether two texts are one wording, and the measures that say so."""

    relation: str | None
    score: float
    threshold: float
    model_version: str
    estimated_jaccard: float  # of their shingles, from the MinHash signatures
    are_candidates: bool  # whether they share a band or an anchor, so that folding compares them at all
    measures: dict[str, int]

    def lines(self) -> Iterator[str]:
        """Say it in words, a line each."""
        told = self.measures
        relation = self.relation or "no"
        yield f"same wording: {relation}, score {self.score:.3f} against {self.threshold} ({self.model_version})"
        yield (
            f"  {told['words_matched']} words in the same order, of {told['words_a']} and {told['words_b']}; "
            f"{told['numbers_changed']} numbers and {told['names_changed']} names replaced"
        )
        shared = (
            "they share a band or an anchor" if self.are_candidates else "they share no band and no anchor"
        )
        yield f"  MinHash estimates a Jaccard of {self.estimated_jaccard:.3f}; {shared}"
        if told["same_form"]:
            yield "  both fill in one form with other numbers and names: a series, so never one event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Both questions about a pair answered: the same wording, the same event."""

    story: Explanation
    wording: Wording
    are_candidates: bool  # whether they share a blocking key, so that folding compares them at all

    def lines(self, pair: PairDetail) -> Iterator[str]:
        """Say it in words, a line each."""
        for article in (pair.a, pair.b):
            yield f"{article.article_id}  {article.title}"
            yield f"{'':16}  {article.publisher or 'publisher unknown'}, {article.published_at or 'undated'}"
        yield ""
        yield _verdict(pair)
        for link in pair.links:
            yield from _stored(link)
        yield ""
        yield from self.wording.lines()
        yield ""
        story = self.story
        sign = "reaches" if story.is_same_story else "falls short of"
        yield f"same event: score {story.score:.3f} {sign} the threshold {story.threshold:.3f} ({story.model_version})"
        for name, score in story.channels.items():
            mark = "  <- fell short most" if name == story.short_channel else ""
            yield f"  {name:10} {score:.3f}{mark}"
        if not story.is_same_story:
            yield f"  short by {story.threshold - story.score:.3f}"
        yield f"  candidates: {'yes' if self.are_candidates else 'no, they share no blocking key'}"
        if story.shared_terms:
            yield "shared terms, with the share of the body score that each carries:"
            for term in story.shared_terms:
                yield f"  {term.weight:.4f}  {term.word}"
        else:
            yield "shared terms: none"


def explain(pair: PairDetail, background: Background) -> Explained:
    """Work out what speaks for one event in a pair, whether or not folding ever compared the two."""
    a, b = (_profile(article, background) for article in (pair.a, pair.b))
    shared = set(story_keys(a, background).tolist()) & set(story_keys(b, background).tolist())
    return Explained(
        story=explain_pair(a, b, model=name_model(background)),
        wording=_compare(pair.a.text or pair.a.title, pair.b.text or pair.b.title),
        are_candidates=bool(shared),
    )


def _compare(text_a: str, text_b: str) -> Wording:
    tokens = tokenise([text_a, text_b])
    shingles = shingle(tokens)
    signatures = sign(shingles.values, shingles.offsets)
    keys, owners = candidate_keys(tokens, signatures)
    verdicts = verify_pairs(tokens, np.array([0]), np.array([1]))
    is_same_form = not verdicts.is_copy[0] and bool(fill_same_form(verdicts.features)[0])
    return Wording(
        relation=verdicts.relation(0),
        score=round(float(verdicts.score[0]), 4),
        threshold=THRESHOLD,
        model_version=MODEL,
        estimated_jaccard=round(float(to_datasketch(signatures[0]).jaccard(to_datasketch(signatures[1]))), 4),
        are_candidates=bool(np.isin(keys[owners == 0], keys[owners == 1]).any()),
        measures=describe(verdicts.features[0], is_same_form),
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


def _verdict(pair: PairDetail) -> str:
    if pair.is_same_wording:
        return f"together in story {pair.a.story_id}: the same wording (copy group {pair.a.copy_group_id})"
    if pair.is_same_story:
        return f"together in story {pair.a.story_id}: reports of one event"
    for article in (pair.a, pair.b):
        if article.story_id is None:
            return f"apart: {article.article_id} is no report ({article.kind}: {article.kind_reason})"
    return f"apart: story {pair.a.story_id} and story {pair.b.story_id}"


def _stored(link: LinkRow) -> Iterator[str]:
    if link.made_by:
        yield f"stored: {link.relation} by {link.made_by}, {link.linked_at:%Y-%m-%d}: {link.why or 'no reason given'}"
        return
    score = "" if link.score is None else f" score {link.score:.3f} against {link.threshold or 0:.3f}"
    yield f"stored: {link.relation} {link.decision},{score} ({link.model_version})"
    features = json.loads(link.features) if link.features else {}
    if features:
        yield "  " + ", ".join(f"{name} {value}" for name, value in features.items())
