"""kill -9 at any instant: what was committed is there, nothing is doubled, the next run goes on."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse_samples import NOON, ask, ingest, sample
from warehouse.checks import run_checks
from warehouse.connection import open_published, open_working, published_path, transaction
from warehouse.errors import Damaged
from warehouse.publish import publish

KILLS = int(os.environ.get("NEWSFOLD_KILLS", "30"))
DAYS = 400  # more than the kills can get through
PER_DAY = 3
# Children are forked from a process that has imported what they need: thirty starts would take longer than the work.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__, "duckdb", "pyarrow.compute", "warehouse.migrations"])
FACTS = (
    "SELECT article_id, version, content_hash, text FROM articles ORDER BY ALL",
    "SELECT article_id, version, content_hash FROM article_versions ORDER BY ALL",
    "SELECT document_id, disposition, article_id FROM documents ORDER BY ALL",
    "SELECT story_id, canonical_article_id, title FROM stories ORDER BY ALL",
    "SELECT story_id, event FROM story_events ORDER BY ALL",
)


def day_of(day: int) -> list[dict[str, Any]]:
    """Return what comes in on a day: new articles, one of them with a text long enough to need blocks of its own."""
    noise = random.Random(day)
    text = " ".join(str(noise.random()) for _ in range(2000))
    return [sample(f"{day}-{n}", f"Report {n} of day {day}. {text if n else ''}") for n in range(PER_DAY)]


def go_on(home: Path, last: int, ready: Connection) -> None:
    """Take up where the last child fell, one day earlier, so that every fall is followed by a repetition."""
    first = ask(home, "SELECT count(*) FROM articles")[0][0] // PER_DAY
    ready.send("ready")
    for day in range(max(0, first - 1), last):
        ingest(home, day_of(day), day=day, is_published=True)


@pytest.mark.slow
def test_killed_at_any_instant_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    home, chance = tmp_path / "killed", random.Random(7)
    for _ in range(KILLS):
        ours, theirs = FORKS.Pipe(duplex=False)
        child = FORKS.Process(target=go_on, args=(home, DAYS, theirs))
        child.start()
        theirs.close()
        assert ours.recv() == "ready"
        time.sleep(chance.uniform(0.01, 1.5))
        assert child.is_alive()
        child.kill()
        child.join()
        ours.close()
        if published_path(home).exists():
            con = open_published(home)  # whatever stands there is whole
            counts = con.execute(
                "SELECT count(*), (SELECT value::BIGINT FROM _about WHERE topic = 'count' AND name = 'articles') "
                "FROM articles"
            ).fetchall()
            con.close()
            assert counts[0][0] == counts[0][1]
    ((reached,),) = ask(home, "SELECT count(*) FROM articles")
    assert reached % PER_DAY == 0  # a load is whole or not there
    last = reached // PER_DAY + 1
    ours, theirs = FORKS.Pipe(duplex=False)
    go_on(home, last, theirs)
    calm = tmp_path / "calm"
    for day in range(last):
        ingest(calm, day_of(day), day=day)
    for fact in FACTS:
        assert ask(home, fact) == ask(calm, fact)
    with open_working(home, purpose="test") as con:
        assert [check.describe() for check in run_checks(con, deep=True) if not check.passes] == []
        assert con.execute("SELECT count(*) FROM runs WHERE status = 'running'").fetchall() == [(0,)]
        assert con.execute("SELECT count(*) FROM runs WHERE status = 'crashed'").fetchall()[0][0] > 0
    con = open_published(home)
    assert con.execute("SELECT count(*) FROM articles").fetchall() == [(last * PER_DAY,)]
    con.close()


@pytest.mark.slow
def test_a_damaged_block_is_reported_as_damage(tmp_path: Path) -> None:
    ingest(tmp_path, day_of(0), is_published=True)
    path = published_path(tmp_path)
    content = bytearray(path.read_bytes())
    for place in range(3 * 4096, len(content), 4096):
        content[place + 100] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(Damaged):
        con = open_published(tmp_path)
        con.close()
    with open_working(tmp_path, purpose="test") as con:
        with transaction(con):
            pass
        assert publish(con, tmp_path, now=NOON).is_complete
