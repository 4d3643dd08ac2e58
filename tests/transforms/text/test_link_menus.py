"""Menus of links go, sentences with links stay."""

from __future__ import annotations

import pytest

from transforms.text.link_menus import is_row_of_links


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("*More: [Parking](https://a.example/p) · [Bus](https://a.example/b) · [Subscribe](/s)*", True),
        ("[Home](/) | [News](/n)", True),
        ("See also [one](/1), [two](/2)", True),
        ("The [council](/c) and the [mayor](/m) agreed on Monday.", False),
        ("[Read the whole report](/r)", False),
        ("[1] [2] are notes", False),
    ],
)
def test_rows_of_links(line: str, expected: bool) -> None:
    assert is_row_of_links(line) is expected
