"""One big file, or many pages, cleaned by one process and by two: how well the work is shared.

Run as `python -m benchmarks.sharing [--articles N] [--pages N] [--times N] [--real]`. The workers are started and warm
before the clock starts; each way is run in turn and the best time of each is compared, which a busy machine disturbs
least. Below it, pages: processor seconds of cleaning alone, in this process, beside those of the whole way to the
published file; for made-up pages and, with `--real`, for those of the evaluation data (`NEWSFOLD_DATA`).
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.made_up_news import make_articles
from benchmarks.run_measurement import DATA, Watch, keep_in, newsfold
from benchmarks.whole_way import WRITERS
from flows.engine.local import LocalEngine
from flows.engine.protocol import Done
from flows.intake.cleaning import PREPARATION, clean_item
from flows.intake.cleaning_items import CleaningItem
from flows.intake.discover import FoundFile, discover
from flows.intake.split import split
from transforms.cleaning.clean import clean
from transforms.readers import read
from transforms.readers.read_options import ReadOptions
from transforms.types import Rejection

RESULT = Path(__file__).parent / "results" / "sharing.json"
NOW = datetime.now(UTC).replace(tzinfo=None)


def find(folder: Path) -> list[FoundFile]:
    """The files of a folder."""
    return [each for each in discover([folder], now=time.time()) if isinstance(each, FoundFile)]


def clean_all(engine: LocalEngine, folder: Path, spool: Path) -> float:
    """Clean a folder; give wall seconds, cutting included."""
    began = time.perf_counter()
    items = [
        CleaningItem(work=work, options=ReadOptions(), now=NOW) for work in split(find(folder), spool=spool)
    ]
    for outcome in engine.map(clean_item, items, spool):
        assert isinstance(outcome, Done)
    return time.perf_counter() - began


def compare(form: str, count: int, times: int, scratch: Path) -> dict[str, Any]:
    """Clean the same articles with one process and with two."""
    folder, warm = scratch / form, scratch / f"{form}-warm"
    folder.mkdir()
    warm.mkdir()
    WRITERS[form](make_articles(count), folder)
    WRITERS["html"](make_articles(40), warm)
    best: dict[int, float] = {}
    for turn in range(times):
        for workers in (1, 2) if turn % 2 else (2, 1):
            with closing(LocalEngine(workers=workers, modules=PREPARATION)) as engine:
                clean_all(engine, warm, scratch / f"spool-{form}-{turn}-{workers}-warm")
                taken = clean_all(engine, folder, scratch / f"spool-{form}-{turn}-{workers}")
            best[workers] = min(taken, best.get(workers, taken))
    row = {
        "format": form,
        "documents": count,
        "one": round(best[1], 3),
        "two": round(best[2], 3),
        "ratio": round(best[1] / best[2], 2),
    }
    print(
        f"{form:9} {count:6,} documents: one process {best[1]:6.2f} s, two {best[2]:6.2f} s, {row['ratio']} times"
    )
    return row


def write_real_pages(folder: Path) -> int:
    """Unpack the pages of the evaluation data; gives their number, 0 where there are none."""
    packed = sorted(DATA.glob("*/html/*.html.gz"))
    for path in packed:
        (folder / f"{path.parents[1].name}-{path.stem}").write_bytes(gzip.decompress(path.read_bytes()))
    return len(packed)


def beside_cleaning(name: str, folder: Path, scratch: Path) -> dict[str, Any]:
    """Compare the processor time of the whole way with that of reading and cleaning alone, for pages."""
    documents = []
    for file in find(folder):
        with file.path.open("rb") as stream:
            documents += [one for one in read(stream, file.source_ref) if not isinstance(one, Rejection)]
    for document in documents[:40]:  # models and word lists load once
        clean(document, now=NOW)
    began = time.process_time()
    for document in documents:
        clean(document, now=NOW)
    alone = time.process_time() - began
    whole = Watch(newsfold("ingest", "-q", "--home", str(scratch / f"home-{name}"), str(folder))).cpu
    row = {
        "name": name,
        "pages": len(documents),
        "cleaning_cpu": round(alone, 2),
        "whole_cpu": round(whole, 2),
        "ratio": round(whole / alone, 2),
        "beside_ms_per_page": round(1000 * (whole - alone) / len(documents), 2),
    }
    print(
        f"{len(documents):,} {name} pages: cleaning alone {alone:.1f} s CPU, the whole way {whole:.1f} s, "
        f"{row['ratio']} times"
    )
    return row


def main() -> int:
    """Measure, print and keep."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=6_000)
    options.add_argument("--pages", type=int, default=400)
    options.add_argument("--times", type=int, default=2)
    options.add_argument("--real", action="store_true", help="the pages of the evaluation data, too")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsfold-sharing-") as folder:
        scratch = Path(folder)
        rows = [
            compare(form, chosen.pages if form == "html" else chosen.articles, chosen.times, scratch)
            for form in ("html", "jsonl", "jsonl.gz", "csv", "parquet")
        ]
        made_up, real = scratch / "made-up", scratch / "real"
        made_up.mkdir()
        real.mkdir()
        WRITERS["html"](make_articles(chosen.pages), made_up)
        pages = [beside_cleaning("made-up", made_up, scratch)]
        if chosen.real and write_real_pages(real):
            pages.append(beside_cleaning("real", real, scratch))
        elif chosen.real:
            print(f"real pages skipped: no evaluation pages in {DATA} (set NEWSFOLD_DATA)")
    keep_in(RESULT, "sharing", {"rows": rows, "whole_way_beside_cleaning": pages})
    return 0


if __name__ == "__main__":
    sys.exit(main())
