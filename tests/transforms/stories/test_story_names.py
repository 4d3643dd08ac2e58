"""Two stories follow up one another by several names, whoever of them is looked at first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.language.background import load_background
from transforms.stories.profile import Profile, profile
from transforms.stories.profile_table import tabulate
from transforms.stories.story_names import StoryNames, compare_names, names_of
from transforms.types import Kind, Precision

BACKGROUND = load_background()
WORDS = ["Tessaly", "Orne", "Hollin", "Corvane", "Brackwater", "Pellworth", "Zelgrad", "Monday", "July"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), max_size=4)


def read(text: str) -> Profile:
    return profile(1, "", text, "en", None, Precision.NONE, Kind.ARTICLE, BACKGROUND)


def names(*texts: str) -> StoryNames:
    return names_of(tabulate([read(text) for text in texts]), range(len(texts)), "en")


def test_one_name_in_common_is_no_agreement() -> None:
    first = names("Tessaly Orne opened the Hollin viaduct.", "At Hollin, Tessaly Orne praised Corvane.")
    later = compare_names(first, names("Tessaly Orne closed the Hollin viaduct that Corvane built."))
    alike = compare_names(first, names("Tessaly met Zelgrad and Pellworth."))
    assert later.common > 0.4 > alike.common == 0.0
    assert alike.own > later.own


def test_days_and_months_are_no_names() -> None:
    assert (
        names("Tessaly Orne spoke on Monday, 3 July.").keys.tolist()
        == names("Tessaly Orne spoke.").keys.tolist()
    )
    assert len(names("On Monday in July.").keys) == len(names().keys) == 0


@given(TEXTS, TEXTS)
def test_comparing_is_symmetric_and_bounded(a: list[str], b: list[str]) -> None:
    one, other = names(*a), names(*b)
    found = compare_names(one, other)
    turned = compare_names(other, one)
    assert found.own == turned.own
    assert found.common == pytest.approx(turned.common)
    assert -1e-9 <= found.common <= 1 + 1e-9
    assert 0 <= found.own <= 1 + 1e-9
    assert np.linalg.norm(one.weights) == pytest.approx(1.0 if len(one.keys) else 0.0)
