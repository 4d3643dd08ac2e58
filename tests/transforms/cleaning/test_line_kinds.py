"""What sort of line a line looks like."""

from __future__ import annotations

from transforms.cleaning.line_kinds import classify_line, count_units


def test_a_unit_is_about_a_word() -> None:
    assert count_units("five words and one more") == 5
    assert 4 <= count_units("港口委员会周二决定") <= 7
    assert classify_line("Watch: the bridge opens").is_boilerplate
    assert not classify_line(
        "Watch makers in Geneva fear that the new tariff will cost them half of their trade."
    ).is_boilerplate
