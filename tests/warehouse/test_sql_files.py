"""Every statement that the code names is a file, so that a rename of one is seen before somebody runs it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [path for room in ("warehouse", "flows", "web") for path in sorted((ROOT / room).rglob("*.py"))]
_NAMED = re.compile(r'\bstatement\(\s*"([\w/]+)",\s*"(\w+)"\s*\)|\bask(?:_one)?\(\s*con,\s*"(\w+)"')


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_statement_named_in_the_code_is_there(path: Path) -> None:
    for folder, name, of_web in _NAMED.findall(path.read_text(encoding="utf-8")):
        assert (ROOT / "warehouse" / "sql" / (folder or "web") / f"{name or of_web}.sql").is_file(), name
