"""What sort of line a line looks like."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.cleaning.line_kinds import (
    classify_line,
    count_units,
    is_byline,
    is_comments,
    is_sentence,
    is_time,
)

_PIECES = (
    "By Ann Lee", "Von Anna Lang", "3 February 2026", "10:30", "2 hours ago", "Posted", "Comments", "12",
    "The council met on Monday", "สภาเมืองลงมติ",
    "港口委员会周二决定", "2026年2月3日", "word", "…", ".", ":", "|", "👍", "a" * 301,
)  # fmt: skip


def test_a_unit_is_about_a_word() -> None:
    assert count_units("five words and one more") == 5
    assert 4 <= count_units("港口委员会周二决定") <= 7
    assert classify_line("Watch: the bridge opens").is_boilerplate
    assert not classify_line(
        "Watch makers in Geneva fear that the new tariff will cost them half of their trade."
    ).is_boilerplate


@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8).map(" ".join))
def test_one_thing_alone_is_what_the_whole_answer_says(text: str) -> None:
    whole = classify_line(text)
    assert is_sentence(text) == whole.is_sentence
    assert is_time(text) == whole.is_time
    assert is_byline(text) == whole.is_byline
    assert is_comments(text) == whole.is_comments
