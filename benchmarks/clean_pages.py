"""Web pages against gold bodies and days: ours beside trafilatura, htmldate and what other projects clean with.

Run as `python -m benchmarks.clean_pages [--rivals DIR] [--pages N]`; DIR is a folder with the rivals that are no
dependencies, as the Makefile makes it. Rules were chosen on the pages with an
even number; the pages with an odd one are the ones to report. One process, CPU time; ratios travel, times do not.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.metadata
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.clean_snippets import extractors, load_snippets, measure_snippets
from benchmarks.page_extractors import (
    NOW,
    Extractor,
    Found,
    WebPage,
    attempt,
    clean_page,
    goose,
    justext,
    make_installed,
    newspaper,
    readability,
    trafilatura,
)
from benchmarks.run_measurement import DATA, circumstances
from transforms.cleaning.metadata import read_metadata
from transforms.cleaning.page_body import extract_body, parse_page
from transforms.text.encoding import decode
from transforms.types import Reason, Timestamp

RESULT = Path(__file__).parent / "results" / "clean_pages.json"
_WORDS = re.compile(r"\w+")
_WARM = 15  # pages run before the clock starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page with what people found in it."""

    number: int
    url: str
    html: bytes
    text: str | None
    day: str | None


def load(folder: str, limit: int) -> list[Page]:
    """Read one evaluation set; an empty list where it is absent."""
    gold = DATA / folder / "gold.jsonl"
    if not gold.exists():
        return []
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()][:limit]
    return [
        Page(
            number=number,
            url=row["url"],
            html=gzip.decompress((DATA / folder / row["html_path"]).read_bytes()),
            text=row["gold_text"],
            day=row["gold_date"][:10] if isinstance(row["gold_date"], str) else None,
        )
        for number, row in enumerate(rows)
    ]


def grams(text: str) -> Counter[tuple[str, ...]]:
    """Count the 4-grams of words of a text; a shorter text is one gram."""
    words = _WORDS.findall(text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))) if words else Counter()


def score(found: str, gold: str) -> tuple[float, float, float]:
    """Give precision, recall and F1 of the 4-grams of one page."""
    ours, theirs = grams(found), grams(gold)
    both = sum((ours & theirs).values())
    precision = both / sum(ours.values()) if ours else 0.0
    recall = both / sum(theirs.values()) if theirs else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0


def our_body(page: WebPage) -> Found:
    """Extract with our pruning, metadata and fallbacks: the whole of HTML cleaning but language and kinds."""
    markup = decode(page.html).text
    tree = parse_page(markup)
    if isinstance(tree, Reason):
        return Found()
    stated = read_metadata(tree, url=page.url, now=NOW)
    return Found(text=extract_body(tree, title=stated.title, stated_body=stated.body, markup=markup).text)


def our_article(page: WebPage) -> Found:
    """Clean to a whole article: kind, language, agency and ids as well."""
    found = clean_page(page)
    return Found(text=found.text) if found is not None else Found()


def measure_bodies(pages: list[Page], rivals: list[tuple[str, Extractor]]) -> list[dict[str, Any]]:
    """Run every extractor over all pages and give its quality on both halves and its speed."""
    texts: dict[str, list[str]] = {name: [] for name, _ in rivals}
    seconds = dict.fromkeys(texts, 0.0)
    for page in pages[:_WARM]:  # models and word lists load once
        for name, extract in rivals:
            attempt(name, extract, page)
    for page in pages:  # page by page in turn, so that a busy machine is busy for all alike
        for name, extract in rivals:
            start = time.process_time()
            texts[name].append(attempt(name, extract, page).text)
            seconds[name] += time.process_time() - start
    rows = []
    for name, _ in rivals:
        scores = [score(text, page.text or "") for text, page in zip(texts[name], pages, strict=True)]
        row: dict[str, Any] = {"name": name, "pages_per_second": round(len(pages) / seconds[name], 1)}
        for half, start_at, step in (("all", 0, 1), ("chosen_on", 0, 2), ("reported", 1, 2)):
            part = scores[start_at::step]
            precision, recall, f1 = (sum(each[i] for each in part) / len(part) for i in range(3))
            row[half] = {
                "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4),
                "f1_of_means": round(2 * precision * recall / (precision + recall), 4),
            }  # fmt: skip
        row["empty"] = sum(not text.strip() for text in texts[name])
        rows.append(row)
        print(
            f"{name:34} P {row['all']['precision']:.3f}  R {row['all']['recall']:.3f}  F1 {row['all']['f1']:.3f}  "
            f"of means {row['all']['f1_of_means']:.3f}  reported half {row['reported']['f1']:.3f} / "
            f"{row['reported']['f1_of_means']:.3f}  empty {row['empty']}  {row['pages_per_second']:6.1f} pages/s"
        )
    return rows


