"""The pictures of the pages as pure functions: what is marked, and what a row of a picture counts."""

from __future__ import annotations

import pytest
from markupsafe import escape

from web.charts import draw_matrix, mark_shared
from web.comparison import names_in


@pytest.mark.parametrize("space", [" ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u3000"])
def test_a_shared_word_is_marked_beside_white_space_of_any_kind(space: str) -> None:
    text = f"In{space}Tokyo.{space}The <b>{space}end"
    marked = mark_shared(text, ["tokyo"])
    assert "<mark>Tokyo.</mark>" in marked
    assert marked.replace("<mark>", "").replace("</mark>", "") == escape(text)


def test_two_stories_of_one_headline_are_two_rows_of_their_own_counts() -> None:
    rows = {"s1": "Same", "s2": "Same", "s3": None}
    picture = draw_matrix(rows, ["Outlet"], {("s1", "Outlet"): 1, ("s2", "Outlet"): 7})
    assert picture.count(">Same<") == 2
    assert "(no headline)" in picture
    assert [count for count in (1, 7) if f"Outlet: {count}<" in picture] == [1, 7]


@pytest.mark.parametrize("before", ["“", "«", "(", "„", "["])
def test_a_name_behind_a_mark_is_a_name(before: str) -> None:
    assert names_in(f"Yesterday {before}Merkel spoke of it, and {before}so did others", "en") == {"Merkel"}
