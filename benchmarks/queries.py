"""The README's queries on a large published file: what an analyst waits for.

Run as `python -m benchmarks.queries [--articles N] [--home HOME]`. Without a home it makes up N articles (see
`benchmarks.made_up_news`), loads them as a run does, groups them by the events that they were made for, and publishes;
folding is not what is measured. Every query runs ROUNDS times, on the file opened anew each time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.made_up_news import MadeUp, make_articles
from benchmarks.run_measurement import circumstances
from transforms.text.ids import hash_text
from warehouse.batch_schemas import article_schema, rejection_schema, to_batch
from warehouse.connection import open_published, open_working, transaction
from warehouse.load import load_documents
from warehouse.publish import publish
from warehouse.runs import RunOutcome, begin_run, finish_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "queries.json"
ROUNDS = 5
_BATCH = 50_000
NOW = datetime.fromisoformat("2026-06-01T12:00")

FOLD = """
CREATE TEMP TABLE reports AS
SELECT article_id, title, url, publisher, published_at, section::UBIGINT + 1 AS story_id,
       row_number() OVER (PARTITION BY section ORDER BY published_at, article_id) AS place
FROM articles;
INSERT INTO copy_members SELECT article_id, article_id, true FROM reports;
INSERT INTO story_articles (story_id, article_id, role, score, joined_at)
SELECT story_id, article_id, if(place = 1, 'canonical', 'report'), .6, $now FROM reports;
INSERT INTO stories (
    story_id, title, canonical_article_id, canonical_reason, url, publisher, language, first_published_at,
    last_published_at,
    article_count, copy_group_count, publisher_count, independent_count, key_terms, created_at, updated_at, run_id)
SELECT story_id, any_value(title) FILTER (place = 1), any_value(article_id) FILTER (place = 1), 'fullest report',
       any_value(url) FILTER (place = 1), any_value(publisher) FILTER (place = 1), 'en', min(published_at),
       max(published_at), count(*), count(*), count(DISTINCT publisher), count(DISTINCT publisher),
       any_value(string_split(lower(title), ' ')) FILTER (place = 1), $now, $now, $run_id
FROM reports GROUP BY story_id;
INSERT INTO links
SELECT least(a.article_id, b.article_id), greatest(a.article_id, b.article_id), 'same_story',
       .5 + .5 * (hash(a.article_id, b.article_id) % 1000) / 1000, 'passes', .5,
       {'body': .4, 'lead': .3, 'names': .2, 'time': 1.0, 'weekday': 1.0}, 'made up', $run_id, $now
FROM reports a JOIN reports b ON a.story_id = b.story_id AND a.place < b.place AND b.place - a.place < 20;
INSERT INTO story_events (story_id, event, other_story_id, article_count, happened_at, run_id)
SELECT story_id, 'born', NULL, count(*), $now, $run_id FROM reports GROUP BY story_id
"""


def read_queries() -> dict[str, str]:
    """Return the numbered queries of the README by their questions."""
    block = re.search(r"```sql\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    if block is None:
        raise ValueError("the README has no SQL")
    return dict(re.findall(r"-- (\d+\. .*?)\n(.*?);", block[1], re.DOTALL))


def ask_for_what_is_there(con: DuckDBPyConnection, query: str) -> str:
    """Put an outlet, words and days of this file in the place of the README's."""
    ((outlet, first),) = con.sql("SELECT mode(publisher), min(published_at)::DATE FROM articles").fetchall()
    ((words,),) = con.sql(
        "SELECT min_by(words, story_id) FROM "
        "(SELECT story_id, regexp_extract(title, '\\w{5,} \\w{5,}') AS words FROM stories) WHERE words <> ''"
    ).fetchall()
    for readme, here in (
        ("The Pacific Ledger", outlet),
        ("bridge", words),
        ("2026-02-02", f"{first}"),
        ("2026-02-09", f"{first + timedelta(days=7)}"),
    ):
        query = query.replace(f"'{readme}'", "'{}'".format(str(here).replace("'", "''")))
    return query


def make_home(home: Path, count: int) -> None:
    """Load made-up articles, group them by event, and publish."""
    with open_working(home, purpose="benchmark") as con:
        run_id = begin_run(con, command="benchmark", settings={}, versions={}, now=NOW)
        dispositions: dict[str, int] = {}
        articles = make_articles(count)
        while some := list(islice(articles, _BATCH)):
            with transaction(con):
                batch = to_batch(map(_row, some), article_schema())
                loaded = load_documents(con, run_id, batch, to_batch([], rejection_schema()), now=NOW)
            for name, number in loaded.dispositions.items():
                dispositions[name] = dispositions.get(name, 0) + number
        with transaction(con):
            for step in FOLD.split(";"):
                values = {"now": NOW, "run_id": run_id}
                con.execute(step, {name: value for name, value in values.items() if f"${name}" in step})
            outcome = RunOutcome(files=1, documents=count, dispositions=dispositions)
            finish_run(con, run_id, outcome, now=NOW)
        publish(con, home, now=NOW)


def _row(article: MadeUp) -> dict[str, Any]:
    text = "\n".join(article.paragraphs)
    return {
        "article_id": hash_text(f"article {article.number}"),
        "document_id": hash_text(f"document {article.number}"),
        "source_ref": f"/inbox/day.jsonl#{article.number}",
        "url": article.url,
        "canonical_url": article.url,
        "publisher": article.publisher,
        "title": article.title,
        "text": text,
        "lead": article.paragraphs[0],
        "authors": [article.author],
        "published_at": datetime.fromisoformat(article.published).replace(tzinfo=None),
        "published_precision": "minute",
        "published_zone": "Z",
        "published_source": "stated",
        "language": "en",
        "language_confidence": 0.9,
        "kind": "article",
        "kind_reason": "",
        "word_count": len(text.split()),
        "section": str(article.event),
        "tags": [],
        "is_paywalled": False,
        "field_sources": [("title", "stated")],
        "content_hash": hash_text(text),
        "format": "jsonl",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "bytes": len(text),
    }


def measure(home: Path, queries: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Run every query on a file opened anew; the first round, which fills the system's cache, does not count."""
    for question, asked in queries.items():
        seconds = []
        with open_published(home) as con:
            query = ask_for_what_is_there(con, asked)
        for _ in range(ROUNDS + 1):
            with open_published(home) as con:
                started = time.perf_counter()
                rows = len(con.sql(query).fetchall())
                seconds.append(time.perf_counter() - started)
        median = statistics.median(seconds[1:])
        print(f"{median:8.3f} s  {rows:6,} rows  {question}", flush=True)
        yield {
            "question": question,
            "rows": rows,
            "median": round(median, 4),
            "most": round(max(seconds[1:]), 4),
        }


def main() -> None:
    """Measure and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--home", type=Path, help="a home that is there, instead of made-up articles")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = asked.home or Path(scratch) / "home"
        if asked.home is None:
            make_home(home, asked.articles)
        with open_published(home) as con:
            counts = _count(con)
        contents = {
            **circumstances(),
            "versions": {name: version(name) for name in ("newsfold", "duckdb")},
            **counts,
            "queries": list(measure(home, read_queries())),
        }
    RESULT.write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")


def _count(con: DuckDBPyConnection) -> dict[str, int]:
    return {
        name: int(con.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0])
        for name in ("articles", "stories", "links")
    }


if __name__ == "__main__":
    main()
