"""The whole way, from files to the published warehouse: what a run takes, and how it grows.

Run as `python -m benchmarks.whole_way [--articles N …] [--more N …] [--format F] [--megabytes M …]`. It makes up N
articles (see `benchmarks.made_up_news`), folds them with `newsfold ingest` in a process of its own and watches that:
wall seconds, processor seconds of all its processes, memory of all of them together and of the largest, bytes of the
published file. `--more` folds others on top of them. Short by default; `--articles 100000 1000000` is the long one.
`--megabytes` fills web archives up to that size with pages of 200 kB, for memory.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.made_up_news import MadeUp, as_page, as_warc_record, make_articles
from benchmarks.run_measurement import Watch, keep_in, newsfold

RESULT = Path(__file__).parent / "results" / "whole_way.json"
BIG_PAGE = 200_000  # bytes of code on a page of the archives made for memory


def write_jsonl(articles: Iterator[MadeUp], folder: Path) -> None:
    """One file of records."""
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(article.record(), ensure_ascii=False) + "\n" for article in articles)


def write_packed(articles: Iterator[MadeUp], folder: Path) -> None:
    """One packed file of records."""
    with gzip.open(folder / "articles.jsonl.gz", "wt", encoding="utf-8", compresslevel=3) as out:
        out.writelines(json.dumps(article.record(), ensure_ascii=False) + "\n" for article in articles)


def write_csv(articles: Iterator[MadeUp], folder: Path) -> None:
    """One table of rows."""
    rows = ({**article.record(), "authors": article.author} for article in articles)
    first = next(rows)
    with (folder / "articles.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)


def write_parquet(articles: Iterator[MadeUp], folder: Path) -> None:
    """One Parquet file, as other tools write it: row groups of 50,000 rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    while rows := [article.record() for article in islice(articles, 50_000)]:
        table = pa.Table.from_pylist(rows)
        writer = writer or pq.ParquetWriter(folder / "articles.parquet", table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def write_pages(articles: Iterator[MadeUp], folder: Path) -> None:
    """One file a page, in folders by host."""
    for article in articles:
        path = folder / article.host / f"{article.number}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(as_page(article, padding=20_000), encoding="utf-8")


def write_warc(articles: Iterator[MadeUp], folder: Path) -> None:
    """One web archive."""
    with (folder / "articles.warc").open("wb") as out:
        for article in articles:
            out.write(as_warc_record(article, as_page(article, padding=20_000)))


WRITERS: dict[str, Callable[[Iterator[MadeUp], Path], None]] = {
    "jsonl": write_jsonl,
    "jsonl.gz": write_packed,
    "csv": write_csv,
    "parquet": write_parquet,
    "html": write_pages,
    "warc": write_warc,
}


def write_archive(megabytes: int, folder: Path) -> int:
    """Fill a web archive with large pages up to a size; gives the number of pages."""
    written = count = 0
    with (folder / "articles.warc").open("wb") as out:
        for article in make_articles(megabytes * 8):
            written += out.write(as_warc_record(article, as_page(article, padding=BIG_PAGE)))
            count += 1
            if written >= megabytes << 20:
                break
    return count


def query(home: Path, sql: str) -> list[dict[str, Any]]:
    """Ask the published warehouse."""
    out = subprocess.run(
        newsfold("sql", "--json", "--home", str(home), sql), check=True, capture_output=True, text=True
    ).stdout
    return [json.loads(line) for line in out.splitlines()]


def measure(folder: Path, home: Path, given: int | None = None, workers: int | None = None) -> dict[str, Any]:
    """Fold a folder into a home and tell what that took; `given` articles, or all that are there then."""
    count = ["--workers", str(workers)] if workers else []
    watch = Watch(newsfold("ingest", "--quiet", "--home", str(home), *count, str(folder)))
    facts = query(
        home,
        "SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM stories) AS stories, "
        "(SELECT sum(octet_length(encode(text))) FROM articles) AS text_bytes, "
        "(SELECT to_json(stage_seconds) FROM runs ORDER BY started_at DESC LIMIT 1) AS stages",
    )[0]
    stages = json.loads(facts["stages"]) if isinstance(facts["stages"], str) else facts["stages"] or {}
    articles = int(facts["articles"])
    published = (home / "news.duckdb").stat().st_size
    given = given or articles
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return {
        "articles": articles,
        "stories": int(facts["stories"]),
        "wall_seconds": round(watch.wall, 2),
        "cpu_seconds": round(watch.cpu, 2),
        "articles_per_second": round(given / watch.wall, 1),
        "cpu_ms_per_article": round(1000 * watch.cpu / given, 3),
        "peak_mb_together": watch.peak_together >> 20,
        "peak_mb_largest": watch.peak_largest >> 20,
        "given_bytes_per_article": round(size / given),
        "text_bytes_per_article": round(int(facts["text_bytes"]) / articles),
        "published_bytes_per_article": round(published / articles),
        "stage_seconds": {name: round(float(value), 2) for name, value in stages.items()},
    }


def run(
    form: str, count: int, more: Sequence[int], scratch: Path, workers: int | None
) -> Iterator[dict[str, Any]]:
    """Make up articles, fold them, then each of `more` on top, and take everything away again."""
    folder, home = scratch / "inbox", scratch / "home"
    made = make_articles(count + sum(more))
    try:
        for added, some in ((0, count), *((some, some) for some in more)):
            folder.mkdir()
            began = time.monotonic()
            WRITERS[form](islice(made, some), folder)
            rate = some / (time.monotonic() - began)
            row = {"format": form, "added": added, **measure(folder, home, some, workers)}
            yield {**row, "made_per_second": round(rate)}
            shutil.rmtree(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def run_archive(megabytes: int, scratch: Path) -> dict[str, Any]:
    """Fold a web archive of a size."""
    folder, home = scratch / "inbox", scratch / "home"
    folder.mkdir()
    try:
        write_archive(megabytes, folder)
        return {"format": "warc", "megabytes": megabytes, **measure(folder, home)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def show(row: dict[str, Any]) -> None:
    """Print one measurement."""
    added = f"+{row['added']:,}" if row.get("added") else ""
    print(
        f"{row['format']:9} {added:>8} {row['articles']:>9,} articles {row['stories']:>8,} stories "
        f"{row['wall_seconds']:8.1f} s wall {row['cpu_seconds']:8.1f} s CPU {row['articles_per_second']:8.1f}/s "
        f"{row['cpu_ms_per_article']:7.3f} ms CPU each, {row['peak_mb_together']:,} MB "
        f"({row['peak_mb_largest']:,} in one), published {row['published_bytes_per_article']:,} B each "
        f"of {row['text_bytes_per_article']:,} B text"
    )
    print("  " + "  ".join(f"{name} {seconds:g}" for name, seconds in row["stage_seconds"].items()))


def growth(rows: list[dict[str, Any]]) -> float | None:
    """The exponent with which time grows from the smallest to the largest of several runs of one format."""
    whole = [row for row in rows if not row.get("added") and "megabytes" not in row]
    points = sorted((row["articles"], row["wall_seconds"]) for row in whole)
    if len(points) < 2 or points[0][0] == points[-1][0]:
        return None
    return round(math.log(points[-1][1] / points[0][1]) / math.log(points[-1][0] / points[0][0]), 3)


def main() -> int:
    """Measure what was asked for, print it and keep it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, nargs="*", default=None)
    options.add_argument("--more", type=int, nargs="*", default=[], help="so many on top of each, in turn")
    options.add_argument("--format", choices=sorted(WRITERS), default="jsonl")
    options.add_argument("--megabytes", type=int, nargs="*", default=[])
    options.add_argument("--workers", type=int)
    options.add_argument("--scratch", type=Path, help="a folder with room; default the system's")
    options.add_argument("--name", default="short", help="under which name the result is kept")
    chosen = options.parse_args()
    counts = chosen.articles if chosen.articles is not None else ([] if chosen.megabytes else [1_000, 5_000])
    rows = []
    if chosen.scratch:
        chosen.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=chosen.scratch, prefix="newsfold-whole-way-") as scratch:
        for count in counts:
            for row in run(chosen.format, count, chosen.more, Path(scratch), chosen.workers):
                rows.append(row)
                show(row)
        for megabytes in chosen.megabytes:
            rows.append(run_archive(megabytes, Path(scratch)))
            show(rows[-1])
    exponent = growth(rows)
    if exponent is not None:
        print(f"time grows as n^{exponent}")
    keep_in(RESULT, chosen.name, {"rows": rows, "growth_exponent": exponent})
    return 0


if __name__ == "__main__":
    sys.exit(main())
