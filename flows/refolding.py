"""Fold again what is there: around articles that people decided about, or everything after a change of model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from flows.decisions import Decisions
from flows.fold_copies import as_ids, fold_copies
from flows.fold_stories import Canonical, StoryChange, fold_stories
from transforms.background import load_background

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.settings import Settings


def canonical_of(settings: Settings) -> Canonical:
    """Return how these settings choose the article that stands for a story."""
    return Canonical(policy=settings.canonical_policy, preferred=settings.preferred_publishers)


def fold_around(
    con: DuckDBPyConnection,
    settings: Settings,
    decisions: Decisions,
    *,
    decided: Iterable[int] = (),
    gone: Iterable[int] = (),
    run_id: str,
    now: datetime,
) -> StoryChange:
    """Make the groups and stories of these articles again, from the evidence that is stored.

    `decided` articles are there and somebody decided about them; `gone` ones were erased. The stories of both are
    written again even where they keep their members.
    """
    again, dirty = as_ids(decided), as_ids(gone)
    change = fold_copies(con, dirty, decisions, run_id=run_id, now=now, again=again)
    change = replace(change, dirty=np.union1d(dirty, again))
    return fold_stories(
        con, change, decisions, load_background(), canonical_of(settings), run_id=run_id, now=now
    )
