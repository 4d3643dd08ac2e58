"""Two states that claim one identity are one article where headline or text agree, whichever is asked first."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.copies.agreement import State, agreeing

HEAD = "Ferry service to Larkholm halted after engine fire"
NOON = datetime.fromisoformat("2026-01-15T12:00")
FERRY = (
    "The only car ferry to Larkholm island was taken out of service on Monday after a fire in its engine room.",
    "Nobody was hurt, and the crew put the fire out with the foam of the ship within nine minutes, the operator said.",
    "A replacement vessel from the mainland port of Dunmoor is expected on Thursday with medicine and fresh milk.",
    "Islanders have complained for years about the age of the ship, which has failed two inspections since spring.",
)
DAM = (
    "Water levels behind the Castle Rigg dam are being lowered after divers found a hairline crack in the spillway.",
    "About 1,300 people in the villages of Upper Tarn and Wethercote have been asked to prepare overnight bags.",
    "Chief engineer Rosalind Achebe said that the crack had probably opened during the long frost of December.",
    "Repairs are expected to last until the summer, during which the hydroelectric station will stand still.",
)


def state(title: str, *paragraphs: str, **fields: object) -> State:
    text = "\n".join(paragraphs)
    return State(title=title, text=text, content_hash=hash((title, text)), **fields)  # type: ignore[arg-type]


def agree(a: State, b: State, *, is_strict: bool = True) -> bool:
    (found,) = agreeing([a, b], np.array([0]), np.array([1]), [is_strict])
    assert [found] == agreeing([a, b], np.array([1]), np.array([0]), [is_strict])
    return found


FULL = state(HEAD, *FERRY, published_at=NOON)


@pytest.mark.parametrize(
    ("other", "strict", "loose"),
    [
        (state(HEAD, *FERRY), True, True),
        (state("Ferry out of service", *FERRY), True, True),  # a copy under another headline
        (state(HEAD, *FERRY[:1]), True, True),  # cut
        (state(HEAD, FERRY[0], DAM[0], DAM[1], DAM[2]), True, False),  # rewritten but for a paragraph
        (state("Minister promises a new ship", DAM[0], *FERRY[1:]), True, False),  # new head and lead
        (state(HEAD, *DAM), False, False),  # page 2, or a recurring column
        (state(HEAD, *DAM, revision=2), False, False),
        (state("Engineers lower reservoir at Castle Rigg", *DAM), False, False),
        (state(HEAD, DAM[0], is_teaser=True), True, True),
        (state("Engineers lower reservoir", DAM[0], is_teaser=True), False, False),
        (state(HEAD, DAM[0], *FERRY[2:], published_at=NOON + timedelta(days=1)), True, True),
        (state("Another day", DAM[0], *FERRY[2:], published_at=NOON + timedelta(days=1)), False, False),
        (state(HEAD), True, True),  # a headline alone
    ],
)
def test_what_agrees(other: State, strict: bool, loose: bool) -> None:
    assert agree(FULL, other) == strict
    assert agree(FULL, other, is_strict=False) == loose


def test_revisions_under_one_headline_agree_though_rewritten() -> None:
    first = state(HEAD, *FERRY, revision=1)
    assert agree(first, state(HEAD, *DAM, revision=2))
    assert not agree(first, state("Engineers lower reservoir", *DAM, revision=2))


NOTICE = (
    "This article is part of our regional desk. Subscribe to the newsletter for more stories like this one, and write "
    "to the editors at any time; we read every letter that arrives here."
)


def test_a_legal_notice_makes_no_two_briefs_one() -> None:
    one = state(HEAD, FERRY[0], NOTICE, published_at=NOON)
    other = state("Divers find crack in dam", DAM[0], NOTICE, published_at=NOON + timedelta(hours=1))
    assert not agree(one, other)


@pytest.mark.slow
@given(
    st.lists(
        st.builds(state, st.sampled_from((HEAD, "Dam", "")), st.sampled_from((*FERRY, *DAM, ""))),
        min_size=2,
        max_size=6,
    )
)
def test_a_verdict_depends_on_the_two_states_alone(states: list[State]) -> None:
    pairs = [(a, b) for a in range(len(states)) for b in range(a)]
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    at_once = agreeing(states, left, right, [True] * len(pairs))
    assert at_once == [agree(states[a], states[b]) for a, b in pairs]
