"""Any bytes at all: reading ends, raises nothing, and gives only documents and rejections."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.guarantees import check_reading
from tests.fuzz.mutate import mutate, random_bytes
from tests.fuzz.samples import samples

# what broke a reader once: from the fuzzer, or found by hand
FAILURES = sorted((Path(__file__).parents[2] / "fuzz" / "failures").glob("*"))


@given(st.binary(max_size=2000), st.sampled_from(["x", "x.csv", "x.md", "x.jsonl"]))
def test_random_bytes(data: bytes, name: str) -> None:
    check_reading(data, name)


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(sorted(samples().items())), st.integers(min_value=0))
def test_damaged_files(sample: tuple[str, bytes], seed: int) -> None:
    name, data = sample
    found = check_reading(mutate(data, random.Random(seed)), name)
    assert found  # whatever came in, something is said about it


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(samples().items())), st.floats(min_value=0, max_value=1))
def test_every_prefix_of_a_file(sample: tuple[str, bytes], share: float) -> None:
    name, data = sample
    assert check_reading(data[: int(len(data) * share)], name)


def test_noise_behind_known_beginnings() -> None:
    dice = random.Random(11)
    for _ in range(100):
        check_reading(random_bytes(dice), "noise")


@pytest.mark.parametrize("place", FAILURES, ids=lambda place: place.name)
def test_past_failures_stay_fixed(place: Path) -> None:
    assert check_reading(place.read_bytes(), place.name.partition("-")[2])
