"""How much of made-up files of every format arrives: `python -m benchmarks.formats`.

For each suite the files, the articles in them, and the shares of articles whose headline, text and author came out of
reading as they went in. The suites of other projects stay outside; these files combine what the standards allow.
"""

from __future__ import annotations

import argparse
import io
import json
from collections import Counter
from pathlib import Path

from benchmarks.run_measurement import circumstances
from tests.deliveries.articles import Story
from tests.deliveries.files import SUITES
from transforms.readers import read
from transforms.types import RawDocument

RESULT = Path(__file__).parent / "results" / "formats.json"


def main() -> None:
    """Read every suite, print its rates, and keep them beside the other results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.formats", description=__doc__)
    parser.add_argument("--failures", type=int, default=3, help="files named for each suite (default 3)")
    chosen = parser.parse_args()
    rates = {name: measure(name, chosen.failures) for name in SUITES}
    print(f"{'suite':<10} {'files':>6} {'articles':>9} {'found':>7} {'title':>7} {'text':>7} {'extra':>6}")
    for name, rate in rates.items():
        print(
            f"{name:<10} {rate['files']:>6.0f} {rate['articles']:>9.0f} {rate['found']:>7.1%} {rate['title']:>7.1%}"
            f" {rate['text']:>7.1%} {rate['extra']:>6.0f}"
        )
    RESULT.write_text(json.dumps({**circumstances(), "suites": rates}, indent=1) + "\n", encoding="utf-8")


def measure(suite: str, failures: int) -> dict[str, float]:
    """Return the counts and rates of one suite; name some files that fell short."""
    counts: Counter[str] = Counter()
    for name, data, stories in SUITES[suite]():
        documents = [item for item in read(io.BytesIO(data), name) if isinstance(item, RawDocument)]
        counts["files"] += 1
        counts["articles"] += len(stories)
        counts["extra"] += max(0, len(documents) - len(stories)) if suite != "mails" else 0
        before = counts["text"]
        for story in stories:
            best = max(documents, key=lambda item: _share(item, story), default=None)
            share = _share(best, story) if best is not None else 0.0
            counts["found"] += share > 0.5
            counts["text"] += share > 0.99
            counts["title"] += best is not None and share > 0.5 and _has_title(best, story)
        if counts["text"] - before < len(stories) and failures > 0:
            failures -= 1
            print(f"{suite}: {name} falls short")
    total = max(1, counts["articles"])
    return {
        "files": counts["files"], "articles": counts["articles"], "extra": counts["extra"],
        "found": counts["found"] / total, "title": counts["title"] / total, "text": counts["text"] / total,
    }  # fmt: skip


def _body(item: RawDocument) -> str:
    text = item.body if isinstance(item.body, str) else item.body.decode("utf-8", "replace")
    for mark in ("<p>", "</p>", "<div>", "</div>", "<body>", "</body>", "\n"):
        text = text.replace(mark, " ")
    return text.replace("&amp;", "&")


def _share(item: RawDocument, story: Story) -> float:
    """Return the share of a story's words that a document holds."""
    words = set(story.text.split())
    return len(words & set(_body(item).split())) / len(words)


def _has_title(item: RawDocument, story: Story) -> bool:
    return item.stated.title == story.title or (item.stated.title is None and story.title in _body(item))


if __name__ == "__main__":
    main()
