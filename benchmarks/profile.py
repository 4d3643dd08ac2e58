"""Where the time goes: standard loads, step by step in processor seconds, and by function where samples fell.

Run as `python -m benchmarks.profile [--articles N] [--pages N] [--functions N]` (`make profile`). Made-up records go
into an empty home, ten more on top, made-up pages into a home of their own, each in a process that starts anew. The
folding process is this project's own: what a step takes is the processor time of all its threads, DuckDB's included, so
that a busy machine shows less in it than in seconds on the wall. Cleaning runs in processes below it and is reported as
a whole. Functions are counted by samples of the main thread's stack, with all that they call.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.made_up_news import make_articles
from benchmarks.run_measurement import Watch, environment, keep_in, newsfold
from benchmarks.whole_way import write_jsonl, write_pages

RESULT = Path(__file__).parent / "results" / "profile.json"
ROOT = Path(__file__).parents[1]
INTERVAL = 0.005  # seconds between two samples; a sample takes some 20 µs
MORE = 10
WAITING = "flows/engine/local:LocalEngine._results"  # for cleaning processes: no work of this one


class Sampler(threading.Thread):
    """Samples of one thread's stack: each function of the project once a sample. Waiting is left out."""

    def __init__(self, thread: int) -> None:
        super().__init__(daemon=True)
        self.counts: Counter[str] = Counter()
        self.samples = 0
        self._thread = thread
        self._is_over = threading.Event()

    def run(self) -> None:
        """Sample until `close`."""
        while not self._is_over.wait(INTERVAL):
            frame = sys._current_frames().get(self._thread)
            names = set()
            while frame is not None:
                code = frame.f_code
                if code.co_filename.startswith(str(ROOT)) and "/.venv/" not in code.co_filename:
                    names.add(
                        f"{Path(code.co_filename).relative_to(ROOT).with_suffix('')}:{code.co_qualname}"
                    )
                frame = frame.f_back
            if WAITING not in names:
                self.counts.update(names)
                self.samples += 1

    def close(self) -> None:
        """Stop."""
        self._is_over.set()
        self.join()


def fold(home: Path, inbox: Path) -> dict[str, Any]:
    """Fold in this process; returns processor seconds by step, and the share of samples by function."""
    began = time.process_time()
    from flows.pipeline import fold_files  # imports are a step of their own
    from flows.settings.settings import load_settings

    steps: defaultdict[str, float] = defaultdict(float, imports=time.process_time() - began)

    def step(name: str, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        at = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            steps[name.partition(" batch ")[0]] += time.process_time() - at

    sampler = Sampler(threading.get_ident())
    sampler.start()
    fold_files([inbox], load_settings(home=home), step=step)
    sampler.close()
    whole, below = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": {
            name: round(value, 3) for name, value in sorted(steps.items(), key=lambda step: -step[1])
        },
        "other_seconds": round(whole - sum(steps.values()), 3),
        "folding_cpu_seconds": round(whole, 2),
        "cleaning_cpu_seconds": round(below.ru_utime + below.ru_stime, 2),
        "functions": {
            name: round(count / sampler.samples, 3)
            for name, count in sampler.counts.most_common(200)
            if count < sampler.samples * 0.98  # what all of it is called from
        },
    }


def run_load(load: str, home: Path, inbox: Path) -> dict[str, Any]:
    """Fold in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.profile", "--fold", str(home), str(inbox)]
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=environment(), cwd=ROOT)
    return {"load": load, **json.loads(out.stdout.splitlines()[-1])}


def show(row: dict[str, Any], functions: int) -> None:
    """Print a load: steps by their seconds, then functions by their share."""
    print(
        f"{row['load']}: {row['folding_cpu_seconds']} s of processor time in the folding process, "
        f"{row['cleaning_cpu_seconds']} s in cleaning processes"
    )
    print("  " + "  ".join(f"{name} {seconds:g}" for name, seconds in row["seconds"].items()))
    for name, share in list(row["functions"].items())[:functions]:
        print(f"  {share:6.3f}  {name}")


def main() -> int:
    """Run the standard loads, print and keep them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=5_000)
    options.add_argument("--pages", type=int, default=300)
    options.add_argument("--functions", type=int, default=40, help="so many are printed of each load")
    options.add_argument("--fold", type=Path, nargs=2, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.fold:
        print(json.dumps(fold(*chosen.fold)))
        return 0
    with tempfile.TemporaryDirectory(prefix="newsfold-profile-") as scratch:
        rows = list(measure(Path(scratch), chosen.articles, chosen.pages))
        watch = Watch(newsfold("stories", "--home", str(Path(scratch) / "home")))
    for row in rows:
        show(row, chosen.functions)
    print(f"newsfold stories: {watch.cpu:.2f} s of processor time, {watch.wall:.2f} s on the wall")
    kept = [{**row, "functions": dict(list(row["functions"].items())[: chosen.functions])} for row in rows]
    keep_in(
        RESULT,
        f"{chosen.articles} records, {chosen.pages} pages",
        {"rows": kept, "stories_cpu_seconds": watch.cpu},
    )
    return 0


def measure(scratch: Path, articles: int, pages: int) -> list[dict[str, Any]]:
    """Give the rows of the standard loads."""
    made = make_articles(articles + MORE)
    rows = []
    for name, count in (("records", articles), ("ten", MORE)):
        inbox = scratch / name
        inbox.mkdir()
        write_jsonl(islice(made, count), inbox)
        label = f"{count:,} records, empty home" if name == "records" else f"{count} more"
        rows.append(run_load(label, scratch / "home", inbox))
    inbox = scratch / "pages"
    inbox.mkdir()
    write_pages(make_articles(pages), inbox)
    rows.append(run_load(f"{pages} pages, empty home", scratch / "home-of-pages", inbox))
    return rows


if __name__ == "__main__":
    sys.exit(main())
