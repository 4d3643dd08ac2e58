"""A Hypothesis profile, how tests are divided among processes, and for each test a copy of a corpus folded once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No example fails for want of seconds: the machine may be busy with other work. A law that became slow shows in the
# time of the suite, not in a test that fails by chance. Nor does the suite draw other examples each time, so that it
# fails only for who broke something; `make laws` does, to find what nobody thought of.
settings.register_profile(
    "newsfold", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "search", settings.get_profile("newsfold"), derandomize=False, database=None, print_blob=True
)
settings.load_profile("newsfold")

# The processes that share the tests are given the width of a window, which tables of the command line would fit.
os.environ.pop("COLUMNS", None)

ALONE = {"test_cases.py", "test_expressions.py"}  # share nothing: each case is a home of its own
# Modules that take longest begin first, so that no process is left with one at the end.
LONGEST = (
    "test_schedule.py", "test_contract.py", "test_browser.py", "test_wheel.py", "test_laws.py",
    "test_hostile_inbox.py", "test_secrets.py", "test_deploy.py", "test_publish.py", "test_crash.py",
    "test_reading_room_pages.py", "test_published_tables.py",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a module in one process, as they share what the module folds or starts."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (rank.get(item.path.name, len(rank)), item.path.name in ALONE))
    for item in items:
        if item.path.name not in ALONE:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(item.config.rootpath).as_posix()))


@pytest.fixture
def place(folded: Path, tmp_path: Path) -> Path:
    """Copy the module's folder, with its inbox and its home."""
    shutil.copytree(folded, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def home(place: Path) -> Path:
    """Return the home in that copy."""
    return place / "home"
