"""Pages of the reading room on a large published file: how long the server takes for each, and how large it is.

Run as `python -m benchmarks.pages [--articles N] [--multiply TIMES] [--home HOME]`. Without a home it makes up N
articles and publishes them as `benchmarks.queries` does; with `--multiply` the published file is made so many times as
large (`benchmarks.multiply_home`). Every page, and every query of the README, is asked ROUNDS times in this process, so
that the figures are those of the server alone; the first answer, which opens the file, is left out. Beside the time
that passed stands that of the processors, which other work on the machine does not change, and the load when it was
measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

from benchmarks.multiply_home import multiply
from benchmarks.queries import ask_for_what_is_there, make_home, read_queries
from benchmarks.run_measurement import resident_megabytes
from warehouse.connection import open_published
from web.app import create_app

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RESULT = Path(__file__).parent / "results" / "pages.json"
ROUNDS = 20
# What an editor waits for without noticing, and what a slow line carries in a second.
FIRST_SECONDS, OTHER_SECONDS, HTML_BYTES, ALL_BYTES = 0.2, 0.5, 30_000, 60_000
_LARGEST = "SELECT story_id, canonical_article_id FROM stories ORDER BY article_count DESC, story_id LIMIT 1"
_OTHER = """
SELECT article_id FROM story_articles WHERE story_id = ? AND article_id <> ? ORDER BY article_id LIMIT 1
"""
_WORD = """
SELECT min(w) FROM (SELECT regexp_extract(title, '\\w{7,}') AS w FROM stories ORDER BY story_id LIMIT 99) WHERE w <> ''
"""
_STATIC = ("/static/style.css", "/static/room.js", "/static/icon.svg")


def addresses(home: Path) -> dict[str, str]:
    """Choose what is asked: the largest story, two of its reports, the busiest outlet, a word of a headline."""
    with open_published(home) as con:
        story, article = _row(con, _LARGEST)
        (other,) = _row(con, _OTHER, story, article)
        outlet, language = _row(con, "SELECT mode(publisher), mode(language) FROM articles")
        (word,) = _row(con, _WORD)
        (day,) = _row(con, "SELECT max(published_at)::DATE FROM articles")
        threads = con.execute(
            "SELECT thread_id FROM threads ORDER BY story_count DESC, thread_id LIMIT 1"
        ).fetchall()
    pages = {
        "today": "/",
        "today, filtered": f"/?language={language}&sources=2&order=time",
        "today, page 20": "/?page=20",
        "today, one outlet": f"/?publisher={outlet}",
        "story, the largest": f"/story/{story}",
        "article": f"/article/{article}",
        "why together": f"/why?a={article}&b={other}",
        "search": f"/search?q={word}",
        "search, a word left out": f"/search?q={word} -second",
        "compare": "/compare",
        "compare, one day": f"/compare?since={day}&until={day}",
        "outlet, the busiest": f"/outlet/{outlet}",
        "review": "/review",
        "decisions": "/decisions",
        "runs": "/runs",
        "stories as JSON": "/api/v1/stories",
    }
    return pages | ({"thread": f"/thread/{threads[0][0]}"} if threads else {})


def measure(home: Path, rounds: int) -> list[dict[str, Any]]:
    """Ask every page so many times and return its median and longest seconds, and its bytes."""
    rows = []
    with TestClient(create_app(home), base_url="http://127.0.0.1:8714") as client:
        static = sum(len(client.get(path).content) for path in _STATIC)
        for name, address in addresses(home).items():
            answer = client.get(address)
            if answer.status_code != 200:
                raise ValueError(f"{name}: {answer.status_code} at {address}")
            seconds, processor = [], []
            for _ in range(rounds):
                begun, used = time.perf_counter(), time.process_time()
                client.get(address)
                seconds.append(time.perf_counter() - begun)
                processor.append(time.process_time() - used)
            html = len(answer.content)
            row: dict[str, Any] = {
                "page": name,
                "median_seconds": round(statistics.median(seconds), 4),
                "longest_seconds": round(max(seconds), 4),
                "processor_seconds": round(statistics.median(processor), 4),
                "html_bytes": html,
                "all_bytes": html + static,
            }
            goal = FIRST_SECONDS if name == "today" else OTHER_SECONDS
            row["is_met"] = (
                row["median_seconds"] <= goal and html <= HTML_BYTES and html + static <= ALL_BYTES
            )
            rows.append(row)
            times = [f"{1000 * row[key]:7.0f} ms" for key in ("median_seconds", "processor_seconds")]
            missed = "" if row["is_met"] else "   misses its goal"
            print(f"{name:22}{times[0]}, processor{times[1]} {html / 1000:7.1f} kB{missed}", flush=True)
    return rows


def ask_readme(home: Path, rounds: int) -> list[dict[str, Any]]:
    """Ask the queries of the README and return the median seconds of each, on a file that is open already."""
    rows = []
    with open_published(home) as con:
        for name, query in read_queries().items():
            here = ask_for_what_is_there(con, query)
            seconds, processor = [], []
            for _ in range(rounds):
                begun, used = time.perf_counter(), time.process_time()
                con.execute(here).fetchall()
                seconds.append(time.perf_counter() - begun)
                processor.append(time.process_time() - used)
            row: dict[str, Any] = {
                "query": name,
                "median_seconds": round(statistics.median(seconds), 4),
                "processor_seconds": round(statistics.median(processor), 4),
            }
            rows.append(row)
            print(f"{name:60}{1000 * row['processor_seconds']:7.0f} ms of the processors", flush=True)
    return rows


def _row(con: DuckDBPyConnection, query: str, *values: object) -> tuple[Any, ...]:
    found: tuple[Any, ...] = con.execute(query, list(values)).fetchall()[0]
    return found


def main() -> int:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=100_000, help="made-up articles")
    parser.add_argument(
        "--multiply", type=int, default=1, metavar="TIMES", help="make the file so many times as large"
    )
    parser.add_argument("--home", type=Path, help="a home that is there, instead of made-up articles")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each page is asked")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch) / "home"
        if given.home is None:
            make_home(home, given.articles)
        if given.multiply > 1:
            multiply(home, Path(scratch) / "multiplied", given.multiply)
            home = Path(scratch) / "multiplied"
        with open_published(home) as con:
            (count,) = _row(con, "SELECT count(*) FROM articles")
        rows = measure(home, given.rounds)
        memory = resident_megabytes()
        queries = ask_readme(home, given.rounds)
    times = f" --multiply {given.multiply}" if given.multiply > 1 else ""
    command = f"python -m benchmarks.pages --articles {count // given.multiply}{times}"
    machine = {
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "load": round(os.getloadavg()[1], 1),
    }
    known = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    known[f"{count} articles"] = {
        "command": command,
        "machine": machine,
        "rounds": given.rounds,
        "memory_megabytes": memory,
        "pages": rows,
        "queries": queries,
    }
    RESULT.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
