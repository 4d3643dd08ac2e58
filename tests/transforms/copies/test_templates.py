"""Which pairs fill in one form, and which reports are only corrected."""

from __future__ import annotations

import numpy as np
import pytest

from transforms.copies.compare import verify_pairs
from transforms.copies.copy_model import COPIES
from transforms.copies.shingles import tokenise
from transforms.copies.templates import fill_same_form

FORM = (
    "The price of copper rose by {0} per cent to {1} crowns a tonne on the exchange in Vellmar on {2}, while tin fell "
    "by {3} per cent and closed at {4} crowns. Traders spoke of a calm day with a turnover of {5} contracts. Zinc was "
    "hardly moved and ended at {6}. The next auction of the state reserve is planned for {7}."
)
ONE = ("3", "8,120", "Monday", "2", "25,300", "1,870", "2,410", "Friday")
OTHER = ("7", "8,690", "Tuesday", "4", "24,280", "2,350", "2,475", "Thursday")
FILLER = " ".join(
    f"Analysts of the {name} bank expect that mines in the north will open again once the snow has gone and roads dry."
    for name in (
        "harbour",
        "county",
        "union",
        "farmers",
        "sailors",
        "miners",
        "weavers",
        "bakers",
        "valley",
        "coast",
    )
)


def is_form(a: str, b: str) -> bool:
    features = verify_pairs(tokenise([a, b]), np.array([0]), np.array([1])).features
    return bool(fill_same_form(features)[0])


def test_two_reports_of_a_series_fill_in_one_form() -> None:
    assert is_form(FORM.format(*ONE), FORM.format(*OTHER))


@pytest.mark.parametrize("corrected", range(COPIES.form_least_slots))
def test_a_report_with_a_few_corrected_figures_fills_in_no_form(corrected: int) -> None:
    assert not is_form(FORM.format(*ONE), FORM.format(*OTHER[:corrected], *ONE[corrected:]))


def test_a_long_report_with_as_many_corrections_fills_in_no_form() -> None:
    text = f"{FORM} {FILLER} {FILLER.replace('bank', 'fund')}"
    assert not is_form(text.format(*ONE), text.format(*OTHER[:4], *ONE[4:]))


def test_texts_that_share_less_than_half_fill_in_no_form() -> None:
    assert not is_form(FORM.format(*ONE) + FILLER, FORM.format(*OTHER) + FILLER[::-1])
