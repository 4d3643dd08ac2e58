"""Evidence that articles report one event: profiles built, candidate pairs found and scored, links stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from flows.engine.processors import usable_processors
from flows.fold.article_tokens import tokens_of
from flows.fold.copies import as_ids, leave_out_textless
from transforms.kernel.sorted_sets import union
from transforms.language.background import Background, model_language
from transforms.language.cross_language_terms import shared_terms, term_id
from transforms.language.sentence_encoder import MultilingualEmbedder
from transforms.stories.blocking_keys import story_keys_of
from transforms.stories.other_languages import is_headline
from transforms.stories.pair_score import PairScores, name_model, score_pairs
from transforms.stories.profile import Report, check_format, pack, profiles_of, report_of
from transforms.stories.profile_table import tabulate_packed
from transforms.stories.shared_passages import trust
from transforms.stories.story_model import MODEL
from warehouse import folding_evidence, folding_facts, folding_tables
from warehouse.errors import Damaged
from warehouse.folding_tables import Ids
from warehouse.refold_queries import every_representative, forget_story_evidence, textless

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Pairs scored at a time: bounds memory, results do not depend on it.
_PAIRS_AT_ONCE = 200_000
# Characters of a text, behind its title, that a multilingual encoder gets: on labelled pairs more found fewer at one
# precision, and cost more.
_ENCODED_CHARACTERS = 300
# Profiles built at a time when all are built again; bounds memory likewise.
_ARTICLES_AT_ONCE = 20_000


def rebuild_evidence(con: DuckDBPyConnection, background: Background, *, run_id: str, now: datetime) -> None:
    """Build all profiles, blocking keys and same-story links again, as after a change of the background or story model.

    In the caller's transaction; copy groups and stories stay, dendrograms are deleted. Articles whose texts were
    dropped keep the links that they have, and get profiles of their headlines. `now` is naive UTC.
    """
    without_text = textless(con)
    forget_story_evidence(con)
    every = every_representative(con)
    chunks = [every[start : start + _ARTICLES_AT_ONCE] for start in range(0, len(every), _ARTICLES_AT_ONCE)]
    for chunk in chunks:
        store_profiles(con, chunk, background)
    for chunk in chunks:
        link_stories(con, chunk, background, run_id=run_id, now=now, textless_ids=without_text)


def store_profiles(con: DuckDBPyConnection, fresh: Ids, background: Background) -> Ids:
    """Build and append the profiles (TF-IDF vectors by channel) and blocking keys of representatives; return the keys.

    No profile of theirs may be stored yet. Ids without an article are ignored; no ids store nothing.
    """
    reports = [report_of(row) for row in folding_facts.foldable_articles(con, fresh).to_pylist()]
    profiles = profiles_of(reports, background)
    ids = as_ids(item.article_id for item in profiles)
    folding_tables.insert_rows(
        con,
        "profiles",
        {
            "article_id": ids,
            "model_version": [name_model(background)] * len(profiles),
            "profile": list(map(pack, profiles)),
        },
    )
    if background.has_shared_terms:
        _store_shared_terms(con, reports, background)
    if background.multilingual is not None:
        _store_shared_vectors(con, reports, background.multilingual)
    made = story_keys_of(profiles)
    sizes = [len(own) for own in made]
    keys = np.concatenate([np.empty(0, np.uint64), *made])
    days = np.array([np.nan if item.day is None else item.day for item in profiles], np.float64)
    folding_tables.insert_rows(
        con,
        "story_keys",
        {
            "key": keys,
            "article_id": np.repeat(ids, sizes),
            "day": np.repeat(np.floor(days), sizes),
        },
    )
    return keys


def _store_shared_terms(con: DuckDBPyConnection, reports: Sequence[Report], background: Background) -> None:
    """Append what these reports may share with others across languages."""
    rows = [
        (report.article_id, term_id(term), weight)
        for report in reports
        for term, weight in shared_terms(report.title, report.text, report.language, background).items()
    ]
    names = ("article_id", "term", "weight")
    folding_tables.insert_rows(
        con, "shared_terms", {name: [row[place] for row in rows] for place, name in enumerate(names)}
    )


def _store_shared_vectors(
    con: DuckDBPyConnection, reports: Sequence[Report], embedder: MultilingualEmbedder
) -> None:
    """Append the vectors of title and beginning of reports in languages that the encoder knows, as half floats."""
    known = [report for report in reports if model_language(report.language) in embedder.languages]
    beginnings = [encoded_text(report.title, report.text) for report in known]
    folding_tables.insert_rows(
        con,
        "shared_vectors",
        {
            "article_id": [report.article_id for report in known],
            "is_headline": [
                is_headline(beginning, model_language(report.language))
                for report, beginning in zip(known, beginnings, strict=True)
            ],
            "vector": [vector.astype("<f2").tobytes() for vector in embedder.embed(beginnings)],
        },
    )


def encoded_text(title: str, text: str) -> str:
    """Return what a multilingual encoder gets of a report: its title and the first 300 characters of its text."""
    return f"{title}. {text[:_ENCODED_CHARACTERS]}" if title else text[:_ENCODED_CHARACTERS]


def link_stories(
    con: DuckDBPyConnection,
    fresh: Ids,
    background: Background,
    *,
    keys: Ids | None = None,
    run_id: str,
    now: datetime,
    textless_ids: Ids | None = None,
) -> tuple[int, int]:
    """Score every candidate pair that has an article of `fresh`, and append links for scores of `MODEL.floor` or more.

    Candidates share blocking keys and do not fill in one form; the score is a weighted TF-IDF cosine with factors of
    time (`score_pairs`), lowered where the two repeat passages (`trust`). The profiles and keys of `fresh`, which are
    representatives, must be stored (`keys` are all these keys, where they are at hand), and links of these pairs must
    not. Returns how many pairs were scored and how many reach `MODEL.threshold`. When all are compared again,
    `textless_ids` are the articles whose links stay; see `leave_out_textless`. `now` is naive UTC.
    """
    left, right = folding_evidence.story_candidates(
        con, fresh, days=MODEL.window_days, keys=keys, **MODEL.blocking()
    )
    left, right = leave_out_textless(left, right, fresh, textless_ids)
    ids = union(left, right)
    left, right = _without(left, right, folding_evidence.same_form_pairs(con, ids))
    if not len(left):
        return 0, 0
    table = tabulate_packed(packed_profiles(con, ids))
    accepted = 0
    for start in range(0, len(left), _PAIRS_AT_ONCE):
        a, b = left[start : start + _PAIRS_AT_ONCE], right[start : start + _PAIRS_AT_ONCE]
        places = np.stack((np.searchsorted(ids, a), np.searchsorted(ids, b)), axis=1)
        terms = np.diff(table.offsets[0])[places].max(axis=1)
        scored = score_pairs(table, places, processors=usable_processors())
        scores = _examine(con, scored, a, b, table.day[places], terms)
        kept = np.flatnonzero(scores.final >= MODEL.floor)
        features = {name: part[kept].astype(np.float64).round(4) for name, part in scores.columns().items()}
        folding_tables.insert_links(
            con,
            {
                "article_a": a[kept],
                "article_b": b[kept],
                "relation": ["same_story"] * len(kept),
                "score": scores.final[kept],
                "decision": np.where(scores.final[kept] >= MODEL.threshold, "passes", "falls_short").tolist(),
                "threshold": np.full(len(kept), MODEL.threshold, np.float32),
                "model_version": [name_model(background)] * len(kept),
                "run_id": [run_id] * len(kept),
            },
            now=now,
            features=features,
        )
        accepted += int((scores.final >= MODEL.threshold).sum())
    return len(left), accepted


def _examine(
    con: DuckDBPyConnection,
    scores: PairScores,
    left: Ids,
    right: Ids,
    days: npt.NDArray[np.float64],
    terms: npt.NDArray[np.int64],
) -> PairScores:
    """Multiply the similarity of pairs that share passages by how far what they do not share agrees (see `trust`).

    `terms` is the number of terms of the longer text of each pair: two briefs that pass are examined in any case.
    """
    are_briefs = (terms > MODEL.short_tokens / 2) & (terms <= MODEL.brief_terms)
    shares = scores.shared_runs >= MODEL.runs_examined
    examined = np.flatnonzero(
        (scores.final >= MODEL.floor) & shares | (scores.final >= MODEL.threshold) & are_briefs
    )
    if not len(examined):
        return scores
    ids = union(left[examined], right[examined])
    factors = np.ones(len(scores.final), np.float32)
    tokens = tokens_of(folding_facts.foldable_articles(con, ids).to_pylist())
    for pair in examined.tolist():
        a, b = tokens[int(left[pair])], tokens[int(right[pair])]
        factors[pair] = trust(a, b, abs(days[pair, 0] - days[pair, 1]))
    return scores.trusted(factors)


def _without(left: Ids, right: Ids, unwanted: tuple[Ids, Ids]) -> tuple[Ids, Ids]:
    """Leave pairs out."""
    gone = set(zip(unwanted[0].tolist(), unwanted[1].tolist(), strict=True))
    if not gone:
        return left, right
    kept = [pair not in gone for pair in zip(left.tolist(), right.tolist(), strict=True)]
    return left[kept], right[kept]


def packed_profiles(con: DuckDBPyConnection, ids: Ids) -> list[bytes]:
    """Return the stored profiles (TF-IDF vectors by channel) of these articles as bytes for `unpack`, each once.

    Ordered by article id; one without a profile is left out. Raises Damaged for a profile of another format or one that
    is damaged (`check_format`).
    """
    packed: list[bytes] = (
        folding_tables.stored_rows(con, "profiles", "article_id", ids).column("profile").to_pylist()
    )
    for data in packed:
        try:
            check_format(data)
        except ValueError as error:
            raise Damaged(f"table profiles: {error}") from error
    return packed
