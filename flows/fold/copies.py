"""From changed articles to changed copy groups: signatures, bands, candidates, verified links, groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.engine.processors import usable_processors
from flows.fold.article_tokens import tokens_of
from flows.fold.decisions_in_force import Decisions
from transforms.copies.compare import CopyRelation, candidate_keys, group, verify_pairs
from transforms.copies.copy_model import COPIES
from transforms.copies.shingles import shingle, tokenise
from transforms.copies.signatures import sign
from transforms.copies.templates import fill_same_form
from transforms.kernel import shingle_loops as measures
from transforms.kernel.sorted_sets import difference, intersection, union
from transforms.stories.clustering import EXCLUDED_KINDS
from transforms.stories.must_and_cannot_links import split_forbidden
from transforms.stories.shared_passages import is_notice
from transforms.types import Kind
from warehouse import folding_evidence, folding_facts, folding_tables, refold_queries
from warehouse.folding_tables import Ids, id_column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


# Articles compared at a time when all are compared again; bounds memory, results do not depend on it.
_ARTICLES_AT_ONCE = 20_000
# A longer text is a report, even where no word of its headline is in it.
_NOTICE_WORDS = 150
_MEASURES = {
    "words_a": measures.TOKENS_A,
    "words_b": measures.TOKENS_B,
    "words_matched": measures.MATCHED,
    "numbers_changed": measures.NUMBER_SLOTS,
    "names_changed": measures.NAME_SLOTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyChange:
    """What `fold_copies` changed, for the folding of stories: arrays of ids, and counts of pairs.

    `dirty` are articles whose text or kind changed, those gone included; `touched` articles that are dirty, decided
    upon, or in another group or under another representative than before; `fresh` representatives that stories do not
    know yet, or not with this text; `stale` former representatives, and those whose text changed. `candidates` and
    `accepted` count the pairs verified and those found to be copies.
    """

    dirty: Ids  # articles whose text or kind changed, those gone included
    touched: Ids  # articles dirty, decided upon, or of another group or representative than before
    fresh: Ids  # representatives that stories do not know yet, or not with this text
    stale: Ids  # former representatives, and representatives whose text changed
    candidates: int
    accepted: int


def as_ids(numbers: Iterable[int]) -> Ids:
    """Return article or story ids as a uint64 array, in the order given; empty for none."""
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
    """Update every copy group that changed articles may concern, in the caller's transaction.

    `dirty` holds articles that are new, changed or gone: their evidence is deleted and made again (MinHash signatures,
    LSH bands and fingerprints as keys, links of verified pairs). `again` holds articles whose evidence stays, but whose
    groups are made again, since people decided about them. Groups come from `group` (average linkage over accepted
    links), split where people set articles apart; an article without copies is a group of its own, stubs and lists of
    headlines are in none. The representative of a group is its longest article of kind `article`, else its longest,
    ties by smaller id. Writes signatures, bands, links and copy_members; returns the articles concerned and counts of
    verified and accepted pairs. `now` is naive UTC.
    """
    known = folding_evidence.with_copy_evidence(con, dirty)
    unsupported = folding_evidence.neighbours(con, known, folding_tables.COPY_RELATIONS)
    before = folding_evidence.copy_groups(con, union(known, unsupported))
    if len(known):  # looking through all bands and links for new articles would find nothing
        folding_evidence.forget_articles(con, known)
    articles = _foldable(folding_facts.foldable_articles(con, dirty))
    keys = _sign(con, articles)
    candidates, accepted = _link(con, id_column(articles, "article_id"), keys=keys, run_id=run_id, now=now)

    seeds = union(union(dirty, unsupported), id_column(before, "article_id"))
    if again is not None:
        seeds = union(seeds, again)
    # a forbidden pair can be held together over must-links and other copy groups, so these are examined too
    bound = decisions.bound() if decisions.cannot or decisions.not_copies or again is not None else None
    reached = folding_evidence.component(con, seeds, folding_tables.COPY_RELATIONS, bound)
    before = pa.concat_tables([before, folding_evidence.copy_groups(con, reached)])
    ranks = _ranks(_foldable(folding_facts.copy_facts(con, reached)))
    groups = _group(con, sorted(ranks), decisions)
    representatives = [_representative(members, ranks) for members in groups]
    membership = {
        article: (members[0], article == representative)
        for members, representative in zip(groups, representatives, strict=True)
        for article in members
    }
    moved = _write_members(con, before, reached, dirty, membership)
    old = id_column(before.filter(before.column("is_representative")), "article_id")
    new = np.sort(as_ids(representatives))
    return CopyChange(
        dirty=dirty,
        touched=union(union(dirty, moved), as_ids(()) if again is None else again),
        fresh=union(difference(new, old), intersection(new, dirty)),
        stale=union(difference(old, new), intersection(old, dirty)),
        candidates=candidates,
        accepted=accepted,
    )


def _write_members(
    con: DuckDBPyConnection,
    before: pa.Table,
    reached: Ids,
    dirty: Ids,
    membership: Mapping[int, tuple[int, bool]],
) -> Ids:
    """Write the group of each article reached, and whether it represents it, where either changed.

    `membership` has both by article. Returns the articles that changed. Rows of the dirty are gone with their evidence.
    """
    articles, numbers = (id_column(before, name).tolist() for name in ("article_id", "copy_group_id"))
    represents = before.column("is_representative").to_pylist()
    former = dict(zip(articles, zip(numbers, represents, strict=True), strict=True))
    for article in dirty.tolist():
        former.pop(article, None)
    moved = as_ids(article for article in reached.tolist() if former.get(article) != membership.get(article))
    members = [article for article in moved.tolist() if article in membership]
    folding_tables.delete_rows(con, "copy_members", "article_id", moved)
    folding_tables.insert_rows(
        con,
        "copy_members",
        {
            "article_id": as_ids(members),
            "copy_group_id": as_ids(membership[article][0] for article in members),
            "is_representative": [membership[article][1] for article in members],
        },
    )
    return moved


def rebuild_copy_evidence(con: DuckDBPyConnection, *, run_id: str, now: datetime) -> None:
    """Sign and compare all articles again, as after a change of the copy model, in the caller's transaction.

    Replaces signatures, candidate keys and copy links, not the copy groups. Articles whose texts were dropped keep the
    evidence that they have. `now` is naive UTC.
    """
    textless = refold_queries.textless(con)
    refold_queries.forget_copy_evidence(con)
    every = difference(refold_queries.every_article(con), textless)
    chunks = [every[start : start + _ARTICLES_AT_ONCE] for start in range(0, len(every), _ARTICLES_AT_ONCE)]
    for chunk in chunks:
        _sign(con, _foldable(folding_facts.foldable_articles(con, chunk)))
    for chunk in chunks:
        _link(con, chunk, run_id=run_id, now=now, textless=textless)


def _foldable(articles: pa.Table) -> pa.Table:
    """Leave out articles without a story of their own: stubs and lists of headlines."""
    return articles.filter(
        pc.invert(pc.is_in(articles.column("kind"), pa.array([str(kind) for kind in EXCLUDED_KINDS])))
    )


def _sign(con: DuckDBPyConnection, articles: pa.Table) -> Ids:
    """Store the signature and the candidate keys of each article; return these keys."""
    if not articles.num_rows:
        return as_ids(())
    ids = id_column(articles, "article_id")
    processors = usable_processors()
    tokens = tokenise(_texts_of(articles), processors=processors)
    shingles = shingle(tokens, processors=processors)
    signatures = sign(shingles.values, shingles.offsets, processors=processors)
    flat = pa.FixedSizeListArray.from_arrays(signatures.ravel(), signatures.shape[1])
    folding_tables.insert_rows(
        con,
        "signatures",
        {
            "article_id": ids,
            "signature": flat.cast(pa.list_(pa.uint32())),
            "content_hash": articles.column("content_hash"),
        },
    )
    keys, owners = candidate_keys(tokens, signatures, processors=processors)
    order = np.lexsort((keys, owners))  # by article, which takes no room then; keys are scattered either way
    keys, owners = keys[order], owners[order]
    is_new = np.ones(len(keys), np.bool_)  # a text that repeats a passage repeats its key
    is_new[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    folding_tables.insert_rows(con, "bands", {"band_key": keys[is_new], "article_id": ids[owners[is_new]]})
    return keys[is_new]


def _link(
    con: DuckDBPyConnection,
    fresh: Ids,
    *,
    keys: Ids | None = None,
    run_id: str,
    now: datetime,
    textless: Ids | None = None,
) -> tuple[int, int]:
    """Verify every candidate pair of a fresh article on the texts; returns (verified, accepted).

    `keys` are all candidate keys of `fresh`, where they are at hand. When all are compared again, `textless` are the
    articles whose links stay; see `leave_out_textless`.
    """
    left, right = folding_evidence.copy_candidates(
        con, fresh, keys=keys, block_size=COPIES.block_size, window=COPIES.window
    )
    left, right = leave_out_textless(left, right, fresh, textless)
    if not len(left):
        return 0, 0
    ids = union(left, right)
    articles = folding_facts.foldable_articles(con, ids)
    left_row, right_row = np.searchsorted(ids, left), np.searchsorted(ids, right)
    processors = usable_processors()
    tokens = tokenise(_texts_of(articles), processors=processors)
    verdicts = verify_pairs(tokens, left_row, right_row, processors=processors)
    notices = _find_notices(articles, left_row, right_row, verdicts.is_copy)
    same_form = ~verdicts.is_copy & fill_same_form(verdicts.features)
    kept = np.flatnonzero((verdicts.is_copy | (verdicts.score >= COPIES.near_miss) | same_form) & ~notices)
    relations = np.where(verdicts.is_exact[kept], str(CopyRelation.EXACT), str(CopyRelation.NEAR_DUPLICATE))
    folding_tables.insert_links(
        con,
        {
            "article_a": left[kept],
            "article_b": right[kept],
            "relation": relations.tolist(),
            "score": verdicts.score[kept],
            "decision": np.where(verdicts.is_copy[kept], "passes", "falls_short").tolist(),
            "threshold": np.full(len(kept), COPIES.threshold, np.float32),
            "model_version": [COPIES.version] * len(kept),
            "run_id": [run_id] * len(kept),
        },
        now=now,
        features={name: verdicts.features[kept, column] for name, column in _MEASURES.items()}
        | {"same_form": same_form[kept]},
    )
    return len(left), int((verdicts.is_copy & ~notices).sum())


def _find_notices(
    articles: pa.Table,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    is_copy: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Return which pairs are no copies of a report, but one notice (a wall, a placeholder) under two headlines."""
    words = articles.column("word_count").to_numpy()
    titles = np.array(articles.column("title").to_pylist(), object)
    asked = (
        is_copy & (np.maximum(words[left], words[right]) <= _NOTICE_WORDS) & (titles[left] != titles[right])
    )
    facts = articles.select(["article_id", "language", "title", "text"])
    headlines = facts.set_column(3, "text", pa.nulls(len(facts), pa.string()))
    # headlines come first: few are unlike, and texts take longer to read
    return _are_notices(facts, left, right, _are_notices(headlines, left, right, asked))


