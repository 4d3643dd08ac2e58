"""What reports share and where they differ, as pure functions over their texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from web.text_comparison import names_in, numbers_in, numbers_of_one, shared_and_different

TEXTS = st.lists(st.text(alphabet="12.,: ab%é\u00a0", max_size=40), max_size=5)


@given(TEXTS)
def test_a_number_of_one_report_is_in_that_report_alone(texts: list[str]) -> None:
    own = numbers_of_one(texts)
    assert len(own) == len(texts)
    for place, numbers in enumerate(own):
        assert len(numbers) <= 8
        for shown in numbers:
            number = shown.split(" ")[0]
            assert [number in numbers_in(text) for text in texts].count(True) == 1
            assert number in numbers_in(texts[place])
            assert shown in texts[place].replace("\u00a0", " ")


def test_a_number_is_shown_with_the_word_behind_it() -> None:
    texts = [
        "By noon 96,000 customers sat in the dark, 2,5 % of all; 140 lines.",
        "140 lines, 1994. Then 60.",
    ]
    assert numbers_of_one(texts) == [["96,000 customers", "2,5 %"], ["1994", "60"]]


def test_days_of_the_week_are_no_names_in_their_language_alone() -> None:
    text = "They met on Tuesday and am Dienstag with Tuesday Weld."
    assert names_in(text, "en-GB") == {"Dienstag", "Weld"}
    assert names_in(text, "de") == {"Tuesday", "Weld"}
    assert shared_and_different([text, text], "en")["names"] == ["Dienstag", "Weld"]
