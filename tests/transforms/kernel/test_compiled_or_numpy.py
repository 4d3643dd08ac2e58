"""Few texts are done without a compiler, many with one, and nobody can tell from the results."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flows.fold import preloading

FEW_THEN_MANY = """
import sys
import numpy as np
from transforms.kernel import compiled_or_numpy as kernel
from transforms.kernel.numba_compilation import has_numba
from transforms.copies.compare import candidate_keys, verify_pairs
from transforms.copies.shingles import shingle, tokenise
from transforms.copies.signatures import sign

def fold():
    tokens = tokenise([f"The harbour of Aden took in {n} ships on day {n} of the strike." for n in range(8)])
    shingles = shingle(tokens)
    signed = sign(shingles.values, shingles.offsets)
    verdicts = verify_pairs(tokens, np.arange(4), np.arange(4, 8))
    return [signed, *candidate_keys(tokens, signed), verdicts.score, verdicts.features]

plainly = fold()
assert "numba" not in sys.modules
kernel.LONG_CALL = 0.0
compiled = fold()
assert ("numba" in sys.modules) == has_numba()
assert all(np.array_equal(one, other) for one, other in zip(plainly, compiled, strict=True))
"""


def test_few_texts_need_no_compiler_and_give_what_many_give() -> None:
    done = subprocess.run([sys.executable, "-c", FEW_THEN_MANY], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_run_loads_what_it_needs_once_its_documents_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(preloading, "load_packages", lambda: loaded.append("packages"))
    monkeypatch.setattr(preloading, "load_compiled", lambda: loaded.append("numba"))
    with preloading.warm_up() as report_begun:
        report_begun(0)
    assert not loaded
    with preloading.warm_up() as report_begun:
        report_begun(1)
        report_begun(preloading.MANY_DOCUMENTS - 1)
    assert loaded == ["packages"]
    with preloading.warm_up() as report_begun:
        report_begun(preloading.MANY_DOCUMENTS)
        report_begun(10 * preloading.MANY_DOCUMENTS)
    assert sorted(loaded) == ["numba", "packages", "packages"]
