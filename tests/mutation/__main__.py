"""Break the code in every way of `mutants.toml`, one after another, and report the mutants that no test notices.

Run: python -m tests.mutation [--only TEXT] [--seconds N]   Each mutant is a copy of the code of its own, so the working
tree stays as it is. A mutant is killed when a test fails; one whose tests take longer than N seconds is reported as
such. The result goes to tests/mutation/result.md; the exit code is 1 unless all mutants were killed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MUTANTS = Path(__file__).with_name("mutants.toml")
RESULT = Path(__file__).with_name("result.md")
COPIED = ("flows", "transforms", "warehouse", "web", "tests", "seeds", "docs", "README.md", "pyproject.toml")
NO_TESTS_LEFT = 5  # pytest's exit code


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One way to break the code."""

    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a mutant: killed, survived, took too long or does not apply."""

    mutant: Mutant
    status: str
    by: str  # the test that failed
    seconds: float


def read_mutants(only: str = "") -> list[Mutant]:
    """Read the list; `only` is a part of the names that are wanted."""
    rows = tomllib.loads(MUTANTS.read_text(encoding="utf-8"))["mutant"]
    mutants = [Mutant(**row | {"tests": tuple(row["tests"])}) for row in rows]
    return [mutant for mutant in mutants if only in mutant.name]


def copy_code(folder: Path) -> None:
    """Copy what tests need, without caches: a compiled loop of the code as it was would hide a mutation."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis")
            )
        elif source.exists():
            shutil.copy(source, folder / name)


def run_tests(folder: Path, tests: tuple[str, ...], seconds: float) -> tuple[str, str]:
    """Run tests in a copy of the code until the first fails; return what became of the mutant, and that test's name."""
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "NUMBA_CACHE_DIR": str(folder / "numba"),
        "PYTHONDONTWRITEBYTECODE": "1",  # bytecode is known by size and second: a mutation can have both
    }
    chosen = (
        [] if all("::" in test for test in tests) else ["-m", "not slow"]
    )  # a test that is named may be slow
    command = [sys.executable, "-m", "pytest", "-q", "-x", *chosen, "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return "took too long", f"over {seconds:.0f} s"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if done.returncode == NO_TESTS_LEFT:
        raise SystemExit(f"no test in {', '.join(tests)}")
    return "killed" if done.returncode else "survived", failed[0].split(" ")[1] if failed else ""


def try_mutant(folder: Path, mutant: Mutant, seconds: float) -> Outcome:
    """Apply one mutation in the copy, run its tests and take it back."""
    path = folder / mutant.file
    source = path.read_text(encoding="utf-8") if path.exists() else ""
    if source.count(mutant.find) != 1:
        return Outcome(mutant=mutant, status="does not apply", by="", seconds=0.0)
    path.write_text(source.replace(mutant.find, mutant.replace), encoding="utf-8")
    if "kernel" in mutant.file:
        shutil.rmtree(folder / "numba", ignore_errors=True)
    began = time.monotonic()
    try:
        status, by = run_tests(folder, mutant.tests, seconds)
    finally:
        path.write_text(source, encoding="utf-8")
        if (
            "kernel" in mutant.file
        ):  # numba looks at the file of a loop, not at those of the functions that it calls
            shutil.rmtree(folder / "numba", ignore_errors=True)
    return Outcome(mutant=mutant, status=status, by=by, seconds=time.monotonic() - began)


def write_result(outcomes: list[Outcome]) -> None:
    """Write the table of outcomes, survivors first."""
    order = {"survived": 0, "took too long": 1, "does not apply": 2, "killed": 3}
    rows = sorted(outcomes, key=lambda outcome: order[outcome.status])
    killed = sum(outcome.status == "killed" for outcome in outcomes)
    lines = [
        "# Mutants",
        "",
        f"{killed} of {len(outcomes)} killed. Written by `make mutants`.",
        "",
        "| mutant | in | status | by |",
        "|---|---|---|---|",
        *(f"| {o.mutant.name} | `{o.mutant.file}` | {o.status} | {o.by.rpartition('/')[2]} |" for o in rows),
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """Try all mutants, print each and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", default="", help="a part of the names of the mutants to try; writes no result"
    )
    parser.add_argument("--seconds", type=float, default=120.0, help="time for the tests of one mutant")
    options = parser.parse_args()
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="newsfold-mutants-") as name:
        copy_code(Path(name))
        for mutant in read_mutants(options.only):
            outcome = try_mutant(Path(name), mutant, options.seconds)
            outcomes.append(outcome)
            print(f"{outcome.status:14} {outcome.seconds:5.1f} s  {mutant.name}  {outcome.by}", flush=True)
    if not options.only:
        write_result(outcomes)
    return int(any(outcome.status != "killed" for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
