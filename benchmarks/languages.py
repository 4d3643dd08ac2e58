"""How well reports of one event are found across languages: relations through the product, and labelled pairs.

Run `python -m benchmarks.languages`; with `--encoder` by the extra newsfold[crosslingual] too. Sets lie in
NEWSFOLD_DATA. Two measurements, each on two halves (by a hash of the
event or the pair): the constants were fitted on the first, the second is what counts.

- *Stories*: og2021_titles_half, dated headlines in nine languages, folded by `newsfold ingest` with other_languages on.
  A story is of the event that most of its headlines report. A relation is right when both stories are of one event;
  recall is the share of an event's pairs of languages that are related. The numbers depend on stories being whole.
- *Pairs*: the cross-language pairs of pairs_semeval2022t8_sample, articles without dates, graded by people from 1
  (same) to 4; up to 2 counts as one event. All articles are taken for reports of one day, each a story.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.fold_stories import BACKGROUND, HEADLINES, folded, read, story_labels
from benchmarks.run_measurement import DATA, keep_in
from benchmarks.threads import events_of
from flows.fold.multilingual_model import find_multilingual
from flows.fold.story_evidence import encoded_text
from transforms.language.background import model_language
from transforms.language.cross_language_terms import shared_terms, term_id
from transforms.language.sentence_encoder import MultilingualEmbedder
from transforms.stories.other_languages import MODEL_VERSION, StoryTerms, is_headline, match_stories

Record = dict[str, Any]

RESULT = Path(__file__).parent / "results" / "languages.json"
PAIRS = "pairs_semeval2022t8_sample"
SAME = 2.0  # a mean grade up to it is one event
HALVES = ("fitted", "held out")
RELATIONS = "SELECT story_a, story_b FROM story_relations WHERE relation = 'other_language'"


def half(name: str) -> str:
    """Return the half that an event or pair belongs to, by a hash of its name."""
    return HALVES[int(hashlib.sha256(f"half {name}".encode()).hexdigest(), 16) % 2]


def stories(setting: str) -> Record:
    """Fold headlines of nine languages; return precision and recall of relations across languages, by half."""
    records = read(HEADLINES)
    with folded(records, True, NEWSFOLD_OTHER_LANGUAGES=setting) as (con, _):
        labels, found = story_labels(con, len(records)), con.execute(RELATIONS).fetchall()
    event_of = events_of(labels, [record["story"] for record in records])
    language_of = {label: record["lang"] for label, record in zip(labels, records, strict=True)}
    languages: dict[str, set[str]] = {}
    for record in records:
        languages.setdefault(record["story"], set()).add(record["lang"])
    wanted = Counter(half(event) for event, some in languages.items() for _ in combinations(sorted(some), 2))
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    hits: dict[str, set[tuple[str, ...]]] = {name: set() for name in HALVES}
    for a, b in found:
        events = event_of[a], event_of[b]
        if events[0] == events[1]:
            right[half(events[0])] += 1
            hits[half(events[0])].add((events[0], *sorted((language_of[a], language_of[b]))))
        else:
            for event in events:
                wrong[half(event)] += 1  # halved below: it counts half in each half that it touches
    return {
        name: {
            "relations": right[name] + wrong[name] / 2,
            "precision": round(right[name] / max(1.0, right[name] + wrong[name] / 2), 3),
            "recall": round(len(hits[name]) / wanted[name], 3),
            "of": wanted[name],
        }
        for name in HALVES
    }


def pairs(embedder: MultilingualEmbedder | None) -> Record:
    """Compare articles of labelled pairs across languages; return precision and recall, by half."""
    labelled = [pair for pair in read(PAIRS) if pair["a"]["lang"] != pair["b"]["lang"]]
    reports = [pair[side] for pair in labelled for side in ("a", "b")]
    found = {
        (match.story_a, match.story_b)
        for match in match_stories(
            [_story(number, report, embedder) for number, report in enumerate(reports)]
        )
    }
    counts: dict[str, Counter[str]] = {name: Counter() for name in HALVES}
    for number, pair in enumerate(labelled):
        is_same, is_found = pair["label"] <= SAME, (2 * number, 2 * number + 1) in found
        counts[half(pair["id"])].update(same=is_same, found=is_found, right=is_same and is_found)
    return {
        name: {
            "pairs found": count["found"],
            "precision": round(count["right"] / max(1, count["found"]), 3),
            "recall": round(count["right"] / count["same"], 3),
            "of": count["same"],
        }
        for name, count in counts.items()
    }


def _story(number: int, report: Record, embedder: MultilingualEmbedder | None) -> StoryTerms:
    terms = shared_terms(report["title"] or "", report["text"], report["lang"], BACKGROUND)
    own = {term_id(key): weight for key, weight in terms.items()}
    language = model_language(report["lang"])
    vectors, is_short = {}, False
    if embedder is not None and language in embedder.languages:
        beginning = encoded_text(report["title"] or "", report["text"])
        vectors = {number: embedder.embed([beginning])[0]}
        is_short = is_headline(beginning, language)
    return StoryTerms(
        story_id=number,
        language=language,
        day=0,
        terms=own,
        reports={number: own},
        vectors=vectors,
        is_headline=is_short,
    )


def main() -> int:
    """Measure both and write the result."""
    if not (DATA / "stories").is_dir():
        print(f"skipped: no evaluation data in {DATA} (set NEWSFOLD_DATA)")
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", action="store_true", help="needs newsfold[crosslingual]")
    setting = "encoder" if parser.parse_args().encoder else "names"
    embedder = find_multilingual() if setting == "encoder" else None
    figures = {"pairs": pairs(embedder), "stories": stories(setting)}
    for name, halves in figures.items():
        for part, row in halves.items():
            print(name, part, "  ".join(f"{key} {value}" for key, value in row.items()))
    keep_in(RESULT, f"{MODEL_VERSION}+{embedder.version}" if embedder else MODEL_VERSION, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
