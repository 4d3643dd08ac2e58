"""The language model is unpacked once for all runs, and a cache that is gone, cut off or in the way costs time only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flows.intake import language_model_cache as unpacked
from transforms.language.detector_model import TABLES, LanguageModel, read_model
from warehouse.cache_folder import cache_folder

TEXT = "The council approved the new bridge on Monday."


@pytest.fixture(scope="module")
def shipped() -> LanguageModel:
    return read_model()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: LanguageModel) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(unpacked, "read_model", lambda: shipped)
    return cache_folder(unpacked.FOLDER)


def test_what_was_left_is_what_was_unpacked(shipped: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unpacked.find_model() is shipped
    monkeypatch.setattr(unpacked, "read_model", pytest.fail)
    found = unpacked.find_model()
    assert (found.languages, found.aliases) == (shipped.languages, shipped.aliases)
    for name in TABLES:
        assert type(getattr(found, name)) is np.ndarray
        assert np.array_equal(getattr(found, name), getattr(shipped, name))
    assert found.score(TEXT) == shipped.score(TEXT)


def test_a_damaged_cache_is_made_again_and_what_others_left_goes(
    folder: Path, shipped: LanguageModel
) -> None:
    unpacked.find_model()
    (kept,) = folder.iterdir()
    weights = kept / "weights.npy"
    whole = weights.stat().st_size
    with weights.open("r+b") as file:
        file.truncate(whole // 2)
    (folder / "half-written").mkdir()
    assert unpacked.find_model() is shipped
    assert list(folder.iterdir()) == [kept]
    assert weights.stat().st_size == whole


def test_without_a_folder_every_worker_unpacks(folder: Path, shipped: LanguageModel) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    assert unpacked.find_model() is shipped
    assert folder.read_text() == "in the way"
