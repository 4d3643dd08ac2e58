"""Each how-to page is followed in a copy of the project: its blocks are applied, and its own test passes there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(path for path in (ROOT / "docs" / "how-to").glob("add-*.md") if "language" not in path.name)
BLOCK = re.compile(r"^( *)```(\w+) (\S+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A file, or a change of one."""

    path: str
    is_change: bool
    text: str


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page that name a file, without the indentation of their list."""
    return [
        Block(path, kind == "diff", undent(text, len(indent)))
        for indent, kind, path, text in BLOCK.findall(page.read_text(encoding="utf-8"))
    ]


def undent(text: str, width: int) -> str:
    return re.sub(f"(?m)^ {{{width}}}", "", text)


def change(before: str, block: str) -> str:
    """Apply a change: `-` lines go, `+` lines come, others say where; `…` stands for anything within a line."""
    old = [line[1:] for line in block.splitlines() if not line.startswith("+")]
    pattern = "\n".join(re.escape(line).replace("…", "(.*)") for line in old)
    found = re.findall(rf"(?m)^{pattern}$", before)
    assert len(found) == 1, f"{len(found)} places fit:\n{block}"
    match = re.search(rf"(?m)^{pattern}$", before)
    assert match is not None
    new = "\n".join(line[1:] for line in block.splitlines() if not line.startswith("-"))
    for kept in match.groups():
        new = new.replace("…", kept, 1)
    return before[: match.start()] + new + before[match.end() :]


def follow(page: Path, copy: Path) -> list[str]:
    """Do in a copy what a page says; return the tests that it has or changes."""
    tests = []
    for block in blocks_of(page):
        path = copy / block.path
        if block.is_change:
            path.write_text(change(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        else:
            assert not path.exists(), f"{block.path} is there already"
            path.write_text(block.text, encoding="utf-8")
        tests += [block.path] if block.path.startswith("tests/") else []
    return tests


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the pages change, with the tests that they need."""
    copy = tmp_path_factory.mktemp("project")
    for package in ("web", "flows", "warehouse", "transforms", "tests"):
        skip = shutil.ignore_patterns("__pycache__", "cases", "data")
        shutil.copytree(ROOT / package, copy / package, ignore=skip if package == "tests" else None)
    shutil.copy2(ROOT / "pyproject.toml", copy)
    return copy


def test_every_page_has_a_test_and_is_listed() -> None:
    index = (ROOT / "docs" / "how-to" / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert any(block.path.startswith("tests/") for block in blocks_of(page)), page.name
        assert f"]({page.name})" in index


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_can_be_followed(page: Path, project: Path) -> None:
    tests = follow(page, project)
    assert tests
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", *tests],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_the_places_of_a_new_field_are_those_of_the_time_of_capture() -> None:
    text = (ROOT / "docs" / "how-to" / "add-a-field.md").read_text(encoding="utf-8")
    places = re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)
    assert len(places) >= 8
    for place in places:
        path = ROOT / place
        files = path.glob("*.sql") if path.is_dir() else [path]
        assert any("captured" in file.read_text(encoding="utf-8") for file in files), place
