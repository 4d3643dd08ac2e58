"""What speaks for one event: articles described, candidates found, pairs scored, evidence kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from flows.fold_copies import as_ids, leave_standing
from transforms.background import Background
from transforms.candidates import MEETING, story_keys_of
from transforms.pairs import FLOOR, REACH_DAYS, THRESHOLD, name_model, score_pairs
from transforms.profiletable import tabulate_packed
from transforms.terms import Report, pack, profiles_of
from transforms.types import Kind, Precision
from warehouse import folding
from warehouse.folding import Ids
from warehouse.refolding import every_representative, forget_story_evidence, textless

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Pairs scored at a time: bounds memory, results do not depend on it.
_PAIRS_AT_ONCE = 200_000
# Articles described at a time when all are described anew; bounds memory likewise.
_ARTICLES_AT_ONCE = 20_000


def rebuild_evidence(con: DuckDBPyConnection, background: Background, *, run_id: str, now: datetime) -> None:
    """Describe and compare all representatives anew, as after a change of model; stories are not touched.

    Articles whose texts were dropped keep the links that they have, and are described by their headlines.
    """
    standing = textless(con)
    forget_story_evidence(con)
    every = every_representative(con)
    chunks = [every[start : start + _ARTICLES_AT_ONCE] for start in range(0, len(every), _ARTICLES_AT_ONCE)]
    for chunk in chunks:
        store_profiles(con, chunk, background)
    for chunk in chunks:
        link_stories(con, chunk, background, run_id=run_id, now=now, standing=standing)


def store_profiles(con: DuckDBPyConnection, fresh: Ids, background: Background) -> None:
    rows = folding.foldable_articles(con, fresh).to_pylist()
    reports = [
        Report(
            row["article_id"],
            row["title"] or "",
            row["text"] or "",
            row["language"],
            row["published_at"],
            Precision(row["published_precision"]),
            Kind(row["kind"]),
        )
        for row in rows
    ]
    profiles = profiles_of(reports, background)
    folding.insert_rows(
        con,
        "profiles",
        {
            "article_id": [item.article_id for item in profiles],
            "model_version": [name_model(background)] * len(profiles),
            "profile": [pack(item) for item in profiles],
        },
    )
    keys = story_keys_of(profiles, background)
    sizes = [len(some) for some in keys]
    days = np.array([item.day for item in profiles], np.float64)
    folding.insert_rows(
        con,
        "story_keys",
        {
            "key": np.concatenate([np.empty(0, np.uint64), *keys]),
            "article_id": np.repeat(as_ids(item.article_id for item in profiles), sizes),
            "day": np.repeat(np.floor(days), sizes),
        },
    )


def link_stories(
    con: DuckDBPyConnection,
    fresh: Ids,
    background: Background,
    *,
    run_id: str,
    now: datetime,
    standing: Ids | None = None,
) -> tuple[int, int]:
    """Score every candidate pair of a fresh representative and keep what can matter; returns (scored, accepted).

    When all are compared anew, `standing` are the articles whose links stand; see `leave_standing`.
    """
    left, right = folding.story_candidates(con, fresh, days=REACH_DAYS, **MEETING)
    left, right = leave_standing(left, right, fresh, standing)
    ids = np.union1d(left, right)
    left, right = _without(left, right, folding.same_form_pairs(con, ids))
    if not len(left):
        return 0, 0
    table = tabulate_packed(packed_profiles(con, ids))
    accepted = 0
    for start in range(0, len(left), _PAIRS_AT_ONCE):
        a, b = left[start : start + _PAIRS_AT_ONCE], right[start : start + _PAIRS_AT_ONCE]
        places = np.stack((np.searchsorted(ids, a), np.searchsorted(ids, b)), axis=1)
        scores = score_pairs(table, places)
        kept = np.flatnonzero(scores.final >= FLOOR)
        features = {name: part[kept].astype(np.float64).round(4) for name, part in scores.columns().items()}
        folding.insert_links(
            con,
            {
                "article_a": a[kept],
                "article_b": b[kept],
                "relation": ["same_story"] * len(kept),
                "score": scores.final[kept],
                "decision": np.where(scores.final[kept] >= THRESHOLD, "accepted", "rejected").tolist(),
                "threshold": np.full(len(kept), THRESHOLD, np.float32),
                "model_version": [name_model(background)] * len(kept),
                "run_id": [run_id] * len(kept),
                "linked_at": [now] * len(kept),
            },
            features=features,
        )
        accepted += int((scores.final >= THRESHOLD).sum())
    return len(left), accepted


def _without(left: Ids, right: Ids, unwanted: tuple[Ids, Ids]) -> tuple[Ids, Ids]:
    """Leave pairs out."""
    gone = set(zip(unwanted[0].tolist(), unwanted[1].tolist(), strict=True))
    if not gone:
        return left, right
    kept = [pair not in gone for pair in zip(left.tolist(), right.tolist(), strict=True)]
    return left[kept], right[kept]


def packed_profiles(con: DuckDBPyConnection, ids: Ids) -> list[bytes]:
    """Return the profiles of these articles, in the order of their ids."""
    packed: list[bytes] = folding.stored(con, "profiles", "article_id", ids).column("profile").to_pylist()
    return packed