def our_day(page: Page) -> tuple[str | None, bool, bool]:
    """Give the day at the place of publication, and whether time and zone are known."""
    tree = parse_page(decode(page.html).text)
    if isinstance(tree, Reason):
        return None, False, False
    stamp = read_metadata(tree, url=page.url, now=NOW).published
    return local_day(stamp), stamp.precision == "minute", stamp.zone is not None


def local_day(stamp: Timestamp) -> str | None:
    """Give the day of a time where it was stated."""
    if stamp.at is None:
        return None
    at = stamp.at
    if stamp.zone and stamp.zone != "Z":
        sign = -1 if stamp.zone[0] == "-" else 1
        at += sign * timedelta(hours=int(stamp.zone[1:3]), minutes=int(stamp.zone[4:6]))
    return at.date().isoformat()


def htmldate_day(*, extensive: bool) -> Callable[[Page], tuple[str | None, bool, bool]]:
    """Give htmldate in one of its two ways, asked for the day of publication."""
    from htmldate import find_date

    def read(page: Page) -> tuple[str | None, bool, bool]:
        found = find_date(
            page.html,
            url=page.url,
            original_date=True,
            extensive_search=extensive,
            max_date=NOW.date().isoformat(),
        )
        return found, False, False

    return read


def measure_days(pages: list[Page]) -> list[dict[str, Any]]:
    """Compare stated days with gold days: the share that is the same."""
    rows = []
    rivals: list[tuple[str, Callable[[Page], tuple[str | None, bool, bool]]]] = [
        ("newsfold", our_day),
        ("htmldate fast", htmldate_day(extensive=False)),
        ("htmldate extensive", htmldate_day(extensive=True)),
    ]
    for name, read in rivals:
        for page in pages[:_WARM]:
            read(page)
        start = time.process_time()
        found = [read(page) for page in pages]
        seconds = time.process_time() - start
        same = [day == page.day for (day, _, _), page in zip(found, pages, strict=True)]
        row = {
            "name": name,
            "same_day": round(sum(same) / len(same), 4),
            "same_day_chosen_on": _share(same, pages, 0),
            "same_day_reported": _share(same, pages, 1),
            "with_time": round(sum(minute for _, minute, _ in found) / len(found), 4),
            "with_zone": round(sum(zone for _, _, zone in found) / len(found), 4),
            "ms_per_page": round(1000 * seconds / len(pages), 2),
        }
        rows.append(row)
        print(
            f"{name:34} same day {row['same_day']:.3f}  reported half {row['same_day_reported']:.3f}  "
            f"to the minute {row['with_time']:.3f}  with zone {row['with_zone']:.3f}  {row['ms_per_page']:.1f} ms"
        )
    return rows


def _share(same: list[bool], pages: list[Page], half: int) -> float:
    part = [each for each, page in zip(same, pages, strict=True) if page.number % 2 == half]
    return round(sum(part) / max(len(part), 1), 4)


def main() -> int:
    """Measure what is there, print it and keep it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rivals", type=Path)
    options.add_argument("--pages", type=int, default=1_000)
    chosen = options.parse_args()
    if chosen.rivals:
        sys.path.append(str(chosen.rivals))
    pages = [page for page in load("pages", chosen.pages) if page.text]
    dated = [page for page in load("dates", chosen.pages) if page.day]
    if not pages or not dated:
        print(f"skipped: no evaluation pages in {DATA} (set NEWSFOLD_DATA)")
        return 0
    rivals: list[tuple[str, Extractor]] = [
        ("newsfold, with metadata", our_body),
        ("newsfold, whole article", our_article),
        ("trafilatura default, with metadata", trafilatura(with_metadata=True)),
        ("trafilatura fast", trafilatura(fast=True)),
        ("trafilatura default", trafilatura()),
        ("trafilatura precision", trafilatura(favor_precision=True)),
    ]
    rivals += make_installed(
        {
            "readability-lxml": ("readability", lambda: readability),
            "newspaper4k": ("newspaper", lambda: newspaper),
            "goose3": ("goose3", goose),
            "justext": ("justext", lambda: justext("English")),  # nearly all of these pages are English
        }
    )
    print(f"Body text, {len(pages)} pages, 4-grams, averaged over pages")
    bodies = measure_bodies(pages, rivals)
    speed = bodies[0]["pages_per_second"] / bodies[2]["pages_per_second"]
    print(f"newsfold with metadata is {speed:.2f} times as fast as trafilatura with metadata")
    print(f"Day of publication, {len(dated)} pages")
    days = measure_days(dated)
    sentences = measure_snippets(load_snippets(chosen.pages), make_installed(extractors()))
    versions = {}
    for package in (
        "trafilatura",
        "htmldate",
        "lxml",
        "readability-lxml",
        "newspaper4k",
        "goose3",
        "justext",
    ):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(
        json.dumps(
            {
                **circumstances(),
                "versions": versions,
                "pages": len(pages),
                "dated_pages": len(dated),
                "bodies": bodies,
                "speed_ratio_with_metadata": round(speed, 2),
                "days": days,
                "snippets": sentences,
            },
            indent=2,
        )
        + "\n",
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
