"""What became slower: the times of benchmark results beside those of an earlier commit, or of another file.

Run as `python -m benchmarks.compare [OLD.json NEW.json] [--commit C] [--slower S]`. Without files, every result of this
folder is compared with the one that commit C (HEAD) has. Prints each time that grew, and each rate that fell, by more
than the share S, and where both were measured: on another machine, or on a busy one, only ratios within one result mean
something. Exits with 1 where something became slower and `--strict` is given.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
SLOWER = 0.15  # what one figure differs from run to run on a machine that does nothing else
LEAST = 0.05  # seconds, or milliseconds an article, below which a difference is noise
TIMES = ("seconds", "wall", "cpu", "cpu_ms_per_article", "one", "two")
RATES = ("per_second", "pages_per_second", "articles_per_second", "texts_per_second")
NAMES = (
    "name",
    "format",
    "documents",
    "articles",
    "added",
    "megabytes",
    "set",
    "system",
    "texts",
    "query",
    "load",
)


def figures(value: object, path: str = "") -> Iterator[tuple[str, float, bool]]:
    """Yield each time and rate of a result with where it stands; the flag says that more is slower."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in ("machine", "versions", "commit"):
                continue
            if isinstance(inner, int | float) and not isinstance(inner, bool):
                parts = path.split("/")
                if _is_time(name) or (parts[-1] == "stage_seconds"):
                    yield f"{path}/{name}", float(inner), True
                elif name.endswith(RATES):
                    yield f"{path}/{name}", float(inner), False
            else:
                yield from figures(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from figures(inner, f"{path}[{_name_of(inner, index)}]")


def _is_time(name: str) -> bool:
    return name in TIMES or name.endswith(("_seconds", "_ms"))


def _name_of(row: object, index: int) -> str:
    if not isinstance(row, Mapping):
        return str(index)
    return " ".join(str(row[name]) for name in NAMES if name in row) or str(index)


def slower(old: Mapping[str, Any], new: Mapping[str, Any], share: float = SLOWER) -> Iterator[str]:
    """Say in words which figures of a result became worse by more than a share; those of one only are passed over."""
    before = {path: value for path, value, _ in figures(old)}
    for path, now, is_time in figures(new):
        then = before.get(path)
        if then is None or min(then, now) <= 0:
            continue
        worse = now / then if is_time else then / now
        if worse > 1 + share and (not is_time or now - then > LEAST):
            yield f"{path.lstrip('/')}: {then:g} → {now:g} ({worse:.2f} times as slow)"


def places(result: Mapping[str, Any]) -> str:
    """Say where and on which commits the figures of a result were measured."""
    measured = [one for one in (result, *result.values()) if isinstance(one, Mapping) and "machine" in one]
    return "; ".join(
        sorted({f"{one.get('commit', 'unknown commit')} on {_machine(one['machine'])}" for one in measured})
    )


def _machine(named: object) -> str:
    if not isinstance(named, Mapping):
        return str(named)
    return f"{named.get('model', named.get('processor'))} (load {named.get('load', 'unknown')})"


def _of_commit(path: Path, commit: str) -> dict[str, Any]:
    name = path.relative_to(RESULTS.parents[1])
    out = subprocess.run(
        ["git", "show", f"{commit}:{name}"],
        cwd=RESULTS.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(out.stdout) if out.returncode == 0 else {}
    return found


def main() -> int:
    """Compare, print, and say by the exit code whether something became slower."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", type=Path, nargs="*", help="an older and a newer result file")
    options.add_argument("--commit", default="HEAD")
    options.add_argument("--slower", type=float, default=SLOWER)
    options.add_argument("--strict", action="store_true")
    chosen = options.parse_args()
    if len(chosen.files) not in (0, 2):
        options.error("two files, or none")
    if chosen.files:
        old, new = (json.loads(path.read_text(encoding="utf-8")) for path in chosen.files)
        pairs = [(chosen.files[1].stem, old, new)]
    else:
        pairs = [
            (path.stem, _of_commit(path, chosen.commit), json.loads(path.read_text(encoding="utf-8")))
            for path in sorted(RESULTS.glob("*.json"))
        ]
    found = 0
    for name, old, new in pairs:
        lines = list(slower(old, new, chosen.slower))
        found += len(lines)
        if lines:
            print(f"{name}: {places(old)} → {places(new)}")
            print("\n".join(f"  {line}" for line in lines))
    print(
        f"{found} figures became slower by more than {chosen.slower:.0%}"
        if found
        else "nothing became slower"
    )
    return 1 if found and chosen.strict else 0


if __name__ == "__main__":
    sys.exit(main())
