"""A small home folded once for the tests of the pages, and a client that asks as a browser on this machine does."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.story_samples import copy_of, fold_in, report
from web.app import create_app

ADDRESS = "http://127.0.0.1:8714"
SAME_ORIGIN = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
HOSTILE = "<script>alert(1)</script>\"' onload=x {{7*7}} javascript:alert(2) \u202etxet"


@pytest.fixture(scope="session")
def folded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fold three reports of one event, a copy, another event, and an article whose every field is hostile.

    Two of the reports name the same day of the week.
    """
    rows = [report(0, 0), report(0, 1), report(0, 2)]
    rows[0]["text"] += "\nCrews came on Tuesday."
    rows[1]["text"] += "\nAll of it was seen Tuesday."
    rows += [copy_of(rows[0], 1), report(1, 0)]
    rows.append(
        report(2, 0, title=f"Title {HOSTILE}", publisher=f"Outlet {HOSTILE}", url="javascript:alert(3)")
    )
    return fold_in(tmp_path_factory.mktemp("web"), rows)


@pytest.fixture
def web_home(folded_once: Path, tmp_path: Path) -> Path:
    """Copy that home, so that each test may decide in its own."""
    shutil.copytree(folded_once / "home", tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def client(web_home: Path) -> Iterator[TestClient]:
    """Ask the application without a network."""
    with TestClient(create_app(web_home), base_url=ADDRESS, raise_server_exceptions=True) as made:
        yield made


def token_of(page: str) -> str:
    """Return the form token in a page."""
    found = re.search(r'name="token" value="([0-9a-f]+)"', page)
    assert found
    return found[1]
