"""What it costs to begin: commands that only look, imports, and ten new pages beside an empty Prefect flow.

Run as `python -m benchmarks.starting [--articles N] [--times N]`. The ten pages go into a warehouse that holds N
articles already, the empty flow is a file of its own with a flow that does nothing; both start from nothing each time,
and both start the server that Prefect brings along where they use one. Medians of wall and processor seconds.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path

from benchmarks.made_up_news import as_page, make_articles
from benchmarks.run_measurement import environment, keep_in, newsfold
from benchmarks.whole_way import write_jsonl

RESULT = Path(__file__).parent / "results" / "starting.json"
NEW = 10
EMPTY_FLOW = """
from prefect import flow

@flow
def empty() -> None:
    pass

if __name__ == "__main__":
    empty()
"""
LIGHT = "import transforms, sys; print(*sorted({'scipy', 'prefect', 'duckdb'} & set(sys.modules)))"


def clock(arguments: list[str], home: Path) -> tuple[float, float]:
    """Run a command; give wall and processor seconds of it and all below it."""
    quiet = environment(PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1", PREFECT_HOME=str(home))
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(arguments, check=True, capture_output=True, env=quiet)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Measure in turn, so that a busy machine is busy for all alike; print and keep."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=2_000)
    options.add_argument("--times", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsfold-starting-") as folder:
        rows = measure(Path(folder), chosen.articles, chosen.times)
    flow = rows["empty Prefect flow"]
    for name, row in rows.items():
        print(
            f"{name:44} {row['wall']:7.2f} s wall {row['cpu']:7.2f} s CPU  {row['cpu'] / flow['cpu']:5.2f} of a flow"
        )
    keep_in(RESULT, f"{chosen.articles} articles stored", {"times": chosen.times, "rows": rows})
    return 0


def measure(folder: Path, stored: int, times: int) -> dict[str, dict[str, float]]:
    """Give the medians by name."""
    home, inbox, script = folder / "home", folder / "stored", folder / "empty_flow.py"
    inbox.mkdir()
    script.write_text(EMPTY_FLOW, encoding="utf-8")
    made = make_articles(stored + 4 * NEW * (times + 1))
    write_jsonl(islice(made, stored), inbox)
    subprocess.run(newsfold("ingest", "-q", "--home", str(home), str(inbox)), check=True, capture_output=True)
    numbers = count()

    def ten_more() -> str:
        batch = folder / f"new{next(numbers)}"
        batch.mkdir()
        for article in islice(made, NEW):
            (batch / f"{article.number}.html").write_text(as_page(article), encoding="utf-8")
        return str(batch)

    tasks: dict[str, Callable[[], list[str]]] = {
        "newsfold --help": lambda: newsfold("--help"),
        "newsfold stories": lambda: newsfold("stories", "--home", str(home)),
        "import transforms": lambda: [sys.executable, "-c", LIGHT],
        "empty Prefect flow": lambda: [sys.executable, str(script)],
        "ten new pages": lambda: newsfold("ingest", "-q", "--home", str(home), ten_more()),
        "ten new pages, as a Prefect flow": lambda: newsfold(
            "ingest", "-q", "--prefect", "always", "--home", str(home), ten_more()
        ),
        "nothing new": lambda: newsfold("ingest", "-q", "--home", str(home), str(inbox)),
    }
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for turn in range(times + 1):
        for name, make in tasks.items():
            taken = clock(make(), folder / "prefect")
            if turn:  # the first one writes bytecode, and Prefect makes its database
                seen[name].append(taken)
    return {
        name: {
            "wall": round(statistics.median(wall for wall, _ in each), 3),
            "cpu": round(statistics.median(cpu for _, cpu in each), 3),
            "wall_least": round(min(wall for wall, _ in each), 3),
        }
        for name, each in seen.items()
    }


if __name__ == "__main__":
    sys.exit(main())
