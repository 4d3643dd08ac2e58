"""The same pages cleaned by two local worker processes and by two nodes of a Dask cluster on this machine.

Run as `python -m benchmarks.cluster [--pages N] [--times N] [--warc-mb N] [--kill SECONDS]`. What is compared is
processor time of every process that takes part (head, scheduler, nodes and their workers), which a busy machine
disturbs least, after both are warm; the two take turns. Half of the pages are those of NEWSFOLD_DATA where it is set,
over again. With `--warc-mb` they come as web archives of that size before compression, read from an S3 server on
loopback, whose time counts on both ways. With `--kill` the files are then folded into two homes, by local workers and
by the cluster, of which every so many seconds one node is killed, and every fourth time scheduler and all nodes; the
published tables of both have to be equal.
"""

from __future__ import annotations

import argparse
import gzip
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.made_up_news import make_articles
from benchmarks.run_measurement import keep_in
from benchmarks.same_tables import differences
from benchmarks.whole_way import WRITERS
from flows.engine.dask_cluster import DaskCluster
from flows.engine.local import LocalEngine
from flows.engine.protocol import Done, Engine
from flows.engine.remote import ClusterError, RemoteEngine
from flows.intake.cleaning import PREPARATION, clean_item, collect
from flows.intake.cleaning_engine import inputs_of
from flows.intake.cleaning_items import CleaningItem
from flows.intake.discover import FoundFile, discover
from flows.intake.split import split
from flows.pipeline import fold_files
from flows.settings.settings import load_settings
from tests.dask_cluster import Cluster, running_cluster
from tests.object_store import BUCKET, running_store
from tests.story_samples import ask
from transforms.readers.read_options import ReadOptions
from warehouse.object_store import Address, Place, file_system

RESULT = Path(__file__).parent / "results" / "cluster.json"
NOW = datetime.now(UTC).replace(tzinfo=None)
_TICK = os.sysconf("SC_CLK_TCK")


