"""From changed articles to changed copy groups: signatures, bands, candidates, verified links, groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.decisions import Decisions
from transforms import kernel_loops as measures
from transforms.constraints import split_forbidden
from transforms.copies import (
    BUCKET_CAP,
    BUCKET_NEAREST,
    MODEL,
    THRESHOLD,
    Relation,
    candidate_keys,
    group,
    verify_pairs,
)
from transforms.shingles import shingle, tokenise
from transforms.signatures import sign
from transforms.stories import STANDING_APART
from transforms.templates import fill_same_form
from transforms.types import Kind
from warehouse import folding, refolding
from warehouse.folding import Ids, id_column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


# Rejected pairs are kept as evidence from this score on: what a person may ask about, and a lower threshold may take.
_NEAR_MISS = 0.25
# Articles compared at a time when all are compared anew; bounds memory, results do not depend on it.
_ARTICLES_AT_ONCE = 20_000
_MEASURES = {
    "words_a": measures.TOKENS_A,
    "words_b": measures.TOKENS_B,
    "words_matched": measures.MATCHED,
    "numbers_changed": measures.NUMBER_SLOTS,
    "names_changed": measures.NAME_SLOTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyChange:
    """What changed among copy groups, for the stories to follow."""

    dirty: Ids  # articles whose text or standing changed, those gone included
    touched: Ids  # articles dirty, decided upon, or of another group or representative than before
    fresh: Ids  # representatives that stories do not know yet, or not with this text
    stale: Ids  # former representatives, and representatives whose text changed
    candidates: int
    accepted: int


def as_ids(numbers: Iterable[int]) -> Ids:
    """Return article or story ids as an array."""
    return np.fromiter(numbers, dtype=np.uint64)


def fold_copies(
    con: DuckDBPyConnection,
    dirty: Ids,
    decisions: Decisions,
    *,
    run_id: str,
    now: datetime,
    again: Ids | None = None,
) -> CopyChange:
    """Bring every copy group that the dirty articles may concern up to date.

    `dirty` holds articles that are new, changed or gone; `again` those whose evidence stands and whose groups have to
    be made again, since people decided upon them.
    """
    bereft = folding.neighbours(con, dirty, folding.COPY_RELATIONS)
    before = folding.copy_groups(con, np.union1d(dirty, bereft))
    folding.forget_articles(con, dirty)
    articles = _foldable(folding.foldable_articles(con, dirty))
    _sign(con, articles)
    candidates, accepted = _link(con, id_column(articles, "article_id"), run_id=run_id, now=now)

    seeds = np.union1d(np.union1d(dirty, bereft), id_column(before, "article_id"))
    if again is not None:
        seeds = np.union1d(seeds, again)
    # a forbidden pair can be held together over must-links and other copy groups, so these are looked at too
    bound = decisions.bound() if decisions.cannot or again is not None else None
    reached = folding.component(con, seeds, folding.COPY_RELATIONS, bound)
    before = pa.concat_tables([before, folding.copy_groups(con, reached)])
    standing = {row["article_id"]: row for row in _foldable(folding.copy_standing(con, reached)).to_pylist()}
    groups = _group(con, sorted(standing), decisions)
    leaders = [_representative(some, standing) for some in groups]
    now_in = {
        article: (some[0], article == leader)
        for some, leader in zip(groups, leaders, strict=True)
        for article in some
    }
    moved = _write_members(con, before, reached, dirty, now_in)
    old = id_column(before.filter(before.column("is_representative")), "article_id")
    new = np.sort(as_ids(leaders))
    return CopyChange(
        dirty=dirty,
        touched=np.union1d(np.union1d(dirty, moved), as_ids(()) if again is None else again),
        fresh=np.union1d(np.setdiff1d(new, old), np.intersect1d(new, dirty)),
        stale=np.union1d(np.setdiff1d(old, new), np.intersect1d(old, dirty)),
        candidates=candidates,
        accepted=accepted,
    )


def _write_members(
    con: DuckDBPyConnection,
    before: pa.Table,
    reached: Ids,
    dirty: Ids,
    now_in: Mapping[int, tuple[int, bool]],
) -> Ids:
    """Write the group of each article reached, and whether it leads it, where either changed; returns who changed.

    Rows of the dirty are gone with their evidence.
    """
    articles, numbers = (id_column(before, name).tolist() for name in ("article_id", "copy_group_id"))
    leads = before.column("is_representative").to_pylist()
    was_in = dict(zip(articles, zip(numbers, leads, strict=True), strict=True))
    for article in dirty.tolist():
        was_in.pop(article, None)
    moved = as_ids(article for article in reached.tolist() if was_in.get(article) != now_in.get(article))
    placed = [article for article in moved.tolist() if article in now_in]
    folding.delete_rows(con, "copy_members", "article_id", moved)
    folding.insert_rows(
        con,
        "copy_members",
        {
            "article_id": as_ids(placed),
            "copy_group_id": as_ids(now_in[article][0] for article in placed),
            "is_representative": [now_in[article][1] for article in placed],
        },
    )
    return moved


def rebuild_copy_evidence(con: DuckDBPyConnection, *, run_id: str, now: datetime) -> None:
    """Sign and compare all articles anew, as after a change of model; copy groups are not touched.

    Articles whose texts were dropped keep the evidence that they have.
    """
    standing = refolding.textless(con)
    refolding.forget_copy_evidence(con)
    every = np.setdiff1d(refolding.every_article(con), standing)
    chunks = [every[start : start + _ARTICLES_AT_ONCE] for start in range(0, len(every), _ARTICLES_AT_ONCE)]
    for chunk in chunks:
        _sign(con, _foldable(folding.foldable_articles(con, chunk)))
    for chunk in chunks:
        _link(con, chunk, run_id=run_id, now=now, standing=standing)


def _foldable(articles: pa.Table) -> pa.Table:
    """Leave out what tells nothing by itself: stubs and lists of headlines."""
    return articles.filter(
        pc.invert(pc.is_in(articles.column("kind"), pa.array([str(kind) for kind in STANDING_APART])))
    )


def _sign(con: DuckDBPyConnection, articles: pa.Table) -> None:
    """Store the signature and the candidate keys of each article."""
    if not articles.num_rows:
        return
    ids = id_column(articles, "article_id")
    tokens = tokenise(_wordings(articles))
    shingles = shingle(tokens)
    signatures = sign(shingles.values, shingles.offsets)
    flat = pa.FixedSizeListArray.from_arrays(signatures.ravel(), signatures.shape[1])
    folding.insert_rows(
        con,
        "signatures",
        {
            "article_id": ids,
            "signature": flat.cast(pa.list_(pa.uint32())),
            "content_hash": articles.column("content_hash"),
        },
    )
    keys, owners = candidate_keys(tokens, signatures)
    order = np.lexsort((owners, keys))
    keys, owners = keys[order], owners[order]
    is_new = np.ones(len(keys), np.bool_)  # a text that repeats a passage repeats its key
    is_new[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    folding.insert_rows(con, "bands", {"band_key": keys[is_new], "article_id": ids[owners[is_new]]})


def _link(
    con: DuckDBPyConnection, fresh: Ids, *, run_id: str, now: datetime, standing: Ids | None = None
) -> tuple[int, int]:
    """Verify every candidate pair of a fresh article on the texts; returns (verified, accepted).

    When all are compared anew, `standing` are the articles whose links stand; see `leave_standing`.
    """
    left, right = folding.copy_candidates(con, fresh, cap=BUCKET_CAP, reach=BUCKET_NEAREST // 2)
    left, right = leave_standing(left, right, fresh, standing)
    if not len(left):
        return 0, 0
    ids = np.union1d(left, right)
    tokens = tokenise(_wordings(folding.foldable_articles(con, ids)))
    verdicts = verify_pairs(tokens, np.searchsorted(ids, left), np.searchsorted(ids, right))
    same_form = ~verdicts.is_copy & fill_same_form(verdicts.features)
    kept = np.flatnonzero(verdicts.is_copy | (verdicts.score >= _NEAR_MISS) | same_form)
    relations = np.where(verdicts.is_exact[kept], str(Relation.EXACT), str(Relation.NEAR_DUPLICATE))
    folding.insert_links(
        con,
        {
            "article_a": left[kept],
            "article_b": right[kept],
            "relation": relations.tolist(),
            "score": verdicts.score[kept],
            "decision": np.where(verdicts.is_copy[kept], "accepted", "rejected").tolist(),
            "threshold": np.full(len(kept), THRESHOLD, np.float32),
            "model_version": [MODEL] * len(kept),
            "run_id": [run_id] * len(kept),
            "linked_at": [now] * len(kept),
        },
        features={name: verdicts.features[kept, place] for name, place in _MEASURES.items()}
        | {"same_form": same_form[kept]},
    )
    return len(left), int(verdicts.is_copy.sum())


def leave_standing(left: Ids, right: Ids, fresh: Ids, standing: Ids | None) -> tuple[Ids, Ids]:
    """Choose among pairs when all are compared anew; all of them where `standing` is None.

    Links of `standing` articles stand, since their texts were dropped; any other pair belongs to the call that has its
    smaller id among `fresh`.
    """
    if standing is None:
        return left, right
    mine = np.isin(left, fresh) & ~np.isin(left, standing) & ~np.isin(right, standing)
    return left[mine], right[mine]


def describe(row: Sequence[int], is_same_form: bool) -> dict[str, int]:
    """Name the measures of a compared pair that people can read, as `links.features` has them."""
    return {name: int(row[place]) for name, place in _MEASURES.items()} | {"same_form": is_same_form}


def _group(con: DuckDBPyConnection, ids: Sequence[int], decisions: Decisions) -> list[list[int]]:
    """Group the articles by their accepted links, but for what people set apart."""
    rows = folding.links_within(con, as_ids(ids), folding.COPY_RELATIONS)
    rows = rows.filter(pc.equal(rows.column("decision"), "accepted"))
    pairs = list(zip(rows.column("article_a").to_pylist(), rows.column("article_b").to_pylist(), strict=True))
    scores = rows.column("score").to_pylist()
    groups = group(ids, pairs, scores)
    if not decisions.cannot:
        return groups
    scored = [(a, b, score) for (a, b), score in zip(pairs, scores, strict=True)]
    return split_forbidden(groups, scored, decisions.must, decisions.cannot)


def _representative(members: Sequence[int], standing: Mapping[int, Mapping[str, Any]]) -> int:
    """Return the article that stands for a copy group in stories: the fullest plain article, ties by id."""

    def rank(article: int) -> tuple[bool, int, int]:
        row = standing[article]
        return row["kind"] != Kind.ARTICLE, -row["word_count"], article

    return min(members, key=rank)


def _wordings(articles: pa.Table) -> list[str]:
    """Return what is compared: the body, since headlines are what reprints change first; the title where it is all."""
    bodies, titles = articles.column("text").to_pylist(), articles.column("title").to_pylist()
    return [body or title for body, title in zip(bodies, titles, strict=True)]
