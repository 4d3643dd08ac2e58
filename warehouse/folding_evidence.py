"""Evidence that folding groups by: arrays of ids in; candidate pairs, links, dendrograms and copy groups out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from warehouse.folding_tables import (
    STORY_RELATIONS,
    Ids,
    delete_evidence,
    distinct_ids,
    id_column,
    links_since,
    rows_of_ids,
)
from warehouse.load import registered

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EVER = {"first": -(2**31), "last": 2**31 - 1}  # days


def with_copy_evidence(con: DuckDBPyConnection, ids: Ids) -> Ids:
    """Return those of `ids` that were compared before, ascending: they have a signature or are in a copy group.

    Others have no copy evidence.
    """
    return id_column(rows_of_ids(con, "with_copy_evidence", ids), "article_id")


def forget_articles(con: DuckDBPyConnection, ids: Ids) -> None:
    """Delete the copy evidence of these articles, inside the caller's transaction.

    That is signatures, LSH bands, memberships in copy groups, and links between copies. Their same-story evidence is
    left to `forget_representatives`.
    """
    delete_evidence(con, "forget_articles", ids)


def forget_representatives(con: DuckDBPyConnection, ids: Ids) -> None:
    """Delete the same-story evidence of articles that represent no copy group any more, or have another text.

    Deleted are their profiles, blocking keys, places in dendrograms and same-story links, inside the caller's
    transaction.
    """
    delete_evidence(con, "forget_representatives", ids)


def copy_candidates(
    con: DuckDBPyConnection, ids: Ids, *, block_size: int, window: int, keys: Ids | None = None
) -> tuple[Ids, Ids]:
    """Return pairs (a < b) of articles that share an LSH band, at least one of each among `ids`, sorted.

    A band of more than `block_size` articles pairs each with the `window` next ones on either side only (sorted
    neighbourhood, in an order by hash). `keys` are all keys of `ids`; None looks them up. Leaves a temporary view
    `keyed`.
    """
    view = "SELECT band_key AS key, article_id, NULL::INTEGER AS day FROM bands"  # texts are copied after any time
    con.execute(f"CREATE OR REPLACE TEMP VIEW keyed AS {view}")
    dateless = {"days": 0, "far_days": 0, "far_shared_blocks": 1, **_EVER}
    return _candidates(con, ids, keys, block_size=block_size, window=window, shared_blocks=1, **dateless)


def same_form_pairs(con: DuckDBPyConnection, ids: Ids) -> tuple[Ids, Ids]:
    """Return pairs (a < b) within `ids` found to fill in one form with other numbers and names, sorted.

    They have a stored near-duplicate link that falls short, with the feature same_form.
    """
    return _pairs(rows_of_ids(con, "same_form_pairs", ids, since=links_since(con, ids)))


def story_candidates(
    con: DuckDBPyConnection, ids: Ids, *, days: int, keys: Ids | None = None, **rule: int
) -> tuple[Ids, Ids]:
    """Return pairs (a < b) of articles that share a blocking key, at least one of each among `ids`, sorted.

    Articles of known days of publication more than `days` apart are no pair; one without a day may pair with any.
    `rule` has block_size, window, shared_blocks, far_days and far_shared_blocks, all needed, as in
    `transforms.kernel.blocking_joins.pair_up`; `keys` are all keys of `ids`, None looks them up. Leaves a temporary
    view `keyed`.
    """
    con.execute("CREATE OR REPLACE TEMP VIEW keyed AS FROM story_keys")
    first, last, undated = rows_of_ids(con, "days_of", ids).to_pylist()[0].values()
    bounds = _EVER if undated or first is None else {"first": first - days, "last": last + days}
    return _candidates(con, ids, keys, days=days, **rule, **bounds)


def _candidates(con: DuckDBPyConnection, ids: Ids, keys: Ids | None, **rule: int) -> tuple[Ids, Ids]:
    if keys is None:
        keys = id_column(rows_of_ids(con, "keys_of", ids), "key")
    with registered(con, wanted_keys=pa.table({"key": keys})):
        return _pairs(rows_of_ids(con, "candidates", ids, **rule))


def neighbours(con: DuckDBPyConnection, ids: Ids, relations: Sequence[str]) -> Ids:
    """Return the articles one passing link of these relations away from any of `ids`, in either direction, ascending.

    `relations` are of "exact", "near_duplicate" and "same_story". Some answers may be among `ids` themselves.
    """
    if not len(ids):
        return ids
    return id_column(_links(con, "neighbours", ids, relations), "article_id")


def component(
    con: DuckDBPyConnection,
    ids: Ids,
    relations: Sequence[str],
    extra: Mapping[int, Sequence[int]] | None = None,
) -> Ids:
    """Return the connected components of `ids` over passing links of these relations and `extra` edges, ascending.

    All ids are included; `extra` leads from an article to others, one way. Breadth-first search; empty for no ids.
    """
    reached = distinct_ids(ids)
    frontier = reached
    while len(frontier):
        step = neighbours(con, frontier, relations)
        if extra:
            more = [other for one in frontier.tolist() for other in extra.get(one, ())]
            step = distinct_ids(step, np.array(more, dtype=np.uint64))
        frontier = np.setdiff1d(step, reached, assume_unique=True)
        reached = distinct_ids(reached, frontier)
    return reached


def links_within(con: DuckDBPyConnection, ids: Ids, relations: Sequence[str]) -> pa.Table:
    """Return links (article_a, article_b, relation, score, decision) of these relations with both ends among `ids`.

    Passing or not, sorted by the two ids, then relation.
    """
    return _links(con, "links_within", ids, relations)


def links_touching(con: DuckDBPyConnection, ids: Ids, relations: Sequence[str]) -> pa.Table:
    """Return links (article_a, article_b, score) of these relations with an end among `ids`, in no order.

    With both ends there, all; with one end elsewhere, those that pass, and where the end among `ids` is a live blog,
    round-up or digest also those that fall short, since such an article is compared with all of a story. No link to a
    live blog, round-up or digest elsewhere is returned.
    """
    return _links(con, "links_touching", ids, relations)


def dendrograms_of(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, tree_id of the whole dendrograms that any of `ids` is in, by tree_id, then article_id."""
    return rows_of_ids(con, "dendrograms_of", ids)


def adjacent_articles(con: DuckDBPyConnection, ids: Ids) -> Ids:
    """Return the articles that a passing same-story link or a common dendrogram joins to any of `ids`.

    Ascending, without `ids` themselves.
    """
    mates = id_column(dendrograms_of(con, ids), "article_id")
    around = distinct_ids(neighbours(con, ids, STORY_RELATIONS), mates)
    return np.setdiff1d(around, distinct_ids(ids), assume_unique=True)


def copy_groups(con: DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Return article_id, copy_group_id, is_representative of every copy group that any of `ids` is in, whole.

    By copy_group_id, then article_id.
    """
    return rows_of_ids(con, "copy_groups", ids)


def _links(con: DuckDBPyConnection, name: str, ids: Ids, relations: Sequence[str]) -> pa.Table:
    return rows_of_ids(con, name, ids, relations=list(relations), since=links_since(con, ids))


def _pairs(rows: pa.Table) -> tuple[Ids, Ids]:
    return id_column(rows, "article_a"), id_column(rows, "article_b")
