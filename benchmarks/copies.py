"""Copies on evaluation texts with known edits: quality over all and by edit, and speed beside other MinHash engines.

Run: python -m benchmarks.copies [--rivals DIR] [--texts N ...] [--processors N] (DIR: where rensa, gaoya and datatrove
are installed with `pip install --target`). Speed on more texts than there are is measured on made-up news
(`benchmarks.made_up_news`). newsfold uses N processors, by default all that it may; of rivals the calls that share work
out are measured too. Seconds that pass say something only where little else runs.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.made_up_news import make_articles
from benchmarks.measures import score_groups
from benchmarks.run_measurement import DATA, circumstances
from flows.engine.processors import usable_processors
from transforms.copies.compare import candidate_keys, group, verify_pairs
from transforms.copies.copy_model import COPIES
from transforms.copies.shingles import shingle, tokenise
from transforms.copies.signatures import sign
from transforms.kernel.blocking_joins import pair_up
from transforms.kernel.numpy_loops import I64, U64

CORPUS = DATA / "copies" / "corpus_25k.parquet"
RESULT = Path(__file__).parent / "results" / "copies.json"
APART = ("template", "quote_share", "short", "single")  # kinds that have no copy and must stay alone
ROUNDS = 3  # speed is the median of so many runs, each engine in turn
_IN_BULK = (
    32  # texts that rensa gets at once: of a thousand the words in Python take two and a half times as long
)
SLOW = 20.0  # seconds: an engine that took longer runs once


def candidate_pairs(keys: U64, owners: I64, processors: int = 1) -> I64:
    """Return the pairs of texts that share a key, as the warehouse's join finds them, without a warehouse."""
    pairs = pair_up(keys, owners, block_size=COPIES.block_size, window=COPIES.window, processors=processors)
    return pairs.astype(np.int64)


def fold(
    texts: Sequence[str], processors: int = 1
) -> tuple[list[list[int]], I64, dict[str, tuple[float, float]]]:
    """Run the whole engine; return groups of indices, candidate pairs, and seconds by stage: passed, processor."""
    clock = [_clock()]
    tokens = tokenise(texts, processors=processors)
    shingles = shingle(tokens, processors=processors)
    clock.append(_clock())
    signed = sign(shingles.values, shingles.offsets, processors=processors)
    clock.append(_clock())
    keys, owners = candidate_keys(tokens, signed, processors=processors)
    pairs = candidate_pairs(keys, owners, processors)
    clock.append(_clock())
    verdicts = verify_pairs(tokens, pairs[:, 0], pairs[:, 1], processors=processors)
    clock.append(_clock())
    kept = verdicts.is_copy
    groups = group(range(len(texts)), pairs[kept], verdicts.score[kept])
    clock.append(_clock())
    stages = ("shingle", "sign", "candidates", "verify", "group")
    seconds = np.diff(clock, axis=0).round(3).tolist()
    return groups, pairs, {name: (passed, used) for name, (passed, used) in zip(stages, seconds, strict=True)}


def _clock() -> tuple[float, float]:
    """Return a time that passes and the processor seconds used so far."""
    return time.perf_counter(), time.process_time()


def labels(groups: list[list[int]], count: int) -> list[int]:
    """Return the group number of each text."""
    found = [0] * count
    for number, members in enumerate(groups):
        for member in members:
            found[member] = number
    return found