def family_seconds() -> float:
    """Processor seconds of this process and everything below it that is alive, ended children included."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        used[pid] = sum(map(int, fields[11:15])) / _TICK
    total = 0.0
    for pid, seconds in used.items():
        above = pid
        while above not in (os.getpid(), 0, 1) and above in parents:
            above = parents[above]
        total += seconds if above == os.getpid() else 0.0
    return total


def clean_all(engine: Engine, items: list[CleaningItem], spool: Path) -> tuple[float, float, Any]:
    """Return wall seconds, processor seconds of all processes, and the rows that came out."""
    wall, cpu = time.perf_counter(), family_seconds()
    outcomes = list(engine.map(clean_item, items, spool))
    assert all(isinstance(one, Done) for one in outcomes)
    spent = time.perf_counter() - wall, family_seconds() - cpu
    rows = collect(items, outcomes).articles.to_pylist()
    return *spent, sorted(map(repr, rows))


def items_of(place: Place) -> list[CleaningItem]:
    found = [each for each in discover([place], now=time.time()) if isinstance(each, FoundFile)]
    return [CleaningItem(work=work, options=ReadOptions(), now=NOW) for work in split(found)]


def real_pages() -> list[bytes]:
    data = os.environ.get("NEWSFOLD_DATA")
    files = sorted(Path(data).glob("*/html/*.html.gz")) if data else []
    return [gzip.decompress(path.read_bytes()) for path in files]


def write_pages(folder: Path, count: int) -> int:
    """Write so many pages, half of them real where there are any; return how many of those are different ones."""
    folder.mkdir()
    real = real_pages()
    WRITERS["html"](make_articles(count - (count // 2 if real else 0)), folder)
    for number in range(count // 2 if real else 0):
        (folder / f"real{number}.html").write_bytes(real[number % len(real)])
    return min(len(real), count // 2)


def archives(folder: Path, megabytes: int) -> Iterator[bytes]:
    """Yield web archives of 64 MB or less before compression, of the pages of a folder over again."""
    bodies = [path.read_bytes() for path in sorted(folder.rglob("*.html"))]
    left, number = megabytes << 20, 0
    while left > 0:
        records, room = [], min(left, 64 << 20)
        while room > 0:
            body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + bodies[number % len(bodies)]
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number:032d}>\r\n"
                f"WARC-Target-URI: https://paper{number % 97}.example/{number}\r\nWARC-Date: 2026-11-01T00:00:00Z\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            records.append(gzip.compress(head.encode() + body + b"\r\n\r\n", 1))
            room, left, number = room - len(body), left - len(body), number + 1
        yield b"".join(records)


def put_archives(folder: Path, megabytes: int) -> Address:
    place = Address("s3", f"{BUCKET}/{folder.name}")
    for number, archive in enumerate(archives(folder, megabytes)):
        fs, path = file_system(place.join(f"{number:05d}.warc.gz"))
        with fs.open_output_stream(path) as out:
            out.write(archive)
    return place


def kill_in_turn(
    cluster: Cluster, has_ended: threading.Event, *, seconds: float = 5.0, with_scheduler: bool = False
) -> Counter[str]:
    """Kill the oldest node every few seconds and start another; or every fourth time all, with the scheduler.

    An item needs a node that lives long enough to do it: `seconds` times the nodes. Returns what was killed.
    """
    killed: Counter[str] = Counter()
    while not has_ended.wait(seconds):
        if with_scheduler and killed.total() % 4 == 1:
            cluster.stop()
            cluster.start()
            killed["scheduler"] += 1
        else:
            cluster.workers[0].kill()
            cluster.workers.pop(0).wait()
            cluster.add_worker()
            killed["nodes"] += 1
    return killed


def fold_until_done(place: Place, home: Path, engine: str) -> None:
    """Fold as a schedule does: a run that lost its cluster is started again."""
    for _ in range(100):
        with suppress(ClusterError):
            fold_files([place], load_settings(home=home, workers=2, prefect="never", engine=engine))
            return
    raise AssertionError("the cluster was lost a hundred times")


def fold_with_kills(place: Place, cluster: Cluster, scratch: Path, seconds: float) -> Counter[str]:
    """Fold a place by local workers and by a cluster that is killed in turn; the published tables must be equal."""
    fold_until_done(place, scratch / "alone", "local")
    print("folded by local workers", flush=True)
    has_ended = threading.Event()
    with ThreadPoolExecutor(1) as aside:
        killer = aside.submit(kill_in_turn, cluster, has_ended, seconds=seconds, with_scheduler=True)
        try:
            fold_until_done(place, scratch / "shared", cluster.address)
        finally:
            has_ended.set()
    found = list(differences(scratch / "alone", scratch / "shared"))
    assert not found, found
    return killer.result()


def connect(cluster: Cluster) -> RemoteEngine:
    return RemoteEngine(DaskCluster(cluster.address), modules=PREPARATION, inputs_of=inputs_of)


def main() -> None:
    """Measure both ways in turn, keep the best of each, and hold the tables equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--warc-mb", type=int, default=0)
    parser.add_argument("--kill", type=float, default=0.0, metavar="SECONDS")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the servers too
    row: dict[str, Any] = {"pages": chosen.pages, "warc_mb": chosen.warc_mb}
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if chosen.warc_mb:
            (scratch / "store").mkdir()
            stack.enter_context(running_store(scratch / "store"))
        cluster = stack.enter_context(running_cluster(scratch))
        write_pages(scratch / "warm", 40)
        row["real_pages"] = write_pages(scratch / "pages", chosen.pages)
        place: Place = scratch / "pages"
        if chosen.warc_mb:
            place = put_archives(scratch / "pages", chosen.warc_mb)
        if chosen.times:
            row |= measure(place, cluster, scratch, chosen.times)
        if chosen.kill:
            row["killed"] = dict(fold_with_kills(place, cluster, scratch, chosen.kill))
            row["folded_articles"] = ask(scratch / "shared", "SELECT count(*) FROM articles")[0][0]
            row["folded_stories"] = ask(scratch / "shared", "SELECT count(*) FROM stories")[0][0]
    print(row)
    name = f"{chosen.warc_mb} MB of WARC" if chosen.warc_mb else f"{chosen.pages} pages"
    keep_in(RESULT, f"{name}, folded with kills" if chosen.kill else name, row)


def measure(place: Place, cluster: Cluster, scratch: Path, times: int) -> dict[str, Any]:
    """Clean all by both ways in turn; return the seconds of each turn, and the ratio of the best."""
    warm, items = items_of(scratch / "warm"), items_of(place)
    walls: dict[str, list[float]] = {"local": [], "dask": []}
    cpus: dict[str, list[float]] = {"local": [], "dask": []}
    rows: dict[str, Any] = {}
    for turn in range(times):
        for way in ("local", "dask") if turn % 2 else ("dask", "local"):
            with (
                LocalEngine(workers=2, modules=PREPARATION) if way == "local" else connect(cluster) as engine
            ):
                clean_all(engine, warm, scratch / f"{way}{turn}-warm")
                wall, cpu, rows[way] = clean_all(engine, items, scratch / f"{way}{turn}")
            walls[way].append(round(wall, 2))
            cpus[way].append(round(cpu, 2))
            print(way, walls[way][-1], cpus[way][-1], flush=True)
    assert rows["local"] == rows["dask"]
    return {
        "items": len(items),
        "articles": len(rows["local"]),
        "local_wall": walls["local"],
        "dask_wall": walls["dask"],
        "local_cpu": cpus["local"],
        "dask_cpu": cpus["dask"],
        "cpu_ratio": round(min(cpus["dask"]) / min(cpus["local"]), 3),
    }


if __name__ == "__main__":
    main()
