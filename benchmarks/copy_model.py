"""Train the decision trees that recognise copies, on half of the evaluation groups and on recombined sentences.

Run: python -m benchmarks.copy_model [--path DIR]   (needs scikit-learn, from DIR if it is not installed; writes
transforms/data/copy_model.json). No text is stored, only the thresholds of the trees.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.copies import CORPUS, candidate_pairs
from transforms.copies.compare import candidate_keys, verify_pairs
from transforms.copies.copy_model import COPIES
from transforms.copies.shingles import shingle, tokenise
from transforms.copies.signatures import sign
from transforms.copies.tree_ensemble import INPUTS, model_inputs
from transforms.kernel import compiled_or_numpy as kernel
from transforms.kernel.numpy_loops import OPENS_SENTENCE, U8, U32

Words: TypeAlias = tuple[U32, U8]  # token hashes with their flags
MODEL_FILE = Path(__file__).parents[1] / "transforms" / "data" / "copy_model.json"
MADE_PAIRS = 16_000
MADE_WEIGHT = 0.05  # of all made pairs against all real ones; .2 cost .002 BCubed on the real ones
EDITS = ("none", "cut", "delete", "insert", "replace", "words", "headline", "update", "behead")
SHARES = (0.05, 0.2, 0.1, 0.1, 0.15, 0.1, 0.1, 0.1, 0.1)


class Maker:
    """Makes pairs of copies and of strangers from single articles, with frames of any length around them."""

    def __init__(self, articles: list[Words], seed: int) -> None:
        self.articles = articles
        self.rng = np.random.default_rng(seed)

    def article(self) -> Words:
        """Draw an article."""
        return self.articles[self.rng.integers(len(self.articles))]

    def piece(self, least: int, most: int) -> Words:
        """Draw a passage."""
        values, flags = self.article()
        count = min(int(self.rng.integers(least, most + 1)), len(values))
        start = int(self.rng.integers(0, len(values) - count + 1))
        return values[start : start + count], flags[start : start + count]

    def frame(self) -> tuple[Words, Words]:
        """Draw what stands before and after an article on its page, often nothing."""
        nothing = (np.empty(0, np.uint32), np.empty(0, np.uint8))
        head = self.piece(5, 60) if self.rng.random() < 0.4 else nothing
        return head, self.piece(8, 220) if self.rng.random() < 0.5 else nothing

    def edit(self, text: Words) -> Words:
        """Edit a text as newsrooms do."""
        how = str(self.rng.choice(EDITS, p=SHARES))
        values, flags = text
        if how == "cut":
            kept = max(int(len(values) * self.rng.uniform(0.2, 0.9)), 45)
            text = values[:kept], flags[:kept]
        elif how in ("delete", "insert", "replace"):
            text = self._edit_sentences(text, how)
        elif how == "words":
            changed = (self.rng.random(len(values)) < self.rng.uniform(0.02, 0.15)) & ((flags & 1) == 0)
            values = values.copy()
            values[changed] = self.rng.integers(1, 2**32, changed.sum(), dtype=np.uint32)
            text = values, flags
        elif how == "update":
            text = join(self.piece(10, 120), text)
        elif how == "behead":
            start = int(len(values) * self.rng.uniform(0.05, 0.3))
            text = values[start:], flags[start:]
        return join(self.piece(3, 25), text) if how == "headline" or self.rng.random() < 0.25 else text

    def _edit_sentences(self, text: Words, how: str) -> Words:
        values, flags = text
        edges = np.unique(np.concatenate([[0], np.flatnonzero(flags & OPENS_SENTENCE), [len(values)]]))
        share = self.rng.uniform(0.05, 0.35)
        parts: list[Words] = []
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            hit = self.rng.random() < share
            if not hit or how == "insert":
                parts.append((values[start:stop], flags[start:stop]))
            if hit and how != "delete":
                parts.append(self.piece(8, 35))
        return join(*parts) if parts else text

    def copies(self) -> tuple[Words, Words]:
        """Make two versions of one article, each in a frame, sometimes the same one."""
        source = self.article()
        one = source if self.rng.random() < 0.4 else self.edit(source)
        other = self.edit(source)
        frame = self.frame()
        second = frame if self.rng.random() < 0.3 else self.frame()
        return join(frame[0], one, frame[1]), join(second[0], other, second[1])

    def strangers(self) -> tuple[Words, Words]:
        """Make two articles that share a frame or a quotation."""
        one, other = self._sometimes_short(), self._sometimes_short()
        if self.rng.random() < 0.25:
            quote = self.piece(20, 110)
            return self._quoting(one, quote), self._quoting(other, quote)
        frame = self.frame()
        while not len(frame[0][0]) + len(frame[1][0]):
            frame = self.frame()
        return join(frame[0], one, frame[1]), join(frame[0], other, frame[1])

    def _sometimes_short(self) -> Words:
        values, flags = self.article()
        kept = int(self.rng.integers(3, 80)) if self.rng.random() < 0.35 else len(values)
        return values[:kept], flags[:kept]

    def _quoting(self, text: Words, quote: Words) -> Words:
        middle = len(text[0]) // 2
        return join((text[0][:middle], text[1][:middle]), quote, (text[0][middle:], text[1][middle:]))


def join(*parts: Words) -> Words:
    """Put passages one after the other."""
    return np.concatenate([values for values, _ in parts]), np.concatenate([flags for _, flags in parts])


def made_pairs(articles: list[Words]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the inputs and answers of made pairs."""
    maker = Maker(articles, seed=7)
    texts: list[Words] = []
    answers = []
    for at in range(MADE_PAIRS):
        texts += maker.copies() if at % 2 else maker.strangers()
        answers.append(at % 2 == 1)
    values, flags = join(*texts)
    offsets = np.concatenate([[0], np.cumsum([len(text[0]) for text in texts])]).astype(np.int64)
    left = np.arange(0, len(texts), 2, dtype=np.int64)
    lengths = np.diff(offsets)
    longer = lengths[left] >= lengths[left + 1]
    first, second = np.where(longer, left, left + 1), np.where(longer, left + 1, left)
    grams = kernel.grams(values, flags, offsets)
    features = kernel.compare(values, flags, grams, offsets, first, second)
    return model_inputs(features), np.array(answers)


