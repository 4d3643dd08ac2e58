"""Markdown is known by its marks and loses them; any other text is taken as well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.cleaning.markdown import looks_like_markdown, unmark


def test_plain_text_is_not_markdown() -> None:
    assert not looks_like_markdown("# 1 in the charts again\nThe band did it * again * with 3*4*5 shows.")
    assert unmark("Plain words\nwrapped here").text == "Plain words wrapped here"


@pytest.mark.parametrize("empty", ["# ![](x.png)", "# ", "# <br>", "![logo](x.png)\n===", "# #"])
def test_a_heading_without_words_is_no_title(empty: str) -> None:
    found = unmark(f"{empty}\n\n# Real title\n\nWords of the text.\n\n# A chapter")
    assert (found.title, found.text) == ("Real title", "Words of the text.\nA chapter")


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_is_taken(text: str) -> None:
    unmark(text)
