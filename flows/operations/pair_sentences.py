"""Why two articles are together or apart, in a few plain sentences: stored evidence in, sentences out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from transforms.stories.clustering import ATTACHED_KINDS
from transforms.stories.story_model import MODEL
from transforms.types import Kind

if TYPE_CHECKING:
    from warehouse.row_types import ArticleRow, ChainStep, LinkRow, PairDetail


def verdict(pair: PairDetail, *, are_candidates: bool) -> list[str]:
    """Return in sentences, one at least, why two articles are together or apart.

    They name the stories that the two are in, and the decision, copy or scores behind it, from stored evidence.
    `are_candidates`: whether the two share a blocking key, so that folding would compare them. Scores are those of the
    pair; between two stories it is the mean over all pairs (average linkage).
    """
    if pair.is_same_story:
        return [*_together(pair)]
    return [*_apart(pair, are_candidates)]


def _together(pair: PairDetail) -> Iterator[str]:
    yield f"Together in story {pair.a.story_id}."
    if (decided := _decision(pair, "must_link")) is not None:
        yield f"{_who(decided)} linked the two{_why(decided)}."
    elif pair.is_copy:
        yield "One is a copy of the other's text, or both are copies of a third."
    elif len(pair.chain) == 1:
        yield f"They are linked directly ({_how(pair.chain[0])})."
    elif pair.chain:
        others = len(pair.chain) - 1
        through = f"{others} other report{'s' if others > 1 else ''}"
        yield f"They are linked through {through}: {_path(pair)}."
    for article in (pair.a, pair.b):
        if article.published_at is None:
            yield f"{_name(article)} states no date: that it is of this time is the least certain part of it."
    if (score := _best(pair)) is not None and not score[1]:
        yield f"By themselves the two score {score[0]:.2f}, less than the {MODEL.threshold:.2f} that a pair needs."


def _apart(pair: PairDetail, are_candidates: bool) -> Iterator[str]:
    for article in (pair.a, pair.b):
        if article.story_id is None:
            yield f"Apart: {_name(article)} is in no story, since it is {article.kind} ({article.kind_reason})."
            return
    yield f"Apart: in story {pair.a.story_id} and story {pair.b.story_id}."
    score = _best(pair)
    if (decided := _decision(pair, "cannot_link")) is not None:
        yield f"{_who(decided)} decided that they are two stories{_why(decided)}."
    elif pair.parted is not None:
        yield (
            f"{_who(pair.parted)} decided about other reports of theirs that these are two stories{_why(pair.parted)}."
        )
    elif score is None and pair.a.language != pair.b.language:
        yield (
            f"They were never compared: one is in {pair.a.language}, the other in {pair.b.language}, and a story "
            "has one language."
        )
    elif score is None and are_candidates:
        yield "They were compared, but their score was too low to be kept."
    elif score is None and (gap := days_apart(pair)) is not None and gap > MODEL.window_days:
        yield (
            f"They were never compared: they are {gap:.0f} days apart, and a story spans {MODEL.window_days} at most."
        )
    elif score is None:
        yield "They were never compared: too few of the words that say most of each are in both."
    elif not score[1]:
        yield f"Their score of {score[0]:.2f} falls short of the {MODEL.threshold:.2f} that a pair needs."
    elif (attached := _attached(pair)) is not None:
        kind = attached.kind.replace("_", " ")
        yield (
            f"Their texts pass ({score[0]:.2f}), but {_name(attached)} is a {kind}: it is put into the one story "
            "that it fits clearly better than any other, and never joins two."
        )
    else:
        yield (
            f"Their texts pass ({score[0]:.2f}, where a pair needs {MODEL.threshold:.2f}), but stories are joined by "
            "the mean over all of their articles, and these two are apart by it."
        )
    if pair.between is not None and _attached(pair) is None:
        yield from _means(pair, is_decided=decided is not None or pair.parted is not None)


def _means(pair: PairDetail, *, is_decided: bool) -> Iterator[str]:
    """Yield how alike two stories are and what a merge needs, unless that is not what keeps them apart."""
    inside = [f"{mean:.2f}" for mean in (pair.inside_a, pair.inside_b) if mean is not None]
    within = f"; within them {' and '.join(inside)}" if inside else ""
    mean = f"The mean similarity between the two stories is {pair.between:.2f}{within}."
    is_far = pair.span_days is not None and pair.span_days > MODEL.window_days
    if is_far and (days_apart(pair) or 0.0) <= MODEL.window_days:
        yield f"Together they would span {pair.span_days:.0f} days, and a story spans {MODEL.window_days} at most."
    if is_decided or is_far:
        yield mean
        return
    needs = f"{MODEL.least_similarity():.2f}, and more where other reports are as near"
    if pair.needed is not None:
        needs = f"{pair.needed:.2f}, by how near other reports are and how alike those within each story"
    yield f"{mean} A merge needs {needs}."


def days_apart(pair: PairDetail) -> float | None:
    """Return how many days lie between the publication of two articles; None where one states no date."""
    if pair.a.published_at is None or pair.b.published_at is None:
        return None
    return abs((pair.a.published_at - pair.b.published_at).total_seconds()) / 86400


def _attached(pair: PairDetail) -> ArticleRow | None:
    """Return the one of two articles that decides nothing about stories (a live blog, round-up or digest), if any."""
    return next((article for article in (pair.a, pair.b) if Kind(article.kind) in ATTACHED_KINDS), None)


def _best(pair: PairDetail) -> tuple[float, bool] | None:
    """Return the stored score of the pair as reports of one event and whether it passes; copies have another scale."""
    scores = [
        (link.score, link.decision == "passes")
        for link in pair.links
        if link.score is not None and link.relation == "same_story"
    ]
    return max(scores, key=lambda score: (score[1], score[0])) if scores else None


def _decision(pair: PairDetail, relation: str) -> LinkRow | None:
    return next((link for link in pair.links if link.relation == relation), None)


def _who(link: LinkRow) -> str:
    return f"On {link.linked_at:%Y-%m-%d} {link.made_by}"


def _why(link: LinkRow) -> str:
    return f" ({link.why})" if link.why else ""


def _path(pair: PairDetail) -> str:
    """Return the reports on the way from one article to the other, each with how it hangs on the one before."""
    at = pair.a.article_id
    names: list[str] = []
    for step in pair.chain:
        ends = {step.article_id: step.name, step.via_article_id: step.via_name}
        names = names or [ends[at]]
        (at,) = ends.keys() - {at}
        names.append(f"{ends[at]} ({_how(step)})")
    return " – ".join(names)


def _how(step: ChainStep) -> str:
    by = {"decision": "linked by a person", "copy": "copy", "attached": "attached"}.get(
        step.decided_by, "score"
    )
    return by + (f" {step.score:.2f}" if step.score is not None and step.decided_by != "decision" else "")


def _name(article: ArticleRow) -> str:
    return f"{article.article_id} ({article.publisher or 'publisher unknown'})"
