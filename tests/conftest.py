"""Fixtures of the modules that fold a corpus once (`folded`) and give each test a copy of what came out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def place(folded: Path, tmp_path: Path) -> Path:
    """Copy the module's folder, with its inbox and its home."""
    shutil.copytree(folded, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def home(place: Path) -> Path:
    """Return the home in that copy."""
    return place / "home"
