"""No regular expression over foreign text grows faster than the text."""

from __future__ import annotations

import re

import pytest

from tests.expressions.attacks import nested_quantifiers
from tests.expressions.collect import Expression, collect_expressions
from tests.expressions.growth import MOST, worst_growth

EXPRESSIONS = collect_expressions()


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda expression: expression.name)
def test_no_repeat_within_a_repeat_gives_back_what_it_took(expression: Expression) -> None:
    assert nested_quantifiers(expression.pattern) == []


@pytest.mark.slow
@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda expression: expression.name)
def test_time_grows_no_faster_than_the_text(expression: Expression) -> None:
    growth, text = worst_growth(expression)
    assert growth <= MOST, f"eight times the text took {growth:.0f} times as long: {text}"


@pytest.mark.parametrize(
    "pattern",
    [r"(?:a+)+b", r"\s*(?:<!--.*?-->\s*)*<html", r"(?:\w+\s?)*$"],
)
def test_the_lint_finds_what_grows_exponentially(pattern: str) -> None:
    assert nested_quantifiers(re.compile(pattern))


@pytest.mark.parametrize("pattern", [r"(?>a+)+b", r"(?:a++)*+b", r"(?:a{1,3}b)*", r"a+b+"])
def test_the_lint_lets_pass_what_does_not(pattern: str) -> None:
    assert not nested_quantifiers(re.compile(pattern))


@pytest.mark.parametrize("pattern", [r"\[[^\]]+\]\(", r"\s+$", r"<!--.*?-->"])
def test_the_measure_finds_what_grows_with_the_square(pattern: str) -> None:
    expression = Expression(name="it", pattern=re.compile(pattern, re.S), is_anchored=False)
    assert worst_growth(expression)[0] > MOST