def _are_notices(
    articles: pa.Table,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    asked: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(left), np.bool_)
    pairs = np.flatnonzero(asked)
    if len(pairs):
        tokens = tokens_of(articles.take(union(left[pairs], right[pairs])).to_pylist())
        ids = id_column(articles, "article_id").tolist()
        found[pairs] = [is_notice(tokens[ids[left[pair]]], tokens[ids[right[pair]]]) for pair in pairs]
    return found


def leave_out_textless(left: Ids, right: Ids, fresh: Ids, textless: Ids | None) -> tuple[Ids, Ids]:
    """Filter candidate pairs where all articles are compared again, chunk by chunk.

    Pair i is `left[i] < right[i]`. Where `textless` is None, all pairs come back. Otherwise a pair stays if its smaller
    id is in the chunk `fresh` (so that it belongs to one chunk) and neither id is in `textless`: those texts were
    dropped, and their links are kept as they are. The order stays.
    """
    if textless is None:
        return left, right
    chosen = np.isin(left, fresh) & ~np.isin(left, textless) & ~np.isin(right, textless)
    return left[chosen], right[chosen]


def name_measures(row: Sequence[int], is_same_form: bool) -> dict[str, int]:
    """Return the measures of a compared pair under their names in `links.features`: those that people can read.

    `row` has the columns of `transforms.kernel.shingle_loops`. The names are words_a, words_b (words of either text),
    words_matched, numbers_changed, names_changed, and same_form, which is `is_same_form`.
    """
    return {name: int(row[column]) for name, column in _MEASURES.items()} | {"same_form": is_same_form}


