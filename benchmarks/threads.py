"""How well threads follow a matter: relations between stories through the product, on labelled events.

Run `python -m benchmarks.threads`. Sets lie in NEWSFOLD_DATA. Two measurements:

- *Matters*: the events of allsides_roundup2021 with the day of their round-up, folded by `newsfold ingest`.
  `matters.toml` has which events are about one matter, as two readers labelled them, apart from each other; events in
  no matter follow up nothing. Events of 2 July to 4 August were not labelled and are not judged. Where most articles
  of an event are in a story that is mostly of another event, there is no step between stories to be found: such pairs
  are counted by themselves.
- *Look-alikes*: the 43 topics of ecbplus hold two look-alike events each. Here they are dated
  three days apart, the hardest case: such stories may be related, and must not follow up each other.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.fold_stories import folded, read, story_labels
from benchmarks.run_measurement import DATA, keep_in
from transforms.stories.threads import MODEL

Record = dict[str, Any]

RESULT = Path(__file__).parent / "results" / "threads.json"
LABELLED = (("2021-04-22", "2021-07-01"), ("2021-08-05", "2021-10-18"))
MATTERS = Path(__file__).with_name("matters.toml")
RELATIONS = """
SELECT r.story_a, r.story_b, r.relation, a.thread_id IS NOT NULL AND a.thread_id = b.thread_id AS is_one_thread
FROM story_relations r
LEFT JOIN thread_stories a ON a.story_id = r.story_a LEFT JOIN thread_stories b ON b.story_id = r.story_b
"""
STEPS = "SELECT thread_id, story_id, follows_story_id FROM thread_stories"


def matters() -> dict[str, Record]:
    """Fold the events of a year; return precision of threads' steps and recall of neighbours in time, by reader."""
    records = read("allsides_roundup2021")
    day_of = {record["story"]: record["published"] for record in records}
    with folded(records, True) as (con, _):
        labels, steps = story_labels(con, len(records)), con.execute(STEPS).fetchall()
    events = events_of(labels, [record["story"] for record in records])
    readings = tomllib.loads(MATTERS.read_text(encoding="utf-8"))
    return {
        reader: _against({name: ids.split() for name, ids in labelled.items()}, steps, events, day_of)
        for reader, labelled in readings.items()
    }


def _against(
    labelled: dict[str, list[str]],
    found: list[tuple[Any, ...]],
    events: dict[str, str],
    day_of: dict[str, str],
) -> Record:
    """Compare steps (thread, story, earlier story) with the events of each matter; `events` has that of a story."""
    matter_of = {event: name for name, some in labelled.items() for event in some}
    is_judged = {event: any(a <= day <= b for a, b in LABELLED) for event, day in day_of.items()}
    verdicts: Counter[str] = Counter()
    for _, story, earlier in found:
        a, b = events.get(earlier), events.get(story)
        if a is None or b is None or not (is_judged[a] and is_judged[b]):
            continue
        same_matter = a in matter_of and matter_of[a] == matter_of.get(b)
        verdicts["same event" if a == b else "same matter" if same_matter else "wrong"] += 1
    threads: dict[str, set[str]] = {}
    for thread, story, _ in found:
        threads.setdefault(events.get(story, ""), set()).add(thread)
    every = [pair for some in labelled.values() for pair in _neighbours(some, day_of)]
    with_story = set(events.values())  # other events are part of a story that is mostly of another one
    pairs = [pair for pair in every if with_story.issuperset(pair)]
    together = sum(bool(threads.get(a, set()) & threads.get(b, set())) for a, b in pairs)
    steps = sum(verdicts.values())
    return {
        "matters": len(labelled),
        "steps": steps,
        "verdicts": dict(verdicts),
        "precision": round((steps - verdicts["wrong"]) / max(1, steps), 3),
        "within another story": len(every) - len(pairs),
        "pairs": len(pairs),
        "recall": round(together / len(pairs), 3),
    }


def agreement() -> Record:
    """Return how far the readers agree on which pairs of events are one matter: Cohen's kappa, and the counts.

    Pairs are those of all events that either reader placed.
    """
    first, second = (
        {name: ids.split() for name, ids in labelled.items()}
        for labelled in tomllib.loads(MATTERS.read_text(encoding="utf-8")).values()
    )
    placed = {event for reading in (first, second) for some in reading.values() for event in some}
    every = len(placed) * (len(placed) - 1) // 2
    a, b = (
        {frozenset(pair) for some in reading.values() for pair in combinations(some, 2)}
        for reading in (first, second)
    )
    observed = 1 - len(a ^ b) / every
    expected = (len(a) * len(b) + (every - len(a)) * (every - len(b))) / every**2
    kappa = (observed - expected) / (1 - expected)
    return {"first": len(a), "second": len(b), "both": len(a & b), "kappa": round(kappa, 3)}


def _neighbours(events: list[str], day_of: dict[str, str]) -> list[tuple[str, str]]:
    """Return events of one matter that follow each other in time, not on one day, within the reach of a follow-up."""
    ordered = sorted(events, key=lambda event: (day_of[event], event))
    days = [datetime.fromisoformat(day_of[event]) for event in ordered]
    return [
        (a, b)
        for a, b, first, second in zip(ordered, ordered[1:], days, days[1:], strict=False)
        if timedelta(0) < second - first <= MODEL.longest_gap
    ]


def events_of(labels: list[str], gold: list[str]) -> dict[str, str]:
    """Return the event that most articles of each story report."""
    counts: dict[str, Counter[str]] = {}
    for label, event in zip(labels, gold, strict=True):
        counts.setdefault(label, Counter())[event] += 1
    return {label: max(sorted(some), key=some.__getitem__) for label, some in counts.items()}


def look_alikes() -> Record:
    """Fold look-alike events dated three days apart; return in how many topics they are related, and one thread."""
    records = read("ecbplus")
    topics = sorted({record["topic"] for record in records})
    dated = []
    for number, record in enumerate(records):
        is_second = record["story"].endswith("_ecbplus")
        start = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=70 * topics.index(record["topic"]))
        at = start + timedelta(days=3 * is_second, hours=number % 24)
        dated.append({**record, "published": at.isoformat()})
    with folded(dated, True) as (con, _):
        labels, found = story_labels(con, len(dated)), con.execute(RELATIONS).fetchall()
    events = events_of(labels, [record["story"] for record in records])
    topic_of = {record["story"]: record["topic"] for record in records}
    seen: dict[str, set[str]] = {"related": set(), "follow_up": set(), "one thread": set()}
    for a, b, relation, is_one_thread in found:
        first, second = events[a], events[b]
        if first != second and topic_of[first] == topic_of[second]:
            seen[relation].add(topic_of[first])
            if is_one_thread:
                seen["one thread"].add(topic_of[first])
    return {"topics": len(topics)} | {name: len(some) for name, some in seen.items()}


def main() -> int:
    """Measure both and write the result."""
    if not (DATA / "stories").is_dir():
        print(f"skipped: no evaluation data in {DATA} (set NEWSFOLD_DATA)")
        return 0
    by_reader = {f"matters, {reader} reader": row for reader, row in matters().items()}
    figures = {**by_reader, "agreement": agreement(), "look-alikes": look_alikes()}
    for name, row in figures.items():
        print(name, "  ".join(f"{key} {value}" for key, value in row.items()))
    keep_in(RESULT, "threads", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
