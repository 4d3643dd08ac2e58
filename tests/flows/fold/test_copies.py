"""Which article represents a copy group, and that copies are found whatever the order in which they arrive."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.fold.copies import fold_copies
from flows.fold.decisions_in_force import Decisions
from tests.warehouse_samples import NOON, number, sample
from transforms.types import Kind
from warehouse.batch_schemas import article_schema, rejection_schema, to_batch
from warehouse.connection import open_working, transaction
from warehouse.load import load_documents
from warehouse.runs import begin_run

SENTENCES = tuple(
    f"The council of {town} heard on {day} that {count} families must leave the flats by the river before the autumn "
    f"storms, since {reason}, and that the {name} company will carry half of the {count * 7} thousand crowns it costs."
    for town, day, count, reason, name in (
        ("Vellmar", "Monday", 31, "the wall behind them has moved", "harbour"),
        ("Skarholm", "Tuesday", 12, "no insurer will cover the cellars", "water"),
        ("Ostby", "Wednesday", 45, "pumps failed three times this year", "ferry"),
        ("Lund", "Thursday", 8, "the bridge above carries too much weight", "railway"),
        ("Tarvik", "Friday", 27, "an old mine was found below the yard", "mining"),
        ("Holmby", "Saturday", 19, "the dike is lower than the law demands", "power"),
    )
)
OTHER = " ".join(
    f"Researchers in Corda counted {count} moths on the {place} slope and wrote that the warm spring had doubled them."
    for count, place in ((118, "northern"), (77, "southern"), (305, "eastern"), (64, "western"))
)


def copy(name: str, sentences: int, **fields: Any) -> dict[str, Any]:
    """Make an article that kept so many sentences of one text."""
    return sample(name, " ".join(SENTENCES[:sentences]), **fields)


def fold_deliveries(deliveries: Sequence[Sequence[dict[str, Any]]]) -> dict[int, tuple[int, bool]]:
    """Load and fold one delivery after another; return the group of each article and whether it represents it."""
    with tempfile.TemporaryDirectory() as home, open_working(Path(home), purpose="test") as con:
        for rows in deliveries:
            run_id = begin_run(con, command="test", settings={}, versions={}, now=NOON)
            with transaction(con):
                none = to_batch([], rejection_schema())
                result = load_documents(con, run_id, to_batch(rows, article_schema()), none, now=NOON)
                changed = np.union1d(result.new_ids, result.changed_ids)
                fold_copies(con, changed, Decisions(), run_id=run_id, now=NOON)
        members = con.execute(
            "SELECT article_id, copy_group_id, is_representative FROM copy_members"
        ).fetchall()
        signed = con.execute("SELECT count(*), count(DISTINCT article_id) FROM signatures").fetchall()
        assert signed == [(len(members), len(members))]  # nothing is left of former texts
    return {article: (group, leads) for article, group, leads in members}


@pytest.mark.slow
@given(st.permutations([("a", 4), ("b", 6), ("c", 5)]), st.integers(1, 3))
@settings(max_examples=6)
def test_the_fullest_copy_represents_its_group_in_any_order(
    copies: list[tuple[str, int]], first_delivery: int
) -> None:
    rows = [copy(name, sentences) for name, sentences in copies] + [sample("other", OTHER)]
    found = fold_deliveries([rows[:first_delivery], rows[first_delivery:]])
    groups = {found[number("article", name)][0] for name in "abc"}
    assert len(groups) == 1
    assert groups != {found[number("article", "other")][0]}
    assert {name for name in ("a", "b", "c", "other") if found[number("article", name)][1]} == {"b", "other"}


def test_a_plain_article_represents_its_group_before_a_fuller_live_blog() -> None:
    found = fold_deliveries([[copy("live", 6, kind=str(Kind.LIVE_BLOG)), copy("plain", 5)]])
    assert found[number("article", "plain")] == (min(found), True)
    assert not found[number("article", "live")][1]


def test_of_equal_copies_the_smaller_id_represents_the_group() -> None:
    found = fold_deliveries([[copy("x", 5), copy("y", 5)]])
    assert [leads for _, (_, leads) in sorted(found.items())] == [True, False]


def test_the_fullest_copy_represents_its_group() -> None:
    found = fold_deliveries([[copy("a", 4), copy("b", 6)], [copy("c", 5), sample("other", OTHER)]])
    assert {name for name in ("a", "b", "c", "other") if found[number("article", name)][1]} == {"b", "other"}


def test_of_an_article_with_another_text_only_the_evidence_of_that_stays() -> None:
    later = copy("a", 5, updated_at=NOON)
    groups = fold_deliveries([[copy("a", 3), copy("b", 3)], [later], [copy("c", 5)]])
    assert len({group for group, _ in groups.values()}) == 1
    assert groups == fold_deliveries([[later, copy("b", 3), copy("c", 5)]])