def _group(con: DuckDBPyConnection, ids: Sequence[int], decisions: Decisions) -> list[list[int]]:
    """Group the articles by their accepted links, but for what people set apart."""
    rows = folding_evidence.links_within(con, as_ids(ids), folding_tables.COPY_RELATIONS)
    rows = rows.filter(pc.equal(rows.column("decision"), "passes"))
    pairs = list(zip(rows.column("article_a").to_pylist(), rows.column("article_b").to_pylist(), strict=True))
    scores = rows.column("score").to_pylist()
    groups = group(ids, pairs, scores)
    if not decisions.cannot and not decisions.not_copies:
        return groups
    scored = [(a, b, score) for (a, b), score in zip(pairs, scores, strict=True)]
    groups = split_forbidden(groups, scored, decisions.must, decisions.cannot)
    return split_forbidden(groups, scored, (), decisions.not_copies)


def _ranks(articles: pa.Table) -> dict[int, tuple[bool, int]]:
    """Return how well each article would represent its copies: the fullest plain article has the smallest rank."""
    ids, kinds, words = (articles.column(name).to_pylist() for name in ("article_id", "kind", "word_count"))
    return {
        article: (kind != Kind.ARTICLE, -count)
        for article, kind, count in zip(ids, kinds, words, strict=True)
    }


def _representative(members: Sequence[int], ranks: Mapping[int, tuple[bool, int]]) -> int:
    """Return the article that represents a copy group in stories: that of the smallest rank, ties by id."""
    return min(members, key=lambda article: (ranks[article], article))


def _texts_of(articles: pa.Table) -> list[str]:
    """Return what is compared: the body, since headlines are what reprints change first; the title where it is all."""
    bodies, titles = articles.column("text").to_pylist(), articles.column("title").to_pylist()
    return [body or title for body, title in zip(bodies, titles, strict=True)]