def quality(rows: list[dict[str, Any]], half: int | None) -> dict[str, Any]:
    """Fold the texts whose gold group is of one half (0: chosen on, 1: reported on; None: all) and score the result."""
    chosen = [row for row in rows if half is None or row["gold_group"] % 2 == half]
    groups, pairs, _ = fold([row["text"] for row in chosen])
    found, gold = labels(groups, len(chosen)), [row["gold_group"] for row in chosen]
    position = {row["id"]: at for at, row in enumerate(chosen)}
    by_kind: dict[str, list[bool]] = {}
    size = np.bincount(found)
    for at, row in enumerate(chosen):
        if row["edit_kind"] in APART:
            by_kind.setdefault(row["edit_kind"] + " alone", []).append(bool(size[found[at]] == 1))
        elif row["parent_id"] in position:
            by_kind.setdefault(row["edit_kind"], []).append(found[at] == found[position[row["parent_id"]]])
    numbers = np.array(gold)
    true = int((numbers[pairs[:, 0]] == numbers[pairs[:, 1]]).sum())
    sizes = np.unique(numbers, return_counts=True)[1]
    return {
        **score_groups(found, gold).as_dict(),
        "texts": len(chosen),
        "candidates_per_article": round(len(pairs) / len(chosen), 1),
        "candidate_pair_recall": round(true / int((sizes * (sizes - 1) // 2).sum()), 4),
        "by_kind": {name: round(float(np.mean(hits)), 4) for name, hits in sorted(by_kind.items())},
    }


def datasketch_batched(texts: Sequence[str]) -> None:
    """The quickest way to use plain datasketch: xxhash over word 3-grams, update_batch, one LSH index."""
    import xxhash
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=128, params=(16, 8))
    made = MinHash(128, hashfunc=int)
    for at, text in enumerate(texts):
        words = text.lower().split()
        hashed = [
            xxhash.xxh32_intdigest(" ".join(words[i : i + 3]).encode()) for i in range(max(len(words) - 2, 1))
        ]
        one = made.copy()
        one.clear()
        one.update_batch(hashed)
        index.query(one)
        index.insert(at, one, check_duplication=False)


def rensa_batched(texts: Sequence[str]) -> None:
    """rensa's RMinHash over word 3-grams and its LSH."""
    rensa = importlib.import_module("rensa")
    index = rensa.RMinHashLSH(threshold=0.7, num_perm=128, num_bands=16)
    for at, text in enumerate(texts):
        words = text.lower().split()
        one = rensa.RMinHash(num_perm=128, seed=1)
        one.update([" ".join(words[i : i + 3]) for i in range(max(len(words) - 2, 1))])
        index.query(one)
        index.insert(at, one)


def rensa_in_bulk(texts: Sequence[str]) -> None:
    """rensa's calls for many texts at once, which share them out among threads of its own; words are cut in Python."""
    rensa = importlib.import_module("rensa")
    index = rensa.RMinHashLSH(threshold=0.7, num_perm=128, num_bands=16)
    signed = []
    for start in range(0, len(texts), _IN_BULK):
        words = [text.lower().split() for text in texts[start : start + _IN_BULK]]
        grams = [[" ".join(own[i : i + 3]) for i in range(max(len(own) - 2, 1))] for own in words]
        signed += rensa.RMinHash.from_token_sets(grams, 128, 1)
    index.insert_many(signed)
    index.query_all(signed)


def gaoya_batched(texts: Sequence[str]) -> None:
    """gaoya's MinHash index with its own word 3-gram analyser."""
    index = _gaoya_index()
    for at, text in enumerate(texts):
        index.query(text)
        index.insert_document(at, text)


def gaoya_in_bulk(texts: Sequence[str]) -> None:
    """The same by its calls that use several processors."""
    index = _gaoya_index()
    index.par_bulk_insert_docs(list(range(len(texts))), list(texts))
    index.par_bulk_query(list(texts))


def _gaoya_index() -> Any:
    """Return an empty index."""
    module = importlib.import_module("gaoya.minhash")
    return module.MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=0.7,
        num_bands=16,
        band_size=8,
        analyzer="word",
        lowercase=True,
        ngram_range=(3, 3),
    )


def datatrove_pipeline(texts: Sequence[str]) -> None:
    """datatrove's four MinHash steps over local files, words cut at spaces: signatures, buckets, clusters, filter.

    Words cut at spaces are quicker than spaCy, which it calls for English by default; SHA-1, since its xxHash is handed
    text where newer releases want bytes.
    """
    words = importlib.import_module("datatrove.utils.word_tokenizers")
    spaced = type(
        "Spaced",
        (words.WordTokenizer,),
        {
            "word_tokenize": lambda _, text: text.split(),
            "sent_tokenize": lambda _, text: [text],
            "span_tokenize": lambda _, text: [(0, len(text))],
        },
    )
    steps = importlib.import_module("datatrove.pipeline.dedup.minhash")
    data = importlib.import_module("datatrove.data")
    logging = importlib.import_module("loguru")
    logging.logger.disable("datatrove")
    documents = [data.Document(text=text, id=str(at)) for at, text in enumerate(texts)]
    hashing = importlib.import_module("datatrove.utils.hashing").HashConfig(hash_fc="sha1")
    config = steps.MinhashConfig(n_grams=3, num_buckets=16, hashes_per_bucket=8, hash_config=hashing)
    with tempfile.TemporaryDirectory() as folder:
        signed = steps.MinhashDedupSignature(f"{folder}/signed", config=config, language=spaced())
        signed.run(iter(documents))
        buckets = steps.MinhashDedupBuckets(f"{folder}/signed", f"{folder}/buckets", config=config)
        for rank in range(config.num_buckets):
            buckets.run(rank=rank, world_size=config.num_buckets)
        steps.MinhashDedupCluster(f"{folder}/buckets", f"{folder}/gone", config=config).run()
        for _ in steps.MinhashDedupFilter(f"{folder}/gone").run(iter(documents)):
            pass


def index_only(texts: Sequence[str], processors: int) -> None:
    """Sign, index and query as the rivals do: every pair that shares a key is found, none is compared."""
    tokens = tokenise(texts, processors=processors)
    shingles = shingle(tokens, processors=processors)
    signed = sign(shingles.values, shingles.offsets, processors=processors)
    candidate_pairs(*candidate_keys(tokens, signed, processors=processors), processors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """How an engine is called, and what it does, so that only like is set beside like."""

    run: Callable[[Sequence[str]], object]
    does: str
    processors: str


def engines(processors: int) -> dict[str, Engine]:
    """Return all engines by name, ours on one processor and on so many."""
    query, whole = (
        "signs, indexes, queries",
        "signs, indexes, queries, compares candidates word by word, groups",
    )
    own, all_ = query + " (two kinds of keys)", f"threads of its own, {usable_processors()} processors"
    return {
        "newsfold": Engine(run=lambda texts: fold(texts, processors), does=whole, processors=str(processors)),
        "newsfold, one processor": Engine(run=fold, does=whole, processors="1"),
        "newsfold, index and query": Engine(
            run=lambda texts: index_only(texts, processors), does=own, processors=str(processors)
        ),
        "newsfold, index and query, one processor": Engine(
            run=lambda texts: index_only(texts, 1), does=own, processors="1"
        ),
        "datasketch, batched, xxhash": Engine(run=datasketch_batched, does=query, processors="1"),
        "rensa": Engine(run=rensa_batched, does=query, processors="1"),
        "rensa, in bulk": Engine(run=rensa_in_bulk, does=query, processors=all_),
        "gaoya": Engine(run=gaoya_batched, does=query, processors="1"),
        "gaoya, in bulk": Engine(run=gaoya_in_bulk, does=query, processors=all_),
        "datatrove": Engine(
            run=datatrove_pipeline,
            does="signs, sorts buckets, joins, filters, over files; compares nothing",
            processors="1 (its executors start a process for each part of the files)",
        ),
    }


def speed(texts: Sequence[str], processors: int) -> dict[str, dict[str, float | str]]:
    """Measure every engine on the same texts, seconds that pass and of the processors.

    Absent ones are left out with a line.
    """
    known = engines(processors)
    taken: dict[str, list[tuple[float, float]]] = {}
    for name, engine in known.items():
        try:
            engine.run(texts[:50])  # compiled, imported
        except ImportError as missing:
            print(f"skipped {name}: {missing}")
            continue
        except (TypeError, AttributeError) as changed:
            print(f"skipped {name}: its interface is another one here ({changed})")
            continue
        taken[name] = []
    for _ in range(ROUNDS):
        for name, seconds in taken.items():
            if seconds and seconds[0][1] > SLOW:
                continue
            passed, used = _clock()
            known[name].run(texts)
            seconds.append((time.perf_counter() - passed, time.process_time() - used))
    medians = {name: np.median(seconds, axis=0) for name, seconds in taken.items()}
    ours = medians["newsfold"]
    return {
        name: {
            "texts_per_second": round(len(texts) / passed),
            "seconds": round(passed, 2),
            "processor_seconds": round(used, 2),
            "spread_processor_seconds": round(float(np.ptp(taken[name], axis=0)[1]), 2),
            "times_newsfold": round(passed / ours[0], 2),
            "times_newsfold_processor": round(used / ours[1], 2),
            "processors": known[name].processors,
            "does": known[name].does,
        }
        for name, (passed, used) in ((name, median.tolist()) for name, median in medians.items())
    }


def installed(name: str) -> str | None:
    """Return the version of a package, None when it is absent."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def main() -> None:
    """Print the tables and write them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rivals", help="folder with rensa, gaoya and datatrove")
    parser.add_argument(
        "--texts",
        type=int,
        nargs="+",
        default=[5000, 25_000],
        help="texts of the speed tables; more than there are: made up",
    )
    parser.add_argument("--processors", type=int, default=usable_processors(), help="of newsfold")
    options = parser.parse_args()
    if options.rivals:
        sys.path.append(options.rivals)
    if not CORPUS.exists():
        print(f"skipped: no evaluation data at {CORPUS} (set NEWSFOLD_DATA)")
        return
    import pyarrow.parquet as pq

    rows = pq.read_table(CORPUS).to_pylist()
    result: dict[str, Any] = {"quality": {}}
    for name, half in (("chosen on", 0), ("reported on", 1), ("all", None)):
        one = quality(rows, half)
        result["quality"][name] = one
        print(f"{name:12}", *(f"{key} {value}" for key, value in one.items() if key != "by_kind"), sep="  ")
    for kind, share in result["quality"]["reported on"]["by_kind"].items():
        print(f"    {kind:20} {share:.4f}")
    result["stages"], result["speed"] = {}, {}
    for count in options.texts:
        if count <= len(rows):
            texts = [row["text"] for row in rows[:count]]
        else:
            texts = ["\n".join(article.paragraphs) for article in make_articles(count)]
        result["stages"][str(count)] = fold(texts, options.processors)[2]
        result["speed"][str(count)] = speed(texts, options.processors)
        print(f"{count} texts; seconds by stage, passed and of the processors:", result["stages"][str(count)])
        for name, figures in result["speed"][str(count)].items():
            print(f"    {name:42}", *(f"{key} {value}" for key, value in figures.items()), sep="  ")
    result |= circumstances()
    result["versions"] = {
        name: installed(name) for name in ("numpy", "numba", "datasketch", "rensa", "gaoya", "datatrove")
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
