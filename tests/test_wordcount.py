"""Counting words by arrays counts what the pattern of a word counts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.wordcount import count_words

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NO_SPACELESS = st.text().filter(
    lambda text: not re.search("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]", text)
)


@given(st.one_of(st.text("ab'-’ _9é\n.²\U0001f600", max_size=40), _NO_SPACELESS))
def test_words_are_runs_of_letters_and_digits_with_joiners_inside(text: str) -> None:
    assert count_words(text) == len(_WORD.findall(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("-", 0), ("a-b-c d", 2), ("市議会は新しい橋", 4), ("GDP成長率 3%", 4), ("\U00020000 ok", 2)],
)
def test_signs_without_spaces_count_by_two(text: str, words: int) -> None:
    assert count_words(text) == words