def real_pairs(rows: list[dict[str, Any]]) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[Words]]:
    """Return inputs and answers of the candidate pairs of real texts, and their single articles as tokens."""
    tokens = tokenise([row["text"] for row in rows])
    shingles = shingle(tokens)
    keys, owners = candidate_keys(tokens, sign(shingles.values, shingles.offsets))
    pairs = candidate_pairs(keys, owners)
    gold = np.array([row["gold_group"] for row in rows])
    inputs = model_inputs(verify_pairs(tokens, pairs[:, 0], pairs[:, 1]).features)
    singles = [
        (tokens.values[start:stop], tokens.flags[start:stop])
        for row, start, stop in zip(rows, tokens.offsets[:-1], tokens.offsets[1:], strict=True)
        if row["edit_kind"] == "single" and stop - start > 60
    ]
    return inputs, gold[pairs[:, 0]] == gold[pairs[:, 1]], singles


def main() -> None:
    """Train and write the ensemble."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", help="folder with scikit-learn")
    options = parser.parse_args()
    if options.path:
        sys.path.append(options.path)
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError:
        print("skipped: scikit-learn is not installed")
        return
    if not CORPUS.exists():
        print(f"skipped: no evaluation data at {CORPUS} (set NEWSFOLD_DATA)")
        return
    import pyarrow.parquet as pq

    rows = [row for row in pq.read_table(CORPUS).to_pylist() if row["gold_group"] % 2 == 0]
    inputs, answers, singles = real_pairs(rows)
    made, made_answers = made_pairs(singles)
    weights = np.concatenate(
        [np.ones(len(answers)), np.full(len(made), MADE_WEIGHT * len(answers) / len(made))]
    )
    ensemble = HistGradientBoostingClassifier(
        max_iter=60,
        max_leaf_nodes=8,
        min_samples_leaf=100,
        learning_rate=0.15,
        early_stopping=False,
        monotonic_cst=list(INPUTS.values()),
        random_state=1,
    )
    ensemble.fit(
        np.concatenate([inputs, made]), np.concatenate([answers, made_answers]), sample_weight=weights
    )
    stored: dict[str, Any] = {"version": COPIES.version, "inputs": list(INPUTS)}
    stored["bias"] = float(ensemble._baseline_prediction.ravel()[0])
    columns: dict[str, list[float]] = {
        name: [] for name in ("roots", "input", "threshold", "left", "right", "value")
    }
    for trees in ensemble._predictors:
        offset = len(columns["input"])
        columns["roots"].append(offset)
        for node in trees[0].nodes:
            leaf = bool(node["is_leaf"])
            columns["input"].append(-1 if leaf else int(node["feature_idx"]))
            columns["threshold"].append(0.0 if leaf else round(float(node["num_threshold"]), 6))
            columns["left"].append(0 if leaf else offset + int(node["left"]))
            columns["right"].append(0 if leaf else offset + int(node["right"]))
            columns["value"].append(round(float(node["value"]), 6) if leaf else 0.0)
    MODEL_FILE.write_text(json.dumps(stored | columns) + "\n", "utf-8")
    print(
        f"wrote {MODEL_FILE.name}: {len(ensemble._predictors)} trees "
        f"from {len(answers)} real and {len(made)} made pairs"
    )


if __name__ == "__main__":
    main()
