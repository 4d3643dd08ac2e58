"""Pasted page text against gold bodies: ours, as it is, and jusText, on real pages flattened to lines.

Run as `python -m benchmarks.clean_text [--rivals DIR]`; DIR is a folder with jusText installed by
`pip install --target DIR justext`. Half A is the half that thresholds were chosen on, half B the one to report.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import importlib.metadata
import json
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree, html

from benchmarks.run_measurement import DATA, circumstances
from benchmarks.wrapped_texts import choose, measure_wrapped, show
from transforms.cleaning.plain_text import segment

RESULT = Path(__file__).parent / "results" / "clean_text.json"

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "audio",
        "blockquote",
        "body",
        "br",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "label",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "video",
    ]
)
DROPPED = frozenset(
    [
        "canvas",
        "head",
        "iframe",
        "math",
        "noscript",
        "object",
        "script",
        "style",
        "svg",
        "template",
        "textarea",
    ]
)
_SPACES = re.compile(r"\s+")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the evaluation set."""

    page_id: str
    text: str
    gold: str
    title: str | None

    @property
    def is_reported(self) -> bool:
        """Tell whether the page lies in the half that nothing was chosen on."""
        return int(self.page_id[:2], 16) % 2 == 1


def flatten(root: Any) -> str:
    """Give the text a reader would paste: a line for each block, without scripts and styles."""
    parts: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node.tag, str) and node.tag not in DROPPED:
            is_block = node.tag in BLOCKS
            parts.append("\n" if is_block else "")
            parts.append(_SPACES.sub(" ", node.text or ""))
            for child in node:
                walk(child)
            parts.append("\n" if is_block else "")
        parts.append(_SPACES.sub(" ", node.tail or ""))

    walk(root)
    return "\n".join(line for raw in "".join(parts).split("\n") if (line := raw.strip()))


def read_pages(folder: Path) -> Iterator[Page]:
    """Read the pages with their gold bodies; the headline the page states for itself stands in for a gold title."""
    sys.setrecursionlimit(10_000)
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        data = gzip.decompress((folder / row["html_path"]).read_bytes())
        root = html.document_fromstring(data, parser=etree.HTMLParser(encoding=_charset(data)))
        stated = str(root.xpath("string(//meta[@property='og:title']/@content)"))
        yield Page(page_id=row["id"], text=flatten(root), gold=row["gold_text"], title=stated.strip() or None)


def _charset(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        declared = re.search(rb"charset=[\"']?([\w-]+)", data[:4096])
        return declared.group(1).decode() if declared else "latin-1"
    return "utf-8"


def count_shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    """Count runs of `size` words, lower case."""
    words = _WORDS.findall(text.lower())
    return Counter(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1)))


def compare(found: str, gold: str) -> tuple[float, float, float]:
    """Give precision, recall and F1 of 4-word shingles."""
    a, b = count_shingles(found), count_shingles(gold)
    same = sum((a & b).values())
    precision, recall = same / sum(a.values()), same / sum(b.values())
    return precision, recall, 2 * precision * recall / (precision + recall) if same else 0.0


def load_justext(folder: Path | None) -> Callable[[str], str] | None:
    """Give jusText on flat text: every line as a paragraph of its own; None when it is not installed."""
    if folder:
        sys.path.append(str(folder))
    try:
        justext = importlib.import_module("justext")
    except ImportError as why:
        print(f"skipped: jusText is not installed here ({why})", file=sys.stderr)
        return None
    stop_words = justext.get_stoplist("English")

    def run(text: str) -> str:
        lines = "".join(
            f"<p>{html.tostring(_paragraph(line), encoding='unicode')[3:-4]}</p>" for line in text.split("\n")
        )
        paragraphs = justext.justext(f"<html><body>{lines}</body></html>", stop_words)
        return "\n".join(p.text for p in paragraphs if not p.is_boilerplate)

    return run


def _paragraph(line: str) -> Any:
    node = etree.Element("p")
    node.text = "".join(c for c in line if c.isprintable())
    return node


def measure(pages: list[Page], run: Callable[[str], str]) -> dict[str, Any]:
    """Average precision, recall and F1 over pages, by half and over all, with the pages a second."""
    began = time.perf_counter()
    found = [run(page.text) for page in pages]
    seconds = time.perf_counter() - began
    scores = [compare(text, page.gold) for text, page in zip(found, pages, strict=True)]

    def mean(chosen: list[tuple[float, float, float]]) -> list[float]:
        return [round(sum(s[k] for s in chosen) / len(chosen), 4) for k in range(3)]

    return {
        "chosen_on": mean([s for s, page in zip(scores, pages, strict=True) if not page.is_reported]),
        "reported": mean([s for s, page in zip(scores, pages, strict=True) if page.is_reported]),
        "all": mean(scores),
        "empty": sum(not text.strip() for text in found),
        "pages_per_second": round(len(pages) / seconds, 1) if seconds > 0.001 else None,
    }


def share_titles(pages: list[Page]) -> float:
    """Share of pages whose found title is the page's own headline, or contained in it."""
    stated = [page for page in pages if page.title]
    right = 0
    for page in stated:
        found, own = (
            " ".join(_WORDS.findall((t or "").lower())) for t in (segment(page.text).title, page.title)
        )
        right += bool(found) and (found in own or own in found)
    return round(right / len(stated), 3)


def main() -> None:
    """Print the table and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rivals", type=Path, help="folder with jusText installed")
    folder = DATA / "pages"
    arguments = parser.parse_args()
    if not folder.exists():
        print(f"skipped: no evaluation data at {folder} (set NEWSFOLD_DATA)")
        return
    pages = list(read_pages(folder))
    runs: dict[str, Callable[[str], str]] = {
        "newsfold": lambda text: segment(text).body,
        "as is": lambda text: text,
    }
    if justext := load_justext(arguments.rivals):
        runs["jusText"] = justext
    table = {name: measure(pages, run) for name, run in runs.items()}
    print(f"{len(pages)} pages, 4-word shingles: precision / recall / F1\n")
    print(f"{'':10} {'half A (chosen on)':24} {'half B (reported)':24} {'all':24} empty pages/s")
    for name, row in table.items():
        cells = [" / ".join(f"{x:.3f}" for x in row[part]) for part in ("chosen_on", "reported", "all")]
        print(
            f"{name:10} {cells[0]:24} {cells[1]:24} {cells[2]:24} {row['empty']:5} {row['pages_per_second'] or '-'}"
        )
    titles = share_titles(pages)
    print(f"\ntitle found = the page's own headline: {titles:.3f}")
    wrapped = measure_wrapped(choose([(page.title, page.gold) for page in pages]))
    show(wrapped)
    RESULT.parent.mkdir(exist_ok=True)
    versions = {"python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in ("lxml", "justext") if _is_installed(name)
    }
    result = {
        **circumstances(),
        "versions": versions,
        "pages": len(pages),
    }
    RESULT.write_text(
        json.dumps(result | {"f1": table, "titles": titles, "wrapped": wrapped}, indent=2) + "\n"
    )


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    main()
