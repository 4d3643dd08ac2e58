"""Small inputs from the field, each with what is right about it: run through the commands, asked in SQL.

A case is a folder `tests/cases/AREA/NAME`; `tests/cases/README.md` says how one is written.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.cli import main
from flows.engine.protocol import InlineEngine
from flows.intake import cleaning_engine

CASES = Path(__file__).parent / "cases"
NAMES = sorted(str(path.parent.relative_to(CASES)) for path in CASES.glob("*/*/case.toml"))
KEYS = {
    "what",
    "seen_in",
    "args",
    "seconds",
    "exit",
    "says",
    "says_not",
    "same_place",
    "fails",
    "expect",
    "command",
}
# Only ends what hangs: a case takes a few seconds on a quiet machine.
_LONGEST = 600.0


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_case(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in list(os.environ):
        if variable.startswith(("PREFECT_", "NEWSFOLD_")):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    if not name.startswith("hostile/"):  # starting a worker takes longer than most cases; limits need one
        monkeypatch.setattr(cleaning_engine, "LocalEngine", lambda **_: InlineEngine())
    case = tomllib.loads((CASES / name / "case.toml").read_text(encoding="utf-8"))
    assert set(case) <= KEYS, f"unknown keys: {sorted(set(case) - KEYS)}"
    if reason := case.get("fails"):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    faults = try_case(CASES / name, case, tmp_path)
    assert not faults, "\n".join([case["what"], *faults])


def try_case(folder: Path, case: Mapping[str, Any], room: Path) -> list[str]:
    """Lay each step's files into an inbox, ingest it, run the step's commands; then ask the published file."""
    steps = sorted(
        (path for path in folder.glob("in*") if path.is_dir()), key=lambda path: (len(path.name), path.name)
    )
    home, faults = room / "home", []
    for step in steps:
        inbox = room / ("in" if case.get("same_place") else step.name)
        shutil.copytree(step, inbox, dirs_exist_ok=True)
        words = ["ingest", str(inbox), *case.get("args", [])]
        faults += call(words, home, case if step == steps[-1] else {"exit": "any"}, room)
        for command in case.get("command", []):
            if command.get("after", steps[-1].name) != step.name:
                continue
            if "python" in command:
                subprocess.run(
                    [sys.executable, "-c", command["python"]], cwd=home, check=False, timeout=_LONGEST
                )
            else:
                called = [str(word).replace("{in}", str(inbox)) for word in command["run"]]
                faults += call(called, home, command, room)
    return faults + [fault for wanted in case.get("expect", []) for fault in ask(home, wanted)]


def call(words: list[str], home: Path, wanted: Mapping[str, Any], room: Path) -> list[str]:
    """Run a newsfold command and return what is wrong with its exit code and output."""
    code, output = run_newsfold([*words, "--home", str(home)], room)
    name, faults = f"newsfold {' '.join(words)}"[:100], []
    expected = wanted.get("exit", 0)
    if expected not in ("any", code):
        faults.append(f"{name}: exit code {code}, not {expected}: {output[-400:]}")
    if (pattern := wanted.get("says")) and not re.search(pattern, output, re.S | re.I):
        faults.append(f"{name}: does not say /{pattern}/ but {output[-400:]}")
    if (pattern := wanted.get("says_not")) and (found := re.search(pattern, output, re.S | re.I)):
        faults.append(f"{name}: says {found[0][:200]!r}")
    return faults


def run_newsfold(words: list[str], room: Path) -> tuple[int, str]:
    """Run the command line in this process, which spares a second and a half of imports; return code and output."""
    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="replace", write_through=True)
    with chdir(room), redirect_stdout(said), redirect_stderr(said):
        try:
            main(words)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    said.seek(0)
    return code, said.read()


def ask(home: Path, wanted: Mapping[str, str]) -> list[str]:
    """Return nothing where the first value of the query's one row is true, else what was found instead."""
    with duckdb.connect(str(home / "news.duckdb"), read_only=True) as connection:  # noqa: TID251 - as people do
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(wanted["sql"]).fetchall()
    if len(rows) == 1 and rows[0][0] is True:
        return []
    return [f"{wanted['say']}: found {rows[:3]!r}"]
