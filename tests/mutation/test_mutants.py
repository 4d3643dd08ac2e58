"""Every mutant of the list still fits the code; whether a test kills it, `make mutants` finds out."""

from __future__ import annotations

import pytest

from tests.mutation.__main__ import ROOT, Mutant, read_mutants


@pytest.mark.parametrize("mutant", read_mutants(), ids=lambda mutant: mutant.name)
def test_a_mutant_fits_one_place_and_names_tests_that_are_there(mutant: Mutant) -> None:
    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.find) == 1
    assert mutant.find != mutant.replace
    assert mutant.tests
    assert all((ROOT / test.partition("::")[0]).exists() for test in mutant.tests)


def test_mutants_have_names_of_their_own() -> None:
    names = [mutant.name for mutant in read_mutants()]
    assert len(set(names)) == len(names)
