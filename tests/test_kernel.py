"""Few texts are done without a compiler, many with one, and nobody can tell from the results."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flows import warming
from transforms import kernel

FEW_THEN_MANY = """
import sys
import numpy as np
from transforms import kernel
from transforms.compiled import has_numba
from transforms.copies import candidate_keys, verify_pairs
from transforms.shingles import shingle, tokenise
from transforms.signatures import sign

def fold():
    tokens = tokenise([f"The harbour of Aden took in {n} ships on day {n} of the strike." for n in range(8)])
    shingles = shingle(tokens)
    signed = sign(shingles.values, shingles.offsets)
    verdicts = verify_pairs(tokens, np.arange(4), np.arange(4, 8))
    return [signed, *candidate_keys(tokens, signed), verdicts.score, verdicts.features]

plainly = fold()
assert "numba" not in sys.modules
kernel.PATIENCE = -1.0
compiled = fold()
assert ("numba" in sys.modules) == has_numba()
assert all(np.array_equal(one, other) for one, other in zip(plainly, compiled, strict=True))
"""


def test_few_texts_need_no_compiler_and_give_what_many_give() -> None:
    told = subprocess.run([sys.executable, "-c", FEW_THEN_MANY], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def test_patience_is_a_matter_of_all_that_was_done() -> None:
    patience = kernel._Patience()
    steps = round(kernel.PATIENCE / 0.01)
    assert not any(patience.is_over(0.01) for _ in range(steps - 1))
    assert patience.is_over(0.02)


def test_a_run_begins_with_the_compiler_once_its_documents_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    monkeypatch.setattr(warming, "load_compiled", lambda: begun.append(1))
    with warming.warming() as hear:
        hear(warming.MANY_DOCUMENTS - 1)
    assert not begun
    with warming.warming() as hear:
        hear(warming.MANY_DOCUMENTS)
        hear(10 * warming.MANY_DOCUMENTS)
    assert begun == [1]
